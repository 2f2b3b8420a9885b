/**
 * An in-memory DeskApi for component tests: plain objects, no keys, no worker, no network. Runs in Node or a page.
 *
 *   const desk = createFakeDesk({ dossiers: [fakeDeskDossier({ name: "Camille Morel" })] });
 *   desk.fail("inbox", { type: "locked" });   every next call answers so, until desk.heal("inbox")
 *   const release = desk.stall("open");       calls wait (the "loading" state) until release()
 *   desk.data.online = false;                 refresh and enrol answer "no-network"
 *   desk.calls("answer")                      arguments of each call so far
 *
 * The right code is "417233", the right one-time code `FAKE_DESK_CODE`. Surprising: groups in a refusal count from 1,
 * as protocol/groups.ts does.
 */

import type { DeskHandle } from "../../src/app/desk/state.ts";
import type { FormFile } from "../../src/forms/model.ts";
import type { PublishedForm } from "../../src/forms/published.ts";
import type { DossierPayload } from "../../src/satchel/model.ts";
import type { BlobId, LetterId, PrincipalId } from "../../src/shared/ids.ts";
import { err, ok } from "../../src/shared/result.ts";
import type {
  DeployedOrganisation,
  Deployment,
  DeskApi,
  DeskChange,
  DeskDossier,
  DeskDossierRow,
  DeskOpening,
  DeskShare,
  EnrolRefusal,
} from "../../src/workers/desk.contract.ts";
import type { InactivePerson } from "../../src/workers/inactive-desk.contract.ts";
import type { DeskLogin, LoginStep } from "../../src/workers/login-desk.contract.ts";
import type { DeedRefusal, DeskMandate } from "../../src/workers/mandates-desk.contract.ts";
import type { DeskPublication, PublishRefusal } from "../../src/workers/published-desk.contract.ts";
import type { DeskReturnRefusal, DeskReturns } from "../../src/workers/recovery-desk.contract.ts";
import type { UnlockRefusal, WorkerError } from "../../src/workers/satchel.contract.ts";
import type { Joining, TeamHelper, TeamView } from "../../src/workers/team-desk.contract.ts";
import type { DeskWork, GiveRefusal } from "../../src/workers/work-desk.contract.ts";
import { FAKE_SHEET } from "./fake-in-person.ts";
import { fakeDeskMandates } from "./fake-mandates.ts";
import { fakeDeskReturnApi } from "./fake-returns.ts";
import { FAKE_CODE, FAKE_DEPLOYMENT, FAKE_NOW, fakeId } from "./fake-satchel.ts";

export { FAKE_CODE, FAKE_NOW };

/** Ten groups of four, as `npm start` prints them. */
export const FAKE_DESK_CODE: readonly string[] = "W4TR 9KQM B2HX Y7PD N5VC 8JLA E3GS U6FZ R9TB K2MW".split(" ");

const HOUR = 3_600_000;

export interface FakeDossierPatch extends Partial<Omit<DeskDossierRow, "papers">> {
  readonly payload?: Partial<DossierPayload>;
  readonly papers?: DeskDossier["papers"];
  readonly sentStatuses?: DeskDossier["sentStatuses"];
}

export function fakeDeskPaper(patch: Partial<DeskDossier["papers"][number]> = {}): DeskDossier["papers"][number] {
  return {
    requirement: "identity",
    kind: "identity-card",
    title: "",
    holder: "me",
    expiry: "2031-04-02",
    pages: [{ blob: fakeId<BlobId>(), preview: null, mime: "image/jpeg", turn: 0, here: true }],
    ...patch,
  };
}

/** A request for an address, one paper here, not yet opened. */
export function fakeDeskDossier(patch: FakeDossierPatch = {}): DeskDossier {
  const { payload, papers = [fakeDeskPaper()], sentStatuses = [], ...row } = patch;
  const procedure = row.procedure ?? "domiciliation";
  const number = row.number ?? "K7QF2M9D";
  return {
    row: {
      letter: fakeId<LetterId>(),
      number,
      procedure,
      name: "Camille Morel",
      depositedAt: FAKE_NOW - 2 * HOUR,
      papers: { here: papers.filter((paper) => paper.pages.every((page) => page.here)).length, of: papers.length },
      status: "new",
      notForeseen: (payload?.notForeseen ?? "") !== "",
      replaces: null,
      trouble: null,
      ...row,
    },
    payload: {
      t: "dossier",
      procedure,
      formVersion: 2,
      number,
      filledAt: FAKE_NOW - 26 * HOUR,
      language: "fr",
      answers: {
        given_name: { v: "text", text: "Camille" },
        family_name: { v: "text", text: "Morel" },
        birthdate: { v: "date", date: "1984-07" },
        sleeping_place: { v: "choice", id: "with-someone" },
        commune_links: { v: "choices", ids: ["work", "family"] },
        address_elsewhere: { v: "unknown" },
        phone: { v: "text", text: "06 39 98 00 42" },
      },
      rows: {},
      notForeseen: "",
      declaration: null,
      papers: papers.map(({ pages: own, ...paper }) => ({
        ...paper,
        pages: own.map(({ blob, preview, turn }) => ({ blob, preview, turn })),
      })),
      missing: [],
      ...payload,
    },
    papers,
    sentStatuses,
  };
}

/** A tax notice of two pages, for help with the rent, until 22 December. */
export function fakeDeskShare(
  row: Partial<DeskShare["row"]> = {},
  rest: Partial<Omit<DeskShare, "row">> = {},
): DeskShare {
  const papers = rest.papers ?? [
    { kind: "tax-notice", title: "", holder: "me", expiry: null, pages: [fakeId<BlobId>(), fakeId<BlobId>()] },
  ];
  return {
    language: "fr",
    ...rest,
    papers,
    row: {
      letter: fakeId<LetterId>(),
      name: "Camille Morel",
      purpose: "Aide pour le loyer",
      papers: papers.length,
      depositedAt: FAKE_NOW - 2 * HOUR,
      until: FAKE_NOW + 31 * 24 * HOUR,
      state: "new",
      ...row,
    },
  };
}

/** What the fake holds; change it freely, then say `change(...)`. */
export interface FakeDeskData {
  opening: DeskOpening;
  code: string;
  deskCode: readonly string[];
  triesLeft: number;
  dossiers: readonly DeskDossier[];
  shares: readonly DeskShare[];
  mandates: readonly DeskMandate[];
  organisation: DeployedOrganisation | null;
  deployment: Deployment | null;
  online: boolean;
  lastAnswerAt: number;
  waiting: number;
  /** Newest first; `files`: their texts by "form@version". */
  publications: readonly DeskPublication[];
  files: Readonly<Record<string, string>>;
  /** Published forms by their procedure's id, whatever version is asked for. */
  forms: Readonly<Record<string, PublishedForm>>;
  team: TeamView;
  /** Of an invitation that was answered in this browser. */
  joining: Joining | null;
  inactive: readonly InactivePerson[];
  returns: DeskReturns;
  login: DeskLogin;
  /** What `loginStep` answers, one after the other; the last one stays. */
  loginSteps: readonly LoginStep[];
  now: number;
  /** What `page` answers; a JPEG of no picture. */
  bytes: (blob: BlobId) => ArrayBuffer;
}

type Method = keyof DeskApi;
export type FakeDeskError =
  | WorkerError
  | UnlockRefusal
  | EnrolRefusal
  | PublishRefusal
  | DeskReturnRefusal
  | GiveRefusal
  | DeedRefusal
  | { readonly type: "no-network" | "not-arrived" };

export interface FakeDesk {
  readonly api: DeskApi;
  /** For DeskContext. */
  readonly handle: DeskHandle;
  readonly data: FakeDeskData;
  /** Tells every listener. */
  readonly change: (change: DeskChange) => void;
  /** Every next call of `method` answers with this failure or refusal. */
  readonly fail: (method: Method, error: FakeDeskError) => void;
  readonly heal: (method: Method) => void;
  /** Calls of `method` wait until the returned function is called. */
  readonly stall: (method: Method) => () => void;
  readonly calls: (method: Method) => readonly (readonly unknown[])[];
}

/** An open desk of Saturday 21 November 2026 with an empty inbox, unless `start` says otherwise. */
export function createFakeDesk(start: Partial<FakeDeskData> = {}): FakeDesk {
  const deployment = start.deployment === undefined ? FAKE_DEPLOYMENT : start.deployment;
  const organisation = deployment?.organisations[0] ?? null;
  const data: FakeDeskData = {
    opening: { type: "open", organisation: organisation?.name ?? "" },
    code: FAKE_CODE,
    deskCode: FAKE_DESK_CODE,
    triesLeft: 10,
    dossiers: [],
    shares: [],
    mandates: [],
    organisation,
    deployment,
    online: true,
    lastAnswerAt: FAKE_NOW - 60_000,
    waiting: 0,
    publications: [],
    files: {},
    forms: {},
    returns: { people: [], mayHelp: true, operates: false },
    team: { state: "old", mayManage: false, helpers: [], receives: true, invitations: [] },
    joining: null,
    inactive: [],
    login: { needs: [], site: null, helper: true, isIn: true },
    loginSteps: [{ type: "waiting" }],
    now: FAKE_NOW,
    bytes: () => new Uint8Array([0xff, 0xd8, 0xff, 0xd9]).buffer,
    ...start,
  };
  const listeners = new Set<(change: DeskChange) => void>();
  const failures = new Map<Method, FakeDeskError>();
  const stalls = new Map<Method, Promise<void>>();
  const called = new Map<Method, (readonly unknown[])[]>();
  const change = (news: DeskChange): void => {
    for (const listener of [...listeners]) listener(news);
  };
  const find = (letter: LetterId): DeskDossier | undefined => data.dossiers.find((one) => one.row.letter === letter);
  const put = (after: DeskDossier): void => {
    data.dossiers = data.dossiers.map((one) => (one.row.letter === after.row.letter ? after : one));
    change({ type: "inbox" });
  };
  const nothing: DeskWork = { notes: [], assigned: null, closed: false };
  const noteOf = (text: string): DeskWork["notes"][number] => {
    const by = data.team.helpers.find(({ isMe }) => isMe)?.id ?? null;
    return { id: fakeId(), at: data.now, by, text };
  };
  const work = (letter: LetterId, patch: (before: DeskWork) => Partial<DeskWork>) => {
    const before = find(letter);
    if (before === undefined) return err({ type: "not-found" } as const);
    const held = before.work ?? nothing;
    put({ ...before, work: { ...held, ...patch(held) } });
    return ok(undefined);
  };
  const opened = (): void => {
    data.opening = { type: "open", organisation: data.organisation?.name ?? "" };
    data.triesLeft = 10;
    change({ type: "opening" });
  };

  const real: DeskApi = {
    ...fakeDeskReturnApi(data, () => data.now),
    opening: async () => ok(data.opening),
    enrol: async ({ deskCode, code }) => {
      if (!data.online) return err({ type: "no-network" });
      if (code === "123456") return err({ type: "code-too-common" });
      const typed = deskCode.replace(/[^0-9A-Z]/g, "");
      const wrong = data.deskCode.flatMap((group, at) => (typed.slice(at * 4, at * 4 + 4) === group ? [] : [at + 1]));
      if (wrong.length === data.deskCode.length) return err({ type: "wrong-desk-code" });
      if (wrong.length > 0) return err({ type: "wrong-groups", groups: wrong });
      data.code = code;
      opened();
      return ok(undefined);
    },
    unlock: async (code) => {
      if (code === data.code) {
        opened();
        return ok(undefined);
      }
      data.triesLeft = Math.max(0, data.triesLeft - 1);
      return err({ type: "wrong-code", triesLeft: data.triesLeft, waitMs: data.triesLeft < 7 ? 30_000 : 0 });
    },
    lock: async () => {
      data.opening = { type: "locked", organisation: data.organisation?.name ?? "" };
      change({ type: "opening" });
      return ok(undefined);
    },
    login: async () => (data.online ? ok(data.login) : err({ type: "no-network" })),
    beginLogin: async () => (data.online ? ok({ page: "/connexion/guichet/partir" }) : err({ type: "no-network" })),
    loginStep: async () => {
      const [step = { type: "waiting" }, ...more] = data.loginSteps;
      if (more.length > 0) data.loginSteps = more;
      if (step.type === "in") {
        data.login = { ...data.login, isIn: true };
        change({ type: "network" });
      }
      return ok(step);
    },
    organisation: async () => ok(data.organisation),
    deskSheet: async () => ok(FAKE_SHEET),
    deployment: async () => ok(data.deployment),
    inbox: async () =>
      ok({
        rows: data.dossiers.map((dossier) => dossier.row),
        lastAnswerAt: data.lastAnswerAt,
        waiting: data.waiting,
      }),
    open: async (letter) => {
      const before = find(letter);
      if (before === undefined) return err({ type: "not-found" });
      if (before.row.status === "new") put({ ...before, row: { ...before.row, status: "opened" } });
      return ok(find(letter) ?? before);
    },
    ...fakeDeskMandates(data, { now: () => data.now, change: () => change({ type: "inbox" }) }),
    shares: async () => ok(data.shares.map((share) => share.row)),
    openShare: async (letter) => {
      const share = data.shares.find(({ row }) => row.letter === letter);
      if (share === undefined || share.row.state === "over" || share.row.state === "ended")
        return err({ type: "not-found" });
      if (share.row.state === "opened") return ok(share);
      const after: DeskShare = { ...share, row: { ...share.row, state: "opened" } };
      data.shares = data.shares.map((one) => (one === share ? after : one));
      change({ type: "inbox" });
      return ok(after);
    },
    page: async (letter, blob) => {
      const given = data.shares.find(({ row }) => row.letter === letter);
      if (given?.papers.some((paper) => paper.pages.includes(blob)) === true)
        return ok({ bytes: data.bytes(blob), mime: "image/jpeg" });
      const pages = find(letter)?.papers.flatMap((paper) => paper.pages) ?? [];
      const page = pages.find((one) => one.blob === blob || one.preview === blob);
      if (page === undefined) return err({ type: "not-found" });
      if (!page.here) return err({ type: "not-arrived" });
      return ok({ bytes: data.bytes(blob), mime: page.mime });
    },
    answer: async (letter, reply) => {
      const before = find(letter);
      if (before === undefined) return err({ type: "not-found" });
      put({
        ...before,
        row: { ...before.row, status: reply.status === "message" ? before.row.status : reply.status },
        sentStatuses: [...before.sentStatuses, { at: data.now, ...reply }],
      });
      return ok(undefined);
    },
    give: async (letter, { text, decision, papers }) => {
      const before = find(letter);
      if (before === undefined) return err({ type: "not-found" });
      const shown = papers.map(({ title, kind, file }) => ({ title, kind, bytes: file.size }));
      put({
        ...before,
        row: decision === null ? before.row : { ...before.row, status: "decided" },
        given: [...(before.given ?? []), { at: data.now, text, decision, papers: shown, stage: "waits" }],
      });
      return ok(undefined);
    },
    addNote: async (letter, text) => work(letter, ({ notes }) => ({ notes: [...notes, noteOf(text)] })),
    assign: async (letter, assigned) => {
      const done = work(letter, () => ({ assigned }));
      const { row, ...rest } = find(letter) ?? {};
      const { assigned: _before, ...plain } = row ?? ({} as DeskDossierRow);
      if (done.ok && row !== undefined)
        put({ ...rest, row: assigned === null ? plain : { ...plain, assigned } } as DeskDossier);
      return done;
    },
    close: async (letter, closed) => {
      const done = work(letter, () => ({ closed }));
      const { row, ...rest } = find(letter) ?? {};
      const { closed: _before, ...plain } = row ?? ({} as DeskDossierRow);
      if (done.ok && row !== undefined)
        put({ ...rest, row: closed ? { ...plain, closed: true } : plain } as DeskDossier);
      return done;
    },
    publications: async () => (data.online ? ok(data.publications) : err({ type: "no-network" })),
    publishForm: async (text) => {
      if (!data.online) return err({ type: "no-network" });
      const { form, words } = JSON.parse(text) as FormFile;
      const before = data.publications.filter((each) => each.form === form.id);
      if (before.some((each) => each.version >= form.version)) return err({ type: "older" });
      const publication: DeskPublication = {
        form: form.id,
        version: form.version,
        at: data.now,
        withdrawnAt: null,
        newest: true,
        bytes: text.length,
        title: String(words.fr?.title),
      };
      const older = data.publications.map((each) => (each.form === form.id ? { ...each, newest: false } : each));
      data.publications = [publication, ...older];
      data.files = { ...data.files, [`${form.id}@${form.version}`]: text };
      return ok(publication);
    },
    withdrawForm: async (form) => {
      if (!data.online) return err({ type: "no-network" });
      data.publications = data.publications.map((each) =>
        each.form === form && each.newest ? { ...each, withdrawnAt: data.now } : each,
      );
      return ok(undefined);
    },
    publishedFile: async (form, version) => {
      const text = data.files[`${form}@${version}`];
      return text === undefined ? err({ type: "not-found" }) : ok({ text });
    },
    publishedForm: async (procedure) => {
      const form = data.forms[procedure];
      return form === undefined ? err({ type: "not-found" }) : ok(form);
    },
    inactive: async () => ok(data.inactive),
    team: async () => ok(data.team),
    becomeFirstHelper: async ({ name }) => {
      const me: TeamHelper = { id: fakeId<PrincipalId>(), role: "manager", name, isMe: true };
      data.team = { ...data.team, state: "helpers", mayManage: true, helpers: [me], receives: false };
      change({ type: "team" });
      return ok(undefined);
    },
    invite: async (role) => {
      if (!data.online) return err({ type: "no-network" });
      const until = data.now + 48 * HOUR;
      const invitation = { id: fakeId(), role, until, asked: null };
      data.team = { ...data.team, invitations: [...data.team.invitations, invitation] };
      change({ type: "team" });
      return ok({ groups: data.deskCode, until });
    },
    confirmHelper: async (id) => {
      const invitation = data.team.invitations.find((one) => one.id === id);
      if (invitation?.asked == null) return err({ type: "not-found" });
      const { role, asked } = invitation;
      const helper: TeamHelper = { id: fakeId<PrincipalId>(), role, name: asked.name, isMe: false };
      const invitations = data.team.invitations.filter((one) => one !== invitation);
      data.team = { ...data.team, helpers: [...data.team.helpers, helper], invitations, receives: true };
      change({ type: "team" });
      return ok(undefined);
    },
    changeRole: async (id, role) => {
      const helpers = data.team.helpers.map((one) => (one.id === id ? { ...one, role } : one));
      data.team = { ...data.team, helpers };
      change({ type: "team" });
      return ok(undefined);
    },
    removeHelper: async (id) => {
      data.team = { ...data.team, helpers: data.team.helpers.filter((one) => one.id !== id) };
      change({ type: "team" });
      return ok(undefined);
    },
    makeOrganisationCard: async () => ok({ groups: data.deskCode }),
    drillOrganisationCard: async (groups) => {
      if (groups.replace(/[^0-9A-Z]/g, "") !== data.deskCode.join("")) return err({ type: "other-card" });
      const card: TeamHelper = { id: fakeId<PrincipalId>(), role: "card", name: "", isMe: false };
      const helpers = [...data.team.helpers.filter(({ role }) => role !== "card"), card];
      data.team = { ...data.team, helpers, receives: true };
      change({ type: "team" });
      return ok(undefined);
    },
    join: async () => {
      data.joining = { type: "asked", pictures: [0, 3, 7, 11], digits: "04712290" };
      data.opening = { type: "locked", organisation: data.organisation?.name ?? "" };
      change({ type: "opening" });
      return ok(data.joining);
    },
    joining: async () => (data.joining === null ? err({ type: "not-found" }) : ok(data.joining)),
    openWithOrganisationCard: async () => {
      opened();
      return ok(undefined);
    },
    refresh: async () => {
      if (!data.online) return err({ type: "no-network" });
      data.lastAnswerAt = data.now;
      change({ type: "inbox" });
      return ok(undefined);
    },
    onChange: async (listener) => void listeners.add(listener),
  };

  const guarded = Object.fromEntries(
    (Object.keys(real) as Method[]).map((name) => [
      name,
      async (...args: readonly unknown[]) => {
        called.set(name, [...(called.get(name) ?? []), args]);
        await stalls.get(name);
        const failure = failures.get(name);
        if (failure !== undefined) return err(failure);
        return (real[name] as (...given: readonly unknown[]) => Promise<unknown>)(...args);
      },
    ]),
  ) as unknown as DeskApi;

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
