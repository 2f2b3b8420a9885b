/** Opening a desk with its one-time code; what deployment.json says before and after. */

import { afterEach, beforeEach, expect, test } from "vitest";
import { deskAuthOf, readDeskCode } from "../../../src/protocol/desk-code.ts";
import { parseDeployment, parseEnrolAnswer } from "../../../src/protocol/parse.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import type { Deployment } from "../../../src/protocol/wire.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import { createHarness, type Harness, protocolHeaders } from "./harness.ts";
import { createPerson, random, type TestPerson } from "./people.ts";

const slug = "ccas-brevigny";
const sealedRoot = b64(random.bytes(60));
let server: Harness;
let desk: TestPerson;
let groups: readonly string[];
beforeEach(async () => {
  server = await createHarness();
  desk = await createPerson("organisation");
  groups = (await prepareDesk({ store: server.store, random }, slug, undefined)) ?? [];
});
afterEach(() => server.close());

async function authOf(typed: readonly string[]) {
  const secret = await readDeskCode(typed);
  if (!secret.ok) throw new Error(secret.error.type);
  return deskAuthOf(secret.value);
}
const enrol = async (body: object, path = slug) => server.post(`/v1/organisations/${path}/enrol`, body);
const deployment = async () => (await server.http.inject("/deployment.json")).json<Deployment>();

test("the code is ten groups, and the first browser opens the desk with it", async () => {
  expect(groups).toHaveLength(10);
  expect((await deployment()).organisations[0]?.statements).toEqual([]);
  const auth = await authOf(groups);
  const answer = await enrol({ auth, statements: desk.statements, sealedRoot });
  expect(answer.statusCode).toBe(200);
  const read = parseEnrolAnswer(answer.json());
  expect(read.ok && read.value.organisation.statements).toEqual(desk.statements);
  const now = await deployment();
  expect(parseDeployment(now).ok).toBe(true);
  expect(now.organisations[0]?.statements).toEqual(desk.statements);
  expect(now.serverKeys).toEqual([server.keys.public]);
  // The organisation is a principal now: it can open a session.
  expect(await server.session(desk)).toMatch(/^[A-Za-z0-9_-]+$/);
});

test("a second browser with the same code gets the sealed root of the first, whatever it sends", async () => {
  const auth = await authOf(groups);
  await enrol({ auth, statements: desk.statements, sealedRoot });
  const other = await createPerson("organisation");
  for (const body of [
    { auth, statements: [], sealedRoot: "" },
    { auth, statements: other.statements, sealedRoot: b64(random.bytes(60)) },
  ]) {
    const answer = await enrol(body);
    expect(answer.json()).toMatchObject({ sealedRoot, organisation: { statements: desk.statements } });
  }
  expect(await server.store.principal(other.id)).toBeUndefined();
});

test("two browsers at once: one opens, both get the same root", async () => {
  const auth = await authOf(groups);
  const other = await createPerson("organisation");
  const answers = await Promise.all([
    enrol({ auth, statements: desk.statements, sealedRoot }),
    enrol({ auth, statements: other.statements, sealedRoot: b64(random.bytes(60)) }),
  ]);
  expect(new Set(answers.map((answer) => answer.json().sealedRoot)).size).toBe(1);
});

test("a new start makes a new code while the desk is closed, and none once it is open", async () => {
  const again = (await prepareDesk({ store: server.store, random }, slug, undefined)) ?? [];
  expect(again).not.toEqual(groups);
  expect((await enrol({ auth: await authOf(groups), statements: desk.statements, sealedRoot })).statusCode).toBe(403);
  const auth = await authOf(again);
  expect((await enrol({ auth, statements: desk.statements, sealedRoot })).statusCode).toBe(200);
  expect(await prepareDesk({ store: server.store, random }, slug, undefined)).toBeUndefined();
  expect((await enrol({ auth, statements: [], sealedRoot: "" })).statusCode).toBe(200);
});

test("a fixed code is taken as it is, a wrong one stops the start", async () => {
  expect(await prepareDesk({ store: server.store, random }, slug, groups.join("-").toLowerCase())).toEqual(groups);
  await expect(prepareDesk({ store: server.store, random }, slug, "AAAA BBBB")).rejects.toThrow("BESACE_DESK_CODE");
});

test("ten wrong codes per hour, then nobody from this address is heard; other desks look the same", async () => {
  const wrong = { auth: b64(random.bytes(32)), statements: desk.statements, sealedRoot };
  expect((await enrol(wrong, "no-such-desk")).json()).toMatchObject({ error: "wrong-code" });
  for (let times = 0; times < 10; times += 1) expect((await enrol(wrong)).statusCode).toBe(403);
  const refused = await enrol(wrong);
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(3000);
  expect((await enrol({ ...wrong, auth: await authOf(groups) })).statusCode).toBe(429);
});

test("the right code with a person's chain, a forged chain or no root opens nothing", async () => {
  const auth = await authOf(groups);
  const person = await createPerson();
  const [genesis] = desk.statements;
  const forged = [{ ...genesis, sig: b64(random.bytes(64)) }];
  for (const body of [
    { auth, statements: person.statements, sealedRoot },
    { auth, statements: forged, sealedRoot },
    { auth, statements: desk.statements, sealedRoot: "" },
    { auth, statements: [], sealedRoot },
  ])
    expect((await enrol(body)).statusCode).toBe(422);
  expect((await server.store.desk(slug))?.opened).toBeNull();
});

test.each([
  ["believed", ["10.0.0.0/8"], 403],
  ["not believed", [], 429],
])("a proxy on another machine that is %s", async (_name, proxies, expected) => {
  await server.close();
  server = await createHarness({ publicUrl: "https://besace.example", proxies });
  const wrong = { auth: b64(random.bytes(32)), statements: desk.statements, sealedRoot };
  const from = async (address: string) => {
    const answer = await server.http.inject({
      method: "POST",
      url: `/v1/organisations/${slug}/enrol`,
      remoteAddress: "10.1.2.3",
      headers: { ...protocolHeaders, "content-type": "application/json", "x-forwarded-for": address },
      payload: JSON.stringify(wrong),
    });
    return answer.statusCode;
  };
  for (let times = 0; times < 10; times += 1) expect(await from("192.0.2.1")).toBe(403);
  expect(await from("192.0.2.1")).toBe(429);
  expect(await from("192.0.2.2")).toBe(expected);
});
