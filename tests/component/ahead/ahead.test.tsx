import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import ICAL from "ical.js";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, test, vi } from "vitest";
import { AheadScreen } from "../../../src/app/features/ahead/AheadScreen.tsx";
import { DateScreen } from "../../../src/app/features/ahead/DateScreen.tsx";
import { RightsScreen } from "../../../src/app/features/ahead/RightsScreen.tsx";
import { Weekly } from "../../../src/app/features/ahead/Weekly.tsx";
import { refreshWeekly, turnOn, type WeeklyWorld } from "../../../src/app/platform/weekly.ts";
import { weekAt } from "../../../src/shared/weekly.ts";
import type { AheadView } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, EMPTY_AHEAD, FAKE_NOW, fakeLine } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { plain, settled } from "../papers/support.ts";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** A phone that wakes Besace up; `answer` is what the person, and then the browser, says to it. */
function phone(answer: { readonly permission?: NotificationPermission; readonly asleep?: boolean } = {}) {
  const held = new Map<string, Response>();
  const tags = new Set<string>();
  const world: WeeklyWorld = {
    caches: {
      open: async () =>
        ({
          match: async (path: string) => held.get(path)?.clone(),
          put: async (path: string, response: Response) => void held.set(path, response),
          delete: async (path: string) => held.delete(path),
        }) as unknown as Cache,
    },
    periodic: async () => ({
      register: async (tag) => {
        if (answer.asleep === true) throw new DOMException("no", "NotAllowedError");
        tags.add(tag);
      },
      unregister: async (tag) => void tags.delete(tag),
    }),
    permission: () => answer.permission ?? "granted",
    askPermission: async () => answer.permission ?? "granted",
    now: () => FAKE_NOW,
  };
  return { world, held, tags, words: async () => (await held.get("/weekly/words")?.clone().json()) as unknown };
}

describe("the sentence of the week", () => {
  const box = () => screen.findByRole<HTMLInputElement>("checkbox", { name: /une fois par semaine au plus/ });
  const look = (world: WeeklyWorld) =>
    showScreen(
      <main>
        <Weekly world={world} />
      </main>,
      { satchel: createFakeSatchel({}), areas },
    );

  test("is off; turned on it lies ready in the language shown and names nothing; off again nothing is left", async () => {
    const { world, held, tags, words } = phone();
    await look(world);
    expect((await box()).checked).toBe(false);
    expect(held.size).toBe(0);
    expect(plain(document.body.textContent)).toContain("« Jetez un œil à votre besace. »");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(await box());
    await expect.poll(async () => (await box()).checked).toBe(true);
    expect(await words()).toEqual({ title: "Besace", text: "Jetez un œil à votre besace.", lang: "fr", dir: "ltr" });
    expect([...tags]).toEqual(["besace-weekly"]);
    expect(plain(screen.getByRole("status").textContent)).toContain("Ce n’est pas sûr.");
    // Not twice in one week, however often it is turned off and on.
    const thisWeek = weekAt(FAKE_NOW, -new Date(FAKE_NOW).getTimezoneOffset());
    expect(await held.get("/weekly/said")?.clone().json()).toBe(thisWeek);
    fireEvent.click(await box());
    await expect.poll(async () => (await box()).checked).toBe(false);
    expect([held.size, tags.size]).toEqual([0, 0]);
  });

  test("is on where its words lie, and speaks under the discreet name after a start in discreet mode", async () => {
    const { world, words } = phone();
    await turnOn(world);
    document.documentElement.dataset.discreet = "";
    await refreshWeekly(world);
    expect(await words()).toMatchObject({ title: "Carnet", text: "Jetez un œil à votre carnet." });
    delete document.documentElement.dataset.discreet;
    await look(world);
    await expect.poll(async () => (await box()).checked).toBe(true);
  });

  test.each([
    [{ permission: "denied" as const }, /n’affiche pas les messages.*Rien n’est perdu/],
    [{ asleep: true }, /ne réveille pas Besace.*l’agenda/],
  ])("a no (%j) is said kindly, and nothing is on", async (answer, said) => {
    const { world, held } = phone(answer);
    await look(world);
    fireEvent.click(await box());
    await expect.poll(() => plain(screen.getByRole("status").textContent)).toMatch(said);
    expect((await box()).checked).toBe(false);
    expect(held.size).toBe(0);
  });

  test("is not said to be on where the permission was taken away in the phone's settings", async () => {
    const { world } = phone();
    await turnOn(world);
    await look({ ...world, permission: () => "denied", askPermission: async () => "denied" });
    expect((await box()).checked).toBe(false);
    fireEvent.click(await box());
    await expect.poll(() => plain(screen.getByRole("status").textContent)).toMatch(/n’affiche pas les messages/);
  });

  test("is not offered by a phone that has nothing of the kind", async () => {
    await look({ ...phone().world, periodic: async () => undefined });
    await settled();
    expect(screen.queryByRole("checkbox")).toBeNull();
  });
});

const areas = ["ahead", "reminders", "papers", "papers-types"] as const;
const late = fakeLine({
  uids: { opens: "opens-3", last: "last-3" },
  key: "paper/p2/residence-permit",
  rule: "residence-permit",
  about: { type: "paper", id: "p2" },
  kind: "residence-permit",
  holder: "Ayoub",
  stage: "late",
  from: "2026-08-01",
  until: "2026-10-01",
  end: "2026-11-30",
  notes: ["other-window"],
  human: "prefecture",
  helps: [
    { kind: "residence-permit", paper: "p2" as never },
    { kind: "proof-of-address", paper: null },
  ],
});
const month = fakeLine({
  uids: { opens: "opens-2", last: "last-2" },
  key: "followed/france-travail/month/2026-12-15",
  rule: "month",
  about: { type: "followed", id: "france-travail" },
  kind: null,
  stage: "later",
  from: "2026-11-28",
  until: "2026-12-15",
  end: null,
  human: "france-travail",
});
const own = fakeLine({
  key: "own/d1/own-date",
  rule: "own-date",
  about: { type: "own", id: "d1" },
  kind: null,
  title: "Rendez-vous",
  standing: { type: "quiet", until: "2026-11-28" },
});

async function show(view: Partial<AheadView> = {}) {
  const satchel = createFakeSatchel({ ahead: { ...EMPTY_AHEAD, ...view } });
  const shown = await showScreen(<AheadScreen />, { satchel, areas });
  return { satchel, shown };
}
const text = (): string => plain(document.body.textContent);

describe("what lies ahead", () => {
  test("nothing: it says so, and what makes something appear", async () => {
    await show();
    expect(await screen.findByText("Rien à prévoir pour l’instant")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Ajouter une date" }).getAttribute("href")).toBe(
      "/a-prevoir/date/nouvelle",
    );
    expect(screen.getByRole("link", { name: "Choisir ce que Besace suit" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("what, by when, what to do, with which papers, with whom; what can be done comes first", async () => {
    await show({ lines: [late, fakeLine(), month, own] });
    const headings = (await screen.findAllByRole("heading", { level: 3 })).map((each) => each.textContent);
    expect(headings).toEqual([
      "Demander le prochain titre de séjour",
      "Refaire le passeport",
      "Dire votre situation à France Travail",
      "Rendez-vous",
    ]);
    const first = within(screen.getAllByRole("listitem")[0] as HTMLElement);
    expect(first.getByText("À faire sans attendre")).toBeTruthy();
    expect(plain(first.getByText(/Avant la fin/).textContent)).toBe("Avant la fin du 30 novembre 2026.");
    expect(plain(first.getAllByText(/Ayoub/)[0]?.textContent ?? "")).toBe("Titre de séjour, Ayoub");
    expect(first.getAllByRole("link", { name: "Titre de séjour" })[0]?.getAttribute("href")).toBe("/papiers/p2");
    expect(first.getAllByText(/Au point d’accueil numérique/)).not.toEqual([]);
    expect(text()).toContain("Du 28 novembre 2026 au 15 décembre 2026.");
    expect(text()).toContain("De côté jusqu’au 28 novembre 2026.");
    expect(text()).toContain("3949");
    expect(await axeProblems()).toEqual([]);
  });

  test("done and later are kept as acts, and taken back from the toast and from what was put aside", async () => {
    const { satchel } = await show({ lines: [late, own] });
    await screen.findByText("Rendez-vous");
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: "C’est fait" })));
    await settled();
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: /Me le redire/ })));
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Remettre dans la liste" })));
    expect(satchel.calls("changeAhead").map(([change]) => change)).toEqual([
      { type: "done", about: late.about, day: "2026-11-21" },
      { type: "later", about: late.about, day: "2026-11-28" },
      { type: "not-later", about: own.about, day: "2026-11-28" },
    ]);
  });

  test.each([
    ["corrected", /La date de ce téléphone est fausse/],
    ["backwards", /Ce téléphone a changé de date/],
    ["far", /pas vu de réseau depuis longtemps/],
    ["unchecked", /compte avec la date de ce téléphone/],
  ] as const)("D6: a clock that is %s is said", async (trust, words) => {
    await show({ trust, lines: [late] });
    expect(await screen.findByText(words)).toBeTruthy();
  });

  test("closed and failed say what is safe", async () => {
    const satchel = createFakeSatchel();
    satchel.fail("ahead", { type: "locked" });
    await showScreen(<AheadScreen />, { satchel, areas });
    expect(await screen.findByText("Votre besace est fermée")).toBeTruthy();
    cleanup();
    const broken = createFakeSatchel();
    broken.fail("ahead", { type: "unavailable", mark: "A-1" });
    await showScreen(<AheadScreen />, { satchel: broken, areas });
    expect(await screen.findByText(/A-1/)).toBeTruthy();
  });
});

describe("D6: the calendar file", () => {
  /** What the browser was handed to save. */
  async function saved(full: boolean): Promise<string> {
    let given: Blob | undefined;
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      given = blob as Blob;
      return "blob:calendar";
    });
    vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => undefined);
    await show({ lines: [late, fakeLine(), month] });
    await screen.findByText("Dans l’agenda");
    if (full) await act(async () => void fireEvent.click(screen.getByLabelText(/Le vrai rappel/)));
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: /Mettre dans l’agenda/ })));
    await settled();
    if (given === undefined) throw new Error("no file was saved");
    return given.text();
  }

  test.each([false, true])(
    "opens in ical.js: every event whole days, every alarm before it (full: %s)",
    async (full) => {
      const calendar = new ICAL.Component(ICAL.parse(await saved(full)));
      const events = calendar.getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
      expect(events.map(({ startDate }) => startDate.toString()).sort()).toEqual([
        ...["2026-11-28", "2026-12-15", "2026-12-21"],
      ]);
      expect(new Set(events.map(({ uid }) => uid)).size).toBe(3);
      for (const event of events) {
        expect([event.startDate.isDate, event.endDate.isDate]).toEqual([true, true]);
        expect(event.endDate.subtractDate(event.startDate).toSeconds()).toBe(86_400);
        expect(event.summary.includes("Rappel")).toBe(!full);
        const alarms = event.component.getAllSubcomponents("valarm");
        expect(alarms.length).toBeGreaterThan(0);
        for (const alarm of alarms) {
          expect(alarm.getFirstPropertyValue("action")).toBe("DISPLAY");
          const trigger = alarm.getFirstPropertyValue("trigger") as unknown as { toSeconds: () => number };
          expect(trigger.toSeconds()).toBeLessThan(86_400);
          expect(trigger.toSeconds()).toBeGreaterThan(-7 * 86_400);
        }
      }
    },
  );

  test("a neutral one says neither paper, nor right, nor app", async () => {
    expect(await saved(false)).not.toMatch(/besace|titre|passeport|france|ayoub|p2/i);
  });
});

describe("a date of one's own", () => {
  const showDate = async (date: string, view: Partial<AheadView> = {}) => {
    const satchel = createFakeSatchel({ ahead: { ...EMPTY_AHEAD, ...view } });
    await showScreen(<DateScreen params={{ date }} />, { satchel, areas });
    await settled();
    return satchel;
  };
  const type = (label: string, value: string): void => {
    fireEvent.input(screen.getByLabelText(label), { target: { value } });
  };

  test("is asked for in words, and what is missing is said", async () => {
    const satchel = await showDate("nouvelle");
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Garder cette date" })));
    expect(screen.getAllByText(/Il manque quelques mots/)).not.toEqual([]);
    expect(screen.getAllByText(/Il manque la date/)).not.toEqual([]);
    expect(await axeProblems()).toEqual([]);
    type("Ce que c’est", "Rendez-vous CAF");
    type("Jour", "29");
    type("Mois", "février");
    type("Année", "2028");
    await act(async () => void fireEvent.click(screen.getByLabelText("7 jours avant")));
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Garder cette date" })));
    expect(satchel.calls("changeAhead")).toEqual([
      [{ type: "date", id: null, date: "2028-02-29", title: "Rendez-vous CAF", notice: 7 }],
    ]);
  });

  test("is changed and taken away; one that is gone says so", async () => {
    const held = { d1: { date: "2027-03", title: "Réponse", notice: 90 } };
    const satchel = await showDate("d1", { dates: held });
    expect((screen.getByLabelText("Mois") as HTMLInputElement).value).toBe("3");
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Retirer cette date" })));
    expect(satchel.calls("changeAhead")).toEqual([[{ type: "drop-date", id: "d1" }]]);
    cleanup();
    await showDate("d2", { dates: held });
    expect(screen.getByText(/n’est plus dans la liste/)).toBeTruthy();
  });
});

describe("what Besace follows", () => {
  test("is ticked, with its one date; only what changed is kept", async () => {
    const followed = { rsa: { since: "2026-08" }, "of-a-newer-version": {} };
    const satchel = createFakeSatchel({ ahead: { ...EMPTY_AHEAD, followed } });
    await showScreen(<RightsScreen />, { satchel, areas });
    await settled();
    expect((screen.getByLabelText(/^RSA/) as HTMLInputElement).checked).toBe(true);
    await act(async () => void fireEvent.click(screen.getByLabelText(/France Travail/)));
    await act(async () => void fireEvent.click(screen.getByLabelText(/logement social/)));
    expect(await axeProblems()).toEqual([]);
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Garder" })));
    await settled();
    expect(satchel.calls("changeAhead").map(([change]) => change)).toEqual([
      { type: "follow", right: "france-travail", since: null },
      { type: "follow", right: "social-housing", since: null },
    ]);
  });
});
