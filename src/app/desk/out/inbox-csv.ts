/** The inbox as a table, in French whatever language is shown: it goes into French software. Pure but for the words. */

import { readPublishedProcedure } from "../../../forms/published.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import type { LetterId } from "../../../shared/ids.ts";
import type { DeskDossierRow } from "../../../workers/desk.contract.ts";
import type { DataArea } from "../../i18n/catalogue.ts";
import { french, knows } from "../../i18n/french-text.ts";
import { inFrench } from "../../i18n/i18n.ts";
import { rowState } from "../rows.ts";
import { csv } from "./csv.ts";

const COLUMNS = ["number", "person", "procedure", "deposited", "papers", "state"] as const;

/** "2026-11-22 17:05", this computer's time: spreadsheets of every language read it as a date. */
function moment(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** As in the list: a published form whose words are not here has its name in the file; one of a newer version its id. */
function procedureTitle(id: string): string {
  const area: DataArea = `form-${id}`;
  return id !== "" && knows(area, "title") ? french(area, "title") : (readPublishedProcedure(id)?.form ?? id);
}

/** @param rows as they are shown, filtered and in order. The catalogues of their forms are loaded. */
export function inboxCsv(rows: readonly DeskDossierRow[], replaced: ReadonlySet<LetterId>): string {
  const header = [...COLUMNS.map((column) => inFrench(`desk.column.${column}`)), inFrench("desk.notForeseen")];
  const lines = rows.map((row) => [
    row.number === "" ? "" : showSpoken(row.number).replace(/\s/u, " "),
    row.name,
    procedureTitle(row.procedure),
    moment(row.depositedAt),
    inFrench("desk.papers.count", { n: row.papers.here, total: row.papers.of }),
    inFrench(`desk.state.${rowState(row, replaced)}`),
    row.notForeseen ? inFrench("common.action.yes") : "",
  ]);
  return csv([header, ...lines]);
}
