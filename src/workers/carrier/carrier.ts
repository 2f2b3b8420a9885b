/**
 * The carrier: takes sealed files of others, keeps them, delivers them, gives receipts back (SPEC P-C). Runs in the
 * carrier's worker; tests run it in Node on memory.
 *
 * Surprising fact: it has no key and no satchel. What it believes is what signatures say: the sender's over the file, the
 * server's over what arrived. A shared computer's file holds packs of several satchels (P-C11): each is delivered by
 * itself, and all are shown, answered and forgotten as the one file that was taken.
 */

import { readCarried, writeReceipts } from "../../protocol/carried.ts";
import {
  type CarrierManifest,
  carrierClaim,
  chainOf,
  judgeCarrier,
  manifestHash,
  readCarrier,
} from "../../protocol/carrier.ts";
import type { Signed } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import { type B64, toBase64Url } from "../../shared/bytes.ts";
import type { Clock, Log, Random, Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { CarriedRow, CarriedStore } from "../../storage/carried-ports.ts";
import type { StorageError } from "../../storage/ports.ts";
import { type Carry, type CarryReport, createCarry, type Said } from "../../sync/carry.ts";
import type { CarrierTransport, KeysTransport, Locks } from "../../sync/ports.ts";
import type { CarriedView, CarrierApi, CarrierChange, Taken, TakeRefusal } from "../carrier.contract.ts";
import type { Deployments } from "../common/deployments.ts";
import type { Emitter } from "../common/emitter.ts";
import { storageErr } from "../common/errors.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { createPieceWriter, type ReadAt, readFile, readKept, slicesOf } from "./pieces.ts";

export interface CarrierDeps {
  readonly store: CarriedStore;
  readonly transport: CarrierTransport & Pick<KeysTransport, "keyring">;
  readonly deployments: Deployments;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly log: Log;
  readonly emitter: Emitter<CarrierChange>;
  /** Only an optimisation: two tabs that deliver one file give the result of one. */
  readonly locks?: Locks | undefined;
}

export interface CarrierService {
  readonly api: CarrierApi;
  /** Drops what was never taken whole, and goes on delivering. */
  readonly start: () => Promise<void>;
}

interface Job {
  readonly carry: Carry;
  running: boolean;
  again: boolean;
  done: number;
  trouble: CarriedView["trouble"];
  cancelTimer: () => void;
}

/** Reading 200 MB takes minutes on a slow phone; an older try was killed. */
const takingMs = 60 * 60_000;
/** After a bug inside a run. */
const afterFailureMs = 60_000;

const troubleOf = ({ trouble }: CarryReport): CarriedView["trouble"] =>
  trouble === null ? "none" : trouble === "unreachable" || trouble === "timeout" ? "no-network" : trouble;

/** A refusal of the disk, while a file is read. */
interface DiskRefusal {
  readonly type: "disk";
  readonly error: StorageError;
}

/** What a page calls the file that a pack came in. */
const nameOf = ({ set, file }: CarriedRow): B64 => set ?? file;

export function createCarrier(deps: CarrierDeps): CarrierService {
  const { store, clock, emitter } = deps;
  const jobs = new Map<B64, Job>();
  /** Files for which there is no room on the disk, while the page is open. */
  const onPage = new Map<B64, { readonly row: CarriedRow; readonly read: ReadAt }>();

  const tell = (): void => emitter.emit({ type: "carried" });

  const rows = async (): Promise<Result<readonly CarriedRow[], WorkerError>> => {
    const listed = await store.list();
    if (!listed.ok) return storageErr(listed.error);
    const held = [...onPage.values()].map(({ row }) => row);
    return ok([...listed.value.filter((row) => row.state !== "taking" && !onPage.has(row.file)), ...held]);
  };
  const rowOf = async (file: B64): Promise<Result<CarriedRow, WorkerError>> => {
    const all = await rows();
    if (!all.ok) return all;
    const row = all.value.find((each) => each.file === file);
    return row === undefined ? err({ type: "not-found" }) : ok(row);
  };
  /** The packs of one taken file, in the order in which they were taken; at least one. */
  const packsOf = async (name: B64): Promise<Result<readonly CarriedRow[], WorkerError>> => {
    const all = await rows();
    if (!all.ok) return all;
    const packs = all.value.filter((row) => nameOf(row) === name);
    return packs.length === 0 ? err({ type: "not-found" }) : ok(packs);
  };

  const update = async (file: B64, patch: Partial<CarriedRow>): Promise<Result<void, WorkerError>> => {
    const held = onPage.get(file);
    if (held !== undefined) {
      onPage.set(file, { ...held, row: { ...held.row, ...patch } });
      return ok(undefined);
    }
    const updated = await store.update(file, patch);
    return updated.ok ? ok(undefined) : storageErr(updated.error);
  };

  const packView = (row: CarriedRow): CarriedView => {
    const job = jobs.get(row.file);
    const delivered = row.said !== null && row.missing === 0;
    return {
      file: row.file,
      count: row.count,
      bytes: row.bytes,
      takenAt: row.takenAt,
      state: delivered ? "delivered" : job?.running === true ? "moving" : row.said !== null ? "partly" : "waits",
      done: delivered ? row.bytes : (job?.done ?? 0),
      missing: row.missing,
      saidAt: row.saidAt,
      given: row.given,
      kept: row.state === "done" ? "gone" : onPage.has(row.file) ? "page" : "device",
      trouble: job?.trouble ?? "none",
    };
  };

  /** Packs that came together are one thing in a carrier's hands. */
  const viewOf = (packs: readonly CarriedRow[]): CarriedView => {
    const views = packs.map(packView);
    const [first] = packs;
    const [view] = views;
    assert(first !== undefined && view !== undefined, "a file has a pack");
    const sum = (of: (each: CarriedView) => number): number => views.reduce((all, each) => all + of(each), 0);
    const every = (state: CarriedView["state"]): boolean => views.every((each) => each.state === state);
    const isMoving = views.some(({ state }) => state === "moving");
    const isSaid = views.every(({ saidAt }) => saidAt !== null);
    return {
      file: nameOf(first),
      count: sum(({ count }) => count),
      bytes: sum(({ bytes }) => bytes),
      takenAt: first.takenAt,
      state: every("delivered") ? "delivered" : isMoving ? "moving" : isSaid ? "partly" : "waits",
      done: sum(({ done }) => done),
      missing: sum(({ missing }) => missing),
      saidAt: views.reduce<number | null>(
        (last, { saidAt }) => (saidAt === null ? last : Math.max(last ?? 0, saidAt)),
        null,
      ),
      given: views.every(({ given }) => given),
      kept: views.find(({ kept }) => kept !== "gone")?.kept ?? "gone",
      trouble: views.find(({ trouble }) => trouble !== "none")?.trouble ?? "none",
    };
  };

  /**
   * A postbox's pack brings chain and keyring along: the server hears both before it is asked what it has. A refusal of
   * either changes nothing for the rest (another device may have been first).
   */
  function transportOf(manifest: CarrierManifest, read: ReadAt): CarrierTransport {
    const { transport } = deps;
    const [chain] = manifest.items;
    if (manifest.v !== 2 || chain === undefined) return transport;
    let told = false;
    return {
      ...transport,
      async carried(signed) {
        const bytes = told ? undefined : await read(0, chain[2]);
        const held = bytes?.ok === true ? chainOf(bytes.value) : undefined;
        if (held !== undefined) {
          const registered = await transport.register(held.statements);
          if (registered.type === "lost") return registered;
          const published = held.keyring === undefined ? undefined : await transport.keyring(held.keyring);
          if (published?.type === "lost") return published;
          told = true;
          if (registered.type === "refused") deps.log.note("pack-chain", { error: registered.error });
        }
        return transport.carried(signed);
      },
    };
  }

  /** The server's word, if it is about this very file and from a key of this deployment. */
  async function believed(signed: Signed, from: string, file: B64, said: Said) {
    const keys = (await deps.deployments.current())?.serverKeys ?? [];
    const read = await readCarried(said.statement, keys);
    if (!read.ok || read.value.file !== file || read.value.from !== from) return undefined;
    return read.value.manifest === (await manifestHash(signed)) ? read.value : undefined;
  }

  /** False: the server's word could not be believed yet (its keys are not known here), and is asked again later. */
  async function bookReport(row: CarriedRow, from: string, report: CarryReport): Promise<boolean> {
    // Half-way words are of no use to anybody: the receipt is given when nothing more can be done.
    if (report.ended !== "settled" || report.said === null) return true;
    const statement = await believed(row.manifest, from, row.file, report.said);
    if (statement === undefined) {
      deps.log.note("carried-not-believed");
      void deps.deployments.refresh();
      return false;
    }
    const said = { statement: report.said.statement, proofs: report.said.proofs };
    const booked = await update(row.file, { said, saidAt: statement.at, missing: report.missing });
    if (!booked.ok) deps.log.note("carried-book", { error: booked.error.type });
    return booked.ok;
  }

  function jobOf(row: CarriedRow): Job {
    const held = jobs.get(row.file);
    if (held !== undefined) return held;
    const manifest = carrierClaim(row.manifest);
    assert(manifest.ok, "P-C2: a manifest was checked before it was kept");
    const read = onPage.get(row.file)?.read ?? readKept(store, row.database);
    const fresh: Job = {
      carry: createCarry(
        {
          transport: transportOf(manifest.value, read),
          clock,
          random: deps.random,
          read,
          onProgress: ({ done }) => {
            fresh.done = done;
            tell();
          },
        },
        row.manifest,
        manifest.value,
      ),
      running: false,
      again: false,
      done: 0,
      trouble: "none",
      cancelTimer: () => undefined,
    };
    jobs.set(row.file, fresh);
    return fresh;
  }

  async function carryOn(row: CarriedRow, job: Job, person: boolean): Promise<CarryReport | undefined> {
    const work = () => job.carry.run(person);
    if (deps.locks === undefined || person) return work();
    const held = await deps.locks.tryHold(`besace-carry-${row.file}`, work);
    return held === "taken" ? undefined : held.held;
  }

  /** Delivers one file; what has to wait comes back by its own timer. */
  async function run(file: B64, person: boolean): Promise<void> {
    const found = await rowOf(file);
    if (!found.ok || found.value.state === "done") return;
    const row = found.value;
    const claim = carrierClaim(row.manifest);
    assert(claim.ok, "P-C2: a manifest was checked before it was kept");
    const job = jobOf(row);
    if (job.running) {
      job.again = job.again || person;
      return;
    }
    job.cancelTimer();
    job.running = true;
    tell();
    let wait: number | null = afterFailureMs;
    try {
      const report = await carryOn(row, job, person);
      if (report !== undefined) {
        job.trouble = troubleOf(report);
        const booked = await bookReport(row, claim.value.from, report);
        wait = booked ? report.nextInMs : afterFailureMs;
      }
    } catch (error) {
      // A bug in one run must not end deliveries for good: it is noted, and tried again later.
      deps.log.note("carry-failed", { error: error instanceof Error ? error.name : "unknown" });
    } finally {
      job.running = false;
    }
    tell();
    if (jobs.get(file) !== job) return;
    if (job.again) {
      job.again = false;
      void run(file, true);
    } else if (wait !== null) job.cancelTimer = deps.timers.after(wait, () => void run(file, false));
  }

  async function runAll(): Promise<void> {
    const all = await rows();
    if (!all.ok) {
      deps.log.note("carried-list", { error: all.error.type });
      return;
    }
    for (const row of all.value)
      if (row.state === "kept" && (row.said === null || row.missing > 0)) void run(row.file, false);
  }

  const stop = (file: B64): void => {
    const job = jobs.get(file);
    jobs.delete(file);
    job?.cancelTimer();
    job?.carry.stop();
  };

  /** One file is read at a time: two tabs that take the same one would drop each other's pieces. */
  async function take(file: File): Promise<Result<Taken, WorkerError | TakeRefusal>> {
    if (deps.locks === undefined) return takeNow(file);
    const held = await deps.locks.tryHold("besace-carrier-take", () => takeNow(file));
    return held === "taken" ? err({ type: "stale" }) : held.held;
  }

  async function takeNow(file: File): Promise<Result<Taken, WorkerError | TakeRefusal>> {
    const home = await deps.deployments.current();
    if (home === null) return err({ type: "no-home" });
    const taken: { readonly row: CarriedRow; readonly payloadAt: number }[] = [];
    let known: B64 | undefined;
    let writer: ReturnType<typeof createPieceWriter> | undefined;
    let full = false;

    const disk = (result: Result<void, StorageError>): Result<void, DiskRefusal | TakeRefusal> => {
      if (result.ok) return result;
      if (result.error.type !== "full") return err({ type: "disk", error: result.error });
      // There is no room: it is only checked, and delivered from where it lies.
      full = true;
      return ok(undefined);
    };
    const endPack = async (): Promise<Result<void, DiskRefusal | TakeRefusal>> =>
      full || writer === undefined ? ok(undefined) : disk(await writer.end());
    const drop = async (): Promise<void> => {
      for (const { row } of taken) await store.remove(row.file);
    };

    const read = await readCarrier<DiskRefusal | TakeRefusal | { readonly type: "known" }>(slicesOf(file), {
      opened: async ({ manifest, signed, payloadAt }) => {
        const judged = judgeCarrier(
          manifest,
          home.serverKeys.map((key) => key.id),
          clock.now(),
        );
        if (!judged.ok) return judged;
        const set = manifest.v === 2 ? { set: manifest.set } : {};
        const name = manifest.v === 2 ? manifest.set : manifest.file;
        if (taken.length === 0 && (await packsOf(name)).ok) {
          known = name;
          return err({ type: "known" });
        }
        const ended = await endPack();
        if (!ended.ok) return ended;
        const begun = {
          file: manifest.file,
          ...set,
          database: `carried-${toBase64Url(deps.random.bytes(12))}`,
          manifest: signed,
          count: manifest.items.filter(([kind]) => kind !== "chain" && kind !== "ticket").length,
          bytes: manifest.bytes,
          takenAt: clock.now(),
        };
        const row: CarriedRow = {
          ...begun,
          state: "taking",
          said: null,
          saidAt: null,
          missing: begun.count,
          given: false,
        };
        taken.push({ row, payloadAt });
        writer = createPieceWriter(store, begun.database);
        return full ? ok(undefined) : disk(await store.begin(begun));
      },
      bytes: async (bytes) => (full || writer === undefined ? ok(undefined) : disk(await writer.add(bytes))),
    });
    if (known !== undefined) {
      const packs = await packsOf(known);
      return packs.ok ? ok({ view: viewOf(packs.value), known: true }) : packs;
    }
    if (!read.ok) {
      await drop();
      const { error } = read;
      if (error.type === "disk") return storageErr(error.error);
      assert(error.type !== "known", "a known file was answered before");
      return err(error.type === "damaged" ? { type: "damaged" } : error);
    }
    let kept = await endPack();
    for (const { row } of taken) if (kept.ok && !full) kept = disk(await store.update(row.file, { state: "kept" }));
    if (!kept.ok || full) await drop();
    if (!kept.ok) return kept.error.type === "disk" ? storageErr(kept.error.error) : err(kept.error);
    const whole = taken.map(({ row }): CarriedRow => ({ ...row, state: "kept" }));
    for (const [n, row] of whole.entries()) {
      if (full) onPage.set(row.file, { row, read: readFile(file, taken[n]?.payloadAt ?? 0) });
      void run(row.file, true);
    }
    return ok({ view: viewOf(whole), known: false });
  }

  /** Its receipt was handed over. */
  async function give(row: CarriedRow): Promise<Result<void, WorkerError>> {
    const { file, said, saidAt, missing } = row;
    const all = missing === 0;
    const held = onPage.get(file);
    if (held !== undefined && all) {
      // The bytes never were on this disk; that it was delivered is noted there, if there is room for a line.
      onPage.delete(file);
      const { state: _state, ...rest } = held.row;
      const noted = await store.begin(rest);
      if (!noted.ok) return ok(undefined);
    }
    const booked = await update(file, { given: true, ...(all ? { state: "done", said, saidAt, missing } : {}) });
    if (!booked.ok || !all) return booked;
    stop(file);
    const dropped = await store.dropPieces(file);
    return dropped.ok ? ok(undefined) : storageErr(dropped.error);
  }

  const api: CarrierApi = {
    carried: async () => {
      const all = await rows();
      if (!all.ok) return all;
      const names = new Set(all.value.map(nameOf));
      return ok([...names].map((name) => viewOf(all.value.filter((row) => nameOf(row) === name))));
    },
    take,
    deliver: async (name) => {
      const packs = await packsOf(name);
      if (!packs.ok) return packs;
      for (const { file } of packs.value) void run(file, true);
      return ok(undefined);
    },
    receipt: async (name, words) => {
      const packs = await packsOf(name);
      if (!packs.ok) return packs;
      const keys = (await deps.deployments.current())?.serverKeys ?? [];
      const receipts = packs.value.flatMap(({ said }) => (said === null ? [] : [{ v: 1 as const, ...said, keys }]));
      return receipts.length === 0 ? err({ type: "not-found" }) : ok(writeReceipts(receipts, words));
    },
    given: async (name) => {
      const packs = await packsOf(name);
      if (!packs.ok) return packs;
      const said = packs.value.filter((row) => row.said !== null);
      if (said.length === 0) return err({ type: "not-found" });
      for (const row of said) {
        const given = await give(row);
        if (!given.ok) return given;
      }
      tell();
      return ok(undefined);
    },
    forget: async (name) => {
      const packs = await packsOf(name);
      if (!packs.ok && packs.error.type !== "not-found") return packs;
      for (const { file } of packs.ok ? packs.value : []) {
        stop(file);
        onPage.delete(file);
        const removed = await store.remove(file);
        if (!removed.ok) return storageErr(removed.error);
      }
      tell();
      return ok(undefined);
    },
    hint: async () => {
      void deps.deployments.refresh();
      void runAll();
      return ok(undefined);
    },
    onChange: async (listener) => emitter.listen(listener),
  };

  return {
    api,
    async start() {
      const listed = await store.list();
      if (!listed.ok) {
        deps.log.note("carried-list", { error: listed.error.type });
        return;
      }
      for (const row of listed.value) {
        if (row.state === "taking" && Math.abs(clock.now() - row.takenAt) > takingMs) await store.remove(row.file);
        // Killed between the booking and the dropping of the bytes.
        if (row.state === "done") await store.dropPieces(row.file);
      }
      await runAll();
    },
  };
}
