/** Making, opening, locking a satchel: codes, cards, counters (DESIGN 3, INV-7). */
import { describe, expect, test } from "vitest";
import { createMemoryRegistry } from "../../../src/storage/memory/index.ts";
import { spareTries } from "../../../src/storage/tries.ts";
import { codeTries, waitAfter } from "../../../src/workers/common/codes.ts";
import { createStretcher } from "../../../src/workers/common/stretcher.ts";
import { satchelMethods } from "../../../src/workers/satchel.contract.ts";
import { createBrowser, eventually, must, openTab, quickStretch } from "./world.ts";

const code = "417233";
const make = async () => {
  const browser = createBrowser();
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  return { browser, tab, profile };
};

describe("a satchel", () => {
  test("contract and worker list the same methods", () => {
    const tab = openTab(createBrowser());
    expect(Object.keys(tab.api).sort()).toEqual([...satchelMethods].sort());
  });

  test("is made without network, in one registry row, open at once", async () => {
    const browser = createBrowser();
    const tab = openTab(browser);
    expect(must(await tab.api.opening())).toEqual({ type: "none" });
    const profile = must(await tab.api.create({ code, language: "ar", pictogram: "lune" }));
    expect(must(await tab.api.opening())).toEqual({
      type: "open",
      profile,
      cardDrilled: false,
      asks: { code: false, drill: false },
      way: { tries: 0, left: 10, frozen: false, blockedAt: null, openedAt: null, openedElsewhere: false },
      putOut: false,
    });
    expect(must(await tab.api.profile())).toEqual({ t: "profile", language: "ar" });
    const rows = must(await browser.registry.list());
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ kind: "satchel", pictogram: "lune", wrongTries: 0, cardDrilled: false });
    expect(rows[0]?.wraps.map((wrap) => wrap.pair).sort()).toEqual(["D+C", "D+P"]);
    expect(rows[0]?.transportKey.extractable).toBe(false);
    expect(rows[0]?.deviceKey.extractable).toBe(false);
  });

  test.each([
    ["12345", "code-shape"],
    ["12345a", "code-shape"],
    ["123456", "code-too-common"],
    ["000000", "code-too-common"],
  ])("refuses the code %s", async (bad, type) => {
    const tab = openTab(createBrowser());
    expect(await tab.api.create({ code: bad, language: "fr", pictogram: "lune" })).toEqual({
      ok: false,
      error: { type },
    });
    expect(must(await tab.api.opening())).toEqual({ type: "none" });
  });

  test("locks, refuses everything, and opens with the code in another worker", async () => {
    const { browser, tab, profile } = await make();
    must(await tab.api.saveProfile({ given_name: "Amina" }));
    must(await tab.api.lock());
    expect(await tab.api.papers()).toEqual({ ok: false, error: { type: "locked" } });
    expect(must(await tab.api.opening())).toEqual({ type: "locked", profiles: [profile] });
    const later = openTab(browser);
    must(await later.api.unlock({ database: profile.database, code }));
    expect(must(await later.api.profile())).toMatchObject({ given_name: "Amina", language: "fr" });
  });

  test("a lock asked while a code is being tried wins: nothing is open afterwards", async () => {
    const { tab, profile } = await make();
    must(await tab.api.lock());
    const opening = tab.api.unlock({ database: profile.database, code });
    must(await tab.api.lock());
    expect(await opening).toEqual({ ok: false, error: { type: "locked" } });
    expect(must(await tab.api.opening()).type).toBe("locked");
    must(await tab.api.unlock({ database: profile.database, code }));
  });

  test("what was asked before the lock is kept, what comes after hears locked", async () => {
    const { browser, tab, profile } = await make();
    const first = tab.api.saveProfile({ given_name: "Amina" });
    const locked = tab.api.lock();
    const late = tab.api.saveProfile({ given_name: "Nobody" });
    expect([must(await first), must(await locked), await late]).toEqual([
      undefined,
      undefined,
      { ok: false, error: { type: "locked" } },
    ]);
    const later = openTab(browser);
    must(await later.api.unlock({ database: profile.database, code }));
    expect(must(await later.api.profile()).given_name).toBe("Amina");
  });

  test("two people on one phone", async () => {
    const { tab, profile } = await make();
    must(await tab.api.saveProfile({ given_name: "Amina" }));
    const other = must(await tab.api.create({ code: "582914", language: "en", pictogram: "soleil" }));
    expect(must(await tab.api.profile())).toEqual({ t: "profile", language: "en" });
    must(await tab.api.lock());
    expect(must(await tab.api.opening())).toMatchObject({ type: "locked", profiles: [profile, other] });
    expect(await tab.api.unlock({ database: other.database, code })).toMatchObject({ error: { type: "wrong-code" } });
    must(await tab.api.unlock({ database: profile.database, code }));
    expect(must(await tab.api.profile()).given_name).toBe("Amina");
    must(await tab.api.erase(other.database));
    must(await tab.api.lock());
    expect(must(await tab.api.opening())).toMatchObject({ profiles: [profile] });
  });
});

describe("A6: wrong codes", () => {
  test("wait longer and longer, at most a day, and count over all tabs", async () => {
    const { browser, profile } = await make();
    const { database } = profile;
    const tabs = [openTab(browser), openTab(browser)];
    for (let n = 1; n <= codeTries; n += 1) {
      const tab = tabs[n % 2];
      const answer = await tab?.api.unlock({ database, code: "999998" });
      expect(answer).toEqual({
        ok: false,
        error: { type: "wrong-code", triesLeft: codeTries - n, waitMs: waitAfter(n) },
      });
      const other = await tabs[(n + 1) % 2]?.api.unlock({ database, code });
      if (waitAfter(n) > 0) expect(other).toEqual({ ok: false, error: { type: "wait", waitMs: waitAfter(n) } });
      else must(other as never);
      // A right code in between forgives: only wait steps are kept in a row.
      if (waitAfter(n) === 0) {
        const row = must(await browser.registry.get(database));
        must(await browser.registry.update(database, row?.revision ?? 0, { wrongTries: n, nextTryAt: 0 }));
      }
      browser.clock.pass(waitAfter(n));
    }
    // Not drilled: nothing is dropped, and the right code still opens.
    must(await openTab(browser).api.unlock({ database, code }));
    expect(must(await browser.registry.get(database))).toMatchObject({ wrongTries: 0, nextTryAt: 0 });
    expect(waitAfter(1000)).toBe(24 * 3600 * 1000);
  });

  test("ten wrong codes drop the code where the card was drilled; the card opens and a new code is set", async () => {
    const { browser, tab, profile } = await make();
    const { database } = profile;
    const card = must(await tab.api.card());
    expect(card).toMatchObject({ drilled: false, set: 0 });
    expect(card.groups).toHaveLength(10);
    must(await tab.api.drill(card.groups.join(" ")));
    expect(must(await tab.api.card()).drilled).toBe(true);
    must(await tab.api.lock());
    for (let n = 1; n <= codeTries; n += 1) {
      const answer = await tab.api.unlock({ database, code: "999998" });
      const type = n === codeTries ? "code-dropped" : "wrong-code";
      expect(answer).toMatchObject({ ok: false, error: { type } });
      browser.clock.pass(waitAfter(n));
    }
    expect(await tab.api.unlock({ database, code })).toEqual({ ok: false, error: { type: "code-dropped" } });
    must(await tab.api.unlockWithCard({ database, card: card.qr }));
    expect(await tab.api.checkCode("123456")).toEqual({ ok: false, error: { type: "code-too-common" } });
    must(await tab.api.checkCode("582914"));
    must(await tab.api.changeCode("582914"));
    must(await tab.api.lock());
    expect(await tab.api.checkCode("010190")).toEqual({ ok: true, value: undefined });
    expect(await tab.api.unlock({ database, code })).toMatchObject({ error: { type: "wrong-code" } });
    must(await tab.api.unlock({ database, code: "582914" }));
  });

  test("the counter is on disk before the code is tried: ending the tab gives no free try", async () => {
    const { browser, profile } = await make();
    const { database } = profile;
    let write = (): void => undefined;
    const written = new Promise<void>((resolve) => {
      write = resolve;
    });
    const { registry } = browser;
    // A disk that is slow, and a stretching that is not: nothing of it is used before the disk has answered.
    const slow: typeof registry = {
      ...registry,
      update: async (...args) => {
        await written;
        return registry.update(...args);
      },
    };
    let stretched = false;
    const tab = openTab(
      { ...browser, registry: slow },
      {
        stretch: {
          ...quickStretch,
          derive: async (...args) => {
            stretched = true;
            return quickStretch.derive(...args);
          },
        },
      },
    );
    let answered = false;
    const unlocking = tab.api.unlock({ database, code }).finally(() => {
      answered = true;
    });
    await eventually(() => (stretched ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    expect(must(await tab.api.opening()).type).toBe("locked");
    write();
    must(await unlocking);
    await tab.api.unlock({ database, code: "999998" });
    expect(must(await registry.get(database))?.wrongTries).toBe(1);
  });

  test("a code that may not be tried now is not stretched either", async () => {
    const { browser, profile } = await make();
    const { database } = profile;
    let times = 0;
    const tab = openTab(browser, {
      stretch: {
        ...quickStretch,
        derive: async (...args) => {
          times += 1;
          return quickStretch.derive(...args);
        },
      },
    });
    for (let n = 0; n < 5; n += 1) await tab.api.unlock({ database, code: "999998" });
    expect(times).toBe(4);
    expect(await tab.api.unlock({ database, code })).toMatchObject({ error: { type: "wait" } });
    expect(times).toBe(4);
  });

  test("a device that computes wrongly refuses nobody: the try is taken back", async () => {
    const { browser, profile } = await make();
    const broken = openTab(browser, {
      stretch: { ...quickStretch, derive: async () => ({ ok: false, error: { type: "broken" } }) },
    });
    const answer = await broken.api.unlock({ database: profile.database, code });
    expect(answer).toEqual({ ok: false, error: { type: "stretch-broken" } });
    expect(must(await browser.registry.get(profile.database))).toMatchObject({ wrongTries: 0, nextTryAt: 0 });
  });

  describe("on a full disk (decisions/0008)", () => {
    const full = async () => {
      const disk = { full: false };
      const browser = { ...createBrowser(), registry: createMemoryRegistry(disk) };
      const tab = openTab(browser);
      const { database } = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
      const { groups } = must(await tab.api.card());
      must(await tab.api.lock());
      disk.full = true;
      return { disk, browser, database, card: groups.join(" ") };
    };

    test("the right code opens, and the card does when no try is left", async () => {
      const { browser, database, card } = await full();
      for (let n = 0; n < spareTries; n += 1) must(await openTab(browser).api.unlock({ database, code }));
      expect(await openTab(browser).api.unlock({ database, code })).toEqual({ ok: false, error: { type: "full" } });
      must(await openTab(browser).api.unlockWithCard({ database, card }));
    });

    test("no more wrong codes than spare tries, whatever is closed; the counter knows them when there is room", async () => {
      const { disk, browser, database } = await full();
      for (let n = 1; n <= spareTries; n += 1)
        expect(await openTab(browser).api.unlock({ database, code: "999998" })).toMatchObject({
          error: { type: "wrong-code", triesLeft: codeTries - n },
        });
      for (let n = 0; n < 3; n += 1)
        expect(await openTab(browser).api.unlock({ database, code })).toEqual({ ok: false, error: { type: "full" } });
      disk.full = false;
      expect(await openTab(browser).api.unlock({ database, code: "999998" })).toMatchObject({
        error: { type: "wrong-code", triesLeft: codeTries - spareTries - 1 },
      });
      disk.full = true;
      // Laid again, and their waits stand although nothing of them could be written.
      browser.clock.pass(waitAfter(spareTries + 1));
      expect(await openTab(browser).api.unlock({ database, code: "999998" })).toMatchObject({
        error: { type: "wrong-code", triesLeft: codeTries - spareTries - 2 },
      });
      expect(await openTab(browser).api.unlock({ database, code })).toEqual({
        ok: false,
        error: { type: "wait", waitMs: waitAfter(spareTries + 2) },
      });
      disk.full = false;
      browser.clock.pass(waitAfter(spareTries + 2));
      must(await openTab(browser).api.unlock({ database, code }));
      expect(must(await browser.registry.get(database))).toMatchObject({ wrongTries: 0, nextTryAt: 0 });
    });
  });

  test("a clock set back never makes anybody wait longer than the longest wait of that count", async () => {
    const { browser, tab, profile } = await make();
    must(await tab.api.lock());
    for (let n = 1; n <= 5; n += 1) {
      await tab.api.unlock({ database: profile.database, code: "999998" });
      browser.clock.pass(waitAfter(n));
    }
    browser.clock.set(0);
    const answer = await tab.api.unlock({ database: profile.database, code });
    expect(answer).toEqual({ ok: false, error: { type: "wait", waitMs: waitAfter(5) } });
  });
});

describe("the card (pair D+C)", () => {
  test("opens typed or scanned, names wrong groups, refuses another card", async () => {
    const { browser, tab, profile } = await make();
    const { database } = profile;
    const { groups, qr } = must(await tab.api.card());
    const wrong = groups.map((group, n) =>
      n === 3 ? `${group.slice(0, 3)}${group.endsWith("A") ? "B" : "A"}` : group,
    );
    expect(await tab.api.drill(wrong.join("-"))).toEqual({ ok: false, error: { type: "wrong-groups", groups: [4] } });
    expect(await tab.api.drill("BSC1.XXXX")).toEqual({ ok: false, error: { type: "wrong-card" } });
    expect(await tab.api.drill("rien")).toEqual({ ok: false, error: { type: "wrong-card" } });
    const stranger = openTab(createBrowser());
    must(await stranger.api.create({ code, language: "fr", pictogram: "lune" }));
    const foreign = must(await stranger.api.card());
    expect(await tab.api.drill(foreign.qr)).toEqual({ ok: false, error: { type: "wrong-card" } });
    must(await tab.api.lock());
    must(await tab.api.unlockWithCard({ database, card: groups.join("").toLowerCase() }));
    must(await tab.api.lock());
    must(await openTab(browser).api.unlockWithCard({ database, card: qr }));
  });

  test("does not open on another device, even with a copy of the sealed bytes (INV-7)", async () => {
    const { browser, tab, profile } = await make();
    const { qr } = must(await tab.api.card());
    const thief = createBrowser();
    const row = must(await browser.registry.get(profile.database));
    if (row === undefined) throw new Error("a profile was made");
    const otherKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    must(await thief.registry.add({ ...row, deviceKey: otherKey }));
    const answer = await openTab(thief).api.unlockWithCard({ database: profile.database, card: qr });
    expect(answer).toEqual({ ok: false, error: { type: "unavailable", mark: "device-key-lost" } });
  });
});

test("the real stretching opens what it sealed", { timeout: 120_000 }, async () => {
  const browser = createBrowser();
  const tab = openTab(browser, { stretch: createStretcher({ now: () => performance.now() }) });
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "lune" }));
  must(await tab.api.lock());
  expect(await tab.api.unlock({ database: profile.database, code: "417234" })).toMatchObject({
    error: { type: "wrong-code" },
  });
  must(await tab.api.unlock({ database: profile.database, code }));
});
