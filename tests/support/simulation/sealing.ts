/**
 * Sealing for simulations: an op's body is a token, and only this registry knows what it says. So the model server
 * cannot read anything (I10), and sealing costs nothing. Heads, letters' heads and proofs have their real shapes.
 *
 * Surprising fact: a "signature" names its author; a forged one does not, and that is all that verifying looks at.
 */

import { letterHead } from "../../../src/protocol/letters.ts";
import { opHead } from "../../../src/protocol/ops.ts";
import { proofClaim } from "../../../src/protocol/proofs.ts";
import type { B64, Letter, LetterHead, Op, OpHead, ProofBody, Signed } from "../../../src/protocol/wire.ts";
import { assert } from "../../../src/shared/assert.ts";
import { toBase64Url } from "../../../src/shared/bytes.ts";
import type { BlobId, LetterId, PrincipalId } from "../../../src/shared/ids.ts";

/** What a record of the model says: a dossier with one answer per edit, so that the real merge is what merges it. */
export interface Content {
  readonly t: "dossier";
  readonly status: "draft";
  /** One answer per edit that was ever kept, and "scalar", which every edit overwrites. */
  readonly answers: Readonly<Record<string, { readonly v: "text"; readonly text: string }>>;
  /** Pages: streams that the record refers to. */
  readonly streams: Readonly<Record<BlobId, true>>;
  /** Letters that were filed in it, and how often. */
  readonly filed: Readonly<Record<LetterId, number>>;
  readonly others?: Readonly<Record<string, readonly unknown[]>>;
}

export const emptyContent: Content = { t: "dossier", status: "draft", answers: {}, streams: {}, filed: {} };

/** Fields of an op's body: what no server may ever see. */
export const plainMark = "clair";

/** A readable id of 128 bits' length: "op-a12", filled up. */
export const plainId = <Id extends string>(name: string): Id => `${name.padEnd(21, "_").slice(0, 21)}A` as Id;

export const satchel = toBase64Url(new Uint8Array(20).fill(7)) as PrincipalId;
export const desk = toBase64Url(new Uint8Array(20).fill(9)) as PrincipalId;

const text64 = (value: object): B64 => Buffer.from(JSON.stringify(value)).toString("base64url") as B64;

const opHeads = new WeakMap<Op, OpHead>();
/** Head of an op, read once per op. */
export function headOf(op: Op): OpHead {
  const known = opHeads.get(op);
  if (known !== undefined) return known;
  const read = opHead(op);
  assert(read.ok, "the model's ops are well formed");
  opHeads.set(op, read.value);
  return read.value;
}
const letterHeads = new WeakMap<Letter, LetterHead>();
export function letterHeadOf(letter: Letter): LetterHead {
  const known = letterHeads.get(letter);
  if (known !== undefined) return known;
  const read = letterHead(letter);
  assert(read.ok, "the model's letters are well formed");
  letterHeads.set(letter, read.value);
  return read.value;
}
const proofBodies = new WeakMap<Signed, ProofBody>();
export function proofOf(signed: Signed): ProofBody {
  const known = proofBodies.get(signed);
  if (known !== undefined) return known;
  const read = proofClaim(signed);
  assert(read.ok, "the model's proofs are well formed");
  proofBodies.set(signed, read.value);
  return read.value;
}

export const manifestOf = (letter: LetterId): B64 =>
  Buffer.from(letter.padEnd(32, ".").slice(0, 32)).toString("base64url") as B64;

export type Signer = "server" | "desk" | "satchel" | "forged";
export const signProofAs = (who: Signer, body: ProofBody): Signed => {
  const signed: Signed = { body: text64(body), sig: `${who}:${body.t}:${body.letter}` as B64 };
  proofBodies.set(signed, body);
  return signed;
};

/** Who may say what (P-P2): the same rule that the readers of protocol/proofs.ts hold. */
export function proofHolds(signed: Signed): boolean {
  const { t } = proofOf(signed);
  const who = signed.sig.split(":")[0];
  if (t === "opened") return who === "desk" || who === "satchel";
  return who === (t === "deposited" || t === "complete" ? "server" : "satchel");
}

export interface Sealer {
  readonly seal: (head: Omit<OpHead, "v" | "suite" | "epoch" | "satchel">, content: Content, author: string) => Op;
  readonly open: (op: Op | null) => Content;
  readonly letter: (head: Omit<LetterHead, "v" | "suite" | "toKey">, inner: LetterInner) => Letter;
  readonly openLetter: (letter: Letter) => LetterInner;
}

/** What a letter says inside. `thread`: one thing said once, whatever the letter's id. */
export interface LetterInner {
  readonly thread: string;
  readonly deposit: Content | null;
}

export function createSealer(owner: PrincipalId): Sealer {
  const contents = new Map<string, Content>();
  const letters = new Map<string, LetterInner>();
  return {
    seal: (head, content, author) => {
      const token = `b${contents.size}`;
      contents.set(token, content);
      const whole: OpHead = { v: 1, suite: 1, epoch: 0, satchel: owner, ...head };
      const op: Op = { head: text64(whole), body: token as B64, sig: `${author}:${head.op}` as B64 };
      opHeads.set(op, whole);
      return op;
    },
    open: (op) => (op === null ? emptyContent : (contents.get(op.body) ?? emptyContent)),
    letter: (head, inner) => {
      const token = `l${letters.size}`;
      letters.set(token, inner);
      const whole: LetterHead = {
        v: 1,
        suite: 1,
        letter: head.letter,
        from: head.from,
        to: head.to,
        toKey: toBase64Url(new Uint8Array(16)) as B64,
        blobs: head.blobs,
      };
      const letter: Letter = {
        head: text64(whole),
        enc: "AA" as B64,
        body: token as B64,
        sig: head.letter as string as B64,
      };
      letterHeads.set(letter, whole);
      return letter;
    },
    openLetter: (letter) => letters.get(letter.body) ?? { thread: "", deposit: null },
  };
}
