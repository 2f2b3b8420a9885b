/**
 * Makes the frozen vectors of visits to shared computers (SPEC P-N), once: `node tests/vectors/make-visits.ts`. A file that
 * exists is never written again. Node only. As in make-ways.ts, nothing here is made with the code under test.
 */

import { concat, utf8 } from "../../src/shared/bytes.ts";
import { b64, type Cast, id, json, type Pair, pair, principal, raw, sha, sign } from "./signed.ts";
import { flipped, random, write } from "./spec.ts";

async function longer(of: Cast, t: string, rest: object): Promise<Cast> {
  const link = { principal: of.id, n: of.statements.length, prev: b64(sha(raw(of.statements.at(-1)?.body ?? ""))) };
  const next = await sign(of.sign, "besace/v1/statement", json({ t, v: 1, ...link, ...rest }));
  return { ...of, statements: [...of.statements, next] };
}

const hour = 3_600_000;
const minute = 60_000;
const now = Date.UTC(2026, 10, 22, 10);
const [phone, visiting, device, gone] = [await pair(), await pair(), id(), id()];
const withPhone = await longer(await principal("satchel"), "device", { device, transport: phone.raw });
const withTwo = await longer(withPhone, "device", { device: gone, transport: (await pair()).raw });
const person = await longer(withTwo, "device-removed", { device: gone });
const other = await principal("satchel");
const desk = await principal("organisation");

const visitOf = (patch: object = {}): object => ({
  t: "visit",
  v: 1,
  principal: person.id,
  device: "AAECAwQFBgcICQoLDA0ODw",
  transport: visiting.raw,
  pass: b64(new Uint8Array(56).fill(7)),
  from: now - hour,
  until: now + 11 * hour,
  ...patch,
});
const made = (patch: object = {}, by: Pair = person.sign, label = "besace/v1/visit") =>
  sign(by, label, json(visitOf(patch)));
const text = (body: string) => sign(person.sign, "besace/v1/visit", utf8(body));
const held = { statements: person.statements, now };
const right = await made();

write("visits", [
  { name: "of twelve hours, in its second", input: { ...held, visit: right }, expect: "ok", value: visitOf() },
  { name: "its last millisecond", input: { ...held, now: now + 11 * hour - 1, visit: right }, expect: "ok" },
  {
    name: "the pass came from a process that is five minutes ahead",
    input: { ...held, visit: await made({ from: now + 5 * minute }) },
    expect: "ok",
  },
  { name: "its end", input: { ...held, now: now + 11 * hour, visit: right }, expect: "expired" },
  {
    name: "a millisecond longer than twelve hours",
    input: { ...held, visit: await made({ until: now + 11 * hour + 1 }) },
    expect: "too-long",
  },
  {
    name: "from the future",
    input: { ...held, visit: await made({ from: now + 5 * minute + 1 }) },
    expect: "not-yet",
  },
  {
    name: "that ends before it begins",
    input: { ...held, visit: await made({ from: now + minute, until: now }) },
    expect: "too-long",
  },
  {
    name: "of another satchel, signed by that one",
    input: { ...held, visit: await made({ principal: other.id }, other.sign) },
    expect: "bad-signature",
  },
  {
    name: "of another satchel, signed by this one",
    input: { ...held, visit: await made({ principal: other.id }) },
    expect: "wrong-signer",
  },
  {
    name: "of an organisation",
    input: { statements: desk.statements, now, visit: await made({ principal: desk.id }, desk.sign) },
    expect: "wrong-signer",
  },
  {
    name: "under the label of statements",
    input: { ...held, visit: await made({}, person.sign, "besace/v1/statement") },
    expect: "bad-signature",
  },
  {
    name: "under the label of approvals",
    input: { ...held, visit: await made({}, person.sign, "besace/v1/approval") },
    expect: "bad-signature",
  },
  {
    name: "signed by a device's transport key",
    input: { ...held, visit: await made({}, phone) },
    expect: "bad-signature",
  },
  {
    name: "signed by its own transport key",
    input: { ...held, visit: await made({}, visiting) },
    expect: "bad-signature",
  },
  {
    name: "a changed signature",
    input: { ...held, visit: { ...right, sig: flipped(right.sig) } },
    expect: "bad-signature",
  },
  {
    name: "with the id of a device of the chain",
    input: { ...held, visit: await made({ device }) },
    expect: "is-a-device",
  },
  {
    name: "with the id of a device that was put out",
    input: { ...held, visit: await made({ device: gone }) },
    expect: "is-a-device",
  },
  {
    name: "whose key is the satchel's own",
    input: { ...held, visit: await made({ transport: person.sign.raw }) },
    expect: "bad-key",
  },
  {
    name: "whose key is no point",
    input: { ...held, visit: await made({ transport: b64(concat(Uint8Array.of(4), random.bytes(64))) }) },
    expect: "bad-key",
  },
  { name: "without a pass", input: { ...held, visit: await made({ pass: "" }) }, expect: "bad-format" },
  { name: "with a word more", input: { ...held, visit: await made({ box: visiting.raw }) }, expect: "bad-format" },
  { name: "another version", input: { ...held, visit: await made({ v: 2 }) }, expect: "bad-format" },
  {
    name: "a statement that names a device",
    input: { ...held, visit: await made({ t: "device" }) },
    expect: "bad-format",
  },
  {
    name: "with white space",
    input: { ...held, visit: await text(JSON.stringify(visitOf(), null, 1)) },
    expect: "bad-format",
  },
  {
    name: "a time that is no whole number",
    input: { ...held, visit: await made({ from: now - 0.5 }) },
    expect: "bad-format",
  },
]);
