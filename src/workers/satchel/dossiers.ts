/**
 * Dossiers of an open satchel: autosave, papers, sending, replies (DESIGN 4, 5). Runs in the satchel worker.
 *
 * Surprising facts: the letter is sealed before the transaction that books it, from a state that the transaction checks
 * again; so a second tap, a second tab or a kill can never leave two letters of one version, or a letter that the
 * dossier does not know. A dossier whose desk has no key yet is signed off and leaves by itself later.
 */

import { type LetterBlob, sealLetter } from "../../crypto/letter.ts";
import { isProcedureId, loadProcedure } from "../../forms/catalogue/index.ts";
import type { Form } from "../../forms/model.ts";
import { isPublishedProcedure } from "../../forms/published.ts";
import { letterManifest } from "../../protocol/letters.ts";
import { proofClaim, readWithdrawnProof, signProof } from "../../protocol/proofs.ts";
import type { Principal } from "../../protocol/statements.ts";
import type { BlobRef, Deployment } from "../../protocol/wire.ts";
import * as dossier from "../../satchel/dossier.ts";
import { type Attached, partForDossier } from "../../satchel/keeping.ts";
import { sameValue } from "../../satchel/merge.ts";
import type {
  AnswerValue,
  BlobPointer,
  DossierPayload,
  DossierRecord,
  PaperRecord,
  SatchelRecord,
} from "../../satchel/model.ts";
import { paperBlobs } from "../../satchel/paper.ts";
import {
  dossierState,
  provenSteps,
  type SentVersion,
  type VerifiedProof,
  versionsInOrder,
} from "../../satchel/where.ts";
import { fromBase64Url, toHex } from "../../shared/bytes.ts";
import { localDay } from "../../shared/day.ts";
import { type BlobId, type DeviceId, type LetterId, type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { BlobRow, OutProof, ProofRow } from "../../storage/ports.ts";
import { storageErr } from "../common/errors.ts";
import { createLoader } from "../common/loaded.ts";
import type { Kept, Save } from "../common/records.ts";
import type { DossierStage, DossierView, HelpGiven, ProofView, StaysHere, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isPaper } from "./paper-view.ts";
import { released } from "./papers.ts";
import { judgeReceiver, type OrganisationTrust, type Pins, pinsOf, pinWhatIsNew } from "./pins.ts";
import type { ProofCheck, ProvenLetter } from "./proofs.ts";

export type KeptDossier = Kept<SatchelRecord> & { readonly record: DossierRecord };

export const isDossier = (kept: Kept<SatchelRecord>): kept is KeptDossier => kept.record.t === "dossier";

export interface AnswerPatch {
  readonly answers?: Readonly<Record<string, AnswerValue | null>>;
  readonly page?: string;
  readonly notForeseen?: string;
  /** Typed while somebody helps: with the help that goes on, or the newest one where it has just ended. */
  readonly helped?: boolean;
  readonly renew?: dossier.Renewal;
  readonly told?: true;
}

export interface Dossiers {
  readonly list: (session: Session) => Promise<Result<readonly DossierView[], WorkerError>>;
  readonly one: (session: Session, id: RecordId) => Promise<Result<DossierView, WorkerError>>;
  readonly start: (
    session: Session,
    input: { readonly procedure: string; readonly language: string; readonly organisation: string },
  ) => Promise<Result<DossierView, WorkerError>>;
  readonly saveAnswers: (session: Session, id: RecordId, patch: AnswerPatch) => Promise<Result<void, WorkerError>>;
  readonly setHelp: (session: Session, id: RecordId, about: HelpGiven | null) => Promise<Result<void, WorkerError>>;
  readonly addRow: (
    session: Session,
    id: RecordId,
    repeat: string,
  ) => Promise<Result<{ readonly row: string }, WorkerError>>;
  readonly removeRow: (session: Session, id: RecordId, row: string) => Promise<Result<void, WorkerError>>;
  readonly attach: (
    session: Session,
    id: RecordId,
    requirement: string,
    papers: readonly RecordId[],
    missing: boolean,
    agreed?: readonly RecordId[],
  ) => Promise<Result<void, WorkerError | StaysHere>>;
  readonly send: (
    session: Session,
    id: RecordId,
    declaration: string | null,
  ) => Promise<Result<DossierView, WorkerError>>;
  /** "Envoyer sans ce papier": a newer version of what was sent, without these papers; they follow later. */
  readonly sendWithout: (
    session: Session,
    id: RecordId,
    papers: readonly RecordId[],
  ) => Promise<Result<DossierView, WorkerError>>;
  /** Takes every version back, as long as the desk has opened none. */
  readonly withdraw: (
    session: Session,
    id: RecordId,
  ) => Promise<Result<DossierView, WorkerError | { readonly type: "opened" }>>;
  /** After a kill in the middle of a withdrawal. */
  readonly settleAll: (session: Session) => Promise<Result<void, WorkerError>>;
  readonly change: (
    session: Session,
    id: RecordId,
    apply: (record: DossierRecord) => DossierRecord,
  ) => Promise<Result<KeptDossier, WorkerError>>;
  /** Sends every dossier that was signed off and waited for its desk's key. */
  readonly sendReady: (session: Session) => Promise<Result<number, WorkerError>>;
  /** How many are signed off and have no letter yet. */
  readonly waiting: (session: Session) => Promise<Result<number, WorkerError>>;
  /** Takes back what has not begun to leave, in the same transaction. `left`: a version had left and cannot be. */
  readonly erase: (session: Session, id: RecordId) => Promise<Result<{ readonly left: boolean }, WorkerError>>;
  readonly markSeen: (session: Session, id: RecordId) => Promise<Result<void, WorkerError>>;
}

/** Everything that several views need, read once. */
interface Around {
  readonly pins: Pins;
  readonly deployment: Deployment | null;
  readonly papers: ReadonlyMap<RecordId, PaperRecord>;
  readonly blobs: ReadonlyMap<BlobId, BlobRow>;
  /** Own proofs that the server refused. */
  readonly refusedProofs: ReadonlyMap<LetterId, OutProof>;
}

const isVisible = (record: PaperRecord): boolean => record.status !== "binned";

/** Eight groups of four hex digits: enough to compare a printed receipt by eye. */
export function fingerprint(manifest: string): string {
  const hex = toHex(fromBase64Url(manifest) ?? new Uint8Array(0)).slice(0, 32);
  return (hex.match(/.{1,4}/g) ?? []).join(" ");
}

function verifiedProof(proof: ProvenLetter["proofs"][number]): VerifiedProof {
  if (proof.t === "deposited") return { t: proof.t, at: proof.at, have: proof.have, of: proof.of };
  if (proof.t === "complete") return { t: proof.t, depositedAt: proof.depositedAt, at: proof.at };
  return { t: proof.t, at: proof.at };
}

/** A form, and the engine that says what of its answers leaves. */
interface Closing {
  readonly form: Form;
  readonly partsThatLeave: typeof import("./leaving-part.ts").partsThatLeave;
}

/** The newest version as this device knows it. */
interface Newest {
  readonly version: SentVersion;
  readonly proven: ProvenLetter;
  /** Nothing proves that it left the other device that holds it. */
  readonly elsewhere: boolean;
  readonly withdrawal: "none" | "asked" | "done" | "too-late";
}

/** Its every byte has arrived, whatever is still on this phone. */
const isThere = (row: BlobRow | undefined): boolean => row?.state === "verified" || row?.state === "away";

const refusedAsOpened = (proof: OutProof | undefined): boolean => proof?.lastCode === "opened";

/** Chosen papers that hold one of these streams. */
const papersWith = (
  blobs: readonly BlobId[],
  record: DossierRecord,
  papers: ReadonlyMap<RecordId, PaperRecord>,
): readonly RecordId[] =>
  dossier.attachedPapers(record).filter((id) => {
    const held = papers.get(id);
    return held !== undefined && paperBlobs(held).some((pointer) => blobs.includes(pointer.blob));
  });

/** The form that an organisation published under this procedure's id; `version` null: the newest (published.ts). */
export type PublishedFormFor = (
  session: Session,
  procedure: string,
  version: number | null,
) => Promise<Result<Form, WorkerError>>;

export function createDossiers(deps: SatchelDeps, checkProofs: ProofCheck, publishedForm: PublishedFormFor): Dossiers {
  const now = (): number => deps.clock.now();
  const sending = new Map<RecordId, Promise<Result<DossierView, WorkerError>>>();
  /** "unavailable" where it is neither on this device nor reachable. `version`: of a published form; null: the newest. */
  const formOf = async (
    session: Session,
    procedure: string,
    version: number | null,
  ): Promise<Result<Form, WorkerError>> => {
    if (isProcedureId(procedure)) return createLoader(deps, "form-not-loaded", () => loadProcedure(procedure))();
    return isPublishedProcedure(procedure) ? publishedForm(session, procedure, version) : err({ type: "not-found" });
  };

  const leavingPart = createLoader(deps, "leaving-not-loaded", () => import("./leaving-part.ts"));

  async function around(session: Session): Promise<Result<Around, WorkerError>> {
    const [pins, all, blobs, queue] = await Promise.all([
      pinsOf(session),
      session.records.list(),
      session.queue.blobs(),
      session.queue.view(),
    ]);
    if (!pins.ok) return pins;
    if (!all.ok) return all;
    if (!blobs.ok) return blobs;
    if (!queue.ok) return queue;
    const refused = queue.value.proofs.filter((proof) => proof.state === "aside");
    const papers = all.value.filter(isPaper).filter(({ record }) => isVisible(record));
    return ok({
      pins: pins.value,
      deployment: await deps.deployments.current(),
      papers: new Map(papers.map(({ id, record }) => [id, record])),
      blobs: blobs.value,
      refusedProofs: new Map(refused.map((proof) => [proof.letter, proof])),
    });
  }

  /** Streams of each paper that a letter names; what no paper explains any more counts as one. */
  function groupsOf(named: readonly BlobId[], record: DossierRecord, papers: Around["papers"]): readonly BlobId[][] {
    const left = new Set(named);
    const groups = dossier.attachedPapers(record).flatMap((id) => {
      const held = papers.get(id);
      const own = held === undefined ? [] : paperBlobs(held).map((pointer) => pointer.blob);
      const group = own.filter((blob) => left.delete(blob));
      return group.length === 0 ? [] : [group];
    });
    return left.size === 0 ? groups : [...groups, [...left]];
  }

  /** The newest version that was sent, with what is proven of it. */
  async function newestVersion(
    session: Session,
    record: DossierRecord,
    facts: Around,
  ): Promise<Result<Newest | null, WorkerError>> {
    const letter = versionsInOrder(record).at(-1);
    if (letter === undefined) return ok(null);
    const sent = record.sent[letter];
    const proven = await checkProofs.letter(session, facts.pins, letter, sent, record.proofs?.[letter]);
    if (!proven.ok) return proven.error.type === "not-found" ? ok(null) : proven;
    const { row, blobs: named, proofs } = proven.value;
    const version: SentVersion = {
      letter,
      state: row?.state ?? "accepted",
      lastCode: row?.lastCode ?? null,
      papers: sent?.parts ?? groupsOf(named, record, facts.papers),
      verified: new Set(named.filter((blob) => isThere(facts.blobs.get(blob)))),
      proofs: proofs.map(verifiedProof),
    };
    const elsewhere = row === null && proofs.length === 0;
    const asked = record.withdrawn?.[letter] !== undefined;
    const withdrawal = !asked
      ? "none"
      : proofs.some((proof) => proof.t === "opened") || refusedAsOpened(facts.refusedProofs.get(letter))
        ? "too-late"
        : proofs.some((proof) => proof.t === "withdrawn")
          ? "done"
          : "asked";
    return ok({ version, proven: proven.value, elsewhere, withdrawal });
  }

  function stageOf(record: DossierRecord, newest: Newest | null, trust: OrganisationTrust): DossierStage {
    const version = newest?.version ?? null;
    if (record.status === "draft") return "draft";
    if (record.status === "ready") return trust.type === "changed" ? "needs-you" : "awaiting-desk";
    if (newest?.withdrawal === "asked") return "withdrawing";
    if (newest?.withdrawal === "done") return "withdrawn";
    const state = dossierState(record, version === null ? [] : [version]).state;
    if (state === "needs-person") return "needs-you";
    // A reply says what the desk thinks; how far the letter came is only ever said by proofs (INV-2).
    const step = version === null ? undefined : provenSteps(version).at(-1)?.state;
    return step ?? "waits";
  }

  function proofViews(version: SentVersion, proven: ProvenLetter, facts: Around, slug: string): readonly ProofView[] {
    const of = version.papers.length;
    const print = fingerprint(proven.manifest);
    const server = facts.deployment?.operator ?? "";
    const desk = facts.deployment?.organisations.find((each) => each.slug === slug)?.name ?? "";
    const first = new Map<string, ProvenLetter["proofs"][number]>();
    for (const proof of proven.proofs) {
      const held = first.get(proof.t);
      if (held === undefined || proof.at < held.at) first.set(proof.t, proof);
    }
    return (["deposited", "complete", "opened"] as const).flatMap((type): readonly ProofView[] => {
      const proof = first.get(type);
      if (proof === undefined) return [];
      // "n papiers sur m": by the proof itself, not by what became true since.
      const has = proof.t === "deposited" ? new Set(proof.have) : null;
      const have = has === null ? of : version.papers.filter((group) => group.every((blob) => has.has(blob))).length;
      return [{ type, at: proof.at, have, of, fingerprint: print, by: type === "opened" ? desk : server }];
    });
  }

  async function view(session: Session, kept: KeptDossier, facts: Around): Promise<Result<DossierView, WorkerError>> {
    const { id, record } = kept;
    const newest = await newestVersion(session, record, facts);
    if (!newest.ok) return newest;
    const trust = await judgeReceiver(facts.pins, facts.deployment, record.organisation);
    // Keys stay in the worker.
    const { givenKeys: _keys, ...shown } = record;
    const base = {
      id,
      record: shown,
      stage: stageOf(record, newest.value, trust),
      ...(record.status === "ready" && trust.type === "trusted" ? { unsealed: true as const } : {}),
      ...(newest.value?.elsewhere === true ? { elsewhere: true as const } : {}),
      ...(newest.value?.withdrawal === "too-late" ? { withdrawRefused: true as const } : {}),
    };
    if (newest.value === null) {
      const chosen = dossier.attachedPapers(record).filter((paper) => facts.papers.has(paper)).length;
      return ok({ ...base, proofs: [], papers: { sent: 0, of: chosen }, bytesLeft: 0 });
    }
    const { version, proven } = newest.value;
    const steps = provenSteps(version);
    const deposited = steps.find((step) => step.state === "deposited");
    const rows = proven.blobs.flatMap((blob) => facts.blobs.get(blob) ?? []);
    // The proof may be here before the answer to the last upload is booked: then nothing is left all the same.
    const whole = steps.some((step) => step.state === "complete");
    const blobBytes = rows.reduce((sum, row) => sum + (isThere(row) ? 0 : row.length - row.offset), 0);
    const letterBytes = version.state === "accepted" ? 0 : (proven.row?.bytes ?? 0);
    const stuck = rows.flatMap((row) => (row.state === "aside" ? [row.blob] : []));
    return ok({
      ...base,
      proofs: proofViews(version, proven, facts, record.organisation),
      papers: {
        sent: deposited?.state === "deposited" ? deposited.n : 0,
        of: version.papers.length,
      },
      bytesLeft: whole ? 0 : blobBytes + letterBytes,
      ...(stuck.length === 0 ? {} : { stuck: papersWith(stuck, record, facts.papers) }),
    });
  }

  async function one(session: Session, id: RecordId): Promise<Result<DossierView, WorkerError>> {
    const kept = await session.records.get(id);
    if (!kept.ok) return kept;
    if (!isDossier(kept.value)) return err({ type: "not-found" });
    const facts = await around(session);
    return facts.ok ? view(session, kept.value, facts.value) : facts;
  }

  async function save<E>(
    session: Session,
    id: RecordId,
    apply: (record: DossierRecord) => Result<Save<SatchelRecord>, E>,
  ): Promise<Result<KeptDossier, WorkerError | E>> {
    const result = await session.records.save<E | WorkerError>(id, (current) =>
      current?.t === "dossier" ? apply(current) : err({ type: "not-found" }),
    );
    if (!result.ok) return result;
    return result.value !== null && isDossier(result.value) ? ok(result.value) : err({ type: "not-found" });
  }

  async function change(
    session: Session,
    id: RecordId,
    apply: (record: DossierRecord) => DossierRecord,
  ): Promise<Result<KeptDossier, WorkerError>> {
    const result = await save<never>(session, id, (record) => ok({ next: apply(record) }));
    if (result.ok) deps.emit({ type: "dossiers" });
    return result;
  }

  /** What leaves with the payload: each stream once, with its key inside and its root outside. */
  function streamsOf(
    payload: DossierPayload,
    papers: Around["papers"],
  ): { readonly refs: readonly BlobRef[]; readonly blobs: readonly LetterBlob[] } {
    const pointers = new Map<BlobId, BlobPointer>();
    for (const record of papers.values()) for (const each of paperBlobs(record)) pointers.set(each.blob, each);
    const listed = payload.papers.flatMap((paper) =>
      paper.pages.flatMap((page) => [
        { id: page.blob, role: "page" },
        ...(page.preview === null ? [] : [{ id: page.preview, role: "preview" }]),
      ]),
    );
    const roles = new Map(listed.map(({ id, role }) => [id, role]));
    const found = [...roles].flatMap(([id, role]) => {
      const pointer = pointers.get(id);
      return pointer === undefined ? [] : [{ pointer, role }];
    });
    return {
      refs: found.map(({ pointer }) => ({ blob: pointer.blob, length: pointer.sealedLength, root: pointer.root })),
      blobs: found.map(({ pointer: { blob, root, key, hash, mime }, role }) => ({ blob, root, key, hash, mime, role })),
    };
  }

  /** Seals the letter of this very state; the caller books it with the state or throws it away. */
  async function seal(
    session: Session,
    record: DossierRecord,
    { form, partsThatLeave }: Closing,
    to: Principal,
    papers: Around["papers"],
  ) {
    const at = now();
    const parts = partsThatLeave(form, record, localDay(at));
    const payload = dossier.buildPayload(record, parts, papers, at, form.version);
    const { refs, blobs } = streamsOf(payload, papers);
    const letter = randomId<LetterId>(deps.random);
    const wire = await sealLetter({
      identity: session.identity,
      to,
      letter,
      blobs: refs,
      inner: {
        thread: record.thread,
        n: dossier.nextVersion(record),
        replaces: dossier.replaces(record)?.letter ?? null,
        kind: "dossier",
        sentAt: now(),
        blobs,
        payload,
      },
    });
    const named = new Set(refs.map((ref) => ref.blob));
    const sent = {
      device: session.profile.device as DeviceId,
      to: to.id,
      manifest: await letterManifest(wire),
      parts: groupsOf([...named], record, papers),
    };
    return { letter, wire, blobs: [...named], papers: payload.papers.length, sent };
  }

  /** From "ready" to "sent", or stays ready where there is no key that may be believed. */
  async function sendIfPossible(session: Session, id: RecordId): Promise<Result<boolean, WorkerError>> {
    for (;;) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept;
      if (!isDossier(kept.value)) return err({ type: "not-found" });
      const { record } = kept.value;
      if (record.status !== "ready") return ok(record.status === "sent");
      const deployment = await deps.deployments.current();
      const pins = await pinWhatIsNew(session, deps, deployment);
      if (!pins.ok) return pins;
      const trust = await judgeReceiver(pins.value, deployment, record.organisation);
      if (trust.type !== "trusted") return ok(false);
      const facts = await around(session);
      if (!facts.ok) return facts;
      const form = await formOf(session, record.procedure, record.formVersion);
      if (!form.ok) return form;
      // Other questions than those that were signed: a newer app has them, or the person reads the new ones.
      if (form.value.version < record.formVersion) return err({ type: "unavailable", mark: "form-older" });
      if (form.value.version > record.formVersion) {
        const reopened = await change(session, id, (current) => dossier.reopenForNewQuestions(current, now()));
        return reopened.ok ? ok(false) : reopened;
      }
      const part = await leavingPart();
      if (!part.ok) return part;
      const closing = { form: form.value, partsThatLeave: part.value.partsThatLeave };
      const sealed = await seal(session, record, closing, trust.principal, facts.value.papers);
      const { letter, wire, blobs } = sealed;
      const booked = await save<"moved">(session, id, (current) =>
        sameValue(current, record)
          ? ok({
              next: dossier.freezeForSending(current, letter, sealed.papers, now(), sealed.sent),
              letters: [{ letter, wire, blobs }],
              release: blobs,
              // An older version that has not begun to leave need not: the newer one says more.
              recall: versionsInOrder(current),
            })
          : err("moved"),
      );
      if (booked.ok) {
        deps.emit({ type: "dossiers" });
        deps.emit({ type: "outbox" });
        return ok(true);
      }
      // Another tab wrote in between: that letter was never kept, look again.
      if (booked.error !== "moved") return err(booked.error);
    }
  }

  async function sendOnce(
    session: Session,
    id: RecordId,
    declaration: string | null,
  ): Promise<Result<DossierView, WorkerError>> {
    const ready = await change(session, id, (record) =>
      record.status === "draft" ? dossier.markReady(record, declaration, now()) : record,
    );
    if (!ready.ok) return ready;
    const sent = await sendIfPossible(session, id);
    return sent.ok ? one(session, id) : sent;
  }

  /**
   * Puts in order what was asked to be taken back: a version that never left this device is forgotten, for any other the
   * withdrawal is signed and queued. Restartable: after a kill the next run finds what is missing.
   */
  async function settleWithdrawals(session: Session, id: RecordId): Promise<Result<void, WorkerError>> {
    const { store, identity, profile } = session;
    const kept = await session.records.get(id);
    if (!kept.ok) return kept.error.type === "not-found" ? ok(undefined) : kept;
    if (!isDossier(kept.value)) return ok(undefined);
    const { record } = kept.value;
    const [queue, proofs] = await Promise.all([store.queue(), store.listProofs()]);
    if (!queue.ok) return storageErr(queue.error);
    if (!proofs.ok) return storageErr(proofs.error);
    const never: LetterId[] = [];
    for (const letter of Object.keys(record.withdrawn ?? {}) as LetterId[]) {
      const sent = record.sent[letter];
      // Only the satchel that sent it can take it back: joining.ts hands it over.
      if (sent?.from !== undefined && sent.from !== identity.id) continue;
      const proven = proofs.value.some((row) => row.letter === letter);
      const held = queue.value.letters.some((row) => row.letter === letter);
      if (sent?.device === profile.device && !held && !proven) {
        never.push(letter);
        continue;
      }
      const said = queue.value.proofs.some((row) => row.letter === letter);
      if (said || sent?.manifest === undefined || (await isWithdrawn(session, proofs.value, letter))) continue;
      const at = now();
      const proof = await signProof(identity.sign, {
        t: "withdrawn",
        v: 1,
        letter,
        manifest: sent.manifest,
        by: identity.id,
        at,
      });
      const queued = await store.queueProof(letter, proof, at);
      if (!queued.ok) return storageErr(queued.error);
    }
    if (never.length > 0) {
      const saved = await save<never>(session, id, (current) =>
        ok({ next: dossier.forgetVersions(current, never, now()) }),
      );
      if (!saved.ok && saved.error.type !== "not-found") return saved;
    }
    deps.couriers.kick("person", profile.database);
    return ok(undefined);
  }

  /** The server has shown the withdrawal, or the desk's opening, of this letter: nothing more is to be said. */
  async function isWithdrawn(session: Session, rows: readonly ProofRow[], letter: LetterId): Promise<boolean> {
    for (const { letter: about, proof } of rows) {
      if (about !== letter) continue;
      const claim = proofClaim(proof);
      if (claim.ok && claim.value.t === "opened") return true;
      const read = await readWithdrawnProof(proof, session.identity.principal);
      if (read.ok) return true;
    }
    return false;
  }

  /** Streams that travel only because a letter of this dossier names them. */
  async function streamsToHold(session: Session, id: RecordId): Promise<Result<readonly BlobId[], WorkerError>> {
    const [queue, all] = await Promise.all([session.store.queue(), session.records.list()]);
    if (!queue.ok) return storageErr(queue.error);
    if (!all.ok) return all;
    const travels = new Set(all.value.filter(isPaper).flatMap(({ record }) => released(record)));
    const named = queue.value.letters.filter((row) => row.about === id).flatMap((row) => row.blobs);
    return ok(named.filter((blob) => !travels.has(blob)));
  }

  return {
    one,

    async list(session) {
      const all = await session.records.list();
      if (!all.ok) return all;
      const facts = await around(session);
      if (!facts.ok) return facts;
      const newestFirst = all.value
        .filter(isDossier)
        .sort((a, b) => b.record.updatedAt - a.record.updatedAt || (a.id < b.id ? -1 : 1));
      const views: DossierView[] = [];
      for (const kept of newestFirst) {
        const shown = await view(session, kept, facts.value);
        if (!shown.ok) return shown;
        views.push(shown.value);
      }
      return ok(views);
    },

    async start(session, { procedure, language, organisation }) {
      const loaded = await formOf(session, procedure, null);
      if (!loaded.ok) return loaded;
      const form = loaded.value;
      // One that is not asked without answers gives way to the first that is (forms/engine.ts, resumeStep).
      const page = form.pages[0]?.id ?? "";
      const about = { procedure, formVersion: form.version, organisation, language, page };
      const id = randomId<RecordId>(deps.random);
      const saved = await session.records.save<never>(id, () =>
        ok({ next: dossier.createDossier(about, deps.random, now()) }),
      );
      if (!saved.ok) return saved;
      deps.emit({ type: "dossiers" });
      return one(session, id);
    },

    async saveAnswers(session, id, patch) {
      const saved = await change(session, id, (record) => {
        let next = patch.renew === undefined ? record : dossier.renew(record, patch.renew, now());
        if (patch.told === true) next = dossier.markRenewalTold(next, now());
        const by = patch.helped === true ? dossier.newestHelp(record) : null;
        for (const [key, answer] of Object.entries(patch.answers ?? {})) {
          next = dossier.setAnswer(next, key, answer, now(), by);
        }
        if (patch.notForeseen !== undefined) next = dossier.setNotForeseen(next, patch.notForeseen, now());
        return patch.page === undefined ? next : dossier.setPage(next, patch.page, now());
      });
      return saved.ok ? ok(undefined) : saved;
    },

    async setHelp(session, id, about) {
      const help = randomId(deps.random);
      const saved = await change(session, id, (record) => dossier.setHelp(record, about, help, now()));
      return saved.ok ? ok(undefined) : saved;
    },

    async addRow(session, id, repeat) {
      let added = "";
      const saved = await change(session, id, (record) => {
        const { dossier: next, row } = dossier.addRow(record, repeat, deps.random, now());
        added = row;
        return next;
      });
      return saved.ok ? ok({ row: added }) : saved;
    },

    async removeRow(session, id, row) {
      const saved = await change(session, id, (record) => dossier.setRowRemoved(record, row, true, now()));
      return saved.ok ? ok(undefined) : saved;
    },

    async attach(session, id, requirement, papers, missing, agreed = []) {
      const chosen: Attached[] = [];
      for (const paper of papers) {
        const held = await session.records.get(paper);
        if (!held.ok) return held;
        if (held.value !== null && isPaper(held.value)) chosen.push({ ...held.value.record, id: paper });
      }
      // Whatever the screen asked: what stays here goes only where the call says yes to it, or it is in this dossier already.
      const saved = await save<StaysHere>(session, id, (record) => {
        const { ask } = partForDossier(chosen, new Set([...dossier.attachedPapers(record), ...agreed]));
        if (ask.length > 0) return err({ type: "stays-here", papers: ask.map((paper) => paper.id) });
        return ok({ next: dossier.attachPapers(record, requirement, papers, missing, now()) });
      });
      if (!saved.ok) return saved;
      deps.emit({ type: "dossiers" });
      return ok(undefined);
    },

    send(session, id, declaration) {
      // A double tap hears the answer of the first one.
      const running = sending.get(id);
      if (running !== undefined) return running;
      const run = sendOnce(session, id, declaration).finally(() => sending.delete(id));
      sending.set(id, run);
      return run;
    },

    async sendWithout(session, id, papers) {
      const ready = await save<"nothing">(session, id, (record) => {
        const next = record.status === "sent" ? dossier.withholdPapers(record, papers, now()) : null;
        return next === null ? err("nothing") : ok({ next });
      });
      if (!ready.ok) return ready.error === "nothing" ? err({ type: "not-found" }) : err(ready.error);
      deps.emit({ type: "dossiers" });
      const sent = await sendIfPossible(session, id);
      return sent.ok ? one(session, id) : sent;
    },

    async withdraw(session, id) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept;
      if (!isDossier(kept.value)) return err({ type: "not-found" });
      const pins = await pinsOf(session);
      if (!pins.ok) return pins;
      for (const letter of versionsInOrder(kept.value.record)) {
        const proven = await checkProofs.letter(session, pins.value, letter, kept.value.record.sent[letter]);
        if (proven.ok && proven.value.proofs.some((proof) => proof.t === "opened")) return err({ type: "opened" });
      }
      const hold = await streamsToHold(session, id);
      if (!hold.ok) return hold;
      const asked = await save<never>(session, id, (record) =>
        ok({
          next: dossier.withdraw(record, now()),
          recall: versionsInOrder(record),
          hold: hold.value,
        }),
      );
      if (!asked.ok) return asked;
      const settled = await settleWithdrawals(session, id);
      if (!settled.ok) return settled;
      deps.emit({ type: "dossiers" });
      deps.emit({ type: "outbox" });
      return one(session, id);
    },

    async settleAll(session) {
      const all = await session.records.list();
      if (!all.ok) return all;
      for (const { id, record } of all.value.filter(isDossier)) {
        if (record.withdrawn === undefined) continue;
        const settled = await settleWithdrawals(session, id);
        if (!settled.ok) return settled;
      }
      return ok(undefined);
    },

    change,

    async sendReady(session) {
      const all = await session.records.list();
      if (!all.ok) return all;
      let sent = 0;
      let failed: Result<number, WorkerError> | null = null;
      // One that cannot be closed here (a form that is not on this device, or of a newer version) holds none of the others up.
      for (const { id } of all.value.filter(isDossier).filter(({ record }) => record.status === "ready")) {
        const done = await sendIfPossible(session, id);
        if (!done.ok) failed ??= done;
        else if (done.value) sent += 1;
      }
      return failed ?? ok(sent);
    },

    async waiting(session) {
      const all = await session.records.list();
      return all.ok ? ok(all.value.filter(isDossier).filter(({ record }) => record.status === "ready").length) : all;
    },

    async erase(session, id) {
      for (;;) {
        const kept = await session.records.get(id);
        if (!kept.ok) return kept;
        if (!isDossier(kept.value)) return err({ type: "not-found" });
        const { sent } = kept.value.record;
        const recall = Object.keys(sent) as LetterId[];
        const hold = await streamsToHold(session, id);
        if (!hold.ok) return hold;
        const erased = await session.records.save<"moved">(id, (current) =>
          current === undefined || (current.t === "dossier" && sameValue(current.sent, sent))
            ? ok({ next: null, recall, hold: hold.value })
            : err("moved"),
        );
        if (!erased.ok) {
          if (erased.error !== "moved") return err(erased.error);
          // Another tab sent it in between: look again.
          continue;
        }
        deps.emit({ type: "dossiers" });
        deps.emit({ type: "outbox" });
        const queue = await session.store.queue();
        return queue.ok ? ok({ left: queue.value.letters.some((row) => row.about === id) }) : storageErr(queue.error);
      }
    },

    async markSeen(session, id) {
      const saved = await change(session, id, (record) => dossier.markRepliesSeen(record, now()));
      return saved.ok ? ok(undefined) : saved;
    },
  };
}
