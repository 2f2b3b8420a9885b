/**
 * "Une autre réponse existe": what another device had written, shown and settled (DESIGN 4). Pure; page and worker.
 *
 * Surprising facts: `null` among the others means that the other device had taken the value away; and a value that has
 * become equal to what stands here is no other answer any more, so it is not shown though the record still lists it.
 */

import { sameValue } from "./merge.ts";
import type {
  BlobPointer,
  DossierRecord,
  OtherAnswers,
  PaperRecord,
  ProfileRecord,
  SatchelRecord,
  ShownPaper,
} from "./model.ts";
import { setPaperFacts, setPaperNote, setPaperStay } from "./paper.ts";

export interface OtherAnswer {
  /** "title", "facts.number", "answers.birthdate", "pages.<id>", "rows.<id>.removed", "status", or "erased". */
  readonly path: string;
  /** What stands here; undefined where nothing does. */
  readonly mine: unknown;
  /** At least one, none equal to `mine`. null: it had been taken away. */
  readonly others: readonly unknown[];
}

/** The three pictures of a page are one thing for the person. */
export interface PagePictures {
  readonly readable: BlobPointer | null;
  readonly preview: BlobPointer | null;
  readonly original: BlobPointer | null;
}

/** What a person can be asked about; anything else in `others` is kept and passes through. */
const asked: Readonly<Record<SatchelRecord["t"], RegExp>> = {
  paper: /^(kind|title|holder|expiry|note|stay|facts\.[^.]+|status|erased|pages\.[^.]+)$/,
  dossier: /^(notForeseen|erased|answers\..+|rows\.[^.]+\.removed)$/,
  profile: /^(given_name|family_name|birthdate|phone_number|email|language)$/,
  // A share is made once; what two devices add to it contradicts nothing.
  share: /^$/,
};

const pointerPath = /^(pages\.[^.]+)\.(readable|preview|original)$/;
const pictureFields = ["readable", "preview", "original"] as const;

/** Keys may hold dots behind the first word only ("answers.a.b"): the first two words are the place, the rest the key. */
function valueAt(record: SatchelRecord | ShownPaper, path: string): unknown {
  const [first = "", ...rest] = path.split(".");
  const map = (record as unknown as Readonly<Record<string, unknown>>)[first];
  if (rest.length === 0) return map;
  if (first === "answers") return (map as Readonly<Record<string, unknown>> | undefined)?.[rest.join(".")];
  return rest.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], map);
}

/** The n-th other picture of a page: each field falls back to what stands, so that a page is never half empty. */
function picturesAt(paper: ShownPaper, page: string, n: number): PagePictures {
  const held = paper.pages[page];
  const pick = (field: (typeof pictureFields)[number]): BlobPointer | null => {
    const listed = paper.others?.[`pages.${page}.${field}`];
    return (listed === undefined ? held?.[field] : listed[n]) as BlobPointer | null;
  };
  return { readable: pick("readable"), preview: pick("preview"), original: pick("original") };
}

function pageOthers(paper: ShownPaper, page: string): readonly PagePictures[] {
  const counts = pictureFields.map((field) => paper.others?.[`pages.${page}.${field}`]?.length ?? 0);
  return Array.from({ length: Math.max(...counts) }, (_, n) => picturesAt(paper, page, n)).filter(
    // A page needs something to show.
    (pictures) => (pictures.readable ?? pictures.original ?? null) !== null,
  );
}

/** Everything that a person may decide, in a steady order. */
export function othersOf(record: SatchelRecord | ShownPaper): readonly OtherAnswer[] {
  const found: OtherAnswer[] = [];
  const pages = new Set<string>();
  for (const [path, values] of Object.entries(record.others ?? {})) {
    const page = pointerPath.exec(path)?.[1];
    if (page !== undefined) pages.add(page);
    if (!asked[record.t].test(path)) continue;
    const mine = path === "erased" ? undefined : valueAt(record, path);
    const others = values.filter((value) => !sameValue(value, mine) && !(value === null && mine === undefined));
    if (others.length > 0) found.push({ path, mine, others });
  }
  if (record.t === "paper") {
    for (const path of pages) {
      const mine = valueAt(record, path);
      const others = mine === undefined ? [] : pageOthers(record, path.slice("pages.".length));
      if (others.length > 0) found.push({ path, mine, others });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The other answers to one question, or none. */
export const otherAt = (record: SatchelRecord | ShownPaper, path: string): OtherAnswer | null =>
  othersOf(record).find((other) => other.path === path) ?? null;

/** Takes a path, and what lies under it, out of the other answers: the person has decided. */
export function settleOther<R extends SatchelRecord>(record: R, path: string): R {
  const under = (key: string): boolean => pointerPath.exec(key)?.[1] === path;
  const rest = Object.fromEntries(
    Object.entries(record.others ?? {}).filter(([key]) => key !== path && !under(key)),
  ) as OtherAnswers;
  const { others: _all, ...plain } = record;
  return (Object.keys(rest).length === 0 ? plain : { ...plain, others: rest }) as unknown as R;
}

function choosePaper(paper: PaperRecord, path: string, value: unknown, now: number): PaperRecord {
  if (path === "note") return setPaperNote(paper, String(value ?? ""), now);
  if (path === "stay") return setPaperStay(paper, typeof value === "boolean" ? value : null, now);
  if (path.startsWith("facts.")) {
    const field = path.slice("facts.".length);
    return setPaperFacts(paper, { [field]: value === null ? null : String(value) }, now);
  }
  if (!path.startsWith("pages.")) return { ...paper, [path]: value, updatedAt: now };
  const id = path.slice("pages.".length);
  const { [id]: page, ...rest } = paper.pages;
  if (page === undefined) return paper;
  if (value === null) return { ...paper, pages: rest, updatedAt: now };
  return { ...paper, pages: { ...rest, [id]: { ...page, ...(value as PagePictures) } }, updatedAt: now };
}

function chooseDossier(dossier: DossierRecord, path: string, value: unknown, now: number): DossierRecord {
  // Any change of content is undeclared and unsent (dossier.ts, `edited`).
  const edited = { ...dossier, status: "draft" as const, declaration: null, updatedAt: now };
  if (path === "notForeseen") return { ...edited, notForeseen: String(value) };
  const [, row] = /^rows\.([^.]+)\.removed$/.exec(path) ?? [];
  if (row !== undefined) {
    const held = dossier.rows[row];
    return held === undefined ? dossier : { ...edited, rows: { ...dossier.rows, [row]: { ...held, removed: true } } };
  }
  const key = path.slice("answers.".length);
  const { [key]: _before, ...rest } = dossier.answers;
  return {
    ...edited,
    answers: value === null ? rest : { ...rest, [key]: value as DossierRecord["answers"][string] },
  };
}

function chooseProfile(profile: ProfileRecord, path: string, value: unknown): ProfileRecord {
  const { [path as "given_name"]: _before, ...rest } = profile;
  return (value === null ? rest : { ...rest, [path]: value }) as ProfileRecord;
}

/**
 * Puts the n-th other value of `path` in the place of what stands here, and settles the path. What `othersOf` does not
 * list changes nothing. Putting a paper in the bin ("status") and erasing ("erased") are the caller's: they need server time.
 */
export function chooseOther<R extends SatchelRecord>(record: R, path: string, n: number, now: number): R {
  const value = otherAt(record, path)?.others[n];
  if (value === undefined) return record;
  const given: SatchelRecord = record;
  const chosen =
    given.t === "paper"
      ? choosePaper(given, path, value, now)
      : given.t === "dossier"
        ? chooseDossier(given, path, value, now)
        : given.t === "profile"
          ? chooseProfile(given, path, value)
          : given;
  return settleOther(chosen as R, path);
}
