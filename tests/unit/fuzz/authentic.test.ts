/**
 * B2: one changed bit of anything that is signed or sealed, at any place of any of its fields, and it is refused. Nothing
 * here knows the formats: each thing is a value with base64url fields and a reader that says yes or no.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCard, readCardGroups, readCardText } from "../../../src/crypto/card.ts";
import { openLetter, sealLetter } from "../../../src/crypto/letter.ts";
import { openRecord, sealRecord } from "../../../src/crypto/record.ts";
import { openStream, sealStream, splitBlob } from "../../../src/crypto/stream.ts";
import { openKeyring } from "../../../src/crypto/ways.ts";
import { blobRootOf, blobWireBytes } from "../../../src/protocol/blob-root.ts";
import { readCarried, signCarried } from "../../../src/protocol/carried.ts";
import { readCarrier } from "../../../src/protocol/carrier.ts";
import { createDeskCode, readDeskCode } from "../../../src/protocol/desk-code.ts";
import { readKeyring } from "../../../src/protocol/keyring.ts";
import { verifyLetter } from "../../../src/protocol/letters.ts";
import { verifyOp } from "../../../src/protocol/ops.ts";
import { readOpenedProof, readServerProof, readWithdrawnProof, signProof } from "../../../src/protocol/proofs.ts";
import { endorseServerKey, followServerKeys } from "../../../src/protocol/server-keys.ts";
import { b64, generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import { readChain, readExtendedChain } from "../../../src/protocol/statements.ts";
import { readTicket } from "../../../src/protocol/tickets.ts";
import { readErase, readEscrow, readUnblock, signErase, signEscrow, signUnblock } from "../../../src/protocol/ways.ts";
import type { B64, ServerTime, Signed } from "../../../src/protocol/wire.ts";
import { type LetterId, type OpId, type RecordId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import { ok } from "../../../src/shared/result.ts";
import { carrierFile } from "../../support/carrier-file.ts";
import { anIdentity } from "../crypto/support.ts";
import { aWorld } from "../crypto/ways-world.ts";
import { createPerson, random } from "../server/people.ts";
import { flipped } from "./mutate.ts";

type Fields = Readonly<Record<string, string>>;
interface Thing {
  readonly name: string;
  readonly fields: Fields;
  readonly reads: (fields: Fields) => Promise<boolean>;
}

const person = await createPerson();
const desk = await createPerson("organisation");
const server = await generateSignPair(false);
const serverKey = await rawPublicKey(server);
const blob = await person.blob(300);
const { op } = await person.op({ blobs: [blob.ref.blob] });
const { letter, id, manifest } = await person.letter(desk, [blob.ref]);
const opened = await desk.opened(id, manifest);
const withdrawn = await person.withdrawn(id, manifest);
const at = 5 as ServerTime;
const deposited = await signProof(server.privateKey, {
  ...{ t: "deposited", v: 1, letter: id, manifest, to: desk.id },
  ...{ at, have: [blob.ref.blob], of: 1 },
});
const ticket = await person.ticket(blob.ref);
const next = await rawPublicKey(await generateSignPair(false));
const endorsed = await endorseServerKey(server.privateKey, serverKey, next);
const carried = await signCarried(server.privateKey, {
  ...{ file: b64(random.bytes(16)), manifest: b64(random.bytes(32)), from: person.id, at },
  ...{ ops: [], letters: [id], proofs: [], blobs: [] },
});
const [me, other] = [await anIdentity(), await anIdentity("organisation")];
const record = await sealRecord(
  me,
  { record: randomId<RecordId>(random), op: randomId<OpId>(random), base: null, deleted: false, blobs: [] },
  { title: "x" },
  random,
);
const sealed = await sealLetter({
  identity: me,
  to: other.principal,
  letter: randomId<LetterId>(random),
  blobs: [],
  inner: {
    ...{ thread: randomId<ThreadId>(random), n: 1, replaces: null, kind: "dossier", sentAt: 1, blobs: [] },
    payload: { answers: {} },
  },
});

const world = await aWorld();
const unblock = await signUnblock(desk.identity.privateKey, { block: b64(random.bytes(32)), by: desk.id, at });
const asked = await signEscrow(desk.identity.privateKey, {
  ...{ t: "escrow-ask", v: 1, principal: person.id, by: desk.id, helper: b64(random.bytes(16)), at },
});
const erase = await signErase(person.identity.privateKey, person.id, at);

const signedFields = ({ body, sig }: Signed): Fields => ({ body, sig });
const asSigned = (fields: Fields): Signed => ({ body: fields.body as B64, sig: fields.sig as B64 });
const things: readonly Thing[] = [
  {
    name: "an op, by its owner's signature",
    fields: { head: op.head, body: op.body, sig: op.sig },
    reads: async (fields) => (await verifyOp({ ...op, ...fields } as typeof op, person.principal.sign)).ok,
  },
  {
    name: "a sealed record, by its key",
    fields: { head: record.head, body: record.body, sig: record.sig },
    reads: async (fields) => (await openRecord(me, { ...record, ...fields } as typeof record)).ok,
  },
  {
    name: "a letter, by its sender's signature",
    fields: { head: letter.head, enc: letter.enc, body: letter.body, sig: letter.sig },
    reads: async (fields) => (await verifyLetter({ ...letter, ...fields } as typeof letter, person.principal.sign)).ok,
  },
  {
    name: "a sealed letter, by its receiver",
    fields: { head: sealed.head, enc: sealed.enc, body: sealed.body, sig: sealed.sig },
    reads: async (fields) => (await openLetter(other, { ...sealed, ...fields } as typeof sealed, undefined)).ok,
  },
  {
    name: "deposited",
    fields: signedFields(deposited),
    reads: async (fields) => (await readServerProof(asSigned(fields), [{ sign: serverKey }])).ok,
  },
  {
    name: "opened",
    fields: signedFields(opened),
    reads: async (fields) => (await readOpenedProof(asSigned(fields), desk.principal)).ok,
  },
  {
    name: "withdrawn",
    fields: signedFields(withdrawn),
    reads: async (fields) => (await readWithdrawnProof(asSigned(fields), person.principal)).ok,
  },
  {
    name: "a ticket",
    fields: signedFields(ticket),
    reads: async (fields) => (await readTicket(asSigned(fields), person.principal.sign)).ok,
  },
  {
    name: "what a server says of a carrier's file",
    fields: signedFields(carried),
    reads: async (fields) => (await readCarried(asSigned(fields), [{ sign: serverKey }])).ok,
  },
  {
    name: "a server's next key",
    fields: { ...signedFields(endorsed), sign: next },
    reads: async (fields) => {
      const key = { id: b64(random.bytes(16)), sign: fields.sign as B64, endorsed: asSigned(fields) };
      return (await followServerKeys([serverKey], [key])).length === 1;
    },
  },
  {
    name: "a keyring, by who holds the root",
    fields: signedFields(world.keyring.signed),
    reads: async (fields) => {
      const read = await readKeyring(asSigned(fields), world.identity.principal);
      return read.ok && (await openKeyring(read.value, world.identity.root, world.identity.statements)).ok;
    },
  },
  {
    name: "an unblocking",
    fields: signedFields(unblock),
    reads: async (fields) => (await readUnblock(asSigned(fields), desk.principal)).ok,
  },
  {
    name: "an escrow's ask",
    fields: signedFields(asked),
    reads: async (fields) => (await readEscrow(asSigned(fields), desk.principal)).ok,
  },
  {
    name: "an erasure",
    fields: signedFields(erase),
    reads: async (fields) => (await readErase(asSigned(fields), person.principal)).ok,
  },
  {
    name: "a device in a chain",
    fields: signedFields(person.statements[1] as Signed),
    reads: async (fields) => (await readChain([person.statements[0] as Signed, asSigned(fields)])).ok,
  },
  {
    name: "a genesis, under the id that was pinned",
    fields: signedFields(person.statements[0] as Signed),
    reads: async (fields) => {
      const read = await readChain([asSigned(fields)]);
      if (!read.ok || read.value.id !== person.id) return false;
      return (await readExtendedChain(person.principal, [asSigned(fields), person.statements[1] as Signed])).ok;
    },
  },
];

describe("a changed bit is refused", () => {
  for (const thing of things)
    test(thing.name, { timeout: 120_000 }, async () => {
      expect(await thing.reads(thing.fields)).toBe(true);
      for (const [field, text] of Object.entries(thing.fields)) {
        await fc.assert(
          fc.asyncProperty(fc.nat(), async (bit) => {
            expect(await thing.reads({ ...thing.fields, [field]: flipped(text, bit) }), field).toBe(false);
          }),
          { numRuns: 60 },
        );
        expect(await thing.reads({ ...thing.fields, [field]: "" }), `${field} empty`).toBe(false);
        expect(await thing.reads({ ...thing.fields, [field]: text.slice(0, -4) }), `${field} cut`).toBe(false);
      }
    });

  test("proofs are not taken from each other's signers (P-P2)", async () => {
    for (const proof of [opened, withdrawn])
      expect((await readServerProof(proof, [{ sign: serverKey }])).ok).toBe(false);
    expect((await readServerProof(opened, [{ sign: desk.principal.sign }])).ok).toBe(false);
    expect((await readOpenedProof(withdrawn, person.principal)).ok).toBe(false);
    expect((await readWithdrawnProof(opened, desk.principal)).ok).toBe(false);
    expect((await readOpenedProof(deposited, desk.principal)).ok).toBe(false);
  });

  test("a stream, by its key; a blob, by its root", async () => {
    const stream = await sealStream(random.bytes(70_000), random);
    const wire = blobWireBytes(stream.header, stream.segments);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (bit) => {
        const bytes = Uint8Array.from(wire);
        const place = bit % (bytes.length * 8);
        bytes[place >> 3] = (bytes[place >> 3] ?? 0) ^ (1 << (place & 7));
        expect((await blobRootOf([bytes])).root).not.toBe(stream.root);
        const parts = splitBlob(bytes);
        if (parts === undefined) return;
        const opened_ = await openStream(stream, parts.header, async (n) => parts.segments[n], parts.segments.length);
        expect(opened_.ok).toBe(false);
      }),
      { numRuns: 120 },
    );
  });

  test("a carrier's file", { timeout: 120_000 }, async () => {
    const file = await carrierFile(
      person,
      { ops: [op], letters: [letter], blobs: [blob] },
      { keys: [b64(random.bytes(16))] },
    );
    const sink = { opened: async () => ok(undefined), bytes: async () => ok(undefined) };
    const reads = async (bytes: Uint8Array): Promise<boolean> => {
      async function* chunks(): AsyncGenerator<Uint8Array> {
        yield bytes;
      }
      return (await readCarrier(chunks(), sink)).ok;
    };
    expect(await reads(file.bytes)).toBe(true);
    const { sealedAt, sealedEnd } = sealedPart(file.bytes);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (bit) => {
        const bytes = Uint8Array.from(file.bytes);
        const place = sealedAt * 8 + (bit % ((sealedEnd - sealedAt) * 8));
        bytes[place >> 3] = (bytes[place >> 3] ?? 0) ^ (1 << (place & 7));
        expect(await reads(bytes)).toBe(false);
      }),
      { numRuns: 120 },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: sealedEnd - 1 }), async (length) => {
        expect(await reads(file.bytes.slice(0, length))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test("typed codes: any other letter is seen", async () => {
    const card = await createCard(random, { home: "besace.example", set: 3 });
    const code = await createDeskCode(random);
    for (const [groups, read] of [
      [card.groups, readCardGroups],
      [code.groups, readDeskCode],
    ] as const) {
      expect((await read(groups)).ok).toBe(true);
      await fc.assert(
        fc.asyncProperty(fc.nat(9), fc.nat(3), fc.nat(31), async (group, place, letter_) => {
          const text = groups[group] ?? "";
          const instead = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[letter_] ?? "A";
          if (text[place] === instead) return;
          const typed = groups.map((each, n) =>
            n === group ? `${text.slice(0, place)}${instead}${text.slice(place + 1)}` : each,
          );
          expect((await read(typed)).ok).toBe(false);
        }),
        { numRuns: 80 },
      );
    }
    const { qr } = card;
    expect((await readCardText(qr)).ok).toBe(true);
    for (let n = 0; n < qr.length; n += 1) {
      const typed = `${qr.slice(0, n)}${qr[n] === "A" ? "B" : "A"}${qr.slice(n + 1)}`;
      expect((await readCardText(typed)).ok, `letter ${n}`).toBe(false);
    }
  });
});

/** What lies between the page's words and the end of the file. */
function sealedPart(bytes: Uint8Array): { readonly sealedAt: number; readonly sealedEnd: number } {
  const file = Buffer.from(bytes);
  const sealedAt = file.indexOf("stream\n", file.indexOf("/EmbeddedFile")) + "stream\n".length;
  return { sealedAt, sealedEnd: file.indexOf("\nendstream", sealedAt) };
}
