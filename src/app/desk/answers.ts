/**
 * What the person answered, as lines to read and copy, in French. Pure but for the catalogues it reads.
 *
 * Surprising: nothing that arrived is left out. Answers that this version of the form does not know stand at the end as
 * they came, and what the person wrote because no question fitted stands first. Where the person had another version, nothing
 * is said to be left open: they may never have been asked.
 */

import { notForeseenStep, type ReviewLine, reviewLines, viewForm } from "../../forms/engine.ts";
import type { AnswerValue, Field, Form, FormState } from "../../forms/model.ts";
import type { DossierPayload } from "../../satchel/model.ts";
import { localDay } from "../../shared/day.ts";
import { voiceSlot } from "../../shared/voice.ts";
import type { DataArea } from "../i18n/catalogue.ts";
import { french, frenchAnswer, frenchDay, knows } from "../i18n/french-text.ts";
import { inFrench } from "../i18n/i18n.ts";

export type AnswerLine =
  | {
      readonly kind: "answer";
      readonly key: string;
      readonly label: string;
      /** Null: the question was shown and not answered. */
      readonly value: string | null;
      /** `words`: in the person's own words; `unknown`: to be looked at together. */
      readonly flag: "words" | "unknown" | null;
      /** Who helped while it was typed; names as they were given, "" for somebody without a name. */
      readonly helped?: readonly string[];
      /** A drawn signature (forms/signature.ts), and the words that it signs. */
      readonly signed?: { readonly ink: string | null; readonly text: string };
    }
  /** Heading of one row of a repeat: "Personnes avec vous 1". */
  | { readonly kind: "row"; readonly key: string; readonly label: string };

export interface AnswerSection {
  readonly key: string;
  readonly title: string;
  readonly lines: readonly AnswerLine[];
}

/** What the engine reads, made from what was sent. */
export function stateOf(payload: DossierPayload): FormState {
  const attached: Record<string, { papers: readonly string[]; missing: boolean }> = {};
  for (const id of payload.missing) attached[id] = { papers: [], missing: true };
  for (const [at, paper] of payload.papers.entries()) {
    const before = attached[paper.requirement]?.papers ?? [];
    attached[paper.requirement] = { papers: [...before, String(at)], missing: false };
  }
  return { answers: payload.answers, rows: payload.rows, attached, notForeseen: payload.notForeseen };
}

const isBlank = (answer: AnswerValue | null): answer is null =>
  answer === null ||
  (answer.v === "text" && answer.text.trim() === "") ||
  (answer.v === "choices" && answer.ids.length === 0 && answer.other === undefined);

function lineOf(area: DataArea, key: string, field: Field, answer: AnswerValue | null): AnswerLine {
  const value = isBlank(answer) ? null : frenchAnswer(area, field, answer);
  const flag = isBlank(answer)
    ? null
    : answer.v === "unknown"
      ? ("unknown" as const)
      : field.type === "longText" || answer.v === "other" || (answer.v === "choices" && answer.other !== undefined)
        ? ("words" as const)
        : null;
  const signed = answer?.v === "signature" ? { signed: { ink: answer.ink, text: answer.text } } : {};
  return { kind: "answer", key, label: french(area, `${field.id}.label`), value, flag, ...signed };
}

/** Who helped with the answer of that key, as they are called. */
function helpedWith(payload: DossierPayload, key: string): { readonly helped?: readonly string[] } {
  const ids = Object.keys(payload.typedBy?.[key] ?? {}).filter((id) => id !== "me");
  const names = ids.map((id) => {
    const { name = "", structure = "" } = payload.helped?.[id] ?? {};
    return [name, structure].filter((part) => part.trim() !== "").join(", ");
  });
  return names.length === 0 ? {} : { helped: names };
}

/** There is a recording of the answer of that key. */
const isSpoken = (payload: DossierPayload, key: string): boolean =>
  payload.papers.some((paper) => paper.requirement === voiceSlot(key));

const spokenWords = () => ({ value: inFrench("desk.voice.line") });

/** What was worked out stands as it came: this version of the form could work it out otherwise. */
function linesOf(area: DataArea, lines: readonly ReviewLine[], payload: DossierPayload): readonly AnswerLine[] {
  let row = "";
  return lines.flatMap((line): readonly AnswerLine[] => {
    if (line.kind === "no-rows") {
      const label = french(area, `${line.field.id}.label`);
      return [{ kind: "answer", key: line.field.id, label, value: null, flag: null }];
    }
    if (line.kind !== "answer") return [];
    const { key, field } = line;
    const answer = field.type === "calc" ? (payload.answers[key] ?? line.answer) : line.answer;
    const plain = lineOf(area, key, field, answer);
    const said = plain.kind === "answer" && plain.value === null && isSpoken(payload, key) ? spokenWords() : {};
    const shown: AnswerLine = { ...plain, ...said, ...helpedWith(payload, key) };
    if (line.row === null || line.row.id === row) return [shown];
    row = line.row.id;
    const label = `${french(area, `${line.row.repeat}.label`)}\u00a0: ${line.row.n}`;
    return [{ kind: "row", key: row, label }, shown];
  });
}

/** Keys, as they came, that the form of this version does not show. */
function leftovers(area: DataArea, payload: DossierPayload, shown: ReadonlySet<string>): readonly AnswerLine[] {
  return Object.entries(payload.answers).flatMap(([key, answer]): readonly AnswerLine[] => {
    if (shown.has(key)) return [];
    const field = key.split("/").at(-1) ?? key;
    const label = knows(area, `${field}.label`) ? french(area, `${field}.label`) : key;
    return [{ kind: "answer", key, label, value: frenchAnswer(area, field, answer), flag: null }];
  });
}

const isAnswered = (line: ReviewLine): boolean =>
  line.kind !== "no-rows" && (line.kind !== "answer" || !isBlank(line.answer));

/** `form`: null for a procedure of a newer version. The catalogues "desk" and `form-<procedure>` are loaded. */
export function answerSections(form: Form | null, payload: DossierPayload): readonly AnswerSection[] {
  const area: DataArea = `form-${payload.procedure}`;
  const otherVersion = form !== null && form.version !== payload.formVersion;
  const shownLines =
    form === null ? [] : reviewLines(viewForm(form, stateOf(payload), { today: localDay(payload.filledAt) }));
  const lines = otherVersion
    ? shownLines.filter((line) => isAnswered(line) || (line.kind === "answer" && isSpoken(payload, line.key)))
    : shownLines;
  const sections: AnswerSection[] = [];
  if (payload.notForeseen.trim() !== "" || isSpoken(payload, notForeseenStep)) {
    const label = inFrench("desk.answers.notForeseen");
    const said = payload.notForeseen.trim() === "" ? spokenWords().value : payload.notForeseen;
    sections.push({
      key: "words",
      title: inFrench("desk.answers.words"),
      lines: [{ kind: "answer", key: "not-foreseen", label, value: said, flag: "words" }],
    });
  }
  if (otherVersion) {
    const label = inFrench("desk.answers.versionOf", { n: payload.formVersion });
    const value = inFrench("desk.answers.versionHere", { n: form.version });
    sections.push({
      key: "version",
      title: inFrench("desk.answers.version"),
      lines: [{ kind: "answer", key: "version", label, value, flag: null }],
    });
  }
  const ids = [...new Set(lines.flatMap((line) => (line.kind === "not-foreseen" ? [] : [line.section])))];
  for (const id of ids) {
    const own = linesOf(
      area,
      lines.filter((line) => line.kind !== "not-foreseen" && line.section === id),
      payload,
    );
    if (own.length > 0) sections.push({ key: id, title: french(area, `sections.${id}`), lines: own });
  }
  const shown = new Set(lines.flatMap((line) => (line.kind === "answer" ? [line.key] : [])));
  const others = leftovers(area, payload, shown);
  if (others.length > 0) sections.push({ key: "others", title: inFrench("desk.answers.others"), lines: others });
  if (payload.declaration !== null) {
    const { text, at } = payload.declaration;
    const label = inFrench("desk.answers.declaredOn", { date: frenchDay(at) });
    sections.push({
      key: "declaration",
      title: inFrench("desk.answers.declaration"),
      lines: [{ kind: "answer", key: "declaration", label, value: text, flag: null }],
    });
  }
  return sections;
}

/** Everything as plain text, for another software: one answer per line, unanswered questions left out. */
export function asText(sections: readonly AnswerSection[]): string {
  return sections
    .map(({ title, lines }) => {
      const texts = lines.flatMap((line) => {
        if (line.kind === "row") return [line.label];
        return line.value === null ? [] : [`${line.label}\u00a0: ${line.value}`];
      });
      return texts.length === 0 ? "" : [title, ...texts].join("\n");
    })
    .filter((text) => text !== "")
    .join("\n\n");
}

/** The number to call that the person gave; digits and a plus only, or null. */
export function phoneOf(payload: DossierPayload): string | null {
  const answer = payload.answers.phone;
  const digits = answer?.v === "text" ? answer.text.replace(/[^\d+]/g, "") : "";
  return /^\+?\d{6,15}$/.test(digits) ? digits : null;
}
