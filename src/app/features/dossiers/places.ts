/** Addresses inside a dossier: fixed words and random ids only (INV-3). */
import { paths } from "../../feature.ts";

/**
 * Why a question is shown: in its turn, to be changed from the list of answers, or beside everything ("mon cas n'est pas
 * prévu"). It is in the address, so that the way back survives a killed browser.
 */
export type Mode = "ask" | "review" | "aside";

const WORDS: Readonly<Record<Exclude<Mode, "ask">, string>> = { review: "revoir", aside: "a-part" };

export const questionPath = (id: string, page: string, mode: Mode = "ask"): string =>
  mode === "ask" ? paths.question(id, page) : `${paths.question(id, page)}/${WORDS[mode]}`;

/** The mode that the last word of an address says. */
export const modeOf = (word: string | undefined): Mode =>
  word === WORDS.review ? "review" : word === WORDS.aside ? "aside" : "ask";

/** One row of a repeat. */
export const rowPath = (id: string, page: string, row: string): string => `${paths.question(id, page)}/fiche/${row}`;

/** What is missing, the sheet to print or copy, somebody who helps. */
export const lackPath = (id: string): string => `${paths.dossier(id)}/manque`;
export const sheetPath = (id: string): string => `${paths.dossier(id)}/feuille`;
export const helpPath = (id: string): string => `${paths.dossier(id)}/aide`;
/** An appeal as a letter. */
export const letterPath = (id: string): string => `${paths.dossier(id)}/lettre`;
/** A procedure whose answers make a letter. */
export const isLetter = (procedure: string): boolean => procedure === "recours";
/** Papers that a procedure asks for, before a dossier begins. */
export const needPath = (procedure: string): string => `${paths.procedure(procedure)}/papiers`;

export const patterns = {
  question: paths.question(":dossier", ":page"),
  questionMode: `${paths.question(":dossier", ":page")}/:mode`,
  row: rowPath(":dossier", ":page", ":row"),
} as const;
