/** INV-6 and C3 in what is pure of the shared computer's page: where one may be, its countdown, its router, its checks. */
import { describe, expect, test } from "vitest";
import { runChecks } from "../../../src/app/kiosk/checks.ts";
import { carefulConfig, readKioskConfig } from "../../../src/app/kiosk/config.ts";
import { createCountdown } from "../../../src/app/kiosk/countdown.ts";
import { whereTo } from "../../../src/app/kiosk/places.ts";
import { createQuietRouter } from "../../../src/app/kiosk/router.ts";

describe("where a session may be", () => {
  test("before an opening: making a satchel and coming back, nothing else", () => {
    expect(whereTo("/", "closed")).toEqual({ show: "/" });
    expect(whereTo("/code", "closed")).toEqual({ show: "/code" });
    expect(whereTo("/revenir", "closed")).toEqual({ show: "/revenir" });
    expect(whereTo("/papiers", "closed")).toEqual({ instead: "/", say: "notHere" });
  });
  test("the card comes before the first paper", () => {
    expect(whereTo("/carte", "drill")).toEqual({ show: "/carte" });
    expect(whereTo("/carte/essai", "drill")).toEqual({ show: "/carte/essai" });
    expect(whereTo("/code", "drill")).toEqual({ instead: "/carte", say: null });
    for (const path of ["/accueil", "/papiers/nouveau", "/carte/nouvelle"])
      expect(whereTo(path, "drill")).toEqual({ instead: "/carte", say: "drillFirst" });
  });
  test("open: papers, dossiers and what was sent; no installing, devices, other profiles, discreet mode, carrying", () => {
    for (const path of ["/accueil", "/papiers", "/papiers/nouveau", "/demarches", "/envois", "/carte", "/revenir"])
      expect(whereTo(path, "open")).toEqual({ show: path });
    for (const path of ["/reglages", "/discret", "/appareils", "/rejoindre", "/porteur", "/sortie", "/papiers/place"])
      expect(whereTo(path, "open")).toEqual({ instead: "/accueil", say: "notHere" });
  });
});

function clockwork() {
  let now = 1000;
  const waiting: { at: number; task: () => void }[] = [];
  return {
    clock: { now: () => now },
    timers: {
      after(ms: number, task: () => void) {
        const one = { at: now + ms, task };
        waiting.push(one);
        return () => {
          if (waiting.includes(one)) waiting.splice(waiting.indexOf(one), 1);
        };
      },
    },
    pass(ms: number) {
      const until = now + ms;
      for (;;) {
        const next = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        waiting.splice(waiting.indexOf(next), 1);
        now = next.at;
        next.task();
      }
      now = until;
    },
    /** The computer sleeps: the clock goes on, timers do not. */
    sleep(ms: number) {
      now += ms;
    },
  };
}

describe("the countdown", () => {
  const world = () => {
    const works = clockwork();
    const seen: number[] = [];
    let ends = 0;
    const countdown = createCountdown({
      ...works,
      idleMs: 120_000,
      onTick: (left) => seen.push(left),
      onEnd: () => {
        ends += 1;
      },
    });
    return { ...works, seen, countdown, ends: () => ends };
  };
  test("is shown every second, wound up by a gesture, and ends once", () => {
    const { pass, seen, countdown, ends } = world();
    pass(60_000);
    expect(seen.at(-1)).toBe(60_000);
    countdown.gesture();
    expect(seen.at(-1)).toBe(120_000);
    pass(119_000);
    expect(ends()).toBe(0);
    pass(60_000);
    expect(ends()).toBe(1);
    countdown.gesture();
    pass(600_000);
    expect(ends()).toBe(1);
  });
  test("a computer that slept past the limit is closed by the first touch, not brought back by it", () => {
    const { sleep, countdown, ends } = world();
    sleep(10 * 60_000);
    countdown.gesture();
    expect(ends()).toBe(1);
  });
  test("choosing a file has more time, and its end winds up again", () => {
    const { pass, countdown, ends } = world();
    countdown.away(true);
    pass(4 * 60_000);
    expect(ends()).toBe(0);
    countdown.away(false);
    pass(119_000);
    expect(ends()).toBe(0);
    pass(1_000);
    expect(ends()).toBe(1);
  });
  test("ends nothing after it was stopped", () => {
    const { pass, countdown, ends } = world();
    countdown.stop();
    pass(600_000);
    expect(ends()).toBe(0);
  });
});

test("the router goes back in memory, and keeps nothing of a session that was before", () => {
  const router = createQuietRouter("http://localhost", "/");
  const seen: string[] = [];
  router.onMove(({ path }) => seen.push(path));
  router.go("/accueil");
  router.go("/papiers/");
  router.back("/accueil");
  expect(router.place()).toMatchObject({ path: "/accueil", arrival: "pop", visit: 3 });
  router.begin("/");
  router.back("/accueil");
  expect(seen).toEqual(["/accueil", "/papiers", "/accueil", "/", "/accueil"]);
});

test("a configuration is read as far as it makes sense; what is missing is careful", () => {
  expect(readKioskConfig({})).toEqual(carefulConfig);
  expect(readKioskConfig({ kiosk: { name: "Espace numérique", idleSeconds: 90, printing: false } })).toEqual({
    name: "Espace numérique",
    idleMs: 90_000,
    printing: false,
  });
  for (const odd of [null, 3, { kiosk: { idleSeconds: 5 } }, { kiosk: { idleSeconds: 86_400 } }])
    expect(readKioskConfig(odd)).toEqual(carefulConfig);
});

test("the start-up check says what it sees, and what it does not know", async () => {
  const none = {
    isSecureContext: false,
    matchMedia: () => ({ matches: false }),
    serviceWorker: undefined,
    storage: undefined,
    databases: async () => [{ name: "besace" }],
  };
  expect(await runChecks(none)).toEqual({
    secure: "no",
    worker: "no",
    persisted: "unknown",
    kiosk: "no",
    room: "unknown",
    alone: "no",
  });
  const good = {
    isSecureContext: true,
    matchMedia: (query: string) => ({ matches: query.includes("fullscreen") }),
    serviceWorker: { controller: {} },
    storage: { persisted: async () => true, estimate: async () => ({ quota: 5e9 }) },
    databases: async () => [{ name: "besace-poste" }],
  };
  const yes = { secure: "yes", worker: "yes", persisted: "yes", kiosk: "yes", room: "yes", alone: "yes" };
  expect(await runChecks(good)).toEqual(yes);
});
