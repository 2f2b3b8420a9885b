/**
 * What lies where in the archive that "Tout emporter" makes, and its index (EXPORT.md has the format). Pure, runs in the
 * satchel worker and Node.
 *
 * Surprising: pages are named by what a person calls the paper, and the index keeps the ids: a program reads the index, a
 * person reads the folders, and neither needs the other.
 */

import * as v from "valibot";
import { type B64, fromBase64Url, toHex } from "../shared/bytes.ts";
import type { BlobId, LetterId, RecordId } from "../shared/ids.ts";
import { voiceKind } from "../shared/voice.ts";
import { createNames, endingOf, safeName } from "./export-names.ts";
import type { ExportWords } from "./export-words.ts";
import type {
  AheadChoice,
  BlobPointer,
  DossierRecord,
  PaperRecord,
  ProfileRecord,
  SatchelRecord,
  SignedText,
} from "./model.ts";
import { pagesInOrder } from "./paper.ts";
import { versionsInOrder } from "./where.ts";

const text = v.string();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const nullableText = v.nullable(text);

/** Calendar days, for example of "done". */
const days = v.array(text);
const choiceShape = { done: days, later: days };

const fileShape = v.object({
  /** From the archive's top; "/" between parts. */
  path: text,
  role: v.picklist(["page", "original"]),
  /** From 1. */
  page: count,
  mime: text,
  bytes: count,
  /** Hex. */
  sha256: v.pipe(text, v.regex(/^[0-9a-f]{64}$/)),
  /** Degrees clockwise by which the picture is to be turned. */
  turn: v.picklist([0, 90, 180, 270]),
});

/** The documented schema of index.json, version 1. Fields may be added to it; none changes its meaning. */
export const exportIndexShape = v.object({
  format: v.literal("besace-export"),
  version: v.literal(1),
  /** ISO 8601, by this phone's clock. */
  made: text,
  language: text,
  profile: v.record(text, text),
  /** Rights that the person follows, with the date that each counts from, and dates of their own. */
  ahead: v.object({
    followed: v.array(v.object({ right: text, since: nullableText, ...choiceShape })),
    dates: v.array(v.object({ id: text, date: text, title: text, notice: v.nullable(count), ...choiceShape })),
  }),
  papers: v.array(
    v.object({
      id: text,
      title: text,
      kind: nullableText,
      holder: text,
      expiry: nullableText,
      /** What is written on it, by field of its kind, as typed. */
      facts: v.record(text, text),
      /** The person's own words; "" where there are none. */
      note: text,
      /** True: the person chose to keep it on this device only; false: not; null: as its kind says. */
      stay: v.nullable(v.boolean()),
      /** What was said of its line in "À prévoir"; `notice` in days before its end. */
      ahead: v.object({ ...choiceShape, notice: v.nullable(count), off: v.boolean() }),
      status: v.picklist(["kept", "draft", "binned"]),
      createdAt: count,
      updatedAt: count,
      files: v.array(fileShape),
      /** Numbers of the pages whose bytes were not on this phone. */
      missing: v.array(count),
    }),
  ),
  dossiers: v.array(
    v.object({
      id: text,
      title: text,
      number: text,
      procedure: text,
      formVersion: count,
      organisation: text,
      status: text,
      language: text,
      createdAt: count,
      updatedAt: count,
      /** Answers in words. */
      answersFile: text,
      /** As typed, by field (`repeat/row/field` in a repeated row). */
      answers: v.record(text, v.unknown()),
      rows: v.record(text, v.unknown()),
      notForeseen: text,
      declaration: v.nullable(v.object({ text, at: count })),
      /** Ids of papers, by requirement. */
      attached: v.record(text, v.array(text)),
      /** Versions that were sent, oldest first. */
      sent: v.array(v.object({ letter: text, n: count, at: count, papers: count, withdrawn: v.boolean() })),
      replies: v.array(v.object({ letter: text, at: count, status: text, text })),
      /** Signed proofs as they came, one file each. */
      proofs: v.array(v.object({ letter: text, path: text })),
    }),
  ),
});

export type ExportIndex = v.InferOutput<typeof exportIndexShape>;

/** A file of the archive that is a sealed stream here. */
export interface PlannedFile {
  readonly path: string;
  readonly pointer: BlobPointer;
}

export interface ExportPlan {
  readonly files: readonly PlannedFile[];
  /** Small files: answers in words, proofs. */
  readonly texts: readonly { readonly path: string; readonly text: string }[];
  readonly index: ExportIndex;
  /** Path of the readable index. */
  readonly readable: string;
}

export interface ExportInput {
  readonly records: readonly { readonly id: RecordId; readonly record: SatchelRecord }[];
  /** As signed, by letter. */
  readonly proofs: ReadonlyMap<LetterId, readonly SignedText[]>;
  readonly words: ExportWords;
  readonly made: number;
  /** Streams whose bytes are not here. */
  readonly missing: ReadonlySet<BlobId>;
}

const choiceOf = ({ done, later }: AheadChoice): { done: string[]; later: string[] } => ({
  done: Object.keys(done ?? {}).sort(),
  later: Object.keys(later ?? {}).sort(),
});

const hexOf = (hash: B64): string => toHex(fromBase64Url(hash) ?? new Uint8Array(0));

type Names = ReturnType<typeof createNames>;

function planPaper(
  input: ExportInput,
  id: RecordId,
  record: PaperRecord,
  place: { readonly folder: string; readonly name: Names },
): { readonly entry: ExportIndex["papers"][number]; readonly files: readonly PlannedFile[] } {
  const { words, missing } = input;
  // A spoken answer is in no list of papers that the page has words for: it brings its own.
  const own = record.kind === voiceKind && record.title !== "" ? record.title : words.unnamed;
  const title = words.papers[id]?.title ?? own;
  const found: {
    readonly pointer: BlobPointer;
    readonly page: number;
    readonly role: "page" | "original";
    turn: 0 | 90 | 180 | 270;
  }[] = [];
  const lost: number[] = [];
  for (const [n, [, page]] of pagesInOrder(record).entries()) {
    const { readable, original, turn } = page;
    const here = [readable, original].filter((pointer) => pointer !== null && !missing.has(pointer.blob));
    if (here.length === 0) lost.push(n + 1);
    for (const pointer of [readable, original]) {
      if (pointer === null || missing.has(pointer.blob)) continue;
      const role = pointer === original && readable !== null ? "original" : "page";
      found.push({ pointer, page: n + 1, role, turn });
    }
  }
  const plain = safeName(title, words.unnamed);
  const [only] = found;
  // One page is one file; several are a folder of their own.
  const alone = found.length === 1 && only !== undefined;
  const folder = alone ? "" : place.name(plain);
  const within = createNames();
  const files = found.map(({ pointer, page, role, turn }) => {
    const ending = endingOf(pointer.mime);
    const word = role === "original" ? words.sections.original : words.sections.page;
    const path = alone
      ? `${place.folder}/${place.name(plain, ending)}`
      : `${place.folder}/${folder}/${within(safeName(`${word} ${page}`, String(page)), ending)}`;
    const facts = { path, role, page, mime: pointer.mime, bytes: pointer.bytes, sha256: hexOf(pointer.hash), turn };
    return { facts, planned: { path, pointer } };
  });
  const { kind, holder, expiry, status, createdAt, updatedAt, facts = {}, note = "", stay = null, ahead = {} } = record;
  return {
    entry: {
      ...{ id, title, kind, holder, expiry, facts: { ...facts }, note, stay, status, createdAt, updatedAt },
      ahead: { ...choiceOf(ahead), notice: ahead.notice ?? null, off: ahead.off ?? false },
      files: files.map((file) => file.facts),
      missing: lost,
    },
    files: files.map((file) => file.planned),
  };
}

const factLines = (facts: readonly (readonly [string, string])[]): readonly string[] =>
  facts.flatMap(([label, value]) => [label, `  ${value}`, ""]);

function planDossier(input: ExportInput, id: RecordId, record: DossierRecord, folder: string, name: Names) {
  const { words, proofs } = input;
  const said = words.dossiers[id];
  const title = said?.title ?? record.number;
  const own = `${folder}/${name(safeName(`${title} ${record.number}`, record.number))}`;
  const answersFile = `${own}/${words.names.answers}.txt`;
  const { sections } = words;
  const lines =
    said === undefined
      ? [title]
      : [
          title,
          "",
          ...factLines(said.facts),
          `${sections.answers}`,
          "",
          ...factLines(said.answers),
          ...(said.replies.length === 0 ? [] : [sections.replies, "", ...factLines(said.replies)]),
          ...(said.proofs.length === 0 ? [] : [sections.proofs, "", ...factLines(said.proofs)]),
        ];
  const letters = versionsInOrder(record);
  const told = letters.flatMap((letter) => {
    const held = [...(record.proofs?.[letter] ?? []), ...(proofs.get(letter) ?? [])];
    return held.map((proof) => ({ letter, proof }));
  });
  const files = told.map(({ letter, proof }, n) => ({
    letter,
    path: `${own}/${words.names.proof}-${n + 1}.json`,
    text: JSON.stringify(proof),
  }));
  const { number, procedure, formVersion, organisation, status, language, createdAt, updatedAt } = record;
  const { answers, rows, notForeseen, declaration } = record;
  return {
    entry: {
      ...{ id, title, number, procedure, formVersion, organisation, status, language, createdAt, updatedAt },
      ...{ answersFile, answers: { ...answers }, rows: { ...rows }, notForeseen, declaration },
      attached: Object.fromEntries(Object.entries(record.attached).map(([slot, { papers }]) => [slot, [...papers]])),
      sent: letters.flatMap((letter) => {
        const sent = record.sent[letter];
        const withdrawn = record.withdrawn?.[letter] !== undefined;
        return sent === undefined ? [] : [{ letter, n: sent.n, at: sent.at, papers: sent.papers, withdrawn }];
      }),
      replies: Object.entries(record.replies)
        .map(([letter, reply]) => ({ letter, at: reply.at, status: reply.status, text: reply.text }))
        .sort((a, b) => a.at - b.at),
      proofs: files.map(({ letter, path }) => ({ letter, path })),
    },
    // A byte order mark: plain text without one is read in the wrong alphabet on some desks.
    texts: [
      { path: answersFile, text: `\u{feff}${lines.join("\r\n")}` },
      ...files.map(({ path, text }) => ({ path, text })),
    ],
  };
}

const claims = ["given_name", "family_name", "birthdate", "phone_number", "email", "language"] as const;

/** Everything that the archive will hold, in a fixed order: newest papers first, the bin last. */
export function planExport(input: ExportInput): ExportPlan {
  const { records, words } = input;
  const top = createNames();
  const readable = top(words.names.index, ".html");
  top("index", ".json");
  const folders = {
    papers: top(safeName(words.names.papers, "papers")),
    dossiers: top(safeName(words.names.dossiers, "dossiers")),
    bin: top(safeName(words.names.bin, "bin")),
  };
  const names = { papers: createNames(), dossiers: createNames(), bin: createNames() };
  const sorted = [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
  const papers = sorted
    .flatMap(({ id, record }) => (record.t === "paper" ? [{ id, record }] : []))
    .sort(
      (a, b) =>
        Number(a.record.status === "binned") - Number(b.record.status === "binned") ||
        b.record.createdAt - a.record.createdAt,
    )
    .map(({ id, record }) => {
      const where = record.status === "binned" ? "bin" : "papers";
      return planPaper(input, id, record, { folder: folders[where], name: names[where] });
    });
  const dossiers = sorted
    .flatMap(({ id, record }) => (record.t === "dossier" ? [{ id, record }] : []))
    .sort((a, b) => b.record.createdAt - a.record.createdAt)
    .map(({ id, record }) => planDossier(input, id, record, folders.dossiers, names.dossiers));
  const profile =
    sorted.flatMap(({ record }) => (record.t === "profile" ? [record] : []))[0] ?? ({ t: "profile" } as ProfileRecord);
  return {
    files: papers.flatMap((paper) => paper.files),
    texts: dossiers.flatMap((dossier) => dossier.texts),
    readable,
    index: {
      format: "besace-export",
      version: 1,
      made: new Date(input.made).toISOString(),
      language: words.language,
      profile: Object.fromEntries(
        claims.flatMap((claim) => (profile[claim] === undefined ? [] : [[claim, profile[claim]] as const])),
      ),
      ahead: {
        followed: Object.entries(profile.followed ?? {}).map(([right, each]) => {
          return { right, since: each.since ?? null, ...choiceOf(each) };
        }),
        dates: Object.entries(profile.dates ?? {}).map(([id, each]) => {
          return { id, date: each.date, title: each.title, notice: each.notice ?? null, ...choiceOf(each) };
        }),
      },
      papers: papers.map((paper) => paper.entry),
      dossiers: dossiers.map((dossier) => dossier.entry),
    },
  };
}
