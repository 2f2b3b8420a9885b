/**
 * Makes the frozen vectors of helpers' logins (SPEC P-I5 to P-I7), once: `node tests/vectors/make-logins.ts`. A file that exists
 * is never written again. Node only. As in make-ways.ts, nothing here is made with the code under test.
 */

import { utf8 } from "../../src/shared/bytes.ts";
import {
  b64,
  type Cast,
  id,
  json,
  labelled,
  type Pair,
  pair,
  principal,
  raw,
  type Signed,
  sha,
  sign,
} from "./signed.ts";
import { flipped, random, write } from "./spec.ts";

const organisation = await principal("organisation");
const other = await principal("organisation");
const [anne, bruno, stranger] = [await principal("helper"), await principal("helper"), await principal("helper")];

/** The chain with one more helper, who is let in by Anne. */
async function withHelper(statements: readonly Signed[], who: Cast, role: string): Promise<readonly Signed[]> {
  const prev = b64(sha(raw(statements.at(-1)?.body ?? "")));
  const device = { device: id(), transport: (await pair()).raw };
  const words = { t: "helper-added", v: 1, prev, by: anne.id, genesis: who.statements[0], role, ...device };
  const act = await sign(anne.sign, "besace/v1/helper-act", json(words));
  const link = { principal: organisation.id, n: statements.length, prev };
  return [
    ...statements,
    await sign(organisation.sign, "besace/v1/statement", json({ t: "helpers", v: 1, ...link, act })),
  ];
}
const statements = await withHelper(await withHelper(organisation.statements, anne, "manager"), bruno, "helper");

const at = Date.UTC(2026, 10, 22, 20);
const issuer = "https://fca.example/api/v2";
const sub = "b4b57d61-e4a1-4f0c-9d2c-8a5b1f3e7c90";
const subject = b64(sha(labelled("besace/v1/login-subject", json([issuer, sub]))));
const secret = random.bytes(32);
const words = (patch: object = {}): object => ({
  t: "login-binding",
  v: 1,
  organisation: organisation.id,
  helper: bruno.id,
  subject,
  at,
  ...patch,
});
const label = "besace/v1/login";
const bound = (patch: object = {}, by: Pair = bruno.sign, under = label) => sign(by, under, json(words(patch)));
const binding = await bound();
const binds = (name: string, statement: Signed, expect: string) => ({ name, input: { statements, statement }, expect });

const ends = (patch: object = {}): object => ({
  t: "login-unbinding",
  v: 1,
  organisation: organisation.id,
  by: anne.id,
  binding: b64(sha(utf8(binding.body))),
  ...patch,
});
const ended = (patch: object = {}, by: Pair = anne.sign, under = label) => sign(by, under, json(ends(patch)));

write("login-bindings", [
  { ...binds("of the helper, signed by her", binding, "ok"), value: words() },
  binds("of a manager, signed by her", await bound({ helper: anne.id }, anne.sign), "ok"),
  binds("signed by a manager for her", await bound({}, anne.sign), "bad-signature"),
  binds("signed by the organisation", await bound({}, organisation.sign), "bad-signature"),
  binds("of somebody who is no helper here", await bound({ helper: stranger.id }, stranger.sign), "forbidden"),
  binds("for another organisation", await bound({ organisation: other.id }), "forbidden"),
  binds("under the label of statements", await bound({}, bruno.sign, "besace/v1/statement"), "bad-signature"),
  binds("a changed signature", { ...binding, sig: flipped(binding.sig) }, "bad-signature"),
  binds(
    "another subject under this signature",
    { ...(await bound({ subject: id(32) })), sig: binding.sig },
    "bad-signature",
  ),
  binds("a subject that is too short", await bound({ subject: id(31) }), "bad-format"),
  binds("a word more", await bound({ name: "" }), "bad-format"),
  binds("another version of the format", await bound({ v: 2 }), "bad-format"),
  binds("a time that is no number", await bound({ at: "now" }), "bad-format"),
  binds("an unbinding", await ended(), "bad-format"),
]);

write("login-unbindings", [
  { ...binds("by a manager", await ended(), "ok"), value: ends() },
  binds("by a helper who is no manager", await ended({ by: bruno.id }, bruno.sign), "forbidden"),
  binds("in a manager's name", await ended({}, bruno.sign), "bad-signature"),
  binds("by somebody who is no helper here", await ended({ by: stranger.id }, stranger.sign), "forbidden"),
  binds("for another organisation", await ended({ organisation: other.id }), "forbidden"),
  binds("under the label of helpers' acts", await ended({}, anne.sign, "besace/v1/helper-act"), "bad-signature"),
  binds("a word more", await ended({ helper: bruno.id }), "bad-format"),
  binds("a binding", binding, "bad-format"),
]);

write("login-hashes", [
  { name: "a subject", input: { issuer, sub }, expect: "ok", value: subject },
  {
    name: "the issuer and the name keep apart",
    input: { issuer: `${issuer}"`, sub: `"${sub}` },
    expect: "ok",
    value: b64(sha(labelled("besace/v1/login-subject", json([`${issuer}"`, `"${sub}`])))),
  },
  {
    name: "a commitment",
    input: { secret: b64(secret) },
    expect: "ok",
    value: b64(sha(labelled("besace/v1/login-secret", secret))),
  },
]);
