/**
 * `npm run form -- check|graph|preview|schema|import|official`: the tools of somebody who writes a form. Runs in Node.
 *
 *   check FILE     what is wrong with it, each with its line; FILE is JSON or YAML
 *   graph FILE     its pages and conditions as a Mermaid diagram
 *   preview FILE [--answers FILE] [--lang fr]
 *                  the questions as they will be asked, given some answers
 *   schema         the JSON Schema, for an editor
 *   import ...     a procedure of Démarches simplifiées as such a file (form-import.ts)
 *   official ...   whether a mapping, its form and its PDF fit (form-official.ts)
 *
 * Surprising fact: JSON is read as YAML too, so that both give lines. A file is data: nothing of it is run.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isNode, LineCounter, parseDocument } from "yaml";
import type { FormFault } from "../../../src/forms/check.ts";
import { viewForm } from "../../../src/forms/engine.ts";
import { innerOf, isExpr, readsOf } from "../../../src/forms/expr.ts";
import type { AnswerValue, Expr, Form, FormFile } from "../../../src/forms/model.ts";
import { minutesFor, secondsFor } from "../../../src/forms/plan.ts";
import { readForm } from "../../../src/forms/read.ts";
import { formFileSchema } from "../../../src/forms/schema.ts";
import { storedAnswer } from "../../../src/forms/stored.ts";
import { wordAt } from "../../../src/forms/words.ts";
import { localDay } from "../../../src/shared/day.ts";
import { err, type Result } from "../../../src/shared/result.ts";
import { importForm } from "./form-import.ts";
import { officialTool } from "./form-official.ts";

export interface FormWorld {
  readonly read: (file: string) => string;
  readonly now: () => number;
  readonly out: (text: string) => void;
  readonly tell: (line: string) => void;
}

/** "12:3 field birthdate: there is no type ..." */
const faultLine = (where: string, { at, message }: FormFault): string => `${where} ${at}: ${message}`;

/** A form file from its text, or lines that say what is wrong and where. */
export function readFormText(text: string): Result<FormFile, readonly string[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  if (document.errors.length > 0) {
    return err(document.errors.map(({ message, pos }) => `${place(pos[0])} the file: ${message}`));
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    // Aliases that stand for each other would grow without end.
    return err([`1:1 the file: ${cause instanceof Error ? cause.message : String(cause)}`]);
  }
  const form = readForm(data);
  if (form.ok) return form;
  const lineOf = (path: readonly (string | number)[]): string => {
    for (let length = path.length; length >= 0; length--) {
      const part = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(part) && part.range) return place(part.range[0]);
    }
    return "1:1";
  };
  return err(form.error.map((fault) => faultLine(lineOf(fault.path ?? []), fault)));
}

/* ---- graph ---- */

const shown = (operand: unknown): string => {
  if (!isExpr(operand)) return typeof operand === "string" ? operand : JSON.stringify(operand);
  const [op, ...args] = operand as readonly unknown[];
  if (op === "answer") return String(args[0]);
  const parts = args.map((arg) => (Array.isArray(arg) && !isOperator(arg) ? arg.join(" | ") : shown(arg)));
  return parts.length === 2 ? `${parts[0]} ${String(op)} ${parts[1]}` : `${String(op)}(${parts.join(", ")})`;
};

/** The list of "in" is no expression. */
const isOperator = (list: readonly unknown[]): boolean =>
  list[0] === "answer" || list[0] === "today" || innerOf(list as unknown as Expr).length > 0;

const quoted = (text: string): string => `"${text.replace(/"/g, "'").replace(/[\n\r]/g, " ")}"`;

/** A Mermaid diagram: pages in order, and an arrow from each answer to what it opens. */
export function graphOf({ form, words }: FormFile): string {
  const title = (page: Form["pages"][number]): string => wordAt(words.fr, `pages.${page.id}.title`) ?? page.id;
  const pageOf = new Map(form.pages.flatMap((page) => page.fields.map((id) => [id, page.id] as const)));
  for (const field of form.fields) {
    if (field.type === "repeat") for (const each of field.fields) pageOf.set(each.id, pageOf.get(field.id) ?? "");
  }
  const sections = [...new Set(form.pages.map(({ section }) => section))];
  const lines = ["flowchart TD"];
  for (const section of sections) {
    lines.push(
      `  subgraph s_${section.replace(/-/g, "_")}[${quoted(wordAt(words.fr, `sections.${section}`) ?? section)}]`,
    );
    for (const page of form.pages.filter((each) => each.section === section)) {
      const mark = page.requirement === undefined ? "" : "📄 ";
      lines.push(`    ${page.id.replace(/-/g, "_")}[${quoted(mark + title(page))}]`);
    }
    lines.push("  end");
  }
  for (const [at, page] of form.pages.entries()) {
    const next = form.pages[at + 1];
    if (next !== undefined) lines.push(`  ${page.id.replace(/-/g, "_")} --> ${next.id.replace(/-/g, "_")}`);
  }
  const opens = (expr: Expr | undefined, page: string): void => {
    if (expr === undefined) return;
    for (const from of new Set(readsOf(expr).map((id) => pageOf.get(id) ?? ""))) {
      if (from !== "")
        lines.push(`  ${from.replace(/-/g, "_")} -. ${quoted(shown(expr))} .-> ${page.replace(/-/g, "_")}`);
    }
  };
  for (const page of form.pages) opens(page.if, page.id);
  for (const field of form.fields) {
    opens(field.if, pageOf.get(field.id) ?? "");
    if (field.type === "repeat") for (const each of field.fields) opens(each.if, pageOf.get(field.id) ?? "");
  }
  for (const requirement of form.requirements) {
    const page = form.pages.find((each) => each.requirement === requirement.id);
    if (page !== undefined) opens(requirement.if, page.id);
  }
  return `${lines.join("\n")}\n`;
}

/* ---- preview ---- */

function answersOf(text: string): Readonly<Record<string, AnswerValue>> {
  const data: unknown = parseDocument(text).toJS({ maxAliasCount: 20 });
  const map = typeof data === "object" && data !== null ? data : {};
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) => {
      const answer = storedAnswer(value);
      return answer === null ? [] : [[key, answer] as const];
    }),
  );
}

/** The questions in their order, in one language, given some answers. */
export function previewOf(
  { form, words }: FormFile,
  language: string,
  answers: Readonly<Record<string, AnswerValue>>,
  today: string,
): string {
  const word = (key: string): string | undefined => wordAt(words[language], key);
  const view = viewForm(form, { answers, rows: {}, attached: {}, notForeseen: "" }, { today });
  const lines = [word("title") ?? form.id, `${minutesFor(secondsFor(view, view.steps, word))} min`];
  let section = "";
  for (const step of view.steps) {
    if (step.kind !== "question" && step.kind !== "papers") continue;
    if (step.section !== section) {
      section = step.section;
      lines.push("", `== ${word(`sections.${section}`) ?? section}`);
    }
    lines.push("", `# ${word(`pages.${step.id}.title`) ?? step.id}`);
    if (step.kind === "papers") {
      lines.push(`  [papers] ${word(`requirements.${step.requirement.id}.label`) ?? step.requirement.id}`);
      continue;
    }
    for (const field of step.fields) {
      const marks = [
        field.type,
        ...(field.required ? ["useful"] : []),
        ...(field.unknown ? ["may say: I do not know"] : []),
      ];
      lines.push(`  ${word(`${field.id}.label`) ?? field.id} [${marks.join(", ")}]`);
      if (field.type === "choice" || field.type === "choices" || field.type === "linked") {
        for (const { id } of field.choices) lines.push(`    o ${word(`${field.id}.choices.${id}`) ?? id}`);
      }
      if (field.type === "repeat") {
        for (const each of field.fields) lines.push(`    - ${word(`${each.id}.label`) ?? each.id} [${each.type}]`);
      }
      const value = view.calculated[field.id];
      if (value?.v === "number") lines.push(`    = ${value.number}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** @returns the exit code. */
export async function formTool(args: readonly string[], world: FormWorld): Promise<number> {
  const [command, file, ...rest] = args;
  if (command === "schema") {
    world.out(`${JSON.stringify(formFileSchema, null, 2)}\n`);
    return 0;
  }
  if ((command !== "check" && command !== "graph" && command !== "preview") || file === undefined) {
    world.tell(
      "npm run form -- check FILE | graph FILE | preview FILE [--answers FILE] [--lang fr] | schema | import FILE|URL | official FILE.pdf MAPPING",
    );
    return 2;
  }
  const read = readFormText(world.read(file));
  if (!read.ok) {
    for (const line of read.error) world.tell(`${file}:${line}`);
    return 1;
  }
  const { form, words } = read.value;
  if (command === "graph") world.out(graphOf(read.value));
  else if (command === "preview") {
    const option = (name: string): string | undefined =>
      rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined;
    const given = option("--answers");
    const answers = given === undefined ? {} : answersOf(world.read(given));
    world.out(previewOf(read.value, option("--lang") ?? "fr", answers, localDay(world.now())));
  } else {
    world.tell(
      `${file}: right. ${form.fields.length} questions on ${form.pages.length} pages, ${Object.keys(words).join(", ")}.`,
    );
  }
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const out = (text: string): void => void process.stdout.write(text);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const [command, ...rest] = process.argv.slice(2);
  process.exitCode =
    command === "import"
      ? await importForm(rest, { fetch, now: () => new Date(), out, tell })
      : command === "official"
        ? await officialTool(rest, {
            read: (file) => readFileSync(file),
            write: (folder, name, bytes) => {
              mkdirSync(folder, { recursive: true });
              writeFileSync(join(folder, name), bytes);
            },
            tell,
          })
        : await formTool(process.argv.slice(2), {
            read: (file) => readFileSync(file, "utf8"),
            now: Date.now,
            out,
            tell,
          });
}
