/**
 * `npm run form -- import FILE|URL [--out FILE]`: a procedure of Démarches simplifiées as a form file of ours. Runs in Node.
 *
 * The address may be that of the public schema, or the one that people get (`https://host/commencer/<path>`). What was understood, what
 * the site takes prepared, what only it can fill in, and what somebody has to look at stands on standard error; the file on standard output.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { checkForm } from "../../../src/forms/check.ts";
import { type ImportReport, importDsText } from "../../../src/forms/import/ds.ts";
import { limits, type Note } from "../../../src/forms/import/schema.ts";

export interface ImportWorld {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => Date;
  readonly out: (text: string) => void;
  readonly tell: (line: string) => void;
}

const DAYS_UNTIL_REVIEW = 182;

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The public schema of what somebody pasted. */
export function schemaAddress(url: string): string {
  const found = /^(https?:\/\/[^/?#]+)\/(?:commencer|preremplir)\/(?:test\/)?([a-z0-9_-]+)\/?(?:[?#].*)?$/.exec(url);
  return found === null ? url : `${found[1]}/preremplir/${found[2]}/schema`;
}

async function fetched(url: string, world: ImportWorld): Promise<string> {
  const answer = await world.fetch(url, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: is the procedure published, and open data?`);
  const text = await answer.text();
  if (text.length > limits.text) throw new Error(`${url} is longer than ${limits.text} letters`);
  return text;
}

const share = (part: number, of: number): string => `${part} (${of === 0 ? 0 : Math.round((100 * part) / of)} %)`;

/** The lines that tell an author what came of it. */
export function reportLines(report: ImportReport): readonly string[] {
  const { questions, understood, prefillable, onlineOnly, unknown, documents, notes } = report;
  return [
    `questions                    ${questions}`,
    `  understood                 ${share(understood, questions)}`,
    `  the site takes prepared    ${share(prefillable, questions)}`,
    `  only on line, here a text  ${share(onlineOnly, questions)}`,
    `  of unknown type            ${share(unknown, questions)}`,
    `papers                       ${documents} (none can be handed over: they are added on the site)`,
    'conditions                   missing: the public schema has none. Every question is shown; look at each, then say origin.logic "reviewed".',
    "bounds, formats, file types  missing, for the same reason.",
    ...notes.map(noteLine),
  ];
}

const noteLine = ({ code, path, message }: Note): string => `${path === "" ? "file" : path}: ${message} [${code}]`;

/** @returns the exit code: 0 imported, 1 refused. */
export async function importForm(args: readonly string[], world: ImportWorld): Promise<number> {
  const [source, ...rest] = args;
  const outFile = rest[0] === "--out" ? rest[1] : undefined;
  if (source === undefined || (rest.length > 0 && outFile === undefined)) {
    world.tell("npm run form -- import FILE|URL [--out FILE]");
    return 1;
  }
  const isUrl = /^https?:\/\//.test(source);
  const address = isUrl ? schemaAddress(source) : undefined;
  const text = address === undefined ? await readFile(source, "utf8") : await fetched(address, world);
  const today = world.now();
  const imported = importDsText(text, {
    today: dayOf(today),
    reviewBefore: dayOf(new Date(today.getTime() + DAYS_UNTIL_REVIEW * 86_400_000)),
    hash: createHash("sha256").update(text).digest("hex"),
    ...(isUrl ? { url: source } : {}),
  });
  if (!imported.ok) {
    for (const fault of imported.error) world.tell(noteLine(fault));
    return 1;
  }
  const { file, report } = imported.value;
  for (const line of reportLines(report)) world.tell(line);
  const checked = checkForm(file.form);
  if (!checked.ok) for (const { at, message, code } of checked.error) world.tell(`${at}: ${message} [${code}]`);
  const json = `${JSON.stringify(file, null, 2)}\n`;
  if (outFile === undefined) world.out(json);
  else await writeFile(outFile, json);
  return checked.ok ? 0 : 1;
}
