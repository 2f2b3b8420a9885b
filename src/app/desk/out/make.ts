/**
 * A dossier as one PDF or one ZIP, made in this browser: answers first, then every page of every paper. Runs in the page;
 * lazily loaded with OutPane.tsx.
 *
 * Surprising: nothing is left out without a word. A page that has not arrived, or that cannot be drawn, leaves a sheet that
 * says so, and the caller is told how many there were.
 */

import { inkBox, pathOf, strokesOf } from "../../../forms/signature.ts";
import { createNames, endingOf, safeName } from "../../../satchel/export-names.ts";
import { crc32, createZipWriter } from "../../../satchel/export-zip.ts";
import { paperType } from "../../../satchel/paper-types.ts";
import { picturesPdf, type SheetPicture } from "../../../satchel/pdf-out.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import type { Bytes } from "../../../shared/bytes.ts";
import type { Timers } from "../../../shared/ports.ts";
import { err, ok, type Result } from "../../../shared/result.ts";
import { voicedKey } from "../../../shared/voice.ts";
import type { DeskApi, DeskDossier, DeskPaperPage } from "../../../workers/desk.contract.ts";
import type { DataArea, TextKey } from "../../i18n/catalogue.ts";
import { french, frenchDate, frenchDay, knows } from "../../i18n/french-text.ts";
import { inFrench } from "../../i18n/i18n.ts";
import { type AnswerSection, asText } from "../answers.ts";
import { isDrawn } from "../picture.ts";
import { createMeasure, type DrawTrouble, drawPdfPage, drawPicture, drawWords, openPages } from "./draw.ts";
import { type Block, layOut } from "./layout.ts";

/** Sheets of one file: of a dossier with more, papers are saved one by one. */
export const MOST_SHEETS = 400;

export interface OutDeps {
  readonly api: DeskApi;
  readonly timers: Timers;
  readonly organisation: string;
  /** Milliseconds: when the file is made. */
  readonly now: number;
  readonly onProgress: (done: number, of: number) => void;
  /** True once nobody wants the file any more: what is under way is let go. */
  readonly isGone: () => boolean;
}

export interface Made {
  readonly bytes: Bytes;
  /** Pages that are not in it, each said by a sheet of its own. */
  readonly absent: number;
}

export type OutTrouble = { readonly type: "gone" } | { readonly type: "failed"; readonly mark: string };

type Paper = DeskDossier["papers"][number];
type Absent = DrawTrouble | "not-arrived" | "no-network" | "other";

const kindName = (paper: Paper): string => inFrench(`papers-types.${paperType(paper.kind)?.id ?? "other"}` as TextKey);
const nameOf = (paper: Paper): string => (paper.title.trim() === "" ? kindName(paper) : paper.title.trim());
/** In French; the id where this version of the form does not know it. */
function formText(procedure: string, key: string, id: string): string {
  const area: DataArea = `form-${procedure}`;
  return knows(area, key) ? french(area, key) : id;
}
const requirementOf = (procedure: string, id: string): string =>
  voicedKey(id) === undefined ? formText(procedure, `requirements.${id}.label`, id) : inFrench("desk.voice.line");

/** What is said of a paper beside its name. */
function factsOf(dossier: DeskDossier, paper: Paper): string {
  const facts = [requirementOf(dossier.row.procedure, paper.requirement)];
  if (paper.holder !== "" && paper.holder !== "me") facts.push(inFrench("desk.out.doc.holder", { who: paper.holder }));
  if (paper.expiry !== null) facts.push(inFrench("desk.out.doc.until", { date: frenchDate(paper.expiry) }));
  return facts.join(", ");
}

function frontOf(dossier: DeskDossier, sections: readonly AnswerSection[], deps: OutDeps): readonly Block[] {
  const { row, payload, papers, sentStatuses } = dossier;
  const words = (face: "title" | "section" | "text" | "small", text: string, space = 0): Block => ({
    kind: "words",
    face,
    text,
    space,
  });
  const blocks: Block[] = [
    words("title", row.name.trim() === "" ? inFrench("desk.noName") : row.name),
    words("text", formText(row.procedure, "title", row.procedure)),
    words("text", inFrench("desk.out.doc.number", { number: showSpoken(row.number) })),
    words("small", inFrench("desk.out.doc.deposited", { date: frenchDay(row.depositedAt) }), 8),
    words("small", inFrench("desk.out.doc.filled", { date: frenchDay(payload.filledAt) })),
    words("small", inFrench("desk.out.doc.made", { who: deps.organisation, date: frenchDay(deps.now) })),
    { kind: "rule" },
    words("section", inFrench("desk.papers.title"), 10),
  ];
  if (papers.length === 0) blocks.push(words("text", inFrench("desk.papers.none")));
  for (const [at, paper] of papers.entries())
    blocks.push({
      kind: "answer",
      label: `${at + 1}. ${nameOf(paper)}`,
      value: factsOf(dossier, paper),
    });
  for (const id of payload.missing)
    blocks.push(words("text", inFrench("desk.papers.notJoined", { paper: requirementOf(row.procedure, id) })));
  for (const { title, lines } of sections) {
    blocks.push(words("section", title, 26));
    for (const line of lines) {
      if (line.kind === "row") {
        blocks.push(words("text", line.label, 8));
        continue;
      }
      const helped = (line.helped ?? []).map((who) =>
        who === "" ? inFrench("desk.answers.helpedBySomebody") : inFrench("desk.answers.helpedBy", { who }),
      );
      const value = [line.value ?? inFrench("desk.answers.blank"), ...helped].join("\n");
      blocks.push({ kind: "answer", label: line.label, value });
      const strokes = line.signed?.ink == null ? null : strokesOf(line.signed.ink);
      if (line.signed !== undefined) blocks.push({ kind: "answer", label: "", value: line.signed.text });
      if (strokes !== null) blocks.push({ kind: "ink", path: pathOf(strokes), box: inkBox });
    }
  }
  if (sentStatuses.length > 0) {
    blocks.push(words("section", inFrench("desk.sent.title"), 26));
    for (const { at, status, text, requirement } of sentStatuses) {
      const about = requirement === null ? "" : ` (${requirementOf(row.procedure, requirement)})`;
      const label = `${frenchDay(at)} ${inFrench(`desk.sent.${status}` as TextKey)}${about}`;
      blocks.push({ kind: "answer", label, value: text });
    }
  }
  return blocks;
}

/** The sheets of one kept page: one, or as many as its PDF has. An absence is a sheet of words. */
async function sheetsOf(
  letter: DeskDossier["row"]["letter"],
  page: DeskPaperPage,
  deps: OutDeps,
): Promise<readonly Result<SheetPicture, Absent>[]> {
  const answer = await deps.api.page(letter, page.blob);
  if (!answer.ok) {
    const { type } = answer.error;
    return [err(type === "not-arrived" || type === "no-network" ? type : "other")];
  }
  if (isDrawn(answer.value.mime)) return [await drawPicture(answer.value, page.turn)];
  if (answer.value.mime !== "application/pdf") return [err("unread")];
  const pdf = openPages(answer.value.bytes, deps.timers);
  try {
    const count = await pdf.pages();
    if (!count.ok) return [err(count.error.type === "pdf-locked" ? "pdf-locked" : "unread")];
    if (count.value === 0) return [err("unread")];
    const sheets: Result<SheetPicture, Absent>[] = [];
    for (let n = 1; n <= count.value && sheets.length < MOST_SHEETS; n += 1) {
      if (deps.isGone()) break;
      sheets.push(await drawPdfPage(pdf, n, page.turn));
    }
    return sheets;
  } finally {
    pdf.close();
  }
}

async function absentSheet(name: string, reason: Absent): Promise<Result<SheetPicture, DrawTrouble>> {
  const blocks: readonly Block[] = [
    { kind: "words", face: "section", text: name },
    { kind: "words", face: "text", text: inFrench(`desk.out.absent.${reason}`) },
  ];
  return drawWords(layOut(blocks, createMeasure())[0] ?? []);
}

interface DrawnPaper {
  readonly paper: Paper;
  readonly sheets: readonly SheetPicture[];
}

interface Drawn {
  readonly front: readonly SheetPicture[];
  readonly papers: readonly DrawnPaper[];
  readonly absent: number;
}

/** Everything as sheets, one page after the other: one whole bitmap at a time. */
async function drawAll(
  dossier: DeskDossier,
  sections: readonly AnswerSection[],
  deps: OutDeps,
): Promise<Result<Drawn, OutTrouble>> {
  const front: SheetPicture[] = [];
  for (const placed of layOut(frontOf(dossier, sections, deps), createMeasure())) {
    const sheet = await drawWords(placed);
    if (!sheet.ok) return err({ type: "failed", mark: `words-${sheet.error}` });
    front.push(sheet.value);
  }
  const of = dossier.papers
    .filter((paper) => voicedKey(paper.requirement) === undefined)
    .reduce((sum, paper) => sum + paper.pages.length, 0);
  let [done, absent, sheets] = [0, 0, front.length];
  const papers: DrawnPaper[] = [];
  for (const paper of dossier.papers) {
    const own: SheetPicture[] = [];
    for (const page of voicedKey(paper.requirement) === undefined ? paper.pages : []) {
      for (const drawn of await sheetsOf(dossier.row.letter, page, deps)) {
        if (deps.isGone()) return err({ type: "gone" });
        if (!drawn.ok) absent += 1;
        const sheet = drawn.ok ? drawn : await absentSheet(nameOf(paper), drawn.error);
        if (!sheet.ok) return err({ type: "failed", mark: `sheet-${sheet.error}` });
        own.push(sheet.value);
        sheets += 1;
        if (sheets > MOST_SHEETS) return err({ type: "failed", mark: "too-many-pages" });
      }
      done += 1;
      deps.onProgress(done, of);
    }
    papers.push({ paper, sheets: own });
  }
  return ok({ front, papers, absent });
}

/** One PDF: words first, then the papers in their order; the outline names each. */
export async function dossierPdf(
  dossier: DeskDossier,
  sections: readonly AnswerSection[],
  deps: OutDeps,
): Promise<Result<Made, OutTrouble>> {
  const drawn = await drawAll(dossier, sections, deps);
  if (!drawn.ok) return drawn;
  const front = drawn.value.front.map((sheet, at) =>
    at === 0 ? { ...sheet, title: inFrench("desk.answers.title") } : sheet,
  );
  const papers = drawn.value.papers.flatMap(({ paper, sheets }, n) =>
    sheets.map((sheet, at) => (at === 0 ? { ...sheet, title: `${n + 1}. ${nameOf(paper)}` } : sheet)),
  );
  return ok({ bytes: picturesPdf([...front, ...papers]), absent: drawn.value.absent });
}

/** What a program finds in the ZIP: every field as it came, and which files belong to which paper. */
function jsonOf(dossier: DeskDossier, files: readonly (readonly string[])[], deps: OutDeps): string {
  const { row, payload, papers, sentStatuses } = dossier;
  const day = (at: number): string => new Date(at).toISOString();
  const content = {
    format: "besace-dossier",
    version: 1,
    madeAt: day(deps.now),
    madeBy: deps.organisation,
    letter: row.letter,
    replaces: row.replaces,
    number: row.number,
    procedure: row.procedure,
    formVersion: payload.formVersion,
    depositedAt: day(row.depositedAt),
    filledAt: day(payload.filledAt),
    language: payload.language,
    name: row.name,
    answers: payload.answers,
    rows: payload.rows,
    notForeseen: payload.notForeseen,
    declaration: payload.declaration,
    missing: payload.missing,
    later: payload.later ?? [],
    helped: payload.helped ?? {},
    typedBy: payload.typedBy ?? {},
    papers: papers.map(({ requirement, kind, title, holder, expiry }, at) => ({
      requirement,
      kind,
      title,
      holder,
      expiry,
      files: files[at] ?? [],
    })),
    replies: sentStatuses.map((one) => ({ ...one, at: day(one.at) })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;

/** @param originals also the files that Besace did not draw (PDFs as they came): only after the helper was warned. */
export async function dossierZip(
  dossier: DeskDossier,
  sections: readonly AnswerSection[],
  originals: boolean,
  deps: OutDeps,
): Promise<Result<Made, OutTrouble>> {
  const drawn = await drawAll(dossier, sections, deps);
  if (!drawn.ok) return drawn;
  const writer = createZipWriter();
  const parts: Bytes[] = [];
  const add = (name: string, bytes: Bytes): void => {
    parts.push(writer.before({ name, length: bytes.length, crc: crc32(bytes) }), bytes);
  };
  const folder = inFrench("desk.out.file.papers");
  const names = createNames();
  const listed: string[][] = [];
  for (const { paper, sheets } of drawn.value.papers) {
    const base = names(`${listed.length + 1} ${safeName(nameOf(paper), inFrench("desk.out.file.paper"))}`);
    const own: string[] = [];
    for (const [at, sheet] of sheets.entries()) {
      const name = `${folder}/${base}${sheets.length === 1 ? "" : ` ${at + 1}`}.jpg`;
      add(name, sheet.bytes);
      own.push(name);
    }
    listed.push(own);
  }
  if (originals) {
    for (const [n, paper] of dossier.papers.entries()) {
      for (const [at, page] of paper.pages.entries()) {
        if (isDrawn(page.mime)) continue;
        const answer = await deps.api.page(dossier.row.letter, page.blob);
        if (deps.isGone()) return err({ type: "gone" });
        // Its absence is said already by the sheet that stands in its place.
        if (!answer.ok) continue;
        const name = `${inFrench("desk.out.file.originals")}/${n + 1}-${at + 1}${endingOf(answer.value.mime)}`;
        add(name, new Uint8Array(answer.value.bytes));
        listed[n]?.push(name);
      }
    }
  }
  add(`${inFrench("desk.out.file.answers")}.txt`, utf8(`${asText(sections)}\n`));
  add("dossier.json", utf8(jsonOf(dossier, listed, deps)));
  add(`${inFrench("desk.out.file.readme")}.txt`, utf8(`${inFrench("desk.out.readme")}\n`));
  const whole = [...parts, ...writer.end()];
  const bytes = new Uint8Array(whole.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of whole) {
    bytes.set(part, at);
    at += part.length;
  }
  return ok({ bytes, absent: drawn.value.absent });
}
