/**
 * One filled procedure: answers, rows, papers, sending, second versions. Pure; a record goes in, a new one comes out.
 *
 * Surprising fact: this folder does not know forms. What is visible is computed by forms/engine.ts and handed in as
 * keys, so that "only visible answers leave" is one filter here and one rule there.
 */

import { assert } from "../shared/assert.ts";
import { type LetterId, type RecordId, randomId, type ThreadId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { voicedKey, voiceKind } from "../shared/voice.ts";
import { sameValue } from "./merge.ts";
import type { Answers, AnswerValue, DossierPayload, DossierRecord, Helped, PaperRecord, SentLetter } from "./model.ts";
import { paperPagesToSend } from "./paper.ts";
import { spokenNumber } from "./spoken.ts";
import { versionsInOrder } from "./where.ts";

export interface NewDossier {
  readonly procedure: string;
  readonly formVersion: number;
  /** Slug of the receiving organisation in deployment.json. */
  readonly organisation: string;
  /** Language in which the person answers. */
  readonly language: string;
  /** Id of the first step of the form. */
  readonly page: string;
}

/** A dossier without any answer, with its number for the phone and its thread of letters. */
export const createDossier = (about: NewDossier, random: Random, now: number): DossierRecord => ({
  t: "dossier",
  procedure: about.procedure,
  formVersion: about.formVersion,
  number: spokenNumber(random),
  answers: {},
  rows: {},
  attached: {},
  notForeseen: "",
  page: about.page,
  language: about.language,
  status: "draft",
  declaration: null,
  organisation: about.organisation,
  thread: randomId<ThreadId>(random),
  sent: {},
  replies: {},
  createdAt: now,
  updatedAt: now,
});

/**
 * Any change of content makes the dossier a draft again and takes the declaration back: it covered other words. After a
 * sending this is how version 2 begins (DESIGN 4: what was delivered is never changed).
 */
const edited = (dossier: DossierRecord, change: Partial<DossierRecord>, now: number): DossierRecord => ({
  ...dossier,
  ...change,
  status: "draft",
  declaration: null,
  updatedAt: now,
});

/** Key of an answer in a repeated row. */
export const rowKey = (repeat: string, row: string, field: string): string => `${repeat}/${row}/${field}`;

const sameAnswer = (a: AnswerValue | undefined, b: AnswerValue | null): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b);

/**
 * Sets the answer of `key` (field id, or `rowKey`); null clears it. The same answer again changes nothing at all. `by`: the
 * help (id in `helped`) during which it was typed; null: the person alone.
 */
export function setAnswer(
  dossier: DossierRecord,
  key: string,
  answer: AnswerValue | null,
  now: number,
  by: string | null = null,
): DossierRecord {
  if (sameAnswer(dossier.answers[key], answer)) return dossier;
  const { [key]: _before, ...rest } = dossier.answers;
  const answers = answer === null ? rest : { ...rest, [key]: answer };
  const said = by !== null || dossier.typedBy?.[key] !== undefined;
  const typedBy = said ? { typedBy: { ...dossier.typedBy, [key]: { [by ?? "me"]: true } as const } } : {};
  return edited(dossier, { answers, ...typedBy }, now);
}

const helpsNewestFirst = (dossier: DossierRecord): readonly (readonly [string, Helped])[] =>
  Object.entries(dossier.helped ?? {}).sort(([, a], [, b]) => b.at - a.at);

/** A help is over by itself after this long: nobody sits beside somebody until the next day. */
export const HELP_MS = 12 * 3_600_000;

/** The help that goes on now; null: the person fills in alone. */
export const runningHelp = (dossier: DossierRecord, now: number): Helped | null =>
  helpsNewestFirst(dossier).find(([, help]) => help.ended === undefined && now - help.at < HELP_MS)?.[1] ?? null;

/** Id of the help that began last, going on or not; null where there never was one. */
export const newestHelp = (dossier: DossierRecord): string | null => helpsNewestFirst(dossier)[0]?.[0] ?? null;

/** Every help that goes on ends; with `about` another one begins under `id`. What was signed stays as it is. */
export function setHelp(
  dossier: DossierRecord,
  about: Omit<Helped, "at" | "ended"> | null,
  id: string,
  now: number,
): DossierRecord {
  const ended = Object.fromEntries(
    Object.entries(dossier.helped ?? {}).map(([key, help]) => [
      key,
      help.ended === undefined ? { ...help, ended: now } : help,
    ]),
  );
  const begun = about === null ? {} : { [id]: { ...about, at: now } };
  return { ...dossier, helped: { ...ended, ...begun }, updatedAt: now };
}

/** What forms/migrate.ts found: answers to write, null takes one away from its key (it was put aside first). */
export interface Renewal {
  readonly from: number;
  readonly to: number;
  readonly answers: Readonly<Record<string, AnswerValue | null>>;
  /** All answers that these were worked out from. */
  readonly before: Answers;
}

/**
 * The answers of a draft under a newer version of its form. Nothing where another screen or device did it already, nor where
 * it wrote an answer meanwhile: whoever reads the draft again works it out from what stands there then (INV-1).
 */
export function renew(dossier: DossierRecord, { from, to, answers, before }: Renewal, now: number): DossierRecord {
  if (dossier.status !== "draft" || dossier.formVersion !== from || to <= from) return dossier;
  if (!sameValue(dossier.answers, before)) return dossier;
  const kept = Object.entries({ ...dossier.answers, ...answers }).filter(
    (entry): entry is [string, AnswerValue] => entry[1] !== null,
  );
  return {
    ...dossier,
    answers: Object.fromEntries(kept),
    formVersion: to,
    renewed: { ...dossier.renewed, from, told: false },
    updatedAt: now,
  };
}

/**
 * Signed for questions that are not asked any more, and not left yet: the person reads the new ones and signs again. What was
 * sent is never touched.
 */
export const reopenForNewQuestions = (dossier: DossierRecord, now: number): DossierRecord =>
  dossier.status === "ready"
    ? edited(dossier, { renewed: { from: dossier.formVersion, signed: true, told: false } }, now)
    : dossier;

/** The person has read that the questions changed. */
export const markRenewalTold = (dossier: DossierRecord, now: number): DossierRecord =>
  dossier.renewed === undefined || dossier.renewed.told
    ? dossier
    : { ...dossier, renewed: { from: dossier.renewed.from, told: true }, updatedAt: now };

/** Adds an empty row at the end of `repeat` under a random id (never an index: two devices may add at once). */
export function addRow(
  dossier: DossierRecord,
  repeat: string,
  random: Random,
  now: number,
): { readonly dossier: DossierRecord; readonly row: string } {
  const row = randomId<RecordId>(random) as string;
  const last = Object.values(dossier.rows).reduce((most, each) => Math.max(most, each.position), 0);
  const rows = { ...dossier.rows, [row]: { repeat, position: last + 1, removed: false } };
  return { dossier: edited(dossier, { rows }, now), row };
}

/** Marks a row as removed, or takes that back. Its answers stay, so that nothing is lost by a wrong touch. */
export function setRowRemoved(dossier: DossierRecord, row: string, removed: boolean, now: number): DossierRecord {
  const before = dossier.rows[row];
  if (before === undefined || before.removed === removed) return dossier;
  return edited(dossier, { rows: { ...dossier.rows, [row]: { ...before, removed } } }, now);
}

/** Sets the papers chosen for a requirement. `missing`: the person said "I do not have it"; papers win over it. */
export function attachPapers(
  dossier: DossierRecord,
  requirement: string,
  papers: readonly RecordId[],
  missing: boolean,
  now: number,
): DossierRecord {
  const value = { papers: [...new Set(papers)], missing: missing && papers.length === 0 };
  return edited(dossier, { attached: { ...dossier.attached, [requirement]: value } }, now);
}

/** "My case is not foreseen", in the person's own words. */
export const setNotForeseen = (dossier: DossierRecord, text: string, now: number): DossierRecord =>
  dossier.notForeseen === text ? dossier : edited(dossier, { notForeseen: text }, now);

/** Remembers where the person is; moving about is no change of content. */
export const setPage = (dossier: DossierRecord, page: string, now: number): DossierRecord =>
  dossier.page === page ? dossier : { ...dossier, page, updatedAt: now };

/** The step to open: where the person was if it is still there, else the first (use forms/engine.ts `resumeStep`). */
export const resumePage = (dossier: DossierRecord, steps: readonly string[]): string =>
  steps.includes(dossier.page) ? dossier.page : (steps[0] ?? dossier.page);

/** Every paper chosen for any requirement, each once. */
export const attachedPapers = (dossier: DossierRecord): readonly RecordId[] => [
  ...new Set(Object.values(dossier.attached).flatMap((each) => each.papers)),
];

/** Everything chosen leaves again: nothing is held back. */
const withoutLater = (attached: DossierRecord["attached"]): DossierRecord["attached"] =>
  Object.fromEntries(Object.entries(attached).map(([key, { papers, missing }]) => [key, { papers, missing }]));

/**
 * The person has read everything again and declares it. `text`: the declaration as it was shown; null when none. Papers
 * that an earlier version left out are part of it again.
 */
export const markReady = (dossier: DossierRecord, text: string | null, now: number): DossierRecord => ({
  ...dossier,
  attached: withoutLater(dossier.attached),
  status: "ready",
  declaration: text === null ? null : { text, at: now },
  updatedAt: now,
});

/** The version that the next letter replaces: its id and place, or null for the first. */
export function replaces(dossier: DossierRecord): { readonly letter: LetterId; readonly n: number } | null {
  const letter = versionsInOrder(dossier).at(-1);
  const version = letter === undefined ? undefined : dossier.sent[letter];
  return letter === undefined || version === undefined ? null : { letter, n: version.n };
}

/** Number of the version that the next letter carries: 1, 2, ... */
export const nextVersion = (dossier: DossierRecord): number => (replaces(dossier)?.n ?? 0) + 1;

/**
 * "Envoyer sans ce papier": the same words once more, without exactly these papers, which follow later (DESIGN 5: a stream
 * that cannot arrive never blocks the letter). They stay chosen; an empty list sends all of them again. Null when that is
 * what the newest version left out already.
 */
export function withholdPapers(dossier: DossierRecord, papers: readonly RecordId[], now: number): DossierRecord | null {
  const out = new Set(papers);
  let changed = false;
  const attached = Object.fromEntries(
    Object.entries(dossier.attached).map(([requirement, { papers: chosen, missing, later: before = [] }]) => {
      const later = chosen.filter((paper) => out.has(paper));
      if (later.length !== before.length || later.some((paper) => !before.includes(paper))) changed = true;
      return [requirement, later.length === 0 ? { papers: chosen, missing } : { papers: chosen, missing, later }];
    }),
  );
  return changed ? { ...dossier, attached, status: "ready", updatedAt: now } : null;
}

/** Papers that the newest version left out, each once. */
export const papersToFollow = (dossier: DossierRecord): readonly RecordId[] => [
  ...new Set(Object.values(dossier.attached).flatMap((each) => each.later ?? [])),
];

/**
 * Books the letter that was sealed from this state. Saved in the same transaction as the letter. `papers`: how many
 * papers the letter names; `facts`: what the person's other devices need to verify proofs of it.
 */
export function freezeForSending(
  dossier: DossierRecord,
  letter: LetterId,
  papers: number,
  now: number,
  facts: Pick<SentLetter, "device" | "to" | "manifest" | "parts"> = {},
): DossierRecord {
  assert(dossier.sent[letter] === undefined, "INV-4: a letter id is used once");
  const sent = { ...dossier.sent, [letter]: { n: nextVersion(dossier), at: now, papers, ...facts } };
  return { ...dossier, status: "sent", sent, updatedAt: now };
}

/** Versions that are not taken back yet. */
export const standing = (dossier: DossierRecord): readonly LetterId[] =>
  versionsInOrder(dossier).filter((letter) => dossier.withdrawn?.[letter] === undefined);

/** "Retirer": every version that was sealed. A dossier that waits for its desk has none: it is a draft again. */
export function withdraw(dossier: DossierRecord, now: number): DossierRecord {
  const asked = Object.fromEntries(standing(dossier).map((letter) => [letter, { at: now }]));
  const plain = dossier.status === "ready" ? { ...dossier, status: "draft" as const, declaration: null } : dossier;
  if (Object.keys(asked).length === 0) return plain;
  return { ...plain, withdrawn: { ...dossier.withdrawn, ...asked }, updatedAt: now };
}

/** Versions that never left their device are as if they had not been: without any other the dossier is a draft. */
export function forgetVersions(dossier: DossierRecord, letters: readonly LetterId[], now: number): DossierRecord {
  const gone = new Set<string>(letters);
  const keep = <V>(map: Readonly<Record<string, V>>): Readonly<Record<string, V>> =>
    Object.fromEntries(Object.entries(map).filter(([letter]) => !gone.has(letter)));
  const { withdrawn: asked, ...plain } = dossier;
  const newest = versionsInOrder(dossier).at(-1);
  const wasNewest = newest !== undefined && gone.has(newest) && dossier.status === "sent";
  const withdrawn = keep(asked ?? {});
  return {
    ...plain,
    ...(Object.keys(withdrawn).length === 0 ? {} : { withdrawn }),
    sent: keep(dossier.sent),
    ...(wasNewest ? { status: "draft" as const, declaration: null } : {}),
    updatedAt: now,
  };
}

/** Books a reply of the desk. The same letter twice changes nothing (INV-4). */
export function addReply(
  dossier: DossierRecord,
  letter: LetterId,
  reply: Omit<DossierRecord["replies"][LetterId], "seen">,
  now: number,
): DossierRecord {
  if (dossier.replies[letter] !== undefined) return dossier;
  return { ...dossier, replies: { ...dossier.replies, [letter]: { ...reply, seen: false } }, updatedAt: now };
}

export function markRepliesSeen(dossier: DossierRecord, now: number): DossierRecord {
  const entries = Object.entries(dossier.replies) as [LetterId, DossierRecord["replies"][LetterId]][];
  if (entries.every(([, reply]) => reply.seen)) return dossier;
  const replies = Object.fromEntries(entries.map(([letter, reply]) => [letter, { ...reply, seen: true }]));
  return { ...dossier, replies, updatedAt: now };
}

/** What forms/engine.ts found visible: nothing else leaves (SPEC of forms, README). */
export interface VisibleParts {
  readonly answers: ReadonlySet<string>;
  readonly rows: ReadonlySet<string>;
  /** In the order of the form. */
  readonly requirements: readonly string[];
  /** What the form worked out: sent with the answers, never stored with them. */
  readonly calculated?: Answers;
}

const pick = <V>(map: Readonly<Record<string, V>>, keys: ReadonlySet<string>): Readonly<Record<string, V>> =>
  Object.fromEntries(Object.entries(map).filter(([key]) => keys.has(key)));

/** The day on a paper, else the month that it is about (a pay slip); null where neither was written down. */
export const issuedOf = ({ facts = {} }: Pick<PaperRecord, "facts">): string | null =>
  [facts.issued, facts.period].find((date) => date !== undefined && /^\d{4}(-\d{2}){0,2}$/.test(date)) ?? null;

/**
 * The payload of the letter: visible answers and rows, papers of visible requirements in the order of the form, and the
 * requirements that stay empty. Papers that are no longer there (binned, purged, not on this device) count as missing.
 * A paper chosen twice is listed under each requirement; its bytes travel once. `formVersion`: of the questions that were shown.
 */
export function buildPayload(
  dossier: DossierRecord,
  visible: VisibleParts,
  papers: ReadonlyMap<RecordId, PaperRecord>,
  now: number,
  formVersion: number = dossier.formVersion,
): DossierPayload {
  const heldBack = (requirement: string): readonly RecordId[] => dossier.attached[requirement]?.later ?? [];
  const listed = visible.requirements.flatMap((requirement) =>
    (dossier.attached[requirement]?.papers ?? []).flatMap((id) => {
      const paper = papers.get(id);
      if (paper === undefined || Object.keys(paper.pages).length === 0) return [];
      if (heldBack(requirement).includes(id)) return [];
      const { kind, title, holder, expiry } = paper;
      const pages = paperPagesToSend(paper);
      const seconds = kind === voiceKind ? { seconds: Number(paper.facts?.seconds ?? 0) || 0 } : {};
      const issued = issuedOf(paper);
      const dated = issued === null ? {} : { issued };
      return [{ requirement, kind, title, holder, expiry, ...dated, pages, ...seconds }];
    }),
  );
  const given = new Set(listed.map((paper) => paper.requirement));
  const later = visible.requirements.filter((requirement) => heldBack(requirement).length > 0);
  const typedBy = pick(dossier.typedBy ?? {}, visible.answers);
  const helpers = new Set(Object.values(typedBy).flatMap((each) => Object.keys(each)));
  const helped = pick(dossier.helped ?? {}, helpers);
  return {
    t: "dossier",
    procedure: dossier.procedure,
    formVersion,
    number: dossier.number,
    filledAt: now,
    language: dossier.language,
    answers: { ...pick(dossier.answers, visible.answers), ...visible.calculated },
    rows: pick(dossier.rows, visible.rows),
    notForeseen: dossier.notForeseen,
    declaration: dossier.declaration,
    papers: listed,
    // Nobody misses a recording that is gone: what is asked is its answer.
    missing: visible.requirements.filter(
      (requirement) => !given.has(requirement) && (voicedKey(requirement) === undefined || later.includes(requirement)),
    ),
    ...(later.length === 0 ? {} : { later }),
    ...(helpers.size === 0 ? {} : { helped, typedBy }),
  };
}
