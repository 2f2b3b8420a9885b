/**
 * What is kept at a shared computer leaves twice over: as an op, while the session lives and can merge; and as a deposit,
 * which waits in the same transaction for the case that it does not (decisions/0018). Runs in the kiosk's worker.
 *
 * Surprising fact: the session's own drainer and screens never see the deposits. They are let go one by one as the server
 * accepts the ops; what is left when the session ends, or is killed, is what the postbox sends.
 */

import type { Identity } from "../../crypto/identity.ts";
import type { BlobPointer, SatchelRecord } from "../../satchel/model.ts";
import { paperBlobs } from "../../satchel/paper.ts";
import type { BlobId, LetterId, OpId, RecordId } from "../../shared/ids.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { SatchelStore } from "../../storage/ports.ts";
import { type DepositBlob, sealDeposit } from "../common/deposits.ts";
import { storageErr } from "../common/errors.ts";
import type { Beside } from "../common/records.ts";
import type { Session, SharedComputer } from "../satchel/deps.ts";
import type { WorkerError } from "../satchel.contract.ts";

export interface DepositKeeper {
  /** A store whose readers see no deposits, and whose server session stays in memory. */
  readonly hide: (store: SatchelStore) => SatchelStore;
  readonly shared: SharedComputer;
  /** At the end: what is still to leave is sealed once more, against what the server has accepted meanwhile. */
  readonly settle: () => Promise<Result<StillHere, WorkerError>>;
}

/** What a person would say that waits here. */
export interface StillHere {
  readonly papers: number;
  readonly dossiers: number;
}

const pointersOf = (record: SatchelRecord): readonly BlobPointer[] => (record.t === "paper" ? paperBlobs(record) : []);

const depositBlob = ({ blob, sealedLength, root, key, hash, mime }: BlobPointer): DepositBlob => ({
  ref: { blob, length: sealedLength, root },
  inside: { blob, root, key, hash, mime, role: "page" },
});

export function createDepositKeeper(deps: { readonly random: Random; readonly clock: Clock }): DepositKeeper {
  /** Every deposit of this session: not for the session's own drainer. */
  const all = new Set<LetterId>();
  /** The one that speaks for a record as it was last kept. */
  const current = new Map<RecordId, LetterId>();
  let open: Session | undefined;

  const beside =
    (identity: Identity, store: SatchelStore): Beside<SatchelRecord> =>
    async ({ id, base, next, blobs }) => {
      const before = current.get(id);
      const recall = before === undefined ? [] : [before];
      // A deletion is an op only: unsent, it comes to nothing, and nothing is lost by that.
      if (next === null) return ok({ letters: [], recall, release: [] });
      const fresh = new Set<BlobId>(blobs.map(({ blob }) => blob));
      const here: BlobPointer[] = [];
      for (const pointer of pointersOf(next)) {
        const row = fresh.has(pointer.blob) ? ok(true) : await store.getBlob(pointer.blob);
        if (!row.ok) return storageErr(row.error);
        // What never was here came from another device, which answers for it.
        if (row.value !== undefined) here.push(pointer);
      }
      const named = here.map(depositBlob);
      const start = base?.t === next.t ? base : null;
      const { letter, wire } = await sealDeposit({ identity, ...deps }, { [id]: { base: start, next } }, named);
      all.add(letter);
      const ids = here.map(({ blob }) => blob);
      return ok({ letters: [{ letter, wire, blobs: ids }], recall, release: ids });
    };

  function hide(store: SatchelStore): SatchelStore {
    let session: string | null = null;
    /** The server has what the deposit says. */
    const letGo = async (record: RecordId): Promise<void> => {
      const letter = current.get(record);
      if (letter === undefined) return;
      const done = await store.recall([letter]);
      if (done.ok && current.get(record) === letter) current.delete(record);
    };
    return {
      ...store,
      async meta() {
        const meta = await store.meta();
        return meta.ok ? ok({ ...meta.value, session }) : meta;
      },
      async setMeta(patch) {
        if (patch.session === undefined) return store.setMeta(patch);
        session = patch.session;
        return store.setMeta({ ...patch, session: null });
      },
      async queue() {
        const view = await store.queue();
        return view.ok
          ? ok({ ...view.value, letters: view.value.letters.filter(({ letter }) => !all.has(letter)) })
          : view;
      },
      async saveRecord(input) {
        const saved = await store.saveRecord(input);
        if (!saved.ok) return saved;
        const mine = input.letters.find(({ letter }) => all.has(letter));
        if (mine === undefined) current.delete(input.record);
        else current.set(input.record, mine.letter);
        return saved;
      },
      async adoptRecord(input) {
        const adopted = await store.adoptRecord(input);
        if (adopted.ok) await letGo(input.record);
        return adopted;
      },
      async bookOk(op: OpId, seq: number) {
        const row = await store.readOp(op);
        const booked = await store.bookOk(op, seq);
        if (!booked.ok || !row.ok || row.value === undefined) return booked;
        const { record } = row.value;
        const chain = await store.chain(record);
        if (chain.ok && chain.value.length === 0) await letGo(record);
        return booked;
      },
    };
  }

  /** Records that changed here, papers whose pages and dossiers whose letters have not all arrived. */
  async function stillHere({ records, store }: Session): Promise<Result<StillHere, WorkerError>> {
    const [listed, view] = [await records.list(), await store.queue()];
    if (!listed.ok) return listed;
    if (!view.ok) return storageErr(view.error);
    const letters = new Set(view.value.letters.flatMap(({ letter, state }) => (state === "accepted" ? [] : [letter])));
    const streams = new Set(
      view.value.blobs.flatMap(({ blob, state }) => (state === "verified" || state === "away" ? [] : [blob])),
    );
    const waits = listed.value.filter(({ id, record }) => {
      if (current.has(id)) return true;
      if (record.t === "paper") return paperBlobs(record).some(({ blob }) => streams.has(blob));
      return record.t === "dossier" && (Object.keys(record.sent) as LetterId[]).some((letter) => letters.has(letter));
    });
    const count = (t: SatchelRecord["t"]): number => waits.filter(({ record }) => record.t === t).length;
    return ok({ papers: count("paper"), dossiers: count("dossier") });
  }

  return {
    hide,
    shared: {
      beside,
      opened: (session) => {
        open = session;
      },
    },
    async settle() {
      const session = open;
      open = undefined;
      if (session === undefined) return ok({ papers: 0, dossiers: 0 });
      await session.records.settled();
      for (const id of [...current.keys()]) {
        const saved = await session.records.save<never>(id, (now) =>
          ok({ next: now === undefined ? null : { ...now } }),
        );
        // What another save has settled meanwhile needs nothing.
        if (!saved.ok && saved.error.type !== "stale" && saved.error.type !== "not-found") return saved;
      }
      return stillHere(session);
    },
  };
}
