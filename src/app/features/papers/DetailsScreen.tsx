/**
 * Last step of adding a paper, and later changes: its end date first, whose it is, its name, a note, what is written on it,
 * where it is kept, its kind. Nothing is required but a page or a note.
 *
 * Surprising: what can be read is kept as soon as a field is left, before "Garder" is pressed (a phone may be taken
 * away); a date that cannot be read stays on the screen and is never stored half.
 */
import { useRef, useState } from "preact/hooks";
import { datePartsOf, readDate } from "../../../forms/dates.ts";
import { hasSubstance } from "../../../satchel/paper.ts";
import { paperType } from "../../../satchel/paper-types.ts";
import type { PaperPatch, PaperView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSettled } from "../../state/Others.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useBeforeLock, useHold, useShell } from "../../state/shell.ts";
import { Button } from "../../ui/Button.tsx";
import { ErrorSummary, type ReviewItem } from "../../ui/ErrorSummary.tsx";
import { DateField, type DateParts, FieldError, TextArea, TextField } from "../../ui/Field.tsx";
import { KindPicker } from "../../ui/papers/KindPicker.tsx";
import { kindName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { Why } from "../../ui/Question.tsx";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import {
  FactFields,
  factsPatch,
  isBlankDate,
  otherFields,
  type TypedFacts,
  useTypeDetails,
  wrongDates,
} from "./FactFields.tsx";
import { HolderField } from "./HolderField.tsx";
import { PaperOthers } from "./later.tsx";
import { pagesPath } from "./paths.ts";
import { StayChoice } from "./StayChoice.tsx";
import { usePaper } from "./usePaper.ts";

const AUTOSAVE_MS = 400;
const NOTE_LENGTH = 1000;

/** Paths of other answers that are decided here. */
const askedOf = ({ record }: PaperView): readonly string[] => [
  ...["title", "kind", "holder", "expiry", "note", "stay"],
  ...Object.keys(record.others ?? {}).filter((path) => path.startsWith("facts.")),
];

interface Typed {
  /** "me", a name, or "" while it is being asked for. */
  readonly holder: string;
  readonly date: DateParts;
  readonly title: string;
  readonly kind: string | null;
  readonly note: string;
  /** Null: as the kind says. */
  readonly stay: boolean | null;
  /** Only fields that were touched: others stay as they are. */
  readonly facts: TypedFacts;
}

const isDate = (text: string): boolean => /^\d{4}(-\d{2}){0,2}$/.test(text);

/** Facts as boxes: what looks like a date can be put in both, its field says which is shown. */
function typedFacts(facts: PaperView["record"]["facts"]): TypedFacts {
  const held = Object.entries(facts ?? {});
  return {
    dates: Object.fromEntries(
      held.filter(([, text]) => isDate(text)).map(([id, date]) => [id, datePartsOf({ v: "date", date })]),
    ),
    texts: Object.fromEntries(held),
  };
}

/** What of `typed` can be stored now. A date that cannot be read, or a missing name, is left as it was. */
function patchOf(typed: Typed, touched: TypedFacts): PaperPatch {
  const { date, faults } = readDate(typed.date, { partial: true, past: false });
  const expiry = isBlankDate(typed.date) ? { expiry: null } : faults.length === 0 ? { expiry: date } : {};
  const { title, kind, note, stay } = typed;
  const holder = typed.holder.trim() === "" ? {} : { holder: typed.holder };
  return { title, kind, note, stay, facts: factsPatch(touched), ...holder, ...expiry };
}

interface DetailsProps {
  readonly paper: PaperView;
  readonly onFailing: (failing: boolean) => void;
  /** An answer of another device was chosen or put away: what stands here is read again. */
  readonly onSettled: (path: string) => void;
}

function Details({ paper, onFailing, onSettled }: DetailsProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go, router, say } = useShell();
  const { timers } = useWorld();
  const { record } = paper;
  const draft = record.status === "draft";
  const [typed, setTyped] = useState<Typed>(() => ({
    holder: record.holder,
    date: datePartsOf(record.expiry === null ? undefined : { v: "date", date: record.expiry }),
    title: record.title,
    kind: record.kind,
    note: record.note ?? "",
    stay: record.stay ?? null,
    facts: typedFacts(record.facts),
  }));
  const touched = useRef<TypedFacts>({ dates: {}, texts: {} });
  const [review, setReview] = useState<readonly ReviewItem[]>([]);
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [dirty, setDirty] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const latest = useRef(typed);
  const unsaved = useRef(false);
  const cancel = useRef<() => void>(() => undefined);

  async function save(): Promise<boolean> {
    cancel.current();
    if (!unsaved.current) return true;
    unsaved.current = false;
    const result = await api.describePaper(paper.id, patchOf(latest.current, touched.current));
    if (!result.ok) {
      unsaved.current = true;
      setError(result.error);
    } else if (!unsaved.current) setDirty(false);
    return result.ok;
  }

  function change(patch: Partial<Typed>): void {
    latest.current = { ...latest.current, ...patch };
    setTyped(latest.current);
    unsaved.current = true;
    setDirty(true);
    cancel.current();
    cancel.current = timers.after(AUTOSAVE_MS, () => void save());
  }
  useHold(dirty);
  useBeforeLock(save);

  function check(): readonly ReviewItem[] {
    const items: ReviewItem[] = [];
    const fault = isBlankDate(typed.date) ? undefined : readDate(typed.date, { partial: true, past: false }).faults[0];
    if (fault !== undefined)
      items.push({
        field: `expiry-${fault.part}`,
        text: t(fault.code === "year-missing" ? "papers.details.expiryYear" : "papers.details.expiryWrong"),
      });
    if (typed.holder.trim() === "") items.push({ field: "holder-name", text: t("papers.holder.missing") });
    for (const id of wrongDates(touched.current))
      items.push({ field: `fact-${id}-day`, text: t("papers.details.expiryWrong") });
    if (!hasSubstance({ pages: record.pages, note: typed.note.trim() }))
      items.push({ field: "note", text: t("papers.details.noteEmpty") });
    return items;
  }
  /** Of the boxes only the one that the field is asked in says something. */
  function changeFacts(next: TypedFacts): void {
    const differs = <T,>(now: Readonly<Record<string, T>>, before: Readonly<Record<string, T>>) =>
      Object.fromEntries(Object.entries(now).filter(([id, value]) => value !== before[id]));
    const before = latest.current.facts;
    touched.current = {
      dates: { ...touched.current.dates, ...differs(next.dates, before.dates) },
      texts: { ...touched.current.texts, ...differs(next.texts, before.texts) },
    };
    change({ facts: next });
  }

  async function finish(): Promise<void> {
    if (busy) return;
    const items = check();
    setReview(items);
    onFailing(items.length > 0);
    if (items.length > 0) return setAttempt(attempt + 1);
    setBusy(true);
    setError(null);
    const saved = await save();
    const kept = saved && draft ? await api.keepPaper(paper.id) : null;
    setBusy(false);
    if (!saved) return;
    if (kept !== null && !kept.ok) {
      if (kept.error.type === "no-page") go(pagesPath(paper.id), { replace: true });
      else setError(kept.error);
      return;
    }
    say(t(draft ? "papers.keep.done" : "papers.edit.done"));
    if (draft) go(paths.papers, { replace: true });
    else router.back(paths.paper(paper.id));
  }

  const type = paperType(typed.kind);
  const details = useTypeDetails(typed.kind);
  const printed = details?.fields.find(({ id }) => id === "expires")?.printed;
  const errorOf = (start: string): string | undefined => review.find((item) => item.field.startsWith(start))?.text;
  const dateError = review.find((item) => item.field.startsWith("expiry"));
  const leave = (): void => void save();
  return (
    <>
      <ErrorSummary items={review} attempt={attempt} />
      <h1>{t(draft ? "papers.details.title" : "papers.edit.title")}</h1>
      <PaperOthers paper={paper} only={askedOf(paper)} before={save} after={onSettled} />
      {/* Outside the form: Enter in its search must not keep the paper. */}
      {!draft && (
        <Why title={`${t("papers.details.kind")} : ${kindName(typed.kind)}`}>
          <KindPicker chosen={typed.kind} onChoose={(kind) => change({ kind })} />
        </Why>
      )}
      <PersonalForm class="stack-l" onSubmit={() => void finish()}>
        {(type === undefined || type.hasExpiry || record.expiry !== null) && (
          <DateField
            id="expiry"
            legend={t("papers.details.expiry")}
            hint={
              printed === undefined
                ? t("papers.details.expiryHint")
                : `${t("papers.details.usually", { place: t(`papers-guide.places.${printed}`) })}. ${t("papers.details.expiryHint")}`
            }
            error={dateError?.text}
            value={typed.date}
            onChange={(date) => change({ date })}
            onLeave={leave}
          />
        )}
        <HolderField
          holder={typed.holder}
          error={errorOf("holder")}
          onChange={(holder) => change({ holder })}
          onLeave={leave}
        />
        <TextField
          label={t("papers.details.name")}
          hint={t("papers.details.nameHint", { kind: kindName(typed.kind) })}
          value={typed.title}
          onChange={(title) => change({ title })}
          onLeave={leave}
          maxLength={120}
        />
        <TextArea
          id="note"
          label={t("papers.details.note")}
          hint={t("papers.details.noteHint")}
          error={errorOf("note")}
          value={typed.note}
          onChange={(note) => change({ note })}
          onLeave={leave}
          rows={2}
          maxLength={NOTE_LENGTH}
        />
        {details !== null && otherFields(details).length > 0 && (
          <Why title={t("papers.details.facts")}>
            <FactFields
              details={details}
              typed={typed.facts}
              errorOf={(field) => errorOf(`fact-${field}-`)}
              onChange={changeFacts}
              onLeave={leave}
            />
          </Why>
        )}
        <StayChoice paper={paper} kind={typed.kind} stay={typed.stay} onChange={(stay) => change({ stay })} />
        {error !== null && <Trouble error={error} onRetry={() => void finish()} />}
        {draft && !hasSubstance({ pages: record.pages, note: typed.note.trim() }) && (
          <FieldError id="no-page">{t("papers.keep.noPage")}</FieldError>
        )}
        <Button
          type="submit"
          wide
          icon="besace"
          busy={busy ? t(draft ? "papers.keep.busy" : "papers.edit.busy") : undefined}
        >
          {t(draft ? "papers.keep.action" : "papers.edit.save")}
        </Button>
      </PersonalForm>
    </>
  );
}

/** The same, drawn again once an answer of another device was chosen or put away. */
function Decided({ paper, onFailing }: Omit<DetailsProps, "onSettled">) {
  const decided = useSettled(paper.record);
  const times = askedOf(paper).map(decided.times).join(" ");
  return <Details key={`${paper.id} ${times}`} paper={paper} onFailing={onFailing} onSettled={decided.note} />;
}

/** "Ce qu’il faut savoir de ce papier", or "Modifier ce papier". */
export function DetailsScreen({ params }: ScreenProps) {
  const t = useT();
  const asked = usePaper(params.paper ?? "");
  const [failing, setFailing] = useState(false);
  const paper = asked.state === "ready" ? asked.value : null;
  const draft = paper?.record.status === "draft";
  const title = t(draft ? "papers.details.title" : "papers.edit.title");
  const back = paper === null ? paths.papers : draft ? pagesPath(paper.id) : paths.paper(paper.id);
  return (
    <Frame title={title} back={back} failing={failing}>
      {paper === null ? <h1>{title}</h1> : <Decided paper={paper} onFailing={setFailing} />}
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
    </Frame>
  );
}
