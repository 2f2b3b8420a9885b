/** "Mes envois": one line per thing the person knows, and nothing in the queue without a line (INV-1). */
import { describe, expect, test } from "vitest";
import {
  describeOutbox,
  type OutboxRows,
  type WaitFacts,
  type WaitReason,
  waitReason,
} from "../../../src/satchel/describe.ts";
import type { SatchelRecord } from "../../../src/satchel/model.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { blobId, dossier, keptPaper, letterId, page } from "./fixtures.ts";

const id = (name: string): RecordId => name as RecordId;
const blob = (name: string, more: Partial<OutboxRows["blobs"][number]> = {}): OutboxRows["blobs"][number] => ({
  blob: blobId(name),
  length: 100,
  offset: 0,
  state: "waiting",
  localOnly: false,
  lastCode: null,
  queuedAt: 10,
  nextAt: 0,
  sendClass: 4,
  ...more,
});
const op = (record: string, more: Partial<OutboxRows["ops"][number]> = {}): OutboxRows["ops"][number] => ({
  record: id(record),
  bytes: 20,
  state: "waiting",
  lastCode: null,
  queuedAt: 10,
  nextAt: 0,
  ...more,
});
const letter = (more: Partial<OutboxRows["letters"][number]> = {}): OutboxRows["letters"][number] => ({
  letter: letterId("l"),
  about: id("d"),
  bytes: 50,
  blobs: [blobId("p1-readable"), blobId("p1-preview")],
  state: "waiting",
  lastCode: null,
  queuedAt: 20,
  nextAt: 0,
  ...more,
});
const rows = (more: Partial<OutboxRows>): OutboxRows => ({ ops: [], blobs: [], letters: [], ...more });
const records = new Map<RecordId, SatchelRecord>([
  [id("p"), keptPaper({ title: "Card", kind: "identity-card", pages: { p1: page("p1") } })],
  [id("d"), dossier()],
  [id("me"), { t: "profile" }],
]);

describe("lines", () => {
  test("an empty queue says nothing", () => {
    expect(describeOutbox(rows({}), records)).toEqual([]);
  });

  test("a paper is one line, with its parts and bytes", () => {
    const queue = rows({
      ops: [op("p")],
      blobs: [blob("p1-readable", { offset: 30 }), blob("p1-preview", { state: "verified" })],
    });
    expect(describeOutbox(queue, records)).toEqual([
      {
        record: "p",
        letter: null,
        kind: "paper",
        procedure: null,
        number: null,
        organisation: null,
        title: "Card",
        paperKind: "identity-card",
        n: 1,
        m: 3,
        bytesLeft: 90,
        textLeft: 20,
        originalsOnly: false,
        notBefore: 0,
        pieces: [],
        state: "moving",
        reason: null,
        queuedAt: 10,
      },
    ]);
  });

  test("streams that a letter names belong to the dossier, and its own record is silent", () => {
    const queue = rows({
      ops: [op("d")],
      blobs: [blob("p1-readable"), blob("p1-preview", { state: "verified" })],
      letters: [letter({ state: "accepted" })],
    });
    const lines = describeOutbox(queue, records);
    expect(lines.map((line) => [line.kind, line.n, line.m, line.bytesLeft, line.state])).toEqual([
      ["dossier", 2, 3, 100, "waits"],
    ]);
    expect(lines[0]).toMatchObject({ procedure: "domiciliation", organisation: "ccas" });
    expect(lines[0]?.pieces).toEqual([
      { what: "answers", paper: null, bytes: 50, left: 0, arrived: true },
      { what: "paper", paper: "p", bytes: 200, left: 100, arrived: false },
    ]);
  });

  test("bytes that left this phone to make room had arrived before", () => {
    const away = [blob("p1-readable", { state: "away" }), blob("p1-preview", { state: "verified" })];
    expect(describeOutbox(rows({ blobs: away, letters: [letter({ state: "accepted" })] }), records)).toMatchObject([
      { state: "arrived", bytesLeft: 0, n: 3, m: 3 },
    ]);
    expect(describeOutbox(rows({ blobs: away }), records)).toEqual([]);
  });

  test("streams whose rows are gone have arrived", () => {
    const lines = describeOutbox(rows({ letters: [letter({ state: "accepted" })] }), records);
    expect(lines.map((line) => [line.n, line.m, line.state])).toEqual([[3, 3, "arrived"]]);
  });

  test("the copy of a dossier that is not sent is a line of its own kind", () => {
    expect(describeOutbox(rows({ ops: [op("d")] }), records).map((line) => line.kind)).toEqual(["draft"]);
  });

  test("what the person must look at comes first, with its reason", () => {
    const queue = rows({
      ops: [op("me"), op("p", { state: "aside", lastCode: "quota" })],
      letters: [letter({ blobs: [] })],
    });
    expect(describeOutbox(queue, records).map((line) => [line.kind, line.state, line.reason])).toEqual([
      ["paper", "needs-person", "quota"],
      ["dossier", "waits", null],
      ["profile", "waits", null],
    ]);
  });

  test("kept for this phone only is not in the queue, unless a letter names it", () => {
    const local = [blob("p1-readable", { localOnly: true }), blob("p1-preview", { localOnly: true })];
    expect(describeOutbox(rows({ blobs: local }), records)).toEqual([]);
    expect(describeOutbox(rows({ blobs: local, letters: [letter()] }), records)[0]?.m).toBe(3);
  });

  test("a record that cannot be opened, and bytes that nobody explains, have a line (INV-1)", () => {
    const queue = rows({
      ops: [op("sealed")],
      blobs: [blob("stray", { state: "aside", lastCode: "blob-foreign" }), blob("young")],
    });
    expect(describeOutbox(queue, records).map((line) => [line.record, line.kind, line.reason])).toEqual([
      [null, "unknown", "blob-foreign"],
      ["sealed", "unknown", null],
    ]);
  });
});

describe("what a line that does not move waits for", () => {
  const facts: WaitFacts = {
    now: 1000,
    unreachable: false,
    quota: false,
    photosOnWifi: false,
    metered: true,
    slow: false,
  };
  const photos = { textLeft: 0, originalsOnly: false, notBefore: 0 };
  const text = { ...photos, textLeft: 20 };
  test.each<[string, Parameters<typeof waitReason>[0], Partial<WaitFacts>, WaitReason]>([
    ["its turn", photos, {}, "turn"],
    ["a network", text, { unreachable: true }, "network"],
    ["photos for Wi-Fi, by choice", photos, { photosOnWifi: true }, "wifi"],
    ["answers never wait for Wi-Fi", text, { photosOnWifi: true }, "turn"],
    ["the choice says nothing on a line that is Wi-Fi", photos, { photosOnWifi: true, metered: false }, "turn"],
    [
      "the choice comes first: a network alone would not help",
      photos,
      { photosOnWifi: true, unreachable: true },
      "wifi",
    ],
    ["room at the server", photos, { quota: true }, "quota"],
    ["answers need no room", text, { quota: true }, "turn"],
    ["originals for a better line", { ...photos, originalsOnly: true }, { slow: true }, "line"],
    ["readable pages do not", photos, { slow: true }, "turn"],
    ["tried, and again later", { ...text, notBefore: 2000 }, {}, "later"],
  ])("%s", (_name, line, more, reason) => {
    expect(waitReason(line, { ...facts, ...more })).toBe(reason);
  });
});

test("a version that a newer one replaces, or that is taken back, waits for nobody any more", () => {
  const [old, newer] = [letterId("old"), letterId("newer")];
  const record = dossier({
    status: "sent",
    sent: { [old]: { n: 1, at: 1, papers: 0 }, [newer]: { n: 2, at: 2, papers: 0 } },
  });
  const about = "d" as RecordId;
  const letters = [
    letter({ letter: old, about, state: "aside", lastCode: "too-large" }),
    letter({ letter: newer, about }),
  ];
  const lines = (of: typeof record) => describeOutbox(rows({ letters }), new Map([[about, of]]));
  expect(lines(record).map((line) => line.letter)).toEqual([newer]);
  expect(lines({ ...record, withdrawn: { [newer]: { at: 3 } } })).toEqual([]);
});
