/** Shots of the camera: sealed before anybody looked at their corners, replaced by the page that was confirmed (INV-1, D3). */
import { describe, expect, test } from "vitest";
import { err, ok } from "../../../src/shared/result.ts";
import type { Finish, PageMaker } from "../../../src/workers/imaging.contract.ts";
import { file, jpeg } from "./files.ts";
import { createBrowser, eventually, fakeImaging, must, openTab } from "./world.ts";

const code = "417233";
const shotOf = (width = 4000) => file(jpeg({ width, height: 3000 }), "");
const how: Finish = {
  corners: { tl: { x: 0.1, y: 0.1 }, tr: { x: 0.9, y: 0.1 }, br: { x: 0.9, y: 0.9 }, bl: { x: 0.1, y: 0.9 } },
  turn: 90,
  look: "document",
};

async function begun(imaging: PageMaker = fakeImaging) {
  const browser = createBrowser();
  const tab = openTab(browser, { imaging });
  const { database } = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  const { id } = must(await tab.api.startPaper({ kind: "tax-notice" }));
  const pages = async (from = tab) => Object.values(must(await from.api.paper(id)).record.pages);
  const text = async (page: string, which: "readable" | "original", from = tab) =>
    Buffer.from(must(await from.api.readPage(id, page, which)).bytes).toString("latin1");
  return { browser, tab, database, id, store: await tab.store(database), pages, text };
}

describe("a shot", () => {
  test("is sealed as it is, undecoded, and the confirmed page takes its place in one step", async () => {
    let decoded = 0;
    const { tab, id, store, pages, text } = await begun({
      ...fakeImaging,
      reduce: (picked) => {
        decoded += 1;
        return fakeImaging.reduce(picked);
      },
    });
    const shot = must(await tab.api.addPage(id, shotOf(), { shot: true }));
    expect([shot.state, decoded]).toEqual(["raw", 0]);
    expect(await pages()).toMatchObject([{ state: "raw", readable: null }]);
    const [raw] = must(await store.listBlobs());
    const next = must(await tab.api.addPage(id, shotOf(), { shot: true }));
    const page = must(await tab.api.addPage(id, shotOf(), { how, page: shot.page }));
    expect(page).toMatchObject({ page: shot.page, state: "ready" });
    expect((await pages()).map((each) => [each.position, each.state])).toEqual([
      [1, "ready"],
      [2, "raw"],
    ]);
    expect(await text(shot.page, "readable")).toContain("document 90 cut");
    expect(must(await store.listBlobs()).map((row) => row.blob)).not.toContain(raw?.blob);
    // A later shot waits for its own corners, however much is reduced meanwhile.
    must(await tab.api.addPage(id, shotOf()));
    expect(decoded).toBe(1);
    expect(must(await tab.api.paper(id)).record.pages[next.page]?.state).toBe("raw");
  });

  test("INV-1, D3: whose corners nobody confirmed is reduced whole after the next unlock", async () => {
    const { browser, tab, database, id, pages, text } = await begun();
    const shot = must(await tab.api.addPage(id, shotOf(), { shot: true }));
    // The browser dies; another one opens the same disk.
    const later = openTab(browser);
    must(await later.api.unlock({ database, code }));
    await eventually(async () => ((await pages(later))[0]?.state === "ready" ? true : undefined));
    expect(await text(shot.page, "readable", later)).not.toContain("cut");
    // Confirmed all the same, as by another tab that still has it: nothing is doubled.
    must(await tab.api.addPage(id, shotOf(), { how, page: shot.page }));
    expect(await text(shot.page, "readable", later)).toContain("cut");
    expect(await pages(later)).toHaveLength(1);
  });

  test("is told by its own bytes, and a hostile one is refused as any file", async () => {
    const { tab, id } = await begun();
    expect(await tab.api.addPage(id, file([1, 2, 3], ""), { shot: true })).toMatchObject({ ok: false });
    expect(await tab.api.addPage(id, new File([], ""), { shot: true })).toEqual(err({ type: "file-empty" }));
  });

  test("D10: where the tool is gone since, it stays as it was shot and is not sealed twice", async () => {
    const { tab, id, store, pages } = await begun({
      reduce: async () => ok({ type: "raw", mime: "image/jpeg", absent: true }),
      finish: async () => ok({ type: "raw", mime: "image/jpeg", absent: true }),
    });
    const shot = must(await tab.api.addPage(id, shotOf(), { shot: true }));
    const before = must(await store.listBlobs()).map((row) => row.blob);
    expect(must(await tab.api.addPage(id, shotOf(), { how, page: shot.page }))).toMatchObject({
      page: shot.page,
      state: "raw",
    });
    expect(must(await store.listBlobs()).map((row) => row.blob)).toEqual(before);
    expect(await pages()).toHaveLength(1);
  });

  test("its whole picture is kept beside the page only where that was asked for, in the last class to leave", async () => {
    const { tab, id, store, text } = await begun();
    const shot = must(await tab.api.addPage(id, shotOf(), { shot: true }));
    const kept = must(await tab.api.addPage(id, shotOf(), { how, page: shot.page, keepOriginal: true }));
    expect(kept.withoutOriginal).toBeUndefined();
    expect(
      must(await store.listBlobs())
        .map((row) => row.sendClass)
        .sort(),
    ).toEqual([3, 4, 5]);
    expect(await text(kept.page, "original")).toBe(Buffer.from(jpeg({ width: 4000, height: 3000 })).toString("latin1"));
    must(await tab.api.addPage(id, shotOf(), { how }));
    expect(
      must(await store.listBlobs())
        .map((row) => row.sendClass)
        .sort(),
    ).toEqual([3, 3, 4, 4, 5]);
  });
});
