/** D7: what a 2D-Doc code says goes where a person will find it again: the paper's end and fields, the profile, the note. In Node. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Keepable, keepablesOf, keptPatch, kindOf } from "../../../../src/satchel/twoddoc/keep.ts";
import { readTwoDDoc, type TwoDDoc } from "../../../../src/satchel/twoddoc/read.ts";

const root = new URL("../../../..", import.meta.url).pathname;
const vectors: { readonly own: readonly { readonly name: string; readonly code: string }[] } = JSON.parse(
  readFileSync(`${root}/tests/vectors/two-d-doc.json`, "utf8"),
);
function read(name: string): TwoDDoc {
  const code = vectors.own.find((each) => each.name === name)?.code ?? "";
  const doc = readTwoDDoc(new Uint8Array(Buffer.from(code, "base64url")));
  if (!doc.ok) throw new Error(doc.error);
  return doc.value;
}
const line = ({ meaning, value }: Keepable): string => `${meaning} : ${value}`;

test("an address is one thing, whatever its lines; its postal code stands before its city", () => {
  const bill = keepablesOf(read("version 1, a bill"), "proof-of-address", "me");
  expect(bill.map(({ meaning, value, proposed }) => [meaning, value, proposed])).toEqual([
    ["full-name", "MME SPECIMEN NATACHA", true],
    ["address", "145 AVENUE DES SPECIMENS, 75001 PARIS", true],
    ["country", "FR", true],
  ]);
});

test("a tax notice fills the fields of its kind; secret ones are there and not ticked; the rest is for the note", () => {
  const notice = keepablesOf(read("version 4, a tax notice"), "tax-notice", "me");
  const places = Object.fromEntries(
    notice.map(({ meaning, to, proposed }) => [meaning, [to.in === "facts" ? to.field : to.in, proposed]]),
  );
  expect(places).toMatchObject({
    "reference-income": ["reference-income", true],
    "income-year": ["year", true],
    "tax-number": ["tax-number", false],
    address: ["note", true],
    "tax-parts": ["note", true],
  });
  expect(notice.find(({ meaning }) => meaning === "address")?.value).toBe("145 RUE DES SPECIMENS 78000 VERSAILLES");
});

test("names and the day of birth go to the profile, of the person's own papers only; a second value goes to the note", () => {
  const doc = read("an id that comes twice");
  const to = (holder: string) => keepablesOf(doc, "identity-card", holder).map((each) => each.to.in);
  expect(to("me")).toEqual(["profile", "note", "profile"]);
  expect(to("Ayoub")).toEqual(["note", "note", "note"]);
  const [born] = keepablesOf(read("a day of birth, and one that does not exist"), "identity-card", "me");
  expect(born).toMatchObject({ date: "1984-02-29", to: { in: "profile", field: "birthdate" } });
});

test("keeping changes what was chosen and nothing else; twice is once", () => {
  const doc = read("version 4, a tax notice");
  const all = keepablesOf(doc, "tax-notice", "me");
  const chosen = all.filter(({ meaning }) => ["reference-income", "tax-parts"].includes(meaning));
  const { paper, profile } = keptPatch({ kind: "tax-notice", note: "chez ma sœur" }, doc, chosen, line);
  expect(paper).toEqual({ facts: { "reference-income": "63198" }, note: "chez ma sœur\ntax-parts : 2,75" });
  expect(profile).toEqual({});
  const again = keptPatch({ kind: "tax-notice", note: paper.note ?? "" }, doc, chosen, line);
  expect(again.paper).toEqual({ facts: { "reference-income": "63198" } });
  expect(keptPatch({ kind: null }, doc, [], line)).toEqual({ paper: {}, profile: {} });
});

test("a paper without a kind takes the one of its code; another kind is left alone", () => {
  const doc = read("version 4, a tax notice");
  const chosen = keepablesOf(doc, kindOf(doc), "me").filter(({ meaning }) => meaning === "income-year");
  expect(keptPatch({ kind: "other" }, doc, chosen, line).paper.kind).toBe("tax-notice");
  expect(keptPatch({ kind: "lease" }, doc, chosen, line).paper).not.toHaveProperty("kind");
});
