/** Forms that organisations publish (SPEC P-Q): who may, what is refused, what everybody is given. */

import { afterEach, beforeEach, expect, test } from "vitest";
import { published as limits } from "../../../src/protocol/limits.ts";
import {
  type Publication,
  parseOwnPublishedAnswer,
  parsePublishedAnswer,
  publishedHash,
  readPublication,
  signPublication,
} from "../../../src/protocol/published.ts";
import { b64, signBody } from "../../../src/protocol/sign.ts";
import type { B64, ServerTime, Signed } from "../../../src/protocol/wire.ts";
import { type Bytes, utf8 } from "../../../src/shared/bytes.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, random, type TestPerson } from "./people.ts";

const slug = "ccas-brevigny";
let server: Harness;
let desk: TestPerson;

const file = (words = "Aide aux vacances"): Bytes => utf8(JSON.stringify({ format: "besace-form", words }));
async function facts(bytes: Bytes, fields: Partial<Publication> = {}): Promise<Omit<Publication, "t" | "v">> {
  const hash = await publishedHash(bytes);
  const at = server.time.now as ServerTime;
  return { by: desk.id, form: "aide", version: 1, hash, length: bytes.length, at, withdrawn: false, ...fields };
}
const signed = async (bytes: Bytes, fields: Partial<Publication> = {}, by = desk): Promise<Signed> =>
  signPublication(by.identity.privateKey, await facts(bytes, fields));
const publish = (statement: Signed, bytes: Bytes | null) =>
  server.post("/v1/forms", { statement, file: bytes === null ? null : b64(bytes) });
const list = async (after = "0.0") => {
  const answer = parsePublishedAnswer((await server.ask("GET", `/v1/forms?after=${after}`)).json());
  if (!answer.ok) throw new Error("the list has not its shape");
  return answer.value;
};

beforeEach(async () => {
  server = await createHarness();
  desk = await createPerson("organisation");
  await server.register(desk);
  await server.store.setDeskCode(slug, b64(random.bytes(32)));
  await server.store.openDesk(slug, desk.id, b64(random.bytes(60)), server.time.now as ServerTime);
});
afterEach(() => server.close());

test("P-Q5 what a desk publishes is listed for everybody, and its bytes are given by their hash", async () => {
  const bytes = file();
  const statement = await signed(bytes);
  expect((await publish(statement, bytes)).statusCode).toBe(200);
  expect((await publish(statement, bytes)).statusCode).toBe(200);
  const { forms, more, reset } = await list();
  expect({ forms, more, reset }).toEqual({ forms: [statement], more: false, reset: false });
  const read = await readPublication(forms[0] as Signed, desk.principal);
  expect(read).toMatchObject({ ok: true, value: { form: "aide", version: 1, withdrawn: false } });
  const got = await server.ask("GET", `/v1/forms/${await publishedHash(bytes)}`);
  expect(new Uint8Array(got.rawPayload)).toEqual(bytes);
  expect(got.headers).toMatchObject({
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "cache-control": "public, max-age=31536000, immutable",
  });
  const own = parseOwnPublishedAnswer((await server.ask("GET", `/v1/organisations/${slug}/forms`)).json());
  expect(own).toMatchObject({ ok: true, value: { forms: [statement] } });
  expect((await server.ask("GET", "/v1/organisations/nobody/forms")).statusCode).toBe(404);
  expect((await server.ask("GET", `/v1/forms/${b64(random.bytes(32))}`)).statusCode).toBe(404);
  expect((await server.ask("GET", "/v1/forms/..%2F..%2Fserver.json")).statusCode).toBe(404);
});

test("P-Q6 a later question hears only what is new; a cursor of another database begins again", async () => {
  const bytes = file();
  await publish(await signed(bytes), bytes);
  const { cursor } = await list();
  expect((await list(cursor)).forms).toEqual([]);
  const newer = file("Nouvelle version");
  const statement = await signed(newer, { version: 2 });
  await publish(statement, newer);
  expect((await list(cursor)).forms).toEqual([statement]);
  expect(await list("zzzz.9")).toMatchObject({ forms: [statement], reset: true });
  expect((await server.ask("GET", "/v1/forms?after=else")).statusCode).toBe(422);
});

test("P-Q3 an older version that is sent again changes nothing; a withdrawal is the last word of its version", async () => {
  const [one, two] = [file("un"), file("deux")];
  const [first, second] = [await signed(one), await signed(two, { version: 2 })];
  await publish(first, one);
  await publish(second, two);
  expect((await publish(first, one)).statusCode).toBe(200);
  expect((await list()).forms).toEqual([second]);
  // Another file under a version that was published.
  const changed = await publish(await signed(one, { version: 2 }), one);
  expect(changed.json()).toMatchObject({ error: "id-taken" });
  const withdrawn = await signed(two, { version: 2, withdrawn: true });
  expect((await publish(withdrawn, null)).statusCode).toBe(200);
  expect((await publish(second, two)).statusCode).toBe(200);
  expect((await list()).forms).toEqual([withdrawn]);
  expect((await server.ask("GET", `/v1/forms/${await publishedHash(two)}`)).statusCode).toBe(200);
});

test("P-Q2 nobody publishes for another: neither a stranger, nor a satchel, nor an organisation of no deployment", async () => {
  const bytes = file();
  const stranger = await createPerson("organisation");
  const person = await createPerson();
  await server.register(stranger);
  await server.register(person);
  const refused = async (statement: Signed) => (await publish(statement, bytes)).json().error;
  expect(await refused(await signed(bytes, {}, stranger))).toBe("bad-signature");
  expect(await refused(await signed(bytes, { by: stranger.id }, stranger))).toBe("unknown-principal");
  expect(await refused(await signed(bytes, { by: person.id }, person))).toBe("unknown-principal");
  // Signed by the right key for another purpose.
  const otherLabel = await signBody(desk.identity.privateKey, "besace/v1/statement", {
    t: "form",
    v: 1,
    ...(await facts(bytes)),
  });
  expect(await refused(otherLabel)).toBe("bad-signature");
  expect((await list()).forms).toEqual([]);
});

test("P-Q2 other bytes than those signed, a huge file, no file, a strange name: refused", async () => {
  const bytes = file();
  const statement = await signed(bytes);
  expect((await publish(statement, file("autre"))).statusCode).toBe(422);
  expect((await publish(statement, null)).statusCode).toBe(422);
  expect((await publish(await signed(bytes, { withdrawn: true }), bytes)).statusCode).toBe(422);
  expect((await publish(await signed(bytes, { length: bytes.length + 1 }), bytes)).statusCode).toBe(422);
  for (const form of ["../autre", "<b>", "A", "a".repeat(limits.formLetters + 1)])
    expect((await publish(await signed(bytes, { form }), bytes)).statusCode).toBe(422);
  const huge = new Uint8Array(limits.fileBytes + 1).fill(32);
  expect((await publish(await signed(huge), huge)).statusCode).toBe(422);
  const beyond = await server.post("/v1/forms", { statement, file: "A".repeat(400 * 1024) as B64 });
  expect(beyond.statusCode).toBe(413);
  const largest = new Uint8Array(limits.fileBytes).fill(32);
  expect((await publish(await signed(largest, { form: "grand" }), largest)).statusCode).toBe(200);
  expect((await list()).forms).toHaveLength(1);
});
