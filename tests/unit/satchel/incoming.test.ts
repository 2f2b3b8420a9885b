/** What becomes of a pulled row (S-P5, S-R2, S-R3). Found by the simulation: seeds 12, 24, 32 of 22 November 2026. */

import { describe, expect, test } from "vitest";
import { setAnswer } from "../../../src/satchel/dossier.ts";
import { type HeldRecord, incoming, joinUnrelated } from "../../../src/satchel/incoming.ts";
import type { OpId } from "../../../src/shared/ids.ts";
import { dossier } from "./fixtures.ts";

const op = (name: string): OpId => name as OpId;
const row = (more: Partial<Parameters<typeof incoming>[1]> = {}): Parameters<typeof incoming>[1] => ({
  op: op("r"),
  base: op("other"),
  deleted: false,
  ...more,
});
const held = (more: Partial<HeldRecord> = {}): HeldRecord => ({
  untouched: true,
  deleted: false,
  past: [],
  unseen: false,
  serverOp: op("mine"),
  ...more,
});

describe("a row of the server", () => {
  test("is taken over where nothing was changed, merged where something was", () => {
    expect(incoming(null, row())).toBe("adopt");
    expect(incoming(held(), row())).toBe("adopt");
    expect(incoming(held({ untouched: false }), row())).toBe("merge");
    expect(incoming(held({ untouched: false }), row({ deleted: true }))).toBe("merge");
    expect(incoming(held({ untouched: false, deleted: true }), row({ deleted: true }))).toBe("adopt");
    expect(incoming(held({ untouched: false, deleted: true }), row())).toBe("merge");
  });

  test("that was overtaken here is answered with this device's state (S-R2)", () => {
    expect(incoming(held({ past: [op("r")] }), row())).toBe("again");
    expect(incoming(held({ past: [op("r")], deleted: true }), row())).toBe("again");
  });

  test("after a reset is not taken over on trust (S-R3)", () => {
    expect(incoming(held({ unseen: true }), row())).toBe("unrelated");
    expect(incoming(held({ unseen: true, untouched: false }), row())).toBe("unrelated");
    // A child of what was known here is newer, whatever was reset.
    expect(incoming(held({ unseen: true }), row({ base: op("mine") }))).toBe("adopt");
    // A deletion is news, and so is what was written against one.
    expect(incoming(held({ unseen: true }), row({ deleted: true }))).toBe("adopt");
    expect(incoming(held({ unseen: true, deleted: true }), row())).toBe("adopt");
    // But not one by somebody who cannot have seen this state.
    expect(incoming(held({ unseen: true }), row({ deleted: true, base: null }))).toBe("merge");
    const overtaken = row({ deleted: true, base: op("old") });
    expect(incoming(held({ unseen: true, past: [op("old")] }), overtaken)).toBe("merge");
  });
});

describe("two states of which nobody knows the newer (S-R3)", () => {
  const known = setAnswer(dossier({}), "name", { v: "text", text: "here" }, 1);
  const theirs = setAnswer(dossier({}), "name", { v: "text", text: "there" }, 1);

  test("the server's answer stands, this device's is one tap away", () => {
    const joined = joinUnrelated(known, known, theirs);
    expect(joined.answers.name).toEqual({ v: "text", text: "there" });
    expect(joined.others).toEqual({ "answers.name": [{ v: "text", text: "here" }] });
  });

  test("what was changed here since stands, and nothing is lost", () => {
    const mine = setAnswer(known, "name", { v: "text", text: "now" }, 2);
    const joined = joinUnrelated(known, mine, theirs);
    expect(joined.answers.name).toEqual({ v: "text", text: "now" });
    expect(JSON.stringify(joined.others)).toContain("there");
  });

  test("what only one of them has is in both", () => {
    const joined = joinUnrelated(known, setAnswer(known, "more", { v: "text", text: "a" }, 2), theirs);
    expect(joined.answers.more).toEqual({ v: "text", text: "a" });
  });
});
