/**
 * The sealed copy (SPEC C-X): made of the open satchel, and taken into one. Runs in the satchel worker; needs no network.
 *
 * Surprising fact: the copy is asked to be whole before its first byte is written, because its list stands at the front and
 * says the length of everything after it. A stream that fails in the middle begins it anew, without that stream.
 */

import { readCardGroups, readCardText } from "../../crypto/card.ts";
import { cardFactor } from "../../crypto/keyring.ts";
import {
  type CopyError,
  type CopySource,
  isCardOf,
  openCopy,
  readCopyHead,
  sealCopy,
} from "../../crypto/sealed-copy.ts";
import { createSecret, type Secret } from "../../crypto/secret.ts";
import { createSha256 } from "../../crypto/sha256.ts";
import type { RunningHash } from "../../crypto/stream.ts";
import { stretchSaltBytes } from "../../crypto/stretch-parameters.ts";
import {
  type CopyFile,
  type CopyManifest,
  copyListBytes,
  copyListLength,
  readCopyList,
  withoutKeys,
} from "../../satchel/export-manifest.ts";
import type { ExportWords } from "../../satchel/export-words.ts";
import { pointersIn } from "../../satchel/join.ts";
import type { BlobPointer, SatchelRecord } from "../../satchel/model.ts";
import { type Bytes, concat } from "../../shared/bytes.ts";
import type { BlobId, LetterId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { CodeKind, SealedFileRefusal, SealedOut, SealRefusal, TakenIn, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { createBlobParts, type Everything, everythingOf, fetchAway, plainPieces } from "./export-streams.ts";
import { adopt } from "./joining-adopt.ts";
import type { Space } from "./space.ts";

/** Nobody asks for the hash of the whole: the list has one for each file. */
const noHash: RunningHash = { update: () => undefined, digest: async () => new Uint8Array(32) };

/** What stays in the satchel: pins and devices say nothing to whoever opens the copy. */
function outward(record: SatchelRecord): SatchelRecord {
  const plain = withoutKeys(record);
  if (plain.t !== "profile") return plain;
  const { devices: _devices, seen: _seen, ...profile } = plain;
  return Object.fromEntries(
    Object.entries(profile).filter(([field]) => field !== "pinned"),
  ) as unknown as SatchelRecord;
}

async function isHere(session: Session, blob: BlobId): Promise<boolean> {
  const row = await session.store.getBlob(blob);
  return row.ok && row.value !== undefined && row.value.state !== "away";
}

/** Every stream once, those that are not here apart. */
async function streamsOf(session: Session, { records }: Everything, lost: ReadonlySet<BlobId>) {
  const here: BlobPointer[] = [];
  const missing = new Set<BlobId>();
  const seen = new Set<BlobId>();
  for (const pointer of records.flatMap(({ record }) => (record.t === "paper" ? pointersIn(record) : []))) {
    if (seen.has(pointer.blob)) continue;
    seen.add(pointer.blob);
    if (!lost.has(pointer.blob) && (await isHere(session, pointer.blob))) here.push(pointer);
    else missing.add(pointer.blob);
  }
  return { here, missing };
}

/** A paper is whole without its previews: those are drawn again. */
function isMissing(record: SatchelRecord, missing: ReadonlySet<BlobId>): boolean {
  if (record.t !== "paper") return false;
  return Object.values(record.pages).some((page) => {
    const pointer = page.readable ?? page.original;
    return pointer !== null && missing.has(pointer.blob);
  });
}

export interface SealDeps extends Pick<SatchelDeps, "clock" | "random" | "stretch"> {
  readonly space: Pick<Space, "fetchBack">;
}

export interface CardToSealFor {
  readonly secret: Secret;
  readonly set: number;
  readonly drilled: boolean;
}

/** @param code verified before: it is the satchel's own. */
export async function exportSealed(
  session: Session,
  deps: SealDeps,
  input: {
    readonly code: string;
    readonly codeKind: CodeKind;
    readonly card: CardToSealFor;
    readonly words: ExportWords;
  },
): Promise<Result<SealedOut, WorkerError | SealRefusal>> {
  const { card, codeKind } = input;
  const fetched = await fetchAway(session, deps.space);
  if (!fetched.ok) return fetched;
  const all = await everythingOf(session);
  if (!all.ok) return all;
  const { records, proofs } = all.value;
  if (!records.some(({ record }) => record.t !== "profile")) return err({ type: "nothing" });
  const salt = deps.random.bytes(stretchSaltBytes);
  const stretched = await deps.stretch.enrol(input.code, salt, null);
  if (!stretched.ok) return err({ type: "unavailable", mark: "stretch-broken" });
  const { output, parameters: params } = stretched.value;
  const factors = { card: await cardFactor(card.secret), code: createSecret(output) };
  output.fill(0);
  const lost = new Set<BlobId>();
  try {
    for (;;) {
      const { here, missing } = await streamsOf(session, all.value, lost);
      let at = 0;
      const files = here.map(({ blob, bytes, hash, mime }): CopyFile => {
        const file = { blob, at, bytes, hash, mime };
        at += bytes;
        return file;
      });
      const list = copyListBytes({
        format: "besace-sealed-copy",
        version: 1,
        made: deps.clock.now(),
        satchel: session.identity.id,
        words: input.words,
        records: records.map(({ id, record }) => ({ id, record: outward(record) })),
        files,
        proofs: Object.fromEntries(proofs) as CopyManifest["proofs"],
      });
      let failed: { readonly blob: BlobId; readonly error: WorkerError } | undefined;
      async function* chunks(): AsyncGenerator<Bytes> {
        yield list;
        for (const pointer of here) {
          for await (const piece of plainPieces(session.store, pointer, await createSha256())) {
            if (!piece.ok) {
              failed = { blob: pointer.blob, error: piece.error };
              return;
            }
            yield piece.value;
          }
        }
      }
      const parts = createBlobParts();
      let whole = true;
      const copy = { factors, set: card.set, code: codeKind, params, salt, length: list.length + at };
      for await (const piece of sealCopy({ ...copy, chunks: chunks(), hash: noHash }, deps.random)) {
        if (piece === null) whole = false;
        else parts.add(piece);
      }
      if (failed !== undefined) {
        if (failed.error.type !== "not-found" && failed.error.type !== "unavailable") return err(failed.error);
        lost.add(failed.blob);
        continue;
      }
      // A stream that says another length than its record is damaged; which one is not known without an error of its own.
      if (!whole) return err({ type: "unavailable", mark: "other-length" });
      const papers = records.filter(({ record }) => record.t === "paper");
      return ok({
        file: parts.blob("application/octet-stream"),
        papers: papers.length,
        dossiers: records.filter(({ record }) => record.t === "dossier").length,
        missing: papers.filter(({ record }) => isMissing(record, missing)).length,
        set: card.set,
        drilled: card.drilled,
      });
    }
  } finally {
    factors.card.wipe();
    factors.code.wipe();
  }
}

const sourceOf = (file: Blob): CopySource => ({
  size: file.size,
  read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
});

export async function lookSealed(
  file: Blob,
): Promise<Result<{ readonly set: number; readonly codeKind: CodeKind }, SealedFileRefusal>> {
  const head = await readCopyHead(sourceOf(file));
  return head.ok ? ok({ set: head.value.head.set, codeKind: head.value.head.code }) : head;
}

/** The secret of a typed or scanned card. */
async function cardSecret(typed: string): Promise<Result<Secret, SealedFileRefusal>> {
  if (/^\s*bsc[0-9]+\./i.test(typed)) {
    const read = await readCardText(typed);
    return read.ok ? ok(read.value.secret) : err({ type: "not-a-card" });
  }
  const read = await readCardGroups(typed);
  if (read.ok) return ok(read.value.secret);
  return err(
    read.error.type === "wrong-groups" ? { type: "wrong-groups", groups: read.error.groups } : { type: "not-a-card" },
  );
}

/** Some plain bytes of the copy in one piece; the list, never a file. */
async function readWhole(pieces: AsyncGenerator<Result<Bytes, CopyError>>): Promise<Result<Bytes, CopyError>> {
  const parts: Bytes[] = [];
  for await (const piece of pieces) {
    if (!piece.ok) return piece;
    parts.push(piece.value);
  }
  return ok(concat(...parts));
}

export async function importSealed(
  session: Session,
  deps: Pick<SatchelDeps, "clock" | "random" | "stretch">,
  input: { readonly file: Blob; readonly card: string; readonly code: string },
): Promise<Result<TakenIn, WorkerError | SealedFileRefusal>> {
  const source = sourceOf(input.file);
  const head = await readCopyHead(source);
  if (!head.ok) return head;
  const secret = await cardSecret(input.card);
  if (!secret.ok) return secret;
  const card = await cardFactor(secret.value);
  secret.value.wipe();
  if (!(await isCardOf(head.value, card))) return err({ type: "other-card", set: head.value.head.set });
  const code = await deps.stretch.derive(input.code, head.value.salt, head.value.head.params);
  if (!code.ok) return err({ type: "stretch-broken" });
  const opened = await openCopy(source, head.value, { card, code: createSecret(code.value) });
  card.wipe();
  code.value.fill(0);
  if (!opened.ok) return opened;
  const copy = opened.value;
  const start = await readWhole(copy.read(0, Math.min(4, copy.length)));
  if (!start.ok) return start;
  const length = copyListLength(start.value, copy.length);
  if (length === undefined) return err({ type: "damaged" });
  const listed = await readWhole(copy.read(0, length));
  if (!listed.ok) return listed;
  const list = readCopyList(listed.value, copy.length);
  if (!list.ok) return list;
  const { manifest, filesAt } = list.value;
  const files = new Map(manifest.files.map((file) => [file.blob, file]));
  let refused: CopyError | undefined;
  const taken = await adopt(session, deps, {
    from: manifest.satchel,
    records: manifest.records,
    proofs: new Map(Object.entries(manifest.proofs) as [LetterId, CopyManifest["proofs"][LetterId]][]),
    revive: true,
    async open(pointer) {
      const file = files.get(pointer.blob);
      if (file === undefined || file.hash !== pointer.hash || file.bytes !== pointer.bytes) return null;
      return (async function* () {
        for await (const piece of copy.read(filesAt + file.at, filesAt + file.at + file.bytes)) {
          if (!piece.ok) {
            refused = piece.error;
            return;
          }
          yield piece.value;
        }
      })();
    },
  });
  if (!taken.ok) return taken;
  // What could be read was taken in; that the file is not whole is said all the same.
  return refused === undefined ? taken : err(refused);
}
