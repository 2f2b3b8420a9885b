/**
 * The server's journal of this satchel as a device reads it (SPEC P-J): asked for, verified line by line, kept sealed, its head signed
 * into the profile record. Runs in the satchel worker, loaded with owner-part.ts.
 *
 * Surprising facts: what was read stays, whatever the server shows later: a line that it took back is shown as taken back. And each
 * device signs a head of its own, so that two devices that were shown two stories find it out at their next meeting.
 */

import * as v from "valibot";
import { openRecord, sealRecord } from "../../crypto/record.ts";
import {
  type JournalAnswer,
  type JournalEvent,
  type JournalHead,
  journalHash,
  journalStart,
  type NumberedLine,
  openJournalLine,
  parseJournalAnswer,
  readJournalHead,
  signJournalHead,
} from "../../protocol/journal.ts";
import { type Op, routes, type Signed } from "../../protocol/wire.ts";
import type { SignedText } from "../../satchel/model.ts";
import type { B64 } from "../../shared/bytes.ts";
import { utf8ToText } from "../../shared/bytes.ts";
import { type DeviceId, type OpId, type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { createJsonCalls, type Heard } from "../common/json-calls.ts";
import { journalPath, marksCache } from "../common/marks-cache.ts";
import type { JournalBreak } from "../owner.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { Session } from "./deps.ts";
import { askAsDevice } from "./heard.ts";
import type { OwnerDeps } from "./owner-part.ts";
import { findProfile, type PinnedProfile, saveProfile } from "./pins.ts";

/** The field of the profile record that holds signed heads: one for each device, so that none ever disagrees with another. */
export type JournalProfile = PinnedProfile & {
  readonly journal?: { readonly heads: Readonly<Record<DeviceId, SignedText>> };
};

const dayMs = 86_400_000;
/** Pages of one look: ten thousand lines. */
const mostPages = 50;

const lineShape = v.object({
  n: v.number(),
  hash: v.string(),
  heardAt: v.number(),
  /** What it says; null: it does not open, or this version has no words for it. */
  event: v.nullable(v.looseObject({ k: v.string(), at: v.number() })),
  sealed: v.optional(v.literal(true)),
  gone: v.optional(v.literal(true)),
});
const keptShape = v.object({
  v: v.literal(1),
  lines: v.array(lineShape),
  /** Lines that the server does not show any more. */
  gone: v.array(lineShape),
  breaks: v.array(
    v.object({
      heardAt: v.number(),
      serverAt: v.number(),
      why: v.picklist(["shorter", "other", "device"]),
      lines: v.number(),
    }),
  ),
  checkedAt: v.nullable(v.number()),
  /** Bodies of heads that do not stand, and were said. */
  told: v.array(v.string()),
});
export type KeptJournal = v.InferOutput<typeof keptShape>;
export type KeptLine = KeptJournal["lines"][number];

const nothing: KeptJournal = { v: 1, lines: [], gone: [], breaks: [], checkedAt: null, told: [] };

export const eventOf = (line: KeptLine): JournalEvent | null => line.event as JournalEvent | null;

type SignedHead = JournalHead & { readonly body: string };

export interface KeptJournals {
  readonly read: (session: Session) => Promise<KeptJournal>;
  readonly look: (session: Session) => Promise<Result<KeptJournal, WorkerError | { readonly type: "no-network" }>>;
  /** The head that this device has signed. */
  readonly head: (session: Session) => Promise<Result<JournalHead | null, WorkerError>>;
}

export function createKeptJournals(deps: OwnerDeps): KeptJournals {
  const calls = createJsonCalls(deps);
  /** A shared computer writes nothing beside its databases: there it lives as long as the worker. */
  const held = new Map<string, KeptJournal>();
  const looking = new Map<string, ReturnType<KeptJournals["look"]>>();

  const withCache = async <T>(use: (cache: Cache) => Promise<T>, otherwise: T): Promise<T> => {
    if (deps.shared !== undefined) return otherwise;
    try {
      return await use(await deps.caches.open(marksCache));
    } catch (error) {
      // Refused, full, or a body that was cut: it is asked for again, and held against the signed heads.
      if (error instanceof DOMException || error instanceof TypeError || error instanceof SyntaxError) return otherwise;
      throw error;
    }
  };
  const pathOf = (session: Session): string => journalPath(session.profile.database);

  async function read(session: Session): Promise<KeptJournal> {
    const { identity } = session;
    const known = held.get(identity.id);
    if (known !== undefined) return known;
    const op = await withCache(async (cache) => (await cache.match(pathOf(session)))?.json() as Promise<Op>, undefined);
    const opened = op === undefined ? undefined : await openRecord(identity, op);
    const text = opened?.ok === true ? utf8ToText(opened.value.content) : undefined;
    const shape = text === undefined ? undefined : v.safeParse(keptShape, JSON.parse(text));
    return shape?.success === true ? shape.output : nothing;
  }

  async function keep(session: Session, journal: KeptJournal): Promise<void> {
    const { identity } = session;
    held.set(identity.id, journal);
    const facts = {
      record: randomId<RecordId>(deps.random),
      op: randomId<OpId>(deps.random),
      base: null,
      deleted: false,
      blobs: [],
    };
    // In the format of a record that never leaves, as the card is kept.
    const op = await sealRecord(identity, facts, journal, deps.random);
    await withCache((cache) => cache.put(pathOf(session), Response.json(op)), undefined);
  }

  const asked = (session: Session, after: number) =>
    askAsDevice<JournalAnswer>(
      deps,
      session,
      (token): Promise<Heard<JournalAnswer>> =>
        calls.call(`${routes.journal}?after=${after}`, parseJournalAnswer, null, token),
    );

  /** Every line after `after`, and what the server says of that place. Undefined: what came is no journal. */
  async function fetched(session: Session, after: number) {
    const first = await asked(session, after);
    if (!first.ok) return first;
    const lines: NumberedLine[] = [...first.value.lines];
    let last = first.value;
    for (let page = 1; page < mostPages && lines.length > 0 && (lines.at(-1)?.n ?? 0) < last.length; page += 1) {
      const more = await asked(session, lines.at(-1)?.n ?? 0);
      if (!more.ok) return more;
      last = more.value;
      if (last.lines.length === 0) break;
      lines.push(...last.lines);
    }
    return ok({ lines, hash: first.value.hash, length: last.length, time: first.value.time });
  }

  /** Lines opened and chained on; stops at the first that does not stand in its place. */
  async function chained(session: Session, from: B64, n: number, lines: readonly NumberedLine[]): Promise<KeptLine[]> {
    const { identity } = session;
    const key = { privateKey: identity.box, box: identity.principal.box };
    const heardAt = deps.clock.now();
    let hash = from;
    const kept: KeptLine[] = [];
    for (const [at, line] of lines.entries()) {
      if (line.n !== n + at + 1) break;
      hash = await journalHash(hash, line.n, line);
      const opened = await openJournalLine(key, identity.id, line);
      const isSealed = !opened.ok && opened.error === "cannot-open";
      kept.push({
        n: line.n,
        hash,
        heardAt,
        event: opened.ok ? opened.value : null,
        ...(isSealed ? { sealed: true as const } : {}),
      });
    }
    return kept;
  }

  async function headsOf(session: Session): Promise<Result<readonly SignedHead[], WorkerError>> {
    const profile = await findProfile(session);
    if (!profile.ok) return profile;
    const signed = Object.values((profile.value?.record as JournalProfile | undefined)?.journal?.heads ?? {});
    const heads: SignedHead[] = [];
    for (const one of signed) {
      const read = await readJournalHead(one as Signed, session.identity.principal);
      if (read.ok) heads.push({ ...read.value, body: one.body });
    }
    return ok(heads);
  }

  /** What stood there before goes on, or it does not: then everything is read anew and what is lost is said. */
  async function followed(
    session: Session,
    before: KeptJournal,
  ): Promise<
    Result<
      KeptJournal,
      WorkerError | { readonly type: "no-network" } | { readonly type: "refused"; readonly error: string }
    >
  > {
    const { identity } = session;
    const start = await journalStart(identity.id);
    const last = before.lines.at(-1);
    const n = last?.n ?? 0;
    const heard = await fetched(session, n);
    if (!heard.ok) return heard;
    const { lines, hash, length, time } = heard.value;
    if (last === undefined || (length >= n && hash === last.hash)) {
      const more = await chained(session, (last?.hash as B64 | undefined) ?? start, n, lines);
      return ok({ ...before, lines: [...before.lines, ...more] });
    }
    const all = await fetched(session, 0);
    if (!all.ok) return all;
    const now = await chained(session, start, 0, all.value.lines);
    const same = before.lines.findIndex((line, at) => now[at]?.hash !== line.hash);
    const common = same < 0 ? before.lines.length : same;
    const lost = before.lines.slice(common);
    // It was there when it was looked at: lines that came between the two questions are no break.
    if (lost.length === 0) return ok({ ...before, lines: [...before.lines, ...now.slice(common)] });
    const why = now.length < before.lines.length ? "shorter" : "other";
    const broken: JournalBreak = { heardAt: deps.clock.now(), serverAt: time, why, lines: lost.length };
    return ok({
      ...before,
      lines: [...before.lines.slice(0, common), ...now.slice(common)],
      gone: [...before.gone, ...lost.map((line) => ({ ...line, gone: true as const }))],
      breaks: [...before.breaks, broken],
    });
  }

  /** Heads that devices of hers have signed, held against what is shown here. */
  function heldAgainstHeads(
    session: Session,
    heads: readonly SignedHead[],
    before: KeptJournal,
    after: KeptJournal,
  ): KeptJournal {
    const stands = ({ n, hash }: JournalHead): boolean => n === 0 || after.lines[n - 1]?.hash === hash;
    const wrong = heads.filter((head) => !stands(head) && !after.told.includes(head.body));
    if (wrong.length === 0) return after;
    const told = [...after.told, ...wrong.map(({ body }) => body)];
    // The break that was just found explains heads of before.
    if (after.breaks.length > before.breaks.length) return { ...after, told };
    const known = Math.max(...wrong.map(({ n }) => n));
    const own = wrong.every(({ device }) => device === session.profile.device);
    const shorter = known > after.lines.length;
    const broken: JournalBreak = {
      heardAt: deps.clock.now(),
      serverAt: deps.clock.now(),
      why: own ? (shorter ? "shorter" : "other") : "device",
      lines: shorter ? known - after.lines.length : 1,
    };
    return { ...after, told, breaks: [...after.breaks, broken] };
  }

  /** At most once a day: a head is an op, and an op is bytes on somebody's line. */
  async function countersign(
    session: Session,
    journal: KeptJournal,
    isBroken: boolean,
  ): Promise<Result<void, WorkerError>> {
    const { identity, profile } = session;
    const last = journal.lines.at(-1);
    const device = profile.device as DeviceId;
    // A visit at a shared computer is no device of hers.
    if (last === undefined || !identity.principal.devices.has(device)) return ok(undefined);
    const heads = await headsOf(session);
    if (!heads.ok) return heads;
    const mine = heads.value.find((head) => head.device === device);
    const at = deps.clock.now();
    const isToday = mine !== undefined && Math.floor(mine.at / dayMs) === Math.floor(at / dayMs);
    if (mine?.hash === last.hash || (isToday && !isBroken)) return ok(undefined);
    const head = await signJournalHead(identity.sign, {
      satchel: identity.id,
      device,
      n: last.n,
      hash: last.hash as B64,
      at,
    });
    const saved = await saveProfile(session, deps, (before) => {
      const { journal: held } = before as JournalProfile;
      const next: JournalProfile = { ...before, journal: { heads: { ...held?.heads, [device]: head } } };
      return next;
    });
    return saved.ok ? ok(undefined) : saved;
  }

  async function lookOnce(session: Session): ReturnType<KeptJournals["look"]> {
    const before = await read(session);
    // Asked for before the server is: one that comes from another device meanwhile may be of lines that came after its answer.
    const heads = await headsOf(session);
    if (!heads.ok) return heads;
    const after = await followed(session, before);
    // "Gone" or "blocked": nobody is told anything by this server now; other screens say so.
    if (!after.ok) return after.error.type === "refused" ? err({ type: "no-network" }) : err(after.error);
    const judged = heldAgainstHeads(session, heads.value, before, after.value);
    const journal: KeptJournal = { ...judged, checkedAt: deps.clock.now() };
    await keep(session, journal);
    const signed = await countersign(session, journal, journal.breaks.length > before.breaks.length);
    return signed.ok ? ok(journal) : signed;
  }

  return {
    read,
    look(session) {
      const { id } = session.identity;
      const running = looking.get(id) ?? lookOnce(session).finally(() => looking.delete(id));
      looking.set(id, running);
      return running;
    },
    async head(session) {
      const heads = await headsOf(session);
      return heads.ok ? ok(heads.value.find(({ device }) => device === session.profile.device) ?? null) : heads;
    },
  };
}
