/** The server writes down what it does with what is a satchel's (SPEC P-J): once each, before it is done, for her alone. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type JournalAnswer, openJournalLine, parseJournalAnswer } from "../../../src/protocol/journal.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, type TestPerson } from "./people.ts";

let server: Harness;
let person: TestPerson;
let desk: TestPerson;
beforeEach(async () => {
  server = await createHarness();
  [person, desk] = [await createPerson(), await createPerson("organisation")];
  await server.register(person);
  await server.register(desk);
});
afterEach(() => server.close());

async function told(who: TestPerson = person) {
  const token = await server.session(who);
  const answer = await server.ask("GET", "/v1/journal?after=0", undefined, server.bearer(token));
  expect(parseJournalAnswer(answer.json()).ok).toBe(true);
  const { lines } = answer.json<JournalAnswer>();
  return Promise.all(
    lines.map(async (line) => {
      const read = await openJournalLine(who.boxKey, who.id, line);
      if (!read.ok) throw new Error(read.error);
      return read.value;
    }),
  );
}

const DAY = 86_400_000;
const kinds = async (who?: TestPerson) => (await told(who)).map(({ k }) => k);

test("P-J1 a letter, its pages, its opening: one line each, one a day for pages; the server cannot read them again", async () => {
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  const { letter, id, manifest } = await person.letter(desk, [blob.ref]);
  await server.post("/v1/letters", { letter });
  await server.post("/v1/letters", { letter });
  const token = await server.session(desk);
  const read = (range?: string) =>
    server.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, {
      ...server.bearer(token),
      ...(range === undefined ? {} : { range }),
    });
  expect((await read("bytes=0-9")).statusCode).toBe(206);
  expect((await read()).statusCode).toBe(200);
  await server.post("/v1/proofs", { proof: await desk.opened(id, manifest) });
  expect(await told()).toMatchObject([
    { k: "deposited", letter: id, to: desk.id, at: server.time.now },
    { k: "handed", letter: id, to: desk.id, device: desk.device },
    { k: "opened", letter: id },
    { k: "session", device: person.device },
  ]);
  server.time.now += DAY;
  const later = await server.session(desk);
  await server.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, server.bearer(later));
  expect(await kinds()).toEqual(["deposited", "handed", "opened", "session", "handed", "session"]);
  // All of one length, nobody else's session is given them, an organisation has none.
  const { lines } = await server.store.journal(person.id, 0, 10);
  expect(new Set(lines.map(({ sealed }) => sealed.length)).size).toBe(1);
  expect((await openJournalLine(desk.boxKey, person.id, lines[0] ?? ({ enc: "", sealed: "" } as never))).ok).toBe(
    false,
  );
  const other = await server.ask("GET", "/v1/journal?after=0", undefined, server.bearer(later));
  expect(other.json<JournalAnswer>().lines).toEqual([]);
  expect((await server.ask("GET", "/v1/journal?after=0")).statusCode).toBe(401);
  expect((await server.ask("GET", "/v1/journal?after=-1", undefined, server.bearer(later))).statusCode).toBe(422);
});

test("P-J1 what she took back and ended, her own reading, and a device that was put out and tried", async () => {
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  const [one, two] = [
    await person.letter(desk),
    await person.letter(desk, [], undefined, (server.time.now + DAY) as never),
  ];
  for (const { letter } of [one, two]) await server.post("/v1/letters", { letter });
  await server.post("/v1/proofs", { proof: await person.withdrawn(one.id, one.manifest) });
  await server.post("/v1/proofs", { proof: await person.ended(two.id, two.manifest) });
  const token = await server.session(person);
  await server.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, server.bearer(token));
  expect(await kinds()).toEqual(["deposited", "deposited", "withdrawn", "ended", "session", "read"]);
});
