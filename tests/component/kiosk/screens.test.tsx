/**
 * The shared computer's own screens by role and name (C8): start, a session's bar and countdown, the farewell with its slip,
 * a second tab, the administrator's page; each in every language, by keyboard, without violations.
 */
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TextKey } from "../../../src/app/i18n/catalogue.ts";
import { loadAreas, setLanguage, t } from "../../../src/app/i18n/i18n.ts";
import type { KioskDeps } from "../../../src/app/kiosk/deps.ts";
import { KioskApp } from "../../../src/app/kiosk/KioskApp.tsx";
import { kioskStart } from "../../../src/app/kiosk/places.ts";
import { createQuietRouter } from "../../../src/app/kiosk/router.ts";
import { SecondTab } from "../../../src/app/kiosk/Screens.tsx";
import type { Operator } from "../../../src/app/platform/deployment.ts";
import { UiWorld } from "../../../src/app/ui/world.ts";
import { err, ok } from "../../../src/shared/result.ts";
import type { Farewell, KioskApi, PostboxView } from "../../../src/workers/kiosk.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel } from "../../support/fake-satchel.ts";
import { plain } from "../../support/words.ts";

const contact = {
  organisation: "CCAS de Brévigny",
  phone: "+33465711230",
  phoneDisplay: "04 65 71 12 30",
  hours: [],
  address: "3 place du Marché, Brévigny",
};

interface Told {
  readonly online: boolean;
  readonly opened: boolean;
  readonly farewell: Farewell | null;
  readonly postbox: PostboxView;
}

/** A shared computer whose clock stands still until `pass`. */
function computer(told: Partial<Told> = {}) {
  let now = Date.UTC(2026, 10, 22, 9, 0);
  let due: { readonly at: number; readonly task: () => void }[] = [];
  const acts: string[] = [];
  const satchel = createFakeSatchel({ drilled: true });
  const { api } = satchel.handle;
  const never = { ok: false, error: { type: "unavailable", mark: "test" } } as const;
  const kiosk: KioskApi = {
    ...(api as KioskApi),
    opening: told.opened === true ? api.opening : async () => ok({ type: "none" }),
    finish: async () => (told.farewell == null ? never : ok(told.farewell)),
    postbox: async () => ok(told.postbox ?? { items: 0, since: null }),
    packPostbox: async () =>
      told.postbox?.items === 0
        ? err({ type: "nothing" })
        : ok({ file: new Blob(["%PDF"]), count: 7, bytes: 240_000, left: 1 }),
    takePostboxReceipt: async (file) =>
      (await file.text()) === "bon" ? ok({ arrived: 7, left: 0, at: now }) : err({ type: "not-believed" }),
  };
  const deps: KioskDeps = {
    version: "0",
    clock: { now: () => now },
    timers: {
      after(delayMs, task) {
        const entry = { at: now + delayMs, task };
        due.push(entry);
        return () => {
          due = due.filter((other) => other !== entry);
        };
      },
    },
    random: { bytes: (length) => new Uint8Array(length) },
    router: createQuietRouter("http://localhost", kioskStart),
    kiosk: { api: kiosk, listen: satchel.handle.listen },
    stopWorker: () => void acts.push("stop"),
    carrier: { api: {} as KioskDeps["carrier"]["api"], listen: () => () => undefined },
    theme: { current: () => "auto", set: () => undefined } as unknown as KioskDeps["theme"],
    feedIdle: () => () => undefined,
    watchPage: () => () => undefined,
    online: () => told.online ?? true,
    loadDeployment: async () => ({
      config: { name: "Espace numérique de Brévigny", idleMs: 120_000, printing: true },
      operator: { contact } as unknown as Operator,
    }),
    linkServiceWorker: async () => null,
    checks: async () => ({
      secure: "yes",
      worker: "yes",
      persisted: "no",
      kiosk: "unknown",
      room: "yes",
      alone: "yes",
    }),
    askToKeep: async () => true,
    copyText: async () => true,
    clearClipboard: async () => void acts.push("clipboard"),
    print: () => void acts.push("print"),
    replacePage: () => void acts.push("replace"),
  };
  return {
    deps,
    acts,
    /** Lets `ms` pass: due timers run in order. */
    pass: (ms: number) =>
      act(() => {
        const until = now + ms;
        for (;;) {
          const next = due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
          if (next === undefined) break;
          due = due.filter((entry) => entry !== next);
          now = next.at;
          next.task();
        }
        now = until;
      }),
  };
}

const show = async (told: Partial<Told> = {}, page: "poste" | "etat" = "poste") => {
  const here = computer(told);
  render(<KioskApp deps={here.deps} page={page} />);
  await screen.findByRole("heading", { level: 1 });
  return here;
};
const heading = (name: string): Promise<HTMLElement> => screen.findByRole("heading", { level: 1, name });
const press = (name: RegExp | string): void => void fireEvent.click(screen.getByRole("button", { name }));

/** Everything that the page says. */
const all = (): string => plain(screen.getByRole("main").textContent ?? "");
const text = (key: TextKey): string => plain(t(key));

/** Everything that the keyboard can reach, in order, by its name. */
const stops = (): readonly string[] =>
  [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, [tabindex='0']")]
    .filter((each) => each.tabIndex >= 0 && each.closest("[inert]") === null)
    .map((each) => each.textContent?.trim() || each.getAttribute("aria-label") || each.id);

beforeEach(async () => {
  window.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal(): void {
    this.open = true;
  };
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:poste/1");
  vi.spyOn(URL, "revokeObjectURL").mockReturnValue(undefined);
  await loadAreas("common", "start", "errors", "poste", "porteur", "home", "card");
});
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  await setLanguage("fr");
});

describe("start", () => {
  test("two ways in, three languages, how it goes, whose computer, whom to call; the h1 has the focus", async () => {
    const { deps } = await show();
    expect(document.activeElement).toBe(await heading(t("poste.start.title")));
    const ways = within(screen.getByRole("main")).getAllByRole("button", { name: /carte|besace/ });
    expect(ways.map((way) => way.textContent)).toEqual([
      expect.stringContaining(t("poste.start.card")),
      expect.stringContaining(t("poste.start.new")),
    ]);
    expect(screen.getByRole("region", { name: t("poste.bar.label") }).textContent).toContain("Espace numérique");
    expect(screen.getByRole("list", { name: t("poste.start.language") }).textContent).toContain("العربية");
    expect(screen.getByRole("status").textContent).toContain(t("poste.start.online"));
    expect(screen.getByRole("contentinfo").textContent).toContain("04 65 71 12 30");
    expect(stops()[0]).toBe(t("common.skip"));
    expect(await axeProblems()).toEqual([]);
    press(new RegExp(t("poste.start.card")));
    expect(deps.router.place().path).toBe("/revenir");
  });

  test("without a network it says what cannot be done, and promises nothing", async () => {
    await show({ online: false });
    expect(screen.getByRole("status").textContent).toContain(t("poste.start.offline"));
    const offline = plain(t("poste.start.cardOffline"));
    const card = screen.getByRole("button", { name: new RegExp(t("poste.start.card")) });
    expect(plain(card.textContent ?? "")).toContain(offline);
    expect(await axeProblems()).toEqual([]);
  });

  test("another language at one press, Arabic from right to left", async () => {
    await show();
    press("العربية");
    await waitFor(() => expect(document.documentElement.dir).toBe("rtl"));
    expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("ماذا تريدون أن تفعلوا؟");
    expect(screen.getByRole("button", { name: "العربية" }).getAttribute("aria-pressed")).toBe("true");
    expect(await axeProblems()).toEqual([]);
  });
});

describe("an open session", () => {
  test("one way out, always in sight; no second one in the head of the screen", async () => {
    await show({ opened: true, farewell: { items: 0, papers: 0, dossiers: 0 } });
    const bar = await screen.findByRole("region", { name: t("poste.bar.label") });
    expect(within(bar).getByRole("button", { name: t("poste.bar.end") })).toBeDefined();
    expect(within(bar).getByRole("timer").textContent).toContain("2 min 0 s");
    await screen.findByRole("navigation");
    expect(screen.queryByRole("button", { name: /^Sortir/ })).toBeNull();
    expect(screen.queryByRole("link", { name: t("home.more.settings") })).toBeNull();
    expect(await axeProblems()).toEqual([]);
  });

  test("thirty seconds before it closes it asks; a press winds it up; without one it ends by itself", async () => {
    const { pass, acts } = await show({ opened: true, farewell: { items: 0, papers: 0, dossiers: 0 } });
    await screen.findByRole("navigation");
    await pass(91_000);
    const dialog = await screen.findByRole("dialog", { name: t("poste.idle.title") });
    expect(within(dialog).getByRole("timer").textContent).toContain("29 s");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(within(dialog).getByRole("button", { name: t("poste.bar.stay") }));
    await waitFor(() => expect(screen.queryByRole("dialog", { name: t("poste.idle.title") })).toBeNull());
    await pass(121_000);
    await heading(t("poste.end.idleTitle"));
    // What the next person copied is not touched: only who asked for the end had it cleared.
    expect(acts).toEqual(["stop"]);
  });
});

describe("the farewell", () => {
  const ends = async (farewell: Farewell | null) => {
    const here = await show({ opened: true, farewell });
    await screen.findByRole("navigation");
    press(t("poste.bar.end"));
    await heading(t("poste.end.title"));
    return here;
  };

  test("nothing waits: it says so, names what to take along, and leaves the place", async () => {
    const { acts, pass } = await ends({ items: 0, papers: 0, dossiers: 0 });
    expect(all()).toContain(text("poste.end.arrived"));
    expect(screen.queryByRole("region", { name: t("poste.slip.title") })).toBeNull();
    expect(screen.getAllByRole("checkbox").map((box) => box.getAttribute("autocomplete"))).toEqual([
      "off",
      "off",
      "off",
    ]);
    fireEvent.click(screen.getByRole("checkbox", { name: t("poste.end.things") }));
    expect(acts).toEqual(["stop", "clipboard"]);
    expect(await axeProblems()).toEqual([]);
    press(t("poste.end.leave"));
    expect(acts.at(-1)).toBe("replace");
    await pass(46_000);
    expect(acts.filter((each) => each === "replace").length).toBeGreaterThan(1);
  });

  test("what waits is counted as the person knows it, with where to look later; it can be printed", async () => {
    const { acts } = await ends({ items: 9, papers: 1, dossiers: 2 });
    const slip = screen.getByRole("region", { name: t("poste.slip.title") });
    expect(slip.textContent).toMatch(/1\s+papier et 2\s+dossiers/);
    expect(slip.textContent).not.toContain("9");
    expect(slip.textContent).toContain("Espace numérique de Brévigny");
    expect(slip.textContent).toContain(t("poste.slip.promise"));
    expect(await axeProblems()).toEqual([]);
    press(t("poste.slip.print"));
    expect(acts.at(-1)).toBe("print");
  });

  test("something else waits: no number that nobody would recognise; and an end that could not be checked says so", async () => {
    await ends({ items: 2, papers: 0, dossiers: 0 });
    expect(screen.getByRole("region", { name: t("poste.slip.title") }).textContent).toContain(t("poste.slip.other"));
    cleanup();
    await ends(null);
    expect(all()).toContain(text("poste.end.lost"));
    expect(all()).not.toContain(text("poste.end.arrived"));
  });
});

test("a second tab says where the first one is and whom to call, and shows nothing else", async () => {
  const { deps } = computer();
  render(
    <UiWorld value={{ clock: deps.clock, timers: deps.timers }}>
      <SecondTab deployment={await deps.loadDeployment()} />
    </UiWorld>,
  );
  await heading(t("poste.second.title"));
  const [skip, call, ...others] = stops();
  expect([skip, others]).toEqual([t("common.skip"), []]);
  expect(plain(call ?? "")).toContain(contact.phoneDisplay);
  expect(await axeProblems()).toEqual([]);
});

describe("the administrator's page", () => {
  test("a number and a date, what the computer shows, and that anybody sees this page", async () => {
    await show({ postbox: { items: 7, since: Date.UTC(2026, 10, 20, 10, 0) } }, "etat");
    await heading(t("poste.state.title"));
    expect(screen.getByText(t("poste.state.open"))).toBeDefined();
    const waiting = await screen.findByRole("region", { name: t("poste.state.waiting") });
    await waitFor(() => expect(waiting.textContent).toContain("7 éléments"));
    expect(plain(waiting.textContent ?? "")).toContain("20 novembre");
    expect(screen.getByRole("button", { name: t("poste.state.keep") })).toBeDefined();
    expect(await axeProblems()).toEqual([]);
  });

  test("the file for a carrier: count and size, what did not fit, saved under a name that says nothing", async () => {
    await show({ postbox: { items: 8, since: 0 } }, "etat");
    fireEvent.click(await screen.findByRole("button", { name: t("poste.carry.make") }));
    const said = await screen.findByText(/7 éléments/);
    expect(plain(said.textContent ?? "")).toContain("240 Ko");
    expect(plain(said.textContent ?? "")).toContain(plain(t("poste.carry.left", { count: 1 })));
    const saved: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    press(t("porteur.hand.save"));
    expect(saved).toEqual(["besace-a-porter.pdf"]);
    expect((await screen.findByText(/7 éléments/)).textContent).toContain(t("poste.carry.given"));
    expect(await axeProblems()).toEqual([]);
  });

  test("nothing waits: no file to make; a receipt is read, or refused in words", async () => {
    await show({ postbox: { items: 0, since: null } }, "etat");
    await screen.findByText(t("poste.state.none"));
    expect(screen.queryByRole("button", { name: t("poste.carry.make") })).toBeNull();
    const field = screen.getByLabelText(new RegExp(t("porteur.receipt.choose")));
    const give = (text: string): void =>
      void fireEvent.change(field, { target: { files: [new File([text], "besace-recepisse.txt")] } });
    give("faux");
    await screen.findByText(t("poste.carry.receipt.not-believed"));
    give("bon");
    await screen.findByText(/7 éléments sont arrivés/);
    expect(await axeProblems()).toEqual([]);
  });

  test("in Arabic, from right to left, with the plural that fits", async () => {
    await setLanguage("ar");
    await show({ postbox: { items: 3, since: 0 } }, "etat");
    await screen.findByText(/3 عناصر/);
    expect(await axeProblems()).toEqual([]);
  });
});
