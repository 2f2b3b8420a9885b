/**
 * Principals for the tests of the server: real keys, real signatures, made-up sealed bytes. Runs in Node.
 *
 * The bodies are random bytes of the right sizes: the server cannot tell, which is the point.
 */

import { randomBytes } from "node:crypto";
import { blobLayout, blobRootOf, sealedLengthOf } from "../../../src/protocol/blob-root.ts";
import type { BoxKey } from "../../../src/protocol/hpke.ts";
import { letterHeadBytes, letterManifest, signLetter } from "../../../src/protocol/letters.ts";
import { opHeadBytes, signOp } from "../../../src/protocol/ops.ts";
import { padme } from "../../../src/protocol/padding.ts";
import { signProof } from "../../../src/protocol/proofs.ts";
import { b64, generateSignPair, type KeyPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import { type Principal, readChain, signDevice, signGenesis } from "../../../src/protocol/statements.ts";
import { signTicket } from "../../../src/protocol/tickets.ts";
import type { BlobRef, Letter, Op, OpHead, PrincipalKind, ServerTime, Signed } from "../../../src/protocol/wire.ts";
import type { Bytes } from "../../../src/shared/bytes.ts";
import type { BlobId, DeviceId, LetterId, OpId, PrincipalId, RecordId } from "../../../src/shared/ids.ts";
import { randomId } from "../../../src/shared/ids.ts";
import type { Random } from "../../../src/shared/ports.ts";

export const random: Random = { bytes: (length) => new Uint8Array(randomBytes(length)) };

export const newOpId = (): OpId => randomId<OpId>(random);
export const newRecordId = (): RecordId => randomId<RecordId>(random);
export const newBlobId = (): BlobId => randomId<BlobId>(random);
export const newLetterId = (): LetterId => randomId<LetterId>(random);

export interface TestBlob {
  readonly ref: BlobRef;
  readonly bytes: Bytes;
}

export interface TestPerson {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  readonly principal: Principal;
  readonly statements: readonly Signed[];
  readonly device: DeviceId;
  readonly identity: KeyPair;
  readonly transport: KeyPair;
  readonly boxKey: BoxKey;
  readonly op: (fields?: Partial<OpHead>, bodyBytes?: number) => Promise<{ readonly head: OpHead; readonly op: Op }>;
  /** A sealed-looking blob whose stream has `plain` bytes before padding. */
  readonly blob: (plain?: number) => Promise<TestBlob>;
  readonly ticket: (ref: BlobRef, owner?: PrincipalId) => Promise<Signed>;
  readonly letter: (
    to: TestPerson,
    blobs?: readonly BlobRef[],
    letter?: LetterId,
    /** A share that ends then. */
    until?: ServerTime,
  ) => Promise<{
    readonly id: LetterId;
    readonly letter: Letter;
    readonly manifest: Awaited<ReturnType<typeof letterManifest>>;
  }>;
  readonly opened: (letter: LetterId, manifest: Awaited<ReturnType<typeof letterManifest>>) => Promise<Signed>;
  readonly ended: (letter: LetterId, manifest: Awaited<ReturnType<typeof letterManifest>>) => Promise<Signed>;
  readonly withdrawn: (letter: LetterId, manifest: Awaited<ReturnType<typeof letterManifest>>) => Promise<Signed>;
  /** The chain with one more device. */
  readonly withDevice: () => Promise<{
    readonly statements: readonly Signed[];
    readonly device: DeviceId;
    readonly transport: KeyPair;
  }>;
}

export async function createPerson(kind: PrincipalKind = "satchel"): Promise<TestPerson> {
  const identity = await generateSignPair(true);
  const boxPair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const box = await rawPublicKey(boxPair.publicKey);
  const sign = await rawPublicKey(identity);
  const transport = await generateSignPair(false);
  const device = randomId<DeviceId>(random);
  const genesis = await signGenesis(identity.privateKey, { kind, sign, box, nonce: b64(random.bytes(16)) });
  const first = await readChain([genesis]);
  if (!first.ok) throw new Error("a fresh genesis reads");
  const certificate = await signDevice(identity.privateKey, first.value, device, await rawPublicKey(transport));
  const statements = [genesis, certificate];
  const read = await readChain(statements);
  if (!read.ok) throw new Error("a fresh chain reads");
  const principal = read.value;
  const key = identity.privateKey;
  const id = principal.id;

  return {
    id,
    kind,
    principal,
    statements,
    device,
    identity,
    transport,
    boxKey: { privateKey: boxPair.privateKey, box },
    op: async (fields = {}, bodyBytes = 256) => {
      const head: OpHead = {
        v: 1,
        suite: 1,
        epoch: 0,
        satchel: id,
        record: newRecordId(),
        op: newOpId(),
        base: null,
        deleted: false,
        blobs: [],
        ...fields,
      };
      return { head, op: await signOp(key, opHeadBytes(head), random.bytes(12 + bodyBytes + 16)) };
    },
    blob: async (plain = 1000) => {
      const length = sealedLengthOf(padme(Math.max(plain, 16)));
      const bytes = random.bytes(length);
      return { ref: { blob: newBlobId(), length, root: (await blobRootOf([bytes])).root }, bytes };
    },
    ticket: (ref, owner = id) => signTicket(key, { ...ref, owner }),
    letter: async (to, blobs = [], letter = newLetterId(), until) => {
      const head = letterHeadBytes({
        ...(until === undefined ? { v: 1 } : { v: 2, until }),
        suite: 1,
        letter,
        from: id,
        to: to.id,
        toKey: to.principal.boxKeyId,
        blobs: blobs.map((ref) => ({ blob: ref.blob, length: ref.length, root: ref.root })),
      });
      const enc = random.bytes(65);
      enc[0] = 4;
      const sealed = await signLetter(key, head, enc, random.bytes(1024 + 16));
      return { id: letter, letter: sealed, manifest: await letterManifest(sealed) };
    },
    opened: (letter, manifest) => signProof(key, { t: "opened", v: 1, letter, manifest, by: id, at: 1 }),
    ended: (letter, manifest) => signProof(key, { t: "ended", v: 1, letter, manifest, by: id, at: 1 }),
    withdrawn: (letter, manifest) => signProof(key, { t: "withdrawn", v: 1, letter, manifest, by: id, at: 1 }),
    withDevice: async () => {
      const more = await generateSignPair(false);
      const next = randomId<DeviceId>(random);
      const signed = await signDevice(key, principal, next, await rawPublicKey(more));
      return { statements: [...statements, signed], device: next, transport: more };
    },
  };
}

/** Header bytes of a blob, then its segments: where a cut is interesting. */
export const blobCuts = (length: number): readonly number[] =>
  [1, blobLayout.headerBytes, blobLayout.headerBytes + 1, length - 1].filter((at) => at < length);
