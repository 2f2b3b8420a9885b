/**
 * What of a record a screen may see: everything but what opens or proves its streams (DESIGN 2: only workers hold content
 * keys). Pure; runs in the satchel worker, on the way out.
 *
 * Surprising: other answers hold pointers too, in values of unknown shape, so keys are looked for wherever a pointer is.
 */

import type { PaperRecord, ShownPaper } from "./model.ts";

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of a pointer. What proves a stream is no secret, but is half the weight of a list and nothing to a screen. */
const WORKERS_ONLY: ReadonlySet<string> = new Set(["key", "hash", "root", "sealedLength"]);

/** The same value without the key of any stream in it. */
export function withoutKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutKeys);
  if (!isMap(value)) return value;
  const isPointer = "blob" in value && "key" in value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) =>
      isPointer && WORKERS_ONLY.has(name) ? [] : [[name, withoutKeys(part)]],
    ),
  );
}

/** Records do not change, and lists are asked often. */
const shown = new WeakMap<PaperRecord, ShownPaper>();

export function shownPaper(record: PaperRecord): ShownPaper {
  const known = shown.get(record);
  if (known !== undefined) return known;
  const made = withoutKeys(record) as ShownPaper;
  shown.set(record, made);
  return made;
}
