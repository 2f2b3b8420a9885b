/** Runs the frozen vectors of the ways back in (make-ways.ts) against the code as it is now. No Node import. */

import { openDeviceBox } from "../../src/crypto/device-box.ts";
import { type Identity, openIdentity, openPast } from "../../src/crypto/identity.ts";
import { cardFactor, type Pair, type PairFactors, unwrapRoot, type Wrap } from "../../src/crypto/keyring.ts";
import { importPrivate } from "../../src/crypto/primitives.ts";
import { openRecord } from "../../src/crypto/record.ts";
import { openCopy, readCopyHead } from "../../src/crypto/sealed-copy.ts";
import { createRootKey, createSecret, type Secret } from "../../src/crypto/secret.ts";
import {
  cardProofs,
  codeProof,
  followKeyring,
  openCardWay,
  openDeskWay,
  openOrganisationFactor,
} from "../../src/crypto/ways.ts";
import type { BoxKey } from "../../src/protocol/hpke.ts";
import { type Keyring, keyringFollows, type PinnedKeyring, readKeyring } from "../../src/protocol/keyring.ts";
import { readServerBox } from "../../src/protocol/server-keys.ts";
import { openShare, type SealedShare, type ShareContext } from "../../src/protocol/share.ts";
import { type Principal, readChain } from "../../src/protocol/statements.ts";
import {
  blockVerifierOf,
  isProved,
  readBlockNumber,
  readErase,
  readEscrow,
  readUnblock,
} from "../../src/protocol/ways.ts";
import type { Op, Signed, StretchParameters } from "../../src/protocol/wire.ts";
import { floor } from "../../src/protocol/wrap-head.ts";
import { type B64, type Bytes, concat, toHex, utf8ToText } from "../../src/shared/bytes.ts";
import type { DeviceId, PrincipalId } from "../../src/shared/ids.ts";
import { err, ok, type Result } from "../../src/shared/result.ts";
import copies from "./copies.json" with { type: "json" };
import deviceBoxes from "./device-boxes.json" with { type: "json" };
import { bytesOf, family, principalText, type Seen, seen } from "./family.ts";
import keyrings from "./keyrings.json" with { type: "json" };
import roots from "./roots.json" with { type: "json" };
import shares from "./shares.json" with { type: "json" };
import statements2 from "./statements-2.json" with { type: "json" };
import wayProofs from "./way-proofs.json" with { type: "json" };
import wayStatements from "./way-statements.json" with { type: "json" };
import wraps2 from "./wraps-2.json" with { type: "json" };

const secretOf = (text: string): Secret => createSecret(bytesOf(text));
const yes = (right: boolean, value?: unknown): Seen => (right ? { result: "ok", value } : { result: "refused" });

interface KnownInput {
  readonly root: string;
  readonly sealed: string;
  readonly statements: readonly Signed[];
  readonly older: readonly string[];
}

async function identityOf({ root, sealed, statements, older }: KnownInput): Promise<Identity> {
  const before = older.map((text) => createRootKey(bytesOf(text)));
  const identity = await openIdentity(createRootKey(bytesOf(root)), bytesOf(sealed), statements, before);
  if (!identity.ok) throw new Error(`the identity of a vector does not open: ${identity.error.type}`);
  return identity.value;
}

interface BoxInput {
  readonly box: B64;
  readonly pkcs8: string;
}

async function boxKeyOf({ box, pkcs8 }: BoxInput): Promise<BoxKey> {
  const privateKey = await importPrivate("box", bytesOf(pkcs8));
  if (privateKey === undefined) throw new Error("the box key of a vector reads");
  return { privateKey, box };
}

interface KeyringInput {
  readonly keyring: Signed;
  readonly statements: readonly Signed[];
  readonly pinned: PinnedKeyring | null;
}

async function principalOf(statements: readonly Signed[]): Promise<Principal> {
  const chain = await readChain(statements);
  if (!chain.ok) throw new Error("the chain of a vector reads");
  return chain.value;
}

const keyringOf = async ({ keyring, statements, pinned }: KeyringInput) =>
  readKeyring(keyring, await principalOf(statements), pinned ?? undefined);

async function readable(input: KeyringInput): Promise<Keyring> {
  const read = await keyringOf(input);
  if (!read.ok) throw new Error(`the keyring of a vector reads: ${read.error.type}`);
  return read.value;
}

type WayStatementInput = {
  readonly what: "unblock" | "escrow" | "erase";
  readonly statement: Signed;
  readonly by: readonly Signed[];
};
const readers = { unblock: readUnblock, escrow: readEscrow, erase: readErase } as const;

interface DeskInput extends KeyringInput {
  readonly desk: BoxInput & { readonly id: PrincipalId };
  readonly pair: "C+O" | "S+O";
  readonly card?: string;
  readonly share?: string;
}

async function openAtDesk(input: DeskInput): Promise<Result<Secret, { readonly type: string }>> {
  const keyring = await readable(input);
  const { privateKey, box } = await boxKeyOf(input.desk);
  // Of an organisation's identity only its id and its box key are asked.
  const organisation = { id: input.desk.id, box: privateKey, principal: { box } } as unknown as Identity;
  const factor = await openOrganisationFactor(organisation, keyring, input.pair);
  if (!factor.ok) return factor;
  const factors =
    input.pair === "C+O"
      ? ({ pair: "C+O", card: secretOf(input.card ?? ""), organisation: factor.value } as const)
      : ({ pair: "S+O", share: bytesOf(input.share ?? ""), organisation: factor.value } as const);
  return openDeskWay(keyring, input.desk.id, factors);
}

/** Each family, to be run in order. */
export const wayRuns = [
  () =>
    family<{ statements: readonly Signed[] }>("statements, second part", statements2, async (input) =>
      seen(await readChain(input.statements), principalText),
    ),
  () =>
    family<{ root: string; principal: PrincipalId; epoch: number; past: string }>(
      "past roots",
      roots.past,
      async (input) =>
        seen(
          await openPast(createRootKey(bytesOf(input.root)), input.principal, input.epoch, bytesOf(input.past)),
          (older) => older.map((root) => toHex(root.reveal())),
        ),
    ),
  () =>
    family<{ identity: KnownInput; op: Op }>("records after a rotation", roots.records, async ({ identity, op }) =>
      seen(await openRecord(await identityOf(identity), op), ({ content }) => utf8ToText(content)),
    ),
  () =>
    family<{ card: string }>("card proofs", wayProofs.cards, async ({ card }) => ({
      result: "ok",
      value: await cardProofs(secretOf(card)),
    })),
  () =>
    family<{ card: string; code: string; salt: string }>(
      "code proofs",
      wayProofs.codes,
      async ({ card, code, salt }) => ({
        result: "ok",
        value: await codeProof(secretOf(card), secretOf(code), bytesOf(salt)),
      }),
    ),
  () =>
    family<{ which: "card" | "code"; proof: B64; verifier: B64 }>("verifiers", wayProofs.proved, async (input) =>
      yes(await isProved(input.which, input.proof, input.verifier)),
    ),
  () =>
    family<string>("block numbers", wayProofs.numbers, async (typed) => {
      const number = readBlockNumber(typed);
      return number === undefined ? yes(false) : yes(true, { number, verifier: await blockVerifierOf(number) });
    }),
  () =>
    family<{ wrap: Wrap; pair: Pair; factors: Readonly<Record<string, string>> }>(
      "wraps, second part",
      wraps2,
      async (input) => {
        const factors = Object.fromEntries(Object.entries(input.factors).map(([name, text]) => [name, secretOf(text)]));
        const opened = await unwrapRoot(input.wrap, input.pair, factors as unknown as PairFactors[typeof input.pair]);
        return seen(opened, (root) => toHex(root.reveal()));
      },
    ),
  () =>
    family<{ key: BoxInput; context: ShareContext; share: SealedShare }>(
      "shares",
      shares,
      async ({ key, context, share }) => seen(await openShare(await boxKeyOf(key), context, share), toHex),
    ),
  () =>
    family<KeyringInput>("keyrings", keyrings.read, async (input) =>
      seen(await keyringOf(input), ({ body, hash }) => ({ epoch: body.epoch, root: body.root, hash })),
    ),
  () =>
    family<{ stored: Signed | null; next: Signed; statements: readonly Signed[] }>(
      "keyrings that follow",
      keyrings.follows,
      async ({ stored, next, statements }) => {
        const read = (keyring: Signed) => readable({ keyring, statements, pinned: null });
        return { result: await keyringFollows(stored === null ? undefined : await read(stored), await read(next)) };
      },
    ),
  () =>
    family<KeyringInput & { known: KnownInput; device: BoxInput & { readonly id: DeviceId } }>(
      "keyrings followed by a device",
      keyrings.devices,
      async (input) => {
        const own = { device: input.device.id, key: await boxKeyOf(input.device) };
        const identity = await identityOf(input.known);
        return seen(await followKeyring(identity, await readable(input), own, input.statements), (next) => ({
          epoch: next.epoch,
          roots: [...next.roots.values()].map((root) => toHex(root.reveal())),
        }));
      },
    ),
  () =>
    family<
      KeyringInput & {
        card: string;
        code: string;
        share: string;
        look?: { readonly salt: B64; readonly params: StretchParameters };
      }
    >("keyrings opened with a card", keyrings.cards, async (input) => {
      const factors = { card: secretOf(input.card), code: secretOf(input.code), share: bytesOf(input.share) };
      const keyring = await readable(input);
      const look = input.look ?? keyring.body.card ?? { salt: "" as B64, params: floor };
      return seen(await openCardWay(keyring, factors, look), (root) => toHex(root.reveal()));
    }),
  () =>
    family<DeskInput>("keyrings opened at a desk", keyrings.desks, async (input) =>
      seen(await openAtDesk(input), (root) => toHex(root.reveal())),
    ),
  () =>
    family<{ root: string; principal: PrincipalId; device: DeviceId; box: B64; sealed: string }>(
      "device boxes",
      deviceBoxes,
      async ({ root, principal, device, box, sealed }) =>
        yes((await openDeviceBox(createRootKey(bytesOf(root)), principal, device, bytesOf(sealed), box)) !== undefined),
    ),
  () =>
    family<WayStatementInput>(
      "statements around the ways",
      wayStatements.statements,
      async ({ what, statement, by }) => {
        const principal = await principalOf(by);
        const read: Result<object, { readonly type: string }> = await readers[what](statement, principal);
        return seen(read, (body) => body);
      },
    ),
  () =>
    family<{ keys: readonly B64[]; statement: Signed }>(
      "server boxes",
      wayStatements.boxes,
      async ({ keys, statement }) => {
        const box = await readServerBox(
          statement,
          keys.map((key) => ({ sign: key })),
        );
        return seen(box === undefined ? err({ type: "refused" }) : ok(box), (point) => point);
      },
    ),
  () =>
    family<{ file: string; card: string; code: string }>("sealed copies", copies, async (input) => {
      const file = bytesOf(input.file);
      const source = { size: file.length, read: async (from: number, to: number) => file.slice(from, to) };
      const read = await readCopyHead(source);
      if (!read.ok) return seen(read, () => undefined);
      const factors = { card: await cardFactor(secretOf(input.card)), code: secretOf(input.code) };
      const opened = await openCopy(source, read.value, factors);
      if (!opened.ok) return seen(opened, () => undefined);
      const parts: Bytes[] = [];
      for await (const piece of opened.value.read(0, opened.value.length)) {
        if (!piece.ok) return seen(piece, () => undefined);
        parts.push(piece.value);
      }
      return { result: "ok", value: utf8ToText(concat(...parts)) };
    }),
];
