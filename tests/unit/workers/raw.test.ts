/** Pictures that were kept as they are: reduced when it can be done, never lost before (DESIGN 1, INV-1). */
import { describe, expect, test } from "vitest";
import { ok } from "../../../src/shared/result.ts";
import type { PageMaker } from "../../../src/workers/imaging.contract.ts";
import { file, heif, jpeg } from "./files.ts";
import { createBrowser, createServer, eventually, fakeImaging, must, openTab } from "./world.ts";

const code = "417233";
const bytes = jpeg({ width: 4000, height: 3000 });

/** As the helper answers where its worker cannot be loaded. */
const absent: PageMaker = {
  ...fakeImaging,
  reduce: async () => ok({ type: "raw", mime: "image/jpeg", absent: true }),
};

/** A satchel with one kept paper whose page is raw. */
async function withRawPage(content = bytes, imaging: PageMaker = absent, kind = "tax-notice") {
  const browser = createBrowser();
  const tab = openTab(browser, { imaging });
  const { database } = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  const { id } = must(await tab.api.startPaper({ kind }));
  const added = must(await tab.api.addPage(id, file(content, "scan.jpg")));
  expect(added.state).toBe("raw");
  must(await tab.api.keepPaper(id));
  return { browser, tab, database, id, page: added.page, store: await tab.store(database) };
}

describe("a picture that was kept as it is", () => {
  test("is reduced after the next unlock, when the tool is there; its place, turn and name stay", async () => {
    const { browser, tab, database, id, page, store } = await withRawPage();
    must(await tab.api.turnPage(id, page, 90));
    const [original] = must(await store.listBlobs());
    must(await tab.api.lock());
    const later = openTab(browser);
    must(await later.api.unlock({ database, code }));
    const reduced = await eventually(async () => {
      const held = must(await later.api.paper(id)).record.pages[page];
      return held?.state === "ready" ? held : undefined;
    });
    expect(reduced).toMatchObject({ turn: 90, fileName: "scan.jpg", original: null, readable: { mime: "image/webp" } });
    const readable = must(await later.api.readPage(id, page, "readable"));
    expect(Buffer.from(readable.bytes).toString("latin1").startsWith("1600x1200@0.6 ")).toBe(true);
    await eventually(async () => {
      const rows = must(await store.listBlobs());
      return rows.some((row) => row.blob === original?.blob) ? undefined : true;
    });
    expect(must(await store.listBlobs()).map((row) => [row.sendClass, row.localOnly])).toEqual([
      [4, false],
      [3, false],
    ]);
  });

  test("is left alone while the tool is absent, and asked for again once a photo could be reduced", async () => {
    let there = false;
    let asked = 0;
    const imaging: PageMaker = {
      ...fakeImaging,
      reduce: (picked) => {
        asked += 1;
        return there ? fakeImaging.reduce(picked) : absent.reduce(picked);
      },
    };
    const { tab, id, page, database } = await withRawPage(bytes, imaging);
    must(await tab.api.lock());
    must(await tab.api.unlock({ database, code }));
    await eventually(() => (asked === 2 ? true : undefined));
    expect(must(await tab.api.paper(id)).record.pages[page]?.state).toBe("raw");
    there = true;
    const other = must(await tab.api.startPaper({}));
    must(await tab.api.addPage(other.id, file(bytes, "autre.jpg")));
    await eventually(async () =>
      must(await tab.api.paper(id)).record.pages[page]?.state === "ready" ? true : undefined,
    );
    expect(asked).toBe(4);
  });

  test("HEIC stays raw on a device that cannot decode it, is asked once, and can be read as it is", async () => {
    let asked = 0;
    const blind: PageMaker = {
      ...fakeImaging,
      reduce: async () => {
        asked += 1;
        return ok({ type: "raw", mime: "image/heic" });
      },
    };
    const heic = heif("heic", 400, 300);
    const { tab, id, page, database } = await withRawPage(heic, blind);
    for (let times = 0; times < 3; times += 1) {
      must(await tab.api.lock());
      must(await tab.api.unlock({ database, code }));
      must(await tab.api.flush());
      await eventually(() => (asked >= 2 ? true : undefined));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(asked).toBe(2);
    expect(must(await tab.api.paper(id)).record.pages[page]).toMatchObject({ state: "raw", readable: null });
    const read = must(await tab.api.readPage(id, page, "readable"));
    expect([[...new Uint8Array(read.bytes)], read.mime]).toEqual([heic, "image/heic"]);
  });

  test("stays with its original when the disk is full, and when the decoder then finds it damaged", async () => {
    const { browser, tab, database, id, page, store } = await withRawPage();
    must(await tab.api.lock());
    const disk = browser.disks.get(database);
    if (disk === undefined) throw new Error("a disk was made");
    let asked = 0;
    const imaging: PageMaker = {
      ...fakeImaging,
      reduce: (picked) => {
        asked += 1;
        // The next write is that of the reduced page.
        disk.fault = { type: "full" };
        return fakeImaging.reduce(picked);
      },
    };
    const full = openTab(browser, { imaging });
    must(await full.api.unlock({ database, code }));
    await eventually(() => (asked > 0 ? true : undefined));
    must(await full.api.lock());
    expect([asked, disk.fault]).toEqual([1, null]);
    expect(must(await store.listBlobs())).toHaveLength(1);
    expect(disk.tables.segments.size).toBe(1);
    let judged = 0;
    const strict: PageMaker = {
      ...fakeImaging,
      reduce: async () => {
        judged += 1;
        return { ok: false, error: { type: "picture-damaged" } };
      },
    };
    const later = openTab(browser, { imaging: strict });
    must(await later.api.unlock({ database, code }));
    await eventually(() => (judged > 0 ? true : undefined));
    must(await later.api.flush());
    expect(must(await later.api.paper(id)).record.pages[page]?.state).toBe("raw");
    const read = must(await later.api.readPage(id, page, "readable"));
    expect([...new Uint8Array(read.bytes)]).toEqual(bytes);
  });

  test("INV-1 the bytes that a letter still carries stay after the page was reduced", async () => {
    const server = await createServer();
    const { browser, tab, database, id, page, store } = await withRawPage();
    const [original] = must(await store.listBlobs());
    browser.deployment = await server.deployment();
    await tab.refresh();
    const input = { procedure: "demande-libre", language: "fr", organisation: "ccas" };
    const { id: dossier } = must(await tab.api.startDossier(input));
    must(await tab.api.attach(dossier, "papers", [id], false));
    must(await tab.api.send(dossier, null));
    await eventually(async () => (must(await store.queue()).letters.length === 1 ? true : undefined));
    const [letter] = must(await store.queue()).letters;
    expect(letter?.blobs).toEqual([original?.blob]);
    must(await tab.api.lock());
    const later = openTab(browser);
    must(await later.api.unlock({ database, code }));
    await eventually(async () =>
      must(await later.api.paper(id)).record.pages[page]?.state === "ready" ? true : undefined,
    );
    must(await later.api.flush());
    expect(must(await store.listBlobs()).map((row) => row.blob)).toContain(original?.blob);
    expect(must(await store.getSegment(original?.blob ?? ("" as never), 0))).toBeDefined();
  });

  test("a picture that stays on this device stays here when it was reduced", async () => {
    const { browser, tab, database, id, page, store } = await withRawPage(bytes, absent, "health-attestation");
    must(await tab.api.lock());
    const later = openTab(browser);
    must(await later.api.unlock({ database, code }));
    await eventually(async () =>
      must(await later.api.paper(id)).record.pages[page]?.state === "ready" ? true : undefined,
    );
    expect(must(await store.listBlobs()).every((row) => row.localOnly)).toBe(true);
  });
});
