/**
 * Puts values into the fields of an official PDF. Runs in the official worker and in Node; never throws on what a file holds.
 *
 * Surprising facts: each text is drawn here, so that every reader and printer shows the same; the fields stay fields, to be
 * changed in any reader. What is too long shrinks, then goes on whole on a page at the end; what cannot be drawn leaves its
 * field blank and is told: nothing is cut in silence.
 */

import {
  type PDFArray as ArrayOf,
  PDFArray,
  PDFDict,
  PDFHexString,
  PDFName,
  PDFNumber,
  type PDFRef,
} from "@cantoo/pdf-lib";
import type { Fill, PdfForm } from "../../forms/official/model.ts";
import { toHex } from "../../shared/bytes.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { FilledPdf, OfficialOrder, OfficialTrouble } from "../official.contract.ts";
import {
  addPages,
  flag,
  hasFlag,
  name,
  type OfficialDocument,
  openOfficial,
  optionsOf,
  savedBytes,
  statesOf,
  type Terminal,
} from "./document.ts";
import { createWriter, type Writer } from "./font.ts";

const MAX_TEXT = 20_000;
/** Smallest size of letters in a field, in points: below it a text goes on at the end. */
const smallest = 6;
const largest = 12;
const lineHeight = 1.16;
/** Height of capitals and depth of a "p", in units of the size. */
const capital = 0.718;
const fontName = "BesaceHelvetica";

export async function inspectPdf(bytes: ArrayBuffer): Promise<Result<PdfForm, OfficialTrouble>> {
  const opened = await openOfficial(bytes);
  if (!opened.ok) return opened;
  const { pages, fields } = opened.value;
  return ok({
    pages,
    fields: fields.map(({ name: own, kind, states, maxLength, required }) => ({
      name: own,
      kind,
      states,
      maxLength,
      required,
    })),
  });
}

/* ---- drawing ---- */

const shown = (value: number): string => value.toFixed(2).replace(/\.?0+$/, "");

/** Lines that are at most so wide, in units of the size. Words that are wider are broken. */
function wrapped(text: string, width: number, writer: Writer): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const lines: string[] = [];
    let now = "";
    for (const word of line.split(" ")) {
      const next = now === "" ? word : `${now} ${word}`;
      if (writer.width(next) <= width) {
        now = next;
        continue;
      }
      if (now !== "") lines.push(now);
      now = "";
      for (const char of word) {
        if (now !== "" && writer.width(now + char) > width) {
          lines.push(now);
          now = "";
        }
        now += char;
      }
    }
    return [...lines, now];
  });
}

interface Box {
  readonly width: number;
  readonly height: number;
  /** Between the edge and the text. */
  readonly inset: number;
}

interface Laid {
  readonly size: number;
  readonly lines: readonly string[];
}

/** The text in its box, as large as it may be; null: not even with the smallest letters. */
function laidOut(text: string, box: Box, field: Terminal, asked: number, writer: Writer): Laid | null {
  const width = box.width - 2 * box.inset;
  const height = box.height - 2 * box.inset;
  if (!hasFlag(field.flags, flag.multiline)) {
    const line = text.replace(/\n/g, " ");
    const most = asked > 0 ? asked : Math.min(largest, Math.max(smallest, box.height * 0.7));
    const size = Math.min(most, width / Math.max(0.01, writer.width(line)));
    return size >= Math.min(smallest, most) ? { size, lines: [line] } : null;
  }
  for (let size = asked > 0 ? asked : largest; ; size = Math.max(smallest, size - 0.5)) {
    const lines = wrapped(text, width / size, writer);
    if (lines.length * size * lineHeight <= height + 0.5) return { size, lines };
    if (size <= smallest) return null;
  }
}

/** As much of the text as fits before what says that it goes on. */
function beginning(text: string, ending: string, fits: (text: string) => boolean): string {
  let [least, most] = [0, text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(`${text.slice(0, middle).trimEnd()} ${ending}`.trim())) least = middle;
    else most = middle - 1;
  }
  return `${text.slice(0, least).trimEnd()} ${ending}`.trim();
}

const rectOf = (widget: PDFDict): Box => {
  const rect = widget.lookupMaybe(name("Rect"), PDFArray);
  const at = (place: number): number => {
    const value = rect?.lookup(place);
    return value instanceof PDFNumber ? value.asNumber() : 0;
  };
  const looks = widget.lookupMaybe(name("MK"), PDFDict);
  const quarter = (looks?.lookupMaybe(name("R"), PDFNumber)?.asNumber() ?? 0) % 180 !== 0;
  const [across, down] = [Math.abs(at(2) - at(0)), Math.abs(at(3) - at(1))];
  const own = widget.lookupMaybe(name("BS"), PDFDict)?.lookupMaybe(name("W"), PDFNumber)?.asNumber();
  const border = looks?.has(name("BC")) === true ? (own ?? 1) : 0;
  return { width: quarter ? down : across, height: quarter ? across : down, inset: border + 2 };
};

const colour = (values: ArrayOf | undefined, paint: "fill" | "stroke"): string | null => {
  const parts = (values?.asArray() ?? []).flatMap((part) =>
    part instanceof PDFNumber ? [shown(part.asNumber())] : [],
  );
  const operator = { 1: "g", 3: "rg", 4: "k" }[parts.length];
  return operator === undefined ? null : `${parts.join(" ")} ${paint === "fill" ? operator : operator.toUpperCase()}`;
};

/** Ground and edge of a field, as its own look says. */
function frame(widget: PDFDict, box: Box): string {
  const looks = widget.lookupMaybe(name("MK"), PDFDict);
  const ground = colour(looks?.lookupMaybe(name("BG"), PDFArray), "fill");
  const edge = colour(looks?.lookupMaybe(name("BC"), PDFArray), "stroke");
  const wide = box.inset - 2;
  return [
    ground === null ? "" : `${ground} 0 0 ${shown(box.width)} ${shown(box.height)} re f`,
    edge === null || wide === 0
      ? ""
      : `${edge} ${shown(wide)} w ${shown(wide / 2)} ${shown(wide / 2)} ${shown(box.width - wide)} ${shown(box.height - wide)} re S`,
  ]
    .filter((each) => each !== "")
    .join("\n");
}

const turns: Readonly<Record<number, (box: Box) => readonly number[]>> = {
  90: ({ height }) => [0, 1, -1, 0, height, 0],
  180: ({ width, height }) => [-1, 0, 0, -1, width, height],
  270: ({ width }) => [0, -1, 1, 0, 0, width],
};

/** Everything of one filling. */
interface Job {
  readonly document: OfficialDocument;
  readonly writer: Writer;
  /** The font's place, before it is known what it holds. */
  readonly font: PDFRef;
}

function setAppearance({ document, font }: Job, widget: PDFDict, box: Box, drawn: string): void {
  const { context } = document;
  const looks = widget.lookupMaybe(name("MK"), PDFDict);
  const turn = turns[looks?.lookupMaybe(name("R"), PDFNumber)?.asNumber() ?? 0];
  const stream = context.flateStream(`${frame(widget, box)}\n/Tx BMC\n${drawn}\nEMC`, {
    Type: "XObject",
    Subtype: "Form",
    BBox: [0, 0, box.width, box.height],
    Matrix: [...(turn?.(box) ?? [1, 0, 0, 1, 0, 0])],
    Resources: { Font: { [fontName]: font } },
  });
  const appearance = context.obj({});
  appearance.set(name("N"), context.register(stream));
  widget.set(name("AP"), appearance);
}

const askedSize = (look: string): number => Number(/([\d.]+)\s+Tf/.exec(look)?.[1] ?? 0);
const askedColour = (look: string): string => /((?:[\d.]+\s+){1,4}(?:g|rg|k))(?:\s|$)/.exec(look)?.[1]?.trim() ?? "0 g";

const write = (x: number, y: number, line: string, writer: Writer): string =>
  `1 0 0 1 ${shown(x)} ${shown(y)} Tm <${writer.codes(line)}> Tj`;

function drawText(job: Job, field: Terminal, text: string): void {
  const { writer } = job;
  for (const widget of field.widgets) {
    const box = rectOf(widget);
    const look = widget.lookup(name("DA"));
    const own =
      look instanceof PDFHexString || look?.toString().includes("Tf") === true ? look?.toString() : field.look;
    const start = `q 1 1 ${shown(Math.max(0, box.width - 2))} ${shown(Math.max(0, box.height - 2))} re W n BT ${askedColour(own ?? "")}`;
    const asked = askedSize(own ?? "");
    const cells = hasFlag(field.flags, flag.comb) ? field.maxLength : null;
    if (cells !== null && cells > 0) {
      const cell = box.width / cells;
      const size = Math.min(asked > 0 ? asked : largest, box.height * 0.8, cell * 1.1);
      const y = (box.height - capital * size) / 2;
      const drawn = [...text].map((char, at) =>
        char === " " ? "" : write(at * cell + (cell - writer.width(char) * size) / 2, y, char, writer),
      );
      setAppearance(job, widget, box, `${start} /${fontName} ${shown(size)} Tf ${drawn.join(" ")} ET Q`);
      continue;
    }
    const laid = laidOut(text, box, field, asked, writer) ?? { size: smallest, lines: [text] };
    const { size, lines } = laid;
    const isMany = hasFlag(field.flags, flag.multiline);
    const first = isMany ? box.height - box.inset - size : (box.height - capital * size) / 2;
    const drawn = lines.map((line, at) => {
      const rest = box.width - 2 * box.inset - writer.width(line) * size;
      const x = box.inset + Math.max(0, field.side === 1 ? rest / 2 : field.side === 2 ? rest : 0);
      return write(x, first - at * size * lineHeight, line, writer);
    });
    setAppearance(job, widget, box, `${start} /${fontName} ${shown(size)} Tf ${drawn.join(" ")} ET Q`);
  }
}

/** True where the text is whole in every box of the field, and within its number of characters. */
const fitsIn =
  (field: Terminal, writer: Writer) =>
  (text: string): boolean =>
    (field.maxLength === null || field.maxLength === 0 || [...text].length <= field.maxLength) &&
    ((hasFlag(field.flags, flag.comb) && field.maxLength !== null) ||
      field.widgets.every((widget) => laidOut(text, rectOf(widget), field, askedSize(field.look), writer) !== null));

function setText(job: Job, field: Terminal, value: string, drawn: string): void {
  field.dict.set(name("V"), PDFHexString.fromText(value));
  field.dict.delete(name("RV"));
  drawText(job, field, drawn);
}

/** False where the field has no such state. */
function press(field: Terminal, on: string | null, isOn: boolean): boolean {
  const state = on ?? field.states[0];
  if (state === undefined || !field.states.includes(state)) return false;
  const before = field.dict.lookup(name("V"));
  // Of several boxes with one name, the one that is not ticked leaves the others alone.
  if (!isOn && before instanceof PDFName && before.decodeText() !== state) return true;
  field.dict.set(name("V"), name(isOn ? state : "Off"));
  for (const widget of field.widgets)
    widget.set(name("AS"), name(isOn && statesOf(widget).includes(state) ? state : "Off"));
  return true;
}

/* ---- the page at the end ---- */

const margin = 50;

function lastPages(
  heading: string,
  parts: readonly { readonly title: string; readonly text: string }[],
  writer: Writer,
): readonly string[] {
  const lines: { readonly size: number; readonly text: string; readonly before: number }[] = [
    { size: 14, text: heading, before: 0 },
  ];
  const wide = 595 - 2 * margin;
  for (const { title, text } of parts) {
    for (const [at, line] of wrapped(title, wide / 9, writer).entries())
      lines.push({ size: 9, text: line, before: at === 0 ? 12 : 0 });
    for (const line of wrapped(text, wide / 11, writer)) lines.push({ size: 11, text: line, before: 0 });
  }
  const pages: string[][] = [[]];
  let y = 842 - margin;
  for (const { size, text, before } of lines) {
    y -= before + size * lineHeight;
    if (y < margin) {
      pages.push([]);
      y = 842 - margin - size * lineHeight;
    }
    pages.at(-1)?.push(`/${fontName} ${size} Tf ${write(margin, y, text, writer)}`);
  }
  return pages.map((each) => `BT 0 g ${each.join("\n")} ET`);
}

/** The one font, with the letters that were asked of it, and what each of its codes means. */
function fontOf({ document, writer }: Job): PDFDict {
  const { context } = document;
  const added = [...writer.added()].sort((a, b) => a.code - b.code);
  const differences = context.obj([]);
  for (const { code, name: glyph } of added) {
    differences.push(PDFNumber.of(code));
    differences.push(name(glyph));
  }
  const encoding = context.obj({ Type: "Encoding", BaseEncoding: "WinAnsiEncoding" });
  if (added.length > 0) encoding.set(name("Differences"), differences);
  const font = context.obj({ Type: "Font", Subtype: "Type1", BaseFont: "Helvetica" });
  font.set(name("Encoding"), encoding);
  if (added.length === 0) return font;
  const codes = added.map(({ code, char }) => {
    const point = char.codePointAt(0) ?? 0;
    return `<${code.toString(16).padStart(2, "0")}> <${point.toString(16).padStart(4, "0")}>`;
  });
  const map = [
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
    "/CMapName /Besace def /CMapType 2 def",
    "1 begincodespacerange <00> <ff> endcodespacerange",
    "2 beginbfrange <20> <7e> <0020> <a0> <ff> <00a0> endbfrange",
    `${codes.length} beginbfchar ${codes.join(" ")} endbfchar`,
    `${windowsCodes.length} beginbfchar ${windowsCodes.join(" ")} endbfchar`,
    "endcmap CMapName currentdict /CMap defineresource pop end end",
  ].join("\n");
  font.set(name("ToUnicode"), context.register(context.flateStream(map)));
  return font;
}

/** Codes 0x80 to 0x9F of WinAnsiEncoding in Unicode: a font that says what some of its codes mean says it of all. */
const windowsCodes = [
  ..."20ac 0 201a 0192 201e 2026 2020 2021 02c6 2030 0160 2039 0152 0 017d 0 0 2018 2019 201c 201d 2022 2013 2014 02dc 2122 0161 203a 0153 0 017e 0178".split(
    " ",
  ),
].flatMap((point, at) => (point === "0" ? [] : [`<${(0x80 + at).toString(16)}> <${point}>`]));

/* ---- all of it ---- */

async function sha256(bytes: ArrayBuffer): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** The text of a fill: longer than any answer may be, nobody reads it. */
const asked = (fill: Exclude<Fill, { readonly kind: "tick" }>): string => fill.text.slice(0, MAX_TEXT);

export async function fillPdf(bytes: ArrayBuffer, order: OfficialOrder): Promise<Result<FilledPdf, OfficialTrouble>> {
  if (order.sha256 !== null && (await sha256(bytes)) !== order.sha256) return err({ type: "other-file" });
  const opened = await openOfficial(bytes);
  if (!opened.ok) return opened;
  const document = opened.value;
  const { context } = document;
  const job: Job = { document, writer: createWriter(), font: context.nextRef() };
  const { writer } = job;
  const byName = new Map(document.fields.map((field) => [field.name, field]));
  const continued: number[] = [];
  const undrawn: number[] = [];
  const missing: number[] = [];
  const plainer: { at: number; drawn: string }[] = [];
  const last: { title: string; text: string }[] = [];

  function goesOn(at: number, label: string, drawn: string): string {
    continued.push(at);
    const ending = order.continued.replace("{n}", String(last.length + 1));
    last.push({ title: `${ending} ${label}`, text: drawn });
    return writer.drawable(ending)?.text ?? "";
  }

  function fillText(at: number, label: string, field: Terminal, text: string, drawn: string): boolean {
    if (field.kind === "radio") return press(field, text, true);
    if (field.kind === "choice") {
      const option = optionsOf(field.dict).find(([value, name]) => value === text || name === text);
      if (option === undefined) return false;
      setText(job, field, option[0], writer.drawable(option[1])?.text ?? "");
      return true;
    }
    if (field.kind !== "text") return false;
    const fits = fitsIn(field, writer);
    if (fits(drawn)) setText(job, field, text.replace(/\r\n?/g, "\n"), drawn);
    else {
      const short = beginning(drawn, goesOn(at, label, drawn), fits);
      setText(job, field, short, short);
    }
    return true;
  }

  function fillBoxes(at: number, label: string, fields: readonly Terminal[], drawn: string): boolean {
    if (fields.some(({ kind }) => kind !== "text")) return false;
    const chars = [...drawn];
    if (chars.length > fields.length) goesOn(at, label, drawn);
    for (const [place, field] of fields.entries()) {
      const char = chars[place] ?? " ";
      if (char !== " ") setText(job, field, char, char);
    }
    return true;
  }

  try {
    for (const [at, { fill, label }] of order.fills.entries()) {
      if (fill.kind === "beyond") {
        const drawn = writer.drawable(asked(fill));
        if (drawn === null) undrawn.push(at);
        else {
          continued.push(at);
          last.push({ title: label, text: drawn.text });
        }
        if (drawn?.isPlainer === true) plainer.push({ at, drawn: drawn.text });
        continue;
      }
      const fields = [fill.pdf].flat().map((each) => byName.get(each));
      const [field] = fields;
      if (field === undefined || fields.includes(undefined)) {
        missing.push(at);
        continue;
      }
      if (fill.kind === "tick") {
        if (!press(field, fill.on, fill.ticked) && fill.ticked) missing.push(at);
        continue;
      }
      const drawn = writer.drawable(asked(fill));
      if (drawn === null) {
        undrawn.push(at);
        continue;
      }
      if (drawn.isPlainer) plainer.push({ at, drawn: drawn.text });
      const done =
        fill.kind === "boxes"
          ? fillBoxes(at, label, fields as readonly Terminal[], drawn.text)
          : fillText(at, label, field, asked(fill), drawn.text);
      if (!done) missing.push(at);
    }
    const titles = last.map(({ title, text }) => ({ title: writer.drawable(title)?.text ?? "", text }));
    const more = last.length === 0 ? [] : lastPages(writer.drawable(order.heading)?.text ?? "", titles, writer);
    context.assign(job.font, fontOf(job));
    const resources = context.obj({ Font: { [fontName]: job.font } });
    if (more.length > 0) addPages(document, more, resources);
    return ok({
      bytes: await savedBytes(document),
      pages: document.pages + more.length,
      continued,
      undrawn,
      plainer,
      missing,
    });
  } catch (error) {
    // A part of the file is of another type than it must be, or refers to nothing.
    if (error instanceof Error) return err({ type: error instanceof RangeError ? "too-heavy" : "unread" });
    throw error;
  }
}
