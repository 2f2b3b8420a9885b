/**
 * INV-1, on the phone: Chromium is killed thirty times, at seeded moments, while answers are kept, pages are added,
 * dossiers are signed and letters leave over a link that cuts. A ledger notes what the screen had said to be kept. After
 * each kill all of it is there, and what was under way is there whole or not at all; at the end the desk has it.
 *
 * Surprising fact: every answer carries its own serial number ("request-2-17 ... end-2-17"), so that an old, a half or a
 * foreign answer can be told from the newest one by reading the screen.
 */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";
import type { Person } from "../support/person.ts";
import { createCamera } from "../support/photo.ts";
import { describeRows, queueRows } from "../support/queue-rows.ts";
import { type Dice, seeded } from "../support/simulation/random.ts";
import { plain } from "../support/words.ts";
import { report, seedOf } from "./figures.ts";

const KILLS = Number(process.env.BESACE_KILLS ?? "30");
const CODE = "418273";
const DESK_CODE = "284611";
const PAGES = 6;

const FIELDS = { request: "request", names: "given_name", reach: "reach_note" } as const;
type Step = keyof typeof FIELDS;

/** `kept`: the last serial that the screen said to be kept; `tried`: the last one typed. 0: none. */
type Typed = { kept: number; tried: number };

type Dossier = {
  readonly id: string;
  readonly serial: number;
  number: string;
  readonly typed: Record<Step, Typed>;
  /** Titles of papers that the screen said to be joined; `joining` is under way. */
  readonly papers: string[];
  joining: string | undefined;
  /** "maybe": "Envoyer" was pressed and nothing seen since. */
  signed: boolean | "maybe";
  /** Names of the proofs seen so far: they may never go away. */
  readonly proofs: Set<string>;
};

type Capture = { readonly title: string; kept: number; tried: number; finishing: boolean };

type Ledger = {
  readonly dossiers: Dossier[];
  readonly papers: Map<string, number>;
  capture: Capture | undefined;
  /** "Commencer" was pressed: a dossier that nobody knows may be there. */
  starting: boolean;
  serial: number;
};

const PROOFS = ["common.state.depositedPapers", "common.state.deposited", "common.state.complete"] as const;

/** Longest time after the beginning of a piece of work at which the kill may come. */
const SPAN_MS = { answer: 700, page: 1800, finish: 500, join: 500, send: 900, upload: 5000 } as const;
type Moment = keyof typeof SPAN_MS;

let stage: Stage;
let files: readonly string[];

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  const folder = join(stage.folder, "camera");
  mkdirSync(folder);
  const taken: string[] = [];
  for (let n = 0; n < PAGES; n += 1) {
    const photo = await camera.take({ seed: 300 + n, template: "lettre", width: 2000, height: 1500 });
    taken.push(join(folder, `photo-${n}.jpg`));
    copyFileSync(photo.path, taken[n] ?? "");
  }
  await camera.close();
  files = taken;
});
afterAll(async () => {
  await stage?.close();
});

/** Five of these are within the 500 letters of the shortest long field. */
const filler = "Je vous écris au sujet de ma situation, que personne ne prévoit. ".repeat(5);
const begin = (step: Step, serial: number, n: number): string => `${step}-${serial}-${n}`;
const textOf = (step: Step, serial: number, n: number): string =>
  step === "names" ? begin(step, serial, n) : `${begin(step, serial, n)} ${filler}end-${step}-${serial}-${n}`;

const hashOf = (bytes: Buffer): string => `${createHash("sha256").update(bytes).digest("hex")} ${bytes.length}`;

/** The serial that a text shows for a field: 0 when there is none. Fails when it is half there, or twice. */
function serialIn(text: string, step: Step, serial: number): number {
  const found = (pattern: string): readonly number[] =>
    [...text.matchAll(new RegExp(`${pattern}-${serial}-(\\d+)\\b`, "g"))].map((match) => Number(match[1]));
  const starts = found(`(?<!end-)${step}`);
  if (step !== "names") expect(found(`end-${step}`), `${step} is half there`).toEqual(starts);
  expect(starts.length, `${step} is there more than once`).toBeLessThanOrEqual(1);
  return starts[0] ?? 0;
}

type Seen = { readonly id: string; readonly number: string };

/** The dossiers of the list, by the random id in their address. */
async function dossiers(person: Person): Promise<readonly Seen[]> {
  await person.goto("dossiers");
  const mine = person.page.getByRole("region", { name: person.words().matcher("dossiers.list.mine") });
  await mine.waitFor();
  const seen: Seen[] = [];
  for (const row of await mine.getByRole("link").all()) {
    const id = /\/dossiers\/([^/]+)$/.exec((await row.getAttribute("href")) ?? "")?.[1] ?? "";
    const number = /\b([A-HJ-NP-Z2-9]{4}) ([A-HJ-NP-Z2-9]{4})\b/.exec(plain(await row.innerText()))?.[0] ?? "";
    seen.push({ id, number });
  }
  return seen;
}

/** Why something does not leave: in the words of the outbox, of the queue's own rows and of the server's log. */
async function whyNot(person: Person): Promise<string> {
  const rows = describeRows(await queueRows(person.page));
  const outbox = (await person.outbox()).join("\n");
  return `${outbox}\n${rows}\n${stage.server.log().slice(-3000)}`;
}

/** On a dossier. Kills and cuts are no reason to ask the person for anything. */
async function needsNobody(person: Person): Promise<void> {
  const asks = person.page.getByText(person.words().matcher("dossiers.needs.title"));
  if (await asks.isVisible()) throw new Error(`a dossier does not leave:\n${await whyNot(person)}`);
}

async function proofsOf(person: Person): Promise<readonly string[]> {
  const done = (await person.thread()).filter((step) => step.state === "done");
  const words = person.words();
  return PROOFS.filter((key) => done.some((step) => words.within(key).test(step.text)));
}

type Survived = { whole: number; gone: number };

function createBesace(ledger: Ledger, survived: Survived) {
  const draft = (): Dossier | undefined => ledger.dossiers.find((each) => each.signed !== true);
  const found = (wasThere: boolean): void => {
    if (wasThere) survived.whole += 1;
    else survived.gone += 1;
  };

  /** Compares the answers on the screen of a draft with the ledger, and learns what became of what was under way. */
  async function checkAnswers(person: Person, dossier: Dossier): Promise<void> {
    await person.sees("dossiers.check.title");
    const text = await person.screen();
    for (const step of Object.keys(FIELDS) as Step[]) {
      const typed = dossier.typed[step];
      const shown = serialIn(text, step, dossier.serial);
      expect(shown, `${step}: an answer that was kept is older or gone`).toBeGreaterThanOrEqual(typed.kept);
      expect(shown, `${step}: an answer that nobody typed`).toBeLessThanOrEqual(typed.tried);
      if (typed.tried > typed.kept) found(shown === typed.tried);
      typed.kept = shown;
      typed.tried = shown;
    }
    for (const title of dossier.papers) expect(text, "a joined paper is gone").toContain(title);
    if (dossier.joining !== undefined) {
      const joined = text.includes(dossier.joining);
      found(joined);
      if (joined) dossier.papers.push(dossier.joining);
      dossier.joining = undefined;
    }
  }

  async function checkPapers(person: Person): Promise<void> {
    const titles = (await person.papers()).map((paper) => paper.title);
    const pages = (await person.draft()) ?? 0;
    const { capture } = ledger;
    if (capture?.finishing === true) {
      const finished = titles.includes(capture.title);
      found(finished);
      expect(pages, "a finished paper is no draft, an unfinished one is whole").toBe(finished ? 0 : capture.kept);
      if (finished) {
        ledger.papers.set(capture.title, capture.kept);
        ledger.capture = undefined;
      } else capture.finishing = false;
    } else if (capture !== undefined) {
      expect(pages, "a kept page is gone").toBeGreaterThanOrEqual(capture.kept);
      expect(pages, "a page that nobody added").toBeLessThanOrEqual(capture.tried);
      if (capture.tried > capture.kept) found(pages === capture.tried);
      capture.kept = pages;
      capture.tried = pages;
    }
    expect([...titles].sort()).toEqual([...ledger.papers.keys()].sort());
  }

  async function checkDossiers(person: Person): Promise<void> {
    const seen = await dossiers(person);
    for (const dossier of ledger.dossiers) {
      const row = seen.find((each) => each.id === dossier.id);
      expect(row, `the dossier ${dossier.number} is gone`).toBeDefined();
      if (dossier.number !== "") expect(row?.number).toBe(dossier.number);
      dossier.number = row?.number ?? "";
    }
    const strangers = seen.filter((row) => !ledger.dossiers.some((each) => each.id === row.id));
    expect(strangers.length, "a dossier that nobody began").toBeLessThanOrEqual(ledger.starting ? 1 : 0);
    for (const row of strangers) note(row.id, row.number);
    if (ledger.starting) found(strangers.length > 0);
    ledger.starting = false;
  }

  function note(id: string, number = ""): Dossier {
    ledger.serial += 1;
    const typed = (): Typed => ({ kept: 0, tried: 0 });
    const dossier: Dossier = {
      id,
      serial: ledger.serial,
      number,
      typed: { request: typed(), names: typed(), reach: typed() },
      papers: [],
      joining: undefined,
      signed: false,
      proofs: new Set(),
    };
    ledger.dossiers.push(dossier);
    return dossier;
  }

  async function checkThread(person: Person, dossier: Dossier): Promise<void> {
    await person.openDossier(dossier.number);
    const steps = await person.thread();
    if (dossier.signed === "maybe") {
      found(steps.length > 0);
      dossier.signed = steps.length > 0;
    }
    if (dossier.signed !== true) return;
    await needsNobody(person);
    expect(steps.length, `${dossier.number} was signed and is a draft again`).toBeGreaterThan(0);
    const proofs = await proofsOf(person);
    for (const proof of dossier.proofs) {
      // "n papers of m" becomes "complete"; nothing else changes.
      const still = proofs.includes(proof) || (proof !== "common.state.complete" && proofs.length > 0);
      expect(still, `the proof ${proof} of ${dossier.number} is gone`).toBe(true);
    }
    for (const proof of proofs) dossier.proofs.add(proof);
  }

  return {
    draft,
    note,
    /** After a relaunch: everything of the ledger is there. `person` is at the open satchel. */
    async check(person: Person, all: boolean): Promise<void> {
      const open = draft();
      if (open !== undefined && open.signed === false) await checkAnswers(person, open);
      await checkPapers(person);
      await checkDossiers(person);
      const signed = ledger.dossiers.filter((dossier) => dossier.signed !== false);
      for (const dossier of all ? signed : signed.slice(-2)) await checkThread(person, dossier);
    },
  };
}

type Work = {
  readonly person: Person;
  readonly ledger: Ledger;
  readonly dice: Dice;
  readonly besace: ReturnType<typeof createBesace>;
  /** Said just before something is kept or leaves. */
  readonly moment: (what: Moment) => void;
};

async function type({ person, moment, dice }: Work, dossier: Dossier, step: Step, times: number): Promise<void> {
  const typed = dossier.typed[step];
  const box = person.page.getByRole("textbox").first();
  await box.waitFor();
  for (let n = 0; n < times; n += 1) {
    const serial = typed.tried + 1;
    moment("answer");
    typed.tried = serial;
    await box.fill(textOf(step, dossier.serial, serial));
    await sleep(30 + dice.below(60));
    await person.kept();
    typed.kept = serial;
  }
}

/** What a question of the form is given; the paper is one that no dossier has yet. */
async function give(work: Work, dossier: Dossier, step: string): Promise<void> {
  const { person, ledger, dice, moment } = work;
  if (step === "request" || step === "names" || step === "reach") await type(work, dossier, step, 1 + dice.below(3));
  if (step !== "papers") return;
  const joined = new Set(ledger.dossiers.flatMap((each) => each.papers));
  const title = [...ledger.papers.keys()].find((each) => !joined.has(each));
  if (title === undefined) return;
  moment("join");
  dossier.joining = title;
  await person.answer({ joined: { papers: { papers: [title] } } });
  dossier.papers.push(title);
  dossier.joining = undefined;
}

/** From the list of dossiers to the end of a form, and signed; a draft is changed from its list of answers first. */
async function answers(work: Work): Promise<void> {
  const { person, ledger, dice, besace, moment } = work;
  let dossier = besace.draft();
  if (dossier === undefined) {
    ledger.starting = true;
    await person.startProcedure("demande-libre");
    dossier = besace.note(/\/dossiers\/([^/]+)\/question/.exec(person.page.url())?.[1] ?? "");
    ledger.starting = false;
  } else {
    await person.openDossier(dossier.number);
    await person.resumeDossier();
  }
  for (let step = person.question(); step !== null; step = person.question()) {
    await give(work, dossier, step);
    await person.goOn();
  }
  // After a kill the draft was last seen at its list of answers, so it is resumed there.
  const first = dossier.typed.request.kept === 0;
  for (const step of first ? ["request", "papers"] : [dice.pick(["request", "names", "reach"]), "papers"]) {
    await person.page.locator(`main a[href$="/question/${step}/revoir"]`).first().click();
    await person.page.waitForURL(new RegExp(`/question/${step}/revoir$`));
    await give(work, dossier, step);
    // A question that was blank leads to the next blank one before the list comes back.
    while (person.question() !== null) await person.goOn();
  }
  moment("send");
  dossier.signed = "maybe";
  await person.send();
  dossier.number = await person.number();
  dossier.signed = true;
}

/** A paper of two or three pages, begun or gone on with, and finished. */
async function capture({ person, ledger, dice, moment }: Work): Promise<void> {
  if (ledger.capture === undefined) {
    ledger.serial += 1;
    ledger.capture = {
      title: `Courrier ${String(ledger.serial).padStart(3, "0")}`,
      kept: 0,
      tried: 0,
      finishing: false,
    };
    await person.beginPaper("letter-received");
  } else if ((await person.draft()) !== null) await person.resumePaper();
  else await person.beginPaper("letter-received");
  const paper = ledger.capture;
  const wanted = Math.max(paper.kept, 2 + dice.below(2));
  while (paper.kept < wanted) {
    moment("page");
    paper.tried = paper.kept + 1;
    const file = files[dice.below(files.length)] ?? "";
    expect(await person.addPages([file])).toEqual({ kept: 1, refused: [] });
    paper.kept = paper.tried;
  }
  moment("finish");
  paper.finishing = true;
  await person.finishPaper({ title: paper.title });
  ledger.papers.set(paper.title, paper.kept);
  ledger.capture = undefined;
}

/** Looks at the newest signed dossier while it leaves; gives up after a while when nothing leaves. */
async function upload({ person, ledger, moment }: Work): Promise<void> {
  const dossier = ledger.dossiers.filter((each) => each.signed === true).at(-1);
  if (dossier === undefined) return;
  await person.openDossier(dossier.number);
  moment("upload");
  for (let looks = 0; looks < 20; looks += 1) {
    for (const proof of await proofsOf(person)) dossier.proofs.add(proof);
    await needsNobody(person);
    await sleep(250);
  }
}

test(`INV-1: ${KILLS} kills of the browser lose nothing that was said to be kept`, async (context) => {
  const seed = seedOf(context);
  const dice = seeded(seed);
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), DESK_CODE);

  const ledger: Ledger = { dossiers: [], papers: new Map(), capture: undefined, starting: false, serial: 0 };
  const survived: Survived = { whole: 0, gone: 0 };
  const besace = createBesace(ledger, survived);
  const kills: Record<Moment, number> = { answer: 0, page: 0, finish: 0, join: 0, send: 0, upload: 0 };

  const first = await stage.phone("phone");
  await first.person.open();
  await first.person.readyOffline();
  await first.person.createSatchel(CODE);
  await first.person.drillCard(await first.person.cardGroups());
  await first.browser.close();
  stage.link.set({ up: 128_000, down: 256_000, delayMs: 100, cuts: { onMs: 6000, offMs: 1500 } });

  const tell = (): void =>
    report(context, {
      kills: Object.values(kills).reduce((sum, count) => sum + count, 0),
      ...Object.fromEntries(Object.entries(kills).map(([what, count]) => [`during ${what}`, count])),
      "under way, whole afterwards": survived.whole,
      "under way, not there afterwards": survived.gone,
      "answers said to be kept": ledger.dossiers.reduce(
        (sum, dossier) => sum + Object.values(dossier.typed).reduce((all, typed) => all + typed.kept, 0),
        0,
      ),
      papers: ledger.papers.size,
      pages: [...ledger.papers.values()].reduce((sum, pages) => sum + pages, 0),
      "dossiers signed": ledger.dossiers.filter((dossier) => dossier.signed === true).length,
      "cuts of the link": stage.link.counters().cuts,
    });

  async function reopen(): Promise<{ readonly person: Person; readonly kill: () => Promise<void> }> {
    const { person, browser } = await stage.phone("phone");
    const draft = besace.draft();
    await person.open(draft?.signed === false ? `/dossiers/${draft.id}/relire` : "/");
    await person.unlock(CODE);
    const words = person.words();
    const ways = person.page
      .getByRole("navigation", { name: words.matcher("common.nav.label") })
      .or(person.page.getByRole("link", { name: words.matcher("common.back") }));
    await ways.first().waitFor();
    return { person, kill: browser.kill };
  }

  for (let round = 0; round < KILLS; round += 1) {
    const { person, kill } = await reopen();
    await besace.check(person, false);
    // The kill comes some time after the n-th beginning of something.
    let left = dice.below(6);
    let what: Moment | undefined;
    const { promise: struck, resolve: strike } = Promise.withResolvers<void>();
    const moment = (now: Moment): void => {
      if (what !== undefined || left-- > 0) return;
      what = now;
      void sleep(dice.below(SPAN_MS[now])).then(strike);
    };
    const works: Work = { person, ledger, dice, besace, moment };
    let killed = false;
    const working = (async () => {
      for (;;) await dice.pick([answers, answers, capture, upload])(works);
    })().catch(async (error: unknown) => {
      // What was under way when the browser died cannot end well; anything else is a finding.
      if (killed) return;
      throw new Error(`at ${person.page.url()}: ${error}; the screen says: ${await person.screen()}`, { cause: error });
    });
    await Promise.race([working, struck]);
    killed = true;
    await kill();
    await working;
    if (what !== undefined) kills[what] += 1;
    console.log(`kill ${round + 1} during ${what}`);
    tell();
  }

  // Everything is brought to its end, and arrives.
  const { person } = await reopen();
  await besace.check(person, true);
  const works: Work = { person, ledger, dice, besace, moment: () => undefined };
  await person.goto("home");
  await capture(works);
  await answers(works);
  tell();
  stage.link.set({ up: "unlimited", down: "unlimited", delayMs: 0, cuts: "none" });
  await person.sendNow();
  for (const dossier of ledger.dossiers) {
    await person.openDossier(dossier.number);
    try {
      await person.waitForStep("common.state.complete", 120_000);
    } catch (error) {
      throw new Error(`${dossier.number} does not arrive:\n${await whyNot(person)}`, { cause: error });
    }
  }
  await person.delivered();
  const pages = new Map<string, readonly Buffer[]>();
  for (const [title, count] of ledger.papers) {
    const read = await person.paperBytes(title);
    expect(read.length, title).toBe(count);
    pages.set(title, read);
  }
  for (const { number } of ledger.dossiers) {
    try {
      await desk.helper.waitForRow((row) => row.number === number, 60_000);
    } catch (error) {
      const rows = describeRows(await queueRows(desk.browser.page));
      throw new Error(`${number} is not at the desk:\n${rows}\n${await whyNot(person)}`, { cause: error });
    }
  }
  expect(await desk.helper.inbox()).toHaveLength(ledger.dossiers.length);
  for (const dossier of ledger.dossiers) {
    await desk.helper.openDossier(dossier.number);
    const text = (await desk.helper.answers()).map((answer) => answer.value).join("\n");
    for (const step of Object.keys(FIELDS) as Step[])
      expect(serialIn(text, step, dossier.serial), `${step} at the desk`).toBe(dossier.typed[step].kept);
    expect(await desk.helper.papers()).toEqual(dossier.papers);
    const there = (await desk.helper.pageBytes()).map(({ label, bytes }) => ({ label, hash: hashOf(bytes) }));
    const here = dossier.papers.flatMap((title) => pages.get(title) ?? []).map(hashOf);
    expect(
      there.map(({ hash }) => hash),
      JSON.stringify(there),
    ).toEqual(here);
    await desk.helper.backToInbox();
  }
  tell();
  report(context, { "dossiers equal at the desk": ledger.dossiers.length });
}, 1_800_000);
