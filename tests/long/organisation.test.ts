/**
 * F1 and F2: a manager, a helper and a person on one server. The helper is invited and compared; a dossier with three papers
 * comes from a white zone; a piece is asked for and sent; a decision and an attestation are handed over and kept; the journal
 * says who did what. Then the helper leaves and opens nothing new. Nothing of it can be read at the server.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";
import { describeLeaks, findLeaks, type Marker, type Place, sliceMarkers } from "../support/leak.ts";
import type { FormGiven } from "../support/person.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { createTeam } from "../support/team.ts";
import { plain } from "../support/words.ts";

const MANAGER_CODE = "284611";
const HELPER_CODE = "417233";
const CODE = "418273";
const FAMILY_NAME = "Kerguélenec-5519";
const REASON = "Votre situation ouvre ce droit : mandarine-7730.";
const ASKED = "Il manque la deuxième page, celle du tampon : cormoran-2264.";
const TITLES = ["Carte tramontane 3317", "Facture mistral 4428", "Bulletin sirocco 5539"] as const;

const answersWith = (papers: readonly string[]): FormGiven => ({
  answers: {
    given_name: "Awa",
    family_name: FAMILY_NAME,
    called_name: "Awa",
    birthdate: { day: "2", month: "mai", year: "1987" },
    birth_place: "Dakar",
    nationality: null,
    has_dependants: false,
    sleeping_place: "with-someone",
    commune_links: ["stays-here"],
    commune_since: { year: "2025" },
    address_elsewhere: false,
    phone: "06 12 34 56 78",
    email: null,
    reach: ["desk"],
    has_support: false,
  },
  rows: {},
  joined: {
    identity: papers.length > 0 ? { papers: papers.slice(0, 1) } : { missing: true },
    "commune-link": papers.length > 1 ? { papers: papers.slice(1) } : { missing: true },
  },
});

let stage: Stage;
let photos: readonly Photo[];
let files: readonly string[];
beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photos = [
    await camera.take({ seed: 31, template: "facture" }),
    await camera.take({ seed: 32, template: "lettre" }),
    await camera.take({ seed: 33, template: "facture" }),
  ];
  await camera.close();
  const folder = join(stage.folder, "camera");
  mkdirSync(folder);
  files = photos.map((photo, n) => {
    const path = join(folder, `page-${n + 1}.jpg`);
    copyFileSync(photo.path, path);
    return path;
  });
});
afterAll(async () => {
  await stage?.close();
});

const started = performance.now();
const mark = (what: string): void => console.log(`${((performance.now() - started) / 1000).toFixed(1)} s  ${what}`);

test("F1, F2: invited, compared, received, asked, decided, handed over, told; who left opens nothing new; nothing leaks", async () => {
  const office = await stage.desk("manager");
  await office.helper.open();
  await office.helper.enrol(await stage.deskCode(), MANAGER_CODE);
  const manager = createTeam(office.helper);
  await manager.open();
  await manager.becomeFirst("Nadia Responsable", MANAGER_CODE);
  await office.helper.screenshot("equipe-seule");
  await manager.card();
  const groups = await manager.invite();
  expect(groups).toHaveLength(10);

  const second = await stage.desk("helper");
  await second.helper.open();
  const newcomer = createTeam(second.helper);
  await newcomer.join(groups, "Paul Aidant", HELPER_CODE);
  const seen = await newcomer.compared();
  await second.helper.screenshot("equipe-attendre");
  await office.helper.backToInbox();
  await manager.open();
  await expect.poll(() => manager.compared("Paul Aidant"), { timeout: 60_000 }).toBe(seen);
  await office.helper.screenshot("equipe-comparer");
  await manager.confirm();
  await second.helper.page
    .getByRole("heading", { level: 1, name: second.helper.words().matcher("desk.inbox.title") })
    .waitFor();
  mark("the team");

  // A white zone: the form and three papers wait; then the network.
  const { person, browser } = await stage.phone("phone");
  const { page } = person;
  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await browser.context.setOffline(true);
  stage.link.offline();
  const kinds = ["identity-card", "proof-of-address", "proof-of-address"] as const;
  for (const [at, title] of TITLES.entries())
    await person.addPaper({ kind: kinds[at] ?? "other", files: [files[at] ?? ""], title });
  await person.startProcedure("domiciliation");
  await person.fillIn(answersWith(TITLES));
  await person.send();
  const number = await person.number();
  await browser.context.setOffline(false);
  stage.link.online();
  await person.waitForStep("common.state.complete", 180_000);
  mark("delivered");

  const row = await second.helper.waitForRow((each) => each.number === number && each.papers.here === 3, 120_000);
  expect(row).toMatchObject({ name: `Awa ${FAMILY_NAME}`, papers: { here: 3, of: 3 } });
  await second.helper.openDossier(number);
  expect(await second.helper.papers()).toEqual(expect.arrayContaining([...TITLES]));
  expect(await second.helper.pageBytes()).toHaveLength(3);
  await second.helper.missingPiece("identity", "domiciliation", ASKED);
  await person.askUntil(number, "dossiers.asked.title");
  expect(await person.screen()).toContain("cormoran-2264");
  mark("a piece asked for");

  // Decision and attestation, hers alone.
  const desk = second.helper.page;
  await desk.getByRole("radio", { name: "Décider" }).check();
  await desk.getByRole("radio", { name: "Accordé", exact: true }).check();
  await desk.getByLabel("Pourquoi", { exact: true }).fill(REASON);
  await desk
    .locator('input[type="file"]')
    .first()
    .setInputFiles(files[1] ?? "");
  await desk.getByLabel("Nom de ce papier").fill("Attestation alizé 6641");
  await desk.getByRole("button", { name: "Remettre la décision" }).click();
  await desk.getByText(second.helper.words().within("desk.reply.kept")).first().waitFor();
  await second.helper.screenshot("decision");
  const sendNow = async (): Promise<void> => {
    await person.goto("outbox");
    await person.sendNow();
  };
  await expect
    .poll(
      async () => {
        await sendNow();
        await person.goto("dossiers");
        await person.openDossier(number);
        return plain(await person.screen());
      },
      { timeout: 120_000, interval: 1000 },
    )
    .toContain("mandarine-7730");
  await person.screenshot("decision-lue");
  await page.getByRole("button", { name: "Ranger dans ma besace" }).click();
  await page.getByRole("link", { name: /Voir/ }).or(page.getByText("rangé")).first().waitFor();
  await person.goto("papers");
  await page.getByText("Attestation alizé 6641").first().waitFor();
  mark("decided and kept");

  await expect
    .poll(
      async () => {
        await sendNow();
        await person.settings();
        await page.getByRole("link", { name: /Votre journal/ }).click();
        await page.getByRole("heading", { level: 1, name: "Votre journal" }).waitFor();
        return plain(await person.screen());
      },
      { timeout: 120_000, interval: 1000 },
    )
    .toMatch(/Paul Aidant, CCAS de Brévigny, a ouvert/);
  await person.screenshot("journal");
  mark("journal read");

  // The helper leaves: what comes now is for those who stay.
  await manager.open();
  await manager.remove("Paul Aidant");
  await person.goto("dossiers");
  await person.startProcedure("domiciliation");
  await person.fillIn(answersWith([]));
  await person.send();
  const after = await person.number();
  await person.waitForStep("common.state.deposited", 120_000);
  await office.helper.backToInbox();
  expect((await office.helper.waitForRow((each) => each.number === after, 120_000)).name).toBe(`Awa ${FAMILY_NAME}`);
  await office.helper.openDossier(after);
  expect((await office.helper.answers()).map(({ value }) => value)).toContain("Awa");
  await second.helper.page
    .getByRole("button", { name: second.helper.words().matcher("desk.inbox.look") })
    .click()
    .catch(() => undefined);
  await second.helper.page.waitForTimeout(5000);
  expect(await second.helper.screen()).not.toContain(after);
  await second.helper.screenshot("retire");
  mark("the helper left");

  await browser.close();
  await office.browser.close();
  await second.browser.close();
  await stage.server.kill("SIGTERM");
  const markers: readonly Marker[] = [
    ...[
      FAMILY_NAME,
      "mandarine-7730",
      "cormoran-2264",
      "alizé 6641",
      "Nadia Responsable",
      "Paul Aidant",
      ...TITLES,
    ].map((value) => ({ name: value, value })),
    { name: "invitation", value: groups.join("") },
    ...photos.flatMap((photo, n) => sliceMarkers(`photo ${n + 1}`, photo.bytes)),
  ];
  const places: readonly Place[] = [stage.server.data, stage.wire, { where: "server log", bytes: stage.server.log() }];
  const planted = join(stage.server.data, "planted.bin");
  writeFileSync(planted, Buffer.from(FAMILY_NAME, "utf16le"));
  const found = await findLeaks(markers, places);
  expect(
    found.leaks.some((leak) => leak.where.startsWith(planted)),
    "the planted leak is found",
  ).toBe(true);
  const real = { ...found, leaks: found.leaks.filter((leak) => !leak.where.startsWith(planted)) };
  expect(real.leaks, describeLeaks(real)).toEqual([]);
});
