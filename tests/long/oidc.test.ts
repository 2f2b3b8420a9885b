/**
 * F6 in real browsers, over stand-ins of ProConnect and FranceConnect (oidc-provider on loopback): a helper signs in and opens
 * a dossier that waited for it, her closed desk needs it again; a person fills her profile line by line. The app must have
 * been built. Every address is "localhost": cookies know hosts and no ports, as one public address would have.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loginPages } from "../../src/protocol/login.ts";
import { openStage, type Stage } from "../e2e/stage.ts";
import { startOidcSite, type TestOidcSite } from "../support/oidc-site.ts";
import { freePort, ROOT } from "../support/server.ts";

const CODE = "418273";
const siret = "21480042300018";
const accounts = {
  anne: { given_name: "Anne", usual_name: "Martin", uid: "77", siret },
  ailleurs: { given_name: "Clara", usual_name: "Noir", uid: "79", siret: "13002526500013" },
  samia: {
    given_name: "Samia",
    family_name: "BENSAÏD",
    gender: "female",
    birthdate: "1985-00-00",
    birthcountry: "99352",
  },
};

let stage: Stage;
let site: TestOidcSite;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "besace-oidc-"));
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const secret = "a-secret-of-this-test-alone-0123456789";
  writeFileSync(join(folder, "site.secret"), secret);
  const one = { issuer, clientId: "besace-test", secretFile: "site.secret" };
  const file = join(folder, "logins.json");
  writeFileSync(file, JSON.stringify({ v: 1, organisations: { "ccas-brevigny": { ...one, siret } }, person: one }));
  stage = await openStage({ env: { BESACE_LOGIN: file } });
  const back = (page: (what: "guichet" | "personne") => string) =>
    (["guichet", "personne"] as const).map((what) => `http://localhost:${stage.server.port}${page(what)}`);
  site = await startOidcSite({
    port,
    accounts,
    redirects: back(loginPages.back),
    afterLogout: back(loginPages.gone),
    clientSecret: secret,
  });
});
afterAll(async () => {
  await stage?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Presses what opens the other site in a tab beside, says who one is there, and comes back. */
async function loginBeside(
  page: Page,
  press: () => Promise<void>,
  account: string,
  before?: (tab: Page) => Promise<void>,
): Promise<string> {
  const [tab] = await Promise.all([page.context().waitForEvent("page"), press()]);
  await tab.getByRole("link", { name: account }).click();
  await tab.waitForURL(/\/retour\?/);
  const title = await tab.getByRole("heading", { level: 1 }).innerText();
  await before?.(tab);
  await tab.close();
  return title;
}

/** The first helper of an organisation: its screen is in the desk's team, its worker is asked here as that screen asks it. */
async function becomeFirstHelper(page: Page): Promise<void> {
  const worker = readdirSync(join(process.env.BESACE_DIST ?? join(ROOT, "dist"), "assets")).find((name) =>
    /^desk\.worker-.*\.js$/.test(name),
  );
  const answers = await page.evaluate(
    async ([path, code]) => {
      const desk = new Worker(path, { type: "module" });
      const ask = (method: string, value: unknown): Promise<unknown> =>
        new Promise((done) => {
          const id = crypto.randomUUID();
          desk.addEventListener("message", ({ data }) => data.id === id && done(data.value));
          desk.postMessage({ id, type: "APPLY", path: [method], argumentList: [{ type: "RAW", value }] });
        });
      const opened = await ask("unlock", code);
      const first = await ask("becomeFirstHelper", { name: "Anne", code });
      desk.terminate();
      return [opened, first];
    },
    [`/assets/${worker}`, CODE] as const,
  );
  expect(answers).toMatchObject([{ ok: true }, { ok: true }]);
}

test("F6 a helper signs in at the stand-in and opens the dossier that waited; another establishment is refused", async () => {
  const { person } = await stage.phone("phone", { url: stage.link.url.replace("127.0.0.1", "localhost") });
  const desk = await stage.desk("desk", { url: `http://localhost:${stage.server.port}` });
  const { page } = desk.browser;
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), CODE);
  await page.getByText(/n’est à personne de l’équipe/).waitFor();

  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.startProcedure("demande-libre");
  await person.fillIn({
    answers: { given_name: "Zoé", family_name: "Morel", phone: "06 12 34 56 78", request: "Une aide pour le bus." },
  });
  await person.send();
  const number = await person.number();
  await person.waitForStep("common.state.complete", 120_000);

  await desk.helper.lock();
  await becomeFirstHelper(page);
  await desk.helper.open();
  await desk.helper.unlock(CODE);
  const go = page.getByRole("button", { name: /ProConnect/ });
  await go.waitFor();
  expect(await desk.helper.inbox()).toEqual([]);
  await desk.helper.screenshot("oidc-desk-needed");

  // The site would offer the same account again for hours: she leaves it there first.
  const leave = async (tab: Page): Promise<void> => {
    await tab.getByRole("link", { name: "Sortir de ce compte" }).click();
    await tab.getByRole("button", { name: "Oui" }).click();
    await tab.getByRole("heading", { name: "Session fermée" }).waitFor();
  };
  expect(await loginBeside(page, () => go.click(), "ailleurs", leave)).toBe("La connexion n’a pas abouti");
  await page.getByRole("alert").filter({ hasText: "une autre structure" }).waitFor();
  await desk.helper.screenshot("oidc-desk-refused");
  expect(await loginBeside(page, () => go.click(), "anne")).toBe("Connexion réussie");
  const row = await desk.helper.waitForRow((each) => each.number === number);
  expect(row.name).toContain("Morel");
  await desk.helper.openDossier(number);
  expect((await desk.helper.answers()).map(({ value }) => value).join("\n")).toContain("Une aide pour le bus.");
  expect(await page.getByRole("link", { name: "Sortir de ProConnect" }).getAttribute("href")).toBe(
    loginPages.out("guichet"),
  );

  // A closed desk gives its pass back; what arrived stays readable without one.
  await desk.helper.lock();
  await desk.helper.unlock(CODE);
  await page.getByRole("button", { name: /ProConnect/ }).waitFor();
  await desk.helper.openDossier(number);
  expect(stage.server.log()).not.toMatch(/Martin|21480042300018|id_token|code=/);
}, 600_000);

test("F6 a person fills her profile from the stand-in, line by line; the server kept and logged nothing of it", async () => {
  const { person, browser } = await stage.phone("phone-2", { url: stage.link.url.replace("127.0.0.1", "localhost") });
  const { page } = browser;
  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.settings();
  await page
    .getByRole("link", { name: /profil/i })
    .first()
    .click();
  const go = page.getByRole("button", { name: "Continuer vers FranceConnect" });
  await go.waitFor();
  await person.screenshot("oidc-profile-door");
  expect(await loginBeside(page, () => go.click(), "samia")).toBe("Vos informations sont arrivées");
  const line = (text: string) => page.getByRole("listitem").filter({ hasText: text });
  await line("BENSAÏD").waitFor();
  await person.screenshot("oidc-profile-lines");
  for (const text of ["BENSAÏD", "1985", "Algérie"]) {
    const kept = line(text).filter({ has: page.getByRole("button", { name: /^Garder/ }) });
    await kept.getByRole("button", { name: /^Garder/ }).click();
    await kept.waitFor({ state: "detached" });
  }
  const left = line("Samia").filter({ has: page.getByRole("button", { name: /^Ne pas garder/ }) });
  await left.getByRole("button", { name: /^Ne pas garder/ }).click();
  await left.waitFor({ state: "detached" });
  const profile = page.getByRole("main");
  for (const text of ["BENSAÏD", "1985", "Algérie"]) await profile.getByText(text, { exact: true }).first().waitFor();
  expect(await profile.getByText("Samia", { exact: true }).count()).toBe(0);
  expect(stage.server.log()).not.toMatch(/BENSA|Samia|1985/);
}, 600_000);
