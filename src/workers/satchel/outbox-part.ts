/**
 * What "Mes envois" gives when something does not leave: the papers of an envoi as files, and facts about the queue. Runs in the
 * satchel worker, loaded when it is asked for.
 *
 * Surprising fact: an envoi that does not open on this device can still be taken out, sealed as it would have left.
 */

import type { PaperRecord } from "../../satchel/model.ts";
import { pageContent, pagesInOrder } from "../../satchel/paper.ts";
import { utf8 } from "../../shared/bytes.ts";
import type { RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { readBlob } from "../common/blobs.ts";
import { storageErr } from "../common/errors.ts";
import type { ExportedFile, OutboxView, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { diagnosticLines } from "./diagnostics.ts";

export interface OutboxPart {
  readonly exportItem: (session: Session, id: RecordId) => Promise<Result<readonly ExportedFile[], WorkerError>>;
  readonly diagnostics: (session: Session) => Promise<Result<string, WorkerError>>;
}

const endings: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "image/heic": "heic",
  "image/heif": "heif",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
};
const nameOf = (n: number, mime: string): string => `${n}.${endings[mime] ?? "bin"}`;

async function paperFiles(
  session: Session,
  record: PaperRecord,
  folder: string,
): Promise<Result<readonly ExportedFile[], WorkerError>> {
  const files: ExportedFile[] = [];
  for (const [n, [, page]] of pagesInOrder(record).entries()) {
    const pointer = pageContent(page);
    const bytes = await readBlob(session.store, pointer);
    if (!bytes.ok) return bytes;
    files.push({
      name: `${folder}${nameOf(n + 1, pointer.mime)}`,
      mime: pointer.mime,
      bytes: bytes.value.buffer,
    });
  }
  return ok(files);
}

/** What waits under a record that does not open here: signed and sealed as it would have left. */
async function sealedFile(session: Session, id: RecordId): Promise<Result<readonly ExportedFile[], WorkerError>> {
  const queue = await session.store.queue();
  if (!queue.ok) return storageErr(queue.error);
  const wires: unknown[] = [];
  for (const { op } of queue.value.ops.filter((row) => row.record === id)) {
    const row = await session.store.readOp(op);
    if (!row.ok) return storageErr(row.error);
    if (row.value !== undefined) wires.push(row.value.wire);
  }
  for (const { letter } of queue.value.letters.filter((row) => row.about === id)) {
    const row = await session.store.readLetter(letter);
    if (!row.ok) return storageErr(row.error);
    if (row.value !== undefined) wires.push(row.value.wire);
  }
  if (wires.length === 0) return err({ type: "not-found" });
  return ok([{ name: "1.json", mime: "application/json", bytes: utf8(JSON.stringify(wires)).buffer }]);
}

export function createOutboxPart(
  deps: Pick<SatchelDeps, "clock" | "room">,
  view: (session: Session) => Promise<Result<OutboxView, WorkerError>>,
): OutboxPart {
  return {
    async exportItem(session, id) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept.error.type === "not-found" ? sealedFile(session, id) : kept;
      const { record } = kept.value;
      if (record.t === "paper") return paperFiles(session, record, "");
      if (record.t !== "dossier") return err({ type: "not-found" });
      const files: ExportedFile[] = [];
      const joined = new Set(Object.values(record.attached).flatMap((slot) => slot.papers));
      for (const [n, paper] of [...joined].entries()) {
        const held = await session.records.get(paper);
        // A paper that was erased since has nothing to give.
        if (!held.ok || held.value.record.t !== "paper") continue;
        const pages = await paperFiles(session, held.value.record, `${n + 1}-`);
        if (!pages.ok) return pages;
        files.push(...pages.value);
      }
      return ok(files);
    },

    async diagnostics(session) {
      const shown = await view(session);
      if (!shown.ok) return shown;
      const [queue, meta, inbox, all, room] = await Promise.all([
        session.store.queue(),
        session.store.meta(),
        session.store.listInbox(),
        session.records.list(),
        deps.room(),
      ]);
      if (!queue.ok) return storageErr(queue.error);
      if (!meta.ok) return storageErr(meta.error);
      if (!inbox.ok) return storageErr(inbox.error);
      if (!all.ok) return all;
      return ok(
        diagnosticLines({
          now: deps.clock.now(),
          queue: queue.value,
          meta: meta.value,
          inbox: inbox.value.length,
          aside: session.records.aside(),
          records: all.value.length,
          view: shown.value,
          room,
        }),
      );
    },
  };
}
