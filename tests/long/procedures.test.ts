/**
 * E4: every procedure of the catalogue in French and in Arabic, in a real browser without network, by keyboard alone: from the
 * list of procedures through each question that becomes visible to the sealed dossier in "Mes envois", or to the printed sheet
 * with every answer on it. The browser is killed in the middle of each procedure in one of the languages; in the other the
 * person stops there and takes it up again. Two languages side by side, each one browser and one satchel for all.
 *
 * Surprising fact: what is to be asked next is worked out by the engine in Node, next to the browser: a question that the
 * screen leaves out, or asks without reason, fails the walk at once.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadProcedure, type ProcedureId, procedures } from "../../src/forms/catalogue/index.ts";
import { nextStep, reviewLines, type Step, viewForm } from "../../src/forms/engine.ts";
import type { AnswerValue, Field, Form, FormState } from "../../src/forms/model.ts";
import { type Desk, openStage, type Stage } from "../e2e/stage.ts";
import {
  answered,
  blankState,
  fieldsOf,
  nextPlace,
  ROWS,
  rowOf,
  sayAt,
  type Taste,
  walk,
  withRow,
} from "../support/answerer.ts";
import type { TestBrowser } from "../support/browser.ts";
import { axeOf, createHand, faultsOf, type Hand } from "../support/hand.ts";
import { createPerson, type Person } from "../support/person.ts";
import { createCamera } from "../support/photo.ts";
import { createWords, type Language, plain, type Words } from "../support/words.ts";
import { report } from "./figures.ts";
import { createKeyboard, type Keyboard } from "./keyboard.ts";

const CODE = "418273";
const DESK_CODE = "284611";
const LOCALE = { fr: "fr-FR", ar: "ar" } as const;
type Spoken = keyof typeof LOCALE;
const SPOKEN = ["fr", "ar"] as const satisfies readonly Language[];
const PAPER = { fr: "Ma carte", ar: "بطاقتي" } as const;
const ALONE = { fr: "Mon cas est à part, n° 1.", ar: "حالتي مختلفة." } as const;

/** A language: its browser, its satchel, and the kinds of screen that axe has looked at. */
interface Lane {
  readonly language: Spoken;
  readonly words: Words;
  browser: TestBrowser;
  person: Person;
  hand: Hand;
  keyboard: Keyboard;
  readonly looked: Set<string>;
}

interface Row {
  readonly procedure: ProcedureId;
  readonly language: Spoken;
  readonly questions: number;
  readonly answers: number;
  readonly keys: number;
  readonly axe: number;
  readonly stopped: string;
  readonly end: string;
  readonly seconds: number;
}

/** Signed without network: what the desk must read once there is one. */
interface Sealed {
  readonly number: string;
  readonly form: Form;
  readonly state: FormState;
}

const french = createWords("fr");
const lanes = new Map<Spoken, Lane>();
const rows: Row[] = [];
const sealed: Sealed[] = [];
let stage: Stage;
let desk: Desk;

const day = (): string => new Date().toISOString().slice(0, 10);

/** Everything that the procedures need is in the caches: they come after the shell. */
async function everythingHere(lane: Lane): Promise<void> {
  const folder = process.env.BESACE_DIST ?? join(import.meta.dirname, "..", "..", "dist");
  const built = JSON.parse(readFileSync(join(folder, ".vite", "manifest.json"), "utf8")) as Record<
    string,
    { readonly file: string }
  >;
  const languages = `(?:fr|${lane.language})`;
  const wanted = new RegExp(
    `^(src/forms/catalogue/.+|locales/${languages}/(form-.+|fields|journey|procedures.*)\\.json|src/app/features/dossiers/(More|fields/Rare)\\.tsx)$`,
  );
  const files = Object.entries(built).flatMap(([source, { file }]) => (wanted.test(source) ? [file] : []));
  expect(files.length).toBeGreaterThan(2 * procedures.length);
  const missing = (): Promise<readonly string[]> =>
    lane.browser.page.evaluate(async (names) => {
      const held = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
      const paths = new Set(held.flat().map(({ url }) => new URL(url).pathname.slice(1)));
      return names.filter((name) => !paths.has(name));
    }, files);
  for (const end = Date.now() + 180_000; ; await sleep(200)) {
    const absent = await missing();
    if (absent.length === 0) return;
    if (Date.now() > end) throw new Error(`never came to this phone: ${absent.join(" ")}`);
  }
}

async function drive(language: Spoken, offline: boolean): Promise<Lane> {
  const { browser } = await stage.phone(`phone-${language}`, { locale: LOCALE[language], offline });
  const keyboard = await createKeyboard(browser.page);
  const words = createWords(language);
  const person = createPerson(keyboard.page, { url: stage.link.url, language, timeoutMs: 60_000 });
  const looked = lanes.get(language)?.looked ?? new Set();
  const lane: Lane = { language, words, browser, person, hand: createHand(browser.page), keyboard, looked };
  lanes.set(language, lane);
  return lane;
}

beforeAll(async () => {
  stage = await openStage();
  // Its key is known before anybody signs: what is signed without network is sealed at once.
  desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), DESK_CODE);
  const camera = createCamera();
  const photo = await camera.take({ seed: 411, template: "carte", width: 2000, height: 1500 });
  await camera.close();
  await Promise.all(
    SPOKEN.map(async (language) => {
      const lane = await drive(language, false);
      const { person } = lane;
      await person.open();
      await person.chooseLanguage(language);
      await person.readyOffline();
      await person.createSatchel(CODE);
      await person.laterCard();
      await person.beginPaper("identity-card");
      // No pointer either, and no window of the system that a busy machine opens too late.
      await createPerson(lane.browser.page, { url: stage.link.url, language }).addPages([photo.path]);
      await person.finishPaper({ title: PAPER[language] });
      await everythingHere(lane);
    }),
  );
  stage.link.offline();
  await Promise.all([...lanes.values()].map(({ browser }) => browser.context.setOffline(true)));
}, 600_000);

afterAll(async () => {
  for (const lane of lanes.values()) await lane.browser.kill();
  await stage?.close();
  if (rows.length === 2 * procedures.length) writeResults();
});

/* ---- looking ---- */

/** Cheap look at every screen; axe once per kind of screen and language. */
async function look(lane: Lane, kind: string, main = true): Promise<void> {
  const { page } = lane.hand;
  expect(await faultsOf(page, { language: lane.language, main }), `${kind} at ${page.url()}`).toEqual([]);
  if (lane.looked.has(kind)) return;
  lane.looked.add(kind);
  expect(await axeOf(page), `axe on ${kind} at ${page.url()}`).toBe("");
}

const kindsOf = (fields: readonly Field[]): string =>
  [...new Set(fields.map((field) => ("unknown" in field && field.unknown ? `${field.type}?` : field.type)))]
    .sort()
    .join(" ");

/* ---- what a reader of French reads ---- */

const tight = (text: string): string => plain(text).replace(/\s+/g, "");

function frenchDate(date: string): string {
  const [year, month, dayOf] = date.split("-");
  if (month === undefined) return date;
  const at = new Date(`${year}-${month}-${dayOf ?? "01"}T12:00:00Z`);
  const text = new Intl.DateTimeFormat("fr-FR", {
    year: "numeric",
    month: "long",
    ...(dayOf === undefined ? {} : { day: "numeric" as const }),
    timeZone: "UTC",
  }).format(at);
  return text.replace(/^1(?=\s)/, "1er");
}

const UNIT = { euro: "€", percent: "%", m2: "m²", km: "km" } as const;

/** What the sheet says of an answer, from the words of the form and not from the code that draws it. */
function frenchOf(form: Form, field: Field, answer: AnswerValue | null): string {
  const choice = (id: string): string =>
    field.type === "civility"
      ? french.text(`common.question.${id}`)
      : french.text(`form-${form.id}.${field.id}.choices.${id}`);
  switch (answer?.v) {
    case undefined:
      return french.text("journey.sheet.blank");
    case "text":
    case "other":
      return answer.text;
    case "choice":
      return choice(answer.id);
    case "choices":
      return answer.ids.map(choice).join(" ; ");
    case "pair":
      return [answer.first, answer.second].flatMap((id) => (id === null ? [] : [choice(id)])).join(" ; ");
    case "date":
      return frenchDate(answer.date);
    case "number": {
      const unit = "unit" in field ? field.unit : undefined;
      const said =
        unit === "own" ? french.text(`form-${form.id}.${field.id}.unit`) : unit === undefined ? "" : UNIT[unit];
      return `${answer.number.replace(".", ",")} ${said}`;
    }
    case "yesno":
      return french.text(answer.yes ? "common.action.yes" : "common.action.no");
    case "place":
      // Belgium is the one country of these walks.
      return field.type === "country" ? "Belgique" : answer.name;
    case "address":
      return [answer.street, answer.more, `${answer.postal} ${answer.city}`].filter(Boolean).join(", ");
    case "unknown":
      return french.text("common.question.unknown");
    default:
      throw new Error(`no words for ${answer?.v}`);
  }
}

/** The printed sheet against the script: every question with its answer, in order, every paper, and that nothing was filed. */
async function checkSheet({ hand }: Lane, form: Form, state: FormState): Promise<void> {
  const seen = await hand.page.evaluate(() => {
    const sheet = document.querySelector("article.sheet");
    const text = (each: Element | null | undefined): string =>
      (each as HTMLElement | null | undefined)?.innerText ?? "";
    return {
      rows: [...(sheet?.querySelectorAll("dl.rows > div") ?? [])].map((row) => [
        text(row.querySelector("dt")),
        text(row.querySelector("dd")),
      ]),
      papers: [...(sheet?.querySelectorAll("ul.sheet__papers > li") ?? [])].map(text),
      all: text(sheet),
    };
  });
  const lines = reviewLines(viewForm(form, state, { today: day() }));
  const asked = lines.flatMap((line): readonly (readonly [string, string])[] => {
    if (line.kind !== "answer" && line.kind !== "no-rows") return [];
    const label = french.text(`form-${form.id}.${line.field.id}.label`);
    const value = frenchOf(form, line.field, line.kind === "answer" ? line.answer : null);
    return [[tight(line.kind === "answer" && line.row !== null ? `${label} (${line.row.n})` : label), tight(value)]];
  });
  // Numbers are grouped with spaces, codes too: what is compared has none.
  expect(seen.rows.map((row) => row.map(tight))).toEqual(asked);
  const papers = lines.flatMap((line) =>
    line.kind !== "papers"
      ? []
      : [
          tight(
            `${french.text(`form-${form.id}.requirements.${line.requirement.id}.label`)} : ${french.text(
              line.papers.length > 0 ? "journey.sheet.ready" : "journey.sheet.toFind",
            )}`,
          ),
        ],
  );
  expect(seen.papers.map(tight)).toEqual(papers);
  const all = tight(seen.all);
  expect(all).toContain(tight(french.text("journey.sheet.notFiled")));
  if (form.notForeseen) expect(all).toContain(tight(state.notForeseen));
  if (form.declaration) expect(all).toContain(tight(french.text(`form-${form.id}.declaration`)));
}

/* ---- the walk ---- */

interface Walk {
  readonly lane: Lane;
  readonly form: Form;
  readonly taste: Taste;
  state: FormState;
  /** Answers so far. */
  n: number;
}

const idOf = (key: string): string => `champ-${key.replace(/\//g, "-")}`;

/** Answers each field that is visible, also those that come up meanwhile; gives what was typed last. */
async function fill(of: Walk, fields: () => readonly Field[], at?: { repeat: string; row: string }): Promise<void> {
  for (;;) {
    const place = nextPlace(fields(), of.state, at);
    if (place === undefined) return;
    const said = sayAt(of.form, of.state, place, of.n, of.taste);
    await of.lane.hand.act(idOf(place.key), said.deed);
    of.state = answered(of.state, place.key, said.answer);
    of.n += 1;
  }
}

async function goOn({ lane: { hand } }: Walk): Promise<void> {
  const from = hand.page.url();
  await hand.press('main form button[type="submit"]');
  await hand.arrive(from);
}

async function writeRows(of: Walk, repeat: Field & { readonly type: "repeat" }): Promise<void> {
  const { hand } = of.lane;
  for (let n = 0; n < Math.min(ROWS, repeat.max); n += 1) {
    const list = hand.page.url();
    await hand.press(`#${idOf(repeat.id)} button.btn--second`);
    await hand.arrive(list);
    const row = hand.page.url().split("/").at(-1) ?? "";
    of.state = withRow(of.state, repeat.id, row);
    const fields = (): readonly Field[] => rowOf(of.form, of.state, repeat.id, row, day())?.fields ?? [];
    await fill(of, fields, { repeat: repeat.id, row });
    await look(of.lane, `row ${kindsOf(fields())}`);
    await goOn(of);
    expect(hand.page.url(), "back at the list").toBe(list);
  }
}

/** The card where it fits, else "Je ne l'ai pas". */
async function givePapers(of: Walk, step: Step & { readonly kind: "papers" }): Promise<void> {
  const { hand } = of.lane;
  const { id, kinds } = step.requirement;
  const fits = kinds.length === 0 || kinds.includes("identity-card");
  if (fits) await hand.act(idOf(id), { do: "box" });
  else await hand.act(idOf(id), { do: "unknown" });
  await hand.wait('main .saved svg[data-icon="valider"]');
  const attached = { ...of.state.attached, [id]: { papers: fits ? ["card"] : [], missing: !fits } };
  of.state = { ...of.state, attached };
  await look(
    of.lane,
    `papers ${fits ? "joined" : "missing"}${(step.requirement.alternatives ?? []).length > 0 ? " instead" : ""}`,
  );
}

async function answerStep(of: Walk, step: Step): Promise<void> {
  const { hand, language } = of.lane;
  if (step.kind === "papers") return givePapers(of, step);
  if (step.kind !== "question") {
    await hand.reach("main form textarea");
    await hand.write(ALONE[language]);
    of.state = { ...of.state, notForeseen: ALONE[language] };
    return look(of.lane, "not foreseen");
  }
  const fields = (): readonly Field[] => fieldsOf(of.form, of.state, step.id, day());
  await fill(of, fields);
  const repeat = fields().find((field) => field.type === "repeat");
  if (repeat?.type === "repeat") await writeRows(of, repeat);
  await look(of.lane, `question ${kindsOf(fields())}${fields().length === 1 ? " alone" : ""}`);
}

/** What the boxes of a question hold, by id; choices by their value. Codes are put into groups when their box is left. */
const held = async (hand: Hand): Promise<readonly string[]> => {
  const boxes = await hand.page.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>("main form :is(input, textarea)")].map((each) =>
      each.type === "radio" || each.type === "checkbox" ? `${each.value} ${each.checked}` : `${each.id} ${each.value}`,
    ),
  );
  return boxes.map((box) => box.replace(/[\s\u00a0]/g, ""));
};

/** In the middle of a form: killed, or put aside; then through the list, the dossier and "il vous manque" back to the place. */
async function interrupt(of: Walk, kill: boolean): Promise<void> {
  const { form } = of;
  const before = of.lane.hand;
  const place = before.page.url();
  const dossier = /\/dossiers\/[^/]+/.exec(new URL(place).pathname)?.[0] ?? "";
  const here = await held(before);
  if (kill) {
    expect(await of.lane.keyboard.pointers()).toBe(0);
    await before.wait('main .saved svg[data-icon="valider"]');
    await of.lane.browser.kill();
    const lane = await drive(of.lane.language, true);
    Object.assign(of, { lane });
    await lane.person.open();
    await lane.person.unlock(CODE);
    await lane.person.goto("dossiers");
  } else {
    await before.press('main form a[href="/demarches"]');
    await before.arrive(place);
  }
  const { hand, words } = of.lane;
  const list = hand.page.url();
  await hand.press(`main a[href="${dossier}"]`);
  await hand.arrive(list);
  await hand.wait(`main .actions a[href="${dossier}/manque"]`);
  await look(of.lane, "dossier, a draft");
  const draft = hand.page.url();
  await hand.press(`main .actions a[href="${dossier}/manque"]`);
  await hand.arrive(draft);
  await look(of.lane, "missing list");
  const missing = await hand.read();
  const { requirements } = viewForm(form, of.state, { today: day() });
  for (const { id, required } of requirements)
    if (required && (of.state.attached[id]?.papers ?? []).length === 0)
      expect(missing).toContain(words.text(`form-${form.id}.requirements.${id}.label`));
  const lack = hand.page.url();
  await hand.press(`header a[href="${dossier}"]`);
  await hand.arrive(lack, `main .actions a[href="${dossier}/manque"]`);
  await hand.press("main .actions a.btn--main");
  await hand.arrive(draft);
  expect(hand.page.url(), "the place where it was").toBe(place);
  expect(await held(hand), "the answers that were given").toEqual(here);
}

/** Texts and choices as this language has them: what must be read again before the end. */
function saidTexts({ form, state, lane: { words } }: Walk): readonly string[] {
  return reviewLines(viewForm(form, state, { today: day() })).flatMap((line) => {
    if (line.kind !== "answer" || line.answer === null) return [];
    const { answer, field } = line;
    if (answer.v === "text" && (field.type === "text" || field.type === "longText")) return [answer.text];
    if (answer.v === "choice" && field.type === "choice")
      return [words.text(`form-${form.id}.${field.id}.choices.${answer.id}`)];
    return answer.v === "place" ? [answer.name] : [];
  });
}

const FILED = ["common.state.deposited", "common.state.complete"] as const;

/** Signed and sealed: the dossier says so, and "Mes envois" that it waits; nothing says more than that. */
async function seal(of: Walk): Promise<string> {
  const { hand, person, words } = of.lane;
  if (of.form.declaration) await hand.act("declaration", { do: "box" });
  await look(of.lane, "check, to send");
  const check = hand.page.url();
  await hand.press("main .actions button.btn--main");
  await hand.arrive(check, "main ol.thread > li");
  await look(of.lane, "dossier, signed");
  const number = await person.number();
  const thread = await person.thread();
  expect(thread.filter((step) => step.state === "done")).toHaveLength(1);
  expect(thread[0]?.text).toMatch(words.within("dossiers.thread.signed"));
  const title = words.text(`procedures.${of.form.id}.title`);
  // It is sealed a moment after it was signed; the list tells by itself.
  await expect
    .poll(async () => (await person.outbox()).some((line) => line.includes(number) && line.includes(title)))
    .toBe(true);
  await look(of.lane, "outbox", false);
  const said = await person.screen();
  for (const key of FILED) expect(said, key).not.toMatch(words.within(key));
  sealed.push({ number, form: of.form, state: of.state });
  return "sealed, waits in the outbox";
}

/** A letter is read before the sheet: the person's own words and name stand in it. */
async function readLetter({ lane, state }: Walk): Promise<void> {
  await look(lane, "letter");
  const letter = tight(await lane.hand.read());
  for (const field of ["reason_words", "wanted_words", "given_name", "family_name"]) {
    const answer = state.answers[field];
    if (answer?.v === "text") expect(letter).toContain(tight(answer.text));
  }
  const here = lane.hand.page.url();
  await lane.hand.press('main a[href$="/feuille"]');
  await lane.hand.arrive(here, "article.sheet");
}

async function prepare(of: Walk): Promise<string> {
  const { hand, words } = of.lane;
  await look(of.lane, `check, ${of.form.receiver}`);
  const check = hand.page.url();
  await hand.press("main .actions a.btn--main");
  const isLetter = /\/lettre$/.test(await hand.arrive(check));
  if (isLetter) await readLetter(of);
  await hand.wait("article.sheet");
  await look(of.lane, `sheet, ${of.form.receiver}`);
  expect(await hand.read()).toContain(words.text("journey.sheet.notFiled"));
  await checkSheet(of.lane, of.form, of.state);
  return `${isLetter ? "letter and " : ""}sheet complete, prepared, not filed`;
}

async function through(language: Spoken, id: ProcedureId, kill: boolean): Promise<Row> {
  const began = performance.now();
  const first = lanes.get(language);
  if (first === undefined) throw new Error("no browser");
  const form = await loadProcedure(id);
  const today = day();
  const inFrench: Taste = { language: "fr", today, unknownEach: 11 };
  const avoid = Object.fromEntries(
    Object.entries(walk(form, inFrench).state.answers).map(([key, answer]) => [key.split("/").at(-1) ?? key, answer]),
  );
  const taste: Taste = language === "fr" ? inFrench : { language, today, unknownEach: 7, avoid };
  const of: Walk = { lane: first, form, taste, state: blankState, n: 0 };
  const middle = Math.floor(walk(form, taste).steps.length / 2);
  let keys = -first.hand.keys();
  const looksBefore = first.looked.size;

  await first.person.goto("dossiers");
  await first.hand.wait(`main a[href="/demarches/${id}"]`);
  await look(first, "procedures", false);
  const list = first.hand.page.url();
  await first.hand.press(`main a[href="/demarches/${id}"]`);
  await first.hand.arrive(list, "main .actions .btn--main");
  await look(first, `start, ${form.receiver ?? "besace"}`);
  const start = await first.hand.read();
  for (const key of ["intro", "human"]) expect(start).toContain(first.words.text(`form-${id}.${key}`));
  const page = first.hand.page.url();
  await first.hand.press("main .actions .btn--main");
  await first.hand.arrive(page, "main form");

  let questions = 0;
  let stopped = "";
  let step = viewForm(form, of.state, { today }).steps[0];
  while (step !== undefined && step.kind !== "check") {
    const { id: asked } = step;
    expect(new URL(of.lane.hand.page.url()).pathname.split("/").at(-1), "the question that the engine asks").toBe(
      asked,
    );
    await answerStep(of, step);
    questions += 1;
    const types = fieldsOf(form, of.state, asked, today).map((field) => field.type);
    const isTyped = types.some((type) => !["info", "calc"].includes(type)) && !types.includes("repeat");
    if (stopped === "" && questions > middle && isTyped) {
      if (kill) keys += of.lane.hand.keys();
      await interrupt(of, kill);
      stopped = `${kill ? "killed" : "put aside"} at ${asked}`;
    }
    await goOn(of);
    step = nextStep(viewForm(form, of.state, { today }), asked);
  }
  expect(new URL(of.lane.hand.page.url()).pathname).toMatch(/\/relire$/);
  expect(stopped, "stopped in the middle").not.toBe("");
  const check = tight(await of.lane.hand.read());
  for (const text of saidTexts(of)) expect(check).toContain(tight(text));
  const end = (form.receiver ?? "besace") === "besace" ? await seal(of) : await prepare(of);
  expect(await of.lane.keyboard.pointers()).toBe(0);
  return {
    procedure: id,
    language,
    questions,
    answers: of.n,
    keys: keys + of.lane.hand.keys(),
    axe: of.lane.looked.size - looksBefore,
    stopped,
    end,
    seconds: Math.round((performance.now() - began) / 1000),
  };
}

const wanted = (process.env.BESACE_PROCEDURES ?? "").split(",").filter(Boolean);
const chosen = procedures.filter(({ id }) => wanted.length === 0 || wanted.includes(id));

for (const [at, { id }] of chosen.entries()) {
  test(`E4: ${id} in French and in Arabic, without network, by keyboard alone, to its end`, async (context) => {
    // Both to their end, also when one fails: the next procedure finds both browsers at rest.
    const ends = await Promise.allSettled(SPOKEN.map((language, lane) => through(language, id, at % 2 === lane)));
    const failed = ends.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const both = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
    rows.push(...both);
    report(context, {
      questions: both.map(({ questions }) => questions).join(" and "),
      keys: both.map(({ keys }) => keys).join(" and "),
      seconds: both.map(({ seconds }) => seconds).join(" and "),
    });
  });
}

test("E4: what was sealed without network leaves with it, and the desk reads every answer", async (context) => {
  expect(sealed).toHaveLength(SPOKEN.length * chosen.filter(({ receiver }) => receiver === "besace").length);
  stage.link.online();
  for (const { browser, person } of lanes.values()) {
    await browser.context.setOffline(false);
    await person.delivered();
  }
  const { helper } = desk;
  let answers = 0;
  for (const { number, form, state } of sealed) {
    const joined = Object.values(state.attached).filter(({ papers }) => papers.length > 0).length;
    await helper.waitForRow((row) => row.number === number && row.papers.here === row.papers.of);
    await helper.openDossier(number);
    const seen = (await helper.answers()).map(({ label, value }) => `${tight(label)}: ${tight(value)}`);
    const lines = reviewLines(viewForm(form, state, { today: day() })).flatMap((line) =>
      line.kind === "answer" && line.answer !== null ? [line] : [],
    );
    const wanted = lines.map(({ field, answer }) => [
      tight(french.text(`form-${form.id}.${field.id}.label`)),
      tight(frenchOf(form, field, answer)),
    ]);
    // Own words stand in quotes there.
    const lost = wanted.filter(
      ([label = "", value = ""]) => !seen.some((each) => each.startsWith(`${label}: `) && each.includes(value)),
    );
    expect(lost, `${number} at the desk: ${seen.join(" | ")}`).toEqual([]);
    expect(await helper.papers()).toHaveLength(joined);
    answers += wanted.length;
    await helper.backToInbox();
  }
  report(context, { dossiers: sealed.length, "answers read at the desk": answers });
});

function writeResults(): void {
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const lines = rows.map(
    (row) =>
      `| ${row.procedure} | ${row.language} | ${row.questions} | ${row.answers} | ${row.keys} | ${row.axe} | ${row.stopped} | ${row.end} | ${row.seconds} |`,
  );
  const text = `# Every procedure, ${day()}

\`npx vitest run --project long tests/long/procedures.test.ts\`: each procedure of the catalogue in French and in Arabic, in
Chromium without network, by keyboard alone, to the sealed dossier or the printed sheet; both languages side by side.
${sum((row) => row.questions)} questions, ${sum((row) => row.answers)} answers, ${sum((row) => row.keys)} keys, no pointer;
axe on ${sum((row) => row.axe)} kinds of screen, nothing found; ${rows.filter((row) => row.stopped.startsWith("killed")).length} kills, every answer there afterwards;
${sealed.length} sealed dossiers for the desk. ${cpus().length} cores, load ${Math.round(loadavg()[1] ?? 0)}.

| procedure | language | questions | answers | keys | kinds of screen for axe | in the middle | end | seconds |
|---|---|---|---|---|---|---|---|---|
${lines.join("\n")}
`;
  console.log(text);
  writeFileSync(join(import.meta.dirname, "..", "results", `procedures-${day()}.md`), text);
}
