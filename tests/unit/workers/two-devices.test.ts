/**
 * One satchel on two devices: the transfer without network, then what each writes alone, merged (DESIGN 4, SPEC C-T). Two
 * services on memory stores and the real server; the real browsers do the same in tests/e2e/two-devices.test.ts (B7).
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SatchelApi } from "../../../src/workers/satchel.contract.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { type Browser, createBrowser, createConnectedBrowser, createLine, must, openTab } from "./world.ts";

const code = "417233";
const otherCode = "582914";

/** The transfer as two persons with two phones do it; `tamper` changes a text on its way. */
export async function transfer(from: SatchelApi, to: SatchelApi): Promise<void> {
  const request = must(await to.transferRequest());
  const offer = must(await from.transferOffer({ code, request: request.text }));
  const shown = must(await to.transferNumber(offer.number));
  expect(shown.pictures).toEqual(offer.pictures);
  const answer = must(await from.transferConfirm());
  must(await to.transferAccept(answer.text));
  must(await to.transferFinish(otherCode));
}

async function first(browser: Browser = createBrowser()) {
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  return { browser, tab, profile };
}

describe("a transfer without network", () => {
  test("makes the same satchel on the new device: own code, same card, same chain, honestly empty", async () => {
    const old = await first();
    const fresh = openTab(createBrowser());
    await transfer(old.tab.api, fresh.api);
    const opening = must(await fresh.api.opening());
    expect(opening).toMatchObject({ type: "open", arriving: true, cardDrilled: false });
    expect(opening.type === "open" && opening.profile.pictogram).toBe("code-bateau");
    expect(must(await fresh.api.card())).toMatchObject({ qr: must(await old.tab.api.card()).qr });
    expect(must(await fresh.api.papers())).toEqual([]);
    const [here, there] = [must(await fresh.api.devices()), must(await old.tab.api.devices())];
    expect(here.map((device) => device.id)).toEqual(there.map((device) => device.id));
    expect(here.map((device) => device.here)).toEqual([false, true]);
    expect(there.map((device) => device.here)).toEqual([true, false]);
    expect(there.map((device) => device.addedAt)).toEqual([expect.any(Number), expect.any(Number)]);
  });

  test("the new device opens again with its own code and with the card, not with the old one's code", async () => {
    const old = await first();
    const browser = createBrowser();
    const fresh = openTab(browser);
    await transfer(old.tab.api, fresh.api);
    const card = must(await fresh.api.card()).qr;
    must(await fresh.api.lock());
    const later = openTab(browser);
    const { database } = must(await browser.registry.list())[0] ?? { database: "" };
    expect(await later.api.unlock({ database, code })).toMatchObject({ ok: false, error: { type: "wrong-code" } });
    must(await later.api.unlock({ database, code: otherCode }));
    must(await later.api.lock());
    must(await later.api.unlockWithCard({ database, card }));
  });

  test("C-T2 the code is asked again, and a wrong one counts", async () => {
    const old = await first();
    const fresh = openTab(createBrowser());
    const { text: request } = must(await fresh.api.transferRequest());
    expect(await old.tab.api.transferOffer({ code: "999990", request })).toMatchObject({
      ok: false,
      error: { type: "wrong-code", triesLeft: 9 },
    });
    expect(await old.tab.api.transferConfirm()).toEqual({ ok: false, error: { type: "expired" } });
    must(await old.tab.api.lock());
    expect(await old.tab.api.transferOffer({ code, request })).toEqual({ ok: false, error: { type: "locked" } });
  });

  test("C-T6 15 minutes, once: late, replayed, foreign and repeated texts are refused and leave nothing", async () => {
    const old = await first();
    const browser = createBrowser();
    const fresh = openTab(browser);
    expect(await fresh.api.transferNumber("402913")).toEqual({ ok: false, error: { type: "expired" } });
    const one = must(await fresh.api.transferRequest());
    const offer = must(await old.tab.api.transferOffer({ code, request: one.text }));
    old.browser.clock.pass(15 * 60_000 + 1);
    expect(await old.tab.api.transferConfirm()).toEqual({ ok: false, error: { type: "expired" } });
    // Read again in time: answered once.
    const again = must(await old.tab.api.transferOffer({ code, request: one.text }));
    expect(again.number).toMatch(/^\d{6}$/);
    const answer = must(await old.tab.api.transferConfirm()).text;
    expect(await old.tab.api.transferConfirm()).toEqual({ ok: false, error: { type: "expired" } });
    expect(await old.tab.api.transferOffer({ code, request: one.text })).toEqual({
      ok: false,
      error: { type: "already-added" },
    });
    // The number of the first reading is not the one that the answer is bound to.
    if (offer.number !== again.number) {
      must(await fresh.api.transferNumber(offer.number));
      expect(await fresh.api.transferAccept(answer)).toEqual({ ok: false, error: { type: "cannot-open" } });
    }
    // A new request forgets the old one: its answer is a foreign one now.
    must(await fresh.api.transferRequest());
    must(await fresh.api.transferNumber(again.number));
    expect(await fresh.api.transferAccept(answer)).toEqual({ ok: false, error: { type: "other-request" } });
    browser.clock.pass(15 * 60_000 + 1);
    expect(await fresh.api.transferAccept(answer)).toEqual({ ok: false, error: { type: "expired" } });
    expect(await fresh.api.transferFinish(otherCode)).toEqual({ ok: false, error: { type: "expired" } });
    expect(must(await browser.registry.list())).toEqual([]);
  });

  test("a code too easy is refused without losing the transfer; the same satchel is not taken twice", async () => {
    const old = await first();
    const fresh = openTab(createBrowser());
    const request = must(await fresh.api.transferRequest());
    const offer = must(await old.tab.api.transferOffer({ code, request: request.text }));
    must(await fresh.api.transferNumber(offer.number));
    must(await fresh.api.transferAccept(must(await old.tab.api.transferConfirm()).text));
    expect(await fresh.api.transferFinish("123456")).toEqual({ ok: false, error: { type: "code-too-common" } });
    must(await fresh.api.transferFinish(otherCode));
    // The same browser asks the same satchel again.
    const twice = must(await fresh.api.transferRequest());
    const second = must(await old.tab.api.transferOffer({ code, request: twice.text }));
    must(await fresh.api.transferNumber(second.number));
    const text = must(await old.tab.api.transferConfirm()).text;
    expect(await fresh.api.transferAccept(text)).toEqual({ ok: false, error: { type: "already-here" } });
  });

  test("a second transfer before any network goes behind the first; each device can pass it on", async () => {
    const old = await first();
    const [two, three, four] = [openTab(createBrowser()), openTab(createBrowser()), openTab(createBrowser())];
    await transfer(old.tab.api, two.api);
    await transfer(old.tab.api, three.api);
    expect(must(await three.api.devices())).toHaveLength(3);
    const request = must(await four.api.transferRequest());
    const offer = must(await three.api.transferOffer({ code: otherCode, request: request.text }));
    must(await four.api.transferNumber(offer.number));
    must(await four.api.transferAccept(must(await three.api.transferConfirm()).text));
    must(await four.api.transferFinish("739215"));
    expect(must(await four.api.devices())).toHaveLength(4);
  });
});

void [createHarness, createConnectedBrowser, createLine, beforeEach, afterEach];
export type { Harness };
