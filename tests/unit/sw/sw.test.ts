/** The parts of the service worker that can be looked at without a browser; tests/e2e sees the whole. */

import { describe, expect, test } from "vitest";
import { routes } from "../../../src/protocol/wire.ts";
import { createMemoryRegistry, createMemoryStore } from "../../../src/storage/memory/index.ts";
import type { Profile } from "../../../src/storage/ports.ts";
import { askForMore, type Delivery, deliverAll } from "../../../src/sw/deliver.ts";
import { createDeploymentFiles } from "../../../src/sw/deployment.ts";
import { groupsOf } from "../../../src/sw/groups.ts";
import { createLaterFiles, type LaterFile } from "../../../src/sw/later.ts";
import { fillOrder, readiness } from "../../../src/sw/readiness.ts";
import type { RunReport } from "../../../src/sync/drain.ts";

const human = { name: "a", phone: "+33123456789", phoneShown: "01", hours: [], timeZone: "Europe/Paris", address: "" };
const deployment = (operator: string): object => ({
  v: 1,
  operator,
  human,
  urls: { app: "a", desk: "b", kiosk: "c" },
  languages: ["fr"],
  serverKeys: [],
  organisations: [],
  legal: { publisher: "", privacy: "" },
  quotas: { satchelBytes: 1, blobBytes: 1 },
});

function bench(answer: () => Promise<Response>) {
  const held = new Map<string, Response>();
  const timers: (() => void)[] = [];
  const files = createDeploymentFiles({
    fetch: answer,
    caches: {
      open: async () =>
        ({
          match: async (path: string) => held.get(path)?.clone(),
          put: async (path: string, response: Response) => void held.set(path, response),
        }) as unknown as Cache,
    },
    timers: {
      after: (_delay, task) => {
        timers.push(task);
        return () => undefined;
      },
    },
  });
  return { files, held, timers };
}
const operatorOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { readonly operator: string }).operator;

describe("deployment.json", () => {
  test("is kept when it is one; a portal's answer, an error or a dead line leaves the kept one", async () => {
    let next: () => Promise<Response> = async () => Response.json(deployment("one"));
    const { files, held } = bench(() => next());
    expect(await files.refresh()).toBe(true);
    const lies: readonly (() => Promise<Response>)[] = [
      async () => new Response("<html>login</html>"),
      async () => Response.json({ v: 1 }),
      async () => Response.json(deployment("bad"), { status: 500 }),
      () => Promise.reject(new TypeError("fetch failed")),
    ];
    for (const lie of lies) {
      next = lie;
      expect(await files.refresh()).toBe(false);
      expect(await operatorOf(await files.respond())).toBe("one");
    }
    expect([...held.keys()]).toEqual([routes.deployment]);
    next = async () => Response.json(deployment("two"));
    expect(await operatorOf(await files.respond())).toBe("two");
  });

  test("after three seconds the kept one answers; the late one is kept for the next time", async () => {
    let arrive: (response: Response) => void = () => undefined;
    let first = true;
    const { files, timers } = bench(() => {
      if (first) {
        first = false;
        return Promise.resolve(Response.json(deployment("kept")));
      }
      return new Promise((resolve) => {
        arrive = resolve;
      });
    });
    await files.refresh();
    const answer = files.respond();
    while (timers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    timers[0]?.();
    expect(await operatorOf(await answer)).toBe("kept");
    arrive(Response.json(deployment("late")));
    await new Promise((resolve) => setImmediate(resolve));
    const again = files.respond();
    while (timers.length < 2) await new Promise((resolve) => setImmediate(resolve));
    timers[1]?.();
    expect(await operatorOf(await again)).toBe("late");
  });

  test("without any, the answer is a network error, never a page", async () => {
    const { files } = bench(() => Promise.reject(new TypeError("fetch failed")));
    expect((await files.respond()).type).toBe("error");
  });
});

const report = (more: Partial<RunReport>): RunReport => ({
  ended: "empty",
  nextInMs: null,
  answers: 1,
  left: 0,
  trouble: null,
  ...more,
});
const profile = (database: string): Profile => ({ database, revision: 1 }) as unknown as Profile;

describe("delivering while locked", () => {
  test("A5 every profile is drained; one that cannot be opened counts as left and stops nobody", async () => {
    const registry = createMemoryRegistry();
    for (const database of ["a", "b", "c"]) await registry.add(profile(database));
    const drained: string[] = [];
    const delivery = await deliverAll({
      openRegistry: async () => ({ ok: true, value: registry }),
      openStore: async (database) =>
        database === "b"
          ? { ok: false, error: { type: "unavailable", detail: "blocked" } }
          : { ok: true, value: createMemoryStore({ clock: { now: () => 0 } }) },
      createDrainer: ({ database }) => ({
        run: async ({ reason, budgetMs }) => {
          drained.push(`${database} ${reason} ${budgetMs}`);
          return report({ left: database === "c" ? 2 : 0 });
        },
      }),
    });
    expect(drained).toEqual(["a sync 110000", "c sync 110000"]);
    expect([delivery.left, delivery.outOfTime]).toEqual([3, false]);
  });

  test("something left: the event fails so that the browser repeats it; at the last chance the tag is renewed", async () => {
    const tags: string[] = [];
    const sync = { register: async (tag: string) => void tags.push(tag) };
    const left: Delivery = { left: 1, outOfTime: false, reports: [] };
    await expect(askForMore(left, sync, { lastChance: false })).rejects.toThrow("left");
    expect(tags).toEqual([]);
    await askForMore(left, sync, { lastChance: true });
    await askForMore({ ...left, outOfTime: true }, sync, { lastChance: false });
    await askForMore(left, sync, "message");
    await askForMore(left, undefined, "message");
    expect(tags).toEqual(["besace-outbox", "besace-outbox", "besace-outbox"]);
    await askForMore({ ...left, left: 0 }, sync, { lastChance: false });
    expect(tags).toHaveLength(3);
  });
});

describe("Prêt sans réseau", () => {
  const said = (language: unknown, ...missing: readonly string[]) =>
    readiness(
      ["index.html", "assets/index-1.js"],
      async (url) => !missing.includes(url),
      async (group) => !missing.includes(group),
      language,
    );

  test("says what is really in the caches: the shell first, then the words of the language shown, then tools", async () => {
    expect(await said("fr")).toEqual({
      shell: true,
      tools: true,
      texts: true,
      ways: true,
      photos: true,
      codes: true,
      carrier: true,
      pdf: true,
      twoddoc: true,
    });
    expect(await said("fr", "photos", "ar", "en")).toEqual({
      shell: true,
      tools: false,
      texts: true,
      ways: true,
      photos: false,
      codes: true,
      carrier: true,
      pdf: true,
      twoddoc: true,
    });
    expect(await said("ar", "en")).toMatchObject({ texts: true });
    expect(await said("ar", "ar")).toMatchObject({ shell: true, texts: false, photos: true });
    expect(await said(undefined, "en")).toMatchObject({ texts: false });
    expect(await said("fr", "assets/index-1.js")).toMatchObject({ shell: false, texts: false, photos: false });
  });

  test("brings first what this page and its language need; the desk only where it was opened", () => {
    expect(fillOrder("fr", "person", false)).toEqual([
      "shared",
      "ways",
      "rest",
      "photos",
      "codes",
      "carrier",
      "out",
      "reader",
      "places",
      "forms",
      "profile",
      "published",
      "en",
      "ar",
      "forms-en",
      "forms-ar",
      "official",
      "pdf",
      "twoddoc",
    ]);
    expect(fillOrder("ar", "person", true)).toEqual([
      "shared",
      "ar",
      "ways",
      "rest",
      "photos",
      "codes",
      "carrier",
      "out",
      "reader",
      "places",
      "forms",
      "profile",
      "published",
      "forms-ar",
      "desk",
      "en",
      "forms-en",
      "official",
      "pdf",
      "twoddoc",
    ]);
    expect(fillOrder("en", "desk", true)).toEqual([
      "shared",
      "desk",
      "en",
      "ways",
      "rest",
      "photos",
      "codes",
      "carrier",
      "out",
      "reader",
      "places",
      "forms",
      "profile",
      "published",
      "forms-en",
      "ar",
      "forms-ar",
      "official",
      "pdf",
      "twoddoc",
    ]);
    // A phone that saves data is asked first (decisions/0030).
    const order = fillOrder("fr", "person", false, false, { pdf: false, twoddoc: false });
    expect([order.includes("pdf"), order.includes("twoddoc")]).toEqual([false, false]);
  });
});

describe("groups of a build", () => {
  const built = new Map([
    ["index.html", "/assets/index-1.js"],
    ["guichet.html", "/assets/guichet-1.js"],
    ["poste.html", "/assets/kiosk.worker-1.js"],
    ["assets/kiosk.worker-1.js", "export-out-2.js"],
    ["assets/export-out-2.js", "streams-2.js"],
    ["assets/streams-2.js", ""],
    [
      "assets/index-1.js",
      "shared-1.js satchel.worker-1.js lazy-1.js lazy-2.js qr-1.js carrier.worker-1.js feature-1.js feature-1.css feature-2.js feature-3.js",
    ],
    ["assets/guichet-1.js", "shared-1.js desk.worker-1.js lazy-1.js lazy-2.js french-1.js"],
    ["assets/french-1.js", ""],
    ["assets/anything-part-1.js", "french-1.js"],
    ["assets/shared-1.js", ""],
    ["assets/feature-1.js", "index-1.js shared-1.js CardEntry-1.js Frame-1.js"],
    ["assets/feature-1.css", ""],
    ["assets/feature-2.js", "index-1.js Frame-1.js"],
    ["assets/feature-3.js", "index-1.js Frame-1.js CardEntry-1.js lecteur.html"],
    ["lecteur.html", ""],
    ["assets/CardEntry-1.js", ""],
    ["assets/Frame-1.js", ""],
    ["assets/satchel.worker-1.js", "imaging.worker-1.js export-out-1.js rsa-2.js anything-part-1.js"],
    ["assets/export-out-1.js", "streams-1.js qr-1.js"],
    ["assets/streams-1.js", ""],
    ["assets/desk.worker-1.js", "only-desk-1.js"],
    ["assets/only-desk-1.js", ""],
    ["assets/imaging.worker-1.js", ""],
    ["assets/qr-1.js", ""],
    ["assets/carrier.worker-1.js", ""],
    ["assets/pdf.worker-1.js", ""],
    ["assets/official.worker-1.js", ""],
    ["assets/matrix-1.js", ""],
    ["assets/zxing_reader-1.wasm", ""],
    ["assets/lazy-1.js", "desk-1.js home-1.js home-2.js home-3.js card-1.js places-1.js"],
    ["assets/desk-1.js", ""],
    ["assets/home-1.js", ""],
    ["assets/card-1.js", ""],
    ["assets/home-2.js", ""],
    ["assets/home-3.js", ""],
    ["assets/places-1.js", ""],
    ["assets/lazy-3.js", "Marked-1.js glossary-1.js glossary-2.js published-part-1.js"],
    ["assets/published-part-1.js", "read-1.js"],
    ["assets/leaving-part-1.js", ""],
    ["assets/read-1.js", ""],
    ["assets/Marked-1.js", ""],
    ["assets/glossary-1.js", ""],
    ["assets/glossary-2.js", ""],
    ["assets/lazy-2.js", "rsa-1.js form-rsa-1.js form-rsa-2.js form-rsa-3.js form-demande-libre-1.js"],
    ["assets/rsa-1.js", "parts-1.js"],
    ["assets/rsa-2.js", "parts-1.js"],
    ["assets/parts-1.js", ""],
    ["assets/demande-libre-1.js", ""],
    ["assets/form-rsa-1.js", ""],
    ["assets/form-rsa-2.js", ""],
    ["assets/form-rsa-3.js", ""],
    ["assets/form-demande-libre-1.js", ""],
    ["assets/form-demande-libre-2.js", ""],
  ]);
  const words = new Map([
    ["locales/fr/desk.json", "assets/desk-1.js"],
    ["src/app/features/card/feature.ts", "assets/feature-1.js"],
    ["src/app/features/sortie/feature.ts", "assets/feature-3.js"],
    ["src/app/features/home/feature.ts", "assets/feature-2.js"],
    ["locales/fr/card.json", "assets/card-1.js"],
    ["locales/fr/places.json", "assets/places-1.js"],
    ["locales/fr/home.json", "assets/home-1.js"],
    ["locales/en/home.json", "assets/home-2.js"],
    ["locales/ar/home.json", "assets/home-3.js"],
    ["src/forms/catalogue/rsa.ts", "assets/rsa-1.js"],
    ["src/forms/catalogue/demande-libre.ts", "assets/demande-libre-1.js"],
    ["src/app/ui/glossary/Marked.tsx", "assets/Marked-1.js"],
    ["locales/fr/glossary.json", "assets/glossary-1.js"],
    ["locales/en/glossary.json", "assets/glossary-2.js"],
    ["locales/fr/form-rsa.json", "assets/form-rsa-1.js"],
    ["locales/en/form-rsa.json", "assets/form-rsa-2.js"],
    ["locales/ar/form-rsa.json", "assets/form-rsa-3.js"],
    ["locales/fr/form-demande-libre.json", "assets/form-demande-libre-1.js"],
    ["locales/ar/form-demande-libre.json", "assets/form-demande-libre-2.js"],
  ]);

  test("what only the desk names is the desk's; what both name is the shell's", () => {
    const groups = groupsOf(built, words);
    const of = (group: string) => [...groups].filter(([, its]) => its === group).map(([file]) => file);
    expect(of("desk")).toEqual([
      "guichet.html",
      "assets/guichet-1.js",
      "assets/desk.worker-1.js",
      "assets/only-desk-1.js",
      "assets/desk-1.js",
    ]);
    expect(of("rest")).toEqual(["assets/anything-part-1.js"]);
    // The desk needs it at once, a person's phone for a later part only: neither waits for the other's, nor does the shell carry it.
    expect(of("shared")).toEqual(["assets/french-1.js"]);
    expect(of("twoddoc")).toEqual(["assets/matrix-1.js", "assets/zxing_reader-1.wasm"]);
    expect([of("photos"), of("codes"), of("carrier"), of("en"), of("ar")].flat()).toEqual([
      "assets/imaging.worker-1.js",
      "assets/qr-1.js",
      "assets/carrier.worker-1.js",
      "assets/home-2.js",
      "assets/home-3.js",
      "assets/form-demande-libre-2.js",
    ]);
    // Three procedures come with the shell; the others wait, with their words and the copies that the worker has.
    expect(of("forms")).toEqual(["assets/rsa-1.js", "assets/rsa-2.js", "assets/parts-1.js", "assets/form-rsa-1.js"]);
    expect(of("official")).toEqual(["assets/official.worker-1.js"]);
    expect(of("profile")).toEqual(["assets/Marked-1.js", "assets/glossary-1.js"]);
    // The engine that closes a signed dossier comes right after the shell, before any other tool.
    expect(of("ways")).toContain("assets/leaving-part-1.js");
    expect(of("published")).toEqual(["assets/published-part-1.js", "assets/read-1.js"]);
    expect([of("forms-en"), of("forms-ar")].flat()).toEqual([
      "assets/glossary-2.js",
      "assets/form-rsa-2.js",
      "assets/form-rsa-3.js",
    ]);
    expect(groups.get("assets/demande-libre-1.js")).toBe("shell");
    expect(groups.get("assets/form-demande-libre-1.js")).toBe("shell");
    expect(groups.get("assets/shared-1.js")).toBe("shell");
    expect(groups.get("assets/home-1.js")).toBe("shell");
  });

  test("screens that a person rarely needs bring what only they name, their styles and their French words", () => {
    const groups = groupsOf(built, words, new Map([["assets/feature-1.js", ["assets/feature-1.css"]]]));
    const ways = [...groups].filter(([, group]) => group === "ways").map(([file]) => file);
    expect(ways.sort()).toEqual([
      "assets/CardEntry-1.js",
      "assets/card-1.js",
      "assets/feature-1.css",
      "assets/feature-1.js",
      "assets/leaving-part-1.js",
    ]);
    expect(groups.get("assets/Frame-1.js")).toBe("shell");
    // Screens of two groups name CardEntry: it comes with the first.
    const out = [...groups].filter(([, group]) => group === "out").map(([file]) => file);
    // What only a tool names comes with it; another group's tool does not.
    expect(out).toEqual(["assets/feature-3.js", "assets/export-out-1.js", "assets/streams-1.js"]);
    const kiosk = [...groups].filter(([, group]) => group === "kiosk").map(([file]) => file);
    expect(kiosk).toEqual(["poste.html", "assets/kiosk.worker-1.js", "assets/export-out-2.js", "assets/streams-2.js"]);
    expect(groups.get("lecteur.html")).toBe("reader");
    const shared = new Map([
      ["assets/feature-1.js", ["assets/feature-1.css"]],
      ["assets/feature-2.js", ["assets/feature-1.css"]],
    ]);
    expect(groupsOf(built, words, shared).get("assets/feature-1.css")).toBe("shell");
  });

  test("a tool that no file belongs to any more ends the build", () => {
    const renamed = new Map([...built].filter(([file]) => file !== "assets/qr-1.js"));
    expect(() => groupsOf(renamed, words)).toThrow("codes");
  });
});

describe("groups after the shell", () => {
  const files: readonly LaterFile[] = [
    { url: "guichet.html", revision: "r1", group: "desk" },
    { url: "assets/desk-1.js", revision: null, group: "desk" },
    { url: "assets/qr-1.js", revision: null, group: "codes" },
  ];
  const page = () => new Response("<p>", { headers: { "content-type": "text/html" } });
  const script = () => new Response("1", { headers: { "content-type": "text/javascript" } });

  function line(answer: (url: string) => Response | "dead") {
    const held = new Map<string, Response>();
    const asked: string[] = [];
    const state = { answer };
    const keyed = (request: RequestInfo | URL): string =>
      typeof request === "object" && "url" in request ? request.url.replace("http://a", "") : String(request);
    const cache = {
      match: async (key: string) => held.get(key)?.clone(),
      put: async (key: string, response: Response) => void held.set(key, response),
      keys: async () => [...held.keys()].map((key) => ({ url: `http://a${key}` })),
      delete: async (request: RequestInfo | URL) => held.delete(keyed(request)),
    };
    const create = (listed = files) =>
      createLaterFiles({
        fetch: async (url) => {
          asked.push(url);
          const said = state.answer(url);
          if (said === "dead") throw new TypeError("Failed to fetch");
          return said;
        },
        caches: { open: async () => cache as unknown as Cache },
        files: listed,
      });
    return { held, asked, state, create };
  }

  test("a dead line ends a run; what came stays, and only the rest is asked for", async () => {
    const { asked, state, create } = line((url) => (url.endsWith(".html") ? page() : "dead"));
    const later = create();
    expect(await later.fill(["desk", "codes"])).toBe(false);
    expect(asked).toEqual(["/guichet.html", "/assets/desk-1.js"]);
    expect(await later.has("desk")).toBe(false);
    state.answer = script;
    expect(await later.fill(["desk"])).toBe(true);
    expect(asked.slice(2)).toEqual(["/assets/desk-1.js"]);
    expect([await later.has("desk"), await later.has("codes")]).toEqual([true, false]);
  });

  test("a file that the server lacks, or a portal's page in its place, is not kept and holds nothing up", async () => {
    const { create } = line((url) =>
      url.endsWith("desk-1.js") ? new Response("", { status: 404 }) : url.endsWith("qr-1.js") ? page() : page(),
    );
    const later = create();
    expect(await later.fill(["desk", "codes"])).toBe(false);
    expect(await later.kept("/guichet.html")).toBeDefined();
    expect(await later.kept("/assets/qr-1.js")).toBeUndefined();
    expect((await later.respond("/assets/qr-1.js")).type).toBe("error");
  });

  test("two who ask at once share one request, and each can read the answer", async () => {
    const { asked, create } = line(script);
    const later = create();
    const answers = await Promise.all([later.respond("/assets/qr-1.js"), later.respond("/assets/qr-1.js")]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(["1", "1"]);
    expect(asked).toEqual(["/assets/qr-1.js"]);
    expect((await later.respond("/elsewhere.js")).type).toBe("error");
  });

  test("the next version finds what has not changed, and drops the rest only when it takes over", async () => {
    const { asked, create } = line((url) => (url.endsWith(".html") ? page() : script()));
    await create().fill(["desk", "codes"]);
    const next = create([
      { url: "guichet.html", revision: "r2", group: "desk" },
      { url: "assets/desk-1.js", revision: null, group: "desk" },
    ]);
    expect([await next.knew("/guichet.html"), await next.has("desk")]).toEqual([true, false]);
    expect(await next.fill(["desk"])).toBe(true);
    expect(asked.slice(3)).toEqual(["/guichet.html"]);
    expect(await create().has("desk")).toBe(true);
    await next.sweep();
    expect([await create().has("codes"), await create().kept("/guichet.html")]).toEqual([false, undefined]);
    expect(await next.has("desk")).toBe(true);
  });
});
