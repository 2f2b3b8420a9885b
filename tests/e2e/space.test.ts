/**
 * Room and data in a real browser (issue 3): a form on a full disk, papers that leave the phone and come back, photos that
 * wait for Wi-Fi while the form leaves, and a browser that erases what it was given.
 */
import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { Person } from "../support/person.ts";
import { createCamera } from "../support/photo.ts";
import { ROOT } from "../support/server.ts";
import { openStage, type Phone, type Stage } from "./stage.ts";

const CODE = "418273";
const DESK_CODE = "284611";
/** Too little for a page with its preview. */
const LEFT = 40_000;
/** Chromium remembers for so long how much it has granted a database. */
const GRANTED_MS = 31_000;

let stage: Stage;
let photo: string;

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  const taken = await camera.take({ seed: 72, template: "lettre" });
  await camera.close();
  photo = join(stage.folder, "photo.jpg");
  copyFileSync(taken.path, photo);
});
afterAll(async () => {
  await stage?.close();
});

async function begin(name: string): Promise<Phone> {
  const phone = await stage.phone(name);
  await phone.person.open();
  await phone.person.readyOffline();
  await phone.person.createSatchel(CODE);
  await phone.person.laterCard();
  return phone;
}

/** As the operator does: a backup beside the working server. The phone's line runs in this process, and must not stand still. */
async function backUp(): Promise<void> {
  await promisify(execFile)(process.execPath, ["src/server/admin/main.ts", "backup", join(stage.folder, "backup")], {
    cwd: ROOT,
    env: { ...process.env, BESACE_DATA: stage.server.data },
  });
}

/** Removes databases under the open app, as a browser does that makes room. */
const erase = (person: Person, all: boolean): Promise<void> =>
  person.page.evaluate(async (everything) => {
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined || (!everything && !name.startsWith("b-"))) continue;
      await new Promise<void>((done, fail) => {
        const gone = indexedDB.deleteDatabase(name);
        gone.onsuccess = () => done();
        gone.onerror = () => fail(gone.error);
      });
    }
  }, all);

const button = (person: Person, key: string) => person.page.getByRole("button", { name: person.words().within(key) });
const link = (person: Person, key: string) => person.page.getByRole("link", { name: person.words().matcher(key) });

describe.concurrent("room and data", () => {
  test("a full disk refuses a page kindly, and still keeps the answers of a form", async ({ expect }) => {
    const { browser, person } = await begin("full");
    const words = person.words();
    await person.beginPaper("letter-received");
    const used = await person.page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
    const session = await browser.context.newCDPSession(browser.page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: stage.link.url, quotaSize: used + LEFT });
    await person.page.waitForTimeout(GRANTED_MS);
    // A page that still got through means that the browser was late: the next one does not.
    let refused: readonly string[] = [];
    for (let tries = 0; refused.length === 0 && tries < 5; tries += 1)
      refused = (await person.addPages([photo])).refused;
    expect(refused.join(" ")).toContain(words.text("papers.refusal.full.title"));
    expect(await link(person, "papers.room.free").first().getAttribute("href")).toBe("/papiers/place");
    await person.startProcedure("demande-libre");
    await person.answer({ answers: { request: "Une demande que le disque plein garde." } });
    await person.kept();
    expect(await person.screen()).not.toContain(words.text("common.saved.not"));
    await person.open();
    await person.unlock(CODE);
    await person.openDossier();
    await person.resumeDossier();
    expect(await person.page.getByRole("textbox").first().inputValue()).toBe("Une demande que le disque plein garde.");
  });

  test("a paper leaves the phone once a backup covers it, says so, and comes back; the browser erases all: said", async ({
    expect,
  }) => {
    const { browser, person } = await begin("room");
    const words = person.words();
    await person.addPaper({ kind: "letter-received", files: [photo], title: "Lettre 6614" });
    await person.delivered();
    const before = await person.paperBytes("Lettre 6614");
    await person.open("/papiers/place");
    await person.unlock(CODE);
    await person.says("space.why.no-backup");
    await backUp();
    await person.sendNow();
    await person.delivered();
    await person.goto("papers");
    await person.open("/papiers/place");
    await person.unlock(CODE);
    await person.page.getByRole("checkbox", { name: "Lettre 6614" }).check();
    await button(person, "space.free").click();
    await person.says("space.freed");

    // Without network it says so; with one it comes back whole.
    await browser.context.setOffline(true);
    await person.page.getByRole("link", { name: /Lettre 6614/ }).click();
    await person.says("space.back.title");
    await button(person, "space.back.action").click();
    await person.says("space.back.no-network");
    await browser.context.setOffline(false);
    await button(person, "space.back.action").click();
    await person.says("space.back.done");
    const after = await person.paperBytes("Lettre 6614");
    expect(after.map((bytes) => bytes.equals(before[0] ?? Buffer.alloc(0)))).toEqual([true]);

    // The satchel's database goes under the open app: it closes, and says plainly what happened and what came back.
    await erase(person, false);
    await person.goto("outbox").catch(() => undefined);
    await person.unlock(CODE);
    await person.says("space.lost.title");
    await person.says("space.lost.back");
    await person.page.getByRole("button", { name: words.matcher("space.lost.read") }).click();
    expect(
      (await person.papers()).map(({ title, text }) => [title, text.includes(words.text("papers.state.absent"))]),
    ).toEqual([["Lettre 6614", true]]);
    await person.page.getByRole("link", { name: /Lettre 6614/ }).click();
    await button(person, "space.back.action").click();
    await person.says("space.back.done");

    // Everything goes: the first screen says it, from the mark that stands elsewhere.
    await erase(person, true);
    await person.open();
    await person.says("start.erased.title");
  });

  test("photos wait for Wi-Fi while the form leaves; sending anyway sends them", async ({ expect }) => {
    const desk = await stage.desk("desk");
    await desk.helper.open();
    await desk.helper.enrol(await stage.deskCode(), DESK_CODE);
    const { person } = await begin("wifi");
    const words = person.words();
    await person.goto("outbox");
    await person.page.getByRole("checkbox", { name: words.within("space.wifi.label") }).check();
    await person.addPaper({ kind: "identity-card", files: [photo], title: "Carte 2210" });
    await person.startProcedure("demande-libre");
    await person.fillIn({
      answers: { request: "Le formulaire part, la photo attend.", given_name: "Zoé", family_name: "Lumignon" },
      joined: { papers: { papers: ["Carte 2210"] } },
    });
    await person.says("dossiers.check.wifi");
    await person.send();
    const row = await desk.helper.waitForRow(() => true);
    expect(row).toBeDefined();
    await person.goto("outbox");
    await person.says("outbox.waits.wifi");
    expect(await person.screen()).toMatch(words.within("outbox.step.deposited"));
    await button(person, "outbox.anyway").click();
    await person.delivered();
  });
});
