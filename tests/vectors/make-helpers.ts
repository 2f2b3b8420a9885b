/**
 * Makes the frozen vectors of an organisation's helpers and changing keys (SPEC P-H), once: `node tests/vectors/make-helpers.ts`.
 * A file that exists is never written again. Node only. As in make-visits.ts, nothing here is made with the code under test.
 */

import { type B64, concat } from "../../src/shared/bytes.ts";
import {
  b64,
  id,
  json,
  principal as madePrincipal,
  type Pair,
  type Cast as Principal,
  pair,
  raw,
  type Signed,
  sha,
  sign,
} from "./signed.ts";
import { flipped, write } from "./spec.ts";

interface Cast extends Principal {
  readonly device: B64;
  readonly transport: B64;
}
async function principal(kind: string): Promise<Cast> {
  return { ...(await madePrincipal(kind)), device: id(), transport: (await pair()).raw };
}

interface More {
  /** In place of the organisation's key, the helper's key, the act's label. */
  readonly key?: Pair;
  readonly actKey?: Pair;
  readonly label?: string;
  /** Other words in the act, or around it. */
  readonly act?: object;
  readonly around?: object;
}
async function said(of: Cast, by: Cast, t: string, facts: object, more: More = {}): Promise<readonly Signed[]> {
  const prev = b64(sha(raw(of.statements.at(-1)?.body ?? "")));
  const words = json({ t, v: 1, prev, by: by.id, ...facts, ...more.act });
  const act = await sign(more.actKey ?? by.sign, more.label ?? "besace/v1/helper-act", words);
  const link = { principal: of.id, n: of.statements.length, prev };
  const body = json({ t: "helpers", v: 1, ...link, act, ...more.around });
  return [...of.statements, await sign(more.key ?? of.sign, "besace/v1/statement", body)];
}
const adding = (who: Cast, role: string): object =>
  role === "card" || role === "kiosk"
    ? { genesis: who.statements[0], role, device: null, transport: null }
    : { genesis: who.statements[0], role, device: who.device, transport: who.transport };
const add = (of: Cast, by: Cast, who: Cast, role: string, more: More = {}) =>
  said(of, by, "helper-added", adding(who, role), more);

const at = Date.UTC(2026, 10, 22, 10);
const [anne, bruno, card, kiosk, stranger] = [
  await principal("helper"),
  await principal("helper"),
  await principal("helper"),
  await principal("helper"),
  await principal("helper"),
];
const [bare, satchel, newSign, newBox] = [
  await principal("organisation"),
  await principal("satchel"),
  await pair(),
  await pair(),
];
const first: Cast = { ...bare, statements: await add(bare, anne, anne, "manager") };
const two: Cast = { ...first, statements: await add(first, anne, bruno, "helper") };
const four: Cast = {
  ...two,
  statements: await add({ ...two, statements: await add(two, anne, card, "card") }, card, kiosk, "kiosk"),
};
const keys = (facts: object = {}) => ({ sign: newSign.raw, box: newBox.raw, without: [bruno.id], at, ...facts });
const left: Cast = { ...four, sign: newSign, statements: await said(four, anne, "keys", keys()) };

const entry = (who: Cast, role: string) => [
  who.id,
  { role, sign: who.sign.raw, box: who.box, device: role === "card" || role === "kiosk" ? null : who.device },
];
const ids = (box: B64): B64 => b64(sha(raw(box)).slice(0, 16));
const headOf = (statements: readonly Signed[]) => ({
  n: statements.length - 1,
  hash: b64(sha(raw(statements.at(-1)?.body ?? ""))),
});
const value = (of: Cast, sign: B64, box: B64, rest: object) => ({
  id: bare.id,
  kind: "organisation",
  sign,
  box,
  boxKeyId: ids(box),
  ...rest,
  head: headOf(of.statements),
});
const chain = (name: string, statements: readonly Signed[], expect: string) => ({ name, input: statements, expect });
const last = four.statements.at(-1) as Signed;

write("helpers", [
  {
    ...chain("the first helper", first.statements, "ok"),
    value: {
      id: bare.id,
      kind: "organisation",
      sign: bare.sign.raw,
      box: bare.box,
      boxKeyId: ids(bare.box),
      devices: [[anne.device, { transport: anne.transport }]],
      head: headOf(first.statements),
      helpers: [entry(anne, "manager")],
    },
  },
  {
    ...chain("a helper left with new keys; card and kiosk stay", left.statements, "ok"),
    value: {
      ...value(left, newSign.raw, newBox.raw, { devices: [[anne.device, { transport: anne.transport }]] }),
      removed: [bruno.device],
      helpers: [entry(anne, "manager"), entry(card, "card"), entry(kiosk, "kiosk")],
      putOut: [entry(bruno, "helper")],
      former: [{ sign: bare.sign.raw, box: bare.box, boxKeyId: ids(bare.box), until: at }],
    },
  },
  chain("another role", await add(two, anne, bruno, "manager"), "ok"),
  chain("by the card", await add(four, card, stranger, "manager"), "ok"),
  chain("after the new keys, signed by them", await add(left, anne, stranger, "helper"), "ok"),
  chain(
    "after the new keys, signed by the old one",
    await add(left, anne, stranger, "helper", { key: four.sign }),
    "bad-signature",
  ),
  chain("a satchel", await add(satchel, anne, anne, "manager"), "not-allowed"),
  chain("the first one is no manager", await add(bare, anne, anne, "helper"), "not-allowed"),
  chain("the first one is brought by another", await add(bare, bruno, anne, "manager"), "not-allowed"),
  chain("by a helper", await add(two, bruno, stranger, "helper"), "not-allowed"),
  chain("by a kiosk", await add(four, kiosk, stranger, "helper"), "not-allowed"),
  chain("by a stranger", await add(two, stranger, stranger, "manager"), "not-allowed"),
  chain("by who has left", await add(left, bruno, stranger, "manager"), "not-allowed"),
  chain(
    "in the manager's name, by a helper",
    await add(two, anne, stranger, "manager", { actKey: bruno.sign }),
    "bad-act",
  ),
  chain(
    "in the manager's name, by the organisation",
    await add(two, anne, stranger, "manager", { actKey: bare.sign }),
    "bad-act",
  ),
  chain("under another label", await add(two, anne, stranger, "helper", { label: "besace/v1/statement" }), "bad-act"),
  chain("for another place", await add(two, anne, stranger, "helper", { act: { prev: id(32) } }), "bad-act"),
  chain(
    "the manager's key in place of the organisation's",
    await add(two, anne, stranger, "helper", { key: anne.sign }),
    "bad-signature",
  ),
  chain("twice", await add(two, anne, bruno, "helper"), "bad-helper"),
  chain("the last manager steps back", await add(two, anne, anne, "helper"), "not-allowed"),
  chain("a satchel as a helper", await add(two, anne, satchel, "helper"), "bad-helper"),
  chain("who has left comes back", await add(left, anne, bruno, "helper"), "bad-helper"),
  chain(
    "in the browser of another",
    await add(two, anne, { ...stranger, device: bruno.device, transport: bruno.transport }, "helper"),
    "bad-helper",
  ),
  chain("in a browser that left", await add(left, anne, { ...stranger, device: bruno.device }, "helper"), "bad-helper"),
  chain(
    "with the organisation's key as transport",
    await add(two, anne, { ...stranger, transport: bare.sign.raw }, "helper"),
    "bad-key",
  ),
  chain(
    "a helper without a browser",
    await said(two, anne, "helper-added", { ...adding(stranger, "card"), role: "helper" }),
    "bad-helper",
  ),
  chain(
    "a card with a browser",
    await said(two, anne, "helper-added", { ...adding(stranger, "helper"), role: "card" }),
    "bad-helper",
  ),
  chain(
    "a role that there is not",
    await said(two, anne, "helper-added", { ...adding(stranger, "helper"), role: "owner" }),
    "bad-format",
  ),
  chain(
    "an unknown field in the act",
    await add(two, anne, stranger, "helper", { act: { name: "Bruno" } }),
    "bad-format",
  ),
  chain(
    "an unknown field around it",
    await add(two, anne, stranger, "helper", { around: { name: "Bruno" } }),
    "bad-format",
  ),
  chain("another act", await said(two, anne, "helper-removed", { helper: bruno.id }), "bad-format"),
  chain("keys by a helper", await said(two, bruno, "keys", keys({ without: [anne.id] })), "not-allowed"),
  chain("keys without herself", await said(four, anne, "keys", keys({ without: [anne.id] })), "not-allowed"),
  chain("keys without a stranger", await said(four, anne, "keys", keys({ without: [stranger.id] })), "not-allowed"),
  chain("keys without the last manager", await said(four, card, "keys", keys({ without: [anne.id] })), "not-allowed"),
  chain(
    "keys without somebody twice",
    await said(four, anne, "keys", keys({ without: [bruno.id, bruno.id] })),
    "bad-format",
  ),
  chain("the same key again", await said(four, anne, "keys", keys({ sign: bare.sign.raw })), "bad-key"),
  chain("a former key again", await said(left, anne, "keys", keys({ without: [], sign: bare.sign.raw })), "bad-key"),
  chain("one key for both", await said(four, anne, "keys", keys({ box: newSign.raw })), "bad-key"),
  chain("a helper's key", await said(four, anne, "keys", keys({ box: anne.box })), "bad-key"),
  chain(
    "no point",
    await said(four, anne, "keys", keys({ box: b64(concat(Uint8Array.of(4), new Uint8Array(64).fill(1))) })),
    "bad-key",
  ),
  chain(
    "an act whose signature has another bit",
    [...four.statements.slice(0, -1), { ...last, sig: flipped(last.sig) }],
    "bad-signature",
  ),
]);
