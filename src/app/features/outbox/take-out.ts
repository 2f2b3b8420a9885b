/**
 * "Enregistrer une copie" of something that cannot leave: its pages, and for a dossier its answers in words. In the page.
 *
 * Surprising: answers are written by their labels, in the language shown; a label that this version lacks falls back to
 * the id of the field, so that no answer is left out.
 */
import type { DossierRecord } from "../../../satchel/model.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import type { ExportedFile, OutboxLine } from "../../../workers/satchel.contract.ts";
import { answerText } from "../../i18n/answer-text.ts";
import { t, tData } from "../../i18n/i18n.ts";
import { zipOf } from "../../platform/zip.ts";

/** Every answer with its question, one under the other; rows of a repeat are numbered as they stand. */
export function answersText(record: DossierRecord): string {
  const { procedure, answers, rows } = record;
  const kept = Object.entries(rows).filter(([, row]) => !row.removed);
  const order = new Map(kept.sort(([, a], [, b]) => a.position - b.position).map(([id], n) => [id, n + 1]));
  const lines = Object.entries(answers).flatMap(([key, answer]) => {
    const [repeat, row, inRow] = key.split("/");
    const field = inRow ?? repeat ?? key;
    if (row !== undefined && !order.has(row)) return [];
    const label = tData(`form-${procedure}`, `${field}.label`) ?? field;
    const n = row === undefined ? "" : ` (${order.get(row)})`;
    return [`${label}${n}\n${answerText(procedure, field, answer, ", ")}\n`];
  });
  const title = tData(`form-${procedure}`, "title") ?? t("outbox.dossier");
  const free = record.notForeseen.trim() === "" ? [] : [record.notForeseen];
  return [title, showSpoken(record.number), "", ...lines, ...free].join("\n");
}

/** One file as it is, several as one archive. */
export function copyOf(
  line: Pick<OutboxLine, "what">,
  files: readonly ExportedFile[],
  record: DossierRecord | undefined,
): { readonly name: string; readonly content: Blob } {
  const base = line.what === "dossier" ? t("outbox.export.dossier") : t("outbox.export.paper");
  const text = record === undefined ? [] : [answersFile(record)];
  const all = [...text, ...files];
  const [only] = all;
  if (only !== undefined && all.length === 1) {
    const ending = only.name.split(".").at(-1) ?? "bin";
    return { name: `${base}.${ending}`, content: new Blob([only.bytes], { type: only.mime }) };
  }
  return { name: `${base}.zip`, content: zipOf(all) };
}

function answersFile(record: DossierRecord): ExportedFile {
  const bytes = new TextEncoder().encode(answersText(record));
  return { name: `${t("outbox.export.answers")}.txt`, mime: "text/plain", bytes: bytes.buffer };
}
