/** What the list of papers says beside each paper's own state. Runs in Node over memory stores. */
import { expect, test } from "vitest";
import { file, jpeg, pdf } from "./files.ts";
import { createBrowser, eventually, must, openTab } from "./world.ts";

test("D5: a list says when a dossier last had to do with a paper, and nothing of papers that none uses", async () => {
  const tab = openTab(createBrowser());
  must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const [used, other] = await Promise.all(
    ["proof-of-address", "tax-notice"].map(async (kind) => {
      const { id } = must(await tab.api.startPaper({ kind }));
      must(await tab.api.addPage(id, file(jpeg({ width: 40, height: 30 }), "a.jpg")));
      return must(await tab.api.keepPaper(id)).id;
    }),
  );
  const dossier = must(
    await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: "ccas-brevigny" }),
  );
  must(await tab.api.attach(dossier.id, "identity", [used as never], false));
  const papers = must(await tab.api.papers());
  const { updatedAt } = must(await tab.api.dossier(dossier.id)).record;
  expect(papers.find(({ id }) => id === used)?.usedAt).toBe(updatedAt);
  expect(papers.find(({ id }) => id === other)).not.toHaveProperty("usedAt");
});

test("D5: an opening leaves the hint for the next one, whatever screen it began with", async () => {
  const browser = createBrowser();
  const tab = openTab(browser);
  const { database } = must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const hint = async () => must(await (await tab.store(database)).hint());
  for (let n = 0; n < 40; n += 1) {
    const { id } = must(await tab.api.startPaper({ kind: "identity-card" }));
    must(await tab.api.addPage(id, file(pdf(), "carte.pdf")));
    // Of few papers no hint is used, so none is written.
    expect(await hint()).toBeUndefined();
    must(await tab.api.keepPaper(id));
  }
  expect(await eventually(hint)).toBeInstanceOf(Uint8Array);
});
