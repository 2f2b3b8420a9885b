/**
 * Ten typed groups of four characters that carry 128 secret bits: the text form of a card and of a desk's one-time
 * code (SPEC P-G). Runs everywhere.
 *
 * Surprising: the alphabet has no I, O, 0 or 1, so a typed one is always a misreading. The group's check character then
 * tells which look-alike was meant, or the group is named as wrong.
 */

import { assert } from "../shared/assert.ts";
import { type Bytes, concat } from "../shared/bytes.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { latinDigits } from "./digits.ts";
import type { Label } from "./labels.ts";
import { labelled, sha256 } from "./sign.ts";

export interface GroupContent {
  /** 0 to 15 each. */
  readonly version: number;
  readonly set: number;
  /** 16 bytes. */
  readonly secret: Bytes;
}

export type GroupsError =
  /** Not ten groups of four of the alphabet's characters once spaces and dashes are gone. */
  | { readonly type: "wrong-length"; readonly characters: number }
  /** Groups that cannot be right, counted from 1, in order. */
  | { readonly type: "wrong-groups"; readonly groups: readonly number[] }
  /** Each group alone could be right, all together are not (or it is another kind of code). */
  | { readonly type: "wrong-checksum" };

export const groupAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
export const groupCount = 10;
const dataPerGroup = 3;
const groupLength = dataPerGroup + 1;
const checksumBits = 14;

const valueOfLetter = new Map(Array.from(groupAlphabet, (letter, value) => [letter, value]));

/** What a person may have meant by a character that no card has. */
const lookAlikes: Readonly<Record<string, string>> = { "0": "QDCG", O: "QDCG", "1": "LTJ7", I: "LTJ7" };

/** Product in GF(32), polynomial x^5 + x^2 + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 5; bit += 1) if (b & (1 << bit)) product ^= a << bit;
  for (let bit = 8; bit >= 5; bit -= 1) if (product & (1 << bit)) product ^= 0b100101 << (bit - 5);
  return product;
}

/** Distinct, none 0 or 1: every wrong character and every swap of two characters of a group shows (SPEC P-G3). */
const weights = [2, 4, 8] as const;

/** Check character of a group; its place is mixed in, so that two swapped groups show too. */
const checkOf = (place: number, data: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum ^ times(weight, data[at] ?? 0), place + 1);

async function checksumOf(label: Label, head: number, secret: Bytes): Promise<number> {
  const hash = await sha256(labelled(label, Uint8Array.of(head), secret));
  return (((hash[0] ?? 0) << 8) | (hash[1] ?? 0)) >> (16 - checksumBits);
}

/** 30 values of 5 bits: version and set, secret, checksum. */
function toValues(head: number, secret: Bytes, checksum: number): readonly number[] {
  const bits = concat(Uint8Array.of(head), secret);
  let pending = 0;
  let pendingBits = 0;
  const values: number[] = [];
  const put = (value: number, count: number): void => {
    pending = (pending << count) | value;
    pendingBits += count;
    while (pendingBits >= 5) {
      pendingBits -= 5;
      values.push((pending >> pendingBits) & 31);
      pending &= (1 << pendingBits) - 1;
    }
  };
  for (const byte of bits) put(byte, 8);
  put(checksum, checksumBits);
  return values;
}

function fromValues(values: readonly number[]): { head: number; secret: Bytes; checksum: number } {
  let pending = 0;
  let pendingBits = 0;
  let at = 0;
  const take = (count: number): number => {
    while (pendingBits < count) {
      pending = (pending << 5) | (values[at] ?? 0);
      at += 1;
      pendingBits += 5;
    }
    pendingBits -= count;
    const value = pending >> pendingBits;
    pending &= (1 << pendingBits) - 1;
    return value;
  };
  const head = take(8);
  const secret = new Uint8Array(16).map(() => take(8));
  return { head, secret, checksum: take(checksumBits) };
}

/** Ten groups of four characters. `label` says what the code is for: one kind is never read as another. */
export async function writeGroups(label: Label, content: GroupContent): Promise<readonly string[]> {
  const { version, set, secret } = content;
  assert(secret.length === 16 && version >= 0 && version < 16 && set >= 0 && set < 16, "SPEC P-G1: group content");
  const head = (version << 4) | set;
  const values = toValues(head, secret, await checksumOf(label, head, secret));
  return Array.from({ length: groupCount }, (_, place) => {
    const data = values.slice(place * dataPerGroup, (place + 1) * dataPerGroup);
    return [...data, checkOf(place, data)].map((value) => groupAlphabet.charAt(value)).join("");
  });
}

/** Every reading of a group's characters, look-alikes resolved in all possible ways. */
function readingsOf(group: string): readonly (readonly number[])[] {
  return Array.from(group).reduce<readonly (readonly number[])[]>(
    (readings, letter) => {
      const meant = Array.from(lookAlikes[letter] ?? letter, (one) => valueOfLetter.get(one)).filter(
        (one) => one !== undefined,
      );
      return readings.flatMap((reading) => meant.map((value) => [...reading, value]));
    },
    [[]],
  );
}

/** The three data values of a group, if exactly one reading of it is right. */
function readGroup(place: number, group: string): readonly number[] | undefined {
  const right = readingsOf(group).filter((reading) => checkOf(place, reading) === reading[dataPerGroup]);
  return right.length === 1 ? right[0]?.slice(0, dataPerGroup) : undefined;
}

/**
 * Reads typed groups: one text or several, with spaces, dashes, dots or lower case. A list of ten is taken group by
 * group, so that a group with a missing character is named too.
 */
export async function readGroups(
  label: Label,
  typed: string | readonly string[],
): Promise<Result<GroupContent, GroupsError>> {
  const clean = (text: string): string =>
    latinDigits(text)
      .toUpperCase()
      .replace(/[\s\-–—.·_]/gu, "");
  const whole = clean(typeof typed === "string" ? typed : typed.join(""));
  const groups =
    typeof typed !== "string" && typed.length === groupCount
      ? typed.map(clean)
      : Array.from({ length: groupCount }, (_, at) => whole.slice(at * groupLength, (at + 1) * groupLength));
  if (whole.length !== groupCount * groupLength && (typeof typed === "string" || typed.length !== groupCount))
    return err({ type: "wrong-length", characters: whole.length });
  const data = groups.map((group, place) => (group.length === groupLength ? readGroup(place, group) : undefined));
  const wrong = data.flatMap((values, place) => (values === undefined ? [place + 1] : []));
  if (wrong.length > 0) return err({ type: "wrong-groups", groups: wrong });
  const { head, secret, checksum } = fromValues(data.flatMap((values) => values ?? []));
  if ((await checksumOf(label, head, secret)) !== checksum) return err({ type: "wrong-checksum" });
  return ok({ version: head >> 4, set: head & 15, secret });
}
