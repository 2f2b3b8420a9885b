/** Figures without anybody's data, and by when an answer is owed. */
import { describe, expect, test } from "vitest";
import { dueOf } from "../../../src/app/desk/due.ts";
import { figuresOf } from "../../../src/app/desk/figures/figures.ts";
import { replacedLetters } from "../../../src/app/desk/rows.ts";
import type { LetterId } from "../../../src/shared/ids.ts";
import type { DeskDossierRow } from "../../../src/workers/desk.contract.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 12);

let serial = 0;
function row(patch: Partial<DeskDossierRow>): DeskDossierRow {
  serial += 1;
  return {
    letter: `letter-${serial}` as LetterId,
    ...{ number: "K7QF2M9D", procedure: "domiciliation", name: "Camille", depositedAt: NOW - 3 * DAY },
    ...{ papers: { here: 0, of: 0 }, status: "new", notForeseen: false, replaces: null, trouble: null },
    ...patch,
  };
}

describe("figures", () => {
  test("count each dossier once, by procedure and state, with the longest wait and the usual first reply", () => {
    const older = row({ depositedAt: NOW - 40 * DAY });
    const rows = [
      older,
      row({ replaces: older.letter }),
      row({ status: "opened", depositedAt: NOW - 9.5 * DAY }),
      row({ status: "received", repliedAt: NOW - 2 * DAY, depositedAt: NOW - 4 * DAY }),
      row({ status: "missing-piece", repliedAt: NOW, depositedAt: NOW - 10 * DAY }),
      row({ status: "received", repliedAt: NOW - 5 * DAY, depositedAt: NOW - 4 * DAY }),
      row({ status: "withdrawn" }),
      row({ trouble: "bad-signature", procedure: "" }),
      row({ procedure: "demande-libre", status: "received" }),
      row({ procedure: "demande-libre", status: "decided" }),
      row({ procedure: "demande-libre", status: "opened", closed: true }),
    ];
    expect(figuresOf(rows, replacedLetters(rows), NOW)).toEqual([
      { procedure: "domiciliation", all: 5, new: 1, opened: 1, asked: 1, received: 2, done: 0, oldest: 9, reply: 2 },
      {
        procedure: "demande-libre",
        all: 3,
        new: 0,
        opened: 0,
        asked: 0,
        received: 1,
        done: 2,
        oldest: null,
        reply: null,
      },
    ]);
    expect(figuresOf([], new Set(), NOW)).toEqual([]);
  });

  test("say nothing of anybody: no name, no number, no letter", () => {
    const text = JSON.stringify(figuresOf([row({})], new Set(), NOW));
    for (const secret of ["Camille", "K7QF2M9D", "letter-"]) expect(text).not.toContain(secret);
  });
});

describe("by when an answer is owed", () => {
  const at = (day: string) => Date.parse(`${day}T12:00:00`);
  test.each([
    // deposited, months, today, last day, state
    ["2026-09-30", 2, "2026-10-01", "2026-11-30", "later"],
    ["2026-09-30", 2, "2026-11-16", "2026-11-30", "soon"],
    ["2026-09-30", 2, "2026-11-30", "2026-11-30", "soon"],
    ["2026-09-30", 2, "2026-12-01", "2026-11-30", "over"],
    ["2026-12-31", 2, "2027-01-01", "2027-02-28", "later"],
    ["2027-12-31", 2, "2028-01-01", "2028-02-29", "later"],
  ] as const)("deposited %s, %i months, today %s: %s, %s", (deposited, months, today, day, state) => {
    expect(dueOf(row({ depositedAt: at(deposited) }), { months }, today)).toEqual({ day, state });
  });

  test("nothing is owed once it is decided or closed, and nothing is made up where no time is known", () => {
    expect(dueOf(row({ status: "received" }), { months: 2 }, "2026-11-22")).not.toBeNull();
    expect(dueOf(row({ status: "decided" }), { months: 2 }, "2026-11-22")).toBeNull();
    expect(dueOf(row({ status: "received", closed: true }), { months: 2 }, "2026-11-22")).toBeNull();
    expect(dueOf(row({ status: "missing-piece" }), { months: 2 }, "2026-11-22")).toBeNull();
    expect(dueOf(row({ trouble: "cannot-open" }), { months: 2 }, "2026-11-22")).toBeNull();
    expect(dueOf(row({}), undefined, "2026-11-22")).toBeNull();
  });
});
