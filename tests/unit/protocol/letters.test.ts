import { expect, test } from "vitest";
import { sealLetter } from "../../../src/crypto/letter.ts";
import { letterHead, letterManifest, verifyLetter } from "../../../src/protocol/letters.ts";
import { b64, sha256 } from "../../../src/protocol/sign.ts";
import { type LetterId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import { anIdentity, bytesOf, cut, damaged, random } from "../crypto/support.ts";

async function aLetter() {
  const [from, to] = [await anIdentity(), await anIdentity("organisation")];
  const inner = {
    thread: randomId<ThreadId>(random),
    n: 1,
    replaces: null,
    kind: "message" as const,
    sentAt: 1,
    blobs: [],
    payload: "bonjour",
  };
  const letter = await sealLetter({
    identity: from,
    to: to.principal,
    letter: randomId<LetterId>(random),
    blobs: [],
    inner,
  });
  return { from, to, letter };
}

test("whoever has the sender's public key can verify a letter and read its head", async () => {
  const { from, to, letter } = await aLetter();
  const head = letterHead(letter);
  expect(head).toMatchObject({
    ok: true,
    value: { from: from.id, to: to.id, toKey: to.principal.boxKeyId, blobs: [] },
  });
  expect(await verifyLetter(letter, from.principal.sign)).toEqual(head);
  expect(await verifyLetter(letter, to.principal.sign)).toEqual({ ok: false, error: { type: "bad-signature" } });
});

test("every changed or cut byte is refused", { timeout: 120_000 }, async () => {
  const { from, letter } = await aLetter();
  for (const field of ["head", "enc", "body", "sig"] as const) {
    const texts = [...damaged(letter[field]), ...cut(letter[field])];
    for (const text of field === "body" ? texts.filter((_, at) => at % 16 === 0) : texts)
      expect((await verifyLetter({ ...letter, [field]: text }, from.principal.sign)).ok, field).toBe(false);
  }
});

test("the manifest is the hash of the head alone", async () => {
  const { letter } = await aLetter();
  const manifest = await letterManifest(letter);
  expect(manifest).toBe(b64(await sha256(bytesOf(letter.head))));
  for (const head of damaged(letter.head).slice(0, 20))
    expect(await letterManifest({ ...letter, head })).not.toBe(manifest);
});
