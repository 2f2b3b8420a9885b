/**
 * What stands in the reply for a decision, or for papers without one: outcome, day, reason, how to challenge it, files. Runs in the
 * page; files stay in its memory until they are sealed.
 */

import { readDate } from "../../forms/dates.ts";
import type { DecisionSaid } from "../../satchel/model.ts";
import { localDay } from "../../shared/day.ts";
import type { ToGive } from "../../workers/work-desk.contract.ts";
import type { TextKey } from "../i18n/catalogue.ts";
import { formatBytes } from "../i18n/format.ts";
import { t as text } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { Button } from "../ui/Button.tsx";
import { RadioGroup } from "../ui/Choice.tsx";
import { DateField, type DateParts, TextArea, TextField } from "../ui/Field.tsx";
import { FilePicker } from "../ui/Pick.tsx";
import { useWorld } from "../ui/world.ts";
import {
  EMPTY_GIVE,
  GIVEN_KINDS,
  type GiveDraft,
  type GiveKind,
  type GivenKind,
  OUTCOMES,
  type PaperDraft,
  type ReplyDraft,
  readyRemedies,
} from "./reply-draft.ts";

const OUTCOME_ID = "give-outcome";
const REASON_ID = "give-reason";
const DATE_ID = "give-date";
const FILES_ID = "give-files";
const MAX_LETTERS = 4000;
const MAX_PAPERS = 20;

const partsOf = (day: string): DateParts => {
  const [year = "", month = "", at = ""] = day.split("-");
  return { day: at, month, year };
};

/** The day that stands there, null while it is none. */
function dayOf(give: GiveDraft, today: string): string | null {
  if (give.on === null) return today;
  const read = readDate(give.on, { partial: false, past: true, today });
  return read.faults.length === 0 ? read.date : null;
}

/** What is missing before it can be handed over, and where. */
export function lackOf(
  kind: GiveKind,
  give: GiveDraft,
  today: string,
): { readonly id: string; readonly text: string } | null {
  if (kind === "papers") return give.papers.length === 0 ? { id: FILES_ID, text: text("desk.give.choosePaper") } : null;
  if (give.outcome === null) return { id: OUTCOME_ID, text: text("desk.give.chooseOutcome") };
  if (dayOf(give, today) === null) return { id: `${DATE_ID}-day`, text: text("desk.give.wrongDay") };
  return give.reason.trim() === "" ? { id: REASON_ID, text: text("desk.give.writeReason") } : null;
}

/** What the worker is asked to hand over; call it where nothing is missing. */
export function toGive(kind: GiveKind, draft: ReplyDraft, words: string, today: string): ToGive {
  const give = draft.give ?? EMPTY_GIVE;
  const { outcome, reason, remedies } = give;
  const decision: DecisionSaid | null =
    kind === "papers" || outcome === null
      ? null
      : {
          outcome,
          on: dayOf(give, today) ?? today,
          reason: reason.trim(),
          remedies: (remedies ?? readyRemedies(outcome)).trim(),
        };
  const papers = give.papers.map(({ file, title, kind: what }) => ({ file, title, kind: what }));
  return { text: words, decision, papers };
}

/** "attestation 2026.pdf" is called "attestation 2026" until somebody says better. */
const titleOf = (file: File): string => file.name.replace(/\.[^.]{1,5}$/, "").slice(0, 200);

function PaperLine(props: {
  readonly paper: PaperDraft;
  readonly onChange: (paper: PaperDraft) => void;
  readonly onDrop: () => void;
}) {
  const { paper, onChange, onDrop } = props;
  const t = useT();
  return (
    <li class="card stack-s">
      <p>
        <b dir="auto">{paper.file.name}</b> <span class="meta">{formatBytes(paper.file.size)}</span>
      </p>
      <TextField
        label={t("desk.give.paperTitle")}
        value={paper.title}
        maxLength={200}
        onChange={(title) => onChange({ ...paper, title })}
      />
      <label class="stack-s">
        <span class="flabel">{t("desk.give.paperKind")}</span>
        <select
          class="input"
          value={paper.kind}
          onChange={(event) => onChange({ ...paper, kind: event.currentTarget.value as GivenKind })}
        >
          {GIVEN_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`papers-types.${kind}` as TextKey)}
            </option>
          ))}
        </select>
      </label>
      <div class="row row--tight">
        <Button kind="plain" small icon="effacer" onPress={onDrop}>
          {t("desk.give.dropPaper")}
        </Button>
      </div>
    </li>
  );
}

export interface GivePartProps {
  readonly kind: GiveKind;
  readonly give: GiveDraft;
  readonly onChange: (give: GiveDraft) => void;
}

export function GivePart({ kind, give, onChange }: GivePartProps) {
  const t = useT();
  const { clock } = useWorld();
  const today = localDay(clock.now());
  const wrongDay = dayOf(give, today) === null && give.on?.year.length === 4;
  const add = (files: readonly File[]): void => {
    const first = give.papers.reduce((most, { key }) => Math.max(most, key), 0) + 1;
    const added = files.map((file, n): PaperDraft => {
      const isRefusal = give.outcome === "refused" && kind === "decision";
      return { key: first + n, file, title: titleOf(file), kind: isRefusal ? "refusal-decision" : "letter-received" };
    });
    onChange({ ...give, papers: [...give.papers, ...added].slice(0, MAX_PAPERS) });
  };
  return (
    <>
      {kind === "decision" && (
        <>
          <fieldset>
            <legend class="flabel">{t("desk.give.outcome")}</legend>
            <RadioGroup
              firstId={OUTCOME_ID}
              options={OUTCOMES.map((value) => ({ value, label: t(`desk.give.outcomes.${value}`) }))}
              value={give.outcome ?? undefined}
              onChange={(outcome) => onChange({ ...give, outcome })}
            />
          </fieldset>
          <DateField
            id={DATE_ID}
            legend={t("desk.give.on")}
            error={wrongDay ? t("desk.give.wrongDay") : undefined}
            value={give.on ?? partsOf(today)}
            onChange={(on) => onChange({ ...give, on })}
          />
          <TextArea
            id={REASON_ID}
            label={t("desk.give.reason")}
            hint={t("desk.give.reasonHint")}
            value={give.reason}
            rows={3}
            maxLength={MAX_LETTERS}
            onChange={(reason) => onChange({ ...give, reason })}
          />
          <TextArea
            label={t("desk.give.remedies")}
            hint={t("desk.give.remediesHint")}
            value={give.remedies ?? readyRemedies(give.outcome)}
            rows={3}
            maxLength={MAX_LETTERS}
            onChange={(remedies) => onChange({ ...give, remedies })}
          />
        </>
      )}
      <div id={FILES_ID} tabIndex={-1} class="stack-s">
        <FilePicker
          icon="piece-jointe"
          title={t(kind === "decision" ? "desk.give.join" : "desk.give.choose")}
          detail={t("desk.give.joinMore")}
          accept="application/pdf,image/jpeg,image/png,image/webp"
          multiple
          onFiles={add}
        />
        {give.papers.length > 0 && (
          <ul class="stack-s" aria-label={t("desk.give.papers")}>
            {give.papers.map((paper) => (
              <PaperLine
                key={paper.key}
                paper={paper}
                onChange={(next) =>
                  onChange({ ...give, papers: give.papers.map((one) => (one.key === next.key ? next : one)) })
                }
                onDrop={() => onChange({ ...give, papers: give.papers.filter((one) => one.key !== paper.key) })}
              />
            ))}
          </ul>
        )}
      </div>
    </>
  );
}
