/** Where a paper or dossier is said to be: nothing that is not proven (INV-2). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import {
  daysUntil,
  dossierState,
  type PaperFacts,
  paperState,
  paperStates,
  provenSteps,
  type SentVersion,
  unseenReplies,
  type VerifiedProof,
} from "../../../src/satchel/where.ts";
import { blobId, dossier, letterId } from "./fixtures.ts";

const facts = (more: Partial<PaperFacts> = {}): PaperFacts => ({
  status: "kept",
  localOnly: false,
  here: true,
  known: true,
  total: 4,
  verified: 0,
  recordAccepted: false,
  moving: false,
  drilledElsewhere: false,
  aside: null,
  received: null,
  expiry: null,
  today: "2026-11-21",
  ...more,
});
const there = { verified: 4, recordAccepted: true };

describe("INV-2 a paper", () => {
  test.each<[string, Partial<PaperFacts>, readonly string[]]>([
    ["a draft is here", { status: "draft" }, ["here"]],
    ["kept for this phone only is here", { localOnly: true }, ["here"]],
    ["kept waits for the network", {}, ["waits"]],
    ["some parts are there, nothing moves", { verified: 2 }, ["waits"]],
    ["parts move", { verified: 2, moving: true }, ["leaving"]],
    ["all streams there but not the record with their keys: no copy", { verified: 4 }, ["waits"]],
    ["the record there but not all streams: no copy", { verified: 3, recordAccepted: true }, ["waits"]],
    ["a whole copy without a drilled way in is closed", there, ["sealed"]],
    ["a whole copy and a drilled way in are 2 copies", { ...there, drilledElsewhere: true }, ["copies"]],
    ["a drilled way in alone is nothing", { drilledElsewhere: true }, ["waits"]],
    ["pages that this device never had", { recordAccepted: true, here: false, known: false }, ["absent"]],
    ["a record that never left cannot have pages elsewhere", { known: false }, ["waits"]],
    ["a whole copy and none here", { ...there, here: false, drilledElsewhere: true }, ["elsewhere"]],
    ["set aside needs the person", { aside: "too-large" }, ["redo"]],
    [
      "received stands before copies",
      { ...there, drilledElsewhere: true, received: { by: "ccas", at: 5 } },
      ["received", "copies"],
    ],
    ["waiting stands before received", { received: { by: "ccas", at: 5 } }, ["waits", "received"]],
    ["soon stands before waiting", { expiry: "2026-12-01" }, ["soon", "waits"]],
    ["redo stands before soon", { aside: "quota", expiry: "2026-12-01" }, ["redo", "soon"]],
    ["a date far off is silent", { expiry: "2028" }, ["waits"]],
    ["no date at all is silent", { expiry: "soon" }, ["waits"]],
    ["nothing to copy is here", { total: 0 }, ["here"]],
  ])("%s", (_name, more, expected) => {
    expect(paperStates(facts(more)).map((state) => state.state)).toEqual(expected);
    expect(paperState(facts(more)).state).toBe(expected[0]);
  });

  test("says how many parts", () => {
    expect(paperState(facts({ verified: 1, moving: true }))).toEqual({ state: "leaving", n: 1, m: 4 });
  });

  test("is never called 2 copies without a whole copy, its record and a drilled way in", () => {
    const any = fc.record({
      status: fc.constantFrom("draft", "kept", "binned"),
      localOnly: fc.boolean(),
      here: fc.boolean(),
      known: fc.boolean(),
      total: fc.nat(5),
      verified: fc.nat(5),
      recordAccepted: fc.boolean(),
      moving: fc.boolean(),
      drilledElsewhere: fc.boolean(),
      aside: fc.constantFrom(null, "quota"),
      received: fc.constantFrom(null, { by: "ccas", at: 1 }),
      expiry: fc.constantFrom(null, "2026", "2030-01"),
      today: fc.constant("2026-11-21"),
    }) as fc.Arbitrary<PaperFacts>;
    fc.assert(
      fc.property(any, (each) => {
        const states = paperStates(each).map((state) => state.state);
        expect(states.length).toBeGreaterThan(0);
        const whole = each.total > 0 && each.verified >= each.total && each.recordAccepted;
        expect(states.includes("copies")).toBe(whole && each.drilledElsewhere && each.here);
        expect(states.includes("received")).toBe(each.received !== null);
        expect(states.includes("redo")).toBe(each.aside !== null);
      }),
    );
  });

  test.each([
    ["2026-11-21", 0],
    ["2026-11-20", -1],
    ["2026-11", 9],
    ["2026", 40],
    ["nonsense", null],
  ])("%s is %s days away", (expiry, days) => {
    expect(daysUntil(expiry, "2026-11-21")).toBe(days);
  });
});

const l1 = letterId("l1");
const l2 = letterId("l2");
const sent = (more: Partial<DossierRecord> = {}): DossierRecord =>
  dossier({ status: "sent", sent: { [l1]: { n: 1, at: 10, papers: 2 } }, ...more });
const version = (more: Partial<SentVersion> = {}): SentVersion => ({
  letter: l1,
  state: "waiting",
  lastCode: null,
  papers: [[blobId("a"), blobId("b")], [blobId("c")]],
  verified: new Set(),
  proofs: [],
  ...more,
});
const deposited = (have: readonly string[]): VerifiedProof => ({
  t: "deposited",
  at: 100,
  have: have.map(blobId),
  of: 3,
});
const complete: VerifiedProof = { t: "complete", depositedAt: 100, at: 300 };
const opened: VerifiedProof = { t: "opened", at: 400 };
const reply = (status: "received" | "missing-piece" | "message", at: number, about = l1) => ({
  at,
  status,
  requirement: "identity",
  text: "words",
  seen: false,
  about,
});

describe("INV-2 a dossier", () => {
  test.each<[string, DossierRecord, readonly SentVersion[], object]>([
    ["draft", dossier(), [], { state: "draft" }],
    ["finished, the desk's key is not here", dossier({ status: "ready" }), [], { state: "ready" }],
    ["sealed and waiting", sent(), [version()], { state: "waits", m: 2 }],
    ["accepted without a proof still waits", sent(), [version({ state: "accepted" })], { state: "waits", m: 2 }],
    ["sealed by another device, rows not here", sent(), [], { state: "waits", m: 2 }],
    [
      "deposited, half a paper is none",
      sent(),
      [version({ proofs: [deposited(["a"])] })],
      {
        state: "deposited",
        at: 100,
        n: 0,
        m: 2,
      },
    ],
    [
      "deposited, more arrived since",
      sent(),
      [version({ proofs: [deposited(["a"])], verified: new Set([blobId("b")]) })],
      { state: "deposited", at: 100, n: 1, m: 2 },
    ],
    [
      "complete: the first date counts",
      sent(),
      [version({ proofs: [complete, deposited([])] })],
      {
        state: "complete",
        at: 100,
        m: 2,
      },
    ],
    ["opened", sent(), [version({ proofs: [deposited([]), opened] })], { state: "opened", at: 400 }],
    [
      "set aside",
      sent(),
      [version({ state: "aside", lastCode: "too-large" })],
      {
        state: "needs-person",
        reason: "too-large",
      },
    ],
    [
      "received",
      sent({ replies: { [l2]: reply("received", 500) } }),
      [version({ proofs: [opened] })],
      {
        state: "received",
        at: 500,
        text: "words",
      },
    ],
    [
      "a missing piece after received",
      sent({ replies: { [l2]: reply("received", 500), [letterId("l3")]: reply("missing-piece", 600) } }),
      [version()],
      { state: "missing-piece", at: 600, requirement: "identity", text: "words" },
    ],
    [
      "a message alone changes nothing",
      sent({ replies: { [l2]: reply("message", 500) } }),
      [version({ proofs: [opened] })],
      {
        state: "opened",
        at: 400,
      },
    ],
    [
      "version 2 waits, whatever was answered to version 1",
      sent({
        sent: { [l1]: { n: 1, at: 10, papers: 2 }, [l2]: { n: 2, at: 20, papers: 3 } },
        replies: { [letterId("l3")]: reply("missing-piece", 15, l1) },
      }),
      [version({ proofs: [opened] }), version({ letter: l2, papers: [[], [], []] })],
      { state: "waits", m: 3 },
    ],
    [
      "a sent dossier that is edited again is a draft",
      sent({ status: "draft" }),
      [version({ proofs: [opened] })],
      {
        state: "draft",
      },
    ],
  ])("%s", (_name, record, versions, expected) => {
    expect(dossierState(record, versions)).toEqual(expected);
  });

  test("the thread shows each proven step once, with its own date", () => {
    expect(provenSteps(version({ proofs: [deposited([]), deposited([]), complete, opened] }))).toEqual([
      { state: "deposited", at: 100, n: 2, m: 2 },
      { state: "complete", at: 100, m: 2 },
      { state: "opened", at: 400 },
    ]);
    expect(provenSteps(version({ state: "accepted", verified: new Set(["a", "b", "c"].map(blobId)) }))).toEqual([]);
  });

  test("knows which replies are new, oldest first", () => {
    const replies = { [l2]: reply("received", 500), [letterId("l3")]: { ...reply("message", 400) } };
    expect(unseenReplies(sent({ replies }))).toEqual(["l3", "l2"]);
  });
});
