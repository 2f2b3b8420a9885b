/**
 * Opens a sealed copy with card and code (SPEC C-X), in the reader's own page: no worker, no network, no storage.
 *
 * Surprising: the order is the format's. What is wrong with the file is said before the card is looked at, and a card of
 * another copy before a code is stretched.
 */

import { readCardGroups, readCardText } from "../crypto/card.ts";
import { cardFactor } from "../crypto/keyring.ts";
import {
  type CopyError,
  type CopySource,
  isCardOf,
  type OpenedCopy,
  openCopy,
  type ReadHead,
  readCopyHead,
} from "../crypto/sealed-copy.ts";
import { createSecret, type Secret } from "../crypto/secret.ts";
import { stretch } from "../crypto/stretch.ts";
import { type CopyFile, type CopyList, copyListLength, readCopyList } from "../satchel/export-manifest.ts";
import { type Bytes, concat } from "../shared/bytes.ts";
import { err, ok, type Result } from "../shared/result.ts";

export type ReaderRefusal =
  | CopyError
  | { readonly type: "not-a-card" }
  | { readonly type: "wrong-groups"; readonly groups: readonly number[] }
  | { readonly type: "stretch-broken" };

export interface OpenCopy extends CopyList {
  /** A file's bytes, piece by piece; ends after the first error. */
  readonly pieces: (file: CopyFile) => AsyncGenerator<Result<Bytes, CopyError>>;
}

export const sourceOf = (file: Blob): CopySource => ({
  size: file.size,
  read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
});

export const look = (file: Blob): Promise<Result<ReadHead, CopyError>> => readCopyHead(sourceOf(file));

async function readCard(typed: string): Promise<Result<Secret, ReaderRefusal>> {
  if (/^\s*bsc[0-9]+\./i.test(typed)) {
    const read = await readCardText(typed);
    return read.ok ? ok(read.value.secret) : err({ type: "not-a-card" });
  }
  const read = await readCardGroups(typed);
  if (read.ok) return ok(read.value.secret);
  const { error } = read;
  return err(error.type === "wrong-groups" ? { type: "wrong-groups", groups: error.groups } : { type: "not-a-card" });
}

async function whole(pieces: AsyncGenerator<Result<Bytes, CopyError>>): Promise<Result<Bytes, CopyError>> {
  const parts: Bytes[] = [];
  for await (const piece of pieces) {
    if (!piece.ok) return piece;
    parts.push(piece.value);
  }
  return ok(concat(...parts));
}

async function listOf(copy: OpenedCopy): Promise<Result<CopyList, CopyError>> {
  const start = await whole(copy.read(0, Math.min(4, copy.length)));
  if (!start.ok) return start;
  const length = copyListLength(start.value, copy.length);
  if (length === undefined) return err({ type: "damaged" });
  const bytes = await whole(copy.read(0, length));
  return bytes.ok ? readCopyList(bytes.value, copy.length) : bytes;
}

/** @param card the ten groups as typed, or the text of the QR code. @param code six digits, or a code in pictures. */
export async function open(file: Blob, card: string, code: string): Promise<Result<OpenCopy, ReaderRefusal>> {
  const source = sourceOf(file);
  const head = await readCopyHead(source);
  if (!head.ok) return head;
  const secret = await readCard(card);
  if (!secret.ok) return secret;
  const factor = await cardFactor(secret.value);
  secret.value.wipe();
  if (!(await isCardOf(head.value, factor))) return err({ type: "other-card", set: head.value.head.set });
  const stretched = await stretch(code, head.value.salt, head.value.head.params);
  if (!stretched.ok) return err({ type: "stretch-broken" });
  const copy = await openCopy(source, head.value, { card: factor, code: createSecret(stretched.value) });
  factor.wipe();
  stretched.value.fill(0);
  if (!copy.ok) return copy;
  const list = await listOf(copy.value);
  if (!list.ok) return list;
  const { filesAt } = list.value;
  const pieces: OpenCopy["pieces"] = ({ at, bytes }) => copy.value.read(filesAt + at, filesAt + at + bytes);
  return ok({ ...list.value, pieces });
}
