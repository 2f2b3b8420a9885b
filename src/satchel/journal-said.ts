/**
 * What others signed that they did, read out of opened records: the registry of the journal's sentences beside those of shares and
 * dossiers (journal.ts). Pure, runs in the satchel worker.
 *
 * A new area adds one function to `readers`, its words to `SaidWhat`, and its sentence to locales/<lang>/journal.json under `said.<what>`. Nothing is kept twice:
 * the records are what the journal says.
 */

import type { RecordId } from "../shared/ids.ts";
import type { ReturnAct, SatchelRecord } from "./model.ts";

/** Each has its sentence under `journal.said`, which the compiler holds against the words. */
export type SaidWhat = "helped" | "helped-unnamed" | ReturnAct["act"];

export interface SaidEntry {
  /** Clock of who says it. */
  readonly at: number;
  /** When the server had it; null where there is no second clock. */
  readonly heardAt: number | null;
  /** Slug; its name stands in the sentence as {{desk}}. */
  readonly organisation: string | null;
  readonly what: SaidWhat;
  /** For the sentence, by name. */
  readonly values: Readonly<Record<string, string | number>>;
  /** What a tap opens. */
  readonly link: {
    readonly to: "dossier" | "share" | "paper" | "mandates" | "devices" | "card";
    readonly id: string | null;
  } | null;
}

export type OpenedRecords = readonly { readonly id: RecordId; readonly record: SatchelRecord }[];
export type SaidReader = (records: OpenedRecords) => readonly SaidEntry[];

/** Who took part in filling in a dossier beside the person, with her yes. */
const helpedReader: SaidReader = (records) =>
  records.flatMap(({ id, record }) =>
    record.t !== "dossier"
      ? []
      : Object.values(record.helped ?? {}).map(({ name, structure, at }) => ({
          at,
          heardAt: null,
          organisation: null,
          what: name === "" ? ("helped-unnamed" as const) : ("helped" as const),
          values: { name, structure },
          link: { to: "dossier" as const, id },
        })),
  );

/** Who looked at which paper, and what a desk gave, when somebody came back with its help. */
const returnReader: SaidReader = (records) =>
  records.flatMap(({ record }) =>
    record.t !== "profile"
      ? []
      : Object.values(record.returnActs ?? {}).map(({ act, organisation, helper, at, heardAt }) => ({
          at,
          heardAt,
          organisation,
          what: act,
          values: { name: helper },
          link: { to: "card" as const, id: null },
        })),
  );

const readers: readonly SaidReader[] = [helpedReader, returnReader];

export const journalSaid: SaidReader = (records) => readers.flatMap((read) => read(records));
