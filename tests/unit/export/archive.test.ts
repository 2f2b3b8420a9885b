/** "Tout emporter": names that every disk takes, an archive that a stock unzip opens, indexes that say what is there (C7). */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, describe, expect, test } from "vitest";
import { exportHtml } from "../../../src/satchel/export-html.ts";
import { exportIndexShape } from "../../../src/satchel/export-index.ts";
import { createNames, safeName } from "../../../src/satchel/export-names.ts";
import { crc32 } from "../../../src/satchel/export-zip.ts";
import { exportWords, wordsFor } from "../../support/export-words.ts";
import { file, jpeg } from "../workers/files.ts";
import { createBrowser, must, openTab } from "../workers/world.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Unpacked by the system's own program; its own check comes first. */
async function unpacked(archive: Blob): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "besace-zip-"));
  folders.push(folder);
  const path = join(folder, "copie.zip");
  writeFileSync(path, new Uint8Array(await archive.arrayBuffer()));
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  expect(execFileSync("unzip", ["-t", path], { encoding: "utf8", env })).toContain("No errors detected");
  execFileSync("unzip", ["-q", path, "-d", join(folder, "out")], { env });
  return join(folder, "out");
}

describe("file names", () => {
  test.each([
    ["Carte d'identité", "Carte d'identité"],
    ['a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"],
    ["  ..caché.. ", "caché"],
    ["CON", "CON_"],
    ["aux.txt", "aux.txt_"],
    ["بطاقة الهوية", "بطاقة الهوية"],
    ["ligne\nligne\u0000\u200f", "ligne ligne"],
    ["../../etc/passwd", "etc passwd"],
    ["???", "Papier"],
    ["x".repeat(300), "x".repeat(80)],
  ])("%j is %j", (text, name) => {
    expect(safeName(text, "Papier")).toBe(name);
  });

  test("each is given once, whatever its case and accents", () => {
    const name = createNames();
    expect([
      name("Facture", ".pdf"),
      name("facture", ".pdf"),
      name("Été"),
      name("E\u0301te\u0301".normalize("NFD")),
    ]).toEqual(["Facture.pdf", "facture (2).pdf", "Été", "E\u0301te\u0301 (2)"]);
  });
});

test("CRC-32 in pieces equals CRC-32 in one", () => {
  const bytes = new TextEncoder().encode("123456789");
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926);
});

async function filled() {
  const browser = createBrowser();
  const tab = openTab(browser);
  must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const picture = file(jpeg({ width: 4000, height: 3000 }), "IMG_1.jpg");
  const titles = ["Carte: d'identité", "Carte: d'identité", "بطاقة الهوية", "<script>alert(1)</script>"];
  for (const title of titles) {
    const { id } = must(await tab.api.startPaper({ kind: "other", title }));
    must(await tab.api.addPage(id, picture));
    if (title === "بطاقة الهوية") must(await tab.api.addPage(id, file(jpeg({ width: 900, height: 700 }), "2.jpg")));
    must(await tab.api.keepPaper(id));
  }
  const last = must(await tab.api.papers()).find(({ record }) => record.title.startsWith("<"));
  if (last === undefined) throw new Error("a paper");
  must(await tab.api.binPaper(last.id));
  const dossier = must(
    await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
  );
  must(await tab.api.saveAnswers(dossier.id, { answers: { family_name: { v: "text", text: "Benali" } } }));
  must(await tab.api.saveProfile({ given_name: "Amina" }));
  return { browser, tab };
}

describe("C7: everything out", () => {
  test("holds what is written on a paper, the note, where it is kept, rights and own dates", async () => {
    const { tab } = await filled();
    const [paper] = must(await tab.api.papers()).filter(({ record }) => record.title === "بطاقة الهوية");
    if (paper === undefined) throw new Error("a paper");
    const facts = { issued: "2026-03-14", number: "7731" };
    must(await tab.api.describePaper(paper.id, { facts, note: "Chez ma <sœur>", stay: true, holder: "Ayoub" }));
    must(await tab.api.changeAhead({ type: "remind", paper: paper.id, notice: 30 }));
    must(await tab.api.changeAhead({ type: "follow", right: "rsa", since: "2026-02" }));
    must(await tab.api.changeAhead({ type: "date", id: null, date: "2027-01-05", title: "Rendez-vous", notice: 7 }));
    const said = wordsFor(must(await tab.api.papers()), must(await tab.api.dossiers()));
    const words = {
      ...said,
      sections: { ...said.sections, ahead: "À prévoir" },
      ahead: [["Rendez-vous <b>", "5 janvier 2027"] as const],
    };
    const folder = await unpacked(must(await tab.api.exportAll(words)).file);
    const index = v.parse(exportIndexShape, JSON.parse(readFileSync(join(folder, "index.json"), "utf8")));
    const ahead = { done: [], later: [], notice: 30, off: false };
    expect(index.papers.find(({ id }) => id === paper.id)).toMatchObject({
      ...{ holder: "Ayoub", facts, note: "Chez ma <sœur>", stay: true, ahead },
    });
    const other = index.papers.find(({ id }) => id !== paper.id);
    expect(other).toMatchObject({ facts: {}, note: "", stay: null, ahead: { ...ahead, notice: null } });
    expect(index.ahead.followed).toEqual([{ right: "rsa", since: "2026-02", done: [], later: [] }]);
    expect(index.ahead.dates).toMatchObject([{ date: "2027-01-05", title: "Rendez-vous", notice: 7 }]);
    const page = readFileSync(join(folder, "lisez-moi.html"), "utf8");
    expect(page).toContain("<h2>À prévoir</h2>");
    expect(page).toContain("Rendez-vous &lt;b&gt;");
  });

  test("opens with a stock unzip, every file is what the index says, and nothing is left out", async () => {
    const { tab } = await filled();
    const papers = must(await tab.api.papers());
    const dossiers = must(await tab.api.dossiers());
    const out = must(await tab.api.exportAll(wordsFor(papers, dossiers)));
    expect(out).toMatchObject({ papers: 4, dossiers: 1, missing: 0 });
    const folder = await unpacked(out.file);
    const index = v.parse(exportIndexShape, JSON.parse(readFileSync(join(folder, "index.json"), "utf8")));
    expect(index.papers.map((paper) => paper.id).sort()).toEqual(papers.map((paper) => paper.id).sort());
    expect(index.dossiers.map((each) => each.answers)).toEqual([{ family_name: { v: "text", text: "Benali" } }]);
    expect(index.profile).toMatchObject({ given_name: "Amina", language: "fr" });
    const listed = index.papers.flatMap((paper) => paper.files);
    expect(listed).toHaveLength(5);
    for (const { path, sha256, bytes } of listed) {
      const content = readFileSync(join(folder, path));
      expect(content.length).toBe(bytes);
      const hash = Buffer.from(await crypto.subtle.digest("SHA-256", content)).toString("hex");
      expect(hash).toBe(sha256);
    }
    const files = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort();
    expect(files).toEqual(
      [
        "index.json",
        "lisez-moi.html",
        "reponses.txt",
        ...listed.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)),
      ].sort(),
    );
    expect(files).toEqual(expect.arrayContaining(["Carte d'identité.webp"]));
    expect(index.papers.find((paper) => paper.title === "بطاقة الهوية")?.files.map(({ path }) => path)).toEqual([
      "papiers/بطاقة الهوية/Page 1.webp",
      "papiers/بطاقة الهوية/Page 2.webp",
    ]);
    expect(
      index.papers
        .filter((paper) => paper.status === "binned")
        .every((paper) => paper.files[0]?.path.startsWith("corbeille/")),
    ).toBe(true);
    const page = readFileSync(join(folder, "lisez-moi.html"), "utf8");
    expect(page).toContain('<html lang="fr" dir="ltr">');
    expect(page).not.toMatch(/<script|<img|https?:/);
    for (const [, href = ""] of page.matchAll(/href="([^"]+)"/g))
      expect(() => readFileSync(join(folder, decodeURIComponent(href.replaceAll("&#39;", "'"))))).not.toThrow();
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  test("says what is not on this phone instead of leaving it out in silence (INV-1)", async () => {
    const { tab, browser } = await filled();
    const [kept] = must(await tab.api.papers()).filter((paper) => paper.record.status === "kept");
    const database = browser.disks.keys().next().value;
    if (kept === undefined || database === undefined) throw new Error("a paper");
    const store = await tab.store(database);
    const pointer = Object.values(kept.record.pages)[0]?.readable;
    if (!pointer) throw new Error("a page");
    must(await store.deleteBlobs([pointer.blob]));
    const words = wordsFor(must(await tab.api.papers()), []);
    const out = must(await tab.api.exportAll(words));
    expect(out.missing).toBe(1);
    const folder = await unpacked(out.file);
    const index = v.parse(exportIndexShape, JSON.parse(readFileSync(join(folder, "index.json"), "utf8")));
    expect(index.papers.find((paper) => paper.id === kept.id)?.missing).toEqual([1]);
    expect(readFileSync(join(folder, "lisez-moi.html"), "utf8")).toContain(words.sections.missingText);
  });

  test("of an empty satchel there is nothing to take, and a locked one gives nothing", async () => {
    const tab = openTab(createBrowser());
    expect(await tab.api.exportAll(exportWords())).toEqual({ ok: false, error: { type: "locked" } });
    must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
    expect(await tab.api.exportAll(exportWords())).toEqual({ ok: false, error: { type: "nothing" } });
  });

  test("the readable index of a person who reads from right to left says so", () => {
    const words = exportWords({ language: "ar", dir: "rtl", title: "أوراقي" });
    const page = exportHtml(words, {
      format: "besace-export",
      version: 1,
      made: "2026-11-22T05:00:00.000Z",
      language: "ar",
      profile: {},
      ahead: { followed: [], dates: [] },
      papers: [],
      dossiers: [],
    });
    expect(page).toContain('<html lang="ar" dir="rtl">');
    expect(page).toContain("<h1>أوراقي</h1>");
  });
});
