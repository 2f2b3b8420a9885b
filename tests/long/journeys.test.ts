/**
 * Each procedure in each language, from the first screen to the desk's answer: begun with a network that goes away in the
 * middle of the form, signed without it, cut again while the papers leave. One journey is made by keyboard alone.
 *
 * The desk speaks the person's language too; what was typed must arrive letter by letter, and every page byte by byte.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ProcedureId } from "../../src/forms/catalogue/index.ts";
import { type Desk, openStage, type Stage } from "../e2e/stage.ts";
import { createPerson, type FormGiven, type Person } from "../support/person.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { createWords, type Language } from "../support/words.ts";
import { report } from "./figures.ts";
import { createKeyboard, type Keyboard } from "./keyboard.ts";

const CODE = "418273";
const DESK_CODE = "284611";

type Story = {
  readonly given: FormGiven;
  /** The question at which the network goes away. */
  readonly cutAt: string;
  /** What must be read at the desk as it was typed. */
  readonly typed: readonly string[];
  /** Papers that go along, and their pages. */
  readonly papers: number;
  readonly pages: number;
};

/** What people of the three languages type. */
const TYPED = {
  fr: { given: "Zoé", family: "Quéffélec", place: "Nœuds-les-Mines", free: "L’été, j’habite chez ma sœur n° 4." },
  en: { given: "Siobhán", family: "O'Brien-Lloyd", place: "Dún Laoghaire", free: "It's complicated; please call me." },
  ar: { given: "فاطمة", family: "بن علي", place: "وهران", free: "أسكن عند أختي منذ 3 أشهر، وليس لي بريد." },
} as const satisfies Record<Language, unknown>;

const LOCALE = { fr: "fr-FR", en: "en-GB", ar: "ar" } as const satisfies Record<Language, string>;

let stage: Stage;
let desk: Desk;
let photos: readonly Photo[];

beforeAll(async () => {
  stage = await openStage({ delayMs: 20 });
  const camera = createCamera();
  const size = { width: 2400, height: 1800 };
  photos = [
    await camera.take({ seed: 401, template: "carte", ...size }),
    await camera.take({ seed: 402, template: "lettre", ...size }),
    await camera.take({ seed: 403, template: "facture", ...size }),
  ];
  await camera.close();
  desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), DESK_CODE);
});
afterAll(async () => {
  await stage?.close();
});

const files = (...of: readonly number[]): readonly string[] => of.map((n) => photos[n]?.path ?? "");

function story(procedure: (typeof PROCEDURES)[number], language: Language): Story {
  const { given, family, place, free } = TYPED[language];
  const contact = { given_name: given, family_name: family, phone: "06 12 34 56 78", reach_note: free };
  switch (procedure) {
    case "domiciliation":
      return {
        given: {
          answers: {
            given_name: given,
            family_name: family,
            birthdate: { day: "14", month: "3", year: "1990" },
            birth_place: place,
            nationality: "other",
            has_dependants: true,
            sleeping_place: "other",
            sleeping_other: free,
            commune_links: ["stays-here", "family"],
            commune_since: { year: "2024" },
            address_elsewhere: true,
            address_elsewhere_where: place,
            phone: null,
            email: "zoe@exemple.fr",
            reach: ["desk", "email"],
            has_support: true,
            support_name: given,
            support_phone: "01 23 45 67 89",
          },
          rows: {
            dependants: [
              { dependant_given_name: family, dependant_birthdate: { year: "2019" }, dependant_link: "child" },
              { dependant_given_name: given, dependant_birthdate: null, dependant_link: "partner" },
            ],
          },
          joined: {
            identity: { kind: "identity-card", files: files(0) },
            "commune-link": { kind: "proof-of-address", files: files(2, 1) },
          },
          notForeseen: `${free} ${free}`,
        },
        cutAt: "links",
        typed: [given, family, place, free, `${free} ${free}`, "zoe@exemple.fr", "0123456789"],
        papers: 2,
        pages: 3,
      };
    case "lettre-incomprise":
      return {
        given: {
          answers: { ...contact, note: free },
          joined: { letter: { kind: "letter-received", files: files(1) } },
        },
        cutAt: "note",
        typed: [given, family, free, "0612345678"],
        papers: 1,
        pages: 1,
      };
    case "demande-libre":
      return {
        given: {
          answers: { ...contact, request: `${free} ${place}` },
          joined: { papers: { kind: "pay-slip", files: files(2) } },
        },
        cutAt: "names",
        typed: [given, family, `${free} ${place}`, free, "0612345678"],
        papers: 1,
        pages: 1,
      };
  }
}

/** The readable pages of all papers, as the phone shows them. */
async function pagesHere(person: Person): Promise<readonly Buffer[]> {
  const pages: Buffer[] = [];
  for (const { title } of await person.papers()) pages.push(...(await person.paperBytes(title)));
  return pages;
}

async function answered(person: Person, number: string): Promise<void> {
  const wanted = person.words().within("dossiers.reply.received");
  for (let tries = 0; tries < 30; tries += 1) {
    await person.openDossier(number);
    await person.page.waitForTimeout(500);
    if (wanted.test(await person.screen())) return person.waitForStep("dossiers.thread.opened");
    await person.sendNow();
    await person.page.waitForTimeout(1000);
  }
  throw new Error(`the desk's answer never came; the screen says: ${await person.screen()}`);
}

const LANGUAGES = ["fr", "en", "ar"] as const satisfies readonly Language[];
const PROCEDURES = ["domiciliation", "lettre-incomprise", "demande-libre"] as const satisfies readonly ProcedureId[];
const JOURNEYS = PROCEDURES.flatMap((procedure) => LANGUAGES.map((language) => ({ procedure, language })));

for (const { procedure, language } of JOURNEYS) {
  const byKeyboard = procedure === "demande-libre" && language === "fr";
  const how = byKeyboard ? ", by keyboard alone" : "";
  test(`${procedure} in ${language}, from the first screen to the desk${how}`, async (context) => {
    const from = performance.now();
    const told = story(procedure, language);
    const { browser, ...phone } = await stage.phone(`phone-${procedure}-${language}`, { locale: LOCALE[language] });
    const keyboard: Keyboard | undefined = byKeyboard ? await createKeyboard(browser.page) : undefined;
    const person =
      keyboard === undefined ? phone.person : createPerson(keyboard.page, { url: stage.link.url, timeoutMs: 60_000 });

    await person.open();
    await person.chooseLanguage(language);
    expect(await browser.page.locator("html").getAttribute("dir")).toBe(language === "ar" ? "rtl" : "ltr");
    await person.readyOffline();
    await person.createSatchel(CODE);
    await person.drillCard(await person.cardGroups());

    await person.startProcedure(procedure);
    await person.fillIn(told.given, told.cutAt);
    stage.link.offline();
    await browser.context.setOffline(true);
    await person.fillIn(told.given);
    const check = await person.screen();
    for (const text of told.typed.slice(0, 3)) expect(check).toContain(text);
    await person.send();
    const number = await person.number();
    expect((await person.thread()).map((step) => step.state).slice(0, 2)).toEqual(["done", "now"]);
    const wide = await browser.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, "nothing to scroll sideways").toBeLessThanOrEqual(0);

    const cuts = stage.link.counters().cuts;
    const cut = stage.link.cutAfter("up", 30_000);
    stage.link.online();
    await browser.context.setOffline(false);
    await cut;
    await person.waitForStep("common.state.complete", 120_000);
    const here = await pagesHere(person);
    expect(here).toHaveLength(told.pages);

    await desk.helper.chooseLanguage(language);
    const row = await desk.helper.waitForRow((each) => each.number === number && each.papers.here === told.papers);
    expect(row.papers).toEqual({ here: told.papers, of: told.papers });
    await desk.helper.openDossier(number);
    const values = (await desk.helper.answers()).map((answer) => answer.value).join("\n");
    for (const text of told.typed) expect(values).toContain(text);
    const there = (await desk.helper.pageBytes()).map((page) => page.bytes);
    expect(there).toHaveLength(here.length);
    for (const bytes of here)
      expect(
        there.some((each) => each.equals(bytes)),
        "each page, byte by byte",
      ).toBe(true);
    await desk.helper.markReceived();
    await answered(person, number);
    const receipt = await person.receipt();
    expect(receipt).toContain(number);
    expect(receipt).toMatch(createWords(language).within("dossiers.receipt.opened"));
    if (keyboard !== undefined) {
      expect(keyboard.keys()).toBeGreaterThan(200);
      expect(await keyboard.pointers()).toBe(0);
      // The same count notices a pointer.
      await browser.page.locator("main").click({ position: { x: 1, y: 1 } });
      expect(await keyboard.pointers()).toBe(1);
      report(context, { "keys pressed": keyboard.keys() });
    }
    report(context, {
      answers: told.typed.length,
      papers: told.papers,
      pages: told.pages,
      "network away": stage.link.counters().cuts - cuts,
      seconds: Math.round((performance.now() - from) / 1000),
    });
    await desk.helper.backToInbox();
    await browser.close();
  });
}
