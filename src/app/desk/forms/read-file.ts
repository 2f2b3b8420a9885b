/**
 * The file of a form as it was chosen: JSON, or YAML as people write it. Runs in the page; the reader, its schema and the YAML
 * parser come when the first file is chosen.
 *
 * Surprising fact: what is published is JSON made here, once. Whoever published YAML signs what the parser understood, and that
 * is what is shown before.
 */

import type { FormFault } from "../../../forms/check.ts";
import type { FormFile } from "../../../forms/model.ts";
import { err, ok, type Result } from "../../../shared/result.ts";

export interface ReadFile {
  readonly file: FormFile;
  /** What is signed and published. */
  readonly text: string;
}

export type FileFault = Pick<FormFault, "at" | "message">;

/** Larger than what is published, for comments and white space. */
const MOST = 1024 * 1024;

async function dataOf(text: string): Promise<Result<unknown, readonly FileFault[]>> {
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    return err(document.errors.map(({ message }) => ({ at: "the file", message: message.split("\n")[0] ?? "" })));
  try {
    return ok(document.toJS({ maxAliasCount: 20 }));
  } catch (cause) {
    // Aliases that stand for each other would grow without end.
    return err([{ at: "the file", message: cause instanceof Error ? cause.message : String(cause) }]);
  }
}

/** The form, whole and checked, or every fault with the place where it is. Rejects when the reader cannot be loaded. */
export async function readFormFile(text: string): Promise<Result<ReadFile, readonly FileFault[]>> {
  if (text.length > MOST) return err([{ at: "the file", message: "it is too large for a form" }]);
  const data = await dataOf(text);
  if (!data.ok) return data;
  const { readForm } = await import("../../../forms/read.ts");
  const read = readForm(data.value);
  return read.ok ? ok({ file: read.value, text: JSON.stringify(data.value) }) : read;
}
