/**
 * Merges one record that two devices changed (DESIGN 4). Pure, deterministic, no clock.
 *
 * Surprising fact: the rules work on any JSON map, so fields of a newer version of the app merge and pass through too.
 * Where both sides wrote a scalar, this device's value stands and the other one goes to `others`: the person decides.
 */

import { assert } from "../shared/assert.ts";
import type { OtherAnswers, SatchelRecord } from "./model.ts";

type Json = unknown;
type JsonMap = Readonly<Record<string, Json>>;

/** Text of a value that is the same for equal values, whatever the order of keys in maps. */
export function stable(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${stable(inner)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "";
}

/** Same content, whatever the order of keys. */
export const sameValue = (a: unknown, b: unknown): boolean => stable(a) === stable(b);

const isMap = (value: Json): value is JsonMap => typeof value === "object" && value !== null && !Array.isArray(value);

/** How two different changes of one field become one. `quiet`: keeps mine, the other value is not worth asking about. */
type Rule = "scalar" | "quiet" | "set" | "status" | "most" | "least" | "any-true" | "pin";

/** Fields with a meaning of their own, by path; a star stands for one id. Everything else: maps per entry, else scalar. */
const rules: Readonly<Record<SatchelRecord["t"], Readonly<Record<string, Rule>>>> = {
  paper: {
    status: "status",
    binnedAt: "most",
    createdAt: "least",
    updatedAt: "most",
    "pages.*.position": "quiet",
    origin: "quiet",
    "pages.*.state": "status",
    "pages.*.readable": "scalar",
    "pages.*.preview": "scalar",
    "pages.*.original": "scalar",
  },
  dossier: {
    status: "status",
    formVersion: "most",
    page: "quiet",
    language: "quiet",
    "answers.*": "scalar",
    "rows.*.position": "quiet",
    "attached.*.papers": "set",
    "attached.*.missing": "quiet",
    "attached.*.later": "set",
    "withdrawn.*.at": "least",
    declaration: "scalar",
    "replies.*.seen": "any-true",
    "proofs.*": "set",
    origin: "quiet",
    createdAt: "least",
    updatedAt: "most",
  },
  share: { "ended.at": "least", "ended.told": "quiet", origin: "quiet" },
  profile: {
    "pinned.serverKeys.*": "pin",
    "pinned.organisations.*": "pin",
    "pinned.aliases.*": "pin",
    "pinned.taken.*": "pin",
    "devices.*.addedAt": "least",
  },
};

/** Steps from first to last; a word of a newer version is higher than all known ones. */
const steps: readonly string[] = ["raw", "draft", "ready", "kept", "sent", "binned"];
function higher(a: Json, b: Json): Json {
  const place = (step: Json): number => (steps.includes(String(step)) ? steps.indexOf(String(step)) : steps.length);
  if (place(a) !== place(b)) return place(a) > place(b) ? a : b;
  return String(a) >= String(b) ? a : b;
}

/** Page states have two steps of their own: a picture that was reduced once stays reduced. */
const pageState = (a: Json, b: Json): Json => (a === "ready" || b === "ready" ? "ready" : higher(a, b));

const extreme = (a: Json, b: Json, pick: (...values: number[]) => number): Json => {
  const numbers = [a, b].filter((value) => typeof value === "number");
  return numbers.length === 0 ? (a ?? b) : pick(...numbers);
};

/** Elements of both; one that was in the base and that one side took out stays out. Mine first, then theirs. */
function mergeSets(base: Json, mine: readonly Json[], theirs: readonly Json[]): readonly Json[] {
  const texts = (values: Json): ReadonlySet<string> => new Set(Array.isArray(values) ? values.map(stable) : []);
  const [before, left, right] = [texts(base), texts(mine), texts(theirs)];
  const seen = new Set<string>();
  return [...mine, ...theirs].filter((value) => {
    const text = stable(value);
    if (seen.has(text)) return false;
    seen.add(text);
    return (left.has(text) && right.has(text)) || !before.has(text);
  });
}

const isChoices = (value: Json): value is { readonly v: "choices"; readonly ids: readonly string[] } =>
  isMap(value) && value.v === "choices" && Array.isArray(value.ids);

/** Paths whose maps are one value and never mixed from two sides: an answer, a pointer with its key, a declaration. */
const whole = new Set<Rule>(["scalar", "quiet", "set", "pin"]);

interface Run {
  readonly rules: Readonly<Record<string, Rule>>;
  readonly note: (path: string, other: Json) => void;
}

function ruleFor(run: Run, path: readonly string[]): Rule | undefined {
  const exact = run.rules[path.join(".")];
  if (exact !== undefined) return exact;
  const [first, , ...rest] = path;
  if (path.length < 2) return undefined;
  return run.rules[[first, "*", ...rest].join(".")] ?? run.rules[[...path.slice(0, -1), "*"].join(".")];
}

/** A key that was pinned: of the same organisation the longer chain, else what the server's order says came first. */
function pinned(mine: Json, theirs: Json): Json {
  const length = (value: Json): number =>
    isMap(value) && Array.isArray(value.statements) ? value.statements.length : 0;
  const same = isMap(mine) && isMap(theirs) && mine.id === theirs.id;
  return same && length(mine) > length(theirs) ? mine : theirs;
}

function mergeValue(run: Run, path: readonly string[], base: Json, mine: Json, theirs: Json): Json {
  if (sameValue(mine, theirs)) return mine;
  if (sameValue(mine, base)) return theirs;
  if (sameValue(theirs, base)) return mine;
  const rule = ruleFor(run, path);
  // Both sides changed it, differently. One of them took it away: what was written wins over what was removed, and the
  // removal stays in reach.
  if (mine === undefined || theirs === undefined) {
    if (rule !== "quiet") run.note(path.join("."), null);
    return mine ?? theirs;
  }
  if (rule === "status") return path[0] === "pages" ? pageState(mine, theirs) : higher(mine, theirs);
  if (rule === "most") return extreme(mine, theirs, Math.max);
  if (rule === "least") return extreme(mine, theirs, Math.min);
  if (rule === "any-true") return mine === true || theirs === true;
  if (rule === "quiet") return mine;
  if (rule === "pin") return pinned(mine, theirs);
  if (Array.isArray(mine) && Array.isArray(theirs) && rule === "set") return mergeSets(base, mine, theirs);
  if (isChoices(mine) && isChoices(theirs)) {
    return { ...mine, ids: mergeSets(isChoices(base) ? base.ids : [], mine.ids, theirs.ids) };
  }
  if (isMap(mine) && isMap(theirs) && (rule === undefined || !whole.has(rule))) {
    return mergeMaps(run, path, isMap(base) ? base : {}, mine, theirs);
  }
  run.note(path.join("."), theirs);
  return mine;
}

function mergeMaps(run: Run, path: readonly string[], base: JsonMap, mine: JsonMap, theirs: JsonMap): JsonMap {
  const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].sort();
  const merged: Record<string, Json> = {};
  for (const key of keys) {
    if (path.length === 0 && key === "others") continue;
    const value = mergeValue(run, [...path, key], base[key], mine[key], theirs[key]);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

/** Lists of other answers are sets per path: what one side settled stays settled. */
function mergeOthers(base: OtherAnswers, mine: OtherAnswers, theirs: OtherAnswers): Record<string, readonly Json[]> {
  const merged: Record<string, readonly Json[]> = {};
  for (const path of [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].sort()) {
    const values = mergeSets(base[path] ?? [], mine[path] ?? [], theirs[path] ?? []);
    if (values.length > 0) merged[path] = values;
  }
  return merged;
}

const startsWith = (key: string, repeat: string, row: string): boolean => key.startsWith(`${repeat}/${row}/`);

/** A row that one side removed while the other was writing in it stays: what was written is shown, not hidden (INV-1). */
function keepWrittenRows(run: Run, base: JsonMap, mine: JsonMap, theirs: JsonMap, merged: JsonMap): JsonMap {
  const rows = merged.rows;
  if (!isMap(rows)) return merged;
  const answersOf = (side: JsonMap): JsonMap => (isMap(side.answers) ? side.answers : {});
  const before = answersOf(base);
  const wrote = (side: JsonMap, repeat: string, row: string): boolean => {
    const after = answersOf(side);
    return [...new Set([...Object.keys(after), ...Object.keys(before)])].some(
      (key) => startsWith(key, repeat, row) && !sameValue(after[key], before[key]),
    );
  };
  const removedBy = (side: JsonMap, row: string): boolean => {
    const own = isMap(side.rows) ? side.rows[row] : undefined;
    return isMap(own) && own.removed === true;
  };
  const kept = Object.entries(rows).map(([row, value]) => {
    if (!isMap(value) || value.removed !== true || removedBy(base, row)) return [row, value];
    const repeat = String(value.repeat);
    const [gone, gone2] = [removedBy(mine, row), removedBy(theirs, row)];
    const stays = (gone && !gone2 && wrote(theirs, repeat, row)) || (gone2 && !gone && wrote(mine, repeat, row));
    if (stays) run.note(`rows.${row}.removed`, true);
    return [row, stays ? { ...value, removed: false } : value];
  });
  return { ...merged, rows: Object.fromEntries(kept) };
}

const ofPaper = ["kind", "title", "holder", "expiry", "pages"];

/**
 * A paper that one side put in the bin while the other wrote in it stays, and says so: an edit wins over a deletion. A
 * binned paper has a date or waits for one; any other has none: two sides could each bring half of that.
 */
function settlePaper(run: Run, base: JsonMap, mine: JsonMap, theirs: JsonMap, merged: JsonMap): JsonMap {
  if (merged.t !== "paper") return merged;
  const sides = [mine, theirs];
  const keeper = sides.find((side) => side.status !== "binned");
  const binned = merged.status === "binned" && base.t === "paper" && base.status !== "binned" && keeper !== undefined;
  if (binned && ofPaper.some((field) => !sameValue(keeper[field], base[field]))) {
    run.note("status", "binned");
    return { ...merged, status: keeper.status, binnedAt: null };
  }
  return merged.status === "binned" ? merged : { ...merged, binnedAt: null };
}

/** "I do not have it" falls when the other side found the paper. */
function settleAttached(merged: JsonMap): JsonMap {
  const attached = merged.attached;
  if (!isMap(attached)) return merged;
  const settled = Object.entries(attached).map(([requirement, value]) =>
    isMap(value) && Array.isArray(value.papers) && value.papers.length > 0
      ? [requirement, { ...value, missing: false }]
      : [requirement, value],
  );
  return { ...merged, attached: Object.fromEntries(settled) };
}

const content = ["answers", "rows", "attached", "notForeseen"];

/**
 * "ready" and "sent" speak of exact words. When the other side had written something else meanwhile, the mix was neither
 * declared nor sent: the dossier is a draft again, and goes on as version 2 (DESIGN 4: what was delivered is never merged).
 */
function settleDossier(mine: JsonMap, theirs: JsonMap, merged: JsonMap): JsonMap {
  if (merged.t !== "dossier" || (merged.status !== "ready" && merged.status !== "sent")) return merged;
  const covered = [mine, theirs].some(
    (side) => side.status === merged.status && content.every((field) => sameValue(side[field], merged[field])),
  );
  return covered ? merged : { ...merged, status: "draft", declaration: null };
}

export interface MergeInput<R extends SatchelRecord> {
  /** Last server state that this device had merged; null when there is none, or when it is no ancestor (after a reset). */
  readonly base: R | null;
  /** What this device holds. */
  readonly mine: R;
  /** What the server holds now. */
  readonly theirs: R;
}

/**
 * The record that both sides become (DESIGN 4). Laws, all tested: one side unchanged gives the other; equal sides give
 * themselves; every value written on a side is in the result, in `others`, or was overtaken by a later step of a
 * status; devices that merge through one server end equal (INV-4). After a reset pass `base: null`: then no
 * untouched field wins silently, the other value is one tap away.
 */
export function mergeRecords<R extends SatchelRecord>(input: MergeInput<R>): R {
  const { mine, theirs } = input;
  assert(mine.t === theirs.t && (input.base === null || input.base.t === mine.t), "one record is of one kind");
  if (sameValue(mine, theirs)) return mine;
  if (input.base !== null && sameValue(mine, input.base)) return theirs;
  if (input.base !== null && sameValue(theirs, input.base)) return mine;
  const [base, left, right] = [input.base ?? {}, mine, theirs] as unknown as readonly [JsonMap, JsonMap, JsonMap];
  const noted: [string, Json][] = [];
  const run: Run = { rules: rules[mine.t], note: (path, other) => void noted.push([path, other]) };
  let merged = mergeMaps(run, [], base, left, right);
  merged = settlePaper(run, base, left, right, keepWrittenRows(run, base, left, right, merged));
  merged = settleAttached(merged);
  merged = settleDossier(left, right, merged);
  const others = mergeOthers(input.base?.others ?? {}, mine.others ?? {}, theirs.others ?? {});
  for (const [path, value] of noted) others[path] = mergeSets([], others[path] ?? [], [value]);
  const record = merged as unknown as R;
  return Object.keys(others).length === 0 ? record : { ...record, others };
}
