/**
 * Proofs of what became of a letter, verified on this device before anything is said (INV-2). Runs in the satchel worker.
 *
 * Surprising fact: a proof is checked against the very head bytes of the letter (its hash travels in the dossier's record
 * to the person's other devices), so a true proof of another letter, or of this one with other papers, says nothing.
 */

import { letterHead, letterManifest } from "../../protocol/letters.ts";
import {
  proofClaim,
  proofFits,
  readEndedProof,
  readOpenedProof,
  readServerProof,
  readWithdrawnProof,
} from "../../protocol/proofs.ts";
import { type Principal, readChain } from "../../protocol/statements.ts";
import type { ProofBody, Signed } from "../../protocol/wire.ts";
import type { SentLetter, SignedText } from "../../satchel/model.ts";
import type { B64 } from "../../shared/bytes.ts";
import type { BlobId, LetterId, PrincipalId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { LetterRow } from "../../storage/ports.ts";
import { storageErr } from "../common/errors.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { Session } from "./deps.ts";
import type { Pins } from "./pins.ts";

/** What a proof has to fit: from the letter in this device's outbox, or from the record that another device sealed. */
export interface LetterFacts {
  readonly letter: LetterId;
  readonly from: PrincipalId;
  readonly to: PrincipalId;
  readonly manifest: B64;
  readonly blobs: readonly BlobId[];
}

export interface ProvenLetter {
  /** Null on a device that did not seal it. */
  readonly row: LetterRow | null;
  readonly blobs: readonly BlobId[];
  readonly manifest: B64;
  /** Verified, oldest booking first. */
  readonly proofs: readonly ProofBody[];
}

/** Signatures already verified in this session: screens ask often, proofs never change. */
export interface ProofCheck {
  /** `sent`: what the dossier's record says of the letter, where this device has no row of it. */
  readonly letter: (
    session: Session,
    pins: Pins,
    id: LetterId,
    sent?: SentLetter,
    /** Proofs that came with the record, of a satchel that was joined to this one. */
    brought?: readonly SignedText[],
  ) => Promise<Result<ProvenLetter, WorkerError>>;
}

async function receiverOf(pins: Pins, to: PrincipalId): Promise<Principal | undefined> {
  const pinned = Object.values(pins.organisations).find((each) => each.id === to);
  if (pinned === undefined) return undefined;
  const read = await readChain(pinned.statements);
  return read.ok ? read.value : undefined;
}

/** Whose key takes a letter back: this satchel's, or that of one that was joined to it. */
async function senderOf(from: PrincipalId, pins: Pins, own: Principal): Promise<Principal | undefined> {
  if (from === own.id) return own;
  const read = await readChain(pins.aliases?.[from]?.statements ?? []);
  return read.ok && read.value.id === from ? read.value : undefined;
}

async function verify(signed: Signed, pins: Pins, own: Principal, facts: LetterFacts): Promise<ProofBody | null> {
  const claim = proofClaim(signed);
  if (!claim.ok) return null;
  const about = { ...facts, blobs: facts.blobs.map((blob) => ({ blob })) };
  const fits = (proof: ProofBody): boolean => proofFits(proof, about, facts.manifest);
  if (claim.value.t === "opened") {
    const receiver = await receiverOf(pins, facts.to);
    const opened = receiver === undefined ? undefined : await readOpenedProof(signed, receiver);
    return opened?.ok === true && fits(opened.value) ? opened.value : null;
  }
  if (claim.value.t === "withdrawn" || claim.value.t === "ended") {
    const sender = await senderOf(facts.from, pins, own);
    const read = claim.value.t === "withdrawn" ? readWithdrawnProof : readEndedProof;
    const said = sender === undefined ? undefined : await read(signed, sender);
    return said?.ok === true && fits(said.value) ? said.value : null;
  }
  const keys = Object.values(pins.serverKeys).map((sign) => ({ sign }));
  const proof = await readServerProof(signed, keys);
  return proof.ok && fits(proof.value) ? proof.value : null;
}

/** From the outbox, else from the record; null where neither says enough to verify anything. */
async function factsOf(
  session: Session,
  row: LetterRow | undefined,
  id: LetterId,
  sent: SentLetter | undefined,
): Promise<Result<LetterFacts | null, WorkerError>> {
  const from = sent?.from ?? session.identity.id;
  if (row === undefined) {
    if (sent?.to === undefined || sent.manifest === undefined) return ok(null);
    const blobs = [...new Set((sent.parts ?? []).flat())];
    return ok({ letter: id, from, to: sent.to, manifest: sent.manifest, blobs });
  }
  const head = letterHead(row.wire);
  if (!head.ok) return err({ type: "unavailable", mark: "letter-damaged" });
  const blobs = head.value.blobs.map((ref) => ref.blob);
  return ok({ letter: id, from, to: head.value.to, manifest: await letterManifest(row.wire), blobs });
}

export function createProofCheck(): ProofCheck {
  const verified = new Map<string, ProofBody>();
  return {
    async letter(session, pins, id, sent, brought = []) {
      const row = await session.store.readLetter(id);
      if (!row.ok) return storageErr(row.error);
      const facts = await factsOf(session, row.value, id, sent);
      if (!facts.ok) return facts;
      if (facts.value === null) return err({ type: "not-found" });
      const held = await session.store.listProofs(id);
      if (!held.ok) return storageErr(held.error);
      const proofs: ProofBody[] = [];
      for (const proof of [...held.value.map((row) => row.proof), ...brought]) {
        const key = `${id} ${proof.body} ${proof.sig}`;
        const body = verified.get(key) ?? (await verify(proof, pins, session.identity.principal, facts.value));
        // Only a yes is remembered: a key may be pinned later.
        if (body === null) continue;
        verified.set(key, body);
        proofs.push(body);
      }
      const { blobs, manifest } = facts.value;
      return ok({ row: row.value ?? null, blobs, manifest, proofs });
    },
  };
}
