/**
 * Mandates of an open satchel: given with the exact words that were signed, ended whole or by domain, and what the organisation
 * says that it did under them. Runs in the satchel worker, loaded when it is needed (mandates.ts).
 *
 * Surprising fact: a mandate is a share's record without papers (decisions/0041), so that its delivery, its end by time or by the
 * person and the tidying after it are those of shares.ts. Only one domain less is a letter of its own.
 */

import { sealLetter } from "../../crypto/letter.ts";
import { sha256 } from "../../crypto/primitives.ts";
import { letterManifest } from "../../protocol/letters.ts";
import { b64 } from "../../protocol/sign.ts";
import type { Principal } from "../../protocol/statements.ts";
import { readChain } from "../../protocol/statements.ts";
import type { ServerTime } from "../../protocol/wire.ts";
import { domainViews, isMandate, livingDomains, mandateFault, outsideOf, signedText } from "../../satchel/mandate.ts";
import type {
  MandateLessPayload,
  MandatePayload,
  MandateRecord,
  SatchelRecord,
  SentLetter,
} from "../../satchel/model.ts";
import { isOver } from "../../satchel/sharing.ts";
import { utf8 } from "../../shared/bytes.ts";
import { type DeviceId, type LetterId, type RecordId, randomId, type ThreadId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { storageErr } from "../common/errors.ts";
import type { Kept } from "../common/records.ts";
import type { MandateInput, MandateRefusal, MandatesApi, MandateView } from "../mandates.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { judge, judgeReceiver, pinsOf, pinWhatIsNew } from "./pins.ts";
import type { ProofCheck } from "./proofs.ts";
import type { Shares } from "./shares.ts";

type KeptMandate = Kept<SatchelRecord> & { readonly record: MandateRecord };
const isKept = (kept: Kept<SatchelRecord>): kept is KeptMandate => isMandate(kept.record);

/** The record has its letter's id, as a share's. */
const letterOf = (id: RecordId): LetterId => id as string as LetterId;
const recordOf = (letter: LetterId): RecordId => letter as string as RecordId;

type Asked<T> = Promise<Result<T, WorkerError | MandateRefusal>>;

export interface Mandates {
  readonly list: (session: Session) => Promise<Result<readonly MandateView[], WorkerError>>;
  readonly one: (session: Session, id: RecordId) => Promise<Result<MandateView, WorkerError>>;
  readonly start: (session: Session, input: MandateInput) => Asked<MandateView>;
  readonly end: (session: Session, input: Parameters<MandatesApi["endMandate"]>[0]) => Asked<MandateView>;
}

export function createMandates(deps: SatchelDeps, checkProofs: ProofCheck, shares: Shares): Mandates {
  const changed = (): void => {
    deps.emit({ type: "shares" });
    deps.emit({ type: "outbox" });
    deps.emit({ type: "ahead" });
  };

  async function all(session: Session): Promise<Result<readonly KeptMandate[], WorkerError>> {
    const listed = await session.records.list();
    return listed.ok ? ok(listed.value.filter(isKept)) : listed;
  }

  async function view(
    session: Session,
    { id }: KeptMandate,
    known: readonly KeptMandate[],
  ): Promise<Result<MandateView, WorkerError>> {
    const [share, pins] = [await shares.one(session, id), await pinsOf(session)];
    if (!share.ok) return share;
    if (!pins.ok) return pins;
    const { record } = share.value;
    if (!isMandate(record)) return err({ type: "not-found" });
    const { mandate } = record;
    const told = new Set<LetterId>();
    for (const [said, { sent }] of Object.entries(mandate.ends ?? {})) {
      const letter = said as LetterId;
      const proven = await checkProofs.letter(session, pins.value, letter, sent);
      if (!proven.ok) return proven;
      if (proven.value.proofs.length > 0) told.add(letter);
    }
    const newer = known.find((other) => other.record.mandate.replaces === letterOf(id));
    return ok({
      ...share.value,
      record,
      domains: domainViews(mandate, share.value.stage, told),
      deeds: Object.values(mandate.deeds ?? {})
        .map((deed) => ({ ...deed, outside: outsideOf(record, deed) }))
        .sort((a, b) => b.at - a.at),
      renewedBy: newer?.id ?? null,
    });
  }

  async function one(session: Session, id: RecordId): Promise<Result<MandateView, WorkerError>> {
    const known = await all(session);
    if (!known.ok) return known;
    const kept = known.value.find((each) => each.id === id);
    return kept === undefined ? err({ type: "not-found" }) : view(session, kept, known.value);
  }

  async function serverNow(session: Session): Promise<Result<number, WorkerError>> {
    const meta = await session.store.meta();
    if (!meta.ok) return storageErr(meta.error);
    const { lastAnswerAt, clockOffset, epoch } = meta.value;
    return ok(deps.clock.now() + (lastAnswerAt === 0 || epoch === "" ? 0 : clockOffset));
  }

  /** Who hears of an end: whoever was given the mandate, even where the deployment names somebody else by now. */
  async function receiverOf(session: Session, { organisation, sent }: MandateRecord): Asked<Principal> {
    const pins = await pinsOf(session);
    if (!pins.ok) return pins;
    const pinned = pins.value.organisations[organisation];
    const trust = await judge(pins.value, await deps.deployments.current(), organisation);
    if (trust.type === "trusted" && trust.principal.id === sent.to) return ok(trust.principal);
    const chain = pinned === undefined ? undefined : await readChain(pinned.statements);
    return chain?.ok === true && chain.value.id === sent.to ? ok(chain.value) : err({ type: "changed-key" });
  }

  /** One domain less: a letter in the mandate's thread, with the mandate's own end. */
  async function endDomain(
    session: Session,
    { id, record }: KeptMandate,
    domain: MandateLessPayload["domain"],
  ): Asked<void> {
    const to = await receiverOf(session, record);
    if (!to.ok) return to;
    // What the organisation did is held against it (outsideOf): a phone whose clock is wrong must not accuse.
    const now = await serverNow(session);
    if (!now.ok) return now;
    const at = now.value;
    const letter = randomId<LetterId>(deps.random);
    const payload: MandateLessPayload = { t: "mandate-less", about: letterOf(id), domain, at };
    const n = 2 + Object.keys(record.mandate.ends ?? {}).length;
    const wire = await sealLetter({
      identity: session.identity,
      to: to.value,
      letter,
      blobs: [],
      until: record.until as ServerTime,
      inner: { thread: record.thread, n, replaces: null, kind: "mandate", sentAt: at, blobs: [], payload },
    });
    const sent: SentLetter = {
      n,
      at,
      papers: 0,
      device: session.profile.device as DeviceId,
      to: to.value.id,
      manifest: await letterManifest(wire),
    };
    const saved = await session.records.save<WorkerError>(id, (current) => {
      if (current === undefined || !isMandate(current)) return err({ type: "not-found" });
      // Another tab was first: it is said once.
      if (!livingDomains(current.mandate).includes(domain)) return ok({ next: current });
      const ends = { ...current.mandate.ends, [letter]: { domain, sent } };
      const next: MandateRecord = { ...current, mandate: { ...current.mandate, ends } };
      return ok({ next, letters: [{ letter, wire, blobs: [] }] });
    });
    return saved.ok ? ok(undefined) : saved;
  }

  return {
    one,

    async list(session) {
      const known = await all(session);
      if (!known.ok) return known;
      const views: MandateView[] = [];
      const newestFirst = [...known.value].sort(
        (a, b) => b.record.createdAt - a.record.createdAt || (a.id < b.id ? -1 : 1),
      );
      for (const kept of newestFirst) {
        const shown = await view(session, kept, known.value);
        if (!shown.ok) return shown;
        views.push(shown.value);
      }
      return ok(views);
    },

    async start(session, input) {
      const { organisation, domains, acts, days, until, language, text, signature } = input;
      const now = await serverNow(session);
      if (!now.ok) return now;
      const fault = mandateFault(input, now.value);
      if (fault !== null) return err({ type: "mandate-fault", fault });
      const before = input.replaces === null ? ok(null) : await one(session, input.replaces);
      if (!before.ok) return before;
      const deployment = await deps.deployments.current();
      const pins = await pinWhatIsNew(session, deps, deployment);
      if (!pins.ok) return pins;
      const trust = await judgeReceiver(pins.value, deployment, organisation);
      if (trust.type === "no-keys") return err({ type: "no-desk-key" });
      if (trust.type === "changed") return err({ type: "changed-key" });
      const [name, purpose] = [input.name.trim(), input.purpose.trim()];
      const hash = b64(await sha256(utf8(signedText(text))));
      const facts = { name, domains, acts, text, hash, signature };
      const payload: MandatePayload = { t: "mandate", days, until, language, purpose, ...facts };
      const letter = randomId<LetterId>(deps.random);
      const thread = randomId<ThreadId>(deps.random);
      // The server's time is known to within an answer's way: who renews at once must not seem to have done it before.
      const at = before.value === null ? now.value : Math.max(now.value, before.value.record.createdAt + 1);
      const replaces = before.value === null ? null : letterOf(before.value.id);
      const wire = await sealLetter({
        identity: session.identity,
        to: trust.principal,
        letter,
        blobs: [],
        until: until as ServerTime,
        inner: { thread, n: 1, replaces, kind: "mandate", sentAt: at, blobs: [], payload },
      });
      const desk = deployment?.organisations.find((each) => each.slug === organisation)?.name ?? organisation;
      const record: MandateRecord = {
        t: "share",
        organisation,
        purpose,
        days,
        until,
        thread,
        papers: [],
        sent: {
          n: 1,
          at,
          papers: 0,
          device: session.profile.device as DeviceId,
          to: trust.principal.id,
          manifest: await letterManifest(wire),
          parts: [],
        },
        mandate: { ...facts, desk, replaces },
        createdAt: at,
      };
      const saved = await session.records.save<never>(recordOf(letter), () =>
        ok({ next: record, letters: [{ letter, wire, blobs: [] }] }),
      );
      if (!saved.ok) return saved;
      // The new one stands: if the end of the old one cannot be kept now, both stand, and she can end it.
      if (before.value !== null && !isOver(before.value.stage)) {
        const ended = await shares.end(session, before.value.id);
        if (!ended.ok) deps.log.note("mandate-not-replaced", { error: ended.error.type });
      }
      changed();
      return one(session, recordOf(letter));
    },

    async end(session, { id, domain }) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept;
      if (!isKept(kept.value)) return err({ type: "not-found" });
      const living = livingDomains(kept.value.record.mandate);
      const isLast = living.length === 1 && domain === living[0];
      if (domain !== null && !living.includes(domain)) return one(session, id);
      const ended: Result<unknown, WorkerError | MandateRefusal> =
        domain === null || isLast ? await shares.end(session, id) : await endDomain(session, kept.value, domain);
      if (!ended.ok) return ended;
      changed();
      return one(session, id);
    },
  };
}
