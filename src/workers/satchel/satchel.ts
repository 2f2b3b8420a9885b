/**
 * The whole of SatchelApi, put together from its modules. Runs in the satchel worker; tests run it in Node on the memory
 * store. The root (satchel.worker.ts) hands in the real clock, chance, storage and network.
 */

import type { PaperRecord, ProfileRecord } from "../../satchel/model.ts";
import * as paper from "../../satchel/paper.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { refusedCode } from "../common/codes.ts";
import type { CourierEvent } from "../common/couriers.ts";
import type { Emitter } from "../common/emitter.ts";
import { storageErr } from "../common/errors.ts";
import type { Change, PaperView, ProfileView, SatchelApi, WorkerError } from "../satchel.contract.ts";
import { createAhead } from "./ahead.ts";
import { createApprovalDoor } from "./approvals-door.ts";
import { createCardDoor } from "./card.ts";
import { createPhoneCarrier } from "./carrier.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { createDeskReturn, isReturnAct } from "./desk-return.ts";
import { createDeskWatch } from "./desk-watch.ts";
import { createDevicesDoor, noteSeen } from "./devices-door.ts";
import { createDossiers } from "./dossiers.ts";
import { createEndingDoor } from "./ending.ts";
import { createEraseDoor } from "./erase.ts";
import { createGivenDoor } from "./given.ts";
import { createHandOffDoor } from "./hand-off.ts";
import { createInPersonDoor } from "./in-person.ts";
import type { LetterTakers } from "./inbox.ts";
import { createInboxDoor } from "./inbox-door.ts";
import { createKeyCare, createWaysLoader, keysLooker } from "./key-care.ts";
import { createMandatesDoor } from "./mandates.ts";
import { createOpening } from "./opening.ts";
import { createOthers } from "./others.ts";
import { createOut } from "./out.ts";
import { createOutbox } from "./outbox.ts";
import { createOwnerDoor } from "./owner.ts";
import { createPapers } from "./papers.ts";
import { findProfile, pinWhatIsNew, saveProfile } from "./pins.ts";
import { createProofCheck } from "./proofs.ts";
import { createPublishedDoor } from "./published.ts";
import { createSharesDoor } from "./shares-door.ts";
import { createSpace } from "./space.ts";
import { createTransfer } from "./transfer.ts";
import { createVoicesDoor } from "./voices.ts";

export interface SatchelService {
  readonly api: SatchelApi;
  /** Starts deliveries for every satchel of this browser, locked ones too. */
  readonly start: () => Promise<void>;
  /** What a drainer tells (couriers' onEvent). */
  readonly onCourier: (database: string, event: CourierEvent) => void;
}

export interface SatchelServiceDeps extends Omit<SatchelDeps, "emit" | "lookAtKeys"> {
  readonly emitter: Emitter<Change>;
  readonly timers: Timers;
  readonly fetch: WindowOrWorkerGlobalScope["fetch"];
  /** How long what an opening leaves to be done waits for the first screen, ms. */
  readonly firstScreen?: { readonly drawMs: number; readonly mostMs: number };
}

/** A list is drawn in the first; a screen that asks for none does not hold work back longer than the second. */
const firstScreenDefault = { drawMs: 250, mostMs: 2000 };

const isErased = (error: unknown): boolean => {
  const { type, mark } = Object(error) as { readonly type?: unknown; readonly mark?: unknown };
  return type === "unavailable" && mark === "erased";
};

const plainProfile = ({ pinned: _pinned, ...profile }: ProfileRecord & { readonly pinned?: unknown }): ProfileRecord =>
  profile;

export function createSatchel(given: SatchelServiceDeps): SatchelService {
  const loadWays = createWaysLoader(given);
  const base = { ...given, emit: given.emitter.emit };
  const deps: SatchelDeps = { ...base, lookAtKeys: keysLooker(base, loadWays) };
  const opening = createOpening(deps);
  const care = createKeyCare(deps, opening, loadWays, () => takeIn(), given.timers);
  const card = createCardDoor(deps, opening, care);
  const devices = createDevicesDoor(deps, opening, care, given.timers);
  const transfer = createTransfer(deps, opening);
  const space = createSpace(deps);
  const ending = createEndingDoor(deps, space);
  const papers = createPapers(deps, space);
  const ahead = createAhead(deps, papers);
  const checkProofs = createProofCheck();
  const published = createPublishedDoor({ ...deps, fetch: given.fetch, timers: given.timers });
  const dossiers = createDossiers(deps, checkProofs, published.formFor);
  const voices = createVoicesDoor(deps, papers, dossiers, space);
  const handOffs = createHandOffDoor({ ...deps, fetch: given.fetch, timers: given.timers }, dossiers);
  const others = createOthers(deps, { papers, dossiers: { ...dossiers, erase: voices.eraseDossier } });
  const outbox = createOutbox(deps, checkProofs);
  const shares = createSharesDoor(deps, checkProofs);
  const mandates = createMandatesDoor(deps, checkProofs, shares);
  const inPerson = createInPersonDoor(deps);
  const { takeAct: takeReturn, ...returns } = createDeskReturn(
    { ...deps, fetch: given.fetch, timers: given.timers },
    opening,
    care,
  );
  const handed = createGivenDoor(deps);
  const takers: LetterTakers = {
    act: (session, letter, heardAt) => (isReturnAct(letter) ? takeReturn : shares.takeAct)(session, letter, heardAt),
    deposit: handed.take,
  };
  const inbox = createInboxDoor(deps, takers);
  const carrier = createPhoneCarrier(deps);
  const out = createOut(deps, { opening, care, space, dossiers, takers });
  /** The browser erased this satchel's database under the app: closed, so that the next opening begins anew and says it. */
  async function letGo(database: string): Promise<void> {
    deps.couriers.stop(database);
    await opening.lock();
    await deps.stores.lose(database);
    emit({ type: "opening" });
  }
  const within: typeof opening.within = async (use) => {
    let database = "";
    const result = await opening.within((session) => {
      database = session.profile.database;
      return use(session);
    });
    if (!result.ok && isErased(result.error)) void letGo(database);
    return result;
  };
  const approvals = createApprovalDoor({ ...deps, fetch: given.fetch, timers: given.timers }, within);
  const owner = createOwnerDoor({ ...deps, fetch: given.fetch, timers: given.timers, papers, checkProofs }, within);
  const { emit } = deps;
  const listening = new WeakSet<object>();

  /** Work that nobody waits for: what it could not do is done at the next occasion; a bug is noted. */
  function background(event: string, work: (session: Session) => Promise<Result<unknown, WorkerError>>): void {
    within(work).then(
      (result) => {
        if (!result.ok && result.error.type !== "locked") deps.log.note(event, { error: result.error.type });
      },
      (error: unknown) => deps.log.note(event, { error: error instanceof Error ? error.name : "unknown" }),
    );
  }

  /** Pictures kept as they are, one by one: a lock comes between two of them. */
  let reducing = false;
  async function reduceKept(): Promise<void> {
    if (reducing) return;
    reducing = true;
    try {
      let done = await within(papers.reduceNext);
      while (done.ok && done.value === "reduced") done = await within(papers.reduceNext);
      if (!done.ok && done.error.type !== "locked") deps.log.note("reduce", { error: done.error.type });
    } catch (error) {
      deps.log.note("reduce", { error: error instanceof Error ? error.name : "unknown" });
    } finally {
      reducing = false;
    }
  }

  const takeIn = (): void =>
    background("inbox", async (session) => {
      const taken = await inbox.work(session);
      void reduceKept();
      return taken;
    });

  const followDeployment = (): void =>
    background("deployment", async (session) => {
      const pinned = await pinWhatIsNew(session, deps, await deps.deployments.current());
      return pinned.ok ? dossiers.sendReady(session) : pinned;
    });

  /** What organisations published since; at most once a day unless `now`. */
  const lookForForms = (now: boolean): void =>
    background("published", async (session) => {
      const looked = await published.look(session, now);
      if (looked.ok && looked.value) {
        emit({ type: "deployment" });
        emit({ type: "dossiers" });
      }
      return looked;
    });

  /** Asks whether the desk has opened, only where a signed dossier waits for it; true: one still does. */
  async function lookForDesk(): Promise<boolean> {
    try {
      const before = await within(dossiers.waiting);
      if (!before.ok || before.value === 0) return false;
      await deps.deployments.refresh();
      const sent = await within(dossiers.sendReady);
      if (!sent.ok && sent.error.type !== "locked") deps.log.note("desk-watch", { error: sent.error.type });
      const after = await within(dossiers.waiting);
      return after.ok && after.value > 0;
    } catch (error) {
      // A bug in one look must not end the watch.
      deps.log.note("desk-watch", { error: error instanceof Error ? error.name : "unknown" });
      return true;
    }
  }
  const deskWatch = createDeskWatch({ timers: given.timers, random: deps.random, look: lookForDesk });

  /** A device that joined looks for its papers often, until the first of them are here: its person is waiting. */
  async function lookForPapers(): Promise<boolean> {
    const state = await opening.state();
    const arriving = state.ok && state.value.type === "open" && state.value.arriving === true;
    if (arriving) deps.couriers.kick("timer", state.value.profile.database);
    return arriving;
  }
  const arrival = createDeskWatch({ timers: given.timers, random: deps.random, look: lookForPapers, oftenMs: 10_000 });

  /** Listens to other tabs and to the drainer through the store. */
  function listen({ store }: Session): void {
    if (listening.has(store)) return;
    listening.add(store);
    store.onChange((what) => {
      if (what === "inbox") takeIn();
      if (what === "queue" || what === "meta") emit({ type: "outbox" });
      if (what === "records") {
        emit({ type: "papers" });
        emit({ type: "dossiers" });
        emit({ type: "shares" });
      }
    });
  }

  /** @param code the right one, where it is in hand: without it keyrings only follow. */
  function afterOpening(code?: string): void {
    if (code === undefined) care.look();
    else care.renew(code);
    background("after-opening", async (session) => {
      listen(session);
      const noticed = await space.notice(session);
      if (!noticed.ok) deps.log.note("notice", { error: noticed.error.type });
      const swept = await session.store.sweep();
      if (!swept.ok) deps.log.note("sweep", { error: swept.error.type });
      const taken = await inbox.work(session);
      void reduceKept();
      if (!taken.ok) return taken;
      const settled = await dossiers.settleAll(session);
      // What is over needs no part that is not here to be refused elsewhere: the rest goes on.
      const ended = await shares.settle(session);
      if (!ended.ok) deps.log.note("shares", { error: ended.error.type });
      const tidied = settled.ok ? await papers.tidy(session) : settled;
      const seen = tidied.ok ? await noteSeen(deps, session) : tidied;
      const marked = seen.ok ? await ahead.mark(session) : seen;
      const followed = marked.ok ? await out.follow(session) : marked;
      // Last: a memory of what to read first holds up nothing.
      return followed.ok ? papers.remember(session) : followed;
    });
    followDeployment();
    lookForForms(false);
    deskWatch.now();
    arrival.now();
    approvals.watch();
    deps.couriers.kick("start");
  }

  /** Keys of the open satchel: looked at, then what waited for a root is taken in. Of another one: at its own unlock. */
  function followKeys(database: string): void {
    background("keys", async (session) => {
      if (session.profile.database !== database) return ok(undefined);
      care.look();
      emit({ type: "opening" });
      return ok(undefined);
    });
  }

  /** What an opening leaves to be done would make the person's first screen wait: it begins when that has its answer. */
  const { drawMs, mostMs } = given.firstScreen ?? firstScreenDefault;
  let pending: { readonly begin: () => void; cancel: () => void } | undefined;
  function beginIn(ms: number, begin: () => void): void {
    pending?.cancel();
    pending = { begin, cancel: given.timers.after(ms, begin) };
  }
  async function opened<E>(result: Promise<Result<ProfileView, E>>, code?: string): Promise<Result<ProfileView, E>> {
    const value = await result;
    if (!value.ok) return value;
    const { database } = value.value;
    background("listen", async (session) => ok(listen(session)));
    beginIn(mostMs, () => {
      pending = undefined;
      background("after-opening", async (session) => {
        // Another satchel may be open by now, and this code is not its code.
        if (session.profile.database === database) afterOpening(code);
        return ok(undefined);
      });
    });
    return value;
  }
  /** A list for a screen: once it is answered there is time for the rest. */
  async function shown<T>(list: Promise<Result<T, WorkerError>>): Promise<Result<T, WorkerError>> {
    const answer = await list;
    if (answer.ok && pending !== undefined) beginIn(drawMs, pending.begin);
    return answer;
  }

  const now = (): number => deps.clock.now();
  const change = (
    id: PaperView["id"],
    apply: (record: PaperRecord) => PaperRecord,
  ): Promise<Result<PaperView, WorkerError>> =>
    within((session) => papers.change(session, id, (record) => ok(apply(record))));

  /** What stands in the list is another thing now: the next opening begins with it. Nobody waits for that. */
  async function relisted<T, E>(saved: Promise<Result<T, E>>): Promise<Result<T, E>> {
    const result = await saved;
    if (result.ok) background("list-hint", papers.remember);
    return result;
  }

  /** One satchel of this browser, with what was joined to it: that holds the same papers, and goes first. */
  async function eraseHere(database: string): Promise<Result<void, WorkerError>> {
    const listed = await deps.registry.list();
    if (!listed.ok) return storageErr(listed.error);
    const chosen = listed.value.find((profile) => profile.database === database);
    const aliases = listed.value.filter(({ aliasOf }) => aliasOf !== undefined && aliasOf === chosen?.principal);
    for (const one of [...aliases.map((alias) => alias.database), database]) {
      const erased = await opening.erase(one);
      if (!erased.ok) return erased;
      await deps.marks.drop(one);
    }
    return ok(undefined);
  }
  const { isWiped, ...erase } = createEraseDoor({ deps, opening, aliases: out, eraseHere });

  const api: SatchelApi = {
    opening: async () => {
      if (isWiped()) return ok({ type: "none" });
      // Asked first: what ends meanwhile is told, and asked about again.
      const isRenewing = care.isRenewing();
      const state = await opening.state();
      if (!isRenewing || !state.ok || state.value.type !== "open") return state;
      return ok({ ...state.value, asks: { ...state.value.asks, code: false } });
    },
    create: async ({ code, pictogram, language }) => {
      const created = await opening.create({ code, pictogram });
      if (!created.ok) return created;
      const noted = await within((session) => saveProfile(session, deps, (profile) => ({ ...profile, language })));
      afterOpening(code);
      return noted.ok ? created : noted;
    },
    expectCode: async () => ok(deps.stretch.expect()),
    unlock: ({ database, code }) => opened(opening.unlock(database, code), code),
    unlockWithCard: ({ database, card }) => opened(opening.unlockWithCard(database, card)),
    lock: async () => {
      deps.stretch.dismiss();
      care.forgetCode();
      pending?.cancel();
      pending = undefined;
      return ok(await opening.lock());
    },
    checkCode: async (code) => {
      const profile = await within(findProfile);
      const refused = refusedCode(code, profile.ok ? profile.value?.record.birthdate : undefined);
      return refused === undefined ? ok(undefined) : err(refused);
    },
    changeCode: async (code) => {
      const profile = await within(findProfile);
      if (!profile.ok) return profile;
      // What waits for the first screen has the old code: it begins, and is told, before there is another one.
      pending?.cancel();
      pending?.begin();
      care.codeChanges();
      const changed = await opening.changeCode(code, profile.value?.record.birthdate);
      if (changed.ok) care.renew(code);
      return changed;
    },
    ...card,
    ...devices,
    comeBack: care.comeBack,
    comeBackOpen: (input) => opened(care.comeBackOpen(input), input.code),
    comeBackForget: care.comeBackForget,
    erase: eraseHere,
    ...erase,
    ...approvals.api,
    ...returns,
    returnFinish: (input) => opened(returns.returnFinish(input), input.code),
    ...transfer,
    transferFinish: (code) => opened(transfer.transferFinish(code), code),

    papers: async () => {
      const list = await shown(within(papers.list));
      if (list.ok && list.value.length === 0) background("lost", space.lookAgain);
      return list;
    },
    papersPart: async (asked) => {
      const answer = within((session) => papers.part(session, asked));
      const early = await answer;
      // The list itself is still to be read.
      if (early.ok && early.value.early === true) return early;
      const part = await shown(answer);
      if (part.ok && part.value.kept === 0) background("lost", space.lookAgain);
      return part;
    },
    pocket: async (day) => {
      const pocket = await shown(within((session) => papers.pocket(session, day)));
      if (pocket.ok && pocket.value.kept === 0) background("lost", space.lookAgain);
      return pocket;
    },
    paper: (id) => within((session) => papers.one(session, id)),
    startPaper: (patch) => within((session) => papers.start(session, patch)),
    draftPaper: () => within(papers.draft),
    addPage: async (id, file, options) => {
      const added = await within((session) => papers.addPage(session, id, file, options));
      // The tool is there again.
      if (added.ok && added.value.state === "ready") void reduceKept();
      return added;
    },
    turnPage: (id, page, turn) =>
      change(id, (record) => {
        const from = record.pages[page]?.turn ?? 0;
        return from === turn ? record : paper.turnPage(record, page, (turn - from) / 90, now());
      }),
    movePage: (id, page, before) =>
      change(id, (record) => {
        const rest = paper.pagesInOrder(record).filter(([other]) => other !== page);
        const at = rest.findIndex(([other]) => other === before);
        return paper.movePage(record, page, at < 0 ? rest.length : at, now());
      }),
    removePage: (id, page) =>
      within(async (session): Promise<Result<PaperView, WorkerError>> => {
        const removed = await papers.change(session, id, (record) => paper.removePage(record, page, now()));
        if (removed.ok) return removed;
        // A kept paper without a page would be nowhere: with its last page it goes to the bin as a whole.
        return removed.error === "last-page" ? papers.bin(session, id) : err(removed.error);
      }),
    describePaper: (id, patch) => within((session) => papers.describe(session, id, patch)),
    keepPaper: (id) =>
      relisted(
        within(async (session): Promise<Result<PaperView, WorkerError | { readonly type: "no-page" }>> => {
          const kept = await papers.change(session, id, (record) => paper.keepPaper(record, now()));
          if (kept.ok) return kept;
          return err(kept.error === "no-page" ? { type: "no-page" } : kept.error);
        }),
      ),
    binPaper: (id) => relisted(within((session) => papers.bin(session, id))),
    restorePaper: (id) => relisted(change(id, (record) => paper.restorePaper(record, now()))),
    erasePaper: (id) => relisted(within((session) => papers.erase(session, id))),
    readPage: (id, page, which) => within((session) => papers.readPage(session, id, page, which)),

    ahead: () => within(ahead.view),
    changeAhead: (change) => within((session) => ahead.change(session, change)),

    profile: () =>
      within(async (session) => {
        const held = await findProfile(session);
        return held.ok ? ok(held.value === null ? { t: "profile" } : plainProfile(held.value.record)) : held;
      }),
    saveProfile: (patch, removed = []) =>
      within(async (session) => {
        const saved = await saveProfile(session, deps, (profile) => {
          const next = { ...profile, ...patch };
          for (const claim of removed) delete next[claim];
          return next;
        });
        return saved.ok ? ok(undefined) : saved;
      }),

    dossiers: () => shown(within(dossiers.list)),
    dossier: (id) => within((session) => dossiers.one(session, id)),
    startDossier: (input) => within((session) => dossiers.start(session, input)),
    saveAnswers: (id, patch) =>
      within(async (session) => {
        const saved = await dossiers.saveAnswers(session, id, patch);
        return saved.ok ? ok({ savedAt: now() }) : saved;
      }),
    setHelp: (id, about) => within((session) => dossiers.setHelp(session, id, about)),
    addRow: (id, repeat) => within((session) => dossiers.addRow(session, id, repeat)),
    removeRow: (id, row) => within((session) => dossiers.removeRow(session, id, row)),
    attach: (id, requirement, chosen, missing, agreed) =>
      within((session) => dossiers.attach(session, id, requirement, chosen, missing, agreed)),
    send: async (id, declaration) => {
      const sent = await within((session) => dossiers.send(session, id, declaration));
      if (sent.ok && sent.value.stage === "awaiting-desk") deskWatch.now();
      return sent;
    },
    addVoice: (id, key, input) => relisted(within((session) => voices.add(session, id, key, input))),
    removeVoice: (id, key, voice) => within((session) => voices.remove(session, id, key, voice)),
    eraseDossier: (id) => within((session) => voices.eraseDossier(session, id)),
    markSeen: (id) => within((session) => dossiers.markSeen(session, id)),
    sendWithout: (id, chosen) => within((session) => dossiers.sendWithout(session, id, chosen)),
    withdraw: (id) => within((session) => dossiers.withdraw(session, id)),

    ...owner.api,

    publishedForms: () => within(published.list),
    publishedForm: (procedure, version) => within((session) => published.form(session, procedure, version)),

    given: (id) => within((session) => handed.list(session, id)),
    keepGiven: (id, letter, at) => relisted(within((session) => handed.keep(session, id, letter, at))),
    deskKeys: () => within(inPerson.list),
    checkDesk: async (input) => {
      const checked = await within((session) => inPerson.check(session, input));
      if (checked.ok && checked.value.type === "verified") followDeployment();
      return checked;
    },
    settleDesk: async (organisation) => {
      const settled = await within((session) => inPerson.settle(session, organisation));
      if (settled.ok) followDeployment();
      return settled;
    },
    mandates: () => within(mandates.list),
    mandate: (id) => within((session) => mandates.one(session, id)),
    startMandate: (input) => within((session) => mandates.start(session, input)),
    endMandate: (input) => within((session) => mandates.end(session, input)),

    shares: () => within(shares.list),
    share: (id) => within((session) => shares.one(session, id)),
    shareTerms: (days) => within((session) => shares.terms(session, days)),
    startShare: (input) => within((session) => shares.start(session, input)),
    endShare: (id) => within((session) => shares.end(session, id)),

    handOffShape: (path) => within(() => handOffs.shape(path)),
    handOff: (id, input) => within((session) => handOffs.prepare(session, id, input)),
    followHandOff: (id) => within((session) => handOffs.follow(session, id)),

    others: () => within(others.list),
    readOther: (input) => within((session) => others.picture(session, input)),
    settleOther: (input) => within((session) => others.settle(session, input)),

    outbox: () => within(outbox.view),
    sendNow: async () => {
      void deps.deployments.refresh();
      lookForForms(true);
      deskWatch.now();
      deps.couriers.kick("person");
      return ok(undefined);
    },
    retry: (id) => within((session) => outbox.retry(session, id)),
    hint: async (why) => {
      deskWatch.now();
      // What the registry holds (the card was tried) is told to no other tab: this one looks when it is seen again.
      if (why === "visible") emit({ type: "opening" });
      deps.couriers.kick(why);
      return ok(undefined);
    },

    exportItem: (id) => within((session) => outbox.exportItem(session, id)),
    diagnostics: () => within(outbox.diagnostics),
    setDataChoice: (choice) => within((session) => space.choose(session, choice)),
    ending: () => within(ending.ending),
    space: () => within(space.view),
    freeSpace: (chosen) => within((session) => space.free(session, chosen)),
    fetchBack: (id) => within((session) => space.fetchBack(session, id)),
    lost: () => within(space.lost),

    exportAll: (words) => within((session) => out.exportAll(session, words)),
    exportSealed: (input) => within((session) => out.exportSealed(session, input)),
    lookSealed: out.lookSealed,
    importSealed: (input) => within((session) => out.importSealed(session, input)),
    joinSatchel: (input) => within((session) => out.join(session, input)),
    joinable: () => within(out.joinable),
    aliases: () => within(out.aliases),

    packCarrier: (page) => within((session) => carrier.pack(session, page)),
    takeReceipt: (file) => within((session) => carrier.takeReceipt(session, file)),

    deployment: async () => ok(await deps.deployments.current()),
    roomLeft: async () => ok({ bytes: await deps.room() }),
    flush: () =>
      within(async (session) => {
        await session.records.settled();
        return ok(undefined);
      }),
    onChange: async (listener) => given.emitter.listen(listener),
  };

  deps.deployments.onChange(() => {
    emit({ type: "deployment" });
    emit({ type: "dossiers" });
    followDeployment();
    lookForForms(true);
  });

  deps.registry.onRemoved((database) => void opening.erasedElsewhere(database));

  return {
    api,
    start: async () => {
      await deps.couriers.startAll();
      void deps.deployments.refresh();
    },
    onCourier(database, event) {
      emit({ type: "outbox" });
      if (event === "keys") followKeys(database);
      if (event === "arrived") background("list-hint", papers.remember);
      if (event === "arrived" || event === "answered") {
        emit({ type: "dossiers" });
        emit({ type: "papers" });
        emit({ type: "shares" });
      }
      if (event !== "answered") return;
      // The line works: the desk may have been opened since, and server time may have moved on.
      void deps.deployments.refresh();
      background("tidy", (session) => papers.tidy(session));
      background("aliases", out.follow);
      background("journal", owner.follow);
    },
  };
}
