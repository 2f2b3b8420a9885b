/**
 * Makes the frozen vectors of published forms (SPEC P-Q), once: `node tests/vectors/make-published.ts`. A file that exists is
 * never written again. Node only. As in make-ways.ts, nothing here is made with the code under test.
 */

import { concat, utf8 } from "../../src/shared/bytes.ts";
import { b64, json, labelled, type Pair, principal, sha, sign } from "./signed.ts";
import { flipped, write } from "./spec.ts";

const file = utf8(
  '{"format":"besace-form","form":{"id":"aide-vacances"},"words":{"fr":{"title":"Aide aux vacances, été"}}}',
);
const hash = b64(sha(labelled("besace/v1/published-file", file)));
const desk = await principal("organisation");
const other = await principal("organisation");
const person = await principal("satchel");

const publicationOf = (patch: object = {}): object => ({
  t: "form",
  v: 1,
  by: desk.id,
  form: "aide-vacances",
  version: 3,
  hash,
  length: file.length,
  at: Date.UTC(2026, 10, 22, 17),
  withdrawn: false,
  ...patch,
});
const made = (patch: object = {}, by: Pair = desk.sign, label = "besace/v1/published") =>
  sign(by, label, json(publicationOf(patch)));
const text = (body: string) => sign(desk.sign, "besace/v1/published", utf8(body));
const held = { statements: desk.statements, file: b64(file) };
const right = await made();
const refused = async (name: string, patch: object, expect = "bad-format") => ({
  name,
  input: { ...held, publication: await made(patch) },
  expect,
});

write("published", [
  { name: "a version with its file", input: { ...held, publication: right }, expect: "ok", value: publicationOf() },
  {
    name: "withdrawn",
    input: { ...held, file: null, publication: await made({ withdrawn: true }) },
    expect: "ok",
    value: publicationOf({ withdrawn: true }),
  },
  {
    name: "the longest name, the highest version",
    input: { ...held, publication: await made({ form: "a".repeat(60), version: 1_000_000 }) },
    expect: "ok",
  },
  {
    name: "of another organisation, signed by that one",
    input: { ...held, publication: await made({ by: other.id }, other.sign) },
    expect: "bad-signature",
  },
  {
    name: "for another organisation, signed by this one",
    input: { ...held, publication: await made({ by: other.id }) },
    expect: "wrong-signer",
  },
  {
    name: "of a satchel",
    input: { ...held, statements: person.statements, publication: await made({ by: person.id }, person.sign) },
    expect: "wrong-signer",
  },
  {
    name: "under the label of statements",
    input: { ...held, publication: await made({}, desk.sign, "besace/v1/statement") },
    expect: "bad-signature",
  },
  {
    name: "under the label of proofs",
    input: { ...held, publication: await made({}, desk.sign, "besace/v1/proof") },
    expect: "bad-signature",
  },
  {
    name: "a changed signature",
    input: { ...held, publication: { ...right, sig: flipped(right.sig) } },
    expect: "bad-signature",
  },
  {
    name: "the body of another version under this signature",
    input: { ...held, publication: { body: (await made({ version: 4 })).body, sig: right.sig } },
    expect: "bad-signature",
  },
  { name: "with other bytes", input: { ...held, file: b64(utf8("{}")), publication: right }, expect: "other-file" },
  {
    name: "with one letter changed",
    input: { ...held, file: flipped(b64(file)), publication: right },
    expect: "other-file",
  },
  {
    name: "with one byte more",
    input: { ...held, file: b64(concat(file, utf8(" "))), publication: right },
    expect: "other-file",
  },
  {
    name: "another length than its file",
    input: { ...held, publication: await made({ length: file.length + 1 }) },
    expect: "other-file",
  },
  {
    name: "the hash without its label",
    input: { ...held, publication: await made({ hash: b64(sha(file)) }) },
    expect: "other-file",
  },
  await refused("a name that is a path", { form: "../aide" }),
  await refused("a name with a capital", { form: "Aide" }),
  await refused("a name that is too long", { form: "a".repeat(61) }),
  await refused("version nought", { version: 0 }),
  await refused("a version that is no whole number", { version: 1.5 }),
  await refused("a version beyond the highest", { version: 1_000_001 }),
  await refused("a file beyond the largest", { length: 256 * 1024 + 1 }),
  await refused("no file at all", { length: 0 }),
  await refused("a word more", { note: "" }),
  await refused("another version of the format", { v: 2 }),
  await refused("another kind of statement", { t: "device" }),
  await refused("withdrawn in words", { withdrawn: "yes" }),
  {
    name: "with white space",
    input: { ...held, publication: await text(JSON.stringify(publicationOf(), null, 1)) },
    expect: "bad-format",
  },
]);
