/**
 * Visits at the server (SPEC P-N): a session in place of a device of the chain, only for whoever has just opened with card and
 * code; and the clients that mean harm. Through inject, on SQLite.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { labels } from "../../../src/protocol/labels.ts";
import { visits as limits } from "../../../src/protocol/limits.ts";
import { b64, generateSignPair, type KeyPair, rawPublicKey, signBytes } from "../../../src/protocol/sign.ts";
import { signDeviceRemoved } from "../../../src/protocol/statements.ts";
import { signVisit, type Visit } from "../../../src/protocol/visits.ts";
import { blockVerifierOf, signUnblock } from "../../../src/protocol/ways.ts";
import type {
  ChallengeAnswer,
  ErrorAnswer,
  HeldKeyringAnswer,
  PrincipalAnswer,
  SessionAnswer,
  Signed,
  VisitPass,
  WayOpenAnswer,
} from "../../../src/protocol/wire.ts";
import { fromBase64Url } from "../../../src/shared/bytes.ts";
import { type DeviceId, randomId } from "../../../src/shared/ids.ts";
import { createHarness, type Harness } from "./harness.ts";
import { newCard, newKeyring, type TestCard, type TestKeyring } from "./keyrings.ts";
import { createPerson, random, type TestPerson } from "./people.ts";

const minute = 60_000;

let server: Harness;
let person: TestPerson;
let card: TestCard;
let first: TestKeyring;
beforeEach(async () => {
  server = await createHarness();
  person = await createPerson();
  card = newCard();
  await server.register(person);
  first = await newKeyring(person, server.keys.box.box, { epoch: 1, card });
  await server.post("/v1/keyring", { keyring: first.signed });
});
afterEach(() => server.close());

async function passOf(of = card): Promise<VisitPass> {
  const opened = (
    await server.post("/v1/ways/open", { locator: of.locator, card: of.card, code: of.code })
  ).json<WayOpenAnswer>();
  if (opened.visit === undefined) throw new Error("a server gives a pass");
  return opened.visit;
}

interface Visiting {
  readonly device: DeviceId;
  readonly transport: KeyPair;
  readonly visit: Signed;
}
async function visitWith(pass: VisitPass, patch: Partial<Visit> = {}, by = person): Promise<Visiting> {
  const transport = await generateSignPair(false);
  const device = patch.device ?? randomId<DeviceId>(random);
  const facts = { principal: person.id, device, transport: await rawPublicKey(transport), ...pass, ...patch };
  return { device, transport, visit: await signVisit(by.identity.privateKey, facts) };
}

/** What the server answers to a visit's own key. */
async function ask({ device, transport, visit }: Visiting, principal = person.id) {
  const who = { principal, device };
  const { challenge } = (await server.post("/v1/challenge", who)).json<ChallengeAnswer>();
  const sig = await signBytes(transport.privateKey, labels.session, fromBase64Url(challenge) ?? new Uint8Array(0));
  return server.post("/v1/session", { ...who, challenge, sig, visit });
}
const refusal = (answer: Awaited<ReturnType<typeof ask>>) => [answer.statusCode, answer.json<ErrorAnswer>().error];
const tokenOf = async (visiting: Visiting): Promise<string> => (await ask(visiting)).json<SessionAnswer>().token;
const get = (path: string, token: string) => server.ask("GET", path, undefined, server.bearer(token));
const end = (token: string) => server.ask("POST", "/v1/session/end", undefined, server.bearer(token));
const chainLength = async () => (await server.store.principal(person.id))?.statements.length;

describe("P-N a visit", () => {
  test("P-N2, P-N4 card and code give a pass; with it the satchel's visit reads, and nothing is added to the chain", async () => {
    const pass = await passOf();
    expect(pass).toMatchObject({ from: server.time.now, until: server.time.now + limits.lifetimeMs });
    const { op } = await person.op();
    await server.push(op);
    const visiting = await visitWith(pass);
    const answer = (await ask(visiting)).json<SessionAnswer>();
    expect(answer.lifetimeMs).toBe(limits.lifetimeMs);
    expect((await server.pull(answer.token)).rows).toHaveLength(1);
    expect((await get("/v1/keyring", answer.token)).json<HeldKeyringAnswer>().keyring).not.toBeNull();
    const chain = (await get(`/v1/principals/${person.id}`, answer.token)).json<PrincipalAnswer>();
    expect(chain.statements).toEqual(person.statements);
    // A chain that did not change is registered as ever.
    expect((await server.register(person)).statusCode).toBe(200);
    expect(await chainLength()).toBe(2);
  });

  test("P-N1 the token lives no longer than the visit, whenever it was asked for", async () => {
    const pass = await passOf();
    const visiting = await visitWith(pass, { until: (pass.from + 30 * minute) as VisitPass["until"] });
    server.time.now += 29 * minute;
    const answer = (await ask(visiting)).json<SessionAnswer>();
    expect(answer.lifetimeMs).toBe(minute);
    expect((await get("/v1/keyring", answer.token)).statusCode).toBe(200);
    server.time.now += minute;
    expect(refusal(await get("/v1/keyring", answer.token))).toEqual([401, "unauthenticated"]);
    expect(refusal(await ask(visiting))).toEqual([410, "ended"]);
  });

  test("P-N2 the signing key makes no visit: without a pass, with one made up, of another satchel, or stretched", async () => {
    const pass = await passOf();
    const other = await createPerson();
    await server.register(other);
    const theirs = newCard();
    const { signed } = await newKeyring(other, server.keys.box.box, { epoch: 1, card: theirs });
    await server.post("/v1/keyring", { keyring: signed });
    const changed = fromBase64Url(pass.pass) ?? new Uint8Array(0);
    changed[20] = (changed[20] ?? 0) ^ 1;
    const later = {
      from: (pass.from + minute) as VisitPass["from"],
      until: (pass.until + minute) as VisitPass["until"],
    };
    const earlier = {
      from: (pass.from - minute) as VisitPass["from"],
      until: (pass.until - minute) as VisitPass["until"],
    };
    for (const patch of [
      { pass: b64(random.bytes(56)) },
      { pass: b64(random.bytes(3)) },
      { pass: b64(changed) },
      { pass: (await passOf(theirs)).pass },
      later,
      earlier,
    ])
      expect(refusal(await ask(await visitWith(pass, patch)))).toEqual([403, "forbidden"]);
    expect((await ask(await visitWith(pass))).statusCode).toBe(200);
  });

  test("P-N3 of another satchel, by another key, longer, in the name of a device that is in or was put out", async () => {
    const pass = await passOf();
    const other = await createPerson();
    await server.register(other);
    expect(refusal(await ask(await visitWith(pass, {}, other)))).toEqual([422, "bad-signature"]);
    expect(refusal(await ask(await visitWith(pass, { principal: other.id })))).toEqual([403, "forbidden"]);
    expect(refusal(await ask(await visitWith(pass), (await createPerson()).id))).toEqual([422, "unknown-principal"]);
    const long = { until: (pass.until + 1) as VisitPass["until"] };
    expect(refusal(await ask(await visitWith(pass, long)))).toEqual([422, "bad-format"]);
    expect(refusal(await ask(await visitWith(pass, { device: person.device })))).toEqual([403, "forbidden"]);
    const out = await signDeviceRemoved(person.identity.privateKey, person.principal, person.device);
    await server.register(person, [...person.statements, out]);
    expect(refusal(await ask(await visitWith(pass, { device: person.device })))).toEqual([403, "forbidden"]);
    // Its key answers the challenge, no other; and a challenge serves once.
    const visiting = await visitWith(pass);
    expect(refusal(await ask({ ...visiting, transport: person.transport }))).toEqual([422, "bad-signature"]);
    // Without the visit there is no such device.
    const who = { principal: person.id, device: visiting.device };
    const { challenge } = (await server.post("/v1/challenge", who)).json<ChallengeAnswer>();
    const sig = await signBytes(
      visiting.transport.privateKey,
      labels.session,
      fromBase64Url(challenge) ?? new Uint8Array(0),
    );
    expect(refusal(await server.post("/v1/session", { ...who, challenge, sig }))).toEqual([422, "unknown-principal"]);
    expect((await server.post("/v1/session", { ...who, challenge, sig, visit: visiting.visit })).statusCode).toBe(200);
    expect(refusal(await server.post("/v1/session", { ...who, challenge, sig, visit: visiting.visit }))).toEqual([
      401,
      "unauthenticated",
    ]);
  });

  test("P-N5 what a visit may not: approve another computer, or end as if it were a device", async () => {
    const token = await tokenOf(await visitWith(await passOf()));
    const hello = await server.post(
      `/v1/approvals/${"A".repeat(27)}/hello`,
      { number: "A".repeat(22) },
      server.bearer(token),
    );
    expect(refusal(hello)).toEqual([403, "forbidden"]);
    expect(refusal(await end(await server.session(person)))).toEqual([403, "forbidden"]);
    expect(refusal(await server.ask("POST", "/v1/session/end"))).toEqual([401, "unauthenticated"]);
  });

  test("P-N5 the person's devices hear when the newest visit was opened, and only of one that began", async () => {
    const visitedAt = async () => (await server.pull(await server.session(person))).way?.visitedAt;
    const earlier = await passOf();
    expect(await visitedAt()).toBeNull();
    const one = await visitWith(earlier);
    server.time.now += minute;
    await tokenOf(one);
    expect(await visitedAt()).toBe(earlier.from);
    const second = await passOf();
    await tokenOf(await visitWith(second));
    expect(await visitedAt()).toBe(second.from);
    // The older one asks for a session again: nothing is new.
    await tokenOf(one);
    expect(await visitedAt()).toBe(second.from);
  });

  test("P-N6 of two visits one says that it is over: its token and its key open nothing, the other goes on", async () => {
    const pass = await passOf();
    const [one, two] = [await visitWith(pass), await visitWith(await passOf())];
    const [ended, second] = [await tokenOf(one), await tokenOf(two)];
    expect((await end(ended)).statusCode).toBe(200);
    expect(refusal(await get("/v1/keyring", ended))).toEqual([410, "ended"]);
    expect(refusal(await ask(one))).toEqual([410, "ended"]);
    expect((await get("/v1/keyring", second)).statusCode).toBe(200);
    expect((await ask(two)).statusCode).toBe(200);
  });

  test("P-N7 a keyring with a new root, as after a new card, ends visits of before; one with the same root does not", async () => {
    const visiting = await visitWith(await passOf());
    const token = await tokenOf(visiting);
    server.time.now += minute;
    const again = await newKeyring(person, server.keys.box.box, { epoch: 2, card, opens: first.key });
    await server.post("/v1/keyring", { keyring: again.signed });
    expect((await get("/v1/keyring", token)).statusCode).toBe(200);
    const fresh = newCard();
    const next = await newKeyring(person, server.keys.box.box, { epoch: 3, root: 1, card: fresh, opens: again.key });
    await server.post("/v1/keyring", { keyring: next.signed });
    expect(refusal(await get("/v1/keyring", token))).toEqual([410, "ended"]);
    expect(refusal(await ask(visiting))).toEqual([410, "ended"]);
    server.time.now += minute;
    expect((await ask(await visitWith(await passOf(fresh)))).statusCode).toBe(200);
  });

  test("P-N7 a block ends visits for good; an unblocked satchel is visited again with card and code", async () => {
    const desk = await createPerson("organisation");
    await server.register(desk);
    await server.store.setDeskCode("ccas-brevigny", "hash" as never);
    await server.store.openDesk("ccas-brevigny", desk.id, "sealed" as never, 1 as never);
    const visiting = await visitWith(await passOf());
    const token = await tokenOf(visiting);
    server.time.now += minute;
    await server.post("/v1/block", { number: card.number });
    expect(refusal(await get("/v1/keyring", token))).toEqual([423, "blocked"]);
    expect(refusal(await ask(visiting))).toEqual([423, "blocked"]);
    server.time.now += minute;
    const facts = { block: await blockVerifierOf(card.number), by: desk.id, at: server.time.now };
    const statement = await signUnblock(desk.identity.privateKey, facts);
    expect((await server.post("/v1/unblock", { statement })).statusCode).toBe(200);
    expect(refusal(await get("/v1/keyring", token))).toEqual([401, "unauthenticated"]);
    expect(refusal(await ask(visiting))).toEqual([410, "ended"]);
    expect((await ask(await visitWith(await passOf()))).statusCode).toBe(200);
  });
});
