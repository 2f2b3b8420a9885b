/** The part of DeskApi about people who have not opened their satchel for years (SPEC P-Z). Types, and the methods by name. */

import type { DeskAnswer } from "./desk.contract.ts";

export interface InactivePerson {
  /** As she wrote it in her newest dossier; empty where none of hers opens here. */
  readonly name: string;
  /** Server time from which what the server keeps for her is removed. */
  readonly removedFrom: number;
}

export interface DeskInactiveApi {
  /** Asked of the server, soonest first. */
  readonly inactive: () => DeskAnswer<readonly InactivePerson[]>;
}

export const deskInactiveMethods = { inactive: true } as const satisfies Record<keyof DeskInactiveApi, true>;
