/**
 * The whole thread (issue 2, A2 and A3): filled in without network by a person whose browser is killed, delivered over a
 * link that cuts every ten seconds, opened at the desk, answered; and nothing of it can be read anywhere in between.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeLeaks, findLeaks, type Marker, type Place, sliceMarkers } from "../support/leak.ts";
import type { FormGiven } from "../support/person.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { plain } from "../support/words.ts";
import { type Desk, openStage, type Phone, type Stage } from "./stage.ts";

const CODE = "418273";
const DESK_CODE = "284611";

/** Words that exist nowhere else. */
const FAMILY_NAME = "Quéffélec-Lumignon-7731";
const SLEEPS = "Dans la roulotte bleue du canal, n° 4417.";
const OWN_WORDS = "Ma situation est spéciale : zibeline-5520, un soir sur deux.";
const FILE_NAME = "facture-hirondelle-9083";
const TITLE = "Facture de la roulotte 6614";

const ANSWERS: FormGiven = {
  answers: {
    given_name: "Zoé",
    family_name: FAMILY_NAME,
    called_name: "Zo",
    birthdate: { day: "14", month: "mars", year: "1990" },
    birth_place: "Brest",
    nationality: null,
    has_dependants: true,
    sleeping_place: "other",
    sleeping_other: SLEEPS,
    commune_links: ["stays-here", "work"],
    commune_since: { year: "2024" },
    address_elsewhere: false,
    phone: "06 12 34 56 78",
    email: null,
    reach: ["call", "desk"],
    has_support: false,
  },
  rows: {
    dependants: [
      {
        dependant_given_name: "Ayoub",
        dependant_family_name: null,
        dependant_birthdate: { year: "2019" },
        dependant_link: "child",
      },
    ],
  },
  joined: { identity: { missing: true }, "commune-link": { papers: [TITLE] } },
  notForeseen: OWN_WORDS,
};

let stage: Stage;
let photos: readonly Photo[];
let files: readonly string[];

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photos = [await camera.take({ seed: 71, template: "facture" }), await camera.take({ seed: 72, template: "lettre" })];
  await camera.close();
  const folder = join(stage.folder, "camera");
  mkdirSync(folder);
  files = photos.map((photo, n) => {
    const path = join(folder, `${FILE_NAME}-${n + 1}.jpg`);
    copyFileSync(photo.path, path);
    return path;
  });
});
afterAll(async () => {
  await stage?.close();
});

/** A phone without any network: the browser knows it, and the link lets nothing through either. */
async function phoneInTheWhiteZone(): Promise<Phone> {
  const phone = await stage.phone("phone", { offline: true });
  await phone.person.open();
  await phone.person.unlock(CODE);
  return phone;
}

const started = performance.now();
/** Where the time of this long story goes, for whoever has to shorten it. */
const mark = (what: string): void => console.log(`${((performance.now() - started) / 1000).toFixed(1)} s  ${what}`);

test("A2, A3: offline, killed, cut, delivered sealed, proven, opened, answered; and nothing leaks", async () => {
  // The desk was opened some day before; the phone sees the app once with a network, and then no more.
  const desk: Desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), DESK_CODE);

  let phone: Phone = await stage.phone("phone");
  await phone.person.open();
  await phone.person.readyOffline();
  await phone.browser.context.setOffline(true);
  stage.link.offline();
  const loaded = stage.link.counters().up.delivered;

  mark("loaded and ready");
  // A satchel, its card, a paper of two pages. The browser is killed while the second page is being taken.
  await phone.person.createSatchel(CODE);
  const card = await phone.person.cardGroups();
  await phone.person.drillCard(card);
  await phone.person.beginPaper("proof-of-address");
  const first = await phone.person.addPages(files.slice(0, 1));
  expect(first).toEqual({ kept: 1, refused: [] });
  const taking = phone.person.addPages(files.slice(1)).catch(() => "killed");
  await phone.person.page.waitForTimeout(60);
  await phone.browser.kill();
  await taking;

  phone = await phoneInTheWhiteZone();
  const drafted = await phone.person.draft();
  expect([1, 2]).toContain(drafted);
  await phone.person.resumePaper();
  if (drafted === 1) expect((await phone.person.addPages(files.slice(1))).kept).toBe(1);
  await phone.person.finishPaper({ title: TITLE });
  const readable = await phone.person.paperBytes(TITLE);
  expect(readable).toHaveLength(2);
  for (const bytes of readable) expect(bytes.byteLength).toBeLessThanOrEqual(300 * 1024);

  mark("paper kept");
  // The form, question by question; killed once more in the middle: it goes on where it was, with what was typed.
  await phone.person.startProcedure("domiciliation");
  await phone.person.fillIn(ANSWERS, "sleeping-other");
  await phone.person.answer(ANSWERS);
  await phone.person.kept();
  await phone.browser.kill();

  phone = await phoneInTheWhiteZone();
  await phone.person.openDossier();
  await phone.person.resumeDossier();
  expect(phone.person.question()).toBe("sleeping-other");
  expect(await phone.person.page.getByRole("textbox").inputValue()).toBe(SLEEPS);
  await phone.person.fillIn(ANSWERS);
  const check = await phone.person.screen();
  for (const typed of [FAMILY_NAME, SLEEPS, OWN_WORDS, TITLE]) expect(check).toContain(typed);
  await phone.person.send();
  const number = await phone.person.number();
  expect((await phone.person.thread()).map((step) => step.state)).toEqual([
    "done",
    "now",
    "waiting",
    "waiting",
    "waiting",
  ]);
  expect(stage.link.counters().up.delivered, "nothing left the phone in the white zone").toBe(loaded);

  mark("signed off");
  // The network: 200 kbit/s up, a quarter of a second away, cut every ten seconds. Killed while pages are on their way.
  stage.link.set({ up: 200_000, down: 400_000, delayMs: 250, cuts: { onMs: 10_000, offMs: 1_000 } });
  const cuts = stage.link.counters().cuts;
  stage.link.online();
  await phone.browser.context.setOffline(false);
  mark("network");
  // The form is at the desk before its photos.
  const early = await desk.helper.waitForRow((row) => row.number === number, 180_000);
  expect(early.papers).toEqual({ here: 0, of: 1 });
  const before = stage.link.counters().up.delivered;
  while (stage.link.counters().up.delivered < before + 20_000) await phone.person.page.waitForTimeout(50);
  await phone.browser.kill();
  expect((await desk.helper.waitForRow((row) => row.number === number)).papers.here).toBe(0);

  mark("killed in the upload");
  phone = await stage.phone("phone");
  await phone.person.open();
  await phone.person.unlock(CODE);
  await phone.person.openDossier(number);
  await phone.person.waitForStep("common.state.depositedPapers", 180_000);
  await phone.person.waitForStep("common.state.complete", 180_000);

  expect(stage.link.counters().cuts).toBeGreaterThan(cuts);
  mark("complete");
  // The desk opens it: the same answers, the same bytes.
  const row = await desk.helper.waitForRow((each) => each.number === number && each.papers.here === each.papers.of);
  expect(row).toMatchObject({ name: `Zoé ${FAMILY_NAME}`, papers: { here: 1, of: 1 }, notForeseen: true });
  await desk.helper.openDossier(number);
  const answers = await desk.helper.answers();
  const words = desk.helper.words();
  const values = answers.map((answer) => answer.value);
  /** The person's own answers come before those about the people of the family, who are asked with the same words. */
  const answered = (field: string): string | undefined =>
    answers.find((answer) => answer.label === words.text(`form-domiciliation.${field}.label`))?.value;
  const choice = (field: string, id: string): string => words.text(`form-domiciliation.${field}.choices.${id}`);
  expect(answered("given_name")).toBe("Zoé");
  expect(answered("family_name")).toBe(FAMILY_NAME);
  expect(answered("birthdate")).toBe("14 mars 1990");
  expect(answered("birth_place")).toBe("Brest");
  expect(answered("sleeping_place")).toBe(choice("sleeping_place", "other"));
  expect(answered("sleeping_other")).toContain(SLEEPS);
  expect(answered("commune_links")).toContain(choice("commune_links", "work"));
  expect(answered("commune_since")).toBe("2024");
  // Ready to be copied into another software.
  expect(answered("phone")).toBe("0612345678");
  expect(values.join("\n")).toContain(OWN_WORDS);
  expect(values).toContain("Ayoub");
  expect(await desk.helper.papers()).toEqual([TITLE]);
  const pages = await desk.helper.pageBytes();
  expect(pages.map((page) => page.bytes.equals(readable[pages.indexOf(page)] ?? Buffer.alloc(0)))).toEqual([
    true,
    true,
  ]);
  await desk.helper.markReceived();

  mark("answered");
  // The person sees that it was opened, by whom, and the answer; the receipt says the same.
  await phone.person.askUntil(number, "dossiers.reply.received");
  await phone.person.waitForStep("dossiers.thread.opened");
  const receipt = await phone.person.receipt();
  expect(receipt).toContain(number);
  expect(receipt).toMatch(phone.person.words().within("dossiers.receipt.opened"));
  expect(receipt).toMatch(/(?:[0-9a-f]{4} ){7}[0-9a-f]{4}/);
  // The proofs are on the phone: readable without network, after everything was closed.
  await phone.browser.close();
  phone = await stage.phone("phone", { offline: true });
  await phone.person.open();
  await phone.person.unlock(CODE);
  await phone.person.openDossier(number);
  await phone.person.waitForStep("dossiers.thread.opened");
  expect(plain(await phone.person.receipt())).toBe(receipt);
  await phone.browser.close();
  await desk.browser.close();
  await stage.server.kill("SIGTERM");

  mark("proofs read again");
  // A3.
  const markers: readonly Marker[] = [
    { name: "family name", value: FAMILY_NAME },
    { name: "answer", value: SLEEPS },
    { name: "own words", value: "zibeline-5520" },
    { name: "title of the paper", value: TITLE },
    { name: "file name", value: FILE_NAME },
    { name: "card", value: card.join(" ") },
    { name: "card without spaces", value: card.join("") },
    ...photos.flatMap((photo, n) => sliceMarkers(`photo ${n + 1}`, photo.bytes)),
    ...readable.flatMap((bytes, n) => sliceMarkers(`page ${n + 1}`, bytes)),
  ];
  const places: readonly Place[] = [
    stage.server.data,
    stage.wire,
    join(stage.folder, "phone"),
    join(stage.folder, "desk"),
    { where: "server log", bytes: stage.server.log() },
  ];
  // The same search finds what is planted.
  const planted = [join(stage.server.data, "planted.bin"), join(stage.folder, "phone", "Default", "planted.bin")];
  const page = readable[0] ?? Buffer.alloc(0);
  writeFileSync(
    planted[0] ?? "",
    Buffer.concat([Buffer.from(FAMILY_NAME, "utf16le"), Buffer.from(Buffer.from(OWN_WORDS).toString("base64"))]),
  );
  writeFileSync(planted[1] ?? "", Buffer.concat([Buffer.from(SLEEPS), page.subarray(page.length / 4)]));
  const found = await findLeaks(markers, places);
  const seen = new Set(
    found.leaks.filter((leak) => planted.some((path) => leak.where.startsWith(path))).map((leak) => leak.marker),
  );
  expect([...seen]).toEqual(expect.arrayContaining(["family name", "own words", "answer"]));
  expect([...seen].some((name) => name.startsWith("page 1"))).toBe(true);
  for (const path of planted) rmSync(path);

  mark("searched once");
  const search = await findLeaks(markers, places);
  expect(search.bytes).toBeGreaterThan(1_000_000);
  expect(describeLeaks(search)).toBe("");
  mark("searched twice");
});
