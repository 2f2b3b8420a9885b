/**
 * `npm run form -- official PDF MAPPING [--form FILE] [--out FOLDER]`: whether a mapping, its form and its PDF fit. Runs in Node.
 *
 * The form is one of the catalogue by its id, or a FILE. `--out` writes both files by the names that the server serves (the
 * folder `official` of its data), once nothing is wrong. Surprising fact: the mapping may have any hash before; the right one is told.
 */
import { createHash } from "node:crypto";
import { isNode, LineCounter, parseDocument } from "yaml";
import { isProcedureId, loadProcedure } from "../../../src/forms/catalogue/index.ts";
import type { Form } from "../../../src/forms/model.ts";
import { checkOfficial } from "../../../src/forms/official/check.ts";
import type { OfficialMap, PdfForm } from "../../../src/forms/official/model.ts";
import { type OfficialFault, readOfficial } from "../../../src/forms/official/read.ts";
import { err, ok, type Result } from "../../../src/shared/result.ts";
import { inspectPdf } from "../../../src/workers/official/fill.ts";
import { readFormText } from "./form.ts";

export interface OfficialWorld {
  readonly read: (file: string) => Buffer;
  readonly write: (folder: string, name: string, bytes: Buffer) => void;
  readonly tell: (line: string) => void;
}

type Told = (fault: OfficialFault) => string;

/** A mapping from its text, and how a fault of it is told with its line. */
function readMapping(text: string): { readonly map: Result<OfficialMap, readonly string[]>; readonly told: Told } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const told: Told = ({ path, message }) => {
    for (let length = path.length; length >= 0; length--) {
      const part = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(part) && part.range) return `${place(part.range[0])} ${path.join(".") || "the file"}: ${message}`;
    }
    return `1:1 ${path.join(".") || "the file"}: ${message}`;
  };
  if (document.errors.length > 0)
    return { told, map: err(document.errors.map(({ message, pos }) => `${place(pos[0])} the file: ${message}`)) };
  const read = readOfficial(document.toJS({ maxAliasCount: 20 }));
  return { told, map: read.ok ? read : err(read.error.map(told)) };
}

async function formOf(
  id: string,
  file: string | undefined,
  read: OfficialWorld["read"],
): Promise<Result<Form, readonly string[]>> {
  if (file !== undefined) {
    const form = readFormText(read(file).toString("utf8"));
    return form.ok ? ok(form.value.form) : err(form.error.map((line) => `${file}:${line}`));
  }
  return isProcedureId(id)
    ? ok(await loadProcedure(id))
    : err([`there is no procedure "${id}" in the catalogue: name its file with --form`]);
}

const TROUBLES: Readonly<Record<string, string>> = {
  unread: "it is damaged, or no PDF",
  locked: "it is encrypted: ask its maker for one that is not",
  "no-fields": "it has no fields to fill, or only XFA",
  "too-heavy": "it is too large, or has too many pages or fields",
};

/** @returns the exit code. */
export async function officialTool(args: readonly string[], world: OfficialWorld): Promise<number> {
  const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const [pdfFile, mapFile] = args;
  if (pdfFile === undefined || mapFile === undefined || mapFile.startsWith("--")) {
    world.tell("npm run form -- official FILE.pdf MAPPING [--form FILE] [--out FOLDER]");
    return 2;
  }
  const bytes = world.read(pdfFile);
  const inspected = await inspectPdf(new Uint8Array(bytes).buffer);
  if (!inspected.ok) {
    world.tell(`${pdfFile}: ${TROUBLES[inspected.error.type] ?? inspected.error.type}`);
    return 1;
  }
  const pdf: PdfForm = inspected.value;
  const { map, told } = readMapping(world.read(mapFile).toString("utf8"));
  if (!map.ok) {
    for (const line of map.error) world.tell(`${mapFile}:${line}`);
    return 1;
  }
  const form = await formOf(map.value.form, option("--form"), world.read);
  if (!form.ok) {
    for (const line of form.error) world.tell(line);
    return 1;
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const { faults, unusedPdf, unusedAnswers } = checkOfficial(map.value, form.value, pdf);
  const out = option("--out");
  const isOther = map.value.pdf.sha256 !== sha256 || map.value.pdf.bytes !== bytes.byteLength;
  const all: readonly OfficialFault[] = [
    ...faults,
    ...(isOther && out === undefined
      ? [{ path: ["pdf"], message: `this PDF has sha256: ${sha256}, bytes: ${bytes.byteLength}` }]
      : []),
  ];
  for (const fault of all) world.tell(`${mapFile}:${told(fault)}`);
  if (unusedPdf.length > 0) world.tell(`Fields of the PDF that nothing fills: ${unusedPdf.join(", ")}`);
  if (unusedAnswers.length > 0) world.tell(`Answers that go nowhere: ${unusedAnswers.join(", ")}`);
  if (all.length > 0) return 1;
  if (out !== undefined) {
    const whole: OfficialMap = { ...map.value, pdf: { sha256, bytes: bytes.byteLength } };
    world.write(out, `${sha256}.pdf`, bytes);
    world.write(out, `${map.value.form}.json`, Buffer.from(`${JSON.stringify(whole)}\n`));
  }
  world.tell(`${mapFile}: right. ${pdf.fields.length} fields on ${pdf.pages} pages.`);
  return 0;
}
