/**
 * Decisions and papers that an organisation hands to the person, in the thread of a dossier (decisions/0042). Runs in the satchel
 * worker, loaded when one comes (given.ts).
 *
 * Surprising facts: the words come by themselves, the papers when she says so: the line is hers to pay. A paper that is kept is
 * drawn and sealed anew, under an id that follows from the letter: a second tap, a second device and a kill make no second paper.
 */

import * as v from "valibot";
import { randomIdField } from "../../protocol/fields.ts";
import { sha256 } from "../../protocol/sign.ts";
import { addReply } from "../../satchel/dossier.ts";
import type { DossierRecord, Given, GivenKey, GivenPayload, SatchelRecord } from "../../satchel/model.ts";
import * as paper from "../../satchel/paper.ts";
import { paperType } from "../../satchel/paper-types.ts";
import { toBase64Url, utf8 } from "../../shared/bytes.ts";
import { dayPattern } from "../../shared/day.ts";
import type { BlobId, LetterId, RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { type PutBlob, putBlob } from "../common/blobs.ts";
import { readForeign } from "../common/foreign-stream.ts";
import type { GivenView, KeepGivenRefusal } from "../given.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isDossier, type KeptDossier } from "./dossiers.ts";
import type { LetterTaker } from "./inbox.ts";
import { pageOf, partsOf, released } from "./papers.ts";
import { pinsOf } from "./pins.ts";

export interface GivenPart {
  readonly take: LetterTaker;
  readonly list: (session: Session, dossier: RecordId) => Promise<Result<readonly GivenView[], WorkerError>>;
  readonly keep: (
    session: Session,
    dossier: RecordId,
    letter: LetterId,
    paper: number,
  ) => Promise<Result<{ readonly paper: RecordId }, WorkerError | KeepGivenRefusal>>;
}

/** A dossier is one op (sizes.opBody): what would make it too long to leave this device is not written into it. */
const mostRecordBytes = 240 * 1024;

const day = v.pipe(v.string(), v.regex(dayPattern));
const words = v.pipe(v.string(), v.maxLength(8000));

const givenShape = v.strictObject({
  t: v.literal("given"),
  about: randomIdField<LetterId>(),
  text: words,
  decision: v.nullable(
    v.strictObject({
      outcome: v.picklist(["granted", "refused", "partly", "other"]),
      on: day,
      reason: words,
      remedies: words,
    }),
  ),
  papers: v.pipe(
    v.array(
      v.strictObject({
        kind: v.nullable(v.pipe(v.string(), v.maxLength(100))),
        title: v.pipe(v.string(), v.maxLength(200)),
        blob: randomIdField<BlobId>(),
      }),
    ),
    v.maxLength(20),
  ),
});

/** Ids that any device of the person would choose for the same paper of the same letter. */
async function idsOf(letter: LetterId, n: number): Promise<{ readonly record: RecordId; readonly page: string }> {
  const of = async (what: string): Promise<string> =>
    toBase64Url((await sha256(utf8(`besace given ${what} ${letter} ${n}`))).slice(0, 16));
  return { record: (await of("paper")) as RecordId, page: await of("page") };
}

export function createGiven(deps: SatchelDeps): GivenPart {
  async function dossierOf(session: Session, id: RecordId): Promise<Result<KeptDossier, WorkerError>> {
    const kept = await session.records.get(id);
    if (!kept.ok) return kept;
    return isDossier(kept.value) ? ok(kept.value) : err({ type: "not-found" });
  }

  /** A paper of hers stands under that id, in the bin too. */
  async function isKept(session: Session, id: RecordId): Promise<Result<boolean, WorkerError>> {
    const held = await session.records.get(id);
    return held.ok ? ok(true) : held.error.type === "not-found" ? ok(false) : held;
  }

  return {
    async take(session, { head, inner }, heardAt) {
      const read = v.safeParse(givenShape, inner.payload);
      if (!read.success) return ok("aside");
      const payload: GivenPayload = read.output;
      const refs = new Map(head.blobs.map((ref) => [ref.blob, ref]));
      const inside = new Map(inner.blobs.map((blob) => [blob.blob, blob]));
      // Each paper is a stream of this letter, and no stream stands for two.
      if (new Set(payload.papers.map(({ blob }) => blob)).size !== payload.papers.length) return ok("aside");
      if (payload.papers.some(({ blob }) => !refs.has(blob) || !inside.has(blob))) return ok("aside");
      const [pins, all] = [await pinsOf(session), await session.records.listNow()];
      if (!pins.ok) return pins;
      if (!all.ok) return all;
      const dossier = all.value.filter(isDossier).find(({ record }) => record.sent[payload.about] !== undefined);
      if (dossier === undefined) return ok("aside");
      // Only the organisation that the dossier was sent to may answer it, in the dossier's own thread.
      const own = pins.value.organisations[dossier.record.organisation]?.id === head.from;
      if (!own || inner.thread !== dossier.record.thread) return ok("aside");
      const given: Given = {
        from: head.from,
        decision: payload.decision,
        papers: payload.papers.map(({ kind, title, blob }) => ({
          kind: paperType(kind)?.id ?? null,
          title,
          blob,
          mime: inside.get(blob)?.mime ?? "",
          bytes: refs.get(blob)?.length ?? 0,
        })),
      };
      const keys = inner.blobs.map(({ blob, root, key, hash }): [BlobId, GivenKey] => [blob, { root, key, hash }]);
      const { about, text } = payload;
      const reply = { at: heardAt, status: "message", requirement: null, text, about, n: inner.n } as const;
      const saved = await session.records.save<"too-long">(dossier.id, (current) => {
        if (current?.t !== "dossier" || current.given?.[head.letter] !== undefined)
          return ok({ next: current ?? null });
        const next: DossierRecord = {
          ...addReply(current, head.letter, reply, deps.clock.now()),
          given: { ...current.given, [head.letter]: given },
          givenKeys: { ...current.givenKeys, ...Object.fromEntries(keys) },
        };
        return utf8(JSON.stringify(next)).length > mostRecordBytes ? err("too-long") : ok({ next });
      });
      if (!saved.ok) return saved.error === "too-long" ? ok("aside") : err(saved.error);
      deps.emit({ type: "dossiers" });
      return ok("drop");
    },

    async list(session, id) {
      const dossier = await dossierOf(session, id);
      if (!dossier.ok) return dossier;
      const views: GivenView[] = [];
      for (const [letter, { decision, papers }] of Object.entries(dossier.value.record.given ?? {})) {
        const shown: GivenView["papers"][number][] = [];
        for (const [n, { kind, title, bytes }] of papers.entries()) {
          const { record } = await idsOf(letter as LetterId, n);
          const kept = await isKept(session, record);
          if (!kept.ok) return kept;
          shown.push({ kind, title, bytes, paper: kept.value ? record : null });
        }
        views.push({ letter: letter as LetterId, decision, papers: shown });
      }
      return ok(views);
    },

    async keep(session, id, letter, n) {
      const dossier = await dossierOf(session, id);
      if (!dossier.ok) return dossier;
      const { given, givenKeys, replies } = dossier.value.record;
      const one = given?.[letter]?.papers[n];
      const key = one && givenKeys?.[one.blob];
      const from = given?.[letter]?.from;
      if (one === undefined || key === undefined || from === undefined) return err({ type: "not-found" });
      const ids = await idsOf(letter, n);
      const there = await isKept(session, ids.record);
      if (!there.ok) return there;
      if (there.value) return ok({ paper: ids.record });
      const { store, profile } = session;
      const line = { store, database: profile.database, couriers: deps.couriers, reader: deps.reader };
      const content = await readForeign(line, { ...key, owner: from, blob: one.blob, length: one.bytes });
      if (!content.ok) return content;
      // What it is shows now: nothing that a desk says of its own file is believed.
      const file = new File([content.value], "", { type: one.mime });
      const reduced = await deps.imaging.reduce(file);
      if (!reduced.ok) return reduced;
      const at = replies[letter]?.at ?? deps.clock.now();
      const begun = paper.renamePaper(paper.createPaper(at, one.kind), one.title, at);
      const sealed: PutBlob[] = [];
      const drop = () => store.deleteBlobs(sealed.map(({ blob }) => blob.blob));
      for (const { content: part, facts } of partsOf(reduced.value, file, true)) {
        const put = await putBlob({ ...session, random: deps.random }, part, facts);
        if (!put.ok) {
          await drop();
          return err(put.error.type === "changed" ? { type: "picture-damaged" } : put.error);
        }
        sealed.push(put.value);
      }
      const page = pageOf(
        reduced.value,
        sealed.map(({ pointer }) => pointer),
        "",
      );
      const kept = paper.keepPaper(paper.putPage(begun, ids.page, page, at), at);
      if (!kept.ok) return err({ type: "picture-damaged" });
      const next: SatchelRecord = kept.value;
      // One transaction: before it nothing is hers, after it all is.
      const saved = await session.records.save<"there">(ids.record, (current) =>
        current === undefined
          ? ok({ next, blobs: sealed.map(({ blob }) => blob), release: released(kept.value) })
          : err("there"),
      );
      if (!saved.ok) {
        await drop();
        if (saved.error !== "there") return err(saved.error);
      }
      deps.emit({ type: "papers" });
      deps.emit({ type: "dossiers" });
      return ok({ paper: ids.record });
    },
  };
}
