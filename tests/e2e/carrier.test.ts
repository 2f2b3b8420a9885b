/**
 * B8: the carrier, in real browsers. A phone that never has a network packs what waits; another browser, without a satchel,
 * takes the file, is killed while it delivers, goes on, and gives a receipt back; the phone believes the proofs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Deployment } from "../../src/protocol/wire.ts";
import { carrierFile } from "../support/carrier-file.ts";
import { describeLeaks, findLeaks, type Marker, sliceMarkers } from "../support/leak.ts";
import { createLink, type Link } from "../support/link.ts";
import type { Person } from "../support/person.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { plain } from "../support/words.ts";
import { createPerson } from "../unit/server/people.ts";
import { openStage, type Phone, type Stage } from "./stage.ts";

const CODE = "418273";
const TITLE = "Lettre de la roulotte 6614";
const NOTE = "Que dit cette lettre sur la zibeline-5520 ?";
const TEN_YEARS_MS = 10 * 365.25 * 86_400_000;

let stage: Stage;
let photo: Photo;
/** The carrier's own line to the server; the phone's is cut for good. */
let line: Link;

beforeAll(async () => {
  stage = await openStage();
  line = await createLink({ target: stage.server.port });
  const camera = createCamera();
  photo = await camera.take({ seed: 73, template: "lettre" });
  await camera.close();
});
afterAll(async () => {
  await line?.close();
  await stage?.close();
});

const started = performance.now();
/** Where the time of this story goes, for whoever has to shorten it. */
const mark = (what: string): void => console.log(`${((performance.now() - started) / 1000).toFixed(1)} s  ${what}`);

/** Presses what hands a file over, and keeps the file. */
async function saved(person: Person, key: string, to: string): Promise<Buffer> {
  const { page } = person;
  const button = page.getByRole("button", { name: person.words().matcher(key) });
  const [download] = await Promise.all([page.waitForEvent("download"), button.first().click()]);
  const path = join(stage.folder, to);
  await download.saveAs(path);
  expect(download.suggestedFilename()).toBe(to);
  return readFileSync(path);
}

const pick = (page: Page, person: Person, key: string, file: string): Promise<void> =>
  page.getByLabel(person.words().within(key)).setInputFiles(file);

/** A share sheet that takes everything and remembers the text of the last file. */
const shareSheet = (): void => {
  Object.assign(navigator, {
    canShare: () => true,
    share: async ({ files }: { files: readonly File[] }) => {
      document.documentElement.dataset.shared = `${files[0]?.name} ${files[0]?.type} ${await files[0]?.text()}`;
    },
  });
};

async function carrierAt(profile: string, shares = false): Promise<Phone> {
  const carrier = await stage.phone(profile, { url: line.url });
  if (shares) await carrier.browser.page.addInitScript(shareSheet);
  await carrier.person.open("/porteur");
  await carrier.person.sees("porteur.carry.title");
  return carrier;
}

test("B8: packed offline, refused when it is wrong, killed while delivering, delivered, proven on a phone without network", async () => {
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), "284611");

  const { browser, person } = await stage.phone("phone");
  await person.open();
  await person.readyOffline();
  await browser.context.setOffline(true);
  stage.link.offline();
  const loaded = stage.link.counters().up.delivered;
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.addPaper({ kind: "letter-received", files: [photo.path], title: TITLE });
  const readable = await (async () => {
    await person.goto("papers");
    return person.paperBytes(TITLE);
  })();
  await person.startProcedure("lettre-incomprise");
  await person.fillIn({ joined: { letter: { papers: [TITLE] } }, answers: { note: NOTE } });
  await person.send();
  const number = await person.number();
  mark("signed off, never online");

  const words = person.words();
  await person.goto("outbox");
  await person.page.getByRole("link", { name: words.within("porteur-entry.give") }).click();
  await person.sees("porteur.pack.title");
  await person.screenshot("porteur-donner");
  await person.page.getByRole("button", { name: words.matcher("porteur.pack.prepare") }).click();
  await person.sees("porteur.pack.ready");
  const file = await saved(person, "porteur.hand.save", "besace-a-porter.pdf");
  await person.screenshot("porteur-donne");
  expect(file.subarray(0, 5).toString()).toBe("%PDF-");
  // INV-2: nothing has arrived because a file was made.
  await person.openDossier(number);
  expect((await person.thread()).map((step) => step.state).slice(0, 2)).toEqual(["done", "now"]);
  mark("packed");

  let carrier = await carrierAt("carrier");
  await carrier.person.screenshot("porteur-vide");
  const { serverKeys } = (await (await fetch(`${stage.server.url}/deployment.json`)).json()) as Deployment;
  const keys = serverKeys.map((key) => key.id);
  const stranger = await createPerson();
  const contents = { ops: [(await stranger.op()).op] };
  const tampered = Buffer.from(file);
  const middle = Math.floor(file.length / 2);
  tampered[middle] = (tampered[middle] ?? 0) ^ 1;
  const wrong: Readonly<Record<string, Uint8Array>> = {
    damaged: tampered,
    cut: file.subarray(0, -3000),
    foreign: (await carrierFile(stranger, contents, { keys: ["AAAAAAAAAAAAAAAAAAAAAA" as never] })).bytes,
    old: (await carrierFile(stranger, contents, { keys, madeAt: Date.now() - TEN_YEARS_MS })).bytes,
    "not-carrier": readFileSync(photo.path),
  };
  for (const [type, bytes] of Object.entries(wrong)) {
    const path = join(stage.folder, `wrong-${type}.pdf`);
    writeFileSync(path, bytes);
    await pick(carrier.person.page, carrier.person, "porteur.carry.choose", path);
    const said = carrier.person.page
      .getByRole("alert")
      .filter({ hasText: words.within(`porteur.refused.${type}.title`) });
    await said.waitFor();
    if (type === "foreign") {
      expect(plain(await said.innerText())).toContain("https://besace.example/");
      await carrier.person.screenshot("porteur-refuse");
    }
  }
  expect(await carrier.person.screen()).toContain(words.text("porteur.carry.empty"));
  mark("five wrong files refused");

  // Slow, so that the kill comes in the middle of the photograph.
  line.set({ up: 400_000 });
  const before = line.counters().up.delivered;
  await pick(carrier.person.page, carrier.person, "porteur.carry.choose", join(stage.folder, "besace-a-porter.pdf"));
  await carrier.person.says("porteur.taken.title");
  while (line.counters().up.delivered < before + 30_000) await carrier.person.page.waitForTimeout(20);
  await carrier.browser.kill();
  line.set({ up: "unlimited" });
  mark("killed while delivering");

  carrier = await carrierAt("carrier");
  await carrier.person.says("porteur.carry.delivered");
  await carrier.person.screenshot("porteur-arrive");
  await saved(carrier.person, "porteur.carry.saveBack", "besace-recepisse.txt");
  await carrier.person.says("porteur.carry.steps.given");
  // Replayed: said, and nothing is sent again.
  const sent = line.counters().up.delivered;
  await pick(carrier.person.page, carrier.person, "porteur.carry.choose", join(stage.folder, "besace-a-porter.pdf"));
  await carrier.person.says("porteur.known.delivered");
  expect(line.counters().up.delivered - sent).toBeLessThan(5000);
  mark("delivered");

  // Another carrier brings the same file once more: one dossier at the desk.
  const second = await carrierAt("second", true);
  await pick(second.person.page, second.person, "porteur.carry.choose", join(stage.folder, "besace-a-porter.pdf"));
  await second.person.says("porteur.carry.delivered");
  await second.person.screenshot("porteur-partage");
  await second.browser.page.getByRole("button", { name: words.matcher("porteur.carry.giveBack") }).click();
  await second.person.says("porteur.carry.steps.given");
  const shared = await second.browser.page.locator("html").getAttribute("data-shared");
  expect(shared).toMatch(/^besace-recepisse\.txt text\/plain Récépissé de porteur.*\nBESACE-RECEPISSE-1 \{/s);
  await second.browser.close();
  // The desk looks by itself every few seconds; a second dossier would stand beside the first.
  await desk.helper.waitForRow((row) => row.number === number && row.papers.here === 1);
  const rows = (await desk.helper.inbox()).filter((row) => row.number === number);
  expect(rows).toMatchObject([{ papers: { here: 1, of: 1 } }]);
  await desk.helper.openDossier(number);
  expect((await desk.helper.answers()).map((answer) => answer.value).join()).toContain(NOTE);
  expect((await desk.helper.pageBytes()).map((page) => page.bytes.equals(readable[0] ?? Buffer.alloc(0)))).toEqual([
    true,
  ]);
  await desk.browser.close();
  mark("at the desk");

  // The receipt comes back to the phone, still without network.
  await person.goto("outbox");
  await person.page.getByRole("link", { name: words.within("porteur-entry.receipt") }).click();
  await person.sees("porteur.receipt.title");
  await pick(person.page, person, "porteur.receipt.choose", join(stage.folder, "besace-a-porter.pdf"));
  await person.says("porteur.receipt.refused.not-receipt");
  await pick(person.page, person, "porteur.receipt.choose", join(stage.folder, "besace-recepisse.txt"));
  await person.says("porteur.receipt.all");
  await person.screenshot("porteur-recepisse");
  await pick(person.page, person, "porteur.receipt.choose", join(stage.folder, "besace-recepisse.txt"));
  await person.says("porteur.receipt.known");
  await person.openDossier(number);
  await person.waitForStep("common.state.complete");
  expect(await person.receipt()).toContain(number);
  expect(stage.link.counters().up.delivered, "the phone was never online").toBe(loaded);
  mark("proven on the phone");

  // It finds a network by itself later: it learns the same, and what was carried does not leave again.
  stage.link.online();
  await browser.context.setOffline(false);
  await person.sendNow();
  await person.delivered();
  expect(stage.link.counters().up.delivered - loaded).toBeLessThan(photo.bytes.length / 10);
  mark("online by itself");

  await carrier.browser.close();
  const markers: readonly Marker[] = [
    { name: "own words", value: "zibeline-5520" },
    { name: "title of the paper", value: TITLE },
    ...sliceMarkers("photo", photo.bytes),
    ...readable.flatMap((bytes, n) => sliceMarkers(`page ${n + 1}`, bytes)),
  ];
  const places = [
    join(stage.folder, "carrier"),
    join(stage.folder, "second"),
    { where: "the file", bytes: file },
    { where: "the receipt", bytes: readFileSync(join(stage.folder, "besace-recepisse.txt")) },
  ];
  const planted = join(stage.folder, "carrier", "Default", "planted.bin");
  writeFileSync(
    planted,
    Buffer.concat([Buffer.from(NOTE, "utf16le"), (readable[0] ?? Buffer.alloc(0)).subarray(5000)]),
  );
  const search = await findLeaks(markers, places);
  const [found, others] = [true, false].map((own) => ({
    ...search,
    leaks: search.leaks.filter((leak) => leak.where.includes("planted.bin") === own),
  }));
  expect(new Set(found?.leaks.map((leak) => leak.marker)).size).toBeGreaterThanOrEqual(2);
  expect(others === undefined ? "" : describeLeaks(others)).toBe("");
  mark("no leak at the carrier's");
});
