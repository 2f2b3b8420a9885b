/**
 * The postbox in one file, for somebody who carries it to a network, and the receipt that comes back (SPEC P-C11,
 * decisions/0022). Runs in the kiosk's worker; needs no network and holds no key.
 *
 * Surprising fact: giving the file away changes nothing here. What was carried goes when the server's own word names it, by
 * network or by receipt; a file that was lost costs nothing.
 */

import { readCarried, readReceipts } from "../../protocol/carried.ts";
import {
  blobItem,
  type CarrierItem,
  isGenuine,
  type PackedItem,
  packChain,
  packLetter,
  packTicket,
} from "../../protocol/carrier.ts";
import { composeBundle, type PackFacts } from "../../protocol/carrier-bundle.ts";
import type { PageText } from "../../protocol/carrier-page.ts";
import { letterHead, letterManifest } from "../../protocol/letters.ts";
import { carrier as limits } from "../../protocol/limits.ts";
import { proofFits, readServerProof } from "../../protocol/proofs.ts";
import { followServerKeys } from "../../protocol/server-keys.ts";
import { b64, parseBody } from "../../protocol/sign.ts";
import { readChain } from "../../protocol/statements.ts";
import type { B64, ServerKey, Signed } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import type { LetterId } from "../../shared/ids.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { SatchelStore } from "../../storage/ports.ts";
import type { Postboxes, PostboxRow } from "../../storage/postbox-ports.ts";
import type { Deployments } from "../common/deployments.ts";
import { storageErr } from "../common/errors.ts";
import { sealedBytes } from "../common/pack-parts.ts";
import type { PackedCarrier, PackRefusal, ReceiptRefusal, TakenReceipt, WorkerError } from "../satchel.contract.ts";
import { chainOf, countOf, type Delivery } from "./delivery.ts";

export interface PostboxFile {
  readonly pack: (page: PageText) => Promise<Result<PackedCarrier, WorkerError | PackRefusal>>;
  readonly takeReceipt: (file: Blob) => Promise<Result<TakenReceipt, WorkerError | ReceiptRefusal>>;
}

export interface PostboxFileDeps {
  readonly postboxes: Postboxes;
  readonly delivery: Pick<Delivery, "boxes" | "deliver">;
  readonly deployments: Deployments;
  readonly home: () => string;
  readonly clock: Clock;
  readonly random: Random;
}

interface Pack {
  readonly facts: PackFacts;
  readonly parts: readonly Blob[];
  readonly bytes: number;
  /** Letters and streams in it, and those that did not fit or cannot be read. */
  readonly count: number;
  readonly left: number;
}

/** What is still free of one file. */
interface Room {
  readonly items: number;
  readonly bytes: number;
}

export function createPostboxFile(deps: PostboxFileDeps): PostboxFile {
  /** Undefined: there is nothing of it that could go. */
  async function packOf(
    row: PostboxRow,
    store: SatchelStore,
    room: Room,
  ): Promise<Result<Pack | undefined, WorkerError>> {
    const view = await store.queue();
    if (!view.ok) return storageErr(view.error);
    const chain = await readChain(chainOf(row));
    assert(chain.ok, "SPEC P-S: a chain that was made here reads");
    const principal = chain.value;
    const factsOf = (list: readonly CarrierItem[]): PackFacts => ({
      file: b64(deps.random.bytes(16)),
      from: principal.id,
      items: list,
    });
    const items: CarrierItem[] = [];
    const parts: Blob[] = [];
    let bytes = 0;
    let left = 0;
    const fits = (more: number, lines: number): boolean =>
      items.length + lines <= room.items && bytes + more <= room.bytes;
    const put = ({ item, bytes: text }: PackedItem, ...sealed: readonly Blob[]): void => {
      items.push(item);
      parts.push(new Blob([text]), ...sealed);
      bytes += text.length;
    };
    const first = await packChain(principal.id, chainOf(row), row.keyring);
    if (!fits(first.bytes.length, 1))
      return ok({ facts: factsOf([]), parts: [], bytes: 0, count: 0, left: countOf(view.value) });
    put(first);
    for (const { letter, state } of view.value.letters) {
      if (state === "accepted") continue;
      const held = await store.readLetter(letter);
      if (!held.ok) return storageErr(held.error);
      const packed = held.value && (await packLetter(letter, held.value.wire));
      const isGood = packed && (await isGenuine(packed.item, undefined, held.value?.wire, principal));
      if (packed !== undefined && isGood === true && fits(packed.bytes.length, 1)) put(packed);
      else left += 1;
    }
    for (const { blob, state, localOnly } of view.value.blobs) {
      if (localOnly || state === "verified" || state === "away") continue;
      const held = await store.getBlob(blob);
      if (!held.ok) return storageErr(held.error);
      if (held.value === undefined) continue;
      const ref = { blob, length: held.value.length, root: held.value.root };
      const ticket = await packTicket(ref, held.value.ticket);
      const item = blobItem(ref);
      const isGood =
        fits(ticket.bytes.length + ref.length, 2) && (await isGenuine(ticket.item, item, held.value.ticket, principal));
      const sealed = isGood ? await sealedBytes(store, held.value) : ok(undefined);
      if (!sealed.ok) return sealed;
      if (sealed.value === undefined) {
        left += 1;
        continue;
      }
      put(ticket, sealed.value);
      items.push(item);
      bytes += ref.length;
    }
    const count = items.filter(([kind]) => kind === "letter" || kind === "blob").length;
    if (count === 0 && left === 0 && row.keyring === null) return ok(undefined);
    return ok({ facts: factsOf(items), parts, bytes, count, left });
  }

  async function pack(page: PageText): Promise<Result<PackedCarrier, WorkerError | PackRefusal>> {
    const deployment = await deps.deployments.current();
    const keys = deployment?.serverKeys.map(({ id }) => id) ?? [];
    if (keys.length === 0) return err({ type: "no-home" });
    const boxes = await deps.delivery.boxes();
    if (!boxes.ok) return storageErr(boxes.error);
    const packs: Pack[] = [];
    let left = 0;
    let [items, bytes]: readonly [number, number] = [0, 0];
    for (const { row, store } of boxes.value) {
      const isFull = packs.length === limits.packs;
      const room = { items: isFull ? 0 : limits.items - items, bytes: limits.payloadBytes - bytes };
      const made = await packOf(row, store, room);
      if (!made.ok) return made;
      if (made.value === undefined) continue;
      left += made.value.left;
      if (made.value.count === 0 && (row.keyring === null || made.value.facts.items.length === 0)) continue;
      packs.push(made.value);
      items += made.value.facts.items.length;
      bytes += made.value.bytes;
    }
    if (packs.length === 0) return err({ type: "nothing" });
    const composed = await composeBundle(
      {
        set: b64(deps.random.bytes(16)),
        madeAt: Math.max(0, deps.clock.now()),
        home: { url: deployment?.urls.app ?? deps.home(), keys },
      },
      packs.map(({ facts }) => facts),
      page,
    );
    const file = new Blob(
      [...composed.heads.flatMap((head, n) => [head, ...(packs[n]?.parts ?? [])]), composed.after],
      { type: "application/pdf" },
    );
    const count = packs.reduce((sum, each) => sum + each.count, 0);
    return ok({ file, count, bytes: composed.bytes, left });
  }

  /** What one box waits for: its letters and streams, and the keyring. */
  async function waits(row: PostboxRow, store: SatchelStore): Promise<number> {
    const view = await store.queue();
    return (view.ok ? countOf(view.value) : 1) + (row.keyring === null ? 0 : 1);
  }

  /** Those proofs that verify and are about this very letter (INV-2). */
  async function proven(
    store: SatchelStore,
    keys: readonly { readonly sign: B64 }[],
    letter: LetterId,
    told: readonly Signed[],
  ): Promise<readonly Signed[]> {
    const row = await store.readLetter(letter);
    const head = row.ok && row.value !== undefined ? letterHead(row.value.wire) : undefined;
    if (!row.ok || row.value === undefined || head?.ok !== true) return [];
    const manifest = await letterManifest(row.value.wire);
    const good: Signed[] = [];
    for (const signed of told) {
      const proof = await readServerProof(signed, keys);
      if (proof.ok && proofFits(proof.value, head.value, manifest)) good.push(signed);
    }
    return good;
  }

  /** Keys that this deployment lists, and those that one of them endorsed (SPEC P-K2). */
  async function believed(listed: readonly ServerKey[]): Promise<readonly { readonly sign: B64 }[]> {
    const own = (await deps.deployments.current())?.serverKeys ?? [];
    const followed = await followServerKeys(
      own.map(({ sign }) => sign),
      listed,
    );
    return [...own, ...followed];
  }

  async function takeReceipt(file: Blob): Promise<Result<TakenReceipt, WorkerError | ReceiptRefusal>> {
    if (file.size > limits.receiptBytes) return err({ type: "not-receipt" });
    const receipts = readReceipts(await file.text());
    if (!receipts.ok) return err(receipts.error);
    const boxes = await deps.delivery.boxes();
    if (!boxes.ok) return storageErr(boxes.error);
    let at = 0;
    let arrived = 0;
    for (const { statement: signed, proofs, keys: listed } of receipts.value) {
      const keys = await believed(listed);
      const statement = await readCarried(signed, keys);
      if (!statement.ok) return err({ type: statement.error === "bad-format" ? "damaged" : "not-believed" });
      const { value: said } = statement;
      if (said.v !== 2) return err({ type: "not-mine" });
      at = Math.max(at, said.at);
      for (const { row, store } of boxes.value.filter(({ row }) => row.principal === said.from)) {
        const before = await waits(row, store);
        const letters: { readonly letter: LetterId; readonly proofs: readonly Signed[] }[] = [];
        for (const letter of said.letters) {
          const told = proofs.find((each) => each.letter === letter)?.proofs ?? [];
          const good = await proven(store, keys, letter, told);
          if (good.length > 0) letters.push({ letter, proofs: good });
        }
        const booked = await store.bookCarried({ ops: [], letters, proofs: [], blobs: said.blobs, at: said.at });
        if (!booked.ok) return storageErr(booked.error);
        const isPublished = row.keyring !== null && said.keyring >= epochOf(row.keyring);
        const patch = {
          ...(isPublished ? { keyring: null } : {}),
          ...(said.chain >= chainOf(row).length ? { leaving: null } : {}),
        };
        const noted = await deps.postboxes.update(row.database, patch);
        if (!noted.ok) return storageErr(noted.error);
        arrived += before - (await waits({ ...row, ...patch }, store));
      }
    }
    let left = 0;
    for (const { row, store } of boxes.value) {
      const now = await deps.postboxes.list();
      const held = now.ok ? now.value.find(({ database }) => database === row.database) : undefined;
      const waiting = held === undefined ? 0 : await waits(held, store);
      left += waiting;
      // Nothing waits in it any more: it goes, network or not.
      if (held !== undefined && waiting === 0) await deps.delivery.deliver(row.database);
    }
    return ok({ arrived, left, at });
  }

  return { pack, takeReceipt };
}

/** A keyring's own word; the server compares the same number. */
const epochOf = (keyring: Signed): number => Number(Object(parseBody(keyring.body)?.value).epoch);
