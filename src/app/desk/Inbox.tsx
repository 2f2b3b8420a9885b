/** The dossiers that were deposited here (mock-up 18): a table to filter, search and walk with the arrow keys. */

import { useMemo, useRef, useState } from "preact/hooks";
import { isProcedureId } from "../../forms/catalogue/index.ts";
import { readPublishedProcedure } from "../../forms/published.ts";
import { showSpoken } from "../../satchel/spoken.ts";
import { localDay } from "../../shared/day.ts";
import type { LetterId } from "../../shared/ids.ts";
import type { DeskDossierRow } from "../../workers/desk.contract.ts";
import { formatCalendarDate, formatDate, formatTime } from "../i18n/format.ts";
import { tData } from "../i18n/i18n.ts";
import { useAreas, useT } from "../i18n/useT.ts";
import { useAnswerTimes } from "../state/answer-times.ts";
import { Button } from "../ui/Button.tsx";
import { Chip, type ChipState } from "../ui/Chip.tsx";
import { Filters } from "../ui/Filters.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import type { IconName } from "../ui/icons/names.ts";
import { PERSONAL, PersonalForm } from "../ui/personal.tsx";
import { EmptyState, FailedState, Loading } from "../ui/States.tsx";
import { useWorld } from "../ui/world.ts";
import { DeskFrame } from "./DeskFrame.tsx";
import { type Due, dueOf } from "./due.ts";
import { InactiveNote } from "./inactive/InactiveNote.tsx";
import { useKeys } from "./keys.ts";
import { ListOut } from "./out/ListOut.tsx";
import {
  countsOf,
  createSearch,
  inOrder,
  isMisheard,
  passes,
  ROW_FILTERS,
  type RowFilter,
  type RowState,
  replacedLetters,
  rowState,
} from "./rows.ts";
import { deskPaths, failureMark, failureText, type InboxView, useDeskShell } from "./state.ts";
import { TeamNote } from "./team/TeamNote.tsx";
import { usePublishedNames } from "./useForm.ts";

const PAGE_ROWS = 100;

const CHIPS: Readonly<Record<RowState, { readonly state: ChipState; readonly icon: IconName }>> = {
  new: { state: "human", icon: "parler" },
  opened: { state: "two", icon: "oeil" },
  "missing-piece": { state: "wait", icon: "en-attente" },
  received: { state: "received", icon: "recu" },
  decided: { state: "received", icon: "valider" },
  closed: { state: "here", icon: "dossier" },
  replaced: { state: "here", icon: "deux-copies" },
  withdrawn: { state: "here", icon: "effacer" },
  trouble: { state: "redo", icon: "attention" },
};

const FILTER_ICONS: Readonly<Record<RowFilter, IconName | undefined>> = {
  all: undefined,
  new: "parler",
  "missing-piece": "en-attente",
  progress: "oeil",
  done: "valider",
  mine: "personne",
};

/** The state of a dossier at this desk. */
export function StateChip({ state }: { readonly state: RowState }) {
  const t = useT();
  const { state: look, icon } = CHIPS[state];
  return (
    <Chip state={look} icon={icon}>
      {t(`desk.state.${state}`)}
    </Chip>
  );
}

/** "aujourd'hui, 11 h 12", "20 nov., 9 h". */
function When({ at }: { readonly at: number }) {
  const t = useT();
  const { clock } = useWorld();
  const isToday = formatDate(at, "full") === formatDate(clock.now(), "full");
  const time = formatTime(at);
  return isToday ? t("desk.when.today", { time }) : t("desk.when.on", { date: formatDate(at, "short"), time });
}

/**
 * The procedure's name in the language shown. Before the words of a published form are here it has its name in the file; a
 * procedure of a newer version keeps its id.
 */
export const procedureName = (id: string): string =>
  tData(`form-${id}`, "title") ?? readPublishedProcedure(id)?.form ?? id;

/** What a helper sees where a person gave no name. */
export function PersonName({ name }: { readonly name: string }) {
  const t = useT();
  return name.trim() === "" ? t("desk.noName") : <bdi translate={false}>{name}</bdi>;
}

interface RowProps {
  readonly row: DeskDossierRow;
  readonly state: RowState;
  readonly due: Due | null;
  /** Who looks after it; empty: nobody. */
  readonly assigned: string;
}

function Row({ row, state, due, assigned }: RowProps) {
  const t = useT();
  const { here, of } = row.papers;
  return (
    <tr>
      <th scope="row">
        <a href={deskPaths.dossier(row.letter)} data-row="">
          {state === "withdrawn" ? (
            t("desk.withdrawn.title")
          ) : row.trouble === null ? (
            <PersonName name={row.name} />
          ) : (
            t("desk.trouble.title")
          )}
        </a>
        {row.notForeseen && (
          <span class="need need--human">
            <Icon name="parler" />
            {t("desk.notForeseen")}
          </span>
        )}
        {row.replaces !== null && (
          <span class="need">
            <Icon name="modifier" />
            {t("desk.newVersion")}
          </span>
        )}
      </th>
      <td class="nowrap">
        {row.number !== "" && (
          <bdi class="code-num" dir="ltr" translate={false}>
            {showSpoken(row.number)}
          </bdi>
        )}
      </td>
      <td>{row.procedure !== "" && procedureName(row.procedure)}</td>
      <td>
        <When at={row.depositedAt} />
        {due !== null && (
          <span class={due.state === "later" ? "meta block" : "need block"}>
            {due.state !== "later" && <Icon name="calendrier" />}
            {t(due.state === "over" ? "desk.due.over" : "desk.due.by", { date: formatCalendarDate(due.day, "short") })}
          </span>
        )}
      </td>
      <td>
        {of > 0 && t("desk.papers.count", { n: here, total: of })}
        {of === 0 && row.trouble === null && state !== "withdrawn" && t("desk.papers.none")}
        {here < of && <span class="meta block">{t("desk.papers.coming", { count: of - here })}</span>}
      </td>
      <td>
        <StateChip state={state} />
        {assigned !== "" && (
          <span class="meta block">
            <bdi translate={false}>{assigned}</bdi>
          </span>
        )}
      </td>
    </tr>
  );
}

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(last, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  Home: () => 0,
  End: (_, last) => last,
};

/** Arrow keys, Home and End walk from dossier to dossier; Tab works as everywhere. */
function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = STEPS[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a[data-row]")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  if (at < 0) return;
  event.preventDefault();
  links[step(at, links.length - 1)]?.focus();
}

interface TableProps {
  readonly rows: readonly DeskDossierRow[];
  readonly replaced: ReadonlySet<LetterId>;
}

function Table({ rows, replaced }: TableProps) {
  const t = useT();
  const { clock } = useWorld();
  const { helpers } = useDeskShell();
  const names = useMemo(() => new Map(helpers.map(({ id, name }) => [id, name])), [helpers]);
  const [limit, setLimit] = useState(PAGE_ROWS);
  const times = useAnswerTimes(rows.map((row) => row.procedure));
  const today = localDay(clock.now());
  const rest = rows.length - limit;
  const columns = ["person", "number", "procedure", "deposited", "papers", "state"] as const;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a scrolling box around one table, not a landmark */}
      <div class="desk__scroll" role="group" aria-label={t("desk.inbox.caption")} onKeyDown={walk}>
        <table class="table">
          <caption class="sr">{t("desk.inbox.caption")}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {t(`desk.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, limit).map((row) => (
              <Row
                key={row.letter}
                row={row}
                state={rowState(row, replaced)}
                assigned={row.assigned === undefined ? "" : (names.get(row.assigned) ?? "")}
                due={replaced.has(row.letter) ? null : dueOf(row, times.get(row.procedure), today)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {rest > 0 && (
        <Button kind="second" onPress={() => setLimit(limit + PAGE_ROWS)}>
          {t("desk.inbox.more", { count: rest })}
        </Button>
      )}
    </>
  );
}

function LastAnswer({ at }: { readonly at: number }) {
  const t = useT();
  const { clock } = useWorld();
  const { network } = useDeskShell();
  const isToday = formatDate(at, "full") === formatDate(clock.now(), "full");
  const values = { date: formatDate(at, "day"), time: formatTime(at) };
  return (
    <span class="saved" role="status">
      <Icon name={network === "online" ? "reseau" : "hors-ligne"} size="s" />
      <span>{at === 0 ? t("desk.answer.never") : t(isToday ? "desk.answer.today" : "desk.answer.on", values)}</span>
    </span>
  );
}

function Listed({ view }: { readonly view: InboxView }) {
  const t = useT();
  const { list, setList, me } = useDeskShell();
  const { filter, typed } = list;
  const replaced = useMemo(() => replacedLetters(view.rows), [view.rows]);
  const rows = useMemo(() => inOrder(view.rows, replaced), [view.rows, replaced]);
  const counts = useMemo(() => countsOf(rows, replaced, me), [rows, replaced, me]);
  const find = useMemo(() => createSearch(rows), [rows]);
  const kept = useMemo(
    () => find(typed).filter((row) => passes(row, filter, replaced, me)),
    [find, typed, filter, replaced, me],
  );
  const field = useRef<HTMLInputElement>(null);
  useKeys({ search: () => field.current?.focus() });
  // Names of procedures are words of their forms.
  const procedures = [...new Set(view.rows.map((row) => row.procedure))];
  useAreas(...procedures.filter(isProcedureId).map((id) => `form-${id}` as const));
  usePublishedNames(procedures);
  if (rows.length === 0) return <EmptyState title={t("desk.inbox.empty")} text={t("desk.inbox.emptyText")} />;
  return (
    <>
      <div class="row row--between">
        <Filters
          label={t("desk.filter.label")}
          value={filter}
          onChange={(next) => setList({ filter: next, typed })}
          options={ROW_FILTERS.filter((value) => value !== "mine" || me !== null).map((value) => ({
            value,
            label: t(`desk.filter.${value}`),
            icon: FILTER_ICONS[value],
            count: counts[value],
          }))}
        />
        <PersonalForm class="search desk__search" onSubmit={() => undefined}>
          <Icon name="recherche" />
          <input
            {...PERSONAL}
            class="input"
            type="search"
            ref={field}
            onKeyDown={(event) => {
              if (event.key !== "ArrowDown") return;
              event.preventDefault();
              document.querySelector<HTMLAnchorElement>("a[data-row]")?.focus();
            }}
            dir="auto"
            value={typed}
            aria-label={t("desk.search.label")}
            placeholder={t("desk.search.hint")}
            onInput={(event) => setList({ filter, typed: event.currentTarget.value })}
          />
        </PersonalForm>
      </div>
      {view.early === true && (
        <p class="meta" role="status">
          {t("desk.inbox.early")}
        </p>
      )}
      <p class="sr" role="status">
        {(typed !== "" || filter !== "all") && t("desk.search.found", { count: kept.length })}
      </p>
      {kept.length === 0 ? (
        <div class="card stack-s">
          <h2 class="h3">{t("desk.search.none")}</h2>
          <p>{t(isMisheard(typed) ? "desk.search.misheard" : "desk.search.noneText")}</p>
          <div class="row row--tight">
            <Button kind="second" small onPress={() => setList({ filter: "all", typed: "" })}>
              {t("desk.search.all")}
            </Button>
          </div>
        </div>
      ) : (
        <Table key={filter} rows={kept} replaced={replaced} />
      )}
      {kept.length > 0 && (
        <div class="row row--tight noprint">
          <ListOut rows={kept} replaced={replaced} />
        </div>
      )}
      <p class="meta wide-p">{t("desk.inbox.told")}</p>
    </>
  );
}

export function Inbox() {
  const t = useT();
  const { inbox, refresh } = useDeskShell();
  const [busy, setBusy] = useState(false);
  const look = (): void => {
    setBusy(true);
    void refresh().then(() => setBusy(false));
  };
  return (
    <DeskFrame title={t("desk.inbox.title")} failing={inbox.state === "failed"}>
      <div class="row row--between">
        <h1>{t("desk.inbox.title")}</h1>
        <div class="row">
          {inbox.state === "ready" && <LastAnswer at={inbox.value.lastAnswerAt} />}
          <Button kind="second" icon="synchroniser" onPress={look} busy={busy ? t("desk.inbox.looking") : undefined}>
            {t("desk.inbox.look")}
          </Button>
        </div>
      </div>
      <TeamNote />
      <InactiveNote />
      {inbox.state === "loading" && <Loading />}
      {inbox.state === "failed" && (
        <FailedState mark={failureMark(inbox.error)} text={failureText(inbox.error)} onRetry={inbox.again} />
      )}
      {inbox.state === "ready" && <Listed view={inbox.value} />}
    </DeskFrame>
  );
}
