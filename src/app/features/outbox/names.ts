/**
 * Names of lines and of their parts, put together in the page: the queue holds ids only (INV-3). A name that is not here
 * falls back to the number or the kind.
 */
import { showSpoken } from "../../../satchel/spoken.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { Deployment, DossierView, OutboxLine, PaperView } from "../../../workers/satchel.contract.ts";
import type { TextKey } from "../../i18n/catalogue.ts";
import { tData, t as text } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { paperName } from "../../ui/papers/names.ts";

export interface Names {
  readonly dossiers: readonly DossierView[];
  readonly papers: readonly PaperView[];
  readonly deployment: Deployment | null;
}

export function paperTitle(names: Names, id: RecordId | null, fallback = ""): string {
  const paper = names.papers.find((each) => each.id === id);
  return paper === undefined ? fallback || text("outbox.unknown") : isolated(paperName(paper.record));
}

export function titleOf(line: OutboxLine, names: Names): string {
  switch (line.what) {
    case "profile":
      return text("outbox.profile");
    case "unknown":
      return text("outbox.sealed");
    case "share":
      return text("outbox.share");
    case "paper":
      return paperTitle(names, line.id, line.title);
    case "dossier": {
      const record = names.dossiers.find((each) => each.id === line.id)?.record;
      const title = record === undefined ? undefined : tData("procedures", `${record.procedure}.title`);
      return title ?? text("outbox.dossier");
    }
  }
}

export function detailOf(line: OutboxLine, names: Names): string {
  const deskOf = (slug: string | undefined): string | undefined =>
    names.deployment?.organisations.find((each) => each.slug === slug)?.name;
  if (line.what === "share") return text("outbox.to", { desk: isolated(deskOf(line.title) ?? line.title) });
  if (line.what !== "dossier") return text("outbox.copy");
  const record = names.dossiers.find((each) => each.id === line.id)?.record;
  const desk = deskOf(record?.organisation);
  const number = text("outbox.number", { number: isolated(showSpoken(record?.number ?? line.title)) });
  return desk === undefined ? number : `${text("outbox.to", { desk: isolated(desk) })} ${number}`;
}

/** Codes of the protocol that have words of their own. */
const REASONS: ReadonlySet<string> = new Set([
  "too-large",
  "quota",
  "unknown-receiver",
  "blob-missing",
  "id-taken",
  "bad-format",
  "bad-signature",
]);

export const reasonText = (code: string | null): string =>
  text(`outbox.reason.${code !== null && REASONS.has(code) ? code : "other"}` as TextKey, { code: code ?? "" });
