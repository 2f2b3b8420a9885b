/**
 * Last step of adding a paper, and later changes: whose it is, its end date, its name, its kind. Nothing is required.
 *
 * Surprising: what can be read is kept as soon as a field is left, before "Garder" is pressed (a phone may be taken
 * away); a date that cannot be read stays on the screen and is never stored half.
 */
import { useRef, useState } from "preact/hooks";
import { datePartsOf, readDate } from "../../../forms/dates.ts";
import { commonTypes, type PaperType, paperType } from "../../../satchel/paper-types.ts";
import type { PaperPatch, PaperView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSettled } from "../../state/Others.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useBeforeLock, useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { ErrorSummary, type ReviewItem } from "../../ui/ErrorSummary.tsx";
import { DateField, type DateParts, FieldError, TextField } from "../../ui/Field.tsx";
import { kindIcon, kindName, pageCount } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { Why } from "../../ui/Question.tsx";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { PaperOthers } from "./PaperOthers.tsx";
import { pagesPath } from "./paths.ts";
import { usePaper } from "./usePaper.ts";

const AUTOSAVE_MS = 400;
const ASKED = ["title", "kind", "holder", "expiry"];

/** The common kinds, and before them the present one where it is another. */
const offered = (type: PaperType | undefined): readonly PaperType[] =>
  type === undefined || commonTypes.includes(type) ? commonTypes : [type, ...commonTypes];

interface Typed {
  readonly other: boolean;
  readonly name: string;
  readonly date: DateParts;
  readonly title: string;
  readonly kind: string | null;
}

const blank = (date: DateParts): boolean => `${date.day}${date.month}${date.year}`.trim() === "";

/** What of `typed` can be stored now. A date that cannot be read, or a missing name, is left as it was. */
function patchOf(typed: Typed): PaperPatch {
  const { date, faults } = readDate(typed.date, { partial: true, past: false });
  const expiry = blank(typed.date) ? { expiry: null } : faults.length === 0 ? { expiry: date } : {};
  const holder = !typed.other ? { holder: "me" } : typed.name.trim() === "" ? {} : { holder: typed.name };
  return { title: typed.title, kind: typed.kind, ...holder, ...expiry };
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
    other: record.holder !== "me",
    name: record.holder === "me" ? "" : record.holder,
    date: datePartsOf(record.expiry === null ? undefined : { v: "date", date: record.expiry }),
    title: record.title,
    kind: record.kind,
  }));
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
    const result = await api.describePaper(paper.id, patchOf(latest.current));
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
    if (typed.other && typed.name.trim() === "") items.push({ field: "holder-name", text: t("papers.holder.missing") });
    const fault = blank(typed.date) ? undefined : readDate(typed.date, { partial: true, past: false }).faults[0];
    if (fault !== undefined)
      items.push({
        field: `expiry-${fault.part}`,
        text: t(fault.code === "year-missing" ? "papers.details.expiryYear" : "papers.details.expiryWrong"),
      });
    return items;
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
  const errorOf = (start: string): string | undefined => review.find((item) => item.field.startsWith(start))?.text;
  const dateError = review.find((item) => item.field.startsWith("expiry"));
  const leave = (): void => void save();
  return (
    <>
      <ErrorSummary items={review} attempt={attempt} />
      <h1>{t(draft ? "papers.details.title" : "papers.edit.title")}</h1>
      <PaperOthers paper={paper} only={ASKED} before={save} after={onSettled} />
      <PersonalForm class="stack-l" onSubmit={() => void finish()}>
        <fieldset>
          <legend class="flabel q-gap">{t("papers.holder.question")}</legend>
          <div class="stack-m">
            <RadioGroup
              value={typed.other ? "other" : "me"}
              onChange={(value) => change({ other: value === "other" })}
              options={[
                { value: "me", label: t("papers.holder.me"), icon: "personne" },
                { value: "other", label: t("papers.holder.other"), icon: "famille" },
              ]}
            />
            {typed.other && (
              <TextField
                id="holder-name"
                label={t("papers.holder.name")}
                hint={t("papers.holder.nameHint")}
                error={errorOf("holder")}
                value={typed.name}
                onChange={(name) => change({ name })}
                onLeave={leave}
                maxLength={80}
              />
            )}
          </div>
        </fieldset>
        {(type === undefined || type.hasExpiry || record.expiry !== null) && (
          <DateField
            id="expiry"
            legend={t("papers.details.expiry")}
            hint={t("papers.details.expiryHint")}
            error={dateError?.text}
            value={typed.date}
            onChange={(date) => change({ date })}
            onLeave={leave}
          />
        )}
        <TextField
          label={t("papers.details.name")}
          hint={t("papers.details.nameHint", { kind: kindName(typed.kind) })}
          value={typed.title}
          onChange={(title) => change({ title })}
          onLeave={leave}
          maxLength={120}
        />
        {!draft && (
          <Why title={`${t("papers.details.kind")} : ${kindName(typed.kind)}`}>
            <fieldset>
              <legend class="sr">{t("papers.details.kind")}</legend>
              <RadioGroup
                value={typed.kind ?? undefined}
                onChange={(kind) => change({ kind })}
                options={offered(type).map((each) => ({
                  value: each.id,
                  label: kindName(each.id),
                  icon: kindIcon(each.id),
                }))}
              />
            </fieldset>
          </Why>
        )}
        {type?.localOnlyByDefault === true && (
          <Banner tone="quiet" icon="telephone" quiet>
            {t("papers.details.healthHere")}
          </Banner>
        )}
        {error !== null && <Trouble error={error} onRetry={() => void finish()} />}
        {draft && pageCount(record) === 0 && <FieldError id="no-page">{t("papers.keep.noPage")}</FieldError>}
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
  const times = ASKED.map(decided.times).join(" ");
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
