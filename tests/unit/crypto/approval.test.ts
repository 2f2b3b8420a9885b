/** Opening at a shared computer by the phone (SPEC P-V, C-V): what opens, and everything that must not. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  type AddedPage,
  addedIds,
  approvalCheck,
  createAsk,
  type GrantedPaper,
  grantedBlobs,
  type Met,
  type OwnAsk,
  openAdded,
  openGrant,
  readAskText,
  sealAdded,
  sealGrant,
} from "../../../src/crypto/approval.ts";
import {
  certifyDevice,
  createIdentity,
  type Identity,
  removeDevice,
  withStatements,
} from "../../../src/crypto/identity.ts";
import { pad } from "../../../src/crypto/padding.ts";
import {
  type ApprovalCertificate,
  approvalBodyHash,
  approvalServerOf,
  isApprovalSecret,
  readActs,
  readCertificate,
  signAct,
  signCertificate,
} from "../../../src/protocol/approval.ts";
import { hpkeSeal } from "../../../src/protocol/hpke.ts";
import { labels } from "../../../src/protocol/labels.ts";
import { approvals as limits } from "../../../src/protocol/limits.ts";
import { b64, bodyBytes, generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import type { ServerTime, Signed } from "../../../src/protocol/wire.ts";
import { type B64, fromBase64Url, lengthPrefixed, utf8 } from "../../../src/shared/bytes.ts";
import { type BlobId, type DeviceId, type RecordId, randomId } from "../../../src/shared/ids.ts";
import { random } from "./support.ts";

const now = Date.UTC(2026, 10, 22, 8) as ServerTime;
const minutes = (count: number): ServerTime => (now + count * 60_000) as ServerTime;

let identity: Identity;
let device: DeviceId;
let server: B64;
const paper: GrantedPaper = {
  record: randomId<RecordId>(random),
  kind: null,
  title: "Attestation",
  pages: [0, 90].map((turn) => ({
    turn: turn as 0 | 90,
    stream: {
      blob: randomId<BlobId>(random),
      key: b64(random.bytes(32)),
      hash: b64(random.bytes(32)),
      bytes: 10,
      sealedLength: 100,
      root: b64(random.bytes(32)),
      mime: "image/jpeg",
    },
  })),
};

async function satchelWith(known: DeviceId): Promise<Identity> {
  const made = await createIdentity("satchel", random);
  const transport = await rawPublicKey(await generateSignPair(false));
  const chain = await withStatements(made, await certifyDevice(made, made.statements, known, transport));
  if (!chain.ok) throw new Error("a chain that was just extended reads");
  return chain.value;
}

beforeAll(async () => {
  device = randomId<DeviceId>(random);
  identity = await satchelWith(device);
  server = await approvalServerOf(await rawPublicKey(await generateSignPair(false)));
});

const anAsk = (name = "Médiathèque"): Promise<OwnAsk> => createAsk(random, { server, name });
const meet = (ask: OwnAsk): Met => ({ ask, number: b64(random.bytes(16)), secret: ask.secret });

const facts = (patch: Partial<ApprovalCertificate> = {}): ApprovalCertificate =>
  ({
    principal: identity.id,
    device,
    blobs: grantedBlobs([paper]),
    deposits: 4,
    from: now,
    until: minutes(20),
    ...patch,
  }) as ApprovalCertificate;

const granted = async (
  ask: OwnAsk,
  met: Met,
  patch: Partial<ApprovalCertificate> = {},
  by: Identity = identity,
  papers: readonly GrantedPaper[] = [paper],
) => {
  const certificate = await signCertificate(by.sign, facts({ principal: by.id, ...patch }), ask);
  return sealGrant(met, { certificate, statements: by.statements, papers });
};
const refusal = async (result: Promise<{ readonly ok: boolean; readonly error?: { readonly type: string } }>) =>
  (await result).error?.type ?? "ok";

describe("a question", () => {
  test("C-V1 reads as it was written, folded and in small letters too, is no URL, and its keys cannot leave", async () => {
    const own = await anAsk();
    expect(own.text).toMatch(/^BSK1\.[0-9A-HJKMNP-TV-Z]+$/);
    expect(own.signPair.privateKey.extractable).toBe(false);
    expect(own.boxPair.privateKey.extractable).toBe(false);
    const read = await readAskText(own.text.toLowerCase().replace(/(.{40})/g, "$1\n "));
    const { id, sign, box, commitment, name } = own;
    expect(read.ok && read.value).toMatchObject({ id, sign, box, commitment, server, name });
  });

  test("C-V1 a wrong letter, a cut text, another kind and another version are told apart", async () => {
    const { text } = await anAsk();
    const swapped = text.slice(0, 20) + (text[20] === "A" ? "B" : "A") + text.slice(21);
    for (const damaged of [swapped, text.slice(0, -1), text.slice(0, 60)])
      expect(await refusal(readAskText(damaged))).toBe("damaged");
    expect(await refusal(readAskText("BSR1.AAAA"))).toBe("not-a-question");
    expect(await refusal(readAskText("https://example.org/BSK1."))).toBe("not-a-question");
    expect(await readAskText(text.replace("BSK1", "BSK2"))).toMatchObject({
      error: { type: "other-version", version: 2 },
    });
  });

  test("P-V1 a long name is shortened by whole letters; one with line ends is refused", async () => {
    const own = await anAsk("é".repeat(80));
    expect(utf8(own.name).length).toBeLessThanOrEqual(limits.nameBytes);
    expect(own.name).toMatch(/^é+$/);
    await expect(anAsk("a\u202eb")).rejects.toThrow(/P-V1/);
  });

  test("C-V2 only the secret that was committed to is believed", async () => {
    const own = await anAsk();
    expect(await isApprovalSecret(own, own.secret)).toBe(true);
    expect(await isApprovalSecret(own, b64(random.bytes(32)))).toBe(false);
    await expect(approvalCheck({ ...meet(own), secret: b64(random.bytes(32)) })).rejects.toThrow(/C-V2/);
  });

  test("C-V3 another key, another number or another secret shows other pictures", async () => {
    const own = await anAsk();
    const met = meet(own);
    const pictures = await approvalCheck(met);
    expect(pictures).toHaveLength(4);
    expect(await approvalCheck(met)).toEqual(pictures);
    const others = await Promise.all(
      Array.from({ length: 24 }, async (_, at) => {
        const swapped = await anAsk();
        const other: Met =
          at % 2 === 0 ? { ...meet(swapped), number: met.number } : { ...met, number: b64(random.bytes(16)) };
        return (await approvalCheck(other)).join();
      }),
    );
    // One chance in 20,736 each: two of 24 would be a fault.
    expect(others.filter((each) => each === pictures.join()).length).toBeLessThan(2);
    expect(new Set(others).size).toBeGreaterThan(20);
  });
});

describe("a grant", () => {
  test("C-V4 opens for the question, number and secret that it was made for, and says what was chosen", async () => {
    const own = await anAsk();
    const met = meet(own);
    const opened = await openGrant(own, met, await granted(own, met), now);
    expect(opened.ok && opened.value.papers).toEqual([paper]);
    expect(opened.ok && opened.value.certificate.until).toBe(minutes(20));
    expect(opened.ok && opened.value.principal.id).toBe(identity.id);
  });

  test("a key that was swapped, another number, and a grant that is played again open nothing", async () => {
    const own = await anAsk();
    const met = meet(own);
    const sealed = await granted(own, met);
    const again = await anAsk();
    expect(await refusal(openGrant(again, meet(again), sealed, now))).toBe("cannot-open");
    expect(await refusal(openGrant(again, met, sealed, now))).toBe("cannot-open");
    expect(await refusal(openGrant(own, meet(own), sealed, now))).toBe("cannot-open");
  });

  test("P-V4 expired, too early, longer than 20 minutes, of no time: each under its own name", async () => {
    const own = await anAsk();
    const met = meet(own);
    const opened = async (patch: Partial<ApprovalCertificate>, at = now) =>
      refusal(openGrant(own, met, await granted(own, met, patch), at));
    expect(await opened({}, minutes(20))).toBe("expired");
    expect(await opened({}, minutes(-2))).toBe("not-yet");
    expect(await opened({ until: (minutes(20) + 1) as ServerTime })).toBe("too-long");
    expect(await opened({ until: now })).toBe("too-long");
  });

  test("P-V4 of another satchel, for another question, by a device that was put out", async () => {
    const own = await anAsk();
    const met = meet(own);
    const other = await satchelWith(device);
    const foreign = await signCertificate(other.sign, facts({ principal: other.id }), own);
    const sealed = await sealGrant(met, { certificate: foreign, statements: identity.statements, papers: [paper] });
    expect(await refusal(openGrant(own, met, sealed, now))).toBe("other-satchel");
    const forged = await signCertificate(other.sign, facts(), own);
    const mixed = await sealGrant(met, { certificate: forged, statements: identity.statements, papers: [paper] });
    expect(await refusal(openGrant(own, met, mixed, now))).toBe("bad-signature");
    const elsewhere = await signCertificate(identity.sign, facts(), await anAsk());
    const moved = await sealGrant(met, { certificate: elsewhere, statements: identity.statements, papers: [paper] });
    expect(await refusal(openGrant(own, met, moved, now))).toBe("other-session");
    const out = await withStatements(identity, await removeDevice(identity, identity.statements, device));
    if (!out.ok) throw new Error("a removal reads");
    expect(await refusal(openGrant(own, met, await granted(own, met, {}, out.value), now))).toBe("device-removed");
    const stranger = randomId<DeviceId>(random);
    expect(await refusal(openGrant(own, met, await granted(own, met, { device: stranger }), now))).toBe(
      "device-removed",
    );
    // What it did before is still shown afterwards.
    const past = await signCertificate(identity.sign, facts(), own);
    expect((await readCertificate(past, { ask: own, principal: out.value.principal, now: null })).ok).toBe(true);
  });

  test("C-V5 papers that the certificate does not name, or not all of them, are refused", async () => {
    const own = await anAsk();
    const met = meet(own);
    for (const blobs of [[], grantedBlobs([paper]).slice(1), [...grantedBlobs([paper])].reverse()])
      expect(await refusal(openGrant(own, met, await granted(own, met, { blobs }), now))).toBe("wrong-scope");
  });

  test("INV-7 there is no place for a root, a key or a token: anything else inside is refused", async () => {
    const own = await anAsk();
    const met = meet(own);
    const certificate = await signCertificate(identity.sign, facts(), own);
    const plain = { v: 1, certificate, statements: identity.statements, papers: [paper] };
    const context = lengthPrefixed(
      ...[b64(own.bytes), met.number, met.secret].map((text) => fromBase64Url(text) ?? new Uint8Array(0)),
    );
    const sealed = async (content: object) => {
      const made = await hpkeSeal(own.box, labels.approvalSeal, context, pad(bodyBytes(content)));
      if (made === undefined) throw new Error("the key is a point");
      return made;
    };
    expect((await openGrant(own, met, await sealed(plain), now)).ok).toBe(true);
    for (const more of [{ root: b64(random.bytes(32)) }, { session: "token" }, { v: 2 }])
      expect(await refusal(openGrant(own, met, await sealed({ ...plain, ...more }), now))).toBe("bad-content");
  });
});

describe("acts", () => {
  const chain = async (own: OwnAsk, certificate: Signed, deeds: Parameters<typeof signAct>[2][]): Promise<Signed[]> => {
    const acts: Signed[] = [];
    let prev = await approvalBodyHash(certificate);
    for (const [n, deed] of deeds.entries()) {
      const act = await signAct(own.signPair.privateKey, { session: own.id, n, prev }, deed);
      acts.push(act);
      prev = await approvalBodyHash(act);
    }
    return acts;
  };

  test("P-V6 a list reads in its order; a missing, repeated, foreign or moved one ends it", async () => {
    const own = await anAsk();
    const certificate = await signCertificate(identity.sign, facts(), own);
    const [blob] = grantedBlobs([paper]);
    if (blob === undefined) throw new Error("there is a page");
    const acts = await chain(own, certificate, [
      { do: "read", blob },
      { do: "deposit", hash: b64(random.bytes(32)) },
      { do: "end", why: "asked" },
    ]);
    const whole = await readActs(certificate, own, acts);
    expect(whole.whole).toBe(true);
    expect(whole.acts.map(({ deed }) => deed.do)).toEqual(["read", "deposit", "end"]);
    const [first, second, third] = acts as [Signed, Signed, Signed];
    for (const other of [
      [second, third],
      [first, third],
      [first, first],
      [second, first],
    ])
      expect((await readActs(certificate, own, other)).whole).toBe(false);
    const stranger = await anAsk();
    expect(await readActs(certificate, { id: own.id, sign: stranger.sign }, acts)).toEqual({ acts: [], whole: false });
    const elsewhere = await signCertificate(identity.sign, facts({ deposits: 1 }), own);
    expect((await readActs(elsewhere, own, acts)).whole).toBe(false);
  });
});

describe("an added page", () => {
  const page: AddedPage = {
    first: 3,
    title: "Facture",
    at: now,
    readable: { mime: "image/jpeg", width: 10, height: 20 },
    preview: { mime: "image/jpeg", width: 1, height: 2 },
    content: utf8("picture"),
    previewContent: utf8("small"),
  };
  const place = async () => ({ session: (await anAsk()).id, principal: identity.id, n: 3 });
  const key = () => ({ privateKey: identity.box, box: identity.principal.box });

  test("C-V6 opens on a device of the satchel, in its place of its session only", async () => {
    const there = await place();
    const sealed = await sealAdded(identity.principal.box, there, page);
    if (!sealed.ok) throw new Error("it fits");
    expect(await openAdded(key(), there, sealed.value)).toEqual({ ok: true, value: page });
    for (const other of [
      { ...there, n: 4 },
      { ...there, session: (await place()).session },
    ])
      expect(await openAdded(key(), other, sealed.value)).toEqual({ ok: false, error: "cannot-open" });
    const stranger = await createIdentity("satchel", random);
    const wrong = await openAdded({ privateKey: stranger.box, box: stranger.principal.box }, there, sealed.value);
    expect(wrong).toEqual({ ok: false, error: "cannot-open" });
  });

  test("C-V6 the ids of what is added come from its place: the computer chooses none", async () => {
    const there = await place();
    const ids = await addedIds(there, 3);
    expect(await addedIds(there, 3)).toEqual(ids);
    expect(await addedIds({ ...there, n: 4 }, 3)).toEqual({
      record: ids.record,
      page: expect.not.stringMatching(ids.page),
    });
    expect((await addedIds(there, 2)).record).not.toBe(ids.record);
    expect((await addedIds({ ...there, session: (await anAsk()).id }, 3)).record).not.toBe(ids.record);
  });

  test("C-V6 what no act takes is refused before it travels, and an empty one after", async () => {
    const there = await place();
    const big = await sealAdded(identity.principal.box, there, { ...page, content: random.bytes(limits.depositBytes) });
    expect(big).toEqual({ ok: false, error: "too-large" });
    const later = await sealAdded(identity.principal.box, there, { ...page, first: 4 });
    expect(later.ok && (await openAdded(key(), there, later.value))).toEqual({ ok: false, error: "bad-content" });
    const empty = await sealAdded(identity.principal.box, there, { ...page, content: new Uint8Array(0) });
    expect(empty.ok && (await openAdded(key(), there, empty.value))).toEqual({ ok: false, error: "bad-content" });
  });
});
