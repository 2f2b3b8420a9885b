/** F4: a dossier that is held back from its desk shows by the day on which it should have been opened. */
import { expect, test } from "vitest";
import { overdueOf } from "../../../src/satchel/overdue.ts";
import { mayBeOverdue } from "../../../src/satchel/sent-long-ago.ts";

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const at = (day: string): number => Date.parse(`${day}T10:00:00Z`);
const sent = (stage: string, replies: readonly string[] = []) => ({
  stage,
  proofs: [
    { type: "deposited", at: at("2026-11-03") },
    { type: "complete", at: at("2026-11-03") },
    ...(stage === "opened" ? [{ type: "opened", at: at("2026-11-05") }] : []),
  ],
  record: { replies: Object.fromEntries(replies.map((status, n) => [String(n), { status }])) },
});

test.each([
  ["in time on the last day", "complete", undefined, "2027-01-03", null],
  ["two months where the procedure says nothing", "complete", undefined, "2027-01-04", ["not-opened", "2027-01-03"]],
  ["as the procedure says", "complete", { months: 4 }, "2027-01-04", null],
  ["in days", "complete", { days: 15 }, "2026-11-19", ["not-opened", "2026-11-18"]],
  ["opened, and nothing came", "opened", undefined, "2027-01-04", ["not-answered", "2027-01-03"]],
  ["taken back", "withdrawn", undefined, "2027-06-04", null],
  ["still on the phone", "waits", undefined, "2027-06-04", null],
] as const)("%s", (_name, stage, within, today, expected) => {
  const seen = overdueOf(sent(stage), within, at(today), dayOf);
  expect(seen === null ? null : [seen.why, seen.day]).toEqual(expected);
});

test("an answer is one, a message is none; nothing is looked up before it can matter", () => {
  expect(overdueOf(sent("opened", ["received"]), undefined, at("2027-06-01"), dayOf)).toBeNull();
  expect(overdueOf(sent("opened", ["missing-piece"]), undefined, at("2027-06-01"), dayOf)).toBeNull();
  expect(overdueOf(sent("opened", ["message"]), undefined, at("2027-06-01"), dayOf)?.why).toBe("not-answered");
  expect(mayBeOverdue(sent("complete"), at("2026-11-05"))).toBe(false);
  expect(mayBeOverdue({ ...sent("complete"), proofs: [] }, at("2027-06-01"))).toBe(false);
});
