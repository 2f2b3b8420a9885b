/**
 * Runs every frozen vector against the code as it is now. No Node import: the same runner works in a browser.
 *
 * A vector has an input and what has to come out: "ok" with a value, or the type of the refusal. Vectors are only ever
 * added (make.ts); one that fails means that old data no longer opens, or that something forged now does.
 */

import { readCardGroups, readCardText } from "../../src/crypto/card.ts";
import { openIdentity } from "../../src/crypto/identity.ts";
import {
  cardFactor,
  openDeviceFactor,
  openUnderCode,
  type Pair,
  unwrapRoot,
  type Wrap,
} from "../../src/crypto/keyring.ts";
import { openLetter } from "../../src/crypto/letter.ts";
import { importAesKey, importBoxPublic, importPrivate } from "../../src/crypto/primitives.ts";
import { openRecord } from "../../src/crypto/record.ts";
import { createRootKey, createSecret } from "../../src/crypto/secret.ts";
import { contentHash, openStream, splitBlob } from "../../src/crypto/stream.ts";
import { stretch } from "../../src/crypto/stretch.ts";
import {
  type OwnTransferRequest,
  openTransferAnswer,
  readTransferRequest,
  transferCheck,
} from "../../src/crypto/transfer.ts";
import { blobRootOf, isBlobLength } from "../../src/protocol/blob-root.ts";
import { readCarried } from "../../src/protocol/carried.ts";
import { readCarrier } from "../../src/protocol/carrier.ts";
import { deskAuthOf, readDeskCode } from "../../src/protocol/desk-code.ts";
import type { Label } from "../../src/protocol/labels.ts";
import { letterManifest, verifyLetter } from "../../src/protocol/letters.ts";
import { verifyOp } from "../../src/protocol/ops.ts";
import { bucketOf, padme } from "../../src/protocol/padding.ts";
import { readOpenedProof, readProof, readServerProof, readWithdrawnProof } from "../../src/protocol/proofs.ts";
import { verifyBytes } from "../../src/protocol/sign.ts";
import { readChain } from "../../src/protocol/statements.ts";
import { readTicket } from "../../src/protocol/tickets.ts";
import type { Letter, Op, Signed } from "../../src/protocol/wire.ts";
import { type B64, type Bytes, toHex, utf8ToText } from "../../src/shared/bytes.ts";
import type { BlobId, PrincipalId } from "../../src/shared/ids.ts";
import { ok } from "../../src/shared/result.ts";
import blobRoots from "./blob-roots.json" with { type: "json" };
import cards from "./cards.json" with { type: "json" };
import carried from "./carried.json" with { type: "json" };
import carriers from "./carriers.json" with { type: "json" };
import deskCodes from "./desk-codes.json" with { type: "json" };
import { bytesOf, family, principalText, seen, type VectorFailure } from "./family.ts";
import identities from "./identities.json" with { type: "json" };
import letters from "./letters.json" with { type: "json" };
import proofs from "./proofs.json" with { type: "json" };
import records from "./records.json" with { type: "json" };
import { approvalRuns } from "./run-approvals.ts";
import { bundleRuns } from "./run-bundles.ts";
import { deskSheetRuns } from "./run-desk-sheets.ts";
import { endingRuns } from "./run-ending.ts";
import { helperRuns } from "./run-helpers.ts";
import { journalRuns } from "./run-journal.ts";
import { loginRuns } from "./run-logins.ts";
import { mandateRuns } from "./run-mandates.ts";
import { publishedRuns } from "./run-published.ts";
import { shareLetterRuns } from "./run-share-letters.ts";
import { visitRuns } from "./run-visits.ts";
import { wayRuns } from "./run-ways.ts";
import signatures from "./signatures.json" with { type: "json" };
import sizes from "./sizes.json" with { type: "json" };
import statements from "./statements.json" with { type: "json" };
import streams from "./streams.json" with { type: "json" };
import stretched from "./stretch.json" with { type: "json" };
import tickets from "./tickets.json" with { type: "json" };
import transfers from "./transfers.json" with { type: "json" };
import transfers2 from "./transfers-2.json" with { type: "json" };
import withdrawals from "./withdrawals.json" with { type: "json" };
import wraps from "./wraps.json" with { type: "json" };

interface IdentityInput {
  readonly root: string;
  readonly sealed: string;
  readonly statements: readonly Signed[];
}

/** The vectors of records were sealed when one root served every epoch: a root for each of their epochs, all alike. */
const oldestEpochs = 3;

const identityOf = async (input: IdentityInput) => {
  const root = () => createRootKey(bytesOf(input.root));
  const identity = await openIdentity(root(), bytesOf(input.sealed), input.statements);
  if (!identity.ok) throw new Error(`the identity of a vector does not open: ${identity.error.type}`);
  return { ...identity.value, roots: new Map(Array.from({ length: oldestEpochs }, (_, epoch) => [epoch, root()])) };
};

/** Bytes that any language can make again: byte i is (i * 7 + floor(i / 256)) mod 256. */
const patternBytes = (length: number): Bytes => new Uint8Array(length).map((_, i) => (i * 7 + (i >> 8)) & 255);

function* cut(bytes: Bytes, chunk: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.slice(at, at + chunk);
}

async function* inPieces(bytes: Bytes): AsyncGenerator<Bytes> {
  yield* cut(bytes, 1000);
}

const silent = { opened: async () => ok(undefined), bytes: async () => ok(undefined) };

interface TransferInput {
  readonly request: string;
  readonly keys: { readonly box: string; readonly transport: string };
  readonly number: string;
}

/** A request with the private keys that a vector shows; WebCrypto reads their public halves from the text. */
async function ownRequest({ request, keys }: TransferInput): Promise<OwnTransferRequest> {
  const read = await readTransferRequest(request);
  const box = await importPrivate("box", bytesOf(keys.box));
  if (!read.ok || box === undefined) throw new Error("the request of a vector reads");
  const publicKey = await importBoxPublic(read.value.box);
  if (publicKey === undefined) throw new Error("the key of a vector is a point");
  const boxPair = { privateKey: box, publicKey };
  return { ...read.value, text: request, boxPair, transportPair: boxPair };
}

const runs: readonly (() => Promise<{ passed: number; failed: VectorFailure[] }>)[] = [
  () =>
    family<{ key: B64; label: Label; bytes: string; sig: B64 }>("signatures", signatures, async (input) => ({
      result: (await verifyBytes(input.key, input.label, bytesOf(input.bytes), input.sig)) ? "ok" : "refused",
    })),
  () =>
    family<{ statements: readonly Signed[] }>("statements", statements, async (input) =>
      seen(await readChain(input.statements), principalText),
    ),
  () =>
    family<IdentityInput>("identities", identities, async (input) =>
      seen(
        await openIdentity(createRootKey(bytesOf(input.root)), bytesOf(input.sealed), input.statements),
        (identity) => ({ id: identity.id, kind: identity.kind, extractable: identity.sign.extractable }),
      ),
    ),
  () =>
    family<{ identity: keyof typeof records.identities; op: Op }>("records", records.vectors, async (input) => {
      const identity = await identityOf(records.identities[input.identity] as unknown as IdentityInput);
      return seen(await openRecord(identity, input.op), ({ head, content }) => ({
        head,
        content: utf8ToText(content),
      }));
    }),
  () =>
    family<{ op: Op; key: B64 }>("ops from outside", records.outside, async ({ op, key }) =>
      seen(await verifyOp(op, key), (head) => head),
    ),
  () =>
    family<{
      blob: BlobId;
      key: string;
      headerOf: string;
      segments: readonly string[];
      flip?: readonly [number, number];
    }>("streams", streams.vectors, async (input) => {
      const pieces = (name: string) => {
        const wire = (streams.blobs as Readonly<Record<string, string>>)[name];
        const split = wire === undefined ? undefined : splitBlob(bytesOf(wire));
        if (split === undefined) throw new Error(`no blob ${name}`);
        return split;
      };
      const header = pieces(input.headerOf).header;
      const segments = input.segments.map((place) => {
        const [name = "", index = ""] = place.split("/");
        return pieces(name).segments[Number(index)]?.slice();
      });
      const [where, byte] = input.flip ?? [-2, 0];
      const target = where === -1 ? header : segments[where];
      if (target !== undefined) target[byte] = (target[byte] ?? 0) ^ 1;
      const key = { blob: input.blob, key: bytesOf(input.key) };
      const opened = await openStream(key, header, async (index) => segments[index], segments.length);
      const hash = opened.ok ? await contentHash(opened.value) : "";
      return seen(opened, (content) => ({ length: content.length, hash }));
    }),
  () =>
    family<{ to: keyof typeof letters.identities; letter: Letter; sender: readonly Signed[] | null }>(
      "letters",
      letters.vectors,
      async (input) => {
        const identity = await identityOf(letters.identities[input.to] as unknown as IdentityInput);
        const sender = input.sender === null ? undefined : await readChain(input.sender);
        if (sender?.ok === false) throw new Error("the sender of a vector reads");
        const opened = await openLetter(identity, input.letter, sender?.value);
        return seen(opened, ({ inner, manifest, sender: from }) => ({ inner, manifest, from: from.id }));
      },
    ),
  () =>
    family<{ letter: Letter; key: B64 }>("letters from outside", letters.outside, async ({ letter, key }) => {
      const manifest = await letterManifest(letter);
      return seen(await verifyLetter(letter, key), (head) => ({ head, manifest }));
    }),
  () =>
    family<{ file: string }>("carriers", carriers, async ({ file }) =>
      seen(await readCarrier(inPieces(bytesOf(file)), silent), ({ manifest, payloadAt }) => ({
        file: manifest.file,
        from: manifest.from,
        payloadAt,
        items: manifest.items,
      })),
    ),
  () =>
    family<{ signed: Signed; keys: readonly B64[] }>("carried", carried, async ({ signed, keys }) => {
      const read = await readCarried(
        signed,
        keys.map((sign) => ({ sign })),
      );
      if (!read.ok) return { result: read.error };
      const { t: _t, v: _v, ...said } = read.value;
      return { result: "ok", value: said };
    }),
  () =>
    family<{ signed: Signed; key: B64 }>("tickets", tickets, async ({ signed, key }) =>
      seen(await readTicket(signed, key), (ticket) => ticket),
    ),
  () =>
    family<{ signed: Signed; key?: B64; serverKeys?: readonly B64[]; by?: readonly Signed[] }>(
      "proofs",
      proofs,
      async ({ signed, key, serverKeys, by }) => {
        if (key !== undefined) return seen(await readProof(signed, key), (proof) => proof);
        if (serverKeys !== undefined)
          return seen(
            await readServerProof(
              signed,
              serverKeys.map((sign) => ({ sign })),
            ),
            (proof) => proof,
          );
        const principal = await readChain(by ?? []);
        if (!principal.ok) throw new Error("the signer of a vector reads");
        return seen(await readOpenedProof(signed, principal.value), (proof) => proof);
      },
    ),
  () =>
    family<{ signed: Signed; sender?: readonly Signed[]; serverKeys?: readonly B64[]; by?: readonly Signed[] }>(
      "withdrawals",
      withdrawals,
      async ({ signed, sender, serverKeys, by }) => {
        const keys = (serverKeys ?? []).map((sign) => ({ sign }));
        if (serverKeys !== undefined) return seen(await readServerProof(signed, keys), (proof) => proof);
        const principal = await readChain(sender ?? by ?? []);
        if (!principal.ok) throw new Error("the signer of a vector reads");
        if (sender === undefined) return seen(await readOpenedProof(signed, principal.value), (proof) => proof);
        return seen(await readWithdrawnProof(signed, principal.value), (proof) => proof);
      },
    ),
  () =>
    family<{ length: number; chunk: number }>("blob roots", blobRoots, async ({ length, chunk }) => ({
      result: isBlobLength(length) ? "ok" : "no blob length",
      value: await blobRootOf(cut(patternBytes(length), chunk)),
    })),
  () =>
    family<{ padme?: number; bucket?: number }>("sizes", sizes, async (input) => ({
      result: "ok",
      value: input.padme === undefined ? bucketOf(input.bucket ?? 0) : padme(input.padme),
    })),
  () =>
    family<{ groups?: string | readonly string[]; text?: string }>("cards", cards, async ({ groups, text }) => {
      if (groups !== undefined)
        return seen(await readCardGroups(groups), ({ version, set, secret }) => ({
          version,
          set,
          secret: toHex(secret.reveal()),
        }));
      return seen(await readCardText(text ?? ""), ({ version, set, secret, home }) => ({
        version,
        set,
        secret: toHex(secret.reveal()),
        home,
      }));
    }),
  () =>
    family<{ code: string; salt: string; memoryKiB: number; passes: number }>("stretch", stretched, async (input) =>
      seen(
        await stretch(input.code, bytesOf(input.salt), { memoryKiB: input.memoryKiB, passes: input.passes, lanes: 1 }),
        toHex,
      ),
    ),
  () =>
    family<{ wrap: Wrap; pair: Pair; device: string; code?: string; card?: string }>(
      "wraps",
      wraps.vectors,
      async (input) => {
        const device = createSecret(bytesOf(input.device));
        const opened =
          input.pair === "D+P"
            ? await unwrapRoot(input.wrap, "D+P", { device, code: createSecret(bytesOf(input.code ?? "")) })
            : await unwrapRoot(input.wrap, "D+C", {
                device,
                card: await cardFactor(createSecret(bytesOf(input.card ?? ""))),
              });
        return seen(opened, (root) => toHex(root.reveal()));
      },
    ),
  () =>
    family<{ deviceKey: string; sealed: string }>("device factors", wraps.devices, async ({ deviceKey, sealed }) =>
      seen(await openDeviceFactor(await importAesKey(bytesOf(deviceKey)), bytesOf(sealed)), (factor) =>
        toHex(factor.reveal()),
      ),
    ),
  () =>
    family<{ typed: string; sealed?: string; principal?: PrincipalId }>("desk codes", deskCodes, async (input) => {
      const secret = await readDeskCode(input.typed);
      if (!secret.ok) return seen(secret, () => undefined);
      if (input.sealed === undefined || input.principal === undefined)
        return { result: "ok", value: { auth: await deskAuthOf(secret.value) } };
      const root = await openUnderCode(bytesOf(input.sealed), secret.value, input.principal);
      return seen(root, (key) => toHex(key.reveal()));
    }),
  () =>
    family<string>("transfer requests", transfers.requests, async (text) =>
      seen(await readTransferRequest(text), ({ device, box, transport }) => ({ device, box, transport })),
    ),
  () =>
    family<TransferInput>("transfer pictures", transfers.pictures, async (input) => ({
      result: "ok",
      value: await transferCheck(await ownRequest(input), input.number),
    })),
  () =>
    family<TransferInput & { answer: string }>("transfer answers", transfers.answers, async (input) =>
      seen(await openTransferAnswer(await ownRequest(input), input.number, input.answer), ({ identity, settings }) => ({
        id: identity.id,
        root: toHex(identity.root.reveal()),
        settings,
      })),
    ),
  () =>
    family<TransferInput & { answer: string }>("transfer answers, second part", transfers2, async (input) =>
      seen(await openTransferAnswer(await ownRequest(input), input.number, input.answer), ({ identity, settings }) => ({
        id: identity.id,
        roots: [...identity.roots.values()].map((root) => toHex(root.reveal())),
        settings,
      })),
    ),
];

/** Runs all vectors; `failed` names each one that did not do what is frozen. */
export async function runVectors(): Promise<{ passed: number; failed: VectorFailure[] }> {
  const total = { passed: 0, failed: [] as VectorFailure[] };
  for (const run of [
    ...runs,
    ...wayRuns,
    ...approvalRuns,
    ...bundleRuns,
    ...helperRuns,
    ...visitRuns,
    ...publishedRuns,
    ...loginRuns,
    ...endingRuns,
    ...deskSheetRuns,
    ...journalRuns,
    ...mandateRuns,
    ...shareLetterRuns,
  ]) {
    const { passed, failed } = await run();
    total.passed += passed;
    total.failed.push(...failed);
  }
  return total;
}
