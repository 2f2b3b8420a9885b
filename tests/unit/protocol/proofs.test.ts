import { expect, test } from "vitest";
import {
  proofFits,
  readOpenedProof,
  readProof,
  readServerProof,
  readWithdrawnProof,
  signProof,
} from "../../../src/protocol/proofs.ts";
import { b64, generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import type { LetterHead, ProofBody, ServerTime } from "../../../src/protocol/wire.ts";
import { type BlobId, type LetterId, randomId } from "../../../src/shared/ids.ts";
import { anIdentity, cut, damaged, random } from "../crypto/support.ts";

async function aCase() {
  const [person, desk] = [await anIdentity(), await anIdentity("organisation")];
  const server = await generateSignPair(false);
  const [one, two] = [randomId<BlobId>(random), randomId<BlobId>(random)];
  const head: LetterHead = {
    v: 1,
    suite: 1,
    letter: randomId<LetterId>(random),
    from: person.id,
    to: desk.id,
    toKey: desk.principal.boxKeyId,
    blobs: [one, two].map((blob) => ({ blob, length: 81, root: b64(random.bytes(32)) })),
  };
  const manifest = b64(random.bytes(32));
  const about = { v: 1 as const, letter: head.letter, manifest };
  const at = 5 as ServerTime;
  const deposited: ProofBody = { t: "deposited", ...about, to: desk.id, at, have: [one], of: 2 };
  const complete: ProofBody = { t: "complete", ...about, to: desk.id, depositedAt: at, at };
  const opened: ProofBody = { t: "opened", ...about, by: desk.id, at: 6 };
  const withdrawn: ProofBody = { t: "withdrawn", ...about, by: person.id, at: 7 };
  const key = await rawPublicKey(server);
  return { person, desk, server, key, head, manifest, deposited, complete, opened, withdrawn, one };
}

test("INV-2 a proof counts only from the one who may say it", async () => {
  const { desk, person, server, key, deposited, complete, opened } = await aCase();
  const keys = [{ sign: key }];
  for (const body of [deposited, complete])
    expect(await readServerProof(await signProof(server.privateKey, body), keys)).toEqual({ ok: true, value: body });
  expect(await readOpenedProof(await signProof(desk.sign, opened), desk.principal)).toEqual({
    ok: true,
    value: opened,
  });
  const wrong = { ok: false, error: { type: "wrong-signer" } };
  const bad = { ok: false, error: { type: "bad-signature" } };
  expect(await readServerProof(await signProof(server.privateKey, opened), keys)).toEqual(wrong);
  expect(await readOpenedProof(await signProof(desk.sign, complete), desk.principal)).toEqual(wrong);
  expect(await readOpenedProof(await signProof(person.sign, opened), desk.principal)).toEqual(bad);
  expect(await readOpenedProof(await signProof(server.privateKey, opened), desk.principal)).toEqual(bad);
  expect(await readServerProof(await signProof(desk.sign, complete), keys)).toEqual(bad);
  expect(await readServerProof(await signProof(server.privateKey, complete), [])).toEqual({
    ok: false,
    error: { type: "unknown-key" },
  });
});

test("P-P5 a letter is taken back by its sender alone", async () => {
  const { desk, person, server, key, head, manifest, opened, withdrawn } = await aCase();
  expect(await readWithdrawnProof(await signProof(person.sign, withdrawn), person.principal)).toEqual({
    ok: true,
    value: withdrawn,
  });
  const wrong = { ok: false, error: { type: "wrong-signer" } };
  const bad = { ok: false, error: { type: "bad-signature" } };
  expect(await readWithdrawnProof(await signProof(desk.sign, withdrawn), person.principal)).toEqual(bad);
  expect(await readWithdrawnProof(await signProof(desk.sign, withdrawn), desk.principal)).toEqual(wrong);
  expect(await readWithdrawnProof(await signProof(desk.sign, opened), desk.principal)).toEqual(wrong);
  expect(await readOpenedProof(await signProof(person.sign, withdrawn), person.principal)).toEqual(wrong);
  expect(await readServerProof(await signProof(server.privateKey, withdrawn), [{ sign: key }])).toEqual(wrong);
  expect(proofFits(withdrawn, head, manifest)).toBe(true);
  // The receiver, or anybody else, cannot take it back in the sender's place.
  expect(proofFits({ ...withdrawn, by: desk.id } as ProofBody, head, manifest)).toBe(false);
  expect(proofFits(withdrawn, head, b64(random.bytes(32)))).toBe(false);
});

test("every changed or cut byte is refused", async () => {
  const { server, key, deposited } = await aCase();
  const signed = await signProof(server.privateKey, deposited);
  for (const field of ["body", "sig"] as const)
    for (const text of [...damaged(signed[field]), ...cut(signed[field])])
      expect((await readProof({ ...signed, [field]: text }, key)).ok, field).toBe(false);
});

test("INV-2 a proof of another letter, another receiver or foreign papers does not fit", async () => {
  const { person, head, manifest, deposited, complete, opened } = await aCase();
  for (const proof of [deposited, complete, opened]) {
    expect(proofFits(proof, head, manifest)).toBe(true);
    expect(proofFits({ ...proof, letter: randomId<LetterId>(random) }, head, manifest)).toBe(false);
    expect(proofFits(proof, head, b64(random.bytes(32)))).toBe(false);
    expect(proofFits(proof, { ...head, to: person.id }, manifest)).toBe(false);
  }
  if (deposited.t !== "deposited") throw new Error("deposited");
  expect(proofFits({ ...deposited, of: 3 }, head, manifest)).toBe(false);
  expect(proofFits({ ...deposited, have: [randomId<BlobId>(random)] }, head, manifest)).toBe(false);
});
