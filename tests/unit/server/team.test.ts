/** An organisation's helpers at the server: what it takes, what it hands out, whom it bars (SPEC P-H10 to P-H14, F1, F4). */

import { afterEach, beforeEach, expect, test } from "vitest";
import type { Identity } from "../../../src/crypto/identity.ts";
import { sealLetter } from "../../../src/crypto/letter.ts";
import { sealRecord } from "../../../src/crypto/record.ts";
import { createDeskCode, deskAuthOf, readDeskCode } from "../../../src/protocol/desk-code.ts";
import { letterManifest } from "../../../src/protocol/letters.ts";
import { team as limits } from "../../../src/protocol/limits.ts";
import { signProof } from "../../../src/protocol/proofs.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import {
  parseCardAnswer,
  parseInvitationsAnswer,
  parseJoinAnswer,
  parseTeamAnswer,
  signInvitation,
  type TeamRequest,
} from "../../../src/protocol/team.ts";
import type { B64, Deployment, Letter, ServerTime } from "../../../src/protocol/wire.ts";
import { authHashOf, prepareDesk } from "../../../src/server/desks.ts";
import { type LetterId, type OpId, type RecordId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import { aPerson, aTeam, must, type Person, rekeyed, type Team, withHelper } from "../crypto/team.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, random, type TestPerson } from "./people.ts";

const slug = "ccas-brevigny";
let server: Harness;
let anne: Person;
let alone: Team;
let deskAuth: B64;
beforeEach(async () => {
  server = await createHarness();
  const groups = (await prepareDesk({ store: server.store, random }, slug, undefined)) ?? [];
  deskAuth = await deskAuthOf(must(await readDeskCode(groups)));
  anne = await aPerson();
  alone = await aTeam(anne);
  // The way in by the one-time code, then the first helper.
  const [genesis] = alone.organisation.statements;
  const opened = await server.post(`/v1/organisations/${slug}/enrol`, {
    auth: deskAuth,
    statements: [genesis],
    sealedRoot: b64(random.bytes(60)),
  });
  expect(opened.statusCode).toBe(200);
});
afterEach(() => server.close());

function requestOf(team: Team, from: number, more: Partial<TeamRequest> = {}): TeamRequest {
  const boxes = [...team.boxes].map(([helper, { enc, sealed }]) => ({ helper, enc, sealed }));
  const { statements } = team.organisation;
  return { statements, from, epochs: team.epochs.slice(from), boxes, card: null, invitation: null, ...more };
}
const change = (team: Team, from: number, more: Partial<TeamRequest> = {}) =>
  server.post("/v1/team", requestOf(team, from, more));
const sessionOf = (team: Team, person: Person) =>
  server.session({ id: team.organisation.id, device: person.device, transport: person.transportKeys });
const keysOf = async (token: string) => server.ask("GET", "/v1/team", undefined, server.bearer(token));

async function standing(): Promise<{ team: Team; bruno: Person }> {
  const bruno = await aPerson();
  const team = await withHelper(alone, anne, bruno, "helper");
  expect((await change(team, 0)).statusCode).toBe(200);
  return { team, bruno };
}

test("P-H11 with the first helper the one-time code is spent and what it sealed is gone", async () => {
  expect((await change(alone, 0)).statusCode).toBe(200);
  expect((await server.store.desk(slug))?.opened?.sealedRoot).toBe("");
  const again = await server.post(`/v1/organisations/${slug}/enrol`, {
    auth: deskAuth,
    statements: [],
    sealedRoot: "",
  });
  expect(again.json()).toMatchObject({ error: "ended" });
  const now = (await server.http.inject("/deployment.json")).json<Deployment>();
  expect(now.organisations[0]?.statements).toEqual(alone.organisation.statements);
});

test("P-H8 deployment.json says when nothing may be sealed to it yet", async () => {
  const receives = async () =>
    (await server.http.inject("/deployment.json")).json<Deployment>().organisations[0]?.receives;
  // Opened with the code, no helper yet: as before.
  expect(await receives()).toBeUndefined();
  await change(alone, 0);
  expect(await receives()).toBe(false);
  const two = await withHelper(alone, anne, await aPerson(), "helper");
  expect((await change(two, 1)).statusCode).toBe(200);
  expect(await receives()).toBeUndefined();
});

test("P-H10 each helper's browser is handed what is sealed to her, and nothing of another", async () => {
  const { team, bruno } = await standing();
  for (const person of [anne, bruno]) {
    const read = must(parseTeamAnswer((await keysOf(await sessionOf(team, person))).json()));
    expect(read.box).toEqual(team.boxes.get(person.identity.id));
    expect([read.epochs, read.statements]).toEqual([team.epochs, team.organisation.statements]);
  }
  expect((await server.ask("GET", "/v1/team")).json()).toMatchObject({ error: "unauthenticated" });
});

test("P-H10 the same change again is done already; another from the same place was too slow", async () => {
  const { team, bruno } = await standing();
  expect((await change(team, 0)).statusCode).toBe(200);
  const [one, two] = [await rekeyed(team, anne, [bruno]), await rekeyed(team, anne, [])];
  expect((await change(one, 1)).statusCode).toBe(200);
  expect((await change(one, 1)).statusCode).toBe(200);
  expect((await change(two, 1)).json()).toMatchObject({ error: "id-taken" });
  expect((await change(team, 0)).json()).toMatchObject({ error: "id-taken" });
});

test("P-H10 nobody stands in the chain without keys, and no keys lie here for somebody who does not", async () => {
  const { team, bruno } = await standing();
  const dora = await aPerson();
  const more = await withHelper(team, anne, dora, "helper");
  const boxes = requestOf(more, 1).boxes;
  for (const wrong of [
    { boxes: boxes.filter(({ helper }) => helper !== dora.identity.id) },
    { boxes: [...boxes, { ...(boxes[0] as (typeof boxes)[0]), helper: (await aPerson()).identity.id }] },
    { from: 0, epochs: more.epochs },
    { epochs: more.epochs },
    { boxes: boxes.concat(boxes) },
    { card: { auth: b64(random.bytes(32)), helper: dora.identity.id, sealed: b64(random.bytes(99)) } },
  ]) {
    const refused = await change(more, 1, wrong);
    expect(["bad-format", "id-taken"]).toContain(refused.json().error);
  }
  const left = await rekeyed(team, anne, [bruno]);
  const stale = requestOf(left, 1).boxes.concat({
    helper: bruno.identity.id,
    ...(team.boxes.get(bruno.identity.id) as { enc: B64; sealed: B64 }),
  });
  expect((await change(left, 1, { boxes: stale })).json()).toMatchObject({ error: "bad-format" });
  expect((await server.store.principal(team.organisation.id))?.statements).toEqual(team.organisation.statements);
});

test("P-H10 a longer chain with helpers comes with its keys or not at all; a stranger's not in any way", async () => {
  const { team } = await standing();
  const more = await withHelper(team, anne, await aPerson(), "helper");
  const registered = await server.post("/v1/register", { statements: more.organisation.statements });
  expect(registered.json()).toMatchObject({ error: "id-taken" });
  expect((await server.post("/v1/register", { statements: team.organisation.statements })).statusCode).toBe(200);
  const stranger = await aTeam(anne);
  await server.post("/v1/register", { statements: stranger.organisation.statements.slice(0, 1) });
  expect((await change(stranger, 0)).json()).toMatchObject({ error: "unknown-principal" });
});

test("F1 F4 who left reads nothing from that moment on, and her signature under the old key counts for nothing", async () => {
  const { team, bruno } = await standing();
  const [hers, annes] = [await sessionOf(team, bruno), await sessionOf(team, anne)];
  expect((await server.pull(hers)).rows).toEqual([]);
  const left = await rekeyed(team, anne, [bruno]);
  expect((await change(left, 1)).statusCode).toBe(200);
  for (const path of ["/v1/pull?cursor=0.0", "/v1/team", "/v1/invitations"])
    expect((await server.ask("GET", path, undefined, server.bearer(hers))).json(), path).toMatchObject({
      error: "device-removed",
    });
  // Neither by a new session, nor by statements that only the old key makes.
  expect(await sessionOf(team, bruno)).toBeUndefined();
  const back = await withHelper(team, anne, await aPerson(), "manager");
  expect((await change(back, 1)).json()).toMatchObject({ error: "id-taken" });

  const old = team.organisation;
  const record = {
    record: randomId<RecordId>(random),
    op: randomId<OpId>(random),
    base: null,
    deleted: false,
    blobs: [],
  };
  const op = await sealRecord(old, record, { note: 1 }, random);
  const ops = { ops: [op] };
  const person = await createPerson();
  await server.register(person);
  const letter = await person.letter(await receiverOf(left.organisation));
  expect((await server.post("/v1/letters", { letter: letter.letter })).json()).toMatchObject({
    verdict: { type: "ok" },
  });
  const { wire } = await answerTo(old, person);
  const proof = await signProof(old.sign, {
    t: "opened",
    v: 1,
    letter: letter.id,
    manifest: letter.manifest,
    by: old.id,
    at: 1,
  });
  for (const extra of [{}, server.bearer(hers)]) {
    expect((await server.post("/v1/push", ops, extra)).json()).toMatchObject({
      verdicts: [{ code: "wrong-epoch", retry: "later" }],
    });
    expect((await server.post("/v1/letters", { letter: wire }, extra)).json()).toMatchObject({
      verdict: { code: "wrong-epoch" },
    });
    expect((await server.post("/v1/proofs", { proof }, extra)).json()).toMatchObject({ error: "wrong-epoch" });
  }
  // What somebody who is still there had signed before she heard of it is taken, with her session.
  const stays = server.bearer(annes);
  expect((await server.post("/v1/push", ops, stays)).json()).toMatchObject({ verdicts: [{ type: "ok" }] });
  expect((await server.post("/v1/letters", { letter: wire }, stays)).json()).toMatchObject({ verdict: { type: "ok" } });
  expect((await server.post("/v1/proofs", { proof }, stays)).statusCode).toBe(200);
  // And the new key needs none.
  const fresh = await sealRecord(
    left.organisation,
    { ...record, record: randomId<RecordId>(random), op: randomId<OpId>(random) },
    {},
    random,
  );
  expect((await server.post("/v1/push", { ops: [fresh] })).json()).toMatchObject({ verdicts: [{ type: "ok" }] });
});

const receiverOf = async ({ id, principal }: Identity): Promise<TestPerson> =>
  ({ ...(await createPerson("organisation")), id, principal }) as TestPerson;

async function answerTo(identity: Identity, to: TestPerson): Promise<{ wire: Letter; manifest: B64 }> {
  const inner = {
    thread: randomId<ThreadId>(random),
    n: 1,
    replaces: null,
    kind: "status",
    sentAt: 1,
    blobs: [],
    payload: {},
  } as const;
  const wire = await sealLetter({ identity, to: to.principal, letter: randomId<LetterId>(random), blobs: [], inner });
  return { wire, manifest: await letterManifest(wire) };
}

test("P-H12 an invitation: one use, one answer, 48 hours, by a manager only", async () => {
  const { team, bruno } = await standing();
  const code = await createDeskCode(random);
  const auth = await deskAuthOf(code.secret);
  const hash = await authHashOf(auth);
  const until = (server.time.now + limits.invitationMs) as ServerTime;
  const facts = {
    organisation: team.organisation.id,
    by: anne.identity.id,
    auth: hash,
    role: "helper",
    until,
  } as const;
  const invite = async (by: Person, patch: object = {}) =>
    server.post("/v1/invitations", {
      invitation: await signInvitation(by.identity.sign, { ...facts, by: by.identity.id, ...patch }),
    });
  expect((await invite(bruno)).json()).toMatchObject({ error: "forbidden" });
  expect((await invite(bruno, { by: anne.identity.id })).json()).toMatchObject({ error: "bad-signature" });
  expect((await invite(anne, { until: until + limits.clockMs + 1 })).json()).toMatchObject({ error: "bad-format" });
  const join = (ask: B64, proof: B64 = auth, path = slug) =>
    server.post(`/v1/organisations/${path}/join`, { auth: proof, ask });
  const ask = b64(random.bytes(300));
  expect((await join(ask)).json()).toMatchObject({ error: "wrong-code" });
  expect((await invite(anne)).statusCode).toBe(200);
  expect((await invite(anne)).statusCode).toBe(200);
  expect((await join(ask, b64(random.bytes(32)))).json()).toMatchObject({ error: "wrong-code" });
  expect((await join(ask, auth, "elsewhere")).json()).toMatchObject({ error: "wrong-code" });
  const first = must(parseJoinAnswer((await join(ask)).json()));
  expect(first).toMatchObject({ role: "helper", until, keys: null, statements: team.organisation.statements });
  expect((await join(b64(random.bytes(300)))).json()).toMatchObject({ error: "id-taken" });
  const token = await sessionOf(team, anne);
  const seen = async () =>
    must(parseInvitationsAnswer((await server.ask("GET", "/v1/invitations", undefined, server.bearer(token))).json()));
  expect((await seen()).invitations).toEqual([{ auth: hash, role: "helper", until, ask, helper: null }]);

  const dora = await aPerson();
  const more = await withHelper(team, anne, dora, "helper");
  expect((await change(more, 1, { invitation: { auth: hash, helper: dora.identity.id } })).statusCode).toBe(200);
  const joined = must(parseJoinAnswer((await join(ask)).json()));
  expect(joined.keys).toEqual({ helper: dora.identity.id, epochs: more.epochs, box: more.boxes.get(dora.identity.id) });
  expect(joined.statements).toEqual(more.organisation.statements);
  server.time.now += limits.invitationMs;
  expect((await join(ask)).json()).toMatchObject({ error: "wrong-code" });
  expect((await server.store.invitations(team.organisation.id, server.time.now as ServerTime)).length).toBe(0);
});

test("P-H13 the card: handed out to who proves it, gone with its replacement", async () => {
  const { team, bruno } = await standing();
  const card = await aPerson();
  const auth = await deskAuthOf((await createDeskCode(random)).secret);
  const copy = { auth: await authHashOf(auth), helper: card.identity.id, sealed: b64(random.bytes(200)) };
  const carded = await withHelper(team, anne, card, "card");
  expect((await change(carded, 1, { card: copy })).statusCode).toBe(200);
  const ask = (proof: B64) => server.post(`/v1/organisations/${slug}/card`, { auth: proof });
  expect((await ask(b64(random.bytes(32)))).json()).toMatchObject({ error: "wrong-code" });
  const read = must(parseCardAnswer((await ask(auth)).json()));
  expect(read).toMatchObject({
    helper: card.identity.id,
    sealed: copy.sealed,
    box: carded.boxes.get(card.identity.id),
  });
  // All browsers are lost: the card brings a manager, and she puts the others out.
  const dora = await aPerson();
  const saved = await rekeyed(await withHelper(carded, card, dora, "manager"), dora, [anne, bruno]);
  expect((await change(saved, 1)).statusCode).toBe(200);
  expect((await keysOf(await sessionOf(saved, dora))).json()).toMatchObject({ box: saved.boxes.get(dora.identity.id) });
  expect((await ask(auth)).json()).toMatchObject({ box: saved.boxes.get(card.identity.id) });
  const replaced = await rekeyed(saved, dora, [card]);
  expect((await change(replaced, 2)).statusCode).toBe(200);
  expect((await ask(auth)).json()).toMatchObject({ error: "wrong-code" });
});

test("ten wrong codes of any kind, and the address hears no more for an hour", async () => {
  await standing();
  const wrong = () => b64(random.bytes(32));
  for (let times = 0; times < 5; times += 1) {
    await server.post(`/v1/organisations/${slug}/join`, { auth: wrong(), ask: wrong() });
    await server.post(`/v1/organisations/${slug}/card`, { auth: wrong() });
  }
  expect((await server.post(`/v1/organisations/${slug}/card`, { auth: wrong() })).statusCode).toBe(429);
});
