/**
 * Files in and out in a real browser (issue 5, D8, D9): pages of PDFs drawn by our own tool, PDFs made to harm, files that come
 * from the system's share sheet, and what is handed on.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { manyPages, scriptedPdf, streamBomb } from "../support/pdf-files.ts";
import type { Person } from "../support/person.ts";
import { openStage, type Phone, type Stage } from "./stage.ts";

const CODE = "418273";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

const saved = (name: string, bytes: Uint8Array): string => {
  const path = join(stage.folder, name);
  writeFileSync(path, bytes);
  return path;
};

async function begin(name: string): Promise<Phone> {
  const phone = await stage.phone(name);
  await phone.person.open();
  await phone.person.readyOffline();
  await phone.person.createSatchel(CODE);
  await phone.person.laterCard();
  return phone;
}

/** The share of dark points in a band of the page that is shown; waits until it is drawn. */
async function darkness(person: Person, from: number, to: number): Promise<number> {
  const sheet = person.page.locator(".reader__page canvas");
  await sheet.waitFor();
  await expect.poll(() => sheet.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(100);
  return sheet.evaluate(
    (canvas: HTMLCanvasElement, [top, end]) => {
      const context = canvas.getContext("2d");
      const y = Math.round(canvas.height * top);
      const { data } = context?.getImageData(0, y, canvas.width, Math.round(canvas.height * end) - y) ?? { data: [] };
      let dark = 0;
      for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 255) < 100) dark += 1;
      return dark / Math.max(1, data.length / 4);
    },
    [from, to] as const,
  );
}

const button = (person: Person, key: string) => person.page.getByRole("button", { name: person.words().within(key) });

describe("files", () => {
  test("D8 pages of a PDF are drawn here; scripts in one do nothing; a bomb is ended within seconds and stays kept", async () => {
    const { browser, person } = await begin("files");
    const { page } = browser;
    const trouble: string[] = [];
    page.on("console", (message) => {
      if (/Content Security Policy|unsafe-eval/.test(message.text())) trouble.push(message.text());
    });
    const asked: string[] = [];
    page.context().on("request", (request) => {
      if (!request.url().startsWith(stage.link.url)) asked.push(request.url());
    });
    page.on("dialog", (dialog) => {
      trouble.push(dialog.message());
      void dialog.dismiss();
    });

    await person.addPaper({
      kind: "letter-received",
      title: "Trois pages",
      files: [saved("trois.pdf", manyPages(3)), saved("script.pdf", scriptedPdf("http://127.0.0.1:9/"))],
    });
    await page.getByRole("link", { name: /Trois pages/ }).click();
    expect(await darkness(person, 0.05, 0.12)).toBeGreaterThan(0.5);
    expect(await person.screen()).toContain("Page 1 sur 3 de ce PDF");
    await button(person, "papers.view.nextFull").click();
    await person.says("papers.pdf.pageOf");
    await expect.poll(() => darkness(person, 0.17, 0.24)).toBeGreaterThan(0.5);
    expect(await darkness(person, 0.05, 0.12)).toBeLessThan(0.1);
    await button(person, "papers.view.nextFull").click();
    await button(person, "papers.view.nextFull").click();
    // The scripted one: its page is drawn, and nothing else happens.
    await expect.poll(() => darkness(person, 0.05, 0.12)).toBeGreaterThan(0.5);
    expect(await person.screen()).toContain("Page 2 sur 2");

    await person.addPaper({
      kind: "letter-received",
      title: "Bombe",
      files: [saved("bombe.pdf", streamBomb(2048))],
    });
    await page.getByRole("link", { name: /Bombe/ }).click();
    await person.says("papers.pdf.heavy.title");
    // The page itself never stood still: it answers at once.
    const before = performance.now();
    await button(person, "common.action.retry").first().click();
    expect(performance.now() - before).toBeLessThan(5000);
    expect((await person.papers()).map((paper) => paper.title).sort()).toEqual(["Bombe", "Trois pages"]);
    expect(trouble).toEqual([]);
    expect(asked).toEqual([]);
  });
});
