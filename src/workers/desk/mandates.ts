/**
 * Mandates that people gave this organisation, and what its helpers did under them (decisions/0041). Runs in the desk worker.
 *
 * Surprising fact: what is written down here is sealed to the person in the same transaction. There is no act of a helper that
 * this desk keeps and she is not told of.
 */

import * as v from "valibot";
import { type OpenedLetter, sealLetter } from "../../crypto/letter.ts";
import { sha256 } from "../../crypto/primitives.ts";
import { b64 } from "../../protocol/sign.ts";
import { readChain } from "../../protocol/statements.ts";
import { mandateLimits, mandateNotice, mostDeeds, signedText } from "../../satchel/mandate.ts";
import { mandateLessPayload, mandatePayload } from "../../satchel/mandate-letters.ts";
import type { DeedPayload, MandateDomain, MandatePayload } from "../../satchel/model.ts";
import { utf8 } from "../../shared/bytes.ts";
import { type LetterId, type PrincipalId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Kept } from "../common/records.ts";
import type { DeedRefusal, DeskDeed, DeskMandate, DeskMandateRow } from "../mandates-desk.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { letterOf, recordOf } from "./ids.ts";
import type { DeskRecord, MandatedRecord, MandateLessRecord, MandateOverRecord } from "./records.ts";
import { deskNow, overSince } from "./standing.ts";

export type KeptMandate = Kept<DeskRecord> & { readonly record: MandatedRecord };
const isMandated = (kept: Kept<DeskRecord>): kept is KeptMandate => kept.record.t === "mandated";

export interface DeskMandates {
  /** What a letter of kind "mandate" becomes; null: it is over already, and nothing of it is kept. */
  readonly take: (
    session: DeskSession,
    letter: OpenedLetter,
    depositedAt: number,
  ) => Promise<Result<MandatedRecord | MandateLessRecord | null | "bad-payload", WorkerError>>;
  /** Lets go of what is over. Every other method does so first for what it is asked about. */
  readonly enforce: (session: DeskSession) => Promise<Result<void, WorkerError>>;
  readonly rows: (session: DeskSession) => Promise<Result<readonly DeskMandateRow[], WorkerError>>;
  /** Those of one person that stand. */
  readonly of: (session: DeskSession, from: PrincipalId) => Promise<Result<readonly DeskMandateRow[], WorkerError>>;
  /** "not-found" for one that is over. */
  readonly letter: (session: DeskSession, letter: LetterId) => Promise<Result<KeptMandate, WorkerError>>;
  readonly show: (session: DeskSession, letter: LetterId, me: string) => Promise<Result<DeskMandate, WorkerError>>;
  readonly record: (
    session: DeskSession,
    letter: LetterId,
    deed: Pick<DeskDeed, "domain" | "what" | "helper">,
  ) => Promise<Result<void, WorkerError | DeedRefusal>>;
}

const dayMs = 86_400_000;

/** A mandate whose outside and inside say the same end, and whose words are those that the hash names. */
async function payloadOf({ head, inner }: OpenedLetter): Promise<MandatePayload | undefined> {
  const read = v.safeParse(mandatePayload, inner.payload);
  if (!read.success || head.until === undefined) return undefined;
  const payload: MandatePayload = read.output;
  if (payload.until !== head.until) return undefined;
  return b64(await sha256(utf8(signedText(payload.text)))) === payload.hash ? payload : undefined;
}

export function createDeskMandates(deps: DeskDeps): DeskMandates {
  const over = (
    { from, depositedAt }: MandatedRecord,
    since: Pick<MandateOverRecord, "at" | "why">,
  ): MandateOverRecord => ({ t: "mandate-over", from, depositedAt, ...since });

  /** @returns false: it is over, and was let go. */
  async function check(session: DeskSession, kept: KeptMandate): Promise<Result<boolean, WorkerError>> {
    const since = await overSince(deps, session, letterOf(kept.id), kept.record);
    if (!since.ok) return since;
    const { value } = since;
    if (value === null) return ok(true);
    const saved = await session.records.save<never>(kept.id, (current) =>
      ok({ next: current?.t === "mandated" ? over(current, value) : (current ?? null) }),
    );
    if (!saved.ok) return saved;
    deps.emit({ type: "inbox" });
    return ok(false);
  }

  async function enforce(session: DeskSession): Promise<Result<void, WorkerError>> {
    const all = await session.records.list();
    if (!all.ok) return all;
    for (const kept of all.value.filter(isMandated)) {
      const checked = await check(session, kept);
      if (!checked.ok) return checked;
    }
    return ok(undefined);
  }

  /** Domains of a mandate that its giver ended, whether her word came before it or after. */
  const endedIn = (
    all: readonly Kept<DeskRecord>[],
    { id, record: { from } }: KeptMandate,
  ): ReadonlySet<MandateDomain> =>
    new Set(
      all.flatMap(({ record }) =>
        record.t === "mandate-less" && record.from === from && record.about === letterOf(id) ? [record.domain] : [],
      ),
    );

  function rowOf(all: readonly Kept<DeskRecord>[], kept: KeptMandate, now: number): DeskMandateRow {
    const { payload, until, depositedAt, opened } = kept.record;
    const gone = endedIn(all, kept);
    const notice = mandateNotice[payload.days];
    return {
      letter: letterOf(kept.id),
      name: payload.name,
      purpose: payload.purpose,
      domains: payload.domains.map((domain) => ({ domain, ended: gone.has(domain) })),
      depositedAt,
      until,
      state: opened ? "opened" : "new",
      soon: notice !== null && now >= until - notice * dayMs,
    };
  }

  async function standing(session: DeskSession) {
    const enforced = await enforce(session);
    if (!enforced.ok) return enforced;
    const [all, now] = [await session.records.list(), await deskNow(deps, session)];
    if (!all.ok) return all;
    return now.ok ? ok({ all: all.value, now: now.value }) : now;
  }

  async function letter(session: DeskSession, id: LetterId): Promise<Result<KeptMandate, WorkerError>> {
    const kept = await session.records.get(recordOf(id));
    if (!kept.ok) return kept;
    if (!isMandated(kept.value)) return err({ type: "not-found" });
    const stands = await check(session, kept.value);
    if (!stands.ok) return stands;
    return stands.value ? ok(kept.value) : err({ type: "not-found" });
  }

  const newestFirst = (a: DeskMandateRow, b: DeskMandateRow): number =>
    b.depositedAt - a.depositedAt || (a.letter < b.letter ? -1 : 1);

  return {
    enforce,
    letter,

    async take(session, opened, depositedAt) {
      const { head, inner, manifest } = opened;
      const less = v.safeParse(mandateLessPayload, inner.payload);
      if (less.success) {
        const { about, domain, at } = less.output;
        return ok({ t: "mandate-less", from: head.from, about, domain, at });
      }
      const payload = await payloadOf(opened);
      if (payload === undefined) return ok("bad-payload");
      const { thread, senderStatements } = inner;
      const { from } = head;
      const { until } = payload;
      const given = { from, senderStatements, manifest, thread, until, depositedAt, payload, opened: false };
      const record: MandatedRecord = { t: "mandated", ...given };
      const since = await overSince(deps, session, head.letter, record);
      if (!since.ok) return since;
      return ok(since.value === null ? record : null);
    },

    async rows(session) {
      const stands = await standing(session);
      if (!stands.ok) return stands;
      const { all, now } = stands.value;
      const rows = all.flatMap((kept): readonly DeskMandateRow[] => {
        if (isMandated(kept)) return [rowOf(all, kept, now)];
        if (kept.record.t !== "mandate-over") return [];
        const { depositedAt, at, why } = kept.record;
        const state = why === "time" ? "over" : "ended";
        const nothing = { name: "", purpose: "", domains: [], soon: false };
        return [{ letter: letterOf(kept.id), ...nothing, depositedAt, until: at, state }];
      });
      return ok([...rows].sort(newestFirst));
    },

    async of(session, from) {
      const stands = await standing(session);
      if (!stands.ok) return stands;
      const { all, now } = stands.value;
      const own = all.filter(isMandated).filter(({ record }) => record.from === from);
      return ok(own.map((kept) => rowOf(all, kept, now)).sort(newestFirst));
    },

    async show(session, id, me) {
      const kept = await letter(session, id);
      if (!kept.ok) return kept;
      const [all, now] = [await session.records.list(), await deskNow(deps, session)];
      if (!all.ok) return all;
      if (!now.ok) return now;
      const { payload, deeds } = kept.value.record;
      const { days, acts, language, text, hash, signature } = payload;
      return ok({
        row: rowOf(all.value, kept.value, now.value),
        days,
        acts,
        language,
        text,
        hash,
        signature,
        deeds: Object.values(deeds ?? {}).sort((a, b) => b.at - a.at),
        me,
      });
    },

    async record(session, id, given) {
      const [what, helper] = [
        given.what.trim().slice(0, mandateLimits.what),
        given.helper.trim().slice(0, mandateLimits.helper),
      ];
      if (what === "") return err({ type: "no-words" });
      if (helper === "") return err({ type: "no-name" });
      const kept = await letter(session, id);
      if (!kept.ok) return kept.error.type === "not-found" ? err({ type: "mandate-over" }) : kept;
      const all = await session.records.list();
      if (!all.ok) return all;
      const { record } = kept.value;
      const { domain } = given;
      if (!record.payload.domains.includes(domain) || endedIn(all.value, kept.value).has(domain))
        return err({ type: "domain-over" });
      const to = await readChain(record.senderStatements);
      if (!to.ok) return err({ type: "unavailable", mark: "sender-chain" });
      const now = await deskNow(deps, session);
      if (!now.ok) return now;
      const told = randomId<LetterId>(deps.random);
      const at = now.value;
      const payload: DeedPayload = { t: "act", about: id, act: "mandate-act", domain, what, helper, at };
      const n = Object.keys(record.deeds ?? {}).length + 1;
      const wire = await sealLetter({
        identity: session.identity,
        to: to.value,
        letter: told,
        blobs: [],
        inner: { thread: record.thread, n, replaces: null, kind: "act", sentAt: at, blobs: [], payload },
      });
      const saved = await session.records.save<DeedRefusal | WorkerError>(recordOf(id), (current) => {
        if (current?.t !== "mandated") return err({ type: "mandate-over" });
        if (Object.keys(current.deeds ?? {}).length >= mostDeeds)
          return err({ type: "unavailable", mark: "most-deeds" });
        const deeds = { ...current.deeds, [told]: { domain, what, helper, at } };
        return ok({ next: { ...current, deeds }, letters: [{ letter: told, wire, blobs: [] }] });
      });
      if (!saved.ok) return saved;
      deps.emit({ type: "inbox" });
      return ok(undefined);
    },
  };
}
