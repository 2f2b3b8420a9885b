/**
 * What the server says about letters: "deposited" when the letter itself is durable, "complete" when every blob that it
 * names is verified. Runs in Node.
 *
 * The first date counts: a letter that comes again gets the proofs that it got first (SPEC P-W10).
 */

import { letterHead, letterManifest, verifyLetter } from "../protocol/letters.ts";
import { shares } from "../protocol/limits.ts";
import { proofClaim, readProof, signProof } from "../protocol/proofs.ts";
import { b64, sha256 } from "../protocol/sign.ts";
import type { B64, Letter, PrincipalKind, RejectCode, ServerTime, Signed } from "../protocol/wire.ts";
import { utf8 } from "../shared/bytes.ts";
import type { PrincipalId } from "../shared/ids.ts";
import type { Log } from "../shared/ports.ts";
import { formerKey } from "./former.ts";
import type { ServerKeys } from "./keys.ts";
import type { QuotaOf } from "./quotas.ts";
import type { Store } from "./stores/ports.ts";

export type Deposit =
  | { readonly type: "ok"; readonly from: PrincipalId; readonly proofs: readonly Signed[] }
  | { readonly type: "reject"; readonly code: RejectCode };

export interface Letters {
  /** `here`: whose session the request carries; counts only for what a former key signed (former.ts). */
  readonly deposit: (letter: Letter, here?: PrincipalId | null) => Promise<Deposit>;
  /** "Complete" for every letter (of one sender, or of all) that has become whole. Repeatable. */
  readonly complete: (from: PrincipalId | null) => Promise<void>;
  /**
   * "Opened", said by who received the letter, or "withdrawn", said by its sender: the first one counts (SPEC P-P5). "Ended",
   * said by the sender of a share, counts whenever it comes (P-P6).
   */
  readonly take: (
    proof: Signed,
    here?: PrincipalId | null,
  ) => Promise<{ readonly type: "ok" } | { readonly type: "reject"; readonly code: RejectCode }>;
}

const allowed = (from: PrincipalKind, to: PrincipalKind, same: boolean): boolean =>
  same
    ? from === "satchel"
    : (from === "satchel" && to === "organisation") || (from === "organisation" && to === "satchel");

export function createLetters(deps: {
  readonly store: Store;
  readonly keys: ServerKeys;
  readonly quotaOf: QuotaOf;
  readonly now: () => ServerTime;
  readonly log: Log;
}): Letters {
  const { store, keys, now } = deps;
  const digestOf = async (letter: Letter): Promise<B64> =>
    b64(await sha256(utf8(`${letter.head}.${letter.enc}.${letter.body}`)));

  const complete = async (from: PrincipalId | null): Promise<void> => {
    for (const letter of await store.wholeLetters(from)) {
      const at = now();
      const proof = await signProof(keys.sign, {
        t: "complete",
        v: 1,
        letter: letter.letter,
        manifest: letter.manifest,
        to: letter.to,
        depositedAt: letter.depositedAt,
        at,
      });
      await store.addProof(letter, "complete", proof, [letter.from, letter.to], at);
    }
  };

  return {
    complete,

    deposit: async (letter, here = null) => {
      const claim = letterHead(letter);
      if (!claim.ok) return { type: "reject", code: "bad-format" };
      const sender = await store.principal(claim.value.from);
      if (sender === undefined) return { type: "reject", code: "unknown-principal" };
      if (sender.closed !== null) return { type: "reject", code: sender.closed };
      let verified = await verifyLetter(letter, sender.sign);
      if (!verified.ok) {
        const former = await formerKey(store, sender.id, here, now(), async (sign) => {
          const again = await verifyLetter(letter, sign);
          if (again.ok) verified = again;
          return again.ok;
        });
        if (former?.ok === false) return { type: "reject", code: former.error };
      }
      if (!verified.ok) return { type: "reject", code: verified.error.type };
      const head = verified.value;
      const receiver = await store.principal(head.to);
      if (receiver === undefined || !allowed(sender.kind, receiver.kind, head.from === head.to))
        return { type: "reject", code: "unknown-receiver" };
      // An organisation answers; it writes to nobody who has not written to it. "Later", because after a restored backup
      // the person's letter comes again by itself, and the answer must not be lost for having been quicker.
      if (sender.kind === "organisation" && !(await store.hasWritten(receiver.id, sender.id)))
        return { type: "reject", code: "busy" };

      const manifest = await letterManifest(letter);
      const at = now();
      if (head.until !== undefined) {
        if (sender.kind !== "satchel" || receiver.kind !== "organisation" || head.until > at + shares.longestMs)
          return { type: "reject", code: "bad-format" };
        // One that was accepted in its time is answered as then.
        const known = await store.letters(head.from, [head.letter]);
        if (head.until <= at && known.length === 0) return { type: "reject", code: "gone" };
      }
      const have = await store.verifiedOf(head.from, head.blobs);
      const deposited = await signProof(keys.sign, {
        t: "deposited",
        v: 1,
        letter: head.letter,
        manifest,
        to: head.to,
        at,
        have,
        of: head.blobs.length,
      });
      const saved = await store.saveLetter({
        head,
        letter,
        manifest,
        digest: await digestOf(letter),
        deposited,
        at,
        quota: await deps.quotaOf(receiver),
      });
      if (saved !== "saved" && saved !== "same") return { type: "reject", code: saved };
      if (saved === "saved") deps.log.note("letter", { blobs: head.blobs.length, have: have.length });
      await complete(head.from);
      return { type: "ok", from: head.from, proofs: await store.proofs(head.from, head.letter) };
    },

    take: async (signed, here = null) => {
      const claim = proofClaim(signed);
      if (!claim.ok || claim.value.t === "deposited" || claim.value.t === "complete")
        return { type: "reject", code: "bad-format" };
      const by = await store.principal(claim.value.by);
      if (by === undefined) return { type: "reject", code: "unknown-principal" };
      // A thief may not take letters back.
      if (by.closed !== null) return { type: "reject", code: by.closed };
      let read = await readProof(signed, by.sign);
      if (!read.ok) {
        const former = await formerKey(store, by.id, here, now(), async (sign) => {
          const again = await readProof(signed, sign);
          if (again.ok) read = again;
          return again.ok;
        });
        if (former?.ok === false) return { type: "reject", code: former.error };
      }
      if (!read.ok) return { type: "reject", code: "bad-signature" };
      const { t, letter: id, manifest } = read.value;
      // What an organisation handed to a person is hers: it is not taken back, read or unread (P-P7).
      if (by.kind === "organisation" && t === "withdrawn") return { type: "reject", code: "bad-format" };
      if (t === "withdrawn" || t === "ended") {
        const letter = (await store.letters(by.id, [id])).find((sent) => sent.manifest === manifest);
        if (letter === undefined) return { type: "reject", code: "unknown-receiver" };
        if (t === "ended") {
          // Only a share ends; a letter was given for good once it was opened.
          if (letter.until === null) return { type: "reject", code: "bad-format" };
          await store.endShare(letter, signed, now());
          return { type: "ok" };
        }
        const answer = await store.withdrawLetter(letter, signed, now());
        return answer === "opened" ? { type: "reject", code: "opened" } : { type: "ok" };
      }
      const letter = await store.received(by.id, id, manifest);
      if (letter === undefined) return { type: "reject", code: "unknown-receiver" };
      const answer = await store.addProof(letter, "opened", signed, [letter.from, letter.to], now());
      return answer === "gone" ? { type: "reject", code: "gone" } : { type: "ok" };
    },
  };
}
