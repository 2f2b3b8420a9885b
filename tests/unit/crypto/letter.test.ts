import { expect, test } from "vitest";
import { certifyDevice, withStatements } from "../../../src/crypto/identity.ts";
import { type LetterContent, openLetter, sealLetter } from "../../../src/crypto/letter.ts";
import { sealStream } from "../../../src/crypto/stream.ts";
import { letterManifest, signLetter } from "../../../src/protocol/letters.ts";
import { b64, generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import { type DeviceId, type LetterId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import { anIdentity, bytesOf, cut, damaged, random } from "./support.ts";

const content = (more: Partial<LetterContent> = {}): LetterContent => ({
  thread: randomId<ThreadId>(random),
  n: 1,
  replaces: null,
  kind: "dossier",
  sentAt: 1,
  blobs: [],
  payload: { answers: { nom: "Amine" } },
  ...more,
});

async function aLetter() {
  const [from, to] = [await anIdentity(), await anIdentity("organisation")];
  const page = await sealStream(random.bytes(10), random);
  const inner = content({
    blobs: [
      { blob: page.blob, root: page.root, key: b64(page.key), hash: page.hash, mime: "image/webp", role: "page" },
    ],
  });
  const blobs = [{ blob: page.blob, length: page.length, root: page.root }];
  const letter = await sealLetter({
    identity: from,
    to: to.principal,
    letter: randomId<LetterId>(random),
    blobs,
    inner,
  });
  return { from, to, letter, inner };
}

test("the receiver opens it, and nobody else", async () => {
  const { from, to, letter, inner } = await aLetter();
  const opened = await openLetter(to, letter, undefined);
  expect(opened.ok && opened.value.inner).toMatchObject({ ...inner, from: from.id, to: to.id });
  expect(opened.ok && opened.value.sender.id).toBe(from.id);
  expect(opened.ok && opened.value.manifest).toBe(await letterManifest(letter));
  expect(await openLetter(from, letter, undefined)).toEqual({ ok: false, error: { type: "other-receiver" } });
});

test("a deposit to oneself opens with one's own keys", async () => {
  const me = await anIdentity();
  const inner = content({ kind: "deposit" });
  const letter = await sealLetter({
    identity: me,
    to: me.principal,
    letter: randomId<LetterId>(random),
    blobs: [],
    inner,
  });
  expect(await openLetter(me, letter, me.principal)).toMatchObject({ ok: true });
});

test("the longer of the pinned and the enclosed chain is kept", async () => {
  const { from, to, letter } = await aLetter();
  const transport = await rawPublicKey(await generateSignPair(false));
  const longer = await withStatements(
    from,
    await certifyDevice(from, from.statements, randomId<DeviceId>(random), transport),
  );
  if (!longer.ok) throw new Error("extended");
  const opened = await openLetter(to, letter, longer.value.principal);
  expect(opened.ok && opened.value.sender.head.n).toBe(1);
});

test("every changed or cut byte is refused, sender known or not", { timeout: 120_000 }, async () => {
  const { from, to, letter } = await aLetter();
  for (const sender of [undefined, from.principal]) {
    for (const field of ["head", "enc", "sig", "body"] as const) {
      const texts = [...damaged(letter[field]), ...cut(letter[field])];
      const tried = field === "body" ? texts.filter((_, at) => at % 64 === 0) : texts;
      for (const text of tried)
        expect((await openLetter(to, { ...letter, [field]: text }, sender)).ok, field).toBe(false);
    }
  }
});

test("a stranger cannot sign somebody's sealed letter as his own", async () => {
  const { to, letter } = await aLetter();
  const thief = await anIdentity();
  const stolen = await signLetter(thief.sign, bytesOf(letter.head), bytesOf(letter.enc), bytesOf(letter.body));
  expect(await openLetter(to, stolen, undefined)).toEqual({ ok: false, error: { type: "bad-signature" } });
  expect(await openLetter(to, stolen, thief.principal)).toEqual({ ok: false, error: { type: "other-sender" } });
});

test("blobs that differ inside and outside are never sealed", async () => {
  const { from, to, inner } = await aLetter();
  const letter = randomId<LetterId>(random);
  await expect(sealLetter({ identity: from, to: to.principal, letter, blobs: [], inner })).rejects.toThrow("SPEC C-L4");
});

test("a payload that JSON would lose is never sealed", async () => {
  const me = await anIdentity();
  const inner = content({ payload: undefined });
  const letter = randomId<LetterId>(random);
  await expect(sealLetter({ identity: me, to: me.principal, letter, blobs: [], inner })).rejects.toThrow("SPEC C-L3");
});
