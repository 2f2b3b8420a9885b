/**
 * The card: 128 secret bits on paper, as a QR text and as ten typed groups (SPEC C-C). Runs in workers and Node.
 *
 * Surprising: the QR text is one run of letters behind "BSC1." and never looks like an address, so that a phone's
 * camera app does not offer to open, or send, it anywhere. The home server's host is inside.
 */

import { type GroupsError, readGroups, writeGroups } from "../protocol/groups.ts";
import { labels } from "../protocol/labels.ts";
import { labelled } from "../protocol/sign.ts";
import { assert } from "../shared/assert.ts";
import { type Bytes, concat, equalBytes, utf8, utf8ToText } from "../shared/bytes.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { fromBase32, toBase32 } from "./base32.ts";
import { sha256 } from "./primitives.ts";
import { createSecret, type Secret } from "./secret.ts";

export interface CardContent {
  /** Format version, 1. */
  readonly version: number;
  /** Number of the set of cards, 0 to 15: a card of an older set is told apart. */
  readonly set: number;
  /** 16 bytes. */
  readonly secret: Secret;
}

export interface Card extends CardContent {
  /** Host, and port if any, of the home server. */
  readonly home: string;
  /** Ten groups of four characters. */
  readonly groups: readonly string[];
  /** Text of the QR code, "BSC1." and base32: fits QR's alphanumeric mode. */
  readonly qr: string;
}

export type CardTextError =
  /** Not a card's QR code at all. */
  | { readonly type: "not-a-card" }
  /** A card of a version that this program does not know. */
  | { readonly type: "other-version"; readonly version: number }
  /** Looks like one, but is damaged. */
  | { readonly type: "wrong-checksum" };

export type CardGroupsError = GroupsError | { readonly type: "other-version"; readonly version: number };

const cardVersion = 1;
const secretBytes = 16;
const prefix = "BSC1.";
const checksumBytes = 4;
const hostPattern = /^(?:[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?|\[[0-9a-f:]{2,45}\])(?::[0-9]{1,5})?$/;

const checksumOf = async (content: Bytes): Promise<Bytes> =>
  (await sha256(labelled(labels.cardTextChecksum, content))).slice(0, checksumBytes);

/** True for what `createCard` takes as home: a host in lower case, with a port if need be, never a URL. */
export const isHome = (home: string): boolean => hostPattern.test(home);

/** A fresh card. `home`: host of the home server (`new URL(...).host`); `set`: 0 to 15. */
export async function createCard(
  random: Random,
  { home, set }: { readonly home: string; readonly set: number },
): Promise<Card> {
  return writeCard(createSecret(random.bytes(secretBytes)), { home, set });
}

/** A card again from what its groups say, for a device that was only told those. */
export async function writeCard(
  own: Secret,
  { home, set }: { readonly home: string; readonly set: number },
): Promise<Card> {
  assert(isHome(home), "SPEC C-C3: home is a host, never a URL");
  assert(Number.isInteger(set) && set >= 0 && set < 16, "SPEC C-C2: set is 0 to 15");
  const secret = own.reveal();
  const host = utf8(home);
  const content = concat(Uint8Array.of((cardVersion << 4) | set), secret, Uint8Array.of(host.length), host);
  const qr = prefix + toBase32(concat(content, await checksumOf(content)));
  const groups = await writeGroups(labels.cardChecksum, { version: cardVersion, set, secret });
  secret.fill(0);
  return { version: cardVersion, set, secret: own, home, groups, qr };
}

/** Reads a scanned QR text. */
export async function readCardText(
  text: string,
): Promise<Result<CardContent & { readonly home: string }, CardTextError>> {
  const upper = text.trim().toUpperCase();
  const other = /^BSC([0-9]+)\./.exec(upper);
  if (other?.[1] === undefined) return err({ type: "not-a-card" });
  if (other[1] !== "1") return err({ type: "other-version", version: Number(other[1]) });
  const bytes = fromBase32(upper.slice(prefix.length));
  const hostStart = 1 + secretBytes + 1;
  if (bytes === undefined || bytes.length < hostStart + checksumBytes) return err({ type: "wrong-checksum" });
  const end = bytes.length - checksumBytes;
  const content = bytes.slice(0, end);
  if (!equalBytes(await checksumOf(content), bytes.slice(end))) return err({ type: "wrong-checksum" });
  const head = content[0] ?? 0;
  if (head >> 4 !== cardVersion) return err({ type: "other-version", version: head >> 4 });
  const home = utf8ToText(content.slice(hostStart));
  if (home === undefined || content[hostStart - 1] !== end - hostStart || !isHome(home))
    return err({ type: "wrong-checksum" });
  return ok({
    version: cardVersion,
    set: head & 15,
    secret: createSecret(content.slice(1, 1 + secretBytes)),
    home,
  });
}

/** Reads typed groups; wrong ones are named by number, from 1. */
export async function readCardGroups(typed: string | readonly string[]): Promise<Result<CardContent, CardGroupsError>> {
  const read = await readGroups(labels.cardChecksum, typed);
  if (!read.ok) return read;
  const { version, set, secret } = read.value;
  return version === cardVersion
    ? ok({ version, set, secret: createSecret(secret) })
    : err({ type: "other-version", version });
}
