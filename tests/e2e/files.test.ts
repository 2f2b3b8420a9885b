/**
 * Files in and out in a real browser (issue 5, D8, D9): pages of PDFs drawn by our own tool, PDFs made to harm, files that come
 * from the system's share sheet, and what is handed on.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getDocument, OPS } from "pdfjs-dist/legacy/build/pdf.mjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formBomb, manyPages, scriptedPdf } from "../support/pdf-files.ts";
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

/** Another place on this machine, with a form that hands files over as the system's share sheet does. */
async function otherApp(action: string) {
  const html = `<!doctype html><form method="post" enctype="multipart/form-data" action="${action}"><input type="file" name="files" multiple><button>Partager</button></form>`;
  const server = createServer((_request, response) => response.setHeader("content-type", "text/html").end(html));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise<void>((done) => void server.close(() => done())),
  };
}

/** The share sheet and the printer, at the browser's edge: what they were given is remembered. */
type Edge = { shared: string[]; printed: (readonly number[])[] };
const watchEdge = (person: Person): Promise<void> =>
  person.page.evaluate(() => {
    const edge: Edge = { shared: [], printed: [] };
    Object.assign(window, { besaceEdge: edge });
    Object.assign(navigator, {
      canShare: () => true,
      share: async ({ files = [] }: ShareData) => {
        for (const file of files) {
          const bytes = new Uint8Array(await file.arrayBuffer());
          let binary = "";
          for (const byte of bytes) binary += String.fromCharCode(byte);
          edge.shared.push(`${file.name} ${btoa(binary)}`);
        }
      },
    });
    window.print = () => {
      for (const canvas of document.querySelectorAll<HTMLCanvasElement>(".print-pages canvas"))
        edge.printed.push([canvas.width, canvas.height]);
      window.dispatchEvent(new Event("afterprint"));
    };
  });
const edgeOf = (person: Person): Promise<Edge> =>
  person.page.evaluate(() => (window as unknown as { besaceEdge: Edge }).besaceEdge);

const button = (person: Person, key: string) => person.page.getByRole("button", { name: person.words().within(key) });

describe("files", () => {
  test("D8, D9 pages of PDFs are drawn here, a bomb is ended; a marked copy is shared and printed; files come from another app", async () => {
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

    // D9: a copy for somebody. Four sheets: three of the first file, one of the other.
    await watchEdge(person);
    await page.getByRole("link", { name: "Partager une copie" }).click();
    await person.sees("partage.out.title");
    await expect.poll(() => page.getByRole("checkbox", { name: /feuille/ }).count()).toBe(4);
    await page.getByLabel(person.words().within("partage.out.who")).fill("Agence Loyer Clair");
    await button(person, "partage.out.prepare").click();
    await person.says("partage.out.ready");
    // What was white between the bars carries the words now.
    const preview = page.getByRole("img", { name: person.words().within("partage.out.preview") });
    await expect.poll(() => preview.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(50);
    const inked = await preview.evaluate((canvas: HTMLCanvasElement) => {
      const context = canvas.getContext("2d");
      const { data } = context?.getImageData(0, canvas.height * 0.45, canvas.width, canvas.height * 0.3) ?? {
        data: [],
      };
      let count = 0;
      for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 255) < 235) count += 1;
      return count / (data.length / 4);
    });
    expect(inked).toBeGreaterThan(0.005);
    expect(inked).toBeLessThan(0.3);
    await page.getByRole("button", { name: "Partager", exact: true }).click();
    await person.says("partage.out.shared");
    await button(person, "partage.out.print").click();
    await expect.poll(async () => (await edgeOf(person)).printed.length).toBe(4);
    const { shared, printed } = await edgeOf(person);
    const [name = "", content = ""] = (shared[0] ?? "").split(" ");
    expect([shared.length, name]).toEqual([1, "copie.pdf"]);
    expect(printed.every(([width = 0, height = 0]) => width > 700 && height > width)).toBe(true);
    const copy = await getDocument({ data: new Uint8Array(Buffer.from(content, "base64")), verbosity: 0 }).promise;
    expect(copy.numPages).toBe(4);
    for (let n = 1; n <= 4; n += 1) {
      const sheet = await copy.getPage(n);
      const { width, height } = sheet.getViewport({ scale: 1 });
      expect([Math.round(width), Math.round(height)]).toEqual([595, 842]);
      expect((await sheet.getOperatorList()).fnArray).toContain(OPS.paintImageXObject);
      expect((await sheet.getTextContent()).items).toEqual([]);
    }
    await copy.loadingTask.destroy();

    await person.addPaper({
      kind: "letter-received",
      title: "Bombe",
      files: [saved("bombe.pdf", formBomb(30))],
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

    // D9: another app hands over two files while the satchel is closed and the line is down.
    const other = await otherApp(`${stage.link.url}/partage`);
    await page.goto(other.url);
    await page.locator("input").setInputFiles([saved("note.pdf", manyPages(1)), saved("vide.jpg", new Uint8Array(0))]);
    stage.link.set({ mode: "half-open" });
    await page.getByRole("button", { name: "Partager" }).click();
    await page.waitForURL(`${stage.link.url}/partage`);
    await person.says("opening.shared");
    expect(await person.screen()).toContain("2 fichiers partagés attendent ici");
    await person.unlock(CODE);
    await person.sees("partage.in.title");
    expect(await person.screen()).toContain("note.pdf");
    await button(person, "partage.in.keep").click();
    await person.says("papers.page.kept-file");
    await person.says("papers.refusal.file-empty.title");
    await button(person, "common.action.continue").click();
    await person.sees("papers.details.title");
    await person.page.getByLabel(person.words().matcher("papers.details.name")).fill("Venu d’ailleurs");
    await button(person, "papers.keep.action").click();
    await person.sees("papers.title");
    expect((await person.papers()).map((paper) => paper.title)).toContain("Venu d’ailleurs");
    await other.close();
  });
});
