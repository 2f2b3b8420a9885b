/**
 * Delivers one carrier's file: what somebody else sealed, by the ordinary routes, without any key or session (SPEC P-C).
 * Runs in the carrier's worker and Node.
 *
 * Surprising fact: nothing about progress is stored. The server is asked what it has (`carried`, HEAD), so a carrier that is
 * killed anywhere begins again where the server says; delivering twice is harmless.
 */

import type { LetterProofs } from "../protocol/carried.ts";
import { type CarrierManifest, type PlacedItem, placesOf } from "../protocol/carrier.ts";
import { push as pushLimits } from "../protocol/limits.ts";
import { opHead } from "../protocol/ops.ts";
import { parseBody } from "../protocol/sign.ts";
import type { Letter, Op, RejectRetry, Signed } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import { type Bytes, utf8ToText } from "../shared/bytes.ts";
import type { BlobId, OpId } from "../shared/ids.ts";
import type { Clock, Random } from "../shared/ports.ts";
import type { Result } from "../shared/result.ts";
import { limits } from "./core.ts";
import type { CarrierTransport, LossReason, Outcome } from "./ports.ts";

/** The latest word of the server about the file. */
export interface Said {
  readonly statement: Signed;
  readonly proofs: readonly LetterProofs[];
}

export interface CarryDeps {
  readonly transport: CarrierTransport;
  readonly clock: Clock;
  readonly random: Random;
  /** Bytes of the items, from the first byte of the first one; an error ends the run. */
  readonly read: (at: number, bytes: number) => Promise<Result<Bytes, unknown>>;
  readonly onProgress: (progress: CarryProgress) => void;
  /** Uploads under way at once, so that the line never idles for a round trip; 2 when absent. */
  readonly width?: number;
}

export interface CarryProgress {
  /** Bytes of items that the server has, and of all. */
  readonly done: number;
  readonly of: number;
  readonly said: Said | null;
}

export interface CarryReport {
  /** settled: nothing is left that another try could bring; gone: the bytes cannot be read here. */
  readonly ended: "settled" | "network" | "waiting" | "gone" | "stopped";
  readonly nextInMs: number | null;
  readonly said: Said | null;
  /** Items that the server does not have. */
  readonly missing: number;
  /** Why, where the server said so: codes of errors.ts, or "conflict". */
  readonly codes: readonly string[];
  readonly trouble: LossReason | "server-busy" | null;
}

export interface Carry {
  /** Goes on until all is there, the network fails or the server asks to wait. `person`: no back-off holds. */
  readonly run: (person: boolean) => Promise<CarryReport>;
  /** The run under way ends after the request that is out. */
  readonly stop: () => void;
}

/** Ends a run; `until` is a clock time. */
class Halt extends Error {
  readonly why: "network" | "waiting" | "gone" | "stopped";
  readonly until: number | null;
  readonly trouble: CarryReport["trouble"];
  constructor(why: Halt["why"], until: number | null, trouble: CarryReport["trouble"]) {
    super(`carry: ${why}`);
    this.why = why;
    this.until = until;
    this.trouble = trouble;
  }
}

interface Held {
  tries: number;
  nextAt: number;
  code: string;
  /** No other try would help, as far as the server says. */
  final: boolean;
}

const keyOf = (kind: string, id: string): string => `${kind} ${id}`;

/** What an outcome that is no answer means for the one item that it was about. */
type Refusal = Extract<Outcome<never>, { readonly type: "refused" }>;

export function createCarry(deps: CarryDeps, signed: Signed, manifest: CarrierManifest): Carry {
  const { transport, clock } = deps;
  const places = placesOf(manifest.items);
  const ticketOf = new Map(places.flatMap((place) => (place.kind === "ticket" ? [[place.id, place]] : [])));
  const of = manifest.bytes;
  /** Items that the server has said it has; null: it was not asked yet. */
  let here: Set<string> | null = null;
  const held = new Map<string, Held>();
  /** Bytes of unfinished blobs that lie at the server. */
  const offsets = new Map<string, number>();
  /** Items whose last request got lost: they go behind the others (INV-5). */
  const suspects = new Map<string, number>();
  let said: Said | null = null;
  let networkAttempts = 0;
  let answered = false;
  let alone = false;
  let part = 64 * 1024;
  let stopped = false;

  const chance = (): number => {
    const bytes = deps.random.bytes(4);
    return new DataView(bytes.buffer).getUint32(0) / 0x1_0000_0000;
  };

  const tell = (): void => {
    let done = 0;
    for (const place of places) {
      if (here?.has(keyOf(place.kind, place.id)) === true) done += place.bytes;
      else if (place.kind === "blob") done += offsets.get(place.id) ?? 0;
    }
    deps.onProgress({ done, of, said });
  };

  const bytesOf = async (at: number, length: number): Promise<Bytes> => {
    const read = await deps.read(at, length);
    if (!read.ok || read.value.length !== length) throw new Halt("gone", null, null);
    return read.value;
  };
  const readItem = async <T>(place: PlacedItem): Promise<T> => {
    const text = utf8ToText(await bytesOf(place.at, place.bytes));
    assert(text !== undefined, "P-C5: items were checked before they were kept");
    return JSON.parse(text) as T;
  };

  /** Authentic answers reset the network's back-off; a loss ends the run (S-T1). */
  const heard = <T>(outcome: Outcome<T>, about: string | null): Exclude<Outcome<T>, { type: "lost" }> => {
    if (stopped) throw new Halt("stopped", null, null);
    if (outcome.type === "lost") {
      if (about !== null) suspects.set(about, (suspects.get(about) ?? 0) + 1);
      const { firstMs, maxMs, afterAnswerMs } = limits.network;
      const wait = answered ? afterAnswerMs : Math.min(maxMs, firstMs * 2 ** networkAttempts);
      if (!answered) networkAttempts += 1;
      answered = false;
      throw new Halt("network", clock.now() + Math.round(wait * Math.max(chance(), 0.1)), outcome.reason);
    }
    answered = true;
    networkAttempts = 0;
    if (outcome.type === "answer") {
      if (about !== null) suspects.delete(about);
      return outcome;
    }
    if (outcome.status === 429 || outcome.status === 503) {
      const wait = Math.min(outcome.retryAfterMs ?? limits.retryAfter.defaultMs, limits.retryAfter.maxMs);
      throw new Halt("waiting", clock.now() + wait, "server-busy");
    }
    if (outcome.error === "bad-protocol" || outcome.error === "bad-nonce")
      throw new Halt("waiting", clock.now() + limits.retryAfter.maxMs, null);
    return outcome;
  };

  /** The item waits, or needs somebody: the carrier can do nothing about it. */
  const holdBack = (key: string, code: string, retry: RejectRetry | null): void => {
    const before = held.get(key);
    const tries = (before?.tries ?? 0) + 1;
    const { firstMs, maxMs, triesOfUnknown } = limits.item;
    const final = retry === "never" || retry === "after-person" || (retry === null && tries >= triesOfUnknown);
    held.set(key, {
      tries,
      code: code === "" ? "unknown" : code,
      final,
      nextAt: clock.now() + Math.min(maxMs, firstMs * 2 ** (tries - 1)),
    });
  };
  const refuse = (key: string, outcome: Refusal): void => holdBack(key, outcome.error, outcome.retry);

  const arrived = (key: string): void => {
    here?.add(key);
    if (key.startsWith("blob ")) here?.add(key.replace("blob", "ticket"));
    held.delete(key);
    tell();
  };

  const register = async (): Promise<void> => {
    const [chain] = places;
    assert(chain?.kind === "chain", "P-C4: the chain comes first");
    const { statements } = await readItem<{ readonly statements: readonly Signed[] }>(chain);
    const key = keyOf("chain", chain.id);
    const done = heard(await transport.register(statements), null);
    if (done.type === "answer") arrived(key);
    else refuse(key, done);
  };

  /** Asks what is there. False: the sender is not known there and could not be made known. */
  const ask = async (): Promise<boolean> => {
    for (let tries = 0; ; tries += 1) {
      const done = heard(await transport.carried(signed), null);
      if (done.type === "answer") {
        const { statement, proofs } = done.value;
        said = { statement, proofs };
        const words = parseBody(statement.body)?.value as Record<"ops" | "letters" | "proofs" | "blobs", string[]>;
        here = new Set([
          keyOf("chain", manifest.from),
          ...(words.ops ?? []).map((id) => keyOf("op", id)),
          ...(words.letters ?? []).map((id) => keyOf("letter", id)),
          ...(words.proofs ?? []).map((id) => keyOf("proof", id)),
          ...(words.blobs ?? []).flatMap((id) => [keyOf("blob", id), keyOf("ticket", id)]),
        ]);
        tell();
        return true;
      }
      if (done.error !== "unknown-principal" || tries > 0) {
        refuse(keyOf("chain", manifest.from), done);
        return false;
      }
      here ??= new Set();
      await register();
    }
  };

  const mayGo = (place: PlacedItem): boolean => {
    const key = keyOf(place.kind, place.id);
    const wait = held.get(key);
    // S-T3: further ahead than any back-off comes from a wrong clock.
    const due = wait === undefined || wait.nextAt <= clock.now() || wait.nextAt > clock.now() + limits.item.maxMs;
    return here?.has(key) !== true && wait?.final !== true && due;
  };
  const todo = (kind: PlacedItem["kind"]): readonly PlacedItem[] =>
    places
      .filter((place) => place.kind === kind && mayGo(place))
      .sort((a, b) => (suspects.get(keyOf(kind, a.id)) ?? 0) - (suspects.get(keyOf(kind, b.id)) ?? 0));

  /* ---- records ---- */

  const recordOf = new Map<string, string>();
  const opOf = async (place: PlacedItem): Promise<{ readonly op: Op; readonly record: string }> => {
    const op = await readItem<Op>(place);
    const head = opHead(op);
    assert(head.ok, "P-C5: items were checked before they were kept");
    recordOf.set(place.id, head.value.record);
    return { op, record: head.value.record };
  };

  /** S-C5: one op of a record at a time, in order, and none past one that is held. */
  const nextOps = async (): Promise<readonly { readonly place: PlacedItem; readonly op: Op }[]> => {
    const records = new Set<string>();
    const batch: { readonly place: PlacedItem; readonly op: Op }[] = [];
    let bytes = 0;
    for (const place of places) {
      if (place.kind !== "op" || here?.has(keyOf("op", place.id)) === true) continue;
      const record = recordOf.get(place.id) ?? (await opOf(place)).record;
      const behind = records.has(record);
      records.add(record);
      if (behind || !mayGo(place)) continue;
      if (batch.length > 0 && bytes + place.bytes > pushLimits.aimBytes) break;
      batch.push({ place, op: (await opOf(place)).op });
      bytes += place.bytes;
      if (alone || batch.length >= pushLimits.ops) break;
    }
    return batch;
  };

  const sendOps = async (): Promise<void> => {
    for (;;) {
      const batch = await nextOps();
      const [only] = batch;
      if (only === undefined) return;
      const about = batch.length === 1 ? keyOf("op", only.place.id) : null;
      const done = heard(
        await transport.push(
          "",
          batch.map(({ op }) => op),
        ),
        about,
      );
      if (done.type === "refused") {
        // S-V5: nobody knows which one was meant.
        if (batch.length > 1) alone = true;
        else refuse(keyOf("op", only.place.id), done);
        continue;
      }
      const verdicts = new Map(done.value.verdicts.map((verdict) => [verdict.op, verdict]));
      for (const { place } of batch) {
        const key = keyOf("op", place.id);
        const verdict = verdicts.get(place.id as OpId);
        if (verdict?.type === "ok") arrived(key);
        // Only the sender's own phone can merge.
        else if (verdict?.type === "conflict") holdBack(key, "conflict", "never");
        else holdBack(key, verdict?.code ?? "", verdict?.retry ?? null);
      }
    }
  };

  /* ---- letters and proofs ---- */

  const sendLetters = async (): Promise<void> => {
    for (const place of todo("letter")) {
      const key = keyOf("letter", place.id);
      const done = heard(await transport.letter("", await readItem<Letter>(place)), key);
      if (done.type === "refused") refuse(key, done);
      else if (done.value.verdict.type === "ok") arrived(key);
      else holdBack(key, done.value.verdict.code, done.value.verdict.retry);
    }
  };

  const sendProofs = async (): Promise<void> => {
    for (const place of todo("proof")) {
      const key = keyOf("proof", place.id);
      const done = heard(await transport.proof("", await readItem<Signed>(place)), key);
      if (done.type === "answer") arrived(key);
      else refuse(key, done);
    }
  };

  /* ---- blobs: tus, as in S-B1 to S-B6 ---- */

  const sendBlob = async (place: PlacedItem): Promise<void> => {
    const key = keyOf("blob", place.id);
    const ticketPlace = ticketOf.get(place.id);
    assert(ticketPlace !== undefined, "P-C4: a blob stands behind its ticket");
    const name = { owner: manifest.from, blob: place.id as BlobId };
    let offset: number | null = null;
    let again = 0;
    let created = false;
    for (;;) {
      if (offset === null) {
        // A fresh blob is created first; what was begun before answers "offset", and is asked.
        if (!created) {
          const ticket = await readItem<Signed>(ticketPlace);
          const done = heard(await transport.blobCreate("", name, place.bytes, ticket), key);
          created = true;
          if (done.type === "answer") {
            offset = 0;
            continue;
          }
          if (done.error !== "offset" && done.status !== 409) return refuse(key, done);
          if (done.error === "id-taken") return refuse(key, done);
        }
        const done = heard(await transport.blobHead("", name), key);
        if (done.type === "refused") return refuse(key, done);
        if (done.value.state === "verified") return arrived(key);
        offset = done.value.offset;
        if (done.value.state === "again") again += 1;
      }
      if (again >= limits.item.triesOfAgain) return holdBack(key, "bad-format", "never");
      offsets.set(place.id, offset);
      tell();
      const bytes = Math.min(part, place.bytes - offset);
      // Everything is there and not verified: HEAD makes the server look again (S-B8).
      if (bytes <= 0) return holdBack(key, "", null);
      const started = clock.now();
      const sent = await transport.blobPatch("", name, offset, await bytesOf(place.at + offset, bytes));
      if (sent.type === "lost") part = Math.max(limits.part.min, part / 2);
      const done = heard(sent, key);
      if (done.type === "refused") {
        // 404, 410: forgotten there; 409: it stands elsewhere.
        created = done.status !== 404 && done.status !== 410;
        if (created && done.status !== 409) return refuse(key, done);
        again += 1;
        offset = null;
        continue;
      }
      const took = clock.now() - started;
      if (took < limits.part.fastMs) part = Math.min(limits.part.max, part * 2);
      else if (took > limits.part.slowMs) part = Math.max(limits.part.min, part / 2);
      if (done.value.state === "verified") {
        offsets.delete(place.id);
        return arrived(key);
      }
      if (done.value.state === "again") again += 1;
      else if (done.value.offset <= offset) again += 1;
      offset = done.value.offset;
    }
  };

  const sendBlobs = async (): Promise<void> => {
    const queue = [...todo("blob")];
    let failed: unknown = null;
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined && failed === null; next = queue.shift()) {
        try {
          await sendBlob(next);
        } catch (error) {
          failed ??= error;
        }
      }
    };
    await Promise.all(Array.from({ length: deps.width ?? 2 }, lane));
    if (failed !== null) throw failed;
  };

  const missingNow = (): readonly PlacedItem[] =>
    places.filter(({ kind, id }) => kind !== "ticket" && here?.has(keyOf(kind, id)) !== true);

  const report = (ended: CarryReport["ended"], until: number | null, trouble: CarryReport["trouble"]): CarryReport => ({
    ended,
    nextInMs: until === null ? null : Math.max(0, until - clock.now()),
    said,
    missing: missingNow().length,
    codes: [...new Set([...held.values()].map((each) => each.code))],
    trouble,
  });

  /** When the first of those that wait is due; null: none waits. */
  const nextDue = (): number | null => {
    const times = missingNow().flatMap(({ kind, id }) => {
      const wait = held.get(keyOf(kind, id));
      return wait === undefined || wait.final ? [] : [wait.nextAt];
    });
    return times.length === 0 ? null : Math.min(...times);
  };

  const deliver = async (): Promise<CarryReport> => {
    if (here === null && !(await ask())) return report("settled", null, null);
    // What a verdict took for delivered and the statement does not show is tried once more.
    for (let rounds = 0; rounds < 2 && missingNow().length > 0; rounds += 1) {
      await sendOps();
      await sendLetters();
      await sendProofs();
      await sendBlobs();
      if (!(await ask())) return report("settled", null, null);
      if (!missingNow().some(mayGo)) break;
    }
    const due = nextDue();
    return due === null ? report("settled", null, null) : report("waiting", due, null);
  };

  return {
    async run(person) {
      stopped = false;
      if (person) {
        held.clear();
        suspects.clear();
        networkAttempts = 0;
        alone = false;
      }
      try {
        return await deliver();
      } catch (error) {
        if (!(error instanceof Halt)) throw error;
        return report(error.why, error.until, error.trouble);
      }
    },
    stop() {
      stopped = true;
    },
  };
}
