/**
 * "À prévoir" through the satchel's worker: papers, followed rights, own dates, done and later, the marks on disk; and papers
 * that are only a note, or that stay here by choice. Runs in Node on the memory store.
 */
import { describe, expect, test } from "vitest";
import { weekNumber } from "../../../src/satchel/deadlines/civil.ts";
import { markCount } from "../../../src/satchel/deadlines/marks.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import type { AheadLine, PaperPatch } from "../../../src/workers/satchel.contract.ts";
import { file, jpeg } from "./files.ts";
import { createBrowser, eventually, must, openTab } from "./world.ts";

const code = "417233";
const photo = (): File => file(jpeg({ width: 4000, height: 3000 }));

async function opened() {
  const browser = createBrowser();
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  return { browser, tab, profile, store: await tab.store(profile.database) };
}
type Opened = Awaited<ReturnType<typeof opened>>;

async function kept({ tab }: Opened, kind: string, patch: PaperPatch): Promise<RecordId> {
  const { id } = must(await tab.api.startPaper({ kind }));
  must(await tab.api.addPage(id, photo()));
  must(await tab.api.keepPaper(id));
  must(await tab.api.describePaper(id, patch));
  return id;
}

const lines = async ({ tab }: Pick<Opened, "tab">): Promise<readonly AheadLine[]> => must(await tab.api.ahead()).lines;
const only = async (world: Pick<Opened, "tab">, rule: string): Promise<AheadLine> => {
  const found = (await lines(world)).filter((line) => line.rule === rule);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} lines of ${rule}`);
  return found[0];
};

// The clock of the tests stands on 21 November 2026.
describe("what lies ahead", () => {
  test("comes from papers with what is written on them, and from nothing else", async () => {
    const world = await opened();
    expect(must(await world.tab.api.ahead())).toMatchObject({ today: "2026-11-21", trust: "unchecked", lines: [] });
    const passport = await kept(world, "passport", { expiry: "2027-01-10", title: "Passeport MARQUEUR" });
    await kept(world, "domicile-attestation", { facts: { starts: "2026-01-15" } });
    must(await world.tab.api.startPaper({ kind: "passport", expiry: "2027-01-10" }));
    expect((await lines(world)).map(({ rule, stage, until }) => [rule, stage, until])).toEqual([
      ["passport", "now", "2027-01-10"],
      ["domicile-renewal", "now", "2027-01-14"],
    ]);
    const line = await only(world, "passport");
    expect(line).toMatchObject({ title: "Passeport MARQUEUR", about: { type: "paper", id: passport } });
    expect(line.helps).toContainEqual({ kind: "passport", paper: passport });
    expect(line.helps).toContainEqual({ kind: "identity-photo", paper: null });
    must(await world.tab.api.changeAhead({ type: "remind", paper: passport, notice: 7 }));
    expect(await only(world, "passport")).toMatchObject({ stage: "later", from: "2027-01-03" });
    must(await world.tab.api.changeAhead({ type: "remind", paper: passport, off: true }));
    expect((await lines(world)).map(({ rule }) => rule)).toEqual(["domicile-renewal"]);
    must(await world.tab.api.changeAhead({ type: "remind", paper: passport, off: false, notice: null }));
    expect(must(await world.tab.api.paper(passport)).record).not.toHaveProperty("ahead");
    must(await world.tab.api.binPaper(passport));
    expect((await lines(world)).map(({ rule }) => rule)).toEqual(["domicile-renewal"]);
  });

  test("done is done until the next window opens; later is quiet until its day, and either is taken back", async () => {
    const world = await opened();
    const passport = await kept(world, "passport", { expiry: "2027-01-10" });
    const { about } = await only(world, "passport");
    const say = async (type: "done" | "not-done" | "later" | "not-later", day: string) =>
      must(await world.tab.api.changeAhead({ type, about, day }));
    await say("later", "2026-12-21");
    expect((await only(world, "passport")).standing).toEqual({ type: "quiet", until: "2026-12-21" });
    await say("not-later", "2026-12-21");
    expect((await only(world, "passport")).standing).toEqual({ type: "shown" });
    await say("done", "2026-11-21");
    expect((await only(world, "passport")).standing).toEqual({ type: "done", on: "2026-11-21" });
    await say("not-done", "2026-11-21");
    expect(must(await world.tab.api.paper(passport)).record).not.toHaveProperty("ahead");
    await say("done", "2026-11-21");
    // A new date: what was done was done for the old one.
    must(await world.tab.api.describePaper(passport, { expiry: "2027-09-01" }));
    expect((await only(world, "passport")).standing).toEqual({ type: "shown" });
  });

  test("a right is followed, done for a round, followed no more; an unknown one passes through", async () => {
    const world = await opened();
    const { api } = world.tab;
    must(await api.changeAhead({ type: "follow", right: "rsa", since: null }));
    expect(await only(world, "quarter")).toMatchObject({ stage: "undated", about: { type: "followed", id: "rsa" } });
    must(await api.changeAhead({ type: "follow", right: "rsa", since: "2026-08" }));
    const line = await only(world, "quarter");
    expect(line).toMatchObject({ stage: "now", from: "2026-11-01", until: "2026-11-30" });
    must(await api.changeAhead({ type: "done", about: line.about, day: "2026-11-21" }));
    expect(await only(world, "quarter")).toMatchObject({ stage: "later", from: "2027-02-01" });
    must(await api.changeAhead({ type: "follow", right: "of-a-newer-version", since: "2026-01-01" }));
    expect(await lines(world)).toHaveLength(1);
    must(await api.changeAhead({ type: "unfollow", right: "rsa" }));
    expect(must(await api.ahead()).followed).toEqual({ "of-a-newer-version": { since: "2026-01-01" } });
    // What is gone stays gone: a press on a line that another device took away.
    must(await api.changeAhead({ type: "done", about: line.about, day: "2026-11-21" }));
    must(await api.changeAhead({ type: "unfollow", right: "of-a-newer-version" }));
    expect(must(await api.profile())).not.toHaveProperty("followed");
  });

  test("a date of one's own is written, changed, taken away; it survives a lock", async () => {
    const world = await opened();
    const { tab, profile } = world;
    must(
      await tab.api.changeAhead({ type: "date", id: null, date: "2026-12-24", title: "  Rendez-vous ", notice: 30 }),
    );
    const line = await only(world, "own-date");
    expect(line).toMatchObject({ title: "Rendez-vous", stage: "later", from: "2026-11-24" });
    must(await tab.api.lock());
    must(await tab.api.unlock({ database: profile.database, code }));
    const { id } = line.about;
    must(await tab.api.changeAhead({ type: "date", id, date: "2026-12-01", title: "Rendez-vous", notice: null }));
    expect(await only(world, "own-date")).toMatchObject({ stage: "now", until: "2026-12-01" });
    must(await tab.api.changeAhead({ type: "drop-date", id }));
    expect(await lines(world)).toEqual([]);
    expect(must(await tab.api.profile())).not.toHaveProperty("dates");
  });

  test("D6: a phone clock that is a year off is noticed, and the day that the server said is used", async () => {
    const world = await opened();
    const year = 365 * 86_400_000;
    const at = world.browser.clock.now();
    must(await world.store.setMeta({ lastAnswerAt: at, clockOffset: -year, epoch: "e" }));
    expect(must(await world.tab.api.ahead())).toMatchObject({ today: "2025-11-21", trust: "corrected" });
    must(await world.store.setMeta({ lastAnswerAt: at + year, clockOffset: 0, epoch: "e" }));
    expect(must(await world.tab.api.ahead())).toMatchObject({ today: "2027-11-21", trust: "backwards" });
    must(await world.store.setMeta({ lastAnswerAt: at - year, clockOffset: 0, epoch: "e" }));
    expect(must(await world.tab.api.ahead())).toMatchObject({ today: "2026-11-21", trust: "far" });
    // A server that never said its time says nothing of this clock.
    must(await world.store.setMeta({ lastAnswerAt: at, clockOffset: -year, epoch: "" }));
    expect(must(await world.tab.api.ahead())).toMatchObject({ today: "2026-11-21", trust: "unchecked" });
  });
});

describe("what lies open on disk", () => {
  const marks = ({ browser, profile }: Opened) => browser.weeks.get(profile.database);

  test("eight week numbers after an unlock, whatever is ahead; the true ones are among them, the same for a second tab", async () => {
    const world = await opened();
    const empty = await eventually(() => marks(world));
    expect(empty).toHaveLength(markCount);
    const about = await kept(world, "passport", { expiry: "2027-01-10" });
    must(await world.tab.api.changeAhead({ type: "remind", paper: about, notice: 30 }));
    const drawn = marks(world) ?? [];
    expect(drawn).toHaveLength(markCount);
    for (const day of ["2026-12-11", "2027-01-10"]) expect(drawn).toContain(weekNumber(day));
    // What was a decoy and still fits stays one: what changes does not point at what is true.
    expect(drawn.filter((week) => empty.includes(week)).length).toBeGreaterThanOrEqual(markCount - 2);
    world.browser.weeks.clear();
    const later = openTab(world.browser);
    must(await later.api.unlock({ database: world.profile.database, code }));
    expect(await eventually(() => marks(world))).toEqual(drawn);
  });
});

describe("a paper that is only a note", () => {
  test("is kept, travels as a record, and goes to the bin and back", async () => {
    const { tab } = await opened();
    const { id } = must(await tab.api.startPaper({ kind: "birth-certificate" }));
    expect(await tab.api.keepPaper(id)).toEqual({ ok: false, error: { type: "no-page" } });
    must(await tab.api.describePaper(id, { note: "L’original est chez ma soeur" }));
    const paper = must(await tab.api.keepPaper(id));
    expect(paper).toMatchObject({ bytes: 0, record: { status: "kept", note: "L’original est chez ma soeur" } });
    must(await tab.api.binPaper(id));
    expect(must(await tab.api.restorePaper(id)).record.status).toBe("kept");
  });
});

describe("on this device only, by choice", () => {
  test("a bill that should stay is held back; a health paper that should travel is let go, and held again", async () => {
    const world = await opened();
    const { tab, store } = world;
    const held = async () => must(await store.listBlobs()).map((row) => row.localOnly);
    const bill = await kept(world, "energy-bill", { stay: true });
    expect(await held()).toEqual([true, true]);
    expect(must(await tab.api.paper(bill)).state).toBe("here");
    must(await tab.api.describePaper(bill, { stay: null }));
    expect(await held()).toEqual([false, false]);
    must(await tab.api.erasePaper(bill));
    const health = await kept(world, "prescription", {});
    expect(await held()).toEqual([true, true]);
    must(await tab.api.describePaper(health, { stay: false }));
    expect(await held()).toEqual([false, false]);
    expect(must(await tab.api.paper(health)).state).toBe("waits");
    must(await tab.api.describePaper(health, { stay: true }));
    expect(await held()).toEqual([true, true]);
    expect(must(await tab.api.paper(health)).state).toBe("here");
  });
});
