/**
 * Published forms on this device: where they lie, how one is fetched, verified and read (SPEC P-Q). Runs in the workers that
 * hold keys; loaded when the first of them is asked for.
 *
 * Surprising fact: they lie in clear, beside the databases. They are public, everybody keeps all of them, so what lies there
 * says nothing about whose phone it is; and a form that was changed on the disk is refused by its hash.
 */

import type { FormFile } from "../../forms/model.ts";
import { isFormName, isPublishedFile, type Publication } from "../../protocol/published.ts";
import { routes } from "../../protocol/wire.ts";
import type { B64, Bytes } from "../../shared/bytes.ts";
import { utf8ToText } from "../../shared/bytes.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { JsonCalls } from "./json-calls.ts";
import type { FormShelf } from "./shelf.ts";

/** `changed`: not the bytes that were signed, or another form or version inside. `unreadable`: no form that this app reads. */
export type FileFault = "changed" | "unreadable";

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The form of a file whose publication was verified. The reader and its schema come with the first file. */
export async function readPublished(
  file: Bytes,
  said: Pick<Publication, "hash" | "length" | "form" | "version">,
): Promise<Result<FormFile, FileFault>> {
  if (!(await isPublishedFile(file, said))) return err("changed");
  const { readForm } = await import("../../forms/read.ts");
  const read = readForm(parsed(utf8ToText(file)));
  if (!read.ok) return err("unreadable");
  const { id, version } = read.value.form;
  return isFormName(id) && id === said.form && version === said.version ? read : err("changed");
}

/** From the shelf, else from the server and onto the shelf. `lost`: neither. */
export async function fileOf(
  { shelf, calls }: { readonly shelf: FormShelf; readonly calls: JsonCalls },
  said: Pick<Publication, "hash" | "length">,
): Promise<Result<Bytes, "changed" | "lost">> {
  const held = await shelf.file(said.hash);
  if (held !== undefined && (await isPublishedFile(held, said))) return ok(held);
  const heard = await calls.raw(`${routes.forms}/${said.hash}`, null, null);
  if (heard === undefined || !heard.isOk) return err("lost");
  if (!(await isPublishedFile(heard.bytes, said))) return err("changed");
  await shelf.keep(said.hash as B64, heard.bytes);
  return ok(heard.bytes);
}
