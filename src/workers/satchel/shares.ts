/**
 * Shares of an open satchel: chosen papers sealed anew for one organisation and a time, ended in one tap, and what the organisation
 * says that it did with them. Runs in the satchel worker, loaded when a share is there or is made (shares-door.ts).
 *
 * Surprising fact: the pages of a share are streams of their own, with words drawn across them, and their keys are in the letter
 * only. Nothing here can open them again, and ending a share takes nothing of the person's papers away.
 */

import * as v from "valibot";
import { type OpenedLetter, sealLetter } from "../../crypto/letter.ts";
import { principalIdField, randomIdField } from "../../protocol/fields.ts";
import { letterManifest } from "../../protocol/letters.ts";
import { readEndedProof, signProof } from "../../protocol/proofs.ts";
import type { ServerTime } from "../../protocol/wire.ts";
import { isMandate } from "../../satchel/mandate.ts";
import type {
  ProfileRecord,
  SaidAct,
  SatchelRecord,
  SharedPaper,
  SharePayload,
  ShareRecord,
} from "../../satchel/model.ts";
import { endShare, isOver, type ShareStage, shareEnd, shareFault, shareStage, withAct } from "../../satchel/sharing.ts";
import { type DeviceId, type LetterId, type RecordId, randomId, type ThreadId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { type PutBlob, putBlob } from "../common/blobs.ts";
import { storageErr } from "../common/errors.ts";
import type { Kept } from "../common/records.ts";
import type { ShareInput, ShareRefusal, ShareView, WorkerError } from "../satchel.contract.ts";
import { takeDeed } from "./deeds.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isDossier } from "./dossiers.ts";
import { isPaper } from "./paper-view.ts";
import { findProfile, judgeReceiver, pinsOf, pinWhatIsNew } from "./pins.ts";
import type { ProofCheck } from "./proofs.ts";

type KeptShare = Kept<SatchelRecord> & { readonly record: ShareRecord };
const isShare = (kept: Kept<SatchelRecord>): kept is KeptShare => kept.record.t === "share";

/** The record of a share has its letter's id: two devices that end it write the same record. */
const letterOf = (id: RecordId): LetterId => id as string as LetterId;
const recordOf = (letter: LetterId): RecordId => letter as string as RecordId;

export interface Shares {
  readonly list: (session: Session) => Promise<Result<readonly ShareView[], WorkerError>>;
  readonly one: (session: Session, id: RecordId) => Promise<Result<ShareView, WorkerError>>;
  /** End of a share that is made now, on the server's clock as far as it is known. */
  readonly terms: (
    session: Session,
    days: ShareInput["days"],
  ) => Promise<Result<{ readonly until: number }, WorkerError>>;
  readonly start: (session: Session, input: ShareInput) => Promise<Result<ShareView, WorkerError | ShareRefusal>>;
  /** Stands at once; what the server and the organisation still have to hear waits for a line. */
  readonly end: (session: Session, id: RecordId) => Promise<Result<ShareView, WorkerError>>;
  /** After an opening: signs what was asked and not said yet, lets bytes of what is over go. Restartable. */
  readonly settle: (session: Session) => Promise<Result<void, WorkerError>>;
  /** A letter of kind "act", opened and from a pinned organisation. "aside": it speaks of nothing that stands here. */
  readonly takeAct: (
    session: Session,
    letter: OpenedLetter,
    heardAt: number,
  ) => Promise<Result<"drop" | "aside", WorkerError>>;
}

const actShape = v.strictObject({
  t: v.literal("act"),
  about: randomIdField<LetterId>(),
  act: v.literal("paper-opened"),
  paper: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)),
  helper: v.pipe(v.string(), v.maxLength(200)),
  at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)),
});

const nameOf = (profile: ProfileRecord | undefined): string =>
  [profile?.given_name, profile?.family_name]
    .map((part) => part?.trim() ?? "")
    .filter(Boolean)
    .join(" ");

export function createShares(deps: SatchelDeps, checkProofs: ProofCheck): Shares {
  /** The server's time as far as this device knows it; its own clock where it never met one. */
  async function serverNow(session: Session): Promise<Result<number, WorkerError>> {
    const meta = await session.store.meta();
    if (!meta.ok) return storageErr(meta.error);
    const { lastAnswerAt, clockOffset, epoch } = meta.value;
    return ok(deps.clock.now() + (lastAnswerAt === 0 || epoch === "" ? 0 : clockOffset));
  }

  async function view(
    session: Session,
    { id, record }: KeptShare,
    now: number,
  ): Promise<Result<ShareView, WorkerError>> {
    const pins = await pinsOf(session);
    if (!pins.ok) return pins;
    const proven = await checkProofs.letter(session, pins.value, letterOf(id), record.sent);
    if (!proven.ok) return proven;
    const { row, proofs } = proven.value;
    const stage = shareStage(record, {
      proofs: new Set(proofs.map((proof) => proof.t)),
      letter: row?.state ?? null,
      own: record.sent.device === session.profile.device,
      now,
    });
    const deposited = proofs.flatMap((proof) =>
      proof.t === "deposited" ? [proof.at] : proof.t === "complete" ? [proof.depositedAt] : [],
    );
    const opened = proofs.flatMap((proof) => (proof.t === "opened" ? [proof.at] : []));
    return ok({
      id,
      record,
      stage,
      depositedAt: deposited.length === 0 ? null : Math.min(...deposited),
      openedAt: opened.length === 0 ? null : Math.min(...opened),
    });
  }

  async function one(session: Session, id: RecordId): Promise<Result<ShareView, WorkerError>> {
    const kept = await session.records.get(id);
    if (!kept.ok) return kept;
    if (!isShare(kept.value)) return err({ type: "not-found" });
    const now = await serverNow(session);
    return now.ok ? view(session, kept.value, now.value) : now;
  }

  /** What is called what, as it stands now: the snapshot's words. */
  async function papersOf(session: Session, input: ShareInput): Promise<Result<readonly SharedPaper[], WorkerError>> {
    const papers: SharedPaper[] = [];
    for (const { paper, pages } of input.papers) {
      const kept = await session.records.get(paper);
      if (!kept.ok) return kept;
      if (!isPaper(kept.value) || kept.value.record.status !== "kept") return err({ type: "not-found" });
      const { kind, title, holder, expiry } = kept.value.record;
      papers.push({ kind, title, holder, expiry, pages: pages.length });
    }
    return ok(papers);
  }

  async function putAll(session: Session, input: ShareInput): Promise<Result<readonly PutBlob[][], WorkerError>> {
    const put: PutBlob[][] = [];
    for (const { pages } of input.papers) {
      const own: PutBlob[] = [];
      put.push(own);
      for (const { bytes, width, height } of pages) {
        const facts = { mime: "image/jpeg", width, height, sendClass: 4, localOnly: false } as const;
        const one = await putBlob({ ...session, random: deps.random }, new Blob([bytes]), facts);
        if (one.ok) {
          own.push(one.value);
          continue;
        }
        await session.store.deleteBlobs(put.flat().map(({ pointer }) => pointer.blob));
        return err(one.error.type === "changed" ? { type: "unavailable", mark: "page-changed" } : one.error);
      }
    }
    return ok(put);
  }

  /** "Ended", signed and queued once, for a share that may have left this device or another one. */
  async function tellEnd(session: Session, { id, record }: KeptShare): Promise<Result<void, WorkerError>> {
    const { store, identity, profile } = session;
    const letter = letterOf(id);
    if (record.ended === undefined || record.sent.manifest === undefined) return ok(undefined);
    const [row, queue, proofs] = await Promise.all([store.readLetter(letter), store.queue(), store.listProofs(letter)]);
    const meta = await store.meta();
    if (!meta.ok) return storageErr(meta.error);
    const { epoch } = meta.value;
    if (!row.ok) return storageErr(row.error);
    if (!queue.ok) return storageErr(queue.error);
    if (!proofs.ok) return storageErr(proofs.error);
    const own = record.sent.device === profile.device;
    if (own && row.value === undefined && proofs.value.length === 0) return ok(undefined);
    if (queue.value.proofs.some((proof) => proof.letter === letter)) return ok(undefined);
    // A server that was set back to an older state has forgotten the end: it is told again, once for each of its lives.
    if (record.ended.told === epoch)
      for (const { proof } of proofs.value)
        if ((await readEndedProof(proof, identity.principal)).ok) return ok(undefined);
    const { manifest } = record.sent;
    const at = deps.clock.now();
    const said = await signProof(identity.sign, { t: "ended", v: 1, letter, manifest, by: identity.id, at });
    const queued = await store.queueProof(letter, said, at);
    if (!queued.ok) return storageErr(queued.error);
    const noted = await session.records.save<WorkerError>(id, (current) =>
      current?.t === "share" && current.ended !== undefined
        ? ok({ next: { ...current, ended: { ...current.ended, told: epoch } } })
        : err({ type: "not-found" }),
    );
    if (!noted.ok) return noted;
    deps.couriers.kick("person", profile.database);
    return ok(undefined);
  }

  /** Bytes that were sealed for a share that is over: nobody will ask for them again. */
  async function letGo(
    session: Session,
    { id, record }: KeptShare,
    stage: ShareStage,
  ): Promise<Result<void, WorkerError>> {
    if (!isOver(stage)) return ok(undefined);
    const row = await session.store.readLetter(letterOf(id));
    if (!row.ok) return storageErr(row.error);
    // On its way at this moment: with the next opening.
    if (row.value?.state === "frozen") return ok(undefined);
    if (row.value !== undefined && row.value.state !== "accepted") {
      const recalled = await session.records.save<WorkerError>(id, (current) =>
        current === undefined ? err({ type: "not-found" }) : ok({ next: current, recall: [letterOf(id)] }),
      );
      if (!recalled.ok) return recalled;
    }
    const blobs = (record.sent.parts ?? []).flat();
    const listed = await session.store.listBlobs();
    if (!listed.ok) return storageErr(listed.error);
    if (!listed.value.some((held) => blobs.includes(held.blob))) return ok(undefined);
    const dropped = await session.store.deleteBlobs(blobs);
    return dropped.ok ? ok(undefined) : storageErr(dropped.error);
  }

  async function shares(session: Session): Promise<Result<readonly KeptShare[], WorkerError>> {
    const all = await session.records.list();
    return all.ok ? ok(all.value.filter(isShare)) : all;
  }

  return {
    one,

    async list(session) {
      const [all, now] = await Promise.all([shares(session), serverNow(session)]);
      if (!all.ok) return all;
      if (!now.ok) return now;
      const views: ShareView[] = [];
      const newestFirst = [...all.value].sort(
        (a, b) => b.record.createdAt - a.record.createdAt || (a.id < b.id ? -1 : 1),
      );
      for (const kept of newestFirst) {
        // A mandate is no share of papers: mandates-part.ts lists those.
        if (isMandate(kept.record)) continue;
        const shown = await view(session, kept, now.value);
        if (!shown.ok) return shown;
        views.push(shown.value);
      }
      return ok(views);
    },

    async terms(session, days) {
      const now = await serverNow(session);
      return now.ok ? ok({ until: shareEnd(days, now.value) }) : now;
    },

    async start(session, input) {
      const { organisation, purpose, days, until, language } = input;
      const [papers, now] = [await papersOf(session, input), await serverNow(session)];
      if (!papers.ok) return papers;
      if (!now.ok) return now;
      const fault = shareFault({ purpose, days, until, papers: papers.value }, now.value);
      if (fault !== null) return err({ type: "share-fault", fault });
      const deployment = await deps.deployments.current();
      const pins = await pinWhatIsNew(session, deps, deployment);
      if (!pins.ok) return pins;
      const trust = await judgeReceiver(pins.value, deployment, organisation);
      if (trust.type === "no-keys") return err({ type: "no-desk-key" });
      if (trust.type === "changed") return err({ type: "changed-key" });
      const profile = await findProfile(session);
      if (!profile.ok) return profile;
      const put = await putAll(session, input);
      if (!put.ok) return put;
      const streams = put.value.flat();
      const payload: SharePayload = {
        t: "share",
        purpose: purpose.trim(),
        until,
        language,
        name: nameOf(profile.value?.record),
        papers: papers.value.map(({ kind, title, holder, expiry }, n) => ({
          kind,
          title,
          holder,
          expiry,
          pages: (put.value[n] ?? []).map(({ pointer: { blob, width = 0, height = 0 } }) => ({ blob, width, height })),
        })),
      };
      const letter = randomId<LetterId>(deps.random);
      const thread = randomId<ThreadId>(deps.random);
      const at = deps.clock.now();
      const wire = await sealLetter({
        identity: session.identity,
        to: trust.principal,
        letter,
        blobs: streams.map(({ pointer: { blob, sealedLength, root } }) => ({ blob, length: sealedLength, root })),
        until: until as ServerTime,
        inner: {
          thread,
          n: 1,
          replaces: null,
          kind: "share",
          sentAt: at,
          blobs: streams.map(({ pointer: { blob, root, key, hash, mime } }) => ({
            blob,
            root,
            key,
            hash,
            mime,
            role: "page",
          })),
          payload,
        },
      });
      const blobs = streams.map(({ pointer }) => pointer.blob);
      const record: ShareRecord = {
        t: "share",
        organisation,
        purpose: payload.purpose,
        days,
        until,
        thread,
        papers: papers.value,
        sent: {
          n: 1,
          at,
          papers: papers.value.length,
          device: session.profile.device as DeviceId,
          to: trust.principal.id,
          manifest: await letterManifest(wire),
          parts: put.value.map((each) => each.map(({ pointer }) => pointer.blob)),
        },
        createdAt: at,
      };
      const saved = await session.records.save<never>(recordOf(letter), () =>
        ok({ next: record, blobs: streams.map(({ blob }) => blob), letters: [{ letter, wire, blobs }] }),
      );
      if (!saved.ok) {
        await session.store.deleteBlobs(blobs);
        return saved;
      }
      deps.emit({ type: "shares" });
      deps.emit({ type: "outbox" });
      return one(session, recordOf(letter));
    },

    async end(session, id) {
      const now = await serverNow(session);
      if (!now.ok) return now;
      const kept = await session.records.save<WorkerError>(id, (current) =>
        current?.t === "share"
          ? ok({ next: endShare(current, now.value), recall: [letterOf(id)] })
          : err({ type: "not-found" }),
      );
      if (!kept.ok) return kept;
      if (kept.value === null || !isShare(kept.value)) return err({ type: "not-found" });
      const told = await tellEnd(session, kept.value);
      if (!told.ok) return told;
      deps.emit({ type: "shares" });
      deps.emit({ type: "outbox" });
      return one(session, id);
    },

    async settle(session) {
      const [all, now] = await Promise.all([shares(session), serverNow(session)]);
      if (!all.ok) return all;
      if (!now.ok) return now;
      for (const kept of all.value) {
        const shown = await view(session, kept, now.value);
        if (!shown.ok) return shown;
        const told = await tellEnd(session, kept);
        if (!told.ok) return told;
        const gone = await letGo(session, kept, shown.value.stage);
        if (!gone.ok) return gone;
      }
      return ok(undefined);
    },

    async takeAct(session, letter, heardAt) {
      const deed = await takeDeed(deps, session, letter, heardAt);
      if (!deed.ok || deed.value !== null) return deed.ok ? ok(deed.value ?? "aside") : deed;
      const { head, inner } = letter;
      const payload = v.safeParse(actShape, inner.payload);
      const from = v.safeParse(principalIdField, head.from);
      if (!payload.success || !from.success) return ok("aside");
      const { about, paper, helper, at } = payload.output;
      const all = await session.records.listNow();
      if (!all.ok) return all;
      const target = all.value.find(
        (kept) =>
          (isShare(kept) && letterOf(kept.id) === about) || (isDossier(kept) && kept.record.sent[about] !== undefined),
      );
      const record = target?.record;
      if (target === undefined || (record?.t !== "share" && record?.t !== "dossier")) return ok("aside");
      const sent = record.t === "share" ? record.sent : record.sent[about];
      // Only who received it can say what was done with it, in its own thread.
      if (sent?.to !== from.output || inner.thread !== record.thread) return ok("aside");
      const said: SaidAct = { paper, helper, at, heardAt };
      const saved = await session.records.save<WorkerError>(target.id, (current) =>
        current?.t === "share" || current?.t === "dossier"
          ? ok({ next: withAct(current, head.letter, said, sent.papers) })
          : err({ type: "not-found" }),
      );
      if (!saved.ok) return saved;
      deps.emit({ type: record.t === "share" ? "shares" : "dossiers" });
      return ok("drop");
    },
  };
}
