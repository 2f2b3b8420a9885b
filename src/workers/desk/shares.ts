/**
 * Papers that people share with this organisation for a time (SPEC P-L7). Runs in the desk worker.
 *
 * Surprising fact: nothing here trusts the server to stop. Past `until`, or once the person has said "ended", the record with
 * its keys is replaced by one without, in every helper's browser, before anything of it is shown again.
 */

import * as v from "valibot";
import type { OpenedLetter } from "../../crypto/letter.ts";
import { randomIdField } from "../../protocol/fields.ts";
import type { SharePayload } from "../../satchel/model.ts";
import { shareLimits } from "../../satchel/sharing.ts";
import type { BlobId, LetterId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Kept } from "../common/records.ts";
import type { DeskShare, DeskShareRow } from "../desk.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { letterOf, recordOf } from "./ids.ts";
import type { DeskRecord, SharedRecord, ShareOverRecord } from "./records.ts";
import { overSince } from "./standing.ts";

export type KeptShare = Kept<DeskRecord> & { readonly record: SharedRecord };
export const isShared = (kept: Kept<DeskRecord>): kept is KeptShare => kept.record.t === "shared";

export interface DeskShares {
  /** What a letter of kind "share" becomes; null: it is over already, and nothing of it is kept. */
  readonly take: (
    session: DeskSession,
    letter: OpenedLetter,
    depositedAt: number,
  ) => Promise<Result<SharedRecord | null | "bad-payload", WorkerError>>;
  /** Lets go of what is over. Every other method does so first for what it is asked about. */
  readonly enforce: (session: DeskSession) => Promise<Result<void, WorkerError>>;
  readonly rows: (session: DeskSession) => Promise<Result<readonly DeskShareRow[], WorkerError>>;
  /** "not-found" for one that is over. */
  readonly letter: (session: DeskSession, letter: LetterId) => Promise<Result<KeptShare, WorkerError>>;
  readonly show: (kept: KeptShare) => DeskShare;
}

const short = v.pipe(v.string(), v.maxLength(300));
const side = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20_000));
const payloadShape = v.strictObject({
  t: v.literal("share"),
  purpose: v.pipe(v.string(), v.minLength(1), v.maxLength(shareLimits.purpose)),
  until: v.number(),
  language: short,
  name: short,
  papers: v.pipe(
    v.array(
      v.strictObject({
        kind: v.nullable(short),
        title: short,
        holder: short,
        expiry: v.nullable(short),
        pages: v.pipe(
          v.array(v.strictObject({ blob: randomIdField<BlobId>(), width: side, height: side })),
          v.minLength(1),
          v.maxLength(shareLimits.pages),
        ),
      }),
    ),
    v.minLength(1),
    v.maxLength(shareLimits.papers),
  ),
});

/** The payload of a share that says outside and inside the same, and names only pictures that the letter carries. */
function payloadOf({ head, inner }: OpenedLetter): SharePayload | undefined {
  const read = v.safeParse(payloadShape, inner.payload);
  if (!read.success || head.until === undefined || read.output.until !== head.until) return undefined;
  const pictures = new Set(inner.blobs.filter((blob) => blob.mime === "image/jpeg").map((blob) => blob.blob));
  return read.output.papers.every((paper) => paper.pages.every((page) => pictures.has(page.blob)))
    ? read.output
    : undefined;
}

export function createDeskShares(deps: DeskDeps): DeskShares {
  const over = ({ from, depositedAt }: SharedRecord, at: number, why: ShareOverRecord["why"]): ShareOverRecord => ({
    t: "share-over",
    from,
    depositedAt,
    at,
    why,
  });

  /** What is left of it: itself, or the note that it ended. */
  async function standing(
    session: DeskSession,
    id: LetterId,
    record: SharedRecord,
  ): Promise<Result<SharedRecord | ShareOverRecord, WorkerError>> {
    const since = await overSince(deps, session, id, record);
    if (!since.ok) return since;
    return ok(since.value === null ? record : over(record, since.value.at, since.value.why));
  }

  /** @returns false: it is over, and was let go. */
  async function check(session: DeskSession, kept: KeptShare): Promise<Result<boolean, WorkerError>> {
    const stands = await standing(session, letterOf(kept.id), kept.record);
    if (!stands.ok) return stands;
    const next = stands.value;
    if (next.t === "shared") return ok(true);
    const saved = await session.records.save<never>(kept.id, (current) =>
      ok({ next: current?.t === "shared" ? next : (current ?? null) }),
    );
    if (!saved.ok) return saved;
    deps.emit({ type: "inbox" });
    return ok(false);
  }

  async function enforce(session: DeskSession): Promise<Result<void, WorkerError>> {
    const all = await session.records.list();
    if (!all.ok) return all;
    for (const kept of all.value.filter(isShared)) {
      const checked = await check(session, kept);
      if (!checked.ok) return checked;
    }
    return ok(undefined);
  }

  function rowOf({ id, record }: KeptShare): DeskShareRow {
    const { payload, until, depositedAt, opened } = record;
    const { name, purpose, papers } = payload;
    const state = opened ? "opened" : "new";
    return { letter: letterOf(id), name, purpose, papers: papers.length, depositedAt, until, state };
  }

  return {
    enforce,

    async take(session, letter, depositedAt) {
      const payload = payloadOf(letter);
      if (payload === undefined) return ok("bad-payload");
      const { head, inner, manifest } = letter;
      const record: SharedRecord = {
        t: "shared",
        from: head.from,
        senderStatements: inner.senderStatements,
        manifest,
        thread: inner.thread,
        until: payload.until,
        depositedAt,
        refs: head.blobs,
        blobs: inner.blobs,
        payload,
        opened: false,
      };
      const stands = await standing(session, head.letter, record);
      return stands.ok ? ok(stands.value.t === "shared" ? stands.value : null) : stands;
    },

    async rows(session) {
      const enforced = await enforce(session);
      if (!enforced.ok) return enforced;
      const all = await session.records.list();
      if (!all.ok) return all;
      const rows = all.value.flatMap((kept): readonly DeskShareRow[] => {
        if (isShared(kept)) return [rowOf(kept)];
        if (kept.record.t !== "share-over") return [];
        const { depositedAt, at, why } = kept.record;
        const state = why === "time" ? "over" : "ended";
        return [{ letter: letterOf(kept.id), name: "", purpose: "", papers: 0, depositedAt, until: at, state }];
      });
      return ok([...rows].sort((a, b) => b.depositedAt - a.depositedAt || (a.letter < b.letter ? -1 : 1)));
    },

    async letter(session, id) {
      const kept = await session.records.get(recordOf(id));
      if (!kept.ok) return kept;
      if (!isShared(kept.value)) return err({ type: "not-found" });
      const stands = await check(session, kept.value);
      if (!stands.ok) return stands;
      return stands.value ? ok(kept.value) : err({ type: "not-found" });
    },

    show(kept) {
      const papers = kept.record.payload.papers.map(({ kind, title, holder, expiry, pages }) => ({
        kind,
        title,
        holder,
        expiry,
        pages: pages.map(({ blob }) => blob),
      }));
      return { row: rowOf(kept), papers, language: kept.record.payload.language };
    },
  };
}
