/**
 * Writes into each satchel's journal what this server does with what is hers (SPEC P-J). Runs in Node.
 *
 * Surprising: it hangs on the store, not on the routes, so that no route can forget it; only bytes that are handed out and sessions are
 * noted where they happen. A line is on the disk before the bytes that it tells of are given. What is written is sealed
 * first: this server cannot read it again. What it was about is kept as a keyed hash, so that it is noted once.
 */

import { createHmac } from "node:crypto";
import { type JournalEvent, type JournalNews, sealJournalLine } from "../protocol/journal.ts";
import { readChain } from "../protocol/statements.ts";
import type { B64, ServerTime } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import type { Bytes } from "../shared/bytes.ts";
import type { DeviceId, PrincipalId } from "../shared/ids.ts";
import { createMemory } from "./memory.ts";
import type { BlobOwner } from "./stores/journal-ports.ts";
import type { Store } from "./stores/ports.ts";

export interface Journal {
  /** One line for each `about`; resolves when it is on the disk. Nothing for who is no satchel. */
  readonly note: (principal: PrincipalId, about: string, news: JournalNews) => Promise<void>;
  /** A device is about to be given the bytes of a blob. */
  readonly handing: (
    reader: { readonly principal: PrincipalId; readonly device: DeviceId },
    blob: BlobOwner,
  ) => Promise<void>;
  /** The same once a day: a session, a reading, a refusal of one device. */
  readonly daily: (k: "session" | "read" | "refused", principal: PrincipalId, device: DeviceId) => Promise<void>;
  /** Wrong codes since the card last opened; noted when its satchel asks, because who tries must not see from the work whether a card is there. */
  readonly tried: (principal: PrincipalId, keyring: number, tries: number) => Promise<void>;
  /** The store as it is; what becomes of a satchel's things is noted as soon as it is kept. */
  readonly watch: (store: Store) => Store;
}

/** Lines that are known to stand, and box keys: enough for a busy day. */
const remembered = 8192;
const dayMs = 86_400_000;

export function createJournalist(deps: {
  readonly store: Store;
  /** Of the key file: without it nobody can tell from the database what a line is about. */
  readonly secret: Bytes;
  readonly now: () => ServerTime;
}): Journal {
  const { store, now } = deps;
  const written = createMemory<true>(remembered);
  const boxes = createMemory<B64 | null>(remembered);
  const dayNow = (): number => Math.floor(now() / dayMs);

  /** The raw box key of a satchel, null of anybody else. */
  const boxOf = async (principal: PrincipalId): Promise<B64 | null> => {
    const known = boxes.get(principal);
    if (known !== undefined) return known;
    const stored = await store.principal(principal);
    // Who is not known yet may be a satchel tomorrow.
    if (stored === undefined) return null;
    const chain = stored.kind === "satchel" ? await readChain(stored.statements) : undefined;
    return boxes.keep(principal, chain?.ok === true ? chain.value.box : null);
  };

  const note: Journal["note"] = async (principal, about, news) => {
    const key = createHmac("sha256", deps.secret).update(`besace/v1/journal-about\0${principal}\0${about}`).digest();
    const name = key.subarray(0, 16).toString("base64url") as B64;
    if (written.get(name) !== undefined) return;
    const box = await boxOf(principal);
    if (box === null) return;
    const event = { v: 1, at: now(), ...news } as JournalEvent;
    const line = await sealJournalLine(box, principal, event);
    assert(line !== undefined, "a box key of a chain is a point");
    await store.addLine({ principal, about: name, ...line });
    written.keep(name, true);
  };

  const daily: Journal["daily"] = (k, principal, device) =>
    note(principal, `${k}.${device}.${dayNow()}`, { k, device });

  return {
    note,
    daily,

    handing: async ({ principal, device }, { owner, blob }) => {
      if (principal === owner) return daily("read", owner, device);
      // Every part of every page asks: mostly it is the page of a moment ago.
      const asked = `handing.${principal}.${owner}.${blob}.${dayNow()}`;
      if (written.get(asked) !== undefined) return;
      const letter = await store.letterNaming(principal, owner, blob, now());
      if (letter === undefined) return;
      await note(owner, `handed.${letter}.${principal}.${dayNow()}`, { k: "handed", letter, to: principal, device });
      written.keep(asked, true);
    },

    tried: async (principal, keyring, tries) => {
      if (tries > 0) await note(principal, `card-tried.${keyring}.${tries}.${dayNow()}`, { k: "card-tried", tries });
    },

    watch: (inner) => ({
      ...inner,
      saveLetter: async (letter) => {
        const done = await inner.saveLetter(letter);
        const { from, to, letter: id } = letter.head;
        // "Same" too: the line of the first time may have been cut off by a crash.
        if ((done !== "saved" && done !== "same") || from === to) return done;
        await note(from, `deposited.${id}`, { k: "deposited", letter: id, to });
        await note(to, `came.${from}.${id}`, { k: "came", letter: id, from });
        return done;
      },
      addProof: async (letter, type, proof, feeds, at) => {
        const done = await inner.addProof(letter, type, proof, feeds, at);
        if (type === "opened" && done !== "gone" && letter.from !== letter.to)
          await note(letter.from, `opened.${letter.letter}`, { k: "opened", letter: letter.letter });
        return done;
      },
      withdrawLetter: async (letter, proof, at) => {
        const done = await inner.withdrawLetter(letter, proof, at);
        if (done !== "opened")
          await note(letter.from, `withdrawn.${letter.letter}`, { k: "withdrawn", letter: letter.letter });
        return done;
      },
      endShare: async (letter, proof, at) => {
        const done = await inner.endShare(letter, proof, at);
        await note(letter.from, `ended.${letter.letter}`, { k: "ended", letter: letter.letter });
        return done;
      },
      saveChain: async (chain, knownLength, at) => {
        const done = await inner.saveChain(chain, knownLength, at);
        const { length } = chain.statements;
        if (done && knownLength > 0 && length > knownLength)
          await note(chain.id, `chain.${length}`, { k: "chain", length });
        return done;
      },
      putKeyring: async (keyring) => {
        const done = await inner.putKeyring(keyring);
        const { principal, epoch, hash } = keyring;
        if (done === "ok") await note(principal, `keyring.${hash}`, { k: "keyring", epoch });
        return done;
      },
      openWay: async (principal, locator, epoch, at) => {
        const opened = await inner.openWay(principal, locator, epoch, at);
        if (opened !== undefined) await note(principal, `card-opened.${at}`, { k: "card-opened" });
        return opened;
      },
      noteVisit: async (principal, at) => {
        await inner.noteVisit(principal, at);
        await note(principal, `visit.${at}`, { k: "visit" });
      },
      grantApproval: async (grant) => {
        const done = await inner.grantApproval(grant);
        const reader = done === "ok" ? (await inner.approval(grant.id))?.reader : undefined;
        if (reader) await note(reader.principal, `approval.${grant.id}`, { k: "approval", session: grant.id });
        return done;
      },
      block: async (block, at) => {
        const since = await inner.block(block, at);
        if (since !== undefined)
          for (const principal of await inner.withBlockNumber(block))
            await note(principal, `blocked.${since}`, { k: "blocked" });
        return since;
      },
      unblock: async (block, until) => {
        const count = await inner.unblock(block, until);
        if (count !== undefined && count > 0)
          for (const principal of await inner.withBlockNumber(block))
            await note(principal, `unblocked.${until}`, { k: "unblocked" });
        return count;
      },
      askEscrow: async (principal, organisation, helper, people, at) => {
        const asked = await inner.askEscrow(principal, organisation, helper, people, at);
        if (asked.type === "ok") {
          const asks = asked.escrow.asks.length;
          const about = `escrow-asked.${organisation}.${asked.escrow.asks.join(".")}`;
          await note(principal, about, { k: "escrow-asked", by: organisation, asks });
        }
        return asked;
      },
      openEscrow: async (principal, organisation, people, at) => {
        const opened = await inner.openEscrow(principal, organisation, people, at);
        const first = opened.type === "ok" ? opened.escrow.openedAt : null;
        if (first !== null)
          await note(principal, `escrow-opened.${organisation}.${first}`, { k: "escrow-opened", by: organisation });
        return opened;
      },
      stopEscrow: async (principal, at) => {
        const done = await inner.stopEscrow(principal, at);
        if (done === "done") await note(principal, `escrow-stopped.${at}`, { k: "escrow-stopped" });
        return done;
      },
    }),
  };
}
