/**
 * The eight acts of a satchel's owner, and her journal (owner.contract.ts). Runs in the satchel worker, loaded when one is asked for.
 *
 * Surprising fact: nothing here has rules of its own. Each act asks what the screens ask, and says it in one answer.
 */

import * as v from "valibot";
import { randomIdField } from "../../protocol/fields.ts";
import { proofClaim, readServerProof } from "../../protocol/proofs.ts";
import { writeDossierReceipt } from "../../protocol/receipt.ts";
import type { Signed } from "../../protocol/wire.ts";
import { journalSaid } from "../../satchel/journal-said.ts";
import type { DossierRecord, PaperRecord, SatchelRecord } from "../../satchel/model.ts";
import * as paper from "../../satchel/paper.ts";
import { versionsInOrder } from "../../satchel/where.ts";
import { type B64, fromBase64Url, toHex } from "../../shared/bytes.ts";
import type { LetterId, PrincipalId, RecordId } from "../../shared/ids.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { AskDeps } from "../common/blob-reader.ts";
import { readBlob } from "../common/blobs.ts";
import type { Kept } from "../common/records.ts";
import type {
  Integrity,
  JournalLineView,
  JournalView,
  OwnedPaper,
  OwnerApi,
  WrittenReceipt,
} from "../owner.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { createKeptJournals, eventOf, type KeptJournal, type KeptLine } from "./journal-kept.ts";
import { isPaper, type KeptPaper } from "./paper-view.ts";
import type { Papers } from "./papers.ts";
import { type Pins, pinsOf } from "./pins.ts";
import type { ProofCheck } from "./proofs.ts";

export interface OwnerDeps extends SatchelDeps {
  readonly fetch: AskDeps["fetch"];
  readonly timers: Timers;
  readonly papers: Papers;
  readonly checkProofs: ProofCheck;
}

/** The same acts with the opened satchel before what was asked. */
export type OwnerPart = {
  readonly [K in keyof OwnerApi]: (session: Session, ...given: Parameters<OwnerApi[K]>) => ReturnType<OwnerApi[K]>;
};

const streamOf = (page: PaperRecord["pages"][string]) => page.readable ?? page.original;

function owned({ id, record }: KeptPaper): OwnedPaper {
  const { kind, title, holder, expiry, status, createdAt, updatedAt } = record;
  const pages = paper.pagesInOrder(record).map(([page, held]) => {
    const stream = streamOf(held);
    const hash = stream === null ? undefined : fromBase64Url(stream.hash);
    return {
      page,
      sha256: hash === undefined ? null : toHex(hash),
      bytes: stream?.bytes ?? null,
      mime: stream?.mime ?? null,
    };
  });
  return { id, kind, title, holder, expiry, status, createdAt, updatedAt, pages };
}

/** What a letter of hers, or to her, is about here. */
interface Known {
  readonly about: NonNullable<JournalLineView["about"]>;
  /** A proof or a signed act says the same already. */
  readonly told: boolean;
}

/** Of an AgreedReturn: a newer version may have written more. */
const agreedLetters = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ letter: randomIdField<LetterId>(), earlier: v.optional(v.array(randomIdField<LetterId>())) }),
);

function lettersKnown(records: readonly Kept<SatchelRecord>[]): ReadonlyMap<LetterId, Known> {
  const known = new Map<LetterId, Known>();
  const add = (letters: readonly string[], about: Known["about"], told: boolean): void => {
    for (const letter of letters) known.set(letter as LetterId, { about, told });
  };
  for (const { id, record } of records) {
    if (record.t === "profile") {
      const about = { type: "return", id, procedure: null } as const;
      for (const text of Object.values(record.returns ?? {})) {
        const read = v.safeParse(agreedLetters, text);
        if (read.success) add([read.output.letter, ...(read.output.earlier ?? [])], about, false);
      }
      add(Object.keys(record.returnActs ?? {}), about, true);
    }
    if (record.t === "share") {
      const about = { type: "share", id, procedure: null } as const;
      add([id], about, false);
      add(Object.keys(record.acts ?? {}), about, true);
      // Ended domains and what was done under a mandate: the journal tells both from the record.
      add(Object.keys(record.mandate?.ends ?? {}), about, true);
      add(Object.keys(record.mandate?.deeds ?? {}), about, true);
    }
    if (record.t !== "dossier") continue;
    const about = { type: "dossier", id, procedure: record.procedure } as const;
    add(Object.keys(record.sent), about, false);
    add(Object.keys(record.replies), about, false);
    add(Object.keys(record.acts ?? {}), about, true);
  }
  return known;
}

/** Kinds whose moment stands in a proof of a dossier or a share, which the journal tells already. */
const proven: ReadonlySet<string> = new Set(["deposited", "opened"]);

/** Letters that a code may have, so that a plain camera reads it. */
const mostCode = 1100;

export function createOwner(deps: OwnerDeps): OwnerPart {
  const journals = createKeptJournals(deps);

  async function view(session: Session, journal: KeptJournal): Promise<Result<JournalView, WorkerError>> {
    const [all, pins, head] = await Promise.all([session.records.list(), pinsOf(session), journals.head(session)]);
    if (!all.ok) return all;
    if (!pins.ok) return pins;
    if (!head.ok) return head;
    const letters = lettersKnown(all.value);
    const slugs = new Map(Object.entries(pins.value.organisations).map(([slug, { id }]) => [id, slug]));
    const { devices, removed } = session.identity.principal;
    const deviceOf = (device: string | undefined, by: PrincipalId | undefined): JournalLineView["device"] => {
      if (device === undefined || (by !== undefined && by !== session.identity.id)) return null;
      if (device === session.profile.device) return "this";
      if ([...removed].some((one) => one === device)) return "out";
      return [...devices.keys()].some((one) => one === device) ? "other" : "unknown";
    };
    const line = (kept: KeptLine): JournalLineView => {
      const event = eventOf(kept);
      const { letter, to, from, by, device, tries, asks, epoch } = (event ?? {}) as {
        readonly letter?: LetterId;
        readonly to?: PrincipalId;
        readonly from?: PrincipalId;
        readonly by?: PrincipalId;
        readonly device?: string;
        readonly tries?: number;
        readonly asks?: number;
        readonly epoch?: number;
      };
      const named = to ?? from ?? by;
      const known = letter === undefined ? undefined : letters.get(letter);
      const told = known !== undefined && (known.told || (event !== null && proven.has(event.k)));
      const sent = all.value.find(({ id }) => id === known?.about.id)?.record;
      const slug = (named === undefined ? undefined : slugs.get(named)) ?? organisationOf(sent);
      return {
        n: kept.n,
        at: event?.at ?? null,
        heardAt: kept.heardAt,
        k: event?.k ?? (kept.sealed === true ? "sealed" : "unknown"),
        ...(kept.gone === true ? { gone: true as const } : {}),
        organisation: slug ?? null,
        device: deviceOf(device, to),
        about: known?.about ?? null,
        count: tries ?? asks ?? epoch ?? null,
        ...(told ? { told: true as const } : {}),
      };
    };
    return ok({
      lines: [...journal.lines, ...journal.gone].map(line),
      breaks: journal.breaks,
      said: journalSaid(all.value),
      checkedAt: journal.checkedAt,
      head: head.value === null ? null : { n: head.value.n, hash: head.value.hash },
    });
  }

  const organisationOf = (record: SatchelRecord | undefined): string | undefined =>
    record?.t === "share" || record?.t === "dossier" ? (record as DossierRecord).organisation : undefined;

  async function paperOf(session: Session, id: RecordId): Promise<Result<KeptPaper, WorkerError>> {
    const kept = await session.records.get(id);
    if (!kept.ok) return kept;
    return isPaper(kept.value) ? ok(kept.value) : err({ type: "not-found" });
  }

  async function papersOf(session: Session): Promise<Result<readonly OwnedPaper[], WorkerError>> {
    const all = await session.records.list();
    return all.ok
      ? ok(
          all.value
            .filter(isPaper)
            .filter(({ record }) => record.status !== "draft")
            .map(owned),
        )
      : all;
  }

  const known = ["locked", "full", "stale", "read-only", "unavailable", "not-found"];
  const refusal = (error: {
    readonly type: string;
  }): WorkerError | { readonly type: "refused"; readonly why: string } =>
    known.includes(error.type) ? (error as WorkerError) : { type: "refused", why: error.type };

  /** Null: nothing about this version is proven. */
  async function receiptOf(
    session: Session,
    pins: Pins,
    record: DossierRecord,
    letter: LetterId,
  ): Promise<Result<WrittenReceipt | null, WorkerError>> {
    const proven = await deps.checkProofs.letter(session, pins, letter, record.sent[letter], record.proofs?.[letter]);
    if (!proven.ok) return proven.error.type === "not-found" ? ok(null) : proven;
    const listed = await session.store.listProofs(letter);
    if (!listed.ok) return err({ type: "unavailable", mark: "receipt" });
    const right = new Set(proven.value.proofs.map((proof) => JSON.stringify(proof)));
    const proofs = new Map<string, Signed>();
    for (const proof of [...listed.value.map((row) => row.proof), ...((record.proofs?.[letter] ?? []) as Signed[])]) {
      const claim = proofClaim(proof);
      const isOne = claim.ok && ["deposited", "complete", "opened"].includes(claim.value.t);
      if (isOne && right.has(JSON.stringify(claim.value)) && !proofs.has(claim.value.t))
        proofs.set(claim.value.t, proof);
    }
    const said = ["deposited", "complete", "opened"].flatMap((type) => proofs.get(type) ?? []);
    const byServer = proofs.get("deposited") ?? proofs.get("complete");
    if (byServer === undefined) return ok(null);
    const keys = (await deps.deployments.current())?.serverKeys ?? [];
    for (const [by, sign] of Object.entries(pins.serverKeys)) {
      if (!(await readServerProof(byServer, [{ sign }])).ok) continue;
      const head = proven.value.row?.wire.head;
      const whole = { v: 1, by: by as B64, ...(head === undefined ? {} : { head }), proofs: said, keys } as const;
      // Short ones first: what is left out of a code stands in the file.
      const codes = [said, said.slice(0, 2), said.slice(0, 1)].map((some) =>
        writeDossierReceipt({ v: 1, by: by as B64, proofs: some }),
      );
      const code = codes.find(({ length }) => length <= mostCode) ?? null;
      return ok({ line: writeDossierReceipt(whole), code });
    }
    return ok(null);
  }

  return {
    async ownDeposit(session, { file, kind, title }) {
      const begun = await deps.papers.start(session, { kind, title });
      if (!begun.ok) return begun;
      const { id } = begun.value;
      const added = await deps.papers.addPage(session, id, file);
      if (!added.ok) {
        const undone = await deps.papers.erase(session, id);
        return undone.ok ? err(refusal(added.error)) : undone;
      }
      const kept = await deps.papers.change(session, id, (record) => paper.keepPaper(record, deps.clock.now()));
      if (!kept.ok) return err(kept.error === "no-page" ? { type: "refused", why: kept.error } : kept.error);
      const deposited = await paperOf(session, id);
      return deposited.ok ? ok(owned(deposited.value)) : deposited;
    },

    async ownRead(session, id, page) {
      const held = await paperOf(session, id);
      if (!held.ok) return held;
      const stream = held.value.record.pages[page];
      if (stream === undefined) return err({ type: "not-found" });
      return deps.papers.readPage(session, id, page, stream.readable === null ? "original" : "readable");
    },

    async ownDestroy(session, id) {
      const gone = await deps.papers.erase(session, id);
      return gone.ok ? ok({ destroyedAt: deps.clock.now() }) : gone;
    },

    async ownMetadata(session, id) {
      const held = await paperOf(session, id);
      return held.ok ? ok(owned(held.value)) : held;
    },

    async ownCheck(session, id) {
      const held = await paperOf(session, id);
      if (!held.ok) return held;
      const pages: { readonly page: string; readonly state: Integrity }[] = [];
      for (const [page, { readable, preview, original }] of paper.pagesInOrder(held.value.record)) {
        let state: Integrity = "whole";
        for (const stream of [readable, preview, original]) {
          if (stream === null || state === "damaged") continue;
          const row = await session.store.getBlob(stream.blob);
          if (!row.ok) return err({ type: "unavailable", mark: "check" });
          if (row.value === undefined || row.value.state === "away") state = "away";
          else if (!(await readBlob(session.store, stream)).ok) state = "damaged";
        }
        pages.push({ page, state });
      }
      return ok({ pages, checkedAt: deps.clock.now() });
    },

    async ownJournal(session) {
      return view(session, await journals.read(session));
    },

    ownList: papersOf,

    async ownCount(session) {
      const listed = await papersOf(session);
      if (!listed.ok) return listed;
      const pages = listed.value.flatMap((one) => one.pages);
      const bytes = pages.reduce((sum, page) => sum + (page.bytes ?? 0), 0);
      return ok({ papers: listed.value.length, pages: pages.length, bytes });
    },

    async ownReceipt(session, id) {
      const [kept, pins] = [await session.records.get(id), await pinsOf(session)];
      if (!kept.ok) return kept;
      if (!pins.ok) return pins;
      const { record } = kept.value;
      if (record.t !== "dossier") return err({ type: "not-found" });
      for (const letter of [...versionsInOrder(record)].reverse()) {
        const written = await receiptOf(session, pins.value, record, letter);
        if (!written.ok || written.value !== null) return written.ok ? ok(written.value as WrittenReceipt) : written;
      }
      return err({ type: "not-found" });
    },

    async lookJournal(session) {
      const looked = await journals.look(session);
      return looked.ok ? view(session, looked.value) : looked;
    },
  };
}
