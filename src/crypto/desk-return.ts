/**
 * Coming back with a desk's help (C+O, S+O): a question text of the person's new device and an answer text of the desk (SPEC
 * C-Z). Runs in workers that hold keys, and Node.
 *
 * Surprising: the desk needs no network for C+O, since the question brings what is sealed to it. And it never has enough: the
 * card's half stays on the person's device, and the server's half of an S+O comes sealed to that device's key.
 */

import { type BoxKey, hpkeOpen, hpkeSeal, type Sealed } from "../protocol/hpke.ts";
import { labels } from "../protocol/labels.ts";
import { openShareBytes } from "../protocol/share.ts";
import { b64, isPublicKey, type KeyPair, labelled, rawKeyBytes, rawPublicKey } from "../protocol/sign.ts";
import { assert } from "../shared/assert.ts";
import { type B64, type Bytes, concat, equalBytes, fromBase64Url, lengthPrefixed, u32, utf8 } from "../shared/bytes.ts";
import { idBytes, type PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { generateBoxPair, keyBytes, sha256 } from "./primitives.ts";
import { bytesOfText, isTransferNumber, picturesOf, textOf } from "./transfer.ts";

/** What a C+O question carries of the keyring: the desk's entry, and whose it is. */
export interface AskedEntry {
  readonly principal: PrincipalId;
  /** Root epoch of the wrap. */
  readonly root: number;
  readonly organisation: PrincipalId;
  /** The O factor as the keyring has it. */
  readonly enc: B64;
  readonly sealed: B64;
}

export interface ReturnQuestion {
  /** Raw box key of the new device, drawn for this once. */
  readonly box: B64;
  /** C+O; null for S+O, where the device knows nothing yet. */
  readonly entry: AskedEntry | null;
  /** The exact bytes, which number, pictures and answer are bound to. */
  readonly bytes: Bytes;
}

/** A question with its private key, which is not extractable and stored nowhere. */
export interface OwnReturnQuestion extends ReturnQuestion {
  readonly text: string;
  readonly pair: KeyPair;
}

export type ReturnTextError =
  | { readonly type: "not-a-question" }
  | { readonly type: "not-an-answer" }
  | { readonly type: "other-version" }
  | { readonly type: "damaged" }
  /** The answer to another question. */
  | { readonly type: "other-question" }
  /** Another number was typed, or the bytes are not the desk's. */
  | { readonly type: "cannot-open" };

/** What a desk gives: its factor; for S+O with whose it is, and the server's share still sealed to the device. */
export type Given =
  | { readonly pair: "C+O"; readonly factor: Bytes }
  | {
      readonly pair: "S+O";
      readonly factor: Bytes;
      readonly principal: PrincipalId;
      readonly organisation: PrincipalId;
      readonly root: number;
      readonly share: Sealed;
    };

/** Given, with the share opened by the device. */
export type Received =
  | Extract<Given, { readonly pair: "C+O" }>
  | (Omit<Extract<Given, { readonly pair: "S+O" }>, "share"> & { readonly share: Bytes });

const head = 0x11;
const idLength = 20;
const sealedSecret = keyBytes + 16;
const hashBytes = 16;
const shortQuestion = 1 + rawKeyBytes;
const longQuestion = shortQuestion + idLength + 4 + idLength + rawKeyBytes + sealedSecret;
const fullAnswer = keyBytes + idLength + idLength + 4 + rawKeyBytes + sealedSecret;

const known = (text: B64): Bytes => {
  const bytes = fromBase64Url(text);
  assert(bytes !== undefined, "SPEC P-3: base64url");
  return bytes;
};

/** The next `length` bytes, and what is behind them. */
const cut = (bytes: Bytes, ...lengths: readonly number[]): readonly Bytes[] => {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return bytes.slice(at - length, at);
  });
};
const numberOf = (bytes: Bytes): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
const idOf = (bytes: Bytes): PrincipalId => b64(bytes) as string as PrincipalId;
const none = new Uint8Array(0);

/** A question of this device, with a fresh key (SPEC C-Z1). */
export async function createReturnQuestion(entry: AskedEntry | null): Promise<OwnReturnQuestion> {
  const pair = await generateBoxPair();
  const box = await rawPublicKey(pair);
  const asked =
    entry === null
      ? none
      : concat(
          idBytes(entry.principal),
          u32(entry.root),
          idBytes(entry.organisation),
          known(entry.enc),
          known(entry.sealed),
        );
  const bytes = concat(Uint8Array.of(head), known(box), asked);
  return { box, entry, bytes, pair, text: await textOf("BSG", bytes) };
}

/** Reads the question of a person's device (SPEC C-Z2). */
export async function readReturnQuestion(text: string): Promise<Result<ReturnQuestion, ReturnTextError>> {
  const read = await bytesOfText("BSG", text);
  if (!read.ok) {
    if (read.error === "other-kind") return err({ type: "not-a-question" });
    return err({ type: read.error === "damaged" ? "damaged" : "other-version" });
  }
  const bytes = read.value;
  const lengths = [1, rawKeyBytes, idLength, 4, idLength, rawKeyBytes, sealedSecret];
  const [first = none, box = none, principal = none, root = none, organisation = none, enc = none, sealed = none] = cut(
    bytes,
    ...lengths,
  );
  const isLong = bytes.length === longQuestion;
  if (first[0] !== head || (bytes.length !== shortQuestion && !isLong)) return err({ type: "damaged" });
  if (!(await isPublicKey(b64(box)))) return err({ type: "damaged" });
  const entry = isLong
    ? {
        principal: idOf(principal),
        root: numberOf(root),
        organisation: idOf(organisation),
        enc: b64(enc),
        sealed: b64(sealed),
      }
    : null;
  return ok({ box: b64(box), entry, bytes });
}

/** Four pictures, the same on both for the same question and number (SPEC C-Z3). */
export async function returnCheck(
  { bytes }: Pick<ReturnQuestion, "bytes">,
  number: string,
): Promise<readonly number[]> {
  assert(isTransferNumber(number), "SPEC C-T3: the number has six digits");
  return picturesOf(await sha256(labelled(labels.returnCheck, lengthPrefixed(bytes, utf8(number)))));
}

const boundTo = ({ bytes }: Pick<ReturnQuestion, "bytes">, number: string): Bytes =>
  lengthPrefixed(bytes, utf8(number));
const hashOf = async ({ bytes }: Pick<ReturnQuestion, "bytes">): Promise<Bytes> =>
  (await sha256(labelled(labels.transferRequest, bytes))).slice(0, hashBytes);

/** The desk's answer: for this question and number alone (SPEC C-Z4). */
export async function sealReturnAnswer(question: ReturnQuestion, number: string, given: Given): Promise<string> {
  const plain =
    given.pair === "C+O"
      ? given.factor
      : concat(
          given.factor,
          idBytes(given.principal),
          idBytes(given.organisation),
          u32(given.root),
          known(given.share.enc),
          known(given.share.sealed),
        );
  const sealed = await hpkeSeal(question.box, labels.returnSeal, boundTo(question, number), plain);
  assert(sealed !== undefined, "SPEC C-Z2: a question's key is a point");
  plain.fill(0);
  return textOf("BSF", concat(Uint8Array.of(head), await hashOf(question), known(sealed.enc), known(sealed.sealed)));
}

/** Opens the desk's answer on the device that asked (SPEC C-Z5). */
export async function openReturnAnswer(
  own: OwnReturnQuestion,
  number: string,
  text: string,
): Promise<Result<Received, ReturnTextError>> {
  const read = await bytesOfText("BSF", text);
  if (!read.ok) {
    if (read.error === "other-kind") return err({ type: "not-an-answer" });
    return err({ type: read.error === "damaged" ? "damaged" : "other-version" });
  }
  const bytes = read.value;
  const [first = none, hash = none, enc = none] = cut(bytes, 1, hashBytes, rawKeyBytes);
  if (first[0] !== head || enc.length !== rawKeyBytes) return err({ type: "damaged" });
  if (!equalBytes(hash, await hashOf(own))) return err({ type: "other-question" });
  const key: BoxKey = { privateKey: own.pair.privateKey, box: own.box };
  const sealed = { enc: b64(enc), sealed: b64(bytes.slice(1 + hashBytes + rawKeyBytes)) };
  const plain = await hpkeOpen(key, labels.returnSeal, boundTo(own, number), sealed);
  if (plain === undefined) return err({ type: "cannot-open" });
  if (own.entry !== null)
    return plain.length === keyBytes ? ok({ pair: "C+O", factor: plain }) : err({ type: "damaged" });
  if (plain.length !== fullAnswer) return err({ type: "damaged" });
  const lengths = [keyBytes, idLength, idLength, 4, rawKeyBytes, sealedSecret];
  const [factor = none, who = none, desk = none, epoch = none, point = none, box = none] = cut(plain, ...lengths);
  const principal = idOf(who);
  const organisation = idOf(desk);
  const root = numberOf(epoch);
  const context = { use: "escrow", principal, root, name: organisation } as const;
  const share = await openShareBytes(key, context, { enc: b64(point), sealed: b64(box) });
  return share === undefined
    ? err({ type: "cannot-open" })
    : ok({ pair: "S+O", factor, principal, organisation, root, share });
}
