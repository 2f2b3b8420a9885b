/**
 * B7: two real browsers, one satchel. The satchel comes to the second phone without network, by pasted text; then both are
 * offline and write different things about the same papers and the same dossier; then both have a network again.
 * Equal afterwards, nothing lost, the other answers visible and settled by one press.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeAxe, runAxe } from "../support/axe.ts";
import type { FormGiven } from "../support/person.ts";
import { createCamera } from "../support/photo.ts";
import { plain } from "../support/words.ts";
import { openStage, type Phone, type Stage } from "./stage.ts";

const CODE = "418273";
const OTHER_CODE = "739215";

const FIRST: FormGiven = {
  answers: {
    given_name: "Zoé",
    family_name: "Quéffélec",
    has_dependants: true,
  },
  rows: { dependants: [{ dependant_given_name: "Ayoub", dependant_family_name: null, dependant_link: "child" }] },
};

let stage: Stage;
let photo: string;

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photo = (await camera.take({ seed: 81, template: "facture" })).path;
  await camera.close();
});
afterAll(async () => {
  await stage?.close();
});

/** Goes to an address of the app as a link in the page would, so that the satchel stays open. */
async function visit({ person }: Phone, path: string): Promise<void> {
  await person.page.evaluate((href) => {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = "test";
    document.querySelector("main")?.append(link);
    link.click();
    link.remove();
  }, path);
  await person.page.waitForURL((url) => url.pathname === path);
  await person.page.locator("main h1:not(.sr)").first().waitFor();
}

const press = async ({ person }: Phone, key: string): Promise<void> => {
  const name = person.words().matcher(key);
  const { page } = person;
  await page.getByRole("button", { name }).or(page.getByRole("link", { name })).first().click();
};
const textOf = async ({ person }: Phone, css: string): Promise<string> => {
  const found = person.page.locator(css).first();
  await found.waitFor();
  return plain(await found.innerText());
};
const fill = ({ person }: Phone, key: string, value: string): Promise<void> =>
  person.page.getByLabel(person.words().matcher(key)).fill(value);
const typeCode = async ({ person }: Phone, code: string): Promise<void> => {
  for (const digit of code) await person.page.getByRole("button", { name: digit, exact: true }).click();
};
const offline = async (phone: Phone, yes: boolean): Promise<void> => phone.browser.context.setOffline(yes);

/** Everything about the shared things that both devices show, as text. */
async function shown(phone: Phone, dossier: string, papers: readonly string[]): Promise<readonly string[]> {
  const said: string[] = [];
  for (const path of papers) {
    await visit(phone, path);
    const main = phone.person.page.locator("main");
    await main.locator("section[aria-labelledby=paper-about]").waitFor();
    const boxes = (await main.locator("section.other").allInnerTexts()).map(plain);
    said.push(await textOf(phone, "main h1"), ...boxes, await textOf(phone, "section[aria-labelledby=paper-about]"));
  }
  await visit(phone, `${dossier}/relire`);
  said.push(...(await phone.person.page.locator("main dl").allInnerTexts()).map(plain));
  await visit(phone, dossier);
  await phone.person.page.locator("main section.other").first().waitFor();
  said.push(...(await phone.person.page.locator("main section.other").allInnerTexts()).map(plain));
  await visit(phone, "/reponses");
  await phone.person.page.locator("main .list").first().waitFor();
  said.push(await textOf(phone, "main"));
  return said;
}

const started = performance.now();
/** Where the time of this long story goes, for whoever has to shorten it. */
const mark = (what: string): void => console.log(`${((performance.now() - started) / 1000).toFixed(1)} s  ${what}`);

test("B7 two browsers, one satchel: written apart, equal afterwards, nothing lost, other answers settled", async () => {
  const [a, b] = await Promise.all([stage.phone("first"), stage.phone("second")]);
  await Promise.all([a.person.open(), b.person.open()]);
  await Promise.all([a.person.readyOffline(), b.person.readyOffline()]);
  await Promise.all([offline(a, true), offline(b, true)]);
  stage.link.offline();

  mark("loaded and ready");
  await a.person.createSatchel(CODE);
  await a.person.laterCard();
  await a.person.addPaper({ kind: "identity-card", files: [photo], title: "Carte" });
  await a.person.addPaper({ kind: "passport", files: [photo], title: "Passeport" });
  await a.person.startProcedure("domiciliation");
  const dossier = /\/dossiers\/[^/]+/.exec(a.person.page.url())?.[0] ?? "";
  await a.person.answer(FIRST);
  await a.person.goOn();
  await visit(a, `${dossier}/question/has-dependants`);
  await a.person.answer(FIRST);
  await a.person.kept();
  await visit(a, `${dossier}/question/dependants`);
  await a.person.answer(FIRST);

  mark("written on the first phone");
  // The transfer: two texts, a number, four pictures. Neither phone has a network.
  await press(b, "start.already");
  await press(b, "start.other.bring");
  const request = await textOf(b, "#demande");
  expect(request).toMatch(/^BSR1\./);
  expect(describeAxe(await runAxe(b.person.page))).toBe("");
  await a.person.settings();
  await press(a, "settings.code.devices");
  await press(a, "devices.add");
  await fill(a, "devices.old.paste", request);
  await press(a, "common.action.continue");
  await a.person.sees("devices.old.code.title");
  await typeCode(a, CODE);
  await a.person.sees("devices.old.compare.title");
  const number = await textOf(a, ".sixdigits");
  await press(b, "devices.new.request.next");
  await fill(b, "devices.new.number.label", number);
  await press(b, "devices.new.number.check");
  await b.person.sees("devices.new.compare.title");
  expect(await textOf(b, ".pics--four")).toBe(await textOf(a, ".pics--four"));
  expect(describeAxe(await runAxe(a.person.page))).toBe("");
  await press(a, "devices.old.compare.same");
  const answer = await textOf(a, "#reponse");
  expect(answer).toMatch(/^BSA1\./);
  await fill(b, "devices.new.compare.paste", answer);
  await press(b, "devices.new.compare.open");
  await b.person.sees("devices.new.code.title");
  for (const _ of ["once", "again"]) {
    await typeCode(b, OTHER_CODE);
    await press(b, "common.action.confirm");
  }
  await b.person.says("devices.arriving.title");
  expect(await b.person.papers()).toEqual([]);

  mark("handed over");
  // The network brings everything to the second phone.
  stage.link.online();
  await Promise.all([offline(a, false), offline(b, false)]);
  await a.person.sendNow();
  await a.person.delivered();
  await b.person.sendNow();
  await b.person.goto("papers");
  await b.person.page.getByText("Passeport").first().waitFor();
  const papers = (await b.person.papers()).map((paper) => paper.path);
  const pathOf = async (phone: Phone, title: string): Promise<string> =>
    (await phone.person.papers()).find((paper) => paper.title === title)?.path ?? "";
  const [card, passport] = [await pathOf(b, "Carte"), await pathOf(b, "Passeport")];
  expect(papers.sort()).toEqual([card, passport].sort());

  mark("both hold the same");
  // Both offline again, both write.
  stage.link.offline();
  await Promise.all([offline(a, true), offline(b, true)]);
  const write = async (
    phone: Phone,
    mine: {
      readonly name: string;
      readonly row: string;
      readonly step: string;
      readonly answers: NonNullable<FormGiven["answers"]>;
    },
  ) => {
    const { person } = phone;
    await visit(phone, `${dossier}/question/names/revoir`);
    await person.answer({ answers: { given_name: mine.name } });
    await person.kept();
    await visit(phone, `${dossier}/question/dependants/revoir`);
    await person.answer({
      rows: {
        dependants: [{ dependant_given_name: mine.row, dependant_family_name: null, dependant_link: "child" }],
      },
    });
    // E8: by field: one chooses a place to sleep and a link, the other a link alone.
    for (const step of new Set(["links", mine.step])) {
      await visit(phone, `${dossier}/question/${step}/revoir`);
      await person.answer({ answers: mine.answers });
      await person.kept();
    }
    await visit(phone, `${card}/pages`);
    expect((await person.addPages([photo])).refused).toEqual([]);
    await visit(phone, `${card}/infos`);
    await fill(phone, "papers.details.name", `Carte de ${mine.name}`);
    await press(phone, "papers.edit.save");
    await person.page.waitForURL((url) => !url.pathname.endsWith("/infos"));
  };
  const given = { sleeping_place: "hotel", commune_links: ["work"] };
  await write(a, { name: "Zoélie", row: "Inès", step: "sleeping", answers: given });
  await write(b, { name: "Zoé-Marie", row: "Malo", step: "links", answers: { commune_links: ["family"] } });
  // One takes the first row away and bins the passport; the other writes in both.
  await visit(a, `${dossier}/question/dependants/revoir`);
  await a.person.page
    .getByRole("listitem")
    .filter({ hasText: "Ayoub" })
    .getByRole("button", { name: /Retirer/ })
    .click();
  await press(a, "dossiers.row.removeYes");
  await a.person.page.getByRole("listitem").filter({ hasText: "Ayoub" }).waitFor({ state: "detached" });
  await visit(a, passport);
  await a.person.page.getByRole("button", { name: a.person.words().within("papers.view.bin") }).click();
  await a.person.sees("papers.title");
  await visit(b, `${dossier}/question/dependants/revoir`);
  await b.person.page.getByRole("listitem").filter({ hasText: "Ayoub" }).getByRole("link").first().click();
  await b.person.sees("dossiers.row.name");
  await b.person.page.locator("main input[type=text]").first().fill("Ayoub-Léo");
  await b.person.kept();
  await visit(b, `${passport}/infos`);
  await fill(b, "papers.details.name", "Passeport périmé");
  await press(b, "papers.edit.save");
  await b.person.page.waitForURL((url) => !url.pathname.endsWith("/infos"));

  mark("written apart");
  stage.link.online();
  await offline(a, false);
  await a.person.sendNow();
  await a.person.delivered();
  await offline(b, false);
  await b.person.sendNow();
  await b.person.delivered();
  await a.person.sendNow();

  mark("met again");
  // Nothing lost: both rows and the one that was taken away, three pages, both names, the passport out of the bin.
  await visit(a, "/reponses");
  await a.person.page
    .getByText(/Passeport périmé/)
    .first()
    .waitFor();
  await expect
    .poll(async () => await shown(a, dossier, [card, passport]), { timeout: 60_000 })
    .toEqual(await shown(b, dossier, [card, passport]));
  const all = (await shown(b, dossier, [card, passport])).join("\n");
  const answers = [
    "Zoélie",
    "Zoé-Marie",
    "Inès",
    "Malo",
    "Ayoub-Léo",
    "hôtel",
    "Je travaille ici",
    "de la famille ici",
  ];
  for (const kept of [...answers, "Passeport périmé", "3 pages"]) expect(all).toContain(kept);

  mark("compared");
  // One press on one phone, and both say the same.
  await visit(b, dossier);
  const box = b.person.page.locator("main section.other").filter({ hasText: "Zoé-Marie" });
  expect(describeAxe(await runAxe(b.person.page))).toBe("");
  await box.getByRole("button", { name: b.person.words().matcher("others.take") }).click();
  await box.waitFor({ state: "detached" });
  await b.person.sendNow();
  await b.person.delivered();
  await a.person.sendNow();
  await visit(a, dossier);
  await a.person.page.locator("main section.other").filter({ hasText: "Zoé-Marie" }).waitFor({ state: "detached" });
  await expect
    .poll(async () => await shown(a, dossier, [card]), { timeout: 60_000 })
    .toEqual(await shown(b, dossier, [card]));
  mark("settled");
});
