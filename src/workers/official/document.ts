/**
 * One blank official PDF as fields that can be filled, and back to bytes. Runs in the official worker and in Node.
 *
 * Surprising facts: only pdf-lib's parser and writer are used; its API for forms would bring fonts, pictures and SVG along, five
 * times as much. Nothing in the file that could act by itself is kept: scripts, actions, XFA, attached files.
 */

import {
  PDFArray,
  type PDFContext,
  PDFDict,
  PDFHexString,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFParser,
  PDFRef,
  PDFStream,
  PDFString,
  PDFWriter,
} from "@cantoo/pdf-lib";
import type { PdfField } from "../../forms/official/model.ts";
import { maxOfficialBytes } from "../../forms/official/read.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { OfficialTrouble } from "../official.contract.ts";

const MAX_PAGES = 100;
const MAX_FIELDS = 5000;
const MAX_DEPTH = 20;
const MAX_OBJECTS = 200_000;

export const name = (text: string): PDFName => PDFName.of(text);

/** One terminal field with the boxes in which it is shown. */
export interface Terminal extends PdfField {
  readonly dict: PDFDict;
  readonly widgets: readonly PDFDict[];
  readonly flags: number;
  /** "/Helv 10 Tf 0 g" of the field or of the whole form. */
  readonly look: string;
  /** 0 left, 1 middle, 2 right. */
  readonly side: number;
}

export interface OfficialDocument {
  readonly context: PDFContext;
  readonly catalog: PDFDict;
  readonly acroForm: PDFDict;
  readonly pages: number;
  readonly fields: readonly Terminal[];
}

/** Flags of fields (ISO 32000-1, tables 221, 226, 228, 230), from bit 0. */
export const flag = { required: 1, multiline: 12, radio: 15, push: 16, comb: 24 } as const;
export const hasFlag = (flags: number, bit: number): boolean => (flags & (1 << bit)) !== 0;

const textOf = (object: PDFObject | undefined): string | undefined =>
  object instanceof PDFString || object instanceof PDFHexString ? object.decodeText() : undefined;

const nameText = (object: PDFObject | undefined): string | undefined =>
  object instanceof PDFName ? object.decodeText() : undefined;

/** The states of a box that are not "Off", as its appearances name them. */
export function statesOf(widget: PDFDict): readonly string[] {
  const normal = widget.lookupMaybe(name("AP"), PDFDict)?.lookup(name("N"));
  if (!(normal instanceof PDFDict)) return [];
  return normal.keys().flatMap((key) => (key.decodeText() === "Off" ? [] : [key.decodeText()]));
}

/** What a list offers: the value, then what is shown of it. */
export function optionsOf(dict: PDFDict): readonly (readonly [value: string, shown: string])[] {
  const list = inherited(dict, "Opt");
  if (!(list instanceof PDFArray)) return [];
  return list.asArray().flatMap((entry) => {
    const option = dict.context.lookup(entry);
    if (option instanceof PDFArray) {
      const [value, shown] = [textOf(option.lookup(0)), textOf(option.lookup(1))];
      return value === undefined ? [] : [[value, shown ?? value] as const];
    }
    const text = textOf(option);
    return text === undefined ? [] : [[text, text] as const];
  });
}

/** Of the field itself or of what it is part of. */
function inherited(dict: PDFDict, key: string): PDFObject | undefined {
  let at: PDFDict | undefined = dict;
  for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
    const found = at.lookup(name(key));
    if (found !== undefined) return found;
    at = at.lookupMaybe(name("Parent"), PDFDict);
  }
  return undefined;
}

const numberOf = (object: PDFObject | undefined): number | undefined =>
  object instanceof PDFNumber ? object.asNumber() : undefined;

const kinds: Readonly<Record<string, PdfField["kind"]>> = { Tx: "text", Ch: "choice", Sig: "signature" };

function terminal(dict: PDFDict, fullName: string, widgets: readonly PDFDict[], acroForm: PDFDict): Terminal | null {
  const type = nameText(inherited(dict, "FT"));
  const flags = numberOf(inherited(dict, "Ff")) ?? 0;
  const button = hasFlag(flags, flag.push) ? "button" : hasFlag(flags, flag.radio) ? "radio" : "tick";
  const kind = type === "Btn" ? button : kinds[type ?? ""];
  if (kind === undefined) return null;
  return {
    name: fullName,
    kind,
    states:
      kind === "choice"
        ? [...new Set(optionsOf(dict).map(([value]) => value))]
        : kind === "tick" || kind === "radio"
          ? [...new Set(widgets.flatMap(statesOf))]
          : [],
    maxLength: numberOf(inherited(dict, "MaxLen")) ?? null,
    required: hasFlag(flags, flag.required),
    dict,
    widgets,
    flags,
    look: textOf(inherited(dict, "DA")) ?? textOf(acroForm.lookup(name("DA"))) ?? "",
    side: numberOf(inherited(dict, "Q")) ?? numberOf(acroForm.lookup(name("Q"))) ?? 0,
  };
}

function fieldsIn(acroForm: PDFDict): readonly Terminal[] | null {
  const found: Terminal[] = [];
  const seen = new Set<PDFDict>();
  let left = MAX_FIELDS * 4;
  function walk(dict: PDFDict, before: string, depth: number): boolean {
    left -= 1;
    if (left < 0 || depth > MAX_DEPTH || found.length > MAX_FIELDS) return false;
    // A field that is its own part.
    if (seen.has(dict)) return true;
    seen.add(dict);
    const own = textOf(dict.lookup(name("T")));
    const fullName = own === undefined ? before : before === "" ? own : `${before}.${own}`;
    const kids = dict.lookupMaybe(name("Kids"), PDFArray);
    const inner = (kids?.asArray() ?? []).flatMap((kid) => {
      const each = dict.context.lookup(kid);
      return each instanceof PDFDict ? [each] : [];
    });
    const parts = inner.filter((kid) => kid.has(name("T")));
    if (parts.length > 0) return parts.every((part) => walk(part, fullName, depth + 1));
    const one = terminal(dict, fullName, inner.length > 0 ? inner : [dict], acroForm);
    if (one !== null) found.push(one);
    return true;
  }
  const roots = acroForm.lookupMaybe(name("Fields"), PDFArray)?.asArray() ?? [];
  for (const root of roots) {
    const dict = acroForm.context.lookup(root);
    if (dict instanceof PDFDict && !walk(dict, "", 0)) return null;
  }
  return found;
}

/** What stays of actions: going somewhere in the file, and addresses to press. */
const harmless = new Set(["GoTo", "URI"]);
const actions = new Set([
  "JavaScript",
  "Launch",
  "SubmitForm",
  "ImportData",
  "ResetForm",
  "GoToR",
  "GoToE",
  "Rendition",
  "Movie",
  "Sound",
  "Hide",
  "Named",
  "SetOCGState",
  "Trans",
  "Thread",
  "GoTo3DView",
  "RichMediaExecute",
]);
/** Parts that act when the file is opened, printed, typed into, or bring something along. */
const acting = ["AA", "OpenAction", "JavaScript", "JS", "XFA", "NeedsRendering", "Perms", "EmbeddedFiles", "AF", "CO"];

/** Takes out of every object what could act by itself. */
function calm(context: PDFContext): void {
  const seen = new Set<PDFObject>();
  const waiting: PDFObject[] = context.enumerateIndirectObjects().map(([, object]) => object);
  for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    if (object instanceof PDFArray) {
      waiting.push(...object.asArray());
      continue;
    }
    const dict = object instanceof PDFDict ? object : object instanceof PDFStream ? object.dict : null;
    if (dict === null) continue;
    for (const key of acting) dict.delete(name(key));
    const kind = nameText(dict.get(name("S")));
    if (kind !== undefined && actions.has(kind)) for (const key of dict.keys()) dict.delete(key);
    const action = dict.lookup(name("A"));
    if (action instanceof PDFDict && !harmless.has(nameText(action.lookup(name("S"))) ?? "GoTo"))
      dict.delete(name("A"));
    waiting.push(...dict.values());
  }
}

/** How many pages the tree has; null: too many, or a tree that is none. */
function countPages(catalog: PDFDict): number | null {
  const root = catalog.lookup(name("Pages"));
  if (!(root instanceof PDFDict)) return null;
  const seen = new Set<PDFDict>([root]);
  let pages = 0;
  for (const node of seen) {
    const kids = node.lookup(name("Kids"));
    if (!(kids instanceof PDFArray)) {
      pages += 1;
      if (pages > MAX_PAGES) return null;
      continue;
    }
    for (const kid of kids.asArray()) {
      const each = catalog.context.lookup(kid);
      if (each instanceof PDFDict) seen.add(each);
    }
    if (seen.size > MAX_PAGES * 4) return null;
  }
  return pages;
}

/** Reads the file and takes out what could act. Never throws on what a file holds. */
export async function openOfficial(bytes: ArrayBuffer): Promise<Result<OfficialDocument, OfficialTrouble>> {
  if (bytes.byteLength > maxOfficialBytes) return err({ type: "too-heavy" });
  let context: PDFContext;
  try {
    context = await PDFParser.forBytesWithOptions(new Uint8Array(bytes), 1500, true, false, true).parseDocument();
  } catch (error) {
    if (error instanceof RangeError) return err({ type: "too-heavy" });
    // Whatever a parser says of a stranger's file: it is not read.
    if (error instanceof Error) return err({ type: "unread" });
    throw error;
  }
  if (context.trailerInfo.Encrypt !== undefined) return err({ type: "locked" });
  if (context.enumerateIndirectObjects().length > MAX_OBJECTS) return err({ type: "too-heavy" });
  const catalog = context.lookup(context.trailerInfo.Root);
  if (!(catalog instanceof PDFDict)) return err({ type: "unread" });
  try {
    const pages = countPages(catalog);
    if (pages === null) return err({ type: "too-heavy" });
    const acroForm = catalog.lookup(name("AcroForm"));
    // What needs rendering has its real pages in XFA, and shows "please wait" to everybody else.
    const isRendered = catalog.lookup(name("NeedsRendering"))?.toString() === "true";
    if (!(acroForm instanceof PDFDict) || isRendered) return err({ type: "no-fields" });
    calm(context);
    // Readers would draw everything anew, in their own way.
    acroForm.delete(name("NeedAppearances"));
    const fields = fieldsIn(acroForm);
    if (fields === null) return err({ type: "too-heavy" });
    return fields.length === 0 ? err({ type: "no-fields" }) : ok({ context, catalog, acroForm, pages, fields });
  } catch (error) {
    // A part is of another type than it must be.
    if (error instanceof Error) return err({ type: "unread" });
    throw error;
  }
}

/** Adds pages at the end; each is its content. */
export function addPages(document: OfficialDocument, contents: readonly string[], resources: PDFDict): void {
  const { context, catalog } = document;
  const root = catalog.get(name("Pages"));
  const tree = catalog.lookup(name("Pages"), PDFDict);
  const kids = tree.lookup(name("Kids"), PDFArray);
  if (!(root instanceof PDFRef)) return;
  for (const content of contents) {
    const page = context.obj({ Type: "Page", MediaBox: [0, 0, 595, 842] });
    page.set(name("Parent"), root);
    page.set(name("Resources"), resources);
    page.set(name("Contents"), context.register(context.flateStream(content)));
    kids.push(context.register(page));
  }
  tree.set(name("Count"), PDFNumber.of((numberOf(tree.lookup(name("Count"))) ?? 0) + contents.length));
}

/** Forgets what nothing leads to any more, such as the scripts that were taken out, and the file's old index. */
function dropUnreached(context: PDFContext): void {
  const { Root, Info } = context.trailerInfo;
  const reached = new Set<string>();
  const seen = new Set<PDFObject>();
  const waiting: PDFObject[] = [Root, Info].flatMap((object) => (object === undefined ? [] : [object]));
  for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    if (object instanceof PDFRef) {
      reached.add(object.toString());
      const target = context.lookup(object);
      if (target !== undefined) waiting.push(target);
    } else if (object instanceof PDFArray) waiting.push(...object.asArray());
    else if (object instanceof PDFDict) waiting.push(...object.values());
    else if (object instanceof PDFStream) waiting.push(object.dict);
  }
  for (const [ref] of context.enumerateIndirectObjects()) if (!reached.has(ref.toString())) context.delete(ref);
}

export async function savedBytes({ context }: OfficialDocument): Promise<ArrayBuffer> {
  dropUnreached(context);
  const bytes = await PDFWriter.forContext(context, 1500).serializeToBuffer();
  return bytes.slice().buffer as ArrayBuffer;
}
