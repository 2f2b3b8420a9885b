/** POST /v1/carried (SPEC P-C8): a signed answer about what is here, for anybody who holds a signed manifest. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CarriedAnswer, type CarriedStatement, readCarried } from "../../../src/protocol/carried.ts";
import { manifestHash, readCarrier } from "../../../src/protocol/carrier.ts";
import type { ErrorAnswer, Signed } from "../../../src/protocol/wire.ts";
import type { BlobId } from "../../../src/shared/ids.ts";
import { ok } from "../../../src/shared/result.ts";
import { bundleFile, type CarrierContents, carrierFile, inChunks } from "../../support/carrier-file.ts";
import { createHarness, type Harness, nonce } from "./harness.ts";
import { newKeyring } from "./keyrings.ts";
import { createPerson, type TestBlob, type TestPerson } from "./people.ts";

let server: Harness;
let me: TestPerson;
let desk: TestPerson;
beforeEach(async () => {
  server = await createHarness();
  me = await createPerson();
  desk = await createPerson("organisation");
  await server.register(desk);
});
afterEach(() => server.close());

async function manifestOf(person: TestPerson, contents: CarrierContents): Promise<Signed> {
  const { bytes } = await carrierFile(person, contents, { keys: [server.keys.public.id] });
  const opened = await readCarrier(
    inChunks(bytes, () => 100_000),
    { opened: async () => ok(undefined), bytes: async () => ok(undefined) },
  );
  if (!opened.ok) throw new Error("the file of a test reads");
  return opened.value.signed;
}

const ask = (manifest: unknown) => server.post("/v1/carried", { manifest });
async function said(
  manifest: Signed,
): Promise<Omit<CarriedStatement, "v"> & { readonly told: CarriedAnswer["proofs"] }> {
  const answer = (await ask(manifest)).json<CarriedAnswer>();
  expect(answer.nonce).toBe(nonce);
  const statement = await readCarried(answer.statement, [server.keys.public]);
  if (!statement.ok) throw new Error(statement.error);
  expect(statement.value.manifest).toBe(await manifestHash(manifest));
  return { ...statement.value, told: answer.proofs };
}
const refusal = async (manifest: unknown): Promise<readonly [number, string]> => {
  const answer = await ask(manifest);
  return [answer.statusCode, answer.json<ErrorAnswer>().error];
};

describe("P-C8: what of a carrier's file is here", () => {
  test("grows with what arrives: nothing, ops, the letter with its proof, the blob and completeness", async () => {
    const blob = await me.blob(500);
    const first = await me.op();
    const second = await me.op({ record: first.head.record, base: first.head.op });
    const letter = await me.letter(desk, [blob.ref]);
    const contents = { ops: [first.op, second.op], letters: [letter.letter], blobs: [blob] };
    const manifest = await manifestOf(me, contents);
    expect(await refusal(manifest)).toEqual([422, "unknown-principal"]);

    await server.register(me);
    const none = { from: me.id, ops: [], letters: [], proofs: [], blobs: [], told: [] };
    expect(await said(manifest)).toMatchObject(none);

    await server.push(first.op);
    expect((await said(manifest)).ops).toEqual([first.head.op]);
    await server.push(second.op);
    await server.post("/v1/letters", { letter: letter.letter });
    const deposited = await said(manifest);
    // An op stays accepted when a later one has taken its place.
    expect([...deposited.ops].sort()).toEqual([first.head.op, second.head.op].sort());
    expect(deposited.letters).toEqual([letter.id]);
    expect(deposited.told.map((each) => each.proofs.length)).toEqual([1]);

    await server.createUpload(me, blob);
    await server.patch(me, blob, 0, 40);
    expect((await said(manifest)).blobs).toEqual([]);
    await server.patch(me, blob, 40);
    const whole = await said(manifest);
    expect(whole.blobs).toEqual([blob.ref.blob]);
    expect(whole.told.map((each) => each.proofs.length)).toEqual([2]);
    expect(whole.at).toBe(server.time.now);
  });

  test("a blob of the same id with another root, and ops and letters of others, are not said to be here", async () => {
    const other = await createPerson();
    await server.register(me);
    await server.register(other);
    const blob = await me.blob(500);
    await server.createUpload(me, blob);
    await server.patch(me, blob, 0);
    const foreign = await other.letter(desk);
    await server.post("/v1/letters", { letter: foreign.letter });
    const op = await other.op();
    await server.push(op.op);
    const own = await me.letter(desk, [], foreign.id);
    const manifest = await manifestOf(me, {
      ops: [(await me.op({ op: op.head.op })).op],
      letters: [own.letter],
      blobs: [await otherBytes(blob.ref.blob)],
    });
    expect(await said(manifest)).toMatchObject({ ops: [], letters: [], blobs: [], told: [] });
  });

  test("only its signer's own words are answered: another signature, another shape, another sender are refused", async () => {
    await server.register(me);
    const manifest = await manifestOf(me, { ops: [(await me.op()).op] });
    const flipped = { ...manifest, sig: `${manifest.sig.slice(0, -3)}AAA` };
    expect(await refusal(flipped)).toEqual([422, "bad-signature"]);
    expect(await refusal({ ...manifest, body: manifest.body.slice(4) })).toEqual([422, "bad-format"]);
    expect(await refusal({ ...manifest, more: 1 })).toEqual([422, "bad-format"]);
    expect(await refusal(null)).toEqual([422, "bad-format"]);
    expect(
      (await server.post("/v1/carried", { manifest: { body: "A".repeat(1_100_000), sig: manifest.sig } })).statusCode,
    ).toBe(413);
  });

  test("is counted for the sender whose signature was checked", async () => {
    await server.close();
    server = await createHarness({ rates: { perPrincipal: 3, perAddress: 1000 } });
    await server.register(me);
    const manifest = await manifestOf(me, { ops: [(await me.op()).op] });
    const codes = [];
    for (let n = 0; n < 4; n += 1) codes.push((await ask(manifest)).statusCode);
    expect(codes.at(-1)).toBe(429);
  });

  test("P-C11 a postbox's pack: how much of chain and keyring is here too; not counted for the sender", async () => {
    await server.close();
    server = await createHarness({ rates: { perPrincipal: 2, perAddress: 1000 } });
    await server.register(desk);
    const letter = await me.letter(desk, []);
    const keyring = (await newKeyring(me, server.keys.box.box, { epoch: 1 })).signed;
    const part = { person: me, contents: { letters: [letter.letter] }, keyring };
    const { bytes } = await bundleFile([part], { keys: [server.keys.public.id] });
    const opened = await readCarrier(
      inChunks(bytes, () => 100_000),
      { opened: async () => ok(undefined), bytes: async () => ok(undefined) },
    );
    if (!opened.ok) throw new Error("the file of a test reads");
    const { signed } = opened.value;
    expect(await refusal(signed)).toEqual([422, "unknown-principal"]);
    await server.register(me);
    expect(await said(signed)).toMatchObject({ v: 2, chain: me.statements.length, keyring: 0, letters: [] });
    await server.post("/v1/keyring", { keyring });
    await server.post("/v1/letters", { letter: letter.letter });
    for (let times = 0; times < 4; times += 1)
      expect(await said(signed)).toMatchObject({ v: 2, keyring: 1, letters: [letter.id] });
    expect(await refusal({ ...signed, sig: letter.letter.sig })).toEqual([422, "bad-signature"]);
  });

  test("nothing of a file goes to the log", async () => {
    await server.register(me);
    const blob = await me.blob(300);
    await said(await manifestOf(me, { ops: [(await me.op()).op], blobs: [blob] }));
    const log = server.logLines.join("\n");
    expect(log).toContain("/v1/carried");
    for (const id of [me.id, blob.ref.blob]) expect(log).not.toContain(id);
  });
});

/** The same id over other bytes, whose root the ticket really names. */
async function otherBytes(blob: BlobId): Promise<TestBlob> {
  const fresh = await me.blob(500);
  return { bytes: fresh.bytes, ref: { ...fresh.ref, blob } };
}
