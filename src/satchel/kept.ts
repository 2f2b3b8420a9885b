/**
 * What is kept where, for how long, and who answers for it: the table that a person reads (features/donnees) and that the
 * page for who runs a server repeats (decisions/DATA.md). Pure data.
 *
 * Surprising: the days are written here a second time, because screens may not read the server's limits; a test holds both
 * tables equal to what the code really does (tests/unit/kept.test.ts).
 */

export type KeptPlace = "phone" | "server" | "desk";

/** Who decides what becomes of it: the person, who runs the server, or the organisation that received it. */
export type Keeper = "person" | "operator" | "organisation";

export type HowLong =
  | { readonly type: "days"; readonly days: number }
  /** Until the person deletes it. */
  | { readonly type: "hers" }
  /** Until the day that the person chose. */
  | { readonly type: "chosen" }
  /** As the organisation's own rules say. */
  | { readonly type: "theirs" }
  /** As long as there is a satchel. */
  | { readonly type: "satchel" };

export interface KeptRule {
  readonly id:
    | "own"
    | "bin"
    | "copy"
    | "inactive"
    | "unnamed"
    | "unfinished"
    | "traces"
    | "proofs"
    | "visits"
    | "dossiers"
    | "shares"
    | "oldKeys";
  readonly place: KeptPlace;
  readonly keeper: Keeper;
  readonly howLong: HowLong;
}

const days = (count: number): HowLong => ({ type: "days", days: count });

export const kept: readonly KeptRule[] = [
  { id: "own", place: "phone", keeper: "person", howLong: { type: "hers" } },
  { id: "bin", place: "phone", keeper: "person", howLong: days(30) },
  { id: "copy", place: "server", keeper: "operator", howLong: { type: "hers" } },
  { id: "inactive", place: "server", keeper: "operator", howLong: days(1095) },
  { id: "unnamed", place: "server", keeper: "operator", howLong: days(30) },
  { id: "unfinished", place: "server", keeper: "operator", howLong: days(60) },
  { id: "traces", place: "server", keeper: "operator", howLong: days(400) },
  { id: "proofs", place: "server", keeper: "operator", howLong: { type: "satchel" } },
  { id: "visits", place: "server", keeper: "operator", howLong: days(30) },
  { id: "dossiers", place: "desk", keeper: "organisation", howLong: { type: "theirs" } },
  { id: "shares", place: "desk", keeper: "organisation", howLong: { type: "chosen" } },
  { id: "oldKeys", place: "desk", keeper: "organisation", howLong: days(400) },
];
