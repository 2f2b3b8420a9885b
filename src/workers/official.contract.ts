/**
 * What the official worker answers (official.worker.ts): one blank official PDF with values put into its fields. It holds no
 * key and keeps nothing; a stranger's file meets a parser here, so the page that asks ends it when it takes too long.
 */

import type { Fill, PdfForm } from "../forms/official/model.ts";
import type { Result } from "../shared/result.ts";

export type OfficialTrouble =
  /** No network, or this server does not have it. */
  | { readonly type: "away" }
  /** Not the PDF that the mapping was made for. */
  | { readonly type: "other-file" }
  /** Damaged, or no PDF. */
  | { readonly type: "unread" }
  | { readonly type: "locked" }
  /** Its fields are only in a form language that nobody but its maker reads (XFA), or it has none. */
  | { readonly type: "no-fields" }
  | { readonly type: "too-heavy" }
  /** The tool is not on this device, or broke. */
  | { readonly type: "unavailable"; readonly mark: string };

/** One value; `label` is what a page added at the end calls it, in French. */
export interface OrderedFill {
  readonly fill: Fill;
  readonly label: string;
}

export interface OfficialOrder {
  /** Of the blank PDF, hex; null where it is not looked at (an author's tool). */
  readonly sha256: string | null;
  readonly fills: readonly OrderedFill[];
  /** Heading of that page, in French. */
  readonly heading: string;
  /** Stands in the field of a text that goes on there, with its number: "(suite 1)". */
  readonly continued: string;
}

/** Places are those in `fills` of the order. */
export interface FilledPdf {
  readonly bytes: ArrayBuffer;
  readonly pages: number;
  /** Texts that are whole on a page at the end; in their field is their beginning, where they have one. */
  readonly continued: readonly number[];
  /** Texts that could not be drawn: their field is blank. */
  readonly undrawn: readonly number[];
  /** Letters were drawn without a mark that the font has not; the value keeps it. */
  readonly plainer: readonly { readonly at: number; readonly drawn: string }[];
  /** No such field or state in this PDF. */
  readonly missing: readonly number[];
}

export interface OfficialApi {
  /** The worker's script is here and runs. */
  readonly ready: () => Promise<Result<void, OfficialTrouble>>;
  /** A mapping or a blank PDF of this server, by its name; fetched, never kept. */
  readonly file: (name: string, most: number) => Promise<Result<ArrayBuffer, OfficialTrouble>>;
  readonly inspect: (bytes: ArrayBuffer) => Promise<Result<PdfForm, OfficialTrouble>>;
  readonly fill: (bytes: ArrayBuffer, order: OfficialOrder) => Promise<Result<FilledPdf, OfficialTrouble>>;
}

export const officialMethods = Object.keys({ ready: true, file: true, inspect: true, fill: true } satisfies Record<
  keyof OfficialApi,
  true
>) as readonly (keyof OfficialApi)[];
