/**
 * The phone's side of the carrier (SPEC P-C): puts everything that waits into one sealed file, and takes the receipt that
 * comes back. Runs in the satchel worker; needs no network, ever.
 *
 * Surprising fact: the file is composed as a Blob of parts that the browser may put on its disk, so that 200 MB are never
 * together in this worker's memory.
 */

import { readCarried, readReceipt } from "../../protocol/carried.ts";
import {
  blobItem,
  type CarrierItem,
  composeCarrier,
  isGenuine,
  type PackedItem,
  packChain,
  packLetter,
  packOp,
  packProof,
  packTicket,
} from "../../protocol/carrier.ts";
import type { PageText } from "../../protocol/carrier-page.ts";
import { letterHead, letterManifest } from "../../protocol/letters.ts";
import { carrier as limits } from "../../protocol/limits.ts";
import { proofFits, readServerProof } from "../../protocol/proofs.ts";
import { b64 } from "../../protocol/sign.ts";
import type { ServerKey, Signed } from "../../protocol/wire.ts";
import type { LetterId, RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { leftOf } from "../../sync/drain.ts";
import { storageErr } from "../common/errors.ts";
import { createParts, sealedBytes } from "../common/pack-parts.ts";
import type { PackedCarrier, PackRefusal, ReceiptRefusal, TakenReceipt, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { type Pins, pinWhatIsNew } from "./pins.ts";

export interface PhoneCarrier {
  readonly pack: (session: Session, page: PageText) => Promise<Result<PackedCarrier, WorkerError | PackRefusal>>;
  readonly takeReceipt: (session: Session, file: Blob) => Promise<Result<TakenReceipt, WorkerError | ReceiptRefusal>>;
}

export function createCarrierPack(deps: SatchelDeps): PhoneCarrier {
  /** What the page and the manifest say of the home server; undefined while this satchel pinned no key of it. */
  async function homeOf(session: Session) {
    const deployment = await deps.deployments.current();
    const pinned = await pinWhatIsNew(session, deps, deployment);
    if (!pinned.ok) return pinned;
    const keys = Object.keys(pinned.value.serverKeys) as ServerKey["id"][];
    // The keys name the server; its address is only for whoever reads it.
    return ok(keys.length === 0 ? undefined : { url: deployment?.urls.app ?? deps.home(), keys });
  }

  async function pack(session: Session, page: PageText): Promise<Result<PackedCarrier, WorkerError | PackRefusal>> {
    const { store, identity, profile } = session;
    await session.records.settled();
    const home = await homeOf(session);
    if (!home.ok) return home;
    if (home.value === undefined) return err({ type: "no-home" });
    const frozen = await store.freezeAll();
    if (!frozen.ok) return storageErr(frozen.error);

    const items: CarrierItem[] = [];
    const parts: Blob[] = [];
    const small = createParts();
    let bytes = 0;
    let left = 0;
    const fits = (more: number, lines: number): boolean =>
      items.length + lines <= limits.items && bytes + more <= limits.payloadBytes;
    const put = ({ item, bytes: text }: PackedItem): void => {
      items.push(item);
      small.add(text);
      bytes += text.length;
    };
    /** False: there is no room for it, or it is not what it should be, and the carrier would refuse the whole file. */
    const tryItem = async (packed: PackedItem, value: object): Promise<boolean> => {
      if (!fits(packed.bytes.length, 1) || !(await isGenuine(packed.item, undefined, value, identity.principal)))
        return false;
      put(packed);
      return true;
    };

    put(await packChain(identity.id, profile.statements));
    const stopped = new Set<RecordId>();
    for (const id of frozen.value.ops) {
      const row = await store.readOp(id);
      if (!row.ok) return storageErr(row.error);
      if (row.value === undefined) continue;
      const { record, wire } = row.value;
      // A chain without one of its links would only be refused.
      if (!stopped.has(record) && (await tryItem(await packOp(id, wire), wire))) continue;
      stopped.add(record);
      left += 1;
    }
    for (const id of frozen.value.letters) {
      const row = await store.readLetter(id);
      if (!row.ok) return storageErr(row.error);
      if (row.value !== undefined && !(await tryItem(await packLetter(id, row.value.wire), row.value.wire))) left += 1;
    }
    const queue = await store.queue();
    if (!queue.ok) return storageErr(queue.error);
    for (const { letter, proof } of queue.value.proofs)
      if (frozen.value.proofs.includes(letter) && !(await tryItem(await packProof(letter, proof), proof))) left += 1;
    parts.push(...small.all());

    for (const id of frozen.value.blobs) {
      const row = await store.getBlob(id);
      if (!row.ok) return storageErr(row.error);
      if (row.value === undefined) continue;
      const ref = { blob: id, length: row.value.length, root: row.value.root };
      const ticket = await packTicket(ref, row.value.ticket);
      const item = blobItem(ref);
      const genuine = await isGenuine(ticket.item, item, row.value.ticket, identity.principal);
      if (!genuine || !fits(ticket.bytes.length + ref.length, 2)) {
        left += 1;
        continue;
      }
      const sealed = await sealedBytes(store, row.value);
      if (!sealed.ok) return sealed;
      if (sealed.value === undefined) {
        left += 1;
        continue;
      }
      items.push(ticket.item, item);
      parts.push(new Blob([ticket.bytes]), sealed.value);
      bytes += ticket.bytes.length + ref.length;
    }
    const count = items.filter(([kind]) => kind !== "chain" && kind !== "ticket").length;
    if (count === 0) return err({ type: "nothing" });

    const meta = await store.meta();
    if (!meta.ok) return storageErr(meta.error);
    const facts = {
      file: b64(deps.random.bytes(16)),
      from: identity.id,
      madeAt: Math.max(0, deps.clock.now() + meta.value.clockOffset),
      home: home.value,
      items,
    };
    const { before, after, bytes: size } = await composeCarrier(identity.sign, facts, page);
    deps.emit({ type: "outbox" });
    return ok({ file: new Blob([before, ...parts, after], { type: "application/pdf" }), count, bytes: size, left });
  }

  /** Those of the server's proofs that verify, and are about this very letter (INV-2). */
  async function proven(session: Session, pins: Pins, letter: LetterId, told: readonly Signed[]) {
    const row = await session.store.readLetter(letter);
    if (!row.ok) return storageErr(row.error);
    const head = row.value === undefined ? undefined : letterHead(row.value.wire);
    if (row.value === undefined || head?.ok !== true) return ok([]);
    const manifest = await letterManifest(row.value.wire);
    const keys = Object.values(pins.serverKeys).map((sign) => ({ sign }));
    const good: Signed[] = [];
    for (const signed of told) {
      const proof = await readServerProof(signed, keys);
      if (proof.ok && proofFits(proof.value, head.value, manifest)) good.push(signed);
    }
    return ok(good);
  }

  /** The keys that this satchel believes; a new one only where a pinned one signed it (SPEC P-K2). */
  async function believe(session: Session, listed: readonly ServerKey[]): Promise<Result<Pins, WorkerError>> {
    const first = await pinWhatIsNew(session, deps, await deps.deployments.current());
    if (!first.ok || Object.keys(first.value.serverKeys).length === 0) return first;
    return pinWhatIsNew(session, deps, { serverKeys: listed, organisations: [] });
  }

  async function takeReceipt(
    session: Session,
    file: Blob,
  ): Promise<Result<TakenReceipt, WorkerError | ReceiptRefusal>> {
    const { store, identity } = session;
    if (file.size > limits.receiptBytes) return err({ type: "not-receipt" });
    const receipt = readReceipt(await file.text());
    if (!receipt.ok) return err(receipt.error);
    const pins = await believe(session, receipt.value.keys);
    if (!pins.ok) return pins;
    const statement = await readCarried(
      receipt.value.statement,
      Object.values(pins.value.serverKeys).map((sign) => ({ sign })),
    );
    if (!statement.ok) return err({ type: statement.error === "bad-format" ? "damaged" : "not-believed" });
    const { from, ops, letters, proofs, blobs, at } = statement.value;
    if (from !== identity.id) return err({ type: "not-mine" });

    const before = await store.queue();
    if (!before.ok) return storageErr(before.error);
    const booked: { readonly letter: LetterId; readonly proofs: readonly Signed[] }[] = [];
    for (const letter of letters) {
      const told = receipt.value.proofs.find((each) => each.letter === letter)?.proofs ?? [];
      const good = await proven(session, pins.value, letter, told);
      if (!good.ok) return good;
      // INV-2: a letter without a proof that verifies is not said to have arrived.
      if (good.value.length > 0) booked.push({ letter, proofs: good.value });
    }
    const done = await store.bookCarried({ ops, letters: booked, proofs, blobs, at });
    if (!done.ok) return storageErr(done.error);
    const after = await store.queue();
    if (!after.ok) return storageErr(after.error);
    deps.emit({ type: "outbox" });
    deps.emit({ type: "dossiers" });
    deps.emit({ type: "papers" });
    return ok({ arrived: leftOf(before.value) - leftOf(after.value), left: leftOf(after.value), at });
  }

  return { pack, takeReceipt };
}
