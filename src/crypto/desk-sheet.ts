/**
 * The sheet that stands on an organisation's desk: who it is and which keys it has, short enough for a QR code (SPEC C-Q). Runs
 * in workers that hold keys, and Node.
 *
 * Surprising fact: it names the keys by a hash and carries none. A sheet proves nothing by itself: it is compared with the chain
 * that the phone already believes, so that an old sheet stays true after an honest change of keys and a forged key does not.
 */

import { labels } from "../protocol/labels.ts";
import { b64 } from "../protocol/sign.ts";
import type { Principal } from "../protocol/statements.ts";
import { type B64, type Bytes, concat, fromBase64Url, utf8 } from "../shared/bytes.ts";
import { idBytes, type PrincipalId } from "../shared/ids.ts";
import { fromBase32, toBase32 } from "./base32.ts";
import { sha256 } from "./primitives.ts";

const mark = "BSO1.";
const idLength = 20;
const printLength = 16;

export interface DeskSheet {
  readonly id: PrincipalId;
  /** First 16 bytes of a hash of the keys that it had when the sheet was made. */
  readonly print: B64;
}

/** The same for the same sheet on every screen: to be compared by eye or said aloud. */
export interface SheetCheck {
  readonly pictures: readonly number[];
  readonly digits: string;
}

const hashed = (label: string, ...parts: readonly Bytes[]): Promise<Bytes> =>
  sha256(concat(utf8(label), new Uint8Array(1), ...parts));

const bytesOf = (text: B64): Bytes => fromBase64Url(text) ?? new Uint8Array(0);

async function printOf(id: PrincipalId, { sign, box }: Pick<Principal, "sign" | "box">): Promise<B64> {
  return b64((await hashed(labels.deskSheet, idBytes(id), bytesOf(sign), bytesOf(box))).slice(0, printLength));
}

/** The sheet of the keys that it has now. */
export const sheetOf = async (principal: Pick<Principal, "id" | "sign" | "box">): Promise<DeskSheet> => ({
  id: principal.id,
  print: await printOf(principal.id, principal),
});

/** 63 letters of the alphanumeric mode of QR codes. */
export const writeSheet = ({ id, print }: DeskSheet): string => mark + toBase32(concat(idBytes(id), bytesOf(print)));

/** @returns undefined for whatever is not the one text of a sheet. Case and spaces around it do not count. */
export function readSheet(text: string): DeskSheet | undefined {
  const said = text.trim().toUpperCase();
  const bytes = said.startsWith(mark) ? fromBase32(said.slice(mark.length)) : undefined;
  if (bytes?.length !== idLength + printLength) return undefined;
  return { id: b64(bytes.slice(0, idLength)) as string as PrincipalId, print: b64(bytes.slice(idLength)) };
}

export async function sheetCheck({ id, print }: DeskSheet): Promise<SheetCheck> {
  const view = new DataView((await hashed(labels.deskSheetCheck, idBytes(id), bytesOf(print))).buffer);
  const drawn = view.getUint32(0);
  return {
    pictures: [1, 12, 144, 1728].map((step) => Math.floor(drawn / step) % 12),
    digits: String(view.getUint32(4) % 100_000_000).padStart(8, "0"),
  };
}

/** "now": the keys that it has. "before": keys that its chain has since put others in the place of. "no": never its keys. */
export async function heldAgainst(
  sheet: DeskSheet,
  principal: Pick<Principal, "id" | "sign" | "box" | "former">,
): Promise<"now" | "before" | "no"> {
  if (sheet.id !== principal.id) return "no";
  if ((await printOf(principal.id, principal)) === sheet.print) return "now";
  for (const keys of principal.former) if ((await printOf(principal.id, keys)) === sheet.print) return "before";
  return "no";
}
