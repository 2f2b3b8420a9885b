/**
 * The one-time code that opens a desk (SPEC P-O). Made and printed by the server, typed by a helper; the server keeps
 * only what proves it (`deskAuthOf`) and what it seals. Runs everywhere.
 *
 * Surprising: the sealing key comes from the same code under another label and is derived in crypto/ only; the server
 * forgets the code once it is printed.
 */

import type { B64, Bytes } from "../shared/bytes.ts";
import type { Random } from "../shared/ports.ts";
import { ok, type Result } from "../shared/result.ts";
import { type GroupsError, readGroups, writeGroups } from "./groups.ts";
import { labels } from "./labels.ts";
import { b64, hkdfBytes } from "./sign.ts";

const version = 1;

export interface DeskCode {
  /** Ten groups of four, for people. */
  readonly groups: readonly string[];
  /** 16 bytes. */
  readonly secret: Bytes;
}

/** What a code is for stands in it (SPEC P-O4): the server's first code, an invitation, the organisation's card. */
export const deskCodeUses = ["first", "invitation", "card"] as const;
export type DeskCodeUse = (typeof deskCodeUses)[number];

/** A fresh code of 128 bits. */
export async function createDeskCode(random: Random, use: DeskCodeUse = "first"): Promise<DeskCode> {
  const secret = random.bytes(16);
  const set = deskCodeUses.indexOf(use);
  return { groups: await writeGroups(labels.deskCodeChecksum, { version, set, secret }), secret };
}

/** As `readDeskCode`, with what the code is for; null: for something that this version does not know. */
export async function readDeskCodeUse(
  typed: string | readonly string[],
): Promise<Result<{ readonly use: DeskCodeUse | null; readonly secret: Bytes }, GroupsError>> {
  const read = await readGroups(labels.deskCodeChecksum, typed);
  return read.ok ? ok({ use: deskCodeUses[read.value.set] ?? null, secret: read.value.secret }) : read;
}

/** The 16 secret bytes of a typed code; a card's groups are refused ("wrong-checksum"). */
export async function readDeskCode(typed: string | readonly string[]): Promise<Result<Bytes, GroupsError>> {
  const read = await readGroups(labels.deskCodeChecksum, typed);
  return read.ok ? ok(read.value.secret) : read;
}

/** What EnrolRequest.auth carries: proves the code without carrying what it seals with. 32 bytes. */
export const deskAuthOf = async (secret: Bytes): Promise<B64> =>
  b64(await hkdfBytes(secret, new Uint8Array(0), labels.deskEnrolAuth, 32));
