/** Parts of the satchel's worker that come after the shell: absent, they are asked for again, and nothing is refused (D10). */
import { describe, expect, test, vi } from "vitest";
import type { Log, Timers } from "../../../src/shared/ports.ts";
import { ok } from "../../../src/shared/result.ts";
import { createLoader } from "../../../src/workers/common/loaded.ts";
import type { PageMaker } from "../../../src/workers/imaging.contract.ts";
import { jpeg } from "./files.ts";
import { createBrowser, fakeImaging, must, openTab } from "./world.ts";

vi.mock("../../../src/crypto/sha256.ts", () => {
  throw new TypeError("Failed to fetch dynamically imported module");
});

describe("a part that is loaded when it is asked for", () => {
  test("is told as not loaded while it cannot be had, asked for again, and loaded once", async () => {
    const noted: string[] = [];
    let asked = 0;
    let there = false;
    const load = createLoader({ log: { note: (event) => noted.push(event) } }, "ways-not-loaded", async () => {
      asked += 1;
      if (!there) throw new TypeError("Failed to fetch");
      return "ways";
    });
    expect(await load()).toEqual({ ok: false, error: { type: "unavailable", mark: "not-loaded" } });
    there = true;
    expect([await load(), await load(), await load()]).toEqual([ok("ways"), ok("ways"), ok("ways")]);
    expect([asked, noted]).toEqual([2, ["ways-not-loaded"]]);
  });

  test("is tried once more after a moment; one that never comes is told in time, and is there for who asks later", async () => {
    const due: { readonly ms: number; readonly task: () => void }[] = [];
    const timers: Timers = {
      after(ms, task) {
        due.push({ ms, task });
        return () => undefined;
      },
    };
    const pass = (ms: number): void => {
      for (const one of due.splice(0)) if (one.ms <= ms) one.task();
    };
    const noted: string[] = [];
    const log: Log = { note: (event, fields) => noted.push(`${event} ${fields?.error}`) };
    let asked = 0;
    const flaky = createLoader({ log, timers }, "flaky", async () => {
      asked += 1;
      if (asked === 1) throw new TypeError("Failed to fetch");
      return "there";
    });
    const first = flaky();
    await expect.poll(() => due.some(({ ms }) => ms === 400)).toBe(true);
    pass(400);
    expect(await first).toEqual(ok("there"));
    let come: (part: string) => void = () => undefined;
    const slow = createLoader({ log, timers }, "slow", () => new Promise<string>((done) => (come = done)));
    const waiting = slow();
    await expect.poll(() => due.some(({ ms }) => ms === 15_000)).toBe(true);
    pass(15_000);
    expect(await waiting).toEqual({ ok: false, error: { type: "unavailable", mark: "not-loaded" } });
    const later = slow();
    come("late but here");
    expect(await later).toEqual(ok("late but here"));
    expect(noted).toEqual(["slow late"]);
  });

  test("D10: without the running hash a large file is kept all the same, and is the same file", async () => {
    const bytes = new Uint8Array(5 * 1024 * 1024 + 1);
    bytes.set(jpeg({ width: 4000, height: 3000 }));
    const absent: PageMaker = {
      ...fakeImaging,
      reduce: async () => ok({ type: "raw", mime: "image/jpeg", absent: true }),
    };
    const tab = openTab(createBrowser(), { imaging: absent });
    must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
    const { id } = must(await tab.api.startPaper({ kind: "tax-notice" }));
    const { page, state } = must(await tab.api.addPage(id, new File([bytes], "avis.jpg")));
    expect(state).toBe("raw");
    // Read only where the hash that was sealed is the hash of what comes out.
    const read = must(await tab.api.readPage(id, page, "readable"));
    expect(Buffer.from(read.bytes).equals(bytes)).toBe(true);
  });
});
