/** The card and the code over the years, on one device and without network (DESIGN 3); several people on one phone. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "../server/harness.ts";
import { createBrowser, createConnectedBrowser, createLine, eventually, must, openTab } from "./world.ts";

const code = "417233";
const day = 86_400_000;

const make = async (withCode = code) => {
  const browser = createBrowser();
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code: withCode, language: "fr", pictogram: "bateau" }));
  const row = async () => must(await browser.registry.list())[0];
  return { browser, tab, profile, row };
};
const asks = async (tab: ReturnType<typeof openTab>) => {
  const opening = must(await tab.api.opening());
  return opening.type === "open" ? opening.asks : undefined;
};

describe("codes", () => {
  test("four pictures are a code like six digits, and the profile says which kind is asked for", async () => {
    const { tab, profile, row } = await make("i03110007");
    expect(profile.codeKind).toBe("pictures");
    must(await tab.api.lock());
    expect(await tab.api.unlock({ database: profile.database, code: "i03110008" })).toMatchObject({
      error: { type: "wrong-code" },
    });
    must(await tab.api.unlock({ database: profile.database, code: "i03110007" }));
    expect(await tab.api.changeCode("i01010101")).toMatchObject({ error: { type: "code-too-common" } });
    expect(await tab.api.changeCode("i0311")).toMatchObject({ error: { type: "code-shape" } });
    must(await tab.api.changeCode(code));
    expect((await row())?.codeKind).toBe("digits");
  });

  test("the gentle question comes after 1, 3, 7, 14 and 28 days, and 28 from then on; later is tomorrow", async () => {
    const { browser, tab } = await make();
    for (const days of [1, 3, 7, 14, 28, 28]) {
      browser.clock.pass(days * day - 60_000);
      expect((await asks(tab))?.code).toBe(false);
      browser.clock.pass(120_000);
      expect((await asks(tab))?.code).toBe(true);
      must(await tab.api.postponeCode());
      expect((await asks(tab))?.code).toBe(false);
      browser.clock.pass(day);
      expect((await asks(tab))?.code).toBe(true);
      must(await tab.api.answerCode({ code }));
      expect((await asks(tab))?.code).toBe(false);
    }
    expect(await tab.api.answerCode({ code: "582914" })).toMatchObject({ error: { type: "wrong-code", triesLeft: 9 } });
  });

  test("INV-7 ten wrong codes drop D+P only where the card opens this device", async () => {
    const { browser, tab, profile, row } = await make();
    must(await tab.api.drill(must(await tab.api.card()).qr));
    must(await tab.api.setCardHere({ on: false }));
    must(await tab.api.lock());
    for (let n = 0; n < 12; n += 1) {
      browser.clock.pass(2 * day);
      await tab.api.unlock({ database: profile.database, code: "582914" });
    }
    expect((await row())?.wraps.map(({ pair }) => pair)).toEqual(["D+P"]);
    browser.clock.pass(2 * day);
    must(await tab.api.unlock({ database: profile.database, code }));
    must(await tab.api.setCardHere({ on: true }));
    must(await tab.api.lock());
    for (let n = 0; n < 10; n += 1) {
      browser.clock.pass(2 * day);
      await tab.api.unlock({ database: profile.database, code: "582914" });
    }
    expect((await row())?.wraps.map(({ pair }) => pair)).toEqual(["D+C"]);
  });
});

describe("the card", () => {
  test("a drill is due at once and again after 90 days", async () => {
    const { browser, tab } = await make();
    const card = must(await tab.api.card());
    expect(card.blockNumber).toMatch(/^\d{4} \d{4} \d{4}$/);
    expect(must(await tab.api.cardState())).toMatchObject({
      set: 0,
      drilledAt: null,
      due: true,
      blockNumber: card.blockNumber,
      off: false,
      pending: false,
    });
    must(await tab.api.drill(card.qr));
    expect(must(await tab.api.cardState())).toMatchObject({ due: false, drilledAt: browser.clock.now() });
    browser.clock.pass(90 * day + 1);
    expect(must(await tab.api.cardState())).toMatchObject({ due: true });
    expect((await asks(tab))?.drill).toBe(true);
    must(await tab.api.drill(card.groups.join(" ")));
    expect((await asks(tab))?.drill).toBe(false);
  });

  test("a drawn card opens nothing until it was tried; the old one stays good, and can be kept", async () => {
    const { tab, profile } = await make();
    const { database } = profile;
    const old = must(await tab.api.card());
    const drawn = must(await tab.api.replaceCard());
    expect(must(await tab.api.replaceCard())).toEqual(drawn);
    expect(drawn).toMatchObject({ set: 1, drilled: false });
    expect(drawn.blockNumber).not.toBe(old.blockNumber);
    must(await tab.api.lock());
    expect(await tab.api.unlockWithCard({ database, card: drawn.qr })).toMatchObject({ error: { type: "wrong-card" } });
    must(await tab.api.unlockWithCard({ database, card: old.qr }));
    expect(must(await tab.api.cardState())).toMatchObject({ pending: true, set: 0 });
    // The old one, tried again meanwhile, is still the card.
    must(await tab.api.drill(old.qr));
    expect(must(await tab.api.cardState())).toMatchObject({ pending: true, set: 0 });
    must(await tab.api.dropPendingCard());
    expect(await tab.api.drill(drawn.qr)).toMatchObject({ error: { type: "wrong-card" } });
    const again = must(await tab.api.replaceCard());
    expect(again.qr).not.toBe(drawn.qr);
    must(await tab.api.drill(again.qr));
    expect(must(await tab.api.card())).toMatchObject({ set: 1, drilled: true, qr: again.qr });
    must(await tab.api.lock());
    expect(await tab.api.unlockWithCard({ database, card: old.qr })).toMatchObject({ error: { type: "wrong-card" } });
    must(await tab.api.unlockWithCard({ database, card: again.qr }));
    // Without network the way to a new phone waits, and says so.
    expect(must(await tab.api.cardState())).toMatchObject({ atServer: "waits" });
  });

  test("D+C can be switched off: the card opens nothing here, and can be tried all the same", async () => {
    const { tab, profile } = await make();
    const { qr } = must(await tab.api.card());
    must(await tab.api.setCardHere({ on: false }));
    expect(must(await tab.api.cardState())).toMatchObject({ off: true });
    must(await tab.api.drill(qr));
    must(await tab.api.lock());
    expect(await tab.api.unlockWithCard({ database: profile.database, card: qr })).toMatchObject({
      error: { type: "wrong-card" },
    });
    must(await tab.api.unlock({ database: profile.database, code }));
    must(await tab.api.setCardHere({ on: true }));
    must(await tab.api.lock());
    must(await tab.api.unlockWithCard({ database: profile.database, card: qr }));
  });
});

describe("several people on one phone", { timeout: 120_000 }, () => {
  let server: Harness;
  let base: string;
  beforeEach(async () => {
    server = await createHarness();
    base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  });
  afterEach(async () => server.close());

  test("each outbox leaves with its own credentials, and nothing of a locked one is said while another is open", async () => {
    const line = createLine(base);
    const sessions: { readonly token: string; readonly principal: string }[] = [];
    const pulls: string[] = [];
    const browser = createConnectedBrowser({
      ...line,
      fetch: async (path, init) => {
        const auth = new Headers(init?.headers).get("authorization")?.replace("Bearer ", "");
        if (auth !== undefined) pulls.push(auth);
        const response = await line.fetch(path, init);
        if (!String(path).endsWith("/v1/session")) return response;
        const { principal } = JSON.parse(String(init?.body)) as { principal: string };
        sessions.push({ token: ((await response.clone().json()) as { token: string }).token, principal });
        return response;
      },
    });
    const tab = openTab(browser);
    await tab.refresh();
    const one = must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
    const { id } = must(await tab.api.startPaper({ kind: "passport", title: "Celui d'Amina" }));
    const two = must(await tab.api.create({ code: "582914", language: "fr", pictogram: "code-lune" }));
    must(await tab.api.startPaper({ kind: "passport", title: "Celui de Lou" }));
    const rows = must(await browser.registry.list());
    const principalOf = (database: string) => rows.find((row) => row.database === database)?.principal ?? "";
    await eventually(async () => {
      must(await tab.api.sendNow());
      for (const { database } of [one, two]) {
        const store = await tab.store(database);
        // Sending needs no session: it may be over before there is one.
        if (must(await store.queue()).ops.length > 0 || must(await store.meta()).session === null) return undefined;
      }
      return true;
    });
    // Both have a session of their own, and every question was asked with one of them.
    expect(new Set(sessions.map(({ principal }) => principal))).toEqual(
      new Set([principalOf(one.database), principalOf(two.database)]),
    );
    const owner = new Map(sessions.map(({ token, principal }) => [token, principal]));
    expect(pulls.every((token) => owner.has(token))).toBe(true);
    // What each store holds as its session is its own.
    for (const { database } of [one, two]) {
      const { session } = must(await (await tab.store(database)).meta());
      expect(owner.get(session ?? "")).toBe(principalOf(database));
    }
    // Lou's is open: nothing says that Amina has papers.
    expect(must(await tab.api.papers()).map(({ record }) => record.title)).toEqual(["Celui de Lou"]);
    expect(await tab.api.paper(id)).toMatchObject({ error: { type: "not-found" } });
    const said = JSON.stringify([
      must(await tab.api.opening()),
      must(await tab.api.outbox()),
      must(await tab.api.devices()),
      must(await tab.api.space()),
      must(await tab.api.cardState()),
    ]);
    for (const foreign of [one.database, principalOf(one.database), id, "Amina"]) expect(said).not.toContain(foreign);
    must(await tab.api.lock());
    expect(must(await tab.api.opening())).toEqual({ type: "locked", profiles: [one, two] });
    expect(await tab.api.unlock({ database: one.database, code: "582914" })).toMatchObject({
      error: { type: "wrong-code" },
    });
  });

  test("two devices that each add a third one offline: both are in, and follow what comes after (S-Y4)", async () => {
    const phone = async () => {
      const line = createLine(base);
      const browser = createConnectedBrowser(line);
      const tab = openTab(browser);
      await tab.refresh();
      return { line, browser, tab };
    };
    const transfer = async (
      from: Awaited<ReturnType<typeof phone>>,
      to: Awaited<ReturnType<typeof phone>>,
      pin: string,
    ) => {
      const request = must(await to.tab.api.transferRequest());
      const offer = must(await from.tab.api.transferOffer({ code: pin, request: request.text }));
      must(await to.tab.api.transferNumber(offer.number));
      must(await to.tab.api.transferAccept(must(await from.tab.api.transferConfirm()).text));
      must(await to.tab.api.transferFinish(pin));
    };
    const [a, b, c, d] = [await phone(), await phone(), await phone(), await phone()];
    must(await a.tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
    must(await a.tab.api.startPaper({ kind: "passport", title: "Passeport" }));
    await transfer(a, b, code);
    await eventually(async () => {
      must(await b.tab.api.sendNow());
      return must(await b.tab.api.papers()).length === 1 ? true : undefined;
    });
    for (const one of [a, b]) one.line.online = false;
    await transfer(a, c, code);
    await transfer(b, d, code);
    for (const one of [a, b]) one.line.online = true;
    const all = [a, b, c, d];
    /** Asks like a person does, not as fast as a test could. */
    const until = (is: () => Promise<boolean>) =>
      eventually(async () => {
        for (const { tab } of all) must(await tab.api.sendNow());
        await new Promise((resolve) => setTimeout(resolve, 250));
        return (await is()) ? true : undefined;
      });
    const rows = () =>
      Promise.all(all.map(async ({ browser }) => must(await browser.registry.list())[0] as { statements: unknown }));
    // S-Y4: whoever was second signs its device again behind the others; nobody is left out, and all have one chain.
    await until(async () => {
      for (const { tab } of all) if (must(await tab.api.devices()).length < 4) return false;
      return new Set((await rows()).map(({ statements }) => JSON.stringify(statements))).size === 1;
    });
    // Both third devices are taken by the server: what each writes reaches all.
    for (const [n, { tab }] of [c, d].entries())
      must(await tab.api.startPaper({ kind: "passport", title: `Neuf ${n}` }));
    await until(async () => {
      for (const { tab } of all) if (must(await tab.api.papers()).length < 3) return false;
      return true;
    });
    // A new root is for each of them, whichever keyring was the last before.
    const card = must(await a.tab.api.replaceCard());
    must(await a.tab.api.drill(card.qr));
    must(await a.tab.api.answerCode({ code }));
    await until(async () => (await a.browser.registry.list().then(must))[0]?.keyring?.root === 1);
    const rooted = async () => {
      const keyrings = await Promise.all(
        all.map(async ({ browser }) => must(await browser.registry.list())[0]?.keyring),
      );
      return keyrings.every((keyring) => keyring?.root === 1);
    };
    await until(rooted);
    const { database = "" } = must(await a.browser.registry.list())[0] ?? {};
    must(await a.tab.api.lock());
    must(await a.tab.api.unlock({ database, code }));
    must(await a.tab.api.startPaper({ kind: "passport", title: "Sous la nouvelle racine" }));
    await until(async () => {
      for (const { tab } of all) if (must(await tab.api.papers()).length < 4) return false;
      return true;
    });
  });
});
