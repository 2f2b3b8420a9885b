/**
 * Opening at a shared computer by this phone (decisions/0023): reads the computer's question, meets it at the server, gives
 * chosen papers for twenty minutes, shows what was done there, takes in what was added. Runs in the satchel worker, loaded
 * when it is needed.
 *
 * Surprising fact: what is shown was signed on both sides. The server's list is believed as far as its certificate is of
 * this satchel and its acts follow each other; names of papers come from this phone alone.
 */

import {
  addedIds,
  approvalCheck,
  type GrantedPaper,
  type Met,
  openAdded,
  readAskText,
  sealGrant,
} from "../../crypto/approval.ts";
import {
  type ApprovalAct,
  type ApprovalCertificate,
  type ApprovalId,
  approvalServerOf,
  depositHash,
  isApprovalId,
  isApprovalSecret,
  readActs,
  readAsk,
  readCertificate,
  signCertificate,
} from "../../protocol/approval.ts";
import type { ListedApproval } from "../../protocol/approval-wire.ts";
import { approvals as limits } from "../../protocol/limits.ts";
import { b64 } from "../../protocol/sign.ts";
import type { ServerTime } from "../../protocol/wire.ts";
import type { BlobPointer, PaperRecord, SatchelRecord } from "../../satchel/model.ts";
import * as paper from "../../satchel/paper.ts";
import { fromBase64Url } from "../../shared/bytes.ts";
import type { RecordId } from "../../shared/ids.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { NewBlob } from "../../storage/ports.ts";
import type { ApprovalEvent, ApprovalMet, ApprovalRefusal, ApprovalView, ApprovedPaper } from "../approval.contract.ts";
import { createApprovalTransport } from "../common/approval-transport.ts";
import type { AskDeps } from "../common/blob-reader.ts";
import { putBlob } from "../common/blobs.ts";
import { updateProfile } from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import type { Heard } from "../common/json-calls.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { askAsDevice } from "./heard.ts";
import { isPaper } from "./paper-view.ts";
import { released } from "./papers.ts";

export interface ApprovalsDeps extends SatchelDeps {
  readonly fetch: AskDeps["fetch"];
  readonly timers: Timers;
}

type Problem = WorkerError | ApprovalRefusal;

export interface Approvals {
  readonly read: (session: Session, text: string) => Promise<Result<ApprovalMet, Problem>>;
  readonly give: (session: Session, papers: readonly RecordId[]) => Promise<Result<{ readonly id: string }, Problem>>;
  readonly forget: () => void;
  readonly list: (session: Session) => Promise<Result<readonly ApprovalView[], Problem>>;
  readonly end: (session: Session, id: string) => Promise<Result<void, Problem>>;
  /** Takes in what was added where this device approved. True: something may still come. */
  readonly work: (session: Session) => Promise<Result<boolean, Problem>>;
}

/** The computer looks every second and a half; a person waits for this. */
const meetTries = 40;
const meetMs = 500;

/** The part of an approval that this device's own keys vouch for. */
interface Checked {
  readonly listed: ListedApproval;
  readonly place: string;
  readonly certificate: ApprovalCertificate;
  readonly acts: readonly ApprovalAct[];
  readonly whole: boolean;
}

const refusals: Readonly<Record<string, ApprovalRefusal["type"]>> = {
  "id-taken": "taken",
  "blob-missing": "not-there",
  blocked: "closed",
  gone: "closed",
  "device-removed": "closed",
};

const refusedAs = (error: string): ApprovalRefusal => ({ type: refusals[error] ?? "over" }) as ApprovalRefusal;

const shownPaper = (id: RecordId, { title, kind }: PaperRecord): ApprovedPaper => ({ id, title, kind });

/** What is shown of a page elsewhere: as it is read here. */
const streamOf = (page: PaperRecord["pages"][string]): BlobPointer | null => page.readable ?? page.original;

export function createApprovals(deps: ApprovalsDeps): Approvals {
  const { random, clock, timers } = deps;
  const transport = createApprovalTransport(deps);
  let pending: Met | undefined;
  /** Pages that do not open here: kept at the server, asked for once while the worker lives. */
  const unreadable = new Set<string>();

  async function asked<T>(session: Session, use: (token: string) => Promise<Heard<T>>): Promise<Result<T, Problem>> {
    const heard = await askAsDevice(deps, session, use);
    if (heard.ok) return heard;
    return err(heard.error.type === "refused" ? refusedAs(heard.error.error) : heard.error);
  }

  async function isOurServer(server: string): Promise<Result<boolean, ApprovalRefusal>> {
    for (const fresh of [false, true]) {
      if (fresh) await deps.deployments.refresh();
      const deployment = await deps.deployments.current();
      if (deployment === null && fresh) return err({ type: "no-network" });
      for (const { sign } of deployment?.serverKeys ?? [])
        if ((await approvalServerOf(sign)) === server) return ok(true);
    }
    return ok(false);
  }

  async function read(session: Session, text: string): Promise<Result<ApprovalMet, Problem>> {
    pending = undefined;
    const question = await readAskText(text);
    if (!question.ok) return question;
    const ask = question.value;
    const ours = await isOurServer(ask.server);
    if (!ours.ok) return ours;
    if (!ours.value) return err({ type: "other-server" });
    // Drawn only now: nobody could look for another question with the same pictures.
    const number = b64(random.bytes(16));
    const greeted = await asked(session, (token) => transport.hello(token, ask.id, number));
    if (!greeted.ok) return greeted;
    for (let tries = 0; tries < meetTries; tries += 1) {
      const heard = await transport.status(ask.id);
      if (heard.type === "refused") return err({ type: "over" });
      if (heard.type === "answer") {
        const { state, secret } = heard.value;
        if (heard.value.number !== number) return err({ type: "taken" });
        if (state === "ended") return err({ type: "over" });
        if (secret !== null) {
          if (!(await isApprovalSecret(ask, secret))) return err({ type: "damaged" });
          pending = { ask, number, secret };
          return ok({ place: ask.name, pictures: await approvalCheck(pending) });
        }
      }
      await new Promise<void>((resolve) => void timers.after(meetMs, resolve));
    }
    return err({ type: "silent" });
  }

  /** What opens the chosen papers; refused before anything leaves where the server has not all of it. */
  async function granted(
    session: Session,
    chosen: readonly RecordId[],
  ): Promise<Result<readonly GrantedPaper[], Problem>> {
    const papers: GrantedPaper[] = [];
    for (const id of new Set(chosen)) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept;
      if (!isPaper(kept.value) || kept.value.record.status !== "kept") return err({ type: "not-found" });
      const { record } = kept.value;
      const pages: GrantedPaper["pages"][number][] = [];
      for (const [, page] of paper.pagesInOrder(record)) {
        const stream = streamOf(page);
        if (stream === null) continue;
        const row = await session.store.getBlob(stream.blob);
        if (!row.ok) return storageErr(row.error);
        // What never was here came from another device: the server says whether it has it.
        if (row.value !== undefined && row.value.state !== "verified" && row.value.state !== "away")
          return err({ type: "not-there" });
        const { blob, key, hash, bytes, sealedLength, root, mime, width, height } = stream;
        const size = { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
        pages.push({ turn: page.turn, stream: { blob, key, hash, bytes, sealedLength, root, mime, ...size } });
      }
      papers.push({ record: id, kind: record.kind, title: record.title.slice(0, 400), pages });
    }
    return ok(papers);
  }

  async function give(
    session: Session,
    chosen: readonly RecordId[],
  ): Promise<Result<{ readonly id: string }, Problem>> {
    const met = pending;
    if (met === undefined) return err({ type: "over" });
    const papers = await granted(session, chosen);
    if (!papers.ok) return papers;
    const blobs = papers.value.flatMap(({ pages }) => pages.map(({ stream }) => stream.blob));
    if (blobs.length > limits.blobs) return err({ type: "too-many" });
    const status = await transport.status(met.ask.id);
    if (status.type === "lost") return err({ type: "no-network" });
    if (status.type === "refused" || status.value.state !== "greeted") return err({ type: "over" });
    // The server's time, a moment ago: this phone's clock has no say in it.
    const from = status.value.time;
    const until = (from + limits.lifetimeMs) as ServerTime;
    const { identity, profile } = session;
    const certificate = await signCertificate(
      identity.sign,
      {
        principal: identity.id,
        device: profile.device as ApprovalCertificate["device"],
        blobs,
        deposits: limits.deposits,
        from,
        until,
      },
      met.ask,
    );
    const sealed = await sealGrant(met, { certificate, statements: identity.statements, papers: papers.value });
    const given = await asked(session, (token) => transport.grant(token, met.ask.id, { certificate, ...sealed }));
    if (!given.ok) return given;
    pending = undefined;
    const noted = await updateProfile(deps.registry, profile.database, () => ({ approvalsSince: clock.now() }));
    if (!noted.ok) deps.log.note("approval-not-noted", { error: noted.error.type });
    deps.emit({ type: "approvals" });
    return ok({ id: met.ask.id });
  }

  async function check({ identity }: Session, listed: ListedApproval): Promise<Checked | undefined> {
    const bytes = fromBase64Url(listed.ask);
    const ask = bytes === undefined ? undefined : await readAsk(bytes);
    if (ask === undefined || ask.id !== listed.id) return undefined;
    const { principal } = identity;
    const certificate = await readCertificate(listed.certificate, { ask, principal, now: null });
    if (!certificate.ok) return undefined;
    const signed = listed.acts.map(({ act }) => act);
    return {
      listed,
      place: ask.name,
      certificate: certificate.value,
      ...(await readActs(listed.certificate, ask, signed)),
    };
  }

  /** One page becomes part of a paper, once, whoever takes it in and however often. */
  async function keep(
    session: Session,
    place: { readonly session: ApprovalId; readonly n: number },
    added: Extract<Awaited<ReturnType<typeof openAdded>>, { ok: true }>["value"],
  ): Promise<Result<void, WorkerError>> {
    const ids = await addedIds({ ...place, principal: session.identity.id }, added.first);
    const row = await session.store.getRecord(ids.record);
    if (!row.ok) return storageErr(row.error);
    // The person has erased it since: it does not come back.
    if (row.value?.deleted === true) return ok(undefined);
    const held = row.value === undefined ? ok(null) : await session.records.get(ids.record);
    if (!held.ok) return held;
    if (held.value !== null && (!isPaper(held.value) || held.value.record.pages[ids.page] !== undefined))
      return ok(undefined);
    const blobs: NewBlob[] = [];
    const pointers: BlobPointer[] = [];
    const parts = [
      { facts: added.readable, content: added.content, sendClass: 4 as const },
      ...(added.preview === null
        ? []
        : [{ facts: added.preview, content: added.previewContent, sendClass: 3 as const }]),
    ];
    const drop = () => session.store.deleteBlobs(blobs.map(({ blob }) => blob));
    for (const { facts, content, sendClass } of parts) {
      const { mime, width, height } = facts;
      const size = { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
      const put = await putBlob({ ...session, random }, new Blob([content]), {
        mime,
        ...size,
        sendClass,
        localOnly: true,
      });
      if (!put.ok) {
        await drop();
        return put.error.type === "changed" ? err({ type: "unavailable", mark: "changed" }) : err(put.error);
      }
      blobs.push(put.value.blob);
      pointers.push(put.value.pointer);
    }
    const [first = null, second = null] = pointers;
    const isPicture = added.preview !== null;
    const page = {
      turn: 0 as const,
      state: isPicture || added.readable.mime === "application/pdf" ? ("ready" as const) : ("raw" as const),
      readable: isPicture ? first : null,
      preview: isPicture ? second : null,
      original: isPicture ? null : first,
      ...(added.fileName === undefined ? {} : { fileName: added.fileName }),
    };
    const saved = await session.records.save<"other">(ids.record, (current) => {
      if (current !== undefined && current.t !== "paper") return err("other");
      if (current?.pages[ids.page] !== undefined) return ok({ next: current });
      // Its times are those of the computer: two devices that take it in make the same paper.
      const begun = current ?? paper.renamePaper(paper.createPaper(added.at), added.title, added.at);
      const longer = paper.putPage(begun, ids.page, page, added.at);
      const next: SatchelRecord = longer.status === "draft" ? { ...longer, status: "kept" } : longer;
      return ok({ next, blobs, release: released(next) });
    });
    if (!saved.ok) {
      await drop();
      return saved.error === "other" ? ok(undefined) : err(saved.error);
    }
    deps.emit({ type: "papers" });
    return ok(undefined);
  }

  /** @returns how many pages of it still wait and may be taken in later. */
  async function takeIn(session: Session, { listed, acts }: Checked): Promise<Result<number, Problem>> {
    let left = 0;
    const { identity } = session;
    const key = { privateKey: identity.box, box: identity.principal.box };
    for (const n of listed.waiting) {
      const mark = `${listed.id}.${n}`;
      const deed = acts[n]?.deed;
      if (unreadable.has(mark)) continue;
      if (deed?.do !== "deposit") {
        unreadable.add(mark);
        continue;
      }
      const page = await asked(session, (token) => transport.page(token, listed.id, n));
      if (!page.ok) {
        // Another device was first.
        if (page.error.type === "over") continue;
        return page;
      }
      const place = { session: listed.id, principal: identity.id, n };
      const right = (await depositHash(page.value)) === deed.hash;
      const added = right ? await openAdded(key, place, page.value) : err("cannot-open" as const);
      if (!added.ok) {
        deps.log.note("approval-page-aside", { why: added.error });
        unreadable.add(mark);
        continue;
      }
      const kept = await keep(session, place, added.value);
      if (!kept.ok) {
        left += 1;
        deps.log.note("approval-page-waits", { error: kept.error.type });
        continue;
      }
      const said = await asked(session, (token) => transport.kept(token, listed.id, n));
      if (!said.ok) left += 1;
    }
    return ok(left);
  }

  async function all(
    session: Session,
  ): Promise<Result<{ readonly time: number; readonly checked: readonly Checked[] }, Problem>> {
    const heard = await asked(session, transport.list);
    if (!heard.ok) return heard;
    const checked: Checked[] = [];
    for (const listed of heard.value.approvals) {
      const one = await check(session, listed);
      if (one === undefined) deps.log.note("approval-not-ours");
      else checked.push(one);
    }
    return ok({ time: heard.value.time, checked });
  }

  const isOpenAt = ({ listed }: Checked, time: number): boolean => listed.endedAt === null && listed.until > time;

  async function viewOf(
    { listed, place, certificate, acts, whole }: Checked,
    time: number,
    papers: readonly { readonly id: RecordId; readonly record: PaperRecord }[],
  ): Promise<ApprovalView> {
    const byBlob = new Map(
      papers.flatMap(({ id, record }) =>
        paper.paperBlobs(record).map(({ blob }) => [blob, shownPaper(id, record)] as const),
      ),
    );
    const byId = new Map(papers.map(({ id, record }) => [id, shownPaper(id, record)]));
    const events: ApprovalEvent[] = [];
    for (const [n, { deed }] of acts.entries()) {
      const at = listed.acts[n]?.at ?? listed.until;
      if (deed.do === "end") events.push({ what: "ended", at, why: deed.why });
      else if (deed.do === "read") {
        const seen = byBlob.get(deed.blob) ?? null;
        // One line for a paper whose pages were looked at one after the other.
        const last = events.at(-1);
        if (last?.what !== "seen" || last.paper === null || last.paper.id !== seen?.id)
          events.push({ what: "seen", at, paper: seen });
      } else {
        const { page } = await addedIds({ session: listed.id, principal: certificate.principal, n }, n);
        const holder = papers.find(({ record }) => record.pages[page] !== undefined);
        events.push({ what: "added", at, paper: (holder && byId.get(holder.id)) ?? null });
      }
    }
    const named = new Map<RecordId | null, ApprovedPaper | null>();
    for (const blob of certificate.blobs) {
      const one = byBlob.get(blob) ?? null;
      named.set(one?.id ?? null, one);
    }
    return {
      id: listed.id,
      place,
      isOpen: isOpenAt({ listed, place, certificate, acts, whole }, time),
      from: certificate.from,
      until: listed.until,
      endedAt: listed.endedAt,
      papers: [...named.values()],
      events,
      isWhole: whole,
    };
  }

  return {
    read,
    give,
    forget() {
      pending = undefined;
    },

    async list(session) {
      const heard = await all(session);
      if (!heard.ok) return heard;
      for (const one of heard.value.checked) {
        const taken = await takeIn(session, one);
        if (!taken.ok) return taken;
      }
      const records = await session.records.list();
      if (!records.ok) return records;
      const papers = records.value.filter(isPaper);
      return ok(await Promise.all(heard.value.checked.map((one) => viewOf(one, heard.value.time, papers))));
    },

    async end(session, id) {
      if (!isApprovalId(id)) return err({ type: "not-found" });
      const ended = await asked(session, (token) => transport.end(token, id));
      deps.emit({ type: "approvals" });
      return ended.ok ? ok(undefined) : ended;
    },

    async work(session) {
      const heard = await all(session);
      if (!heard.ok) return heard;
      const { device, database } = session.profile;
      const mine = heard.value.checked.filter(({ certificate }) => certificate.device === device);
      let waits = mine.some((one) => isOpenAt(one, heard.value.time));
      for (const one of mine) {
        const left = await takeIn(session, one);
        if (!left.ok) return left;
        waits ||= left.value > 0;
      }
      deps.emit({ type: "approvals" });
      if (waits) return ok(true);
      const cleared = await updateProfile(deps.registry, database, () => ({ approvalsSince: null }));
      return cleared.ok ? ok(false) : cleared;
    },
  };
}
