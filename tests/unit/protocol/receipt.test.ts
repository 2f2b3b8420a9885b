/** SPEC P-P8: a receipt is true, of another server, forged, or damaged, and nothing else. */
import { beforeAll, describe, expect, test } from "vitest";
import { createIdentity, type Identity } from "../../../src/crypto/identity.ts";
import { letterHeadBytes } from "../../../src/protocol/letters.ts";
import { signProof } from "../../../src/protocol/proofs.ts";
import { judgeReceipt, readDossierReceipt, writeDossierReceipt } from "../../../src/protocol/receipt.ts";
import { endorseServerKey } from "../../../src/protocol/server-keys.ts";
import { b64, generateSignPair, type KeyPair, rawPublicKey, sha256 } from "../../../src/protocol/sign.ts";
import type { B64, LetterHead, ServerKey, ServerTime, Signed } from "../../../src/protocol/wire.ts";
import { type BlobId, type LetterId, randomId } from "../../../src/shared/ids.ts";
import { random } from "../crypto/support.ts";

const at = (value: number) => value as ServerTime;
let pair: KeyPair;
let key: ServerKey;
let desk: Identity;
let person: Identity;
let head: LetterHead;
let manifest: B64;
let proofs: { readonly deposited: Signed; readonly complete: Signed; readonly opened: Signed };

async function serverKey(keys: KeyPair): Promise<ServerKey> {
  const sign = await rawPublicKey(keys);
  return { id: b64((await sha256(Uint8Array.from(Buffer.from(sign, "base64url")))).slice(0, 16)), sign };
}
const deployment = (keys: readonly ServerKey[] = [key]) => ({
  serverKeys: keys,
  organisations: [{ slug: "ccas", statements: desk.statements }] as never,
});
const headBytes = (of: LetterHead = head): B64 => b64(letterHeadBytes(of));

beforeAll(async () => {
  [pair, desk, person] = [
    await generateSignPair(false),
    await createIdentity("organisation", random),
    await createIdentity("satchel", random),
  ];
  key = await serverKey(pair);
  const letter = randomId<LetterId>(random);
  const blobs = [1, 2].map(() => ({
    blob: randomId<BlobId>(random),
    length: 57 + 1024 + 16,
    root: b64(random.bytes(32)),
  }));
  head = { v: 1, suite: 1, letter, from: person.id, to: desk.id, toKey: b64(random.bytes(16)), blobs };
  manifest = b64(await sha256(letterHeadBytes(head)));
  const about = { letter, manifest };
  const have = blobs.slice(0, 1).map(({ blob }) => blob);
  const server = { v: 1, ...about, to: desk.id } as const;
  proofs = {
    deposited: await signProof(pair.privateKey, { t: "deposited", ...server, at: at(1000), have, of: 2 }),
    complete: await signProof(pair.privateKey, { t: "complete", ...server, depositedAt: at(1000), at: at(2000) }),
    opened: await signProof(desk.sign, { t: "opened", v: 1, ...about, by: desk.id, at: 3000 }),
  };
});

const written = (patch: object = {}): string =>
  writeDossierReceipt({
    v: 1,
    by: key.id,
    head: headBytes(),
    proofs: [proofs.deposited, proofs.complete, proofs.opened],
    ...patch,
  });
const judged = async (text: string, keys?: readonly ServerKey[]) => {
  const read = readDossierReceipt(`Récépissé\nNe changez rien.\n\n${text}\n`);
  return read.ok ? judgeReceipt(read.value, deployment(keys)) : { type: read.error };
};

describe("a dossier's receipt", () => {
  test("true: for whom, when, how many, which hashes, by whom it was opened", async () => {
    expect(await judged(written())).toEqual({
      type: "good",
      receipt: {
        letter: head.letter,
        manifest: Buffer.from(manifest, "base64url").toString("hex"),
        to: "ccas",
        depositedAt: 1000,
        of: 2,
        have: 1,
        completeAt: 2000,
        openedAt: 3000,
        roots: head.blobs.map(({ root }) => Buffer.from(root, "base64url").toString("hex")),
      },
    });
  });

  test("the short form of a code is as true, without hashes of pages", async () => {
    const short = written({ head: undefined, proofs: [proofs.deposited] });
    expect(short.length).toBeLessThan(1100);
    expect(await judged(short)).toMatchObject({ type: "good", receipt: { roots: null, of: 2, completeAt: null } });
  });

  test("a server that changed its key since: old ones of its list stand, new ones are followed by endorsement only", async () => {
    const next = await generateSignPair(false);
    const plain = await serverKey(next);
    const endorsed = { ...plain, endorsed: await endorseServerKey(pair.privateKey, key.sign, plain.sign) };
    expect(await judged(written(), [endorsed, key])).toMatchObject({ type: "good" });
    const server = { v: 1, letter: head.letter, manifest, to: desk.id } as const;
    const later = await signProof(next.privateKey, { t: "deposited", ...server, at: at(5), have: [], of: 2 });
    const receipt = { by: plain.id, proofs: [later] };
    expect(await judged(written({ ...receipt, keys: [endorsed, key] }))).toMatchObject({ type: "good" });
    expect(await judged(written({ ...receipt, keys: [plain, key] }))).toEqual({ type: "other-operator" });
  });

  test.each([
    ["of another server", () => written({ by: "A".repeat(22) }), "other-operator"],
    [
      "a date that was changed",
      () => written({ proofs: [{ ...proofs.complete, sig: proofs.deposited.sig }] }),
      "forged",
    ],
    ["other papers", () => written({ head: headBytes({ ...head, blobs: head.blobs.slice(1) }) }), "forged"],
    ["another receiver", () => written({ head: headBytes({ ...head, to: person.id }) }), "forged"],
    ["only what the organisation says", () => written({ proofs: [proofs.opened] }), "forged"],
    ["cut short", () => written().slice(0, -40), "damaged"],
    ["a letter lost in it", () => written().replace('"proofs"', '"proof"'), "damaged"],
    ["of a newer version", () => written().replace("BESACE-RECU-1", "BESACE-RECU-2"), "newer"],
    ["any other text", () => "Bonjour", "not-receipt"],
    ["nothing", () => "", "not-receipt"],
  ])("%s", async (_name, make, expected) => {
    expect((await judged(make())).type).toBe(expected);
  });

  test("an opening that another key signed is forged; of an organisation that is not known here it counts for nothing", async () => {
    const stranger = await createIdentity("organisation", random);
    const said = { t: "opened", v: 1, letter: head.letter, manifest, by: desk.id, at: 3000 } as const;
    const byOther = await signProof(stranger.sign, said);
    expect((await judged(written({ proofs: [proofs.deposited, byOther] }))).type).toBe("forged");
    const read = readDossierReceipt(written());
    if (!read.ok) throw new Error(read.error);
    const unknown = await judgeReceipt(read.value, { ...deployment(), organisations: [] });
    expect(unknown).toMatchObject({ type: "good", receipt: { to: null, openedAt: null } });
  });
});
