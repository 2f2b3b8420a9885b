/**
 * The whole of DeskApi, put together from its modules. Runs in the desk worker; tests run it in Node. The root
 * (desk.worker.ts) hands in the real clock, chance, storage and network.
 *
 * Surprising fact: opening a dossier signs the proof "opened". It is kept and queued before the answers are shown, so the
 * person is told even when the helper's browser is closed at once.
 */

import { sheetCheck, sheetOf, writeSheet } from "../../crypto/desk-sheet.ts";
import { sealLetter } from "../../crypto/letter.ts";
import { signProof } from "../../protocol/proofs.ts";
import { readChain } from "../../protocol/statements.ts";
import type { StatusPayload } from "../../satchel/model.ts";
import { type LetterId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { leftOf } from "../../sync/drain.ts";
import type { CourierEvent } from "../common/couriers.ts";
import type { Emitter } from "../common/emitter.ts";
import { storageErr } from "../common/errors.ts";
import type { DeskApi, DeskChange } from "../desk.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { tellPaperOpened } from "./acts.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { recordOf } from "./ids.ts";
import { inactivePeople } from "./inactive.ts";
import { createDeskInbox, type KeptLetter } from "./inbox.ts";
import { createDeskLogin } from "./login.ts";
import { createDeskMandates, type KeptMandate } from "./mandates.ts";
import { createDeskOpening } from "./opening.ts";
import type { Passes } from "./passes.ts";
import { createDeskPublished, type DeskPublishedDeps } from "./published.ts";
import { createDeskRecovery } from "./recovery.ts";
import { createDeskShares, type KeptShare } from "./shares.ts";
import { createDeskTeam } from "./team.ts";
import { createDeskWork } from "./work.ts";

export interface DeskService {
  readonly api: DeskApi;
  readonly start: () => Promise<void>;
  /** What a drainer tells (couriers' onEvent). */
  readonly onCourier: (database: string, event: CourierEvent) => void;
}

export interface DeskServiceDeps extends Omit<DeskDeps, "emit">, DeskPublishedDeps {
  readonly emitter: Emitter<DeskChange>;
  readonly passes: Passes;
}

export function createDesk(given: DeskServiceDeps): DeskService {
  const deps: DeskDeps = { ...given, emit: given.emitter.emit };
  const opening = createDeskOpening(deps);
  const shares = createDeskShares(deps);
  const mandates = createDeskMandates(deps);
  const inbox = createDeskInbox(deps, shares, mandates);
  const published = createDeskPublished(given);
  const team = createDeskTeam(deps, opening);
  const recovery = createDeskRecovery({ ...deps, fetch: given.fetch, timers: given.timers }, opening, team.myName);
  const work = createDeskWork(deps, inbox);
  const { within } = opening;
  const login = createDeskLogin({ ...given, emit: deps.emit }, within);
  const { emit } = deps;
  const listening = new WeakSet<object>();
  const reading = new WeakSet<DeskSession>();

  function background(
    event: string,
    work: (session: DeskSession) => Promise<Result<unknown, WorkerError>>,
  ): Promise<void> {
    return within(work).then(
      (result) => {
        if (!result.ok && result.error.type !== "locked") deps.log.note(event, { error: result.error.type });
      },
      (error: unknown) => deps.log.note(event, { error: error instanceof Error ? error.name : "unknown" }),
    );
  }

  /** Asks for the newest of the team; what had to wait for its keys is taken then, or shown with its trouble. */
  async function followOnce(session: DeskSession): Promise<Result<unknown, WorkerError>> {
    const followed = await team.follow(session);
    const taken = await inbox.work(followed.ok ? followed.value : session, true);
    return followed.ok ? taken : followed;
  }

  let following: "no" | "once" | "again" = "no";

  /** One question at a time, and one more when it was asked for meanwhile: each that brings new keys begins the drainer anew. */
  function follow(): void {
    if (following !== "no") {
      following = "again";
      return;
    }
    following = "once";
    void background("team", followOnce).then(() => {
      const isAsked = following === "again";
      following = "no";
      if (isAsked) follow();
    });
  }

  async function takeInbox(session: DeskSession): Promise<Result<unknown, WorkerError>> {
    const taken = await inbox.work(session, false);
    if (taken.ok && taken.value === "behind") follow();
    return taken;
  }

  function afterOpening(): void {
    void background("after-opening", async (session) => {
      if (!listening.has(session.store)) {
        listening.add(session.store);
        session.store.onChange((what) => {
          if (what === "inbox") void background("inbox", takeInbox);
          if (what === "meta") emit({ type: "network" });
          else emit({ type: "inbox" });
        });
      }
      return takeInbox(session);
    });
    follow();
    deps.couriers.kick("start");
  }

  /** Once: the proof is signed and queued, then the record says so. A crash in between queues nothing twice. */
  async function markOpened(
    session: DeskSession,
    kept: KeptLetter | KeptShare | KeptMandate,
  ): Promise<Result<void, WorkerError>> {
    const { record } = kept;
    if (record.opened) return ok(undefined);
    const letter = kept.id as string as LetterId;
    const proof = await signProof(session.identity.sign, {
      t: "opened",
      v: 1,
      letter,
      manifest: record.manifest,
      by: session.identity.id,
      at: deps.clock.now(),
    });
    const queued = await session.store.queueProof(letter, proof, deps.clock.now());
    if (!queued.ok) return storageErr(queued.error);
    const saved = await session.records.save<WorkerError>(kept.id, (current) =>
      current?.t === "received" || current?.t === "shared" || current?.t === "mandated"
        ? ok({ next: { ...current, opened: true } })
        : err({ type: "not-found" }),
    );
    if (!saved.ok) return saved;
    emit({ type: "inbox" });
    return ok(undefined);
  }

  /** Reads the inbox behind the rows that are shown early, once, and says so. */
  function readAll(session: DeskSession): void {
    if (reading.has(session)) return;
    reading.add(session);
    void background("inbox-read", async (now) => {
      const rows = await inbox.rows(now);
      // Not told when it failed, or the page would ask again at once and for ever: the next change reads again.
      if (rows.ok) emit({ type: "inbox" });
      else reading.delete(session);
      return rows;
    });
  }

  const api: DeskApi = {
    opening: opening.state,
    enrol: async (input) => {
      const enrolled = await opening.enrol(input);
      if (enrolled.ok) afterOpening();
      return enrolled;
    },
    unlock: async (code) => {
      const opened = await opening.unlock(code);
      if (opened.ok) afterOpening();
      return opened;
    },
    lock: async () => {
      login.end();
      const locked = await opening.lock();
      // After what was under way has ended: nothing of it may stand for whoever opens next.
      recovery.forget();
      login.end();
      return ok(locked);
    },
    organisation: async () => ok(await opening.organisation()),
    deployment: async () => ok(await deps.deployments.current()),

    inbox: () =>
      within(async (session) => {
        const early = await inbox.early(session);
        const rows = early === undefined ? await inbox.rows(session) : ok(early);
        if (!rows.ok) return rows;
        const [meta, queue] = await Promise.all([session.store.meta(), session.store.queue()]);
        if (!meta.ok) return storageErr(meta.error);
        if (!queue.ok) return storageErr(queue.error);
        const waiting = leftOf({ ...queue.value, ops: [] });
        const view = { rows: rows.value, lastAnswerAt: meta.value.lastAnswerAt, waiting };
        if (early === undefined) return ok(view);
        readAll(session);
        return ok({ ...view, early: true });
      }),

    open: (letter) =>
      within(async (session) => {
        const kept = await inbox.letter(session, letter);
        if (!kept.ok) return kept;
        const marked = await markOpened(session, kept.value);
        if (!marked.ok) return marked;
        const shown = await inbox.letter(session, letter);
        return shown.ok ? inbox.show(session, shown.value) : shown;
      }),

    shares: () => within(shares.rows),
    openShare: (letter) =>
      within(async (session) => {
        const kept = await shares.letter(session, letter);
        if (!kept.ok) return kept;
        const marked = await markOpened(session, kept.value);
        if (!marked.ok) return marked;
        const shown = await shares.letter(session, letter);
        return shown.ok ? ok(shares.show(shown.value)) : shown;
      }),

    deskSheet: () =>
      within(async ({ identity }) => {
        const sheet = await sheetOf(identity.principal);
        return ok({ ...(await sheetCheck(sheet)), text: writeSheet(sheet) });
      }),
    mandates: () => within(mandates.rows),
    openMandate: (letter) =>
      within(async (session) => {
        const kept = await mandates.letter(session, letter);
        if (!kept.ok) return kept;
        const marked = await markOpened(session, kept.value);
        if (!marked.ok) return marked;
        return mandates.show(session, letter, await team.myName(session));
      }),
    mandatesBeside: (dossier) =>
      within(async (session) => {
        const kept = await inbox.letter(session, dossier);
        return kept.ok ? mandates.of(session, kept.value.record.from) : kept;
      }),
    recordDeed: (letter, deed) =>
      within(async (session) => {
        const me = await team.myName(session);
        return mandates.record(session, letter, { ...deed, helper: me === "" ? deed.helper : me });
      }),

    page: async (letter, blob) => {
      const page = await within((session) => inbox.page(session, letter, blob));
      if (page.ok)
        void background("act", async (session) =>
          tellPaperOpened(deps, session, letter, blob, await team.myName(session)),
        );
      return page;
    },

    answer: (letter, reply) =>
      within(async (session): Promise<Result<void, WorkerError>> => {
        const kept = await inbox.letter(session, letter);
        if (!kept.ok) return kept;
        const { record } = kept.value;
        const to = await readChain(record.senderStatements);
        if (!to.ok) return err({ type: "unavailable", mark: "sender-chain" });
        const id = randomId<LetterId>(deps.random);
        const n = await inbox.nextCounter(session, record);
        if (!n.ok) return n;
        const payload: StatusPayload = { t: "status", about: letter, ...reply };
        const at = deps.clock.now();
        const wire = await sealLetter({
          identity: session.identity,
          to: to.value,
          letter: id,
          blobs: [],
          inner: {
            thread: record.thread,
            n: n.value,
            replaces: null,
            kind: "status",
            sentAt: at,
            blobs: [],
            payload,
          },
        });
        const saved = await session.records.save<WorkerError>(recordOf(letter), (current) =>
          current?.t === "received"
            ? ok({
                next: { ...current, answers: { ...current.answers, [id]: { at, ...reply } } },
                letters: [{ letter: id, wire, blobs: [] }],
              })
            : err({ type: "not-found" }),
        );
        if (!saved.ok) return saved;
        emit({ type: "inbox" });
        return ok(undefined);
      }),

    inactive: () => within((session) => inactivePeople(deps, session)),
    give: (letter, given) => within((session) => work.give(session, letter, given)),
    addNote: (letter, text) => within((session) => work.addNote(session, letter, text)),
    assign: (letter, helper) => within((session) => work.assign(session, letter, helper)),
    close: (letter, closed) => within((session) => work.close(session, letter, closed)),

    publications: () => within(published.publications),
    publishForm: (text) => within((session) => published.publishForm(session, text)),
    withdrawForm: (form) => within((session) => published.withdrawForm(session, form)),
    publishedFile: (form, version) => within((session) => published.publishedFile(session, form, version)),
    publishedForm: (procedure, version) => within((session) => published.publishedForm(session, procedure, version)),

    ...recovery.api,
    ...login.api,
    ...team.api,
    join: async (input) => {
      const joined = await team.api.join(input);
      if (joined.ok && joined.value.type === "in") afterOpening();
      return joined;
    },
    joining: async () => {
      const joined = await team.api.joining();
      if (joined.ok && joined.value.type === "in") afterOpening();
      return joined;
    },
    openWithOrganisationCard: async (input) => {
      const opened = await team.api.openWithOrganisationCard(input);
      if (opened.ok) afterOpening();
      return opened;
    },

    refresh: async () => {
      void deps.deployments.refresh();
      follow();
      deps.couriers.kick("person");
      return ok(undefined);
    },
    onChange: async (listener) => given.emitter.listen(listener),
  };

  deps.deployments.onChange(() => emit({ type: "opening" }));
  // Other keys were taken over, wherever that was asked: what waited for them is taken.
  given.emitter.listen(({ type }) => {
    if (type === "opening") void background("inbox", takeInbox);
  });

  return {
    api,
    start: async () => {
      await deps.couriers.startAll();
      void deps.deployments.refresh();
    },
    onCourier(_database, event) {
      emit({ type: "network" });
      if (event === "answered" || event === "arrived") emit({ type: "inbox" });
    },
  };
}
