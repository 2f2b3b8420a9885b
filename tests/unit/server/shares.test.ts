/** F3 at the server: a share is handed out in its time, to its receiver, and to nobody else or later. */

import { afterEach, beforeEach, expect, test } from "vitest";
import { shares as limits } from "../../../src/protocol/limits.ts";
import type { Letter, LetterAnswer, ServerTime, Signed } from "../../../src/protocol/wire.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, type TestBlob, type TestPerson } from "./people.ts";

const DAY = 24 * 3600 * 1000;
let server: Harness;
let person: TestPerson;
let desk: TestPerson;
let other: TestPerson;
let deskToken: string;
beforeEach(async () => {
  server = await createHarness();
  [person, desk, other] = [
    await createPerson(),
    await createPerson("organisation"),
    await createPerson("organisation"),
  ];
  for (const who of [person, desk, other]) await server.register(who);
  deskToken = await server.session(desk);
});
afterEach(() => server.close());

const send = async (letter: Letter) => (await server.post("/v1/letters", { letter })).json<LetterAnswer>().verdict;
const tell = (proof: Signed) => server.post("/v1/proofs", { proof });
const codeOf = async (proof: Signed) => (await tell(proof)).json<{ error?: string }>().error;
const read = async (blob: TestBlob, token: string) =>
  (await server.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, server.bearer(token))).statusCode;
const letters = async (token: string) => (await server.pull(token)).rows.filter((row) => row.type === "letter").length;
const inDays = (days: number) => (server.time.now + days * DAY) as ServerTime;

async function shared(days = 31) {
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  const made = await person.letter(desk, [blob.ref], undefined, inDays(days));
  expect((await send(made.letter)).type).toBe("ok");
  return { blob, ...made };
}

test("F3: expired: letter and pages are refused to the receiver from the very moment on, the owner keeps hers", async () => {
  const { blob, letter } = await shared(1);
  const until = server.time.now + DAY;
  server.time.now = until - 1;
  deskToken = await server.session(desk);
  expect([await read(blob, deskToken), await letters(deskToken)]).toEqual([200, 1]);
  server.time.now = until;
  // No collection has run: what is handed out is held against the time itself.
  expect([await read(blob, deskToken), await letters(deskToken)]).toEqual([404, 0]);
  expect(await read(blob, await server.session(person))).toBe(200);
  // Replayed: known, answered as then, and not there again.
  expect((await send(letter)).type).toBe("ok");
  expect(await letters(deskToken)).toBe(0);
  await server.app.collector.run();
  expect([await read(blob, deskToken), await letters(deskToken)]).toEqual([404, 0]);
  expect((await server.store.blob(person.id, blob.ref.blob))?.state).toBe("collected");
});

test("F3: revoked: ends at once, opened or not, and is told to both", async () => {
  const { blob, letter, id, manifest } = await shared();
  expect((await tell(await desk.opened(id, manifest))).statusCode).toBe(200);
  const proof = await person.ended(id, manifest);
  expect((await tell(proof)).statusCode).toBe(200);
  expect((await tell(proof)).statusCode).toBe(200);
  expect([await read(blob, deskToken), await letters(deskToken)]).toEqual([404, 0]);
  for (const token of [deskToken, await server.session(person)])
    expect((await server.pull(token)).rows.at(-1)).toMatchObject({ type: "proof", letter: id, proof });
  expect((await send(letter)).type).toBe("ok");
  expect(await letters(deskToken)).toBe(0);
  const fresh = await shared();
  await tell(await person.ended(fresh.id, fresh.manifest));
  const late = await tell(await desk.opened(fresh.id, fresh.manifest));
  expect([late.statusCode, late.json<{ error: string }>().error]).toEqual([410, "gone"]);
});

test("F3: foreign: another organisation, another satchel's word, the receiver's own, another letter", async () => {
  const { blob, id, manifest } = await shared();
  expect(await read(blob, await server.session(other))).toBe(404);
  const stranger = await createPerson();
  expect(await codeOf(await stranger.ended(id, manifest))).toBe("unknown-principal");
  await server.register(stranger);
  expect(await codeOf(await stranger.ended(id, manifest))).toBe("unknown-receiver");
  expect(await codeOf(await desk.ended(id, manifest))).toBe("unknown-receiver");
  expect(await codeOf(await person.ended(id, (await shared()).manifest))).toBe("unknown-receiver");
  const plain = await person.letter(desk);
  await send(plain.letter);
  // Only a share ends: what was sent as a dossier is the receiver's once it was opened.
  expect(await codeOf(await person.ended(plain.id, plain.manifest))).toBe("bad-format");
  expect(await read(blob, deskToken)).toBe(200);
});

test("P-L7: a share that comes too late is gone; none is longer than a year and two days, none goes to a satchel", async () => {
  const code = async (letter: Letter) => {
    const verdict = await send(letter);
    return verdict.type === "reject" ? verdict.code : verdict.type;
  };
  expect(await code((await person.letter(desk, [], undefined, inDays(0))).letter)).toBe("gone");
  const longest = (server.time.now + limits.longestMs) as ServerTime;
  expect(await code((await person.letter(desk, [], undefined, longest)).letter)).toBe("ok");
  expect(await code((await person.letter(desk, [], undefined, (longest + 1) as ServerTime)).letter)).toBe("bad-format");
  expect(await code((await person.letter(person, [], undefined, inDays(1))).letter)).toBe("bad-format");
  expect(await code((await desk.letter(person, [], undefined, inDays(1))).letter)).toBe("bad-format");
});
