/**
 * An in-memory SatchelApi for component tests: plain objects, no keys, no worker, no database. Runs in Node or a page.
 *
 *   const satchel = createFakeSatchel({ papers: [fakePaper({ title: "Facture" })] });
 *   satchel.fail("papers", { type: "locked" });      every next call answers so, until satchel.heal("papers")
 *   satchel.refuse("addPage", { type: "file-empty" }) the same with a method's own refusals
 *   const release = satchel.stall("papers");         calls wait (the "loading" state) until release()
 *   satchel.data.outbox = { ... }; satchel.change({ type: "outbox" });
 *   satchel.calls("send")                            arguments of each call so far
 *
 * The right code is "417233", the right card `FAKE_CARD`. Surprising: it is generous, for instance it accepts a page of
 * any file; what the real worker refuses is forced with `refuse`.
 */

import type { SatchelHandle } from "../../src/app/state/satchel.ts";
import type { PublishedForm } from "../../src/forms/published.ts";
import type { PrefillShape } from "../../src/protocol/prefill.ts";
import { markRenewalTold, newestHelp, renew, setHelp, withdraw, withholdPapers } from "../../src/satchel/dossier.ts";
import type { ExportWords } from "../../src/satchel/export-words.ts";
import { learned, type SiteState, withHandOff } from "../../src/satchel/hand-off.ts";
import { partForDossier } from "../../src/satchel/keeping.ts";
import type {
  AnswerValue,
  DossierRecord,
  PaperRecord,
  ProfileRecord,
  SatchelRecord,
  ShareRecord,
  ShownPage,
  ShownPaper,
} from "../../src/satchel/model.ts";
import { chooseOther, othersOf, settleOther } from "../../src/satchel/others.ts";
import { hasSubstance, setPaperFacts, setPaperNote, setPaperStay } from "../../src/satchel/paper.ts";
import { likelyFirst } from "../../src/satchel/paper-index.ts";
import { endShare, shareEnd } from "../../src/satchel/sharing.ts";
import { daysUntil, soonDays } from "../../src/satchel/where.ts";
import { toBase64Url } from "../../src/shared/bytes.ts";
import type { RecordId, ThreadId } from "../../src/shared/ids.ts";
import { err, ok, type Result } from "../../src/shared/result.ts";
import { voiceKind, voiceSlot } from "../../src/shared/voice.ts";
import type { ApprovalView } from "../../src/workers/approval.contract.ts";
import type { EndingView } from "../../src/workers/ending.contract.ts";
import type { GivenView } from "../../src/workers/given.contract.ts";
import type { DeskKeys } from "../../src/workers/in-person.contract.ts";
import type { MandateView } from "../../src/workers/mandates.contract.ts";
import type { JournalView, WrittenReceipt } from "../../src/workers/owner.contract.ts";
import type { PublishedList } from "../../src/workers/published.contract.ts";
import type { ReturnsView } from "../../src/workers/recovery.contract.ts";
import type {
  AheadLine,
  AheadView,
  AliasView,
  CardState,
  Change,
  CodeRefusal,
  Deployment,
  DeviceView,
  DossierView,
  ExportedFile,
  Lost,
  OpeningState,
  OutboxView,
  OutCopy,
  PaperView,
  ProfileView,
  SatchelApi,
  ShareView,
  SpaceView,
  TakenIn,
  WayView,
  WorkerError,
} from "../../src/workers/satchel.contract.ts";
import { fakeDeskKeys, fakeInPerson } from "./fake-in-person.ts";
import { fakeMandates } from "./fake-mandates.ts";
import { FAKE_RETURNS, fakeReturnApi } from "./fake-returns.ts";

export const FAKE_NOW = Date.UTC(2026, 10, 21, 11, 0);
export const FAKE_CODE = "417233";
/** Ten groups of four, as printed. */
export const FAKE_CARD: readonly string[] = "K7QF 2M9D X4HT P3WA 8RNE V6CJ 5YLB T9GK D2XS H4MU".split(" ");
export const FAKE_PROFILE: ProfileView = { database: "fake-database", pictogram: "code-bateau", codeKind: "digits" };
/** The card that `replaceCard` draws. */
export const FAKE_NEW_CARD: readonly string[] = "9TGK D2XS H4MU K7QF 2M9D X4HT P3WA 8RNE V6CJ 5YLB".split(" ");
export const FAKE_WAY: WayView = {
  tries: 0,
  left: 10,
  frozen: false,
  blockedAt: null,
  openedAt: null,
  openedElsewhere: false,
};

let serial = 0;

/** A fresh id of the right shape: 22 letters. */
export function fakeId<Id extends string = RecordId>(): Id {
  serial += 1;
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, serial);
  return toBase64Url(bytes) as Id;
}

export function fakePage(patch: Partial<ShownPage> = {}): ShownPage {
  return { position: 1, turn: 0, state: "ready", readable: null, preview: null, original: null, ...patch };
}

/** A kept paper of one page; `record` and the view's own fields can be set in one go. */
export function fakePaper(record: Partial<ShownPaper> = {}, view: Partial<Omit<PaperView, "record">> = {}): PaperView {
  return {
    id: view.id ?? fakeId(),
    state: view.state ?? "here",
    parts: view.parts ?? null,
    bytes: view.bytes ?? 102_400,
    ...(view.fetching === undefined ? {} : { fetching: view.fetching }),
    ...(view.usedAt === undefined ? {} : { usedAt: view.usedAt }),
    record: {
      t: "paper",
      kind: null,
      title: "",
      holder: "me",
      expiry: null,
      pages: { [fakeId<string>()]: fakePage() },
      status: "kept",
      binnedAt: null,
      createdAt: FAKE_NOW,
      updatedAt: FAKE_NOW,
      ...record,
    },
  };
}

/** Open since now, for twenty minutes, with nothing done yet. */
export const fakeApproval = (patch: Partial<ApprovalView> = {}): ApprovalView => ({
  id: fakeId<string>(),
  place: "Médiathèque de la Gare",
  isOpen: true,
  from: FAKE_NOW,
  until: FAKE_NOW + 20 * 60_000,
  endedAt: null,
  papers: [],
  events: [],
  isWhole: true,
  ...patch,
});

/** A draft of the address procedure. */
export function fakeDossier(
  record: Partial<DossierRecord> = {},
  view: Partial<Omit<DossierView, "record">> = {},
): DossierView {
  return {
    id: view.id ?? fakeId(),
    stage: view.stage ?? "draft",
    proofs: view.proofs ?? [],
    papers: view.papers ?? { sent: 0, of: 0 },
    bytesLeft: view.bytesLeft ?? 0,
    ...(view.elsewhere === undefined ? {} : { elsewhere: view.elsewhere }),
    ...(view.withdrawRefused === undefined ? {} : { withdrawRefused: view.withdrawRefused }),
    ...(view.stuck === undefined ? {} : { stuck: view.stuck }),
    record: {
      t: "dossier",
      procedure: "domiciliation",
      formVersion: 2,
      number: "K7QF2M9D",
      answers: {},
      rows: {},
      attached: {},
      notForeseen: "",
      page: "",
      language: "fr",
      status: "draft",
      declaration: null,
      organisation: "ccas-brevigny",
      thread: fakeId<ThreadId>(),
      sent: {},
      replies: {},
      createdAt: FAKE_NOW,
      updatedAt: FAKE_NOW,
      ...record,
    },
  };
}

/** One paper for the CCAS, for 31 days since now, that has arrived. */
export function fakeShare(record: Partial<ShareRecord> = {}, view: Partial<Omit<ShareView, "record">> = {}): ShareView {
  return {
    id: fakeId(),
    stage: "complete",
    depositedAt: FAKE_NOW,
    openedAt: null,
    ...view,
    record: {
      t: "share",
      organisation: "ccas-brevigny",
      purpose: "Aide pour le loyer",
      days: 31,
      until: shareEnd(31, FAKE_NOW),
      thread: fakeId<ThreadId>(),
      papers: [{ kind: "tax-notice", title: "", holder: "me", expiry: null, pages: 2 }],
      sent: { n: 1, at: FAKE_NOW, papers: 1 },
      createdAt: FAKE_NOW,
      ...record,
    },
  };
}

export function fakeDevice(patch: Partial<DeviceView> = {}): DeviceView {
  const here = patch.here ?? false;
  const number = here ? 1 : 2;
  return {
    id: fakeId<string>(),
    number,
    addedAt: FAKE_NOW,
    here,
    removable: !here,
    removedAt: null,
    lastSeen: null,
    ...patch,
  };
}

export const EMPTY_OUTBOX: OutboxView = {
  lines: [],
  waiting: 0,
  bytesLeft: 0,
  lastAnswerAt: 0,
  moving: false,
  trouble: "none",
  upToDate: false,
  pulledAt: 0,
  stuck: null,
  data: { photosOnWifi: false, metered: false, lineKnown: true, held: 0 },
};

export const EMPTY_AHEAD: AheadView = { today: "2026-11-21", trust: "checked", lines: [], followed: {}, dates: {} };

/** A passport of the person that ends in a month, unless `patch` says otherwise. */
export const fakeLine = (patch: Partial<AheadLine> = {}): AheadLine => ({
  key: `paper/${patch.about?.id ?? "p1"}/passport`,
  rule: "passport",
  about: { type: "paper", id: "p1" },
  kind: "passport",
  holder: "me",
  stage: "now",
  from: "2026-09-22",
  until: "2026-12-21",
  end: "2026-12-21",
  notes: [],
  papers: [],
  human: "town-hall",
  standing: { type: "shown" },
  title: "",
  helps: [],
  uids: { opens: "opens-1", last: "last-1" },
  ...patch,
});

export const EMPTY_SPACE: SpaceView = { left: 1_000_000_000, here: 0, freeable: 0, papers: [] };

const HUMAN = {
  name: "CCAS de Brévigny",
  phone: "+33465711230",
  phoneShown: "04 65 71 12 30",
  hours: [{ day: 1, from: "09:00", to: "12:00" }],
  timeZone: "Europe/Paris",
  address: "3 place du Marché, Brévigny",
} as const;

export const FAKE_DEPLOYMENT: Deployment = {
  v: 1,
  operator: "Commune de Brévigny (démonstration)",
  human: HUMAN,
  urls: { app: "http://localhost:8080", desk: "http://localhost:8080", kiosk: "http://localhost:8080" },
  languages: ["fr", "en", "ar"],
  serverKeys: [],
  organisations: [
    {
      slug: "ccas-brevigny",
      name: "CCAS de Brévigny",
      sendTo: "au CCAS de Brévigny",
      demonstration: true,
      statements: [],
      human: HUMAN,
      procedures: ["domiciliation", "courrier", "demande-libre"],
    },
  ],
  legal: { publisher: "Commune de Brévigny, 3 place du Marché", privacy: "Besace ne lit rien." },
  quotas: { satchelBytes: 200_000_000, blobBytes: 20_000_000 },
};

/** Id of the one profile record. */
export const FAKE_PROFILE_RECORD = "AAAAAAAAAAAAAAAAAAAAAA" as RecordId;

/** Texts of a transfer: the right shape, no keys. */
export const FAKE_REQUEST = `BSR1.${"7K2QF9M".repeat(35)}`;
export const FAKE_ANSWER = `BSA1.${"4HT3WA8".repeat(380)}`;

/** What the fake holds; change it freely, then say `change(...)`. */
export interface FakeData {
  returns: ReturnsView;
  opening: OpeningState;
  code: string;
  card: readonly string[];
  drilled: boolean;
  cardState: CardState;
  /** Drawn and not drilled. */
  pendingCard: readonly string[] | null;
  asks: { readonly code: boolean; readonly drill: boolean };
  way: WayView;
  putOut: boolean;
  /** A file of any export. */
  out: OutCopy;
  /** What the page said for the last copy. */
  outWords: ExportWords | null;
  taken: TakenIn;
  joinable: readonly ProfileView[];
  aliases: readonly AliasView[];
  approvals: readonly ApprovalView[];
  triesLeft: number;
  papers: readonly PaperView[];
  profile: ProfileRecord;
  /** As the worker would have computed it; `changeAhead` is only written down. */
  ahead: AheadView;
  dossiers: readonly DossierView[];
  shares: readonly ShareView[];
  journal: JournalView;
  /** What organisations decided or handed over, by dossier; the record names the same letters. */
  given: Readonly<Record<RecordId, readonly GivenView[]>>;
  mandates: readonly MandateView[];
  deskKeys: readonly DeskKeys[];
  receipt: WrittenReceipt | null;
  outbox: OutboxView;
  space: SpaceView;
  ending: EndingView | null;
  lost: Lost;
  exported: readonly ExportedFile[];
  diagnostics: string;
  deployment: Deployment | null;
  /** Where dossiers can be prepared; `state` is what it says of them, null: it knows them no more. */
  site: { readonly shape: PrefillShape; readonly state: SiteState | null } | null;
  /** What organisations published: the list, and each form by its procedure's id, whatever version is asked for. */
  published: { readonly list: PublishedList; readonly forms: Readonly<Record<string, PublishedForm>> };
  roomBytes: number | null;
  devices: readonly DeviceView[];
  now: number;
}

type Method = keyof SatchelApi;
type RefusalOf<M extends Method> =
  Awaited<ReturnType<SatchelApi[M]>> extends infer R
    ? R extends { readonly ok: false; readonly error: infer E }
      ? E
      : never
    : never;

export interface FakeSatchel {
  readonly api: SatchelApi;
  /** For SatchelContext. */
  readonly handle: SatchelHandle;
  readonly data: FakeData;
  /** Tells every listener. */
  readonly change: (change: Change) => void;
  /** Every next call of `method` answers with this failure. */
  readonly fail: (method: Method, error: WorkerError) => void;
  /** Every next call of `method` answers with one of its own refusals. */
  readonly refuse: <M extends Method>(method: M, error: RefusalOf<M>) => void;
  /** `method` works again. */
  readonly heal: (method: Method) => void;
  /** Calls of `method` wait until the returned function is called. */
  readonly stall: (method: Method) => () => void;
  /** Arguments of the calls of `method`, oldest first. */
  readonly calls: (method: Method) => readonly (readonly unknown[])[];
}

const cardText = (text: string): string =>
  text
    .toUpperCase()
    .replace(/^BSC1[.:]?/, "")
    .replace(/[^0-9A-Z]/g, "");

/** The two that tests use stand for the worker's whole list. */
function refusedCode(code: string): CodeRefusal | undefined {
  if (!/^\d{6}$/.test(code) && !/^i(?:0\d|1[01]){4}$/.test(code)) return { type: "code-shape" };
  if (/^i(..)\1\1\1$/.test(code)) return { type: "code-too-common" };
  return code === "123456" || /^(\d)\1{5}$/.test(code) ? { type: "code-too-common" } : undefined;
}

/** An open satchel of Saturday 21 November 2026 with nothing in it, unless `start` says otherwise. */
export function createFakeSatchel(start: Partial<FakeData> = {}): FakeSatchel {
  const data: FakeData = {
    returns: FAKE_RETURNS,
    opening: {
      type: "open",
      profile: FAKE_PROFILE,
      cardDrilled: start.drilled ?? false,
      asks: start.asks ?? { code: false, drill: false },
      way: start.way ?? FAKE_WAY,
      putOut: start.putOut ?? false,
    },
    code: FAKE_CODE,
    card: FAKE_CARD,
    drilled: false,
    cardState: {
      set: 0,
      drilledAt: (start.drilled ?? false) ? FAKE_NOW : null,
      due: !(start.drilled ?? false),
      blockNumber: "4821 9037 5516",
      atServer: "waits",
      off: false,
      pending: false,
    },
    pendingCard: null,
    asks: { code: false, drill: false },
    way: FAKE_WAY,
    putOut: false,
    out: { file: new Blob(["PK"], { type: "application/zip" }), papers: 2, dossiers: 1, missing: 0 },
    outWords: null,
    taken: { papers: 3, dossiers: 1, known: 0, missing: 0 },
    joinable: [],
    aliases: [],
    approvals: [],
    triesLeft: 10,
    papers: [],
    profile: { t: "profile" },
    ahead: EMPTY_AHEAD,
    dossiers: [],
    shares: [],
    receipt: null,
    journal: { lines: [], breaks: [], said: [], checkedAt: null, head: null },
    given: {},
    mandates: [],
    deskKeys: fakeDeskKeys(FAKE_DEPLOYMENT),
    outbox: EMPTY_OUTBOX,
    space: EMPTY_SPACE,
    ending: null,
    lost: { type: "nothing" },
    exported: [],
    diagnostics: "ops waiting=0",
    deployment: FAKE_DEPLOYMENT,
    site: null,
    published: { list: { forms: [], refused: [], checkedAt: null }, forms: {} },
    roomBytes: 1_000_000_000,
    devices: [fakeDevice({ here: true })],
    now: FAKE_NOW,
    ...start,
  };
  const listeners = new Set<(change: Change) => void>();
  const failures = new Map<Method, unknown>();
  const stalls = new Map<Method, Promise<void>>();
  const called = new Map<Method, (readonly unknown[])[]>();
  let changes = 0;
  const change = (news: Change): void => {
    changes += 1;
    for (const listener of [...listeners]) listener(news);
  };

  const paperOf = (id: RecordId): PaperView | undefined => data.papers.find((paper) => paper.id === id);
  const dossierOf = (id: RecordId): DossierView | undefined => data.dossiers.find((dossier) => dossier.id === id);
  const missing = err<WorkerError>({ type: "not-found" });

  function withPaper(id: RecordId, edit: (record: ShownPaper) => ShownPaper): Result<PaperView, WorkerError> {
    const before = paperOf(id);
    if (before === undefined) return missing;
    const after: PaperView = { ...before, record: { ...edit(before.record), updatedAt: data.now } };
    data.papers = data.papers.map((paper) => (paper.id === id ? after : paper));
    change({ type: "papers" });
    return ok(after);
  }
  const withPage = (
    id: RecordId,
    page: string,
    edit: (page: ShownPage) => ShownPage,
  ): Result<PaperView, WorkerError> => {
    const before = paperOf(id)?.record.pages[page];
    if (before === undefined) return missing;
    return withPaper(id, (record) => ({ ...record, pages: { ...record.pages, [page]: edit(before) } }));
  };
  function withDossier(
    id: RecordId,
    edit: (record: DossierRecord) => DossierRecord,
    stage?: DossierView["stage"],
  ): Result<DossierView, WorkerError> {
    const before = dossierOf(id);
    if (before === undefined) return missing;
    const record = { ...edit(before.record), updatedAt: data.now };
    const after: DossierView = { ...before, record, stage: stage ?? before.stage };
    data.dossiers = data.dossiers.map((dossier) => (dossier.id === id ? after : dossier));
    change({ type: "dossiers" });
    return ok(after);
  }
  const opened = (profile: ProfileView): Result<ProfileView, never> => {
    data.opening = {
      type: "open",
      profile,
      cardDrilled: data.drilled,
      asks: data.asks,
      way: data.way,
      putOut: data.putOut,
    };
    data.triesLeft = 10;
    change({ type: "opening" });
    return ok(profile);
  };
  const profileOf = (database: string): ProfileView =>
    data.opening.type === "locked"
      ? (data.opening.profiles.find((profile) => profile.database === database) ?? FAKE_PROFILE)
      : FAKE_PROFILE;
  const sorted = (pages: ShownPaper["pages"]): readonly (readonly [string, ShownPage])[] =>
    Object.entries(pages).sort((a, b) => a[1].position - b[1].position || (a[0] < b[0] ? -1 : 1));

  /** Changes what the open satchel says of itself, as the worker does after such a call. */
  function restate(patch: Partial<Pick<FakeData, "asks" | "way" | "cardState">>): void {
    Object.assign(data, patch);
    if (data.opening.type === "open") data.opening = { ...data.opening, asks: data.asks, way: data.way };
    change({ type: "opening" });
  }

  /** Counted from 1, as the worker does. */
  function wrongGroups(typed: string, card = data.card): readonly number[] {
    const text = cardText(typed);
    return card.flatMap((group, at) => (text.slice(at * 4, at * 4 + 4) === group ? [] : [at + 1]));
  }

  const real: SatchelApi = {
    ...fakeReturnApi(
      data,
      () => FAKE_PROFILE,
      () => change({ type: "opening" }),
    ),
    opening: async () => ok(data.opening),
    create: async ({ code, pictogram }) => {
      const refused = refusedCode(code);
      if (refused !== undefined) return err(refused);
      data.code = code;
      return opened({ database: "fake-database", pictogram, codeKind: code.startsWith("i") ? "pictures" : "digits" });
    },
    expectCode: async () => ok(undefined),
    unlock: async ({ database, code }) => {
      if (code === data.code) return opened(profileOf(database));
      data.triesLeft = Math.max(0, data.triesLeft - 1);
      if (data.triesLeft === 0 && data.drilled) return err({ type: "code-dropped" });
      return err({ type: "wrong-code", triesLeft: data.triesLeft, waitMs: data.triesLeft < 7 ? 30_000 : 0 });
    },
    unlockWithCard: async ({ database, card }) => {
      const wrong = wrongGroups(card);
      return wrong.length === 0 ? opened(profileOf(database)) : err({ type: "wrong-groups", groups: wrong });
    },
    lock: async () => {
      if (data.opening.type === "open") data.opening = { type: "locked", profiles: [data.opening.profile] };
      change({ type: "opening" });
      return ok(undefined);
    },
    checkCode: async (code) => {
      const refused = refusedCode(code);
      return refused === undefined ? ok(undefined) : err(refused);
    },
    changeCode: async (code) => {
      const refused = refusedCode(code);
      if (refused !== undefined) return err(refused);
      data.code = code;
      return ok(undefined);
    },
    card: async () => ok({ qr: `BSC1${data.card.join("")}`, groups: data.card, set: 0, drilled: data.drilled }),
    answerCode: async ({ code }) => {
      if (code !== data.code) return err({ type: "wrong-code", triesLeft: data.triesLeft, waitMs: 0 });
      restate({ asks: { ...data.asks, code: false }, cardState: { ...data.cardState, needsCode: false } });
      return ok(undefined);
    },
    postponeCode: async () => {
      restate({ asks: { ...data.asks, code: false } });
      return ok(undefined);
    },
    cardState: async () => ok(data.cardState),
    replaceCard: async () => {
      data.pendingCard ??= FAKE_NEW_CARD;
      restate({ cardState: { ...data.cardState, pending: true } });
      const set = data.cardState.set + 1;
      return ok({ qr: `BSC1${data.pendingCard.join("")}`, groups: data.pendingCard, set, drilled: false });
    },
    dropPendingCard: async () => {
      data.pendingCard = null;
      restate({ cardState: { ...data.cardState, pending: false } });
      return ok(undefined);
    },
    drill: async (card) => {
      const wrong = wrongGroups(card, data.pendingCard ?? data.card);
      if (wrong.length > 0) return err({ type: "wrong-groups", groups: wrong });
      const { set } = data.cardState;
      const replaced =
        data.pendingCard !== null ? { set: set + 1, atServer: "waits" as const, needsCode: true, pending: false } : {};
      data.card = data.pendingCard ?? data.card;
      data.pendingCard = null;
      data.drilled = true;
      if (data.opening.type === "open") data.opening = { ...data.opening, cardDrilled: true };
      restate({
        asks: { ...data.asks, drill: false },
        cardState: { ...data.cardState, ...replaced, drilledAt: data.now, due: false },
      });
      return ok(undefined);
    },
    setCardHere: async ({ on }) => {
      restate({ cardState: { ...data.cardState, off: !on } });
      return ok(undefined);
    },
    erase: async () => {
      data.opening = { type: "none" };
      data.papers = [];
      data.dossiers = [];
      change({ type: "opening" });
      return ok(undefined);
    },

    transferRequest: async () => ok({ text: FAKE_REQUEST, expiresAt: data.now + 900_000 }),
    transferOffer: async ({ code, request }) => {
      if (code !== data.code) return err({ type: "wrong-code", triesLeft: 9, waitMs: 0 });
      if (!request.startsWith("BSR1.")) return err({ type: "not-a-request" });
      return ok({ number: "402913", pictures: [1, 4, 9, 2], expiresAt: data.now + 900_000 });
    },
    transferNumber: async (number) =>
      /^\d{6}$/.test(number) ? ok({ pictures: [1, 4, 9, 2] }) : err({ type: "number-shape" }),
    transferConfirm: async () => {
      data.devices = [...data.devices, fakeDevice({ addedAt: data.now })];
      return ok({ text: FAKE_ANSWER });
    },
    transferAccept: async (answer) =>
      answer.startsWith("BSA1.") ? ok({ pictogram: FAKE_PROFILE.pictogram }) : err({ type: "not-an-answer" }),
    transferFinish: async (code) => {
      const refused = refusedCode(code);
      return refused === undefined ? opened(FAKE_PROFILE) : err(refused);
    },
    transferForget: async () => ok(undefined),
    devices: async () => ok(data.devices),
    removeDevice: async ({ id, code }) => {
      if (code !== data.code) return err({ type: "wrong-code", triesLeft: 9, waitMs: 0 });
      if (!data.devices.some((device) => device.id === id && device.removable)) return missing;
      data.devices = data.devices.map((device) =>
        device.id === id ? { ...device, removable: false, removedAt: data.now } : device,
      );
      change({ type: "opening" });
      return ok({ waits: data.cardState.atServer === "waits" });
    },
    ownDevice: async () => {
      restate({ way: { ...data.way, openedElsewhere: false } });
      return ok(undefined);
    },
    comeBack: async ({ card }) => {
      const wrong = wrongGroups(card);
      return wrong.length === 0 ? ok({ left: data.way.left }) : err({ type: "wrong-groups", groups: wrong });
    },
    comeBackOpen: async ({ code, pictogram }) => {
      const refused = refusedCode(code);
      if (refused?.type === "code-shape") return err(refused);
      if (code === data.code) {
        const codeKind = code.startsWith("i") ? "pictures" : "digits";
        return opened({ database: "fake-database", pictogram, codeKind });
      }
      data.way = { ...data.way, tries: data.way.tries + 1, left: data.way.left - 1 };
      return err(data.way.left <= 0 ? { type: "frozen" } : { type: "wrong-code", left: data.way.left });
    },
    comeBackForget: async () => ok(undefined),

    papers: async () => ok(data.papers),
    papersPart: async ({ from, count, day }) => {
      const kept = likelyFirst(
        data.papers.filter(({ record }) => record.status === "kept"),
        day,
      );
      const kinds: Record<string, number> = {};
      for (const { record } of kept) kinds[record.kind ?? ""] = (kinds[record.kind ?? ""] ?? 0) + 1;
      return ok({
        stamp: changes,
        papers: kept.slice(from, from + count),
        kept: kept.length,
        kinds,
        drafts: data.papers.filter(
          ({ record }) => from === 0 && record.status === "draft" && Object.keys(record.pages).length > 0,
        ),
        binned: data.papers.filter(({ record }) => record.status === "binned").length,
      });
    },
    pocket: async (day) => {
      const kept = data.papers.filter(({ record }) => record.status === "kept");
      const states: Partial<Record<PaperView["state"], number>> = {};
      for (const { state } of kept) states[state] = (states[state] ?? 0) + 1;
      const daysLeft = ({ record }: PaperView): number | null =>
        record.expiry === null ? null : daysUntil(record.expiry, day);
      const draft = data.papers.find(({ record }) => record.status === "draft");
      return ok({
        kept: kept.length,
        states,
        newest: kept
          .toSorted((a, b) => b.record.updatedAt - a.record.updatedAt)
          .slice(0, 3)
          .map(({ record }) => record.kind),
        soon: kept
          .filter((paper) => (daysLeft(paper) ?? soonDays + 1) <= soonDays)
          .toSorted((a, b) => (daysLeft(a) ?? 0) - (daysLeft(b) ?? 0))
          .slice(0, 3),
        draft: draft === undefined ? null : Object.keys(draft.record.pages).length,
      });
    },
    paper: async (id) => {
      const paper = paperOf(id);
      return paper === undefined ? missing : ok(paper);
    },
    startPaper: async (patch) => {
      const { facts: _facts, note, stay: _stay, ...rest } = patch;
      const words = note === undefined ? {} : { note };
      const paper = fakePaper({ ...rest, ...words, pages: {}, status: "draft", createdAt: data.now });
      data.papers = [...data.papers, paper];
      change({ type: "papers" });
      return ok(paper);
    },
    draftPaper: async () => ok(data.papers.find((paper) => paper.record.status === "draft") ?? null),
    addPage: async (id, file, options = {}) => {
      const page = options.page ?? fakeId<string>();
      const raw = options.shot === true || /heic|heif/.test(file.type);
      const pages = paperOf(id)?.record.pages ?? {};
      const last = Math.max(0, ...Object.values(pages).map((other) => other.position));
      const kept = withPaper(id, (record) => ({
        ...record,
        pages: {
          ...record.pages,
          [page]: fakePage({
            position: pages[page]?.position ?? last + 1,
            state: raw ? "raw" : "ready",
            fileName: file.name,
          }),
        },
      }));
      if (!kept.ok) return kept;
      return ok({ page, state: raw ? "raw" : file.type === "application/pdf" ? "file" : "ready", revision: 1 });
    },
    turnPage: async (id, page, turn) => withPage(id, page, (before) => ({ ...before, turn })),
    movePage: async (id, page, before) => {
      const others = sorted(paperOf(id)?.record.pages ?? {}).filter(([key]) => key !== page);
      const at = before === null ? others.length : others.findIndex(([key]) => key === before);
      const low = others[at - 1]?.[1].position ?? (others[at]?.[1].position ?? 1) - 1;
      const high = others[at]?.[1].position ?? low + 1;
      return withPage(id, page, (moved) => ({ ...moved, position: at === others.length ? low + 1 : (low + high) / 2 }));
    },
    removePage: async (id, page) =>
      withPaper(id, (record) => ({
        ...record,
        pages: Object.fromEntries(Object.entries(record.pages).filter(([key]) => key !== page)),
      })),
    describePaper: async (id, { facts, note, stay, ...patch }) =>
      withPaper(id, (record) => {
        let next = { ...record, ...patch } as PaperRecord;
        if (facts !== undefined) next = setPaperFacts(next, facts, data.now);
        if (note !== undefined) next = setPaperNote(next, note, data.now);
        if (stay !== undefined) next = setPaperStay(next, stay, data.now);
        return next;
      }),
    keepPaper: async (id) => {
      const held = paperOf(id)?.record;
      if (held === undefined || !hasSubstance(held)) return err({ type: "no-page" });
      return withPaper(id, (record) => ({ ...record, status: "kept" }));
    },
    binPaper: async (id) => withPaper(id, (record) => ({ ...record, status: "binned", binnedAt: data.now })),
    restorePaper: async (id) => withPaper(id, (record) => ({ ...record, status: "kept", binnedAt: null })),
    erasePaper: async (id) => {
      data.papers = data.papers.filter((paper) => paper.id !== id);
      change({ type: "papers" });
      return ok(undefined);
    },
    readPage: async (id, page) =>
      paperOf(id)?.record.pages[page] === undefined
        ? missing
        : ok({ bytes: new Uint8Array([0xff, 0xd8, 0xff, 0xd9]).buffer, mime: "image/jpeg" }),

    ahead: async () => ok(data.ahead),
    changeAhead: async () => {
      change({ type: "ahead" });
      return ok(undefined);
    },

    profile: async () => ok(data.profile),
    saveProfile: async (patch, removed = []) => {
      const next = { ...data.profile, ...patch };
      for (const claim of removed) delete next[claim];
      data.profile = next;
      return ok(undefined);
    },

    dossiers: async () => ok(data.dossiers),
    dossier: async (id) => {
      const dossier = dossierOf(id);
      return dossier === undefined ? missing : ok(dossier);
    },
    startDossier: async (input) => {
      const dossier = fakeDossier({ ...input, createdAt: data.now });
      data.dossiers = [...data.dossiers, dossier];
      change({ type: "dossiers" });
      return ok(dossier);
    },
    saveAnswers: async (id, patch) => {
      const saved = withDossier(id, (before) => {
        const renewed = patch.renew === undefined ? before : renew(before, patch.renew, data.now);
        const record = patch.told === undefined ? renewed : markRenewalTold(renewed, data.now);
        return {
          ...record,
          page: patch.page ?? record.page,
          notForeseen: patch.notForeseen ?? record.notForeseen,
          answers: Object.fromEntries(
            Object.entries({ ...record.answers, ...patch.answers }).filter(
              (entry): entry is [string, AnswerValue] => entry[1] !== null,
            ),
          ),
          ...(patch.helped === true
            ? {
                typedBy: {
                  ...record.typedBy,
                  ...Object.fromEntries(
                    Object.keys(patch.answers ?? {}).map((key) => [
                      key,
                      { [newestHelp(record) ?? "me"]: true } as const,
                    ]),
                  ),
                },
              }
            : {}),
        };
      });
      return saved.ok ? ok({ savedAt: data.now }) : saved;
    },
    setHelp: async (id, about) => {
      const saved = withDossier(id, (record) => setHelp(record, about, fakeId<string>(), data.now));
      return saved.ok ? ok(undefined) : saved;
    },
    addRow: async (id, repeat) => {
      const row = fakeId<string>();
      const saved = withDossier(id, (record) => ({
        ...record,
        rows: { ...record.rows, [row]: { repeat, position: Object.keys(record.rows).length + 1, removed: false } },
      }));
      return saved.ok ? ok({ row }) : saved;
    },
    removeRow: async (id, row) => {
      const before = dossierOf(id)?.record.rows[row];
      if (before === undefined) return missing;
      const saved = withDossier(id, (record) => ({
        ...record,
        rows: { ...record.rows, [row]: { ...before, removed: true } },
      }));
      return saved.ok ? ok(undefined) : saved;
    },
    addVoice: async (id, key, { title, mime, bytes, seconds }) => {
      const held = dossierOf(id);
      if (held === undefined) return err({ type: "not-found" });
      const pointer = { blob: "fake", bytes: bytes.byteLength, mime } as unknown as ShownPage["original"];
      const page: ShownPage = {
        position: 1,
        turn: 0,
        state: "ready",
        readable: null,
        preview: null,
        original: pointer,
      };
      const spoken = fakePaper({ kind: voiceKind, title, facts: { seconds: String(seconds) }, pages: { said: page } });
      data.papers = [...data.papers, spoken];
      const slot = voiceSlot(key);
      withDossier(id, (record) => ({
        ...record,
        attached: {
          ...record.attached,
          [slot]: { papers: [...(record.attached[slot]?.papers ?? []), spoken.id], missing: false },
        },
      }));
      return ok(spoken.id);
    },
    removeVoice: async (id, key, voice) => {
      const slot = voiceSlot(key);
      const saved = withDossier(id, (record) => ({
        ...record,
        attached: {
          ...record.attached,
          [slot]: { papers: (record.attached[slot]?.papers ?? []).filter((one) => one !== voice), missing: false },
        },
      }));
      data.papers = data.papers.filter((one) => one.id !== voice);
      return saved.ok ? ok(undefined) : saved;
    },
    attach: async (id, requirement, papers, absent, agreed = []) => {
      const before = dossierOf(id)?.record.attached ?? {};
      const said = new Set([...Object.values(before).flatMap((each) => each.papers), ...agreed]);
      const held = papers.flatMap((paper) => data.papers.find((each) => each.id === paper) ?? []);
      const { ask } = partForDossier(
        held.map((each) => ({ ...each.record, id: each.id })),
        said,
      );
      if (ask.length > 0) return err({ type: "stays-here", papers: ask.map((paper) => paper.id) });
      const saved = withDossier(id, (record) => ({
        ...record,
        attached: { ...record.attached, [requirement]: { papers, missing: absent } },
      }));
      return saved.ok ? ok(undefined) : saved;
    },
    send: async (id, declaration) =>
      withDossier(
        id,
        (record) => ({
          ...record,
          status: "sent",
          declaration: declaration === null ? null : { text: declaration, at: data.now },
        }),
        "waits",
      ),
    eraseDossier: async (id) => {
      data.dossiers = data.dossiers.filter((dossier) => dossier.id !== id);
      change({ type: "dossiers" });
      return ok({ left: false });
    },
    markSeen: async (id) => {
      const saved = withDossier(id, (record) => ({
        ...record,
        replies: Object.fromEntries(
          Object.entries(record.replies).map(([letter, reply]) => [letter, { ...reply, seen: true }]),
        ),
      }));
      return saved.ok ? ok(undefined) : saved;
    },

    sendWithout: async (id, papers) =>
      withDossier(id, (record) => withholdPapers({ ...record, status: "sent" }, papers, data.now) ?? record, "waits"),
    given: async (id) => ok(data.given[id] ?? []),
    keepGiven: async (id, letter, at) => {
      const one = data.given[id]?.find((each) => each.letter === letter)?.papers[at];
      if (one === undefined) return missing;
      const paper = one.paper ?? fakeId<RecordId>();
      const kept = (each: GivenView): GivenView =>
        each.letter === letter
          ? { ...each, papers: each.papers.map((held, n) => (n === at ? { ...held, paper } : held)) }
          : each;
      data.given = { ...data.given, [id]: data.given[id]?.map(kept) ?? [] };
      change({ type: "dossiers" });
      return ok({ paper });
    },

    ...fakeInPerson(data, () => change({ type: "dossiers" })),
    ...fakeMandates(data, { now: () => data.now, id: fakeId, change: () => change({ type: "shares" }) }),
    shares: async () => ok(data.shares),
    share: async (id) => {
      const share = data.shares.find((each) => each.id === id);
      return share === undefined ? missing : ok(share);
    },
    shareTerms: async (days) => ok({ until: shareEnd(days, data.now) }),
    startShare: async ({ organisation, purpose, days, until, papers }) => {
      const given = papers.map(({ paper, pages }) => {
        const { kind, title, holder, expiry } = paperOf(paper)?.record ?? fakePaper().record;
        return { kind, title, holder, expiry, pages: pages.length };
      });
      const share = fakeShare(
        { organisation, purpose, days, until, papers: given },
        { stage: "waits", depositedAt: null },
      );
      data.shares = [share, ...data.shares];
      change({ type: "shares" });
      return ok(share);
    },
    endShare: async (id) => {
      const before = data.shares.find((each) => each.id === id);
      if (before === undefined) return missing;
      const after: ShareView = { ...before, record: endShare(before.record, data.now), stage: "ending" };
      data.shares = data.shares.map((each) => (each.id === id ? after : each));
      change({ type: "shares" });
      return ok(after);
    },
    withdraw: async (id) => withDossier(id, (record) => withdraw(record, data.now), "withdrawing"),
    ownJournal: async () => ok(data.journal),
    lookJournal: async () => ok(data.journal),
    ownDeposit: async () => missing,
    ownRead: async () => missing,
    ownDestroy: async () => missing,
    ownMetadata: async () => missing,
    ownCheck: async () => missing,
    ownList: async () => ok([]),
    ownReceipt: async () => (data.receipt === null ? missing : ok(data.receipt)),
    ownCount: async () => ok({ papers: 0, pages: 0, bytes: 0 }),
    publishedForms: async () => ok(data.published.list),
    publishedForm: async (procedure) => {
      const form = data.published.forms[procedure];
      return form === undefined ? missing : ok(form);
    },

    handOffShape: async () => (data.site === null ? err({ type: "off" }) : ok(data.site.shape)),
    handOff: async (id, { values: _values, ...input }) =>
      data.site === null
        ? err({ type: "off" })
        : withDossier(id, (record) =>
            withHandOff(record, 1000, {
              ...input,
              url: "https://site.example/commencer/aide?prefill_token=abcdefgh",
              token: "abcdefgh",
              at: data.now,
            }),
          ),
    followHandOff: async (id) => {
      const { site } = data;
      if (site === null) return err({ type: "off" });
      return withDossier(id, (record) =>
        Object.entries(record.handOffs ?? {}).reduce(
          (before, [number, one]) =>
            withHandOff(before, Number(number), learned(one, site.state ?? undefined, data.now)),
          record,
        ),
      );
    },
    others: async () =>
      ok([
        ...data.papers.flatMap(({ id, record }) => othersOf(record).map((other) => ({ id, what: record.t, ...other }))),
        ...data.dossiers.flatMap(({ id, record }) =>
          othersOf(record).map((other) => ({ id, what: record.t, ...other })),
        ),
        ...othersOf(data.profile).map((other) => ({ id: FAKE_PROFILE_RECORD, what: "profile" as const, ...other })),
      ]),
    readOther: async ({ id }) =>
      paperOf(id) === undefined
        ? missing
        : ok({ bytes: new Uint8Array([0xff, 0xd8, 0xff, 0xd9]).buffer, mime: "image/jpeg" }),
    settleOther: async ({ id, path, choice }) => {
      const decide = <R extends SatchelRecord>(record: R): R =>
        choice === null ? settleOther(record, path) : chooseOther(record, path, choice, data.now);
      if (id === FAKE_PROFILE_RECORD) data.profile = decide(data.profile);
      else if (paperOf(id) !== undefined) withPaper(id, (record) => decide(record as PaperRecord));
      else withDossier(id, decide);
      return ok(undefined);
    },

    outbox: async () => ok(data.outbox),
    sendNow: async () => ok(undefined),
    retry: async () => ok(undefined),
    hint: async () => ok(undefined),
    exportItem: async () => ok(data.exported),
    diagnostics: async () => ok(data.diagnostics),
    exportAll: async (words) => {
      data.outWords = words;
      return ok(data.out);
    },
    exportSealed: async ({ code, words }) => {
      data.outWords = words;
      return code === data.code
        ? ok({ ...data.out, set: 0, drilled: data.drilled })
        : err({ type: "wrong-code", triesLeft: 9, waitMs: 0 });
    },
    lookSealed: async () => ok({ set: 0, codeKind: "digits" }),
    joinable: async () => ok(data.joinable),
    aliases: async () => ok(data.aliases),
    importSealed: async ({ card, code }) => {
      const wrong = wrongGroups(card);
      if (wrong.length > 0) return err({ type: "wrong-groups", groups: wrong });
      return code === data.code ? ok(data.taken) : err({ type: "wrong-code" });
    },
    joinSatchel: async ({ code }) =>
      code === data.code ? ok(data.taken) : err({ type: "wrong-code", triesLeft: 9, waitMs: 0 }),
    eraseEverywhere: async ({ code }) => {
      if (code !== data.code) return err({ type: "wrong-code", triesLeft: 9, waitMs: 0 });
      return real.wipeDevice();
    },
    wipeDevice: async () => {
      data.opening = { type: "none" };
      data.papers = [];
      data.dossiers = [];
      change({ type: "opening" });
      return ok(undefined);
    },
    setDataChoice: async ({ photosOnWifi }) => {
      data.outbox = { ...data.outbox, data: { ...data.outbox.data, photosOnWifi } };
      change({ type: "outbox" });
      return ok(undefined);
    },
    ending: async () => ok(data.ending),
    space: async () => ok(data.space),
    freeSpace: async (papers) => {
      const gone = data.space.papers.filter((paper) => papers.includes(paper.id) && paper.state === "may-go");
      const freed = gone.reduce((sum, paper) => sum + paper.bytes, 0);
      data.space = {
        ...data.space,
        here: data.space.here - freed,
        freeable: data.space.freeable - freed,
        papers: data.space.papers.map((paper) => (gone.includes(paper) ? { ...paper, state: "away" } : paper)),
      };
      data.papers = data.papers.map((paper) => (papers.includes(paper.id) ? { ...paper, state: "away" } : paper));
      change({ type: "papers" });
      return ok({ freed });
    },
    fetchBack: async (id) => {
      data.papers = data.papers.map((paper) => (paper.id === id ? { ...paper, state: "sealed-copy" } : paper));
      change({ type: "papers" });
      return ok(undefined);
    },
    lost: async () => ok(data.lost),

    approvalRead: async () => ok({ place: "Médiathèque de la Gare", pictures: [0, 3, 7, 11] }),
    approvalGive: async (papers) => {
      const id = fakeId<string>();
      const chosen = papers.flatMap((paper) => data.papers.find((each) => each.id === paper) ?? []);
      const view = {
        papers: chosen.map(({ id: paper, record }) => ({ id: paper, title: record.title, kind: record.kind })),
      };
      data.approvals = [fakeApproval({ id, ...view }), ...data.approvals];
      change({ type: "approvals" });
      return ok({ id });
    },
    approvalForget: async () => ok(undefined),
    approvals: async () => ok(data.approvals),
    approvalEnd: async (id) => {
      data.approvals = data.approvals.map((each) =>
        each.id === id ? { ...each, isOpen: false, endedAt: data.now } : each,
      );
      change({ type: "approvals" });
      return ok(undefined);
    },

    packCarrier: async () => {
      if (data.outbox.waiting === 0) return err({ type: "nothing" });
      const file = new Blob(["%PDF-1.7"], { type: "application/pdf" });
      return ok({ file, count: data.outbox.waiting, bytes: data.outbox.bytesLeft, left: 0 });
    },
    takeReceipt: async () => {
      const arrived = data.outbox.waiting;
      data.outbox = { ...data.outbox, waiting: 0, bytesLeft: 0 };
      change({ type: "outbox" });
      return ok({ arrived, left: 0, at: data.now });
    },

    deployment: async () => ok(data.deployment),
    roomLeft: async () => ok({ bytes: data.roomBytes }),
    flush: async () => ok(undefined),
    onChange: async (listener) => void listeners.add(listener),
  };

  const guarded = Object.fromEntries(
    (Object.keys(real) as Method[]).map((name) => [
      name,
      async (...args: readonly unknown[]) => {
        called.set(name, [...(called.get(name) ?? []), args]);
        await stalls.get(name);
        if (failures.has(name)) return err(failures.get(name));
        return (real[name] as (...given: readonly unknown[]) => Promise<unknown>)(...args);
      },
    ]),
  ) as unknown as SatchelApi;

  return {
    api: guarded,
    handle: {
      api: guarded,
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    data,
    change,
    fail: (method, error) => void failures.set(method, error),
    refuse: (method, error) => void failures.set(method, error),
    heal: (method) => void failures.delete(method),
    stall(method) {
      let release = (): void => undefined;
      stalls.set(method, new Promise((resolve) => (release = resolve)));
      return () => {
        stalls.delete(method);
        release();
      };
    },
    calls: (method) => called.get(method) ?? [],
  };
}
