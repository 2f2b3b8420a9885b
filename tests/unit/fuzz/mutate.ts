/** Damage for fuzz tests: structure-aware changes of JSON values, and flipped bits of base64url fields. */

import fc from "fast-check";
import { fromBase64Url, toBase64Url } from "../../../src/shared/bytes.ts";

type Json = unknown;
const isMap = (value: Json): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every place in a value, as a list of keys. */
export function placesIn(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  const inner = Array.isArray(value)
    ? value.map((item, i) => [String(i), item] as const)
    : isMap(value)
      ? Object.entries(value)
      : [];
  return [path, ...inner.flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

/** A copy with `change` done at `path`; `undefined` takes the place away. */
export function changedAt(value: Json, path: readonly string[], change: (old: Json) => Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    const copy = value.map((item, i) => (String(i) === key ? changedAt(item, rest, change) : item));
    return copy.filter((item) => item !== undefined);
  }
  if (!isMap(value)) return value;
  const { [key]: old, ...others } = value;
  const next = changedAt(old, rest, change);
  return next === undefined ? others : { ...others, [key]: next };
}

const odd = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    -1,
    0,
    1.5,
    Number.NaN,
    Number.MAX_SAFE_INTEGER + 2,
    "",
    "AA",
    "=",
    "__proto__",
    "é",
    "\ud800",
    [],
    {},
    { __proto__: null },
    { toString: 1 },
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 200 }),
);

/** One to three changes: a place replaced, taken away, given a stranger beside it, doubled, or with a letter changed. */
export const mutated = (valid: Json): fc.Arbitrary<Json> => {
  const places = placesIn(valid);
  const one = fc.record({
    place: fc.integer({ min: 0, max: places.length - 1 }),
    how: fc.integer({ min: 0, max: 4 }),
    odd,
    at: fc.nat(),
  });
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<Json>(
      (value, change) =>
        changedAt(value, places[change.place] ?? [], (old) => {
          if (change.how === 0) return change.odd;
          if (change.how === 1) return undefined;
          if (change.how === 2) return isMap(old) ? { ...old, stranger: change.odd } : change.odd;
          if (change.how === 3) return Array.isArray(old) ? [...old, ...old] : [old, old];
          if (typeof old !== "string" || old === "") return change.odd;
          const at = change.at % old.length;
          return `${old.slice(0, at)}${String.fromCharCode(33 + (change.at % 90))}${old.slice(at + 1)}`;
        }),
      valid,
    ),
  );
};

/** base64url text with one bit of its bytes changed. */
export function flipped(text: string, bit: number): string {
  const bytes = fromBase64Url(text);
  if (bytes === undefined || bytes.length === 0) throw new Error("assertion failed: some base64url");
  const at = bit % (bytes.length * 8);
  bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
  return toBase64Url(bytes);
}
