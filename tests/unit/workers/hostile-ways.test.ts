/**
 * C2 through the worker: a server that answers about the ways back in what it should not. Each lie has its own word, and
 * nothing that opened before opens less afterwards. The real server app behind a line that changes what it says.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openKeys } from "../../../src/server/keys.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, eventually, type Line, must, openTab, random } from "./world.ts";

const code = "417233";
type Json = Record<string, unknown>;
type Lie = (answer: Json) => Json;

let server: Harness;
let base: string;
beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => server.close());

/** A line on which answers of one address are changed. */
function lyingLine(): { readonly line: Line; readonly lies: Map<string, Lie>; readonly heard: Map<string, Json> } {
  const lies = new Map<string, Lie>();
  const heard = new Map<string, Json>();
  const honest = createLine(base);
  const fetch: Line["fetch"] = async (path, init) => {
    const response = await honest.fetch(path, init);
    const address = `${init?.method ?? "GET"} ${String(path).replace(/\?.*/, "")}`;
    if (!/json/.test(response.headers.get("content-type") ?? "")) return response;
    const answer = (await response.json()) as Json;
    heard.set(address, answer);
    const { status = response.status, ...said } = lies.get(address)?.(answer) ?? answer;
    return new Response(JSON.stringify(said), { status: Number(status), headers: response.headers });
  };
  return { line: { ...honest, fetch }, lies, heard };
}

async function phone() {
  const { line, lies, heard } = lyingLine();
  const browser = createConnectedBrowser(line);
  const tab = openTab(browser);
  await tab.refresh();
  const row = async () => must(await browser.registry.list())[0];
  return { line, lies, heard, browser, tab, row };
}
type Phone = Awaited<ReturnType<typeof phone>>;

async function atServer(one: Phone, epoch: number): Promise<void> {
  await eventually(async () => {
    must(await one.tab.api.sendNow());
    const row = await one.row();
    return row?.keyring?.epoch === epoch && row.keyringWish == null && row.keyringDue == null ? true : undefined;
  });
}

async function owner(): Promise<Phone & { readonly card: string }> {
  const one = await phone();
  must(await one.tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  await atServer(one, 1);
  return { ...one, card: must(await one.tab.api.card()).qr };
}

const trouble = (one: Phone, expected: string) =>
  eventually(async () => {
    must(await one.tab.api.sendNow());
    const opening = must(await one.tab.api.opening());
    return opening.type === "open" && opening.way.trouble === expected ? true : undefined;
  });

describe("C2 coming back at a server that lies", { timeout: 120_000 }, () => {
  test("each lie has its own word, nothing is kept, and the truth opens afterwards", async () => {
    const one = await owner();
    const stranger = await owner();
    const other = await phone();
    must(await other.tab.api.comeBack({ card: stranger.card }));
    must(await other.tab.api.comeBackOpen({ code, pictogram: "code-lune" }));
    const theirs = other.heard.get("POST /v1/ways/open") ?? {};
    // What it gave once: a share that was used, and the keyring that went with it.
    const used = await phone();
    must(await used.tab.api.comeBack({ card: one.card }));
    must(await used.tab.api.comeBackOpen({ code, pictogram: "code-lune" }));
    const once = used.heard.get("POST /v1/ways/open") ?? {};
    await atServer(used, 2);
    await atServer(one, 2);
    const two = await phone();
    const cases: readonly (readonly [string, string, Lie])[] = [
      ["weak-parameters", "look", (answer) => ({ ...answer, params: { memoryKiB: 1024, passes: 1, lanes: 1 } })],
      ["no-network", "look", (answer) => ({ ...answer, nonce: "AAAAAAAAAAAAAAAAAAAAAA" })],
      ["no-network", "open", (answer) => ({ ...answer, nonce: "AAAAAAAAAAAAAAAAAAAAAA" })],
      ["not-authentic", "open", (answer) => ({ ...answer, share: theirs.share })],
      ["not-authentic", "open", (answer) => ({ ...answer, share: once.share })],
      ["not-authentic", "open", (answer) => ({ ...answer, keyring: once.keyring, share: once.share })],
      ["not-authentic", "open", (answer) => ({ ...answer, keyring: theirs.keyring })],
      ["not-authentic", "open", (answer) => ({ ...answer, principal: theirs.principal })],
      ["not-authentic", "open", (answer) => ({ ...theirs, nonce: answer.nonce, time: answer.time })],
      ["rolled-back", "open", (answer) => ({ ...answer, statements: (answer.statements as unknown[]).slice(0, 1) })],
      [
        "not-authentic",
        "open",
        (answer) => ({
          ...answer,
          statements: [...(answer.statements as unknown[]), (theirs.statements as unknown[])[1]],
        }),
      ],
    ];
    for (const [type, step, lie] of cases) {
      two.lies.set(`POST /v1/ways/${step}`, lie);
      const looked = await two.tab.api.comeBack({ card: one.card });
      if (step === "look") expect(looked).toMatchObject({ error: { type } });
      else expect(await two.tab.api.comeBackOpen({ code, pictogram: "code-lune" })).toMatchObject({ error: { type } });
      expect(must(await two.browser.registry.list())).toEqual([]);
      two.lies.clear();
    }
    must(await two.tab.api.comeBack({ card: one.card }));
    must(await two.tab.api.comeBackOpen({ code, pictogram: "code-lune" }));
    await atServer(two, 3);
  });
});

describe("C2 a device that pulls from a server that lies", { timeout: 120_000 }, () => {
  test("an older keyring, one of another satchel: refused by name, what opens here goes on opening", async () => {
    const one = await owner();
    const stranger = await owner();
    const first = (await one.row())?.keyring;
    must(await one.tab.api.changeCode("582914"));
    await atServer(one, 2);
    const { database = "", keyring, wraps } = (await one.row()) ?? {};
    const lies: readonly (readonly [string, unknown])[] = [
      ["rolled-back", first?.signed],
      ["not-authentic", (await stranger.row())?.keyring?.signed],
    ];
    for (const [n, [type, signed]] of lies.entries()) {
      one.lies.set("GET /v1/keyring", (answer) => ({ ...answer, keyring: signed }));
      one.lies.set("GET /v1/pull", (answer) => ({ ...answer, keyring: 7 + n }));
      await trouble(one, type);
      const row = await one.row();
      expect(row).toMatchObject({ keyring, wraps });
      one.lies.clear();
    }
    must(await one.tab.api.lock());
    must(await one.tab.api.unlock({ database, code: "582914" }));
    // With the code a newer one is made on what the server said it has; it is refused, the truth is heard, and the next is right.
    await eventually(async () => {
      must(await one.tab.api.sendNow());
      return (await one.row())?.keyringBehind === null ? true : undefined;
    });
    must(await one.tab.api.answerCode({ code: "582914" }));
    await atServer(one, 3);
    expect((await one.row())?.keyringTrouble).toBeNull();
  });

  test("S-Y6 what was shown as older is not made on once the newest is shown again", async () => {
    const one = await owner();
    const first = (await one.row())?.keyring;
    must(await one.tab.api.changeCode("582914"));
    await atServer(one, 2);
    const { database = "", revision = 0 } = (await one.row()) ?? {};
    // As a lie left it that was told once: the server itself has the newest.
    must(
      await one.browser.registry.update(database, revision, {
        keyringBehind: first?.signed ?? null,
        keyringWish: "renew",
      }),
    );
    must(await one.tab.api.answerCode({ code: "582914" }));
    await atServer(one, 3);
    expect(await one.row()).toMatchObject({ keyringBehind: null });
  });

  test("one paper under the id of another, or a part of it: neither is shown, and what comes after is true", async () => {
    const one = await owner();
    for (const title of ["Carte", "Bail"]) must(await one.tab.api.startPaper({ kind: "passport", title }));
    await eventually(async () => {
      must(await one.tab.api.sendNow());
      return must(await one.tab.api.outbox()).waiting === 0 ? true : undefined;
    });
    const two = await phone();
    type Row = { readonly type: string; readonly op: { readonly body: string } };
    const bodies =
      (change: (row: Row, before: Row) => string): Lie =>
      (answer) => {
        const rows = answer.rows as readonly Row[];
        const records = rows.filter(({ type }) => type === "record");
        const changed = records.map((row, at) => {
          const before = records.at(at - 1) ?? row;
          return { ...row, op: { ...row.op, body: change(row, before) } };
        });
        return { ...answer, rows: rows.map((row) => changed[records.indexOf(row)] ?? row) };
      };
    const swap = bodies((_row, before) => before.op.body);
    const cut = bodies((row) => row.op.body.slice(0, -8));
    two.lies.set("GET /v1/pull", swap);
    must(await two.tab.api.comeBack({ card: one.card }));
    must(await two.tab.api.comeBackOpen({ code, pictogram: "code-lune" }));
    for (const lie of [swap, cut]) {
      two.lies.set("GET /v1/pull", lie);
      for (let n = 0; n < 5; n += 1) {
        must(await two.tab.api.sendNow());
        await new Promise((resolve) => setTimeout(resolve, 40));
        expect(must(await two.tab.api.papers())).toEqual([]);
      }
    }
    two.lies.clear();
    for (const { record, id } of must(await one.tab.api.papers()))
      must(await one.tab.api.describePaper(id, { title: `${record.title}, encore` }));
    await eventually(async () => {
      for (const { tab } of [one, two]) must(await tab.api.sendNow());
      const titles = must(await two.tab.api.papers())
        .map(({ record }) => record.title)
        .sort();
      return titles.join() === "Bail, encore,Carte, encore" ? true : undefined;
    });
  });

  test("another server's box key: no share is sealed to it, and the way to a new phone waits", async () => {
    const one = await owner();
    const { shareBox, sign } = await foreignKeys();
    one.lies.set("GET /deployment.json", (answer) => ({ ...answer, shareBox, serverKeys: [sign] }));
    await one.tab.refresh();
    must(await one.tab.api.changeCode("582914"));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await one.row()).toMatchObject({ keyring: { epoch: 1 }, keyringWish: "renew" });
    expect(must(await one.tab.api.cardState())).toMatchObject({ atServer: "waits" });
    one.lies.clear();
    await one.tab.refresh();
    must(await one.tab.api.answerCode({ code: "582914" }));
    await atServer(one, 2);
  });

  test("a server that says once that this device was put out ends nothing for good", async () => {
    const one = await owner();
    const lie: Lie = ({ nonce, time }) => ({ nonce, time, error: "device-removed", retry: "never", status: 403 });
    for (const address of ["GET /v1/pull", "POST /v1/session"]) one.lies.set(address, lie);
    const isOut = async (expected: boolean) =>
      eventually(async () => {
        must(await one.tab.api.sendNow());
        const opening = must(await one.tab.api.opening());
        return opening.type === "open" && opening.putOut === expected ? true : undefined;
      });
    await isOut(true);
    must(await one.tab.api.startPaper({ kind: "passport", title: "Pas parti" }));
    must(await one.tab.api.sendNow());
    expect(must(await one.tab.api.outbox()).waiting).toBeGreaterThan(0);
    one.lies.clear();
    await isOut(false);
    await eventually(async () => (must(await one.tab.api.outbox()).waiting === 0 ? true : undefined));
  });

  test("a server that lost the keyring gets it again, without a key", async () => {
    const one = await owner();
    let lost = true;
    const taken: unknown[] = [];
    one.lies.set("GET /v1/pull", (answer) => (lost ? { ...answer, keyring: 0 } : answer));
    one.lies.set("POST /v1/keyring", (answer) => {
      lost = false;
      taken.push(answer);
      return answer;
    });
    must(await one.tab.api.lock());
    await eventually(async () => {
      must(await one.tab.api.sendNow());
      return taken.length > 0 ? true : undefined;
    });
    expect(taken[0]).toMatchObject({ verdict: { type: "ok", epoch: 1 } });
  });
});

/** Keys of a server that nobody pinned. */
async function foreignKeys() {
  const { mkdtempSync, rmSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const folder = mkdtempSync(join(tmpdir(), "besace-foreign-"));
  try {
    const keys = await openKeys(join(folder, "server.json"), random);
    return { shareBox: keys.shareBox, sign: keys.public };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
