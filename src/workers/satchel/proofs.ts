/**
 * Proofs of what became of a letter, verified on this device before anything is said (INV-2). Runs in the satchel worker.
 *
 * Surprising fact: a proof is checked against the very head bytes of the letter in the outbox, so a true proof of another
 * letter, or of the same letter with other papers, says nothing here.
 */

import { letterHead, letterManifest } from "../../protocol/letters.ts";
import { proofClaim, proofFits, readOpenedProof, readServerProof } from "../../protocol/proofs.ts";
import { type Principal, readChain } from "../../protocol/statements.ts";
import type { LetterHead, ProofBody, Signed } from "../../protocol/wire.ts";
import type { B64 } from "../../shared/bytes.ts";
import type { LetterId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { LetterRow } from "../../storage/ports.ts";
import { storageErr } from "../common/errors.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { Session } from "./deps.ts";
import type { Pins } from "./pins.ts";

export interface ProvenLetter {
  readonly row: LetterRow;
  readonly head: LetterHead;
  readonly manifest: B64;
  /** Verified, oldest booking first. */
  readonly proofs: readonly ProofBody[];
}

/** Signatures already verified in this session: screens ask often, proofs never change. */
export interface ProofCheck {
  readonly letter: (session: Session, pins: Pins, id: LetterId) => Promise<Result<ProvenLetter, WorkerError>>;
}

async function receiverOf(pins: Pins, head: LetterHead): Promise<Principal | undefined> {
  const pinned = Object.values(pins.organisations).find((each) => each.id === head.to);
  if (pinned === undefined) return undefined;
  const read = await readChain(pinned.statements);
  return read.ok ? read.value : undefined;
}

async function verify(signed: Signed, pins: Pins, head: LetterHead, manifest: B64): Promise<ProofBody | null> {
  const claim = proofClaim(signed);
  if (!claim.ok) return null;
  if (claim.value.t === "opened") {
    const receiver = await receiverOf(pins, head);
    const opened = receiver === undefined ? undefined : await readOpenedProof(signed, receiver);
    return opened?.ok === true && proofFits(opened.value, head, manifest) ? opened.value : null;
  }
  const keys = Object.values(pins.serverKeys).map((sign) => ({ sign }));
  const proof = await readServerProof(signed, keys);
  return proof.ok && proofFits(proof.value, head, manifest) ? proof.value : null;
}

export function createProofCheck(): ProofCheck {
  const verified = new Map<string, ProofBody>();
  return {
    async letter(session, pins, id) {
      const row = await session.store.readLetter(id);
      if (!row.ok) return storageErr(row.error);
      if (row.value === undefined) return err({ type: "not-found" });
      const head = letterHead(row.value.wire);
      if (!head.ok) return err({ type: "unavailable", mark: "letter-damaged" });
      const manifest = await letterManifest(row.value.wire);
      const held = await session.store.listProofs(id);
      if (!held.ok) return storageErr(held.error);
      const proofs: ProofBody[] = [];
      for (const { proof } of held.value) {
        const key = `${id} ${proof.body} ${proof.sig}`;
        const body = verified.get(key) ?? (await verify(proof, pins, head.value, manifest));
        // Only a yes is remembered: a key may be pinned later.
        if (body === null) continue;
        verified.set(key, body);
        proofs.push(body);
      }
      return ok({ row: row.value, head: head.value, manifest, proofs });
    },
  };
}
