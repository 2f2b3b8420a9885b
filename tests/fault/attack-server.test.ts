/**
 * Clients that are not ours: chains that call themselves organisations, letters from strangers, requests that mean to
 * reach the upload library behind our own checks.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { quotas } from "../../src/protocol/limits.ts";
import type { LetterAnswer } from "../../src/protocol/wire.ts";
import { createFindDeployed, demonstration } from "../../src/server/deployment.ts";
import { createQuotas } from "../../src/server/quotas.ts";
import { createHarness, type Harness } from "../unit/server/harness.ts";
import { createPerson, type TestPerson } from "../unit/server/people.ts";

let server: Harness;
let person: TestPerson;
let stranger: TestPerson;
beforeEach(async () => {
  server = await createHarness();
  person = await createPerson();
  stranger = await createPerson("organisation");
  await server.register(person);
  await server.register(stranger);
});
afterEach(() => server.close());

test("a chain that calls itself an organisation has a satchel's space until the deployment or a desk names it", async () => {
  const base = demonstration("http://localhost:8080");
  const usual = { quota: null };
  const of = createQuotas(createFindDeployed(server.store, base));
  expect(await of({ ...person, ...usual })).toBe(quotas.satchelBytes);
  expect(await of({ ...stranger, ...usual })).toBe(quotas.satchelBytes);
  const [first] = base.organisations;
  if (first === undefined) throw new Error("the demonstration has an organisation");
  const named = { ...base, organisations: [{ ...first, statements: stranger.statements }] };
  expect(await createQuotas(createFindDeployed(server.store, named))({ ...stranger, ...usual })).toBe(
    quotas.organisationBytes,
  );
  await server.store.setDeskCode(first.slug, "hash" as never);
  await server.store.openDesk(first.slug, stranger.id, "sealed" as never, server.time.now as never);
  expect(await of({ ...stranger, ...usual })).toBe(quotas.organisationBytes);
  expect(await of({ ...stranger, quota: 7 })).toBe(7);
});

test("a letter from an organisation that the person never wrote to does not come in", async () => {
  const send = async (letter: Awaited<ReturnType<TestPerson["letter"]>>) =>
    (await server.post("/v1/letters", { letter: letter.letter })).json<LetterAnswer>().verdict;
  const early = await stranger.letter(person);
  expect(await send(early)).toMatchObject({ type: "reject", code: "busy", retry: "later" });
  expect((await server.pull(await server.session(person))).rows).toEqual([]);
  expect((await send(await person.letter(stranger))).type).toBe("ok");
  expect((await send(early)).type).toBe("ok");
});

test.each(["DELETE", "POST", "GET"])("X-HTTP-Method-Override: %s reaches no verified blob", async (method) => {
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  const answer = await server.http.inject({
    method: "PATCH",
    url: `/v1/blobs/${person.id}.${blob.ref.blob}`,
    headers: {
      "besace-protocol": "1",
      "besace-nonce": "attack-nonce-0123456789",
      "tus-resumable": "1.0.0",
      "x-http-method-override": method,
      "upload-offset": "0",
      "upload-length": "1",
      "content-type": "application/offset+octet-stream",
    },
  });
  expect(answer.statusCode).toBeGreaterThanOrEqual(400);
  expect(Buffer.compare(server.readBlobFile(person, blob), Buffer.from(blob.bytes))).toBe(0);
});
