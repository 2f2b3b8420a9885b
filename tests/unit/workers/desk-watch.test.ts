/** A signed dossier that waits for its desk notices by itself, within a minute, that the desk has opened. */
import { describe, expect, test } from "vitest";
import type { Timers } from "../../../src/shared/ports.ts";
import { createDeskWatch } from "../../../src/workers/satchel/desk-watch.ts";
import { createBrowser, createServer, eventually, must, openTab } from "./world.ts";

const code = "417233";

/** One timer at a time, run by hand. */
function handTimers() {
  const due: { readonly delayMs: number; readonly task: () => void }[] = [];
  const timers: Timers = {
    after(delayMs, task) {
      const entry = { delayMs, task };
      due.push(entry);
      return () => void due.splice(due.indexOf(entry), due.includes(entry) ? 1 : 0);
    },
  };
  return { timers, due };
}
const turn = () => new Promise<void>((resolve) => setTimeout(resolve));

describe("the watch", () => {
  test("looks within a minute while something waits, seldom later, and stops when nothing waits", async () => {
    const { timers, due } = handTimers();
    let waits = true;
    let looks = 0;
    const random = { bytes: (length: number) => new Uint8Array(length).fill(128) };
    const watch = createDeskWatch({
      timers,
      random,
      look: async () => {
        looks += 1;
        return waits;
      },
    });
    watch.now();
    await turn();
    const pauses: number[] = [];
    while (looks < 14) {
      expect(due).toHaveLength(1);
      const next = due.shift();
      pauses.push(next?.delayMs ?? 0);
      next?.task();
      await turn();
    }
    expect(Math.max(...pauses.slice(0, 10))).toBeLessThan(60_000);
    expect(Math.min(...pauses.slice(10))).toBeGreaterThan(120_000);
    // A hint begins again, with one timer.
    watch.now();
    await turn();
    expect(due.map(({ delayMs }) => delayMs < 60_000)).toEqual([true]);
    waits = false;
    due.shift()?.task();
    await turn();
    expect(due).toEqual([]);
  });

  test("a reason that comes during a look is not lost", async () => {
    const { timers } = handTimers();
    let looks = 0;
    let release = (): void => undefined;
    const random = { bytes: (length: number) => new Uint8Array(length) };
    const watch = createDeskWatch({
      timers,
      random,
      look: async () => {
        looks += 1;
        if (looks === 1)
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        return false;
      },
    });
    watch.now();
    watch.now();
    watch.now();
    expect(looks).toBe(1);
    release();
    await turn();
    expect(looks).toBe(2);
  });
});

describe("an open satchel", () => {
  test.each(["visible", "online", "sendNow"] as const)(
    "a dossier that waits for the desk is sealed and booked at %s, without any answer of the queue",
    async (why) => {
      const server = await createServer();
      const browser = createBrowser();
      browser.deployment = await server.deployment([]);
      const tab = openTab(browser);
      const profile = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
      const { id } = must(
        await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
      );
      expect(must(await tab.api.send(id, null)).stage).toBe("awaiting-desk");
      browser.deployment = await server.deployment();
      await (why === "sendNow" ? tab.api.sendNow() : tab.api.hint(why));
      await eventually(async () => (must(await tab.api.dossier(id)).stage === "waits" ? true : undefined));
      expect(must(await (await tab.store(profile.database)).queue()).letters).toHaveLength(1);
    },
  );

  test("what one tab keeps is heard of and shown in the other", async () => {
    const browser = createBrowser();
    const one = openTab(browser);
    const { database } = must(await one.api.create({ code, language: "fr", pictogram: "bateau" }));
    const two = openTab(browser);
    must(await two.api.unlock({ database, code }));
    expect(must(await two.api.papers())).toEqual([]);
    expect(must(await two.api.dossiers())).toEqual([]);
    await turn();
    two.changes.splice(0);
    const { id } = must(await one.api.startPaper({ kind: "passport" }));
    must(await one.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }));
    await eventually(() => (two.changes.some(({ type }) => type === "papers") ? true : undefined));
    await eventually(() => (two.changes.some(({ type }) => type === "dossiers") ? true : undefined));
    expect(must(await two.api.papers()).map((paper) => paper.id)).toEqual([id]);
    expect(must(await two.api.dossiers())).toHaveLength(1);
  });
});
