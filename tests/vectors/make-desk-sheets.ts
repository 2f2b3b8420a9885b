/**
 * Makes the frozen vectors of sheets on desks (SPEC C-Q), once: `node tests/vectors/make-desk-sheets.ts`. A file that exists is
 * never written again. Node only. As in make-ways.ts, nothing here is made with the code under test.
 */

import { concat, utf8 } from "../../src/shared/bytes.ts";
import { b64, id, labelled, raw, sha } from "./signed.ts";
import { random, write } from "./spec.ts";

interface Keys {
  readonly sign: string;
  readonly box: string;
}

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const base32 = (bytes: Uint8Array): string => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
};
const bodyOf = (who: string, { sign, box }: Keys) =>
  concat(raw(who), sha(labelled("besace/v1/desk-sheet", concat(raw(who), raw(sign), raw(box)))).slice(0, 16));
const textOf = (who: string, keys: Keys): string => `BSO1.${base32(bodyOf(who, keys))}`;
function check(who: string, keys: Keys) {
  const hash = Buffer.from(sha(labelled("besace/v1/desk-sheet-check", bodyOf(who, keys))));
  const drawn = hash.readUInt32BE(0);
  return {
    pictures: [0, 1, 2, 3].map((at) => Math.floor(drawn / 12 ** at) % 12),
    digits: String(hash.readUInt32BE(4) % 100_000_000).padStart(8, "0"),
  };
}

const [who, other] = [id(20), id(20)];
const key = () => b64(concat(new Uint8Array([4]), random.bytes(64)));
const [now, before, thief]: readonly [Keys, Keys, Keys] = [
  { sign: key(), box: key() },
  { sign: key(), box: key() },
  { sign: key(), box: key() },
];
const chain = { id: who, ...now, former: [before] };
const text = textOf(who, now);
const held = (name: string, said: string, expect: string, value?: unknown) => ({
  name,
  input: { text: said, chain },
  expect,
  ...(value === undefined ? {} : { value }),
});

write("desk-sheets", [
  held("the keys that it has", text, "now", check(who, now)),
  held("typed in small letters, with a line end", ` ${text.toLowerCase()}\n`, "now", check(who, now)),
  held("keys that its chain has replaced", textOf(who, before), "before", check(who, before)),
  held("the same id, another's keys", textOf(who, thief), "no", check(who, thief)),
  held("the same id and signing key, another box key", textOf(who, { ...now, box: thief.box }), "no"),
  held("another organisation with the same keys", textOf(other, now), "no"),
  held("one letter less", text.slice(0, -1), "no-sheet"),
  held("one letter more", `${text}0`, "no-sheet"),
  held(
    "unused bits that are not zero",
    `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.slice(-1)) | 1]}`,
    "no-sheet",
  ),
  held("a letter that is no letter of it", text.replace(/.$/, "U"), "no-sheet"),
  held("a card's mark", text.replace("BSO1.", "BSC1."), "no-sheet"),
  held("a newer version", text.replace("BSO1.", "BSO2."), "no-sheet"),
  held("an address", "https://besace.exemple.fr/BSO1.", "no-sheet"),
  held("raw bytes in base64url", `BSO1.${b64(utf8("sheet"))}`, "no-sheet"),
]);
