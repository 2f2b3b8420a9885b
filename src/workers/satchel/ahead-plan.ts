/**
 * "À prévoir" of an open satchel: what its papers, the rights that the person follows and dates of their own ask for, and what
 * they said about it (satchel/deadlines has the rules). Runs in the satchel worker.
 *
 * Surprising fact: this is also where the marks on disk are drawn anew, after each unlock and each change: a locked phone knows
 * eight week numbers, some of them true, and nothing else (decisions/0028).
 */

import { hkdf, sha256 } from "../../crypto/primitives.ts";
import { labels } from "../../protocol/labels.ts";
import { standingOf, withDay, withoutDay } from "../../satchel/deadlines/chosen.ts";
import { weekNumber } from "../../satchel/deadlines/civil.ts";
import { readClock, type Today } from "../../satchel/deadlines/clock.ts";
import { paperFacts } from "../../satchel/deadlines/facts.ts";
import { drawWeekMarks, markWeeks } from "../../satchel/deadlines/marks.ts";
import { type Foreseen, foresee, markedDays, papersFor } from "../../satchel/deadlines/plan.ts";
import { followedIn, ownDatesIn } from "../../satchel/deadlines/rights.ts";
import { endingIn, isMandate } from "../../satchel/mandate.ts";
import type { AheadChoice, PaperRecord, ProfileRecord } from "../../satchel/model.ts";
import { type Bytes, concat, toBase64Url, utf8 } from "../../shared/bytes.ts";
import { idBytes, type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { storageErr } from "../common/errors.ts";
import type { AheadAbout, AheadChange, AheadLine, AheadView, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isPaper } from "./paper-view.ts";
import type { Papers } from "./papers.ts";
import { findProfile, saveProfile } from "./pins.ts";

export interface AheadPart {
  readonly view: (session: Session) => Promise<Result<AheadView, WorkerError>>;
  readonly change: (session: Session, change: AheadChange) => Promise<Result<void, WorkerError>>;
  /** Draws the marks on disk anew. After unlock, and after whatever may have changed a date. */
  readonly mark: (session: Session) => Promise<Result<void, WorkerError>>;
}

const secretBytes = 16;
const uidBytes = 16;

/**
 * What only this satchel can compute, the same on all its devices and for good: of its first root, which a change of keys keeps.
 */
async function secretOf({ identity }: Session): Promise<Bytes> {
  const first = identity.roots.get(Math.min(...identity.roots.keys())) ?? identity.root;
  return hkdf(first.reveal(), idBytes(identity.id), labels.reminders, secretBytes);
}

const hashOf = (secret: Bytes, text: string): Promise<Bytes> => sha256(concat(secret, utf8(text)));
const uidOf = async (secret: Bytes, text: string): Promise<string> =>
  toBase64Url((await hashOf(secret, text)).slice(0, uidBytes));
const rankOf = async (secret: Bytes, week: number): Promise<number> =>
  new DataView((await hashOf(secret, `week/${week}`)).buffer).getUint32(0);

/** The same map without one entry; undefined instead of an empty one. */
function without<T>(map: Readonly<Record<string, T>> | undefined, id: string): Readonly<Record<string, T>> | undefined {
  const { [id]: _gone, ...rest } = map ?? {};
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** What one act makes of what was said about a line before. */
function chosen<C extends AheadChoice>(before: C, type: AheadChange["type"], day: string): C {
  const { done, later, ...rest } = before;
  const days = {
    done: type === "done" ? withDay(done, day) : type === "not-done" ? withoutDay(done, day) : (done ?? {}),
    later: type === "later" ? withDay(later, day) : type === "not-later" ? withoutDay(later, day) : (later ?? {}),
  };
  return {
    ...rest,
    ...(Object.keys(days.done).length === 0 ? {} : { done: days.done }),
    ...(Object.keys(days.later).length === 0 ? {} : { later: days.later }),
  } as C;
}

function withAhead(record: PaperRecord, ahead: NonNullable<PaperRecord["ahead"]>): PaperRecord {
  const { ahead: _before, ...rest } = record;
  return Object.keys(ahead).length === 0 ? rest : { ...rest, ahead };
}

export function createAheadPlan(deps: SatchelDeps, papers: Pick<Papers, "change">): AheadPart {
  const now = (): number => deps.clock.now();

  async function day(session: Session): Promise<Result<Today, WorkerError>> {
    const meta = await session.store.meta();
    if (!meta.ok) return storageErr(meta.error);
    const { lastAnswerAt, clockOffset, epoch } = meta.value;
    const seen = lastAnswerAt === 0 || epoch === "" ? null : { at: lastAnswerAt, offset: clockOffset };
    return ok(readClock(now(), -new Date(now()).getTimezoneOffset(), seen));
  }

  async function plan(session: Session) {
    const [clock, profile, all] = await Promise.all([day(session), findProfile(session), session.records.list()]);
    if (!clock.ok) return clock;
    if (!profile.ok) return profile;
    if (!all.ok) return all;
    const said: ProfileRecord = profile.value?.record ?? { t: "profile" };
    const held = new Map(all.value.filter(isPaper).map(({ id, record }) => [id as string, record]));
    const given = new Map(
      all.value.flatMap(({ id, record }) => (isMandate(record) ? [[id as string, record] as const] : [])),
    );
    const facts = [...held].flatMap(([id, record]) => paperFacts(id, record, said) ?? []);
    const ahead = { papers: facts, followed: followedIn(said), own: ownDatesIn(said), mandates: endingIn(given) };
    const choiceOf = ({ type, id }: AheadAbout): AheadChoice | undefined =>
      type === "paper"
        ? held.get(id)?.ahead
        : type === "mandate"
          ? given.get(id)?.mandate.ahead
          : type === "followed"
            ? said.followed?.[id]
            : said.dates?.[id];
    const items = foresee(ahead, clock.value.today).map((item) => ({
      item,
      standing: standingOf(item, choiceOf(item.about), clock.value.today),
    }));
    return ok({ ...clock.value, said, held, given, facts, items });
  }

  async function mark(session: Session): Promise<Result<void, WorkerError>> {
    // A computer that others use reminds nobody.
    if (deps.shared !== undefined) return ok(undefined);
    const planned = await plan(session);
    if (!planned.ok) return planned;
    const { today, items } = planned.value;
    const shown: readonly Foreseen[] = items.flatMap(({ item, standing }) => (standing.type === "done" ? [] : [item]));
    const secret = await secretOf(session);
    const first = weekNumber(today);
    const ranks = new Map(
      await Promise.all(
        Array.from({ length: markWeeks }, async (_, at) => [first + at, await rankOf(secret, first + at)] as const),
      ),
    );
    await deps.marks.weeks(
      session.profile.database,
      drawWeekMarks(markedDays(shown, today), today, (week) => ranks.get(week) ?? 0),
    );
    return ok(undefined);
  }

  async function inProfile(
    session: Session,
    apply: (profile: ProfileRecord) => ProfileRecord,
  ): Promise<Result<void, WorkerError>> {
    const saved = await saveProfile(session, deps, apply);
    return saved.ok ? ok(undefined) : saved;
  }

  /** What the person said of one line, wherever that line comes from. What is gone meanwhile stays gone. */
  async function choose(
    session: Session,
    { type: from, id }: AheadAbout,
    type: AheadChange["type"],
    on: string,
  ): Promise<Result<void, WorkerError>> {
    if (from === "paper") {
      const changed = await papers.change(session, id as RecordId, (record) =>
        ok({ ...withAhead(record, chosen(record.ahead ?? {}, type, on)), updatedAt: now() }),
      );
      return changed.ok ? ok(undefined) : changed;
    }
    if (from === "mandate") {
      const saved = await session.records.save<WorkerError>(id as RecordId, (current) =>
        current !== undefined && isMandate(current)
          ? ok({
              next: {
                ...current,
                mandate: { ...current.mandate, ahead: chosen(current.mandate.ahead ?? {}, type, on) },
              },
            })
          : err({ type: "not-found" }),
      );
      return saved.ok ? ok(undefined) : saved;
    }
    return inProfile(session, (profile) => {
      const { followed, dates } = profile;
      const right = followed?.[id];
      const date = dates?.[id];
      if (from === "followed")
        return right === undefined ? profile : { ...profile, followed: { ...followed, [id]: chosen(right, type, on) } };
      return date === undefined ? profile : { ...profile, dates: { ...dates, [id]: chosen(date, type, on) } };
    });
  }

  function apply(session: Session, change: AheadChange): Promise<Result<void, WorkerError>> {
    switch (change.type) {
      case "done":
      case "not-done":
      case "later":
      case "not-later":
        return choose(session, change.about, change.type, change.day);
      case "follow":
        return inProfile(session, (profile) => {
          const { since: _before, ...said } = profile.followed?.[change.right] ?? {};
          const right = { ...said, ...(change.since === null ? {} : { since: change.since }) };
          return { ...profile, followed: { ...profile.followed, [change.right]: right } };
        });
      case "unfollow":
        return inProfile(session, ({ followed, ...profile }) => {
          const left = without(followed, change.right);
          return { ...profile, ...(left === undefined ? {} : { followed: left }) };
        });
      case "date": {
        const id = change.id ?? randomId<RecordId>(deps.random);
        return inProfile(session, (profile) => {
          const { notice: _before, ...said } = profile.dates?.[id] ?? {};
          const date = { ...said, date: change.date, title: change.title.trim() };
          const entry = change.notice === null ? date : { ...date, notice: change.notice };
          return { ...profile, dates: { ...profile.dates, [id]: entry } };
        });
      }
      case "drop-date":
        return inProfile(session, ({ dates, ...profile }) => {
          const left = without(dates, change.id);
          return { ...profile, ...(left === undefined ? {} : { dates: left }) };
        });
      case "remind":
        return papers
          .change(session, change.paper, (record) => {
            const { off, notice, ...rest } = record.ahead ?? {};
            const [isOff, days] = [change.off ?? off ?? false, change.notice === undefined ? notice : change.notice];
            const ahead = { ...rest, ...(isOff ? { off: true } : {}), ...(days == null ? {} : { notice: days }) };
            return ok({ ...withAhead(record, ahead), updatedAt: now() });
          })
          .then((changed) => (changed.ok ? ok(undefined) : changed));
    }
  }

  return {
    mark,

    async view(session) {
      const planned = await plan(session);
      if (!planned.ok) return planned;
      const { today, trust, said, held, given, facts, items } = planned.value;
      const secret = await secretOf(session);
      const titleOf = ({ type, id }: AheadAbout): string =>
        (type === "paper"
          ? held.get(id)?.title
          : type === "mandate"
            ? given.get(id)?.mandate.desk
            : type === "own"
              ? said.dates?.[id]?.title
              : undefined) ?? "";
      const lines = items.map(async ({ item, standing }): Promise<AheadLine> => {
        const helps = papersFor(item, facts) as AheadLine["helps"];
        const [opens, last] = await Promise.all([
          uidOf(secret, `${item.key}/opens`),
          uidOf(secret, `${item.key}/last`),
        ]);
        return { ...item, standing, title: titleOf(item.about), helps, uids: { opens, last } };
      });
      const { followed = {}, dates = {} } = said;
      return ok({ today, trust, lines: await Promise.all(lines), followed, dates });
    },

    async change(session, change) {
      const changed = await apply(session, change);
      if (!changed.ok) return changed;
      deps.emit({ type: "ahead" });
      return mark(session);
    },
  };
}
