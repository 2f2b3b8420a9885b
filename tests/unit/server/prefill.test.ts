/** E6: a dossier is prepared on another site by the server, against a stand-in that behaves like the documented API. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prefill as limits } from "../../../src/protocol/limits.ts";
import { parseDeployment, parseErrorAnswer } from "../../../src/protocol/parse.ts";
import {
  parsePrefillCreateAnswer,
  parsePrefillShapeAnswer,
  parsePrefillStateAnswer,
} from "../../../src/protocol/prefill.ts";
import { demonstration } from "../../../src/server/deployment.ts";
import { chooseSite, createPrefill } from "../../../src/server/prefill.ts";
import { type Misbehaviour, type PrefillSite, siteKey, startPrefillSite } from "../../support/prefill-site.ts";
import { createHarness, type Harness, nonce } from "./harness.ts";

let site: PrefillSite;
let server: Harness;
beforeEach(async () => {
  site = await startPrefillSite();
  site.publish({
    number: 12,
    path: "aide-facultative",
    fields: [
      { type: "Text", id: 1, label: "Nom de rue, secret de personne" },
      { type: "DropDownList", id: 2, label: "Lien", options: ["Mère", "Père"], otherOption: true },
      { type: "IntegerNumber", id: 3, label: "Enfants" },
      { type: "PieceJustificative", id: 4, label: "Carte" },
      { type: "Repetition", id: 5, label: "Enfants", fields: [{ type: "Text", id: 6, label: "Prénom" }] },
    ],
  });
  server = await createHarness({
    prefill: { url: site.url, fetch: (url, init) => fetch(url, init) },
    deployment: { ...demonstration("http://localhost:8080"), prefill: { name: "Site d’essai", url: site.url } },
  });
});
afterEach(async () => {
  await server.close();
  await site.stop();
});

const create = (values: unknown, number: unknown = 12) => server.post("/v1/prefill/create", { number, values });
const codeOf = (answer: { json: () => unknown }): string | false => {
  const read = parseErrorAnswer(answer.json());
  return read.ok && read.value.error;
};

describe("as documented", () => {
  test("a shape comes without its words, and is asked once in ten minutes", async () => {
    const answer = await server.post("/v1/prefill/shape", { path: "aide-facultative" });
    const read = parsePrefillShapeAnswer(answer.json());
    expect(read.ok && read.value.shape).toMatchObject({
      number: 12,
      state: "publiee",
      fields: [
        { key: siteKey(1), type: "TextChampDescriptor" },
        { key: siteKey(2), type: "DropDownListChampDescriptor", options: ["Mère", "Père"], other: true },
        { key: siteKey(3) },
        { key: siteKey(4), type: "PieceJustificativeChampDescriptor" },
        { key: siteKey(5), fields: [{ key: siteKey(6), type: "TextChampDescriptor" }] },
      ],
    });
    expect(answer.body).not.toContain("secret de personne");
    await server.post("/v1/prefill/shape", { path: "aide-facultative" });
    expect(site.requests).toEqual(["GET /preremplir/aide-facultative/schema"]);
    server.time.now += limits.schemaMs + 1;
    await server.post("/v1/prefill/shape", { path: "aide-facultative" });
    expect(site.requests).toHaveLength(2);
  });

  test("a procedure whose word has an underscore is asked for; one whose answer no phone would take is a failure", async () => {
    site.publish({ number: 15, path: "aide_2026", fields: [] });
    const shape = (path: string) => server.post("/v1/prefill/shape", { path });
    expect(parsePrefillShapeAnswer((await shape("aide_2026")).json())).toMatchObject({
      value: { shape: { number: 15 } },
    });
    const options = ["x".repeat(limits.optionLetters + 1)];
    site.publish({ number: 16, path: "longue", fields: [{ type: "DropDownList", id: 1, label: "Lien", options }] });
    expect(codeOf(await shape("longue"))).toBe("prefill-failed");
  });

  test("a draft is made with exactly what was sent, and its state is asked by its token", async () => {
    const values = { [siteKey(1)]: "12 rue Haute", identite_nom: "Ndiaye", [siteKey(5)]: [{ [siteKey(6)]: "Awa" }] };
    const answer = await create(values);
    expect(answer.statusCode).toBe(200);
    const read = parsePrefillCreateAnswer(answer.json());
    if (!read.ok) throw new Error("no answer of the shape");
    expect(read.value).toMatchObject({ nonce, dossier: 1000 });
    expect(read.value.url).toContain(`${site.url}/commencer/aide-facultative?prefill_token=`);
    expect(site.dossiers[0]).toMatchObject({ values, dropped: [], state: "prefilled" });

    const state = async () =>
      parsePrefillStateAnswer(
        (await server.post("/v1/prefill/state", { number: 12, tokens: [read.value.token] })).json(),
      );
    expect(await state()).toMatchObject({
      value: { dossiers: [{ dossier: 1000, state: "prefilled", submittedAt: null }] },
    });
    const [dossier] = site.dossiers;
    if (dossier === undefined) throw new Error("a dossier is there");
    dossier.claimed = true;
    dossier.state = "en_construction";
    dossier.submittedAt = "2026-11-22T10:00:00+01:00";
    expect(await state()).toMatchObject({
      value: { dossiers: [{ state: "en_construction", submittedAt: dossier.submittedAt }] },
    });
  });

  test("what nobody opened within five days is gone, and its token knows nothing", async () => {
    const read = parsePrefillCreateAnswer((await create({ identite_nom: "A" })).json());
    const token = read.ok ? read.value.token : "";
    site.pass(limits.orphanMs + 60_000);
    const state = await server.post("/v1/prefill/state", { number: 12, tokens: [token] });
    expect(parsePrefillStateAnswer(state.json())).toMatchObject({ ok: true, value: { dossiers: [] } });
  });

  test("a procedure that is closed, unknown or not public is said to be so", async () => {
    expect(codeOf(await create({}, 99))).toBe("prefill-unknown");
    site.publish({ number: 13, path: "fermee", state: "close", fields: [] });
    expect(codeOf(await create({}, 13))).toBe("prefill-unknown");
    site.publish({ number: 14, path: "cachee", opendata: false, fields: [] });
    expect(codeOf(await server.post("/v1/prefill/shape", { path: "cachee" }))).toBe("prefill-unknown");
  });

  test("deployment.json says where, and only there it is done", async () => {
    const deployment = (await server.http.inject("/deployment.json")).json();
    expect(parseDeployment(deployment)).toMatchObject({
      ok: true,
      value: { prefill: { name: "Site d’essai", url: site.url } },
    });
    const off = await createHarness();
    try {
      for (const [name, body] of [
        ["shape", { path: "a" }],
        ["create", { number: 1, values: {} }],
        ["state", { number: 1, tokens: ["abcdefgh"] }],
      ] as const)
        expect(codeOf(await off.post(`/v1/prefill/${name}`, body))).toBe("prefill-off");
    } finally {
      await off.close();
    }
  });
});

test("both the deployment and the server's setting must name the site, and the same one", () => {
  const reach = async () => new Response();
  const url = "https://site.example";
  expect(chooseSite(undefined, undefined, reach)).toBeUndefined();
  expect(chooseSite(url, url, reach)).toEqual({ url, fetch: reach });
  expect(chooseSite(`${url}/`, url, reach)?.url).toBe(url);
  expect(chooseSite("http://localhost:3000", "http://localhost:3000", reach)?.url).toBe("http://localhost:3000");
  for (const [setting, told] of [
    [url, undefined],
    [undefined, url],
    [url, "https://other.example"],
    ["http://site.example", "http://site.example"],
    [`${url}/api`, `${url}/api`],
    ["https://user@site.example", "https://user@site.example"],
    ["file:///etc", "file:///etc"],
    ["https://", "https://"],
  ] as const)
    expect(() => chooseSite(setting, told, reach)).toThrow("must be the same address");
});

describe("limits", () => {
  test("no more than fourteen requests leave in fifteen seconds; the next hear when to come again", async () => {
    const answers = [];
    for (let at = 0; at < 17; at += 1) answers.push(await create({ identite_nom: String(at) }));
    const refused = answers.filter((answer) => answer.statusCode === 429);
    expect(answers.map((answer) => answer.statusCode).filter((status) => status === 200)).toHaveLength(14);
    expect(refused).toHaveLength(3);
    for (const answer of refused) {
      expect(codeOf(answer)).toBe("too-many");
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(5);
      expect(Number(answer.headers["retry-after"])).toBeLessThanOrEqual(15);
    }
    expect(site.requests).toHaveLength(14);
    server.time.now += limits.windowMs;
    expect((await create({ identite_nom: "later" })).statusCode).toBe(200);
  });

  test("who is only a moment early waits for a turn, in the order of asking", async () => {
    let now = 0;
    const due: { readonly at: number; readonly task: () => void }[] = [];
    const sent: number[] = [];
    const prefill = createPrefill({
      url: site.url,
      clock: { now: () => now },
      timers: {
        after: (delayMs, task) => {
          due.push({ at: now + delayMs, task });
          return () => undefined;
        },
      },
      processes: () => 1,
      fetch: async () => {
        sent.push(now);
        return Response.json([], { status: 404 });
      },
    });
    for (let at = 0; at < 14; at += 1) await prefill.create(12, {});
    now = limits.windowMs - 2000;
    const waiting = [prefill.create(12, {}), prefill.create(12, {})];
    await Promise.resolve();
    expect(sent).toHaveLength(14);
    // Questions about states never wait, and never take the last turns.
    expect(await prefill.states(12, ["abcdefgh"])).toMatchObject({ ok: false, error: { type: "busy" } });
    now = limits.windowMs;
    for (const { at, task } of [...due]) if (at <= now) task();
    await Promise.all(waiting);
    expect(sent.slice(14)).toEqual([limits.windowMs, limits.windowMs]);
  });

  test("when the site says that it is too much, nothing leaves until it said", async () => {
    site.behave("too-many", 1);
    const first = await create({ identite_nom: "A" });
    expect([first.statusCode, first.headers["retry-after"]]).toEqual([429, "9"]);
    const second = await create({ identite_nom: "A" });
    expect([second.statusCode, Number(second.headers["retry-after"])]).toEqual([429, 9]);
    expect(site.requests).toHaveLength(1);
    server.time.now += 9000;
    expect((await create({ identite_nom: "A" })).statusCode).toBe(200);
  });

  test("several processes share them", async () => {
    let sent = 0;
    const prefill = createPrefill({
      url: site.url,
      clock: { now: () => 0 },
      timers: { after: () => () => undefined },
      processes: () => 7,
      fetch: async () => {
        sent += 1;
        return Response.json({}, { status: 404 });
      },
    });
    for (let at = 0; at < 5; at += 1) await prefill.create(12, {});
    expect(sent).toBe(2);
  });

  test("one address cannot use it up for all", async () => {
    for (let at = 0; at < limits.perAddress; at += 1)
      await server.post("/v1/prefill/shape", { path: "aide-facultative" });
    const answer = await server.post("/v1/prefill/shape", { path: "aide-facultative" });
    expect([answer.statusCode, codeOf(answer)]).toEqual([429, "too-many"]);
    server.time.now += limits.perAddressMs + 1;
    expect((await server.post("/v1/prefill/shape", { path: "aide-facultative" })).statusCode).toBe(200);
  });
});

describe("what comes from phones", () => {
  test("is refused where it is no such message, and nothing leaves", async () => {
    const rows = (count: number) => ({ [siteKey(5)]: Array.from({ length: count }, () => ({})) });
    const bad: readonly unknown[] = [
      {},
      { number: 12 },
      { number: "12", values: {} },
      { number: -1, values: {} },
      { number: 1.5, values: {} },
      { number: 12, values: [] },
      { number: 12, values: {}, more: 1 },
      { number: 12, values: { nom: "x" } },
      { number: 12, values: { "champ_../../admin": "x" } },
      { number: 12, values: { [siteKey(1)]: 5 } },
      { number: 12, values: { [siteKey(1)]: null } },
      { number: 12, values: { [siteKey(1)]: { a: 1 } } },
      { number: 12, values: { [siteKey(1)]: "x".repeat(limits.letters + 1) } },
      { number: 12, values: { [siteKey(1)]: Array.from({ length: limits.choices + 1 }, () => "x") } },
      { number: 12, values: rows(limits.rows + 1) },
      { number: 12, values: { [siteKey(5)]: [{ [siteKey(6)]: [{ [siteKey(6)]: "x" }] }] } },
      {
        number: 12,
        values: Object.fromEntries(Array.from({ length: limits.values + 1 }, (_, at) => [`champ_${at}`, "x"])),
      },
    ];
    for (const body of bad)
      expect([JSON.stringify(body).slice(0, 80), codeOf(await server.post("/v1/prefill/create", body))]).toEqual([
        JSON.stringify(body).slice(0, 80),
        "bad-format",
      ]);
    expect(
      codeOf(await server.post("/v1/prefill/create", { number: 12, values: { [siteKey(1)]: "x".repeat(70_000) } })),
    ).toBe("too-large");
    for (const path of ["", "../admin", "a/b", "A", "a b", "-a", "a?b", "é", "a".repeat(300)])
      expect(codeOf(await server.post("/v1/prefill/shape", { path }))).toBe("bad-format");
    for (const tokens of [[], ["short"], ["abc&x=1abc"], Array.from({ length: 11 }, () => "abcdefgh")])
      expect(codeOf(await server.post("/v1/prefill/state", { number: 12, tokens }))).toBe("bad-format");
    expect(site.requests).toEqual([]);
  });

  test("no session is looked at", async () => {
    const answer = await server.post(
      "/v1/prefill/create",
      { number: 12, values: {} },
      { authorization: "Bearer not-a-session" },
    );
    expect(answer.statusCode).toBe(200);
  });
});

describe("what comes from the site", () => {
  const ways: readonly Misbehaviour[] = [
    "html",
    "redirect",
    "huge",
    "cut",
    "broken-json",
    "other-shape",
    "other-host",
    "script-address",
    "error-500",
  ];
  test.each(ways)("%s: said as a failure, and nothing of it is passed on", async (how) => {
    site.behave(how);
    for (const [name, body] of [
      ["create", { number: 12, values: { identite_nom: "Ndiaye" } }],
      ["shape", { path: "aide-facultative" }],
      ["state", { number: 12, tokens: ["abcdefgh1234"] }],
    ] as const) {
      const answer = await server.post(`/v1/prefill/${name}`, body);
      expect([answer.statusCode, codeOf(answer)]).toEqual([503, "prefill-failed"]);
      expect(answer.body).not.toMatch(/script|example\.net|elsewhere/);
    }
    expect(site.requests.some((line) => line.includes("elsewhere"))).toBe(false);
  });

  test("slow: given up in time", async () => {
    site.behave("slow");
    const due: (() => void)[] = [];
    const prefill = createPrefill({
      url: site.url,
      clock: { now: () => 0 },
      timers: {
        after: (delayMs, task) => {
          expect(delayMs).toBe(limits.siteMs);
          due.push(task);
          return () => undefined;
        },
      },
      processes: () => 1,
      fetch: (url, init) => fetch(url, init),
    });
    const asked = prefill.create(12, {});
    await expect.poll(() => site.requests.length).toBe(1);
    for (const task of due) task();
    expect(await asked).toEqual({ ok: false, error: { type: "failed" } });
  });

  test("not there at all", async () => {
    await site.stop();
    expect(codeOf(await create({ identite_nom: "Ndiaye" }))).toBe("prefill-failed");
  });
});

test("INV-3 nothing of a person is logged or kept, whatever happens", async () => {
  const marker = "Marqueur-Ndiaye-1959";
  await create({ [siteKey(1)]: marker, identite_nom: marker });
  for (const how of ["html", "error-500", "broken-json", "other-shape"] as const) {
    site.behave(how, 1);
    await create({ [siteKey(1)]: marker });
  }
  await create({ [siteKey(1)]: [marker, 5] });
  const token = site.dossiers[0]?.token ?? "none";
  await server.post("/v1/prefill/state", { number: 12, tokens: [token] });
  const log = server.logLines.join("\n");
  expect(log).toContain("/v1/prefill/create");
  for (const secret of [marker, token, "aide-facultative", siteKey(1)]) expect(log).not.toContain(secret);
  const { readdirSync, readFileSync } = await import("node:fs");
  for (const name of readdirSync(server.folder, { recursive: true, encoding: "utf8" }))
    if (/\.(sqlite|sqlite-wal|json)$/.test(name))
      expect(readFileSync(`${server.folder}/${name}`).includes(marker)).toBe(false);
});
