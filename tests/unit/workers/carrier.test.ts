/**
 * Phone, carrier and server together, without a browser: packed offline, taken by a browser without a satchel, delivered to
 * the real server, and the receipt read back offline. The real browsers do the same in tests/e2e/carrier.test.ts (B8).
 */
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readReceipt, signCarried, writeReceipt } from "../../../src/protocol/carried.ts";
import { readCarrier } from "../../../src/protocol/carrier.ts";
import { b64, generateSignPair } from "../../../src/protocol/sign.ts";
import type { B64 } from "../../../src/protocol/wire.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { ok } from "../../../src/shared/result.ts";
import { type CarriedDisk, createCarriedDisk, createMemoryCarried } from "../../../src/storage/memory/carried.ts";
import { createHttpTransport } from "../../../src/sync/http.ts";
import type { Locks } from "../../../src/sync/ports.ts";
import { createCarrier } from "../../../src/workers/carrier/carrier.ts";
import type { CarriedView, CarrierChange } from "../../../src/workers/carrier.contract.ts";
import { createDeployments } from "../../../src/workers/common/deployments.ts";
import { createEmitter } from "../../../src/workers/common/emitter.ts";
import { carrierFile, inChunks } from "../../support/carrier-file.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createPerson } from "../server/people.ts";
import { file, jpeg } from "./files.ts";
import {
  type Browser,
  createConnectedBrowser,
  createLine,
  eventually,
  type Line,
  must,
  openDesk,
  openTab,
  quietLog,
  random,
  type Tab,
  timers,
} from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const words = { title: "Un envoi Besace à porter", paragraphs: ["Fermé."] };
const text = (value: string) => ({ v: "text", text: value }) as const;

let server: Harness;
let base: string;
beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  const desk = openDesk(createConnectedBrowser(createLine(base)));
  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
});
afterEach(async () => server.close());

interface Phone {
  readonly line: Line;
  readonly browser: Browser;
  readonly tab: Tab;
  readonly dossier: RecordId;
  readonly paper: RecordId;
}

/** Follows the server's address: a restored server listens elsewhere. */
function lineToServer(): Line {
  const line = createLine("");
  return Object.assign(line, {
    fetch: async (path: string, init?: RequestInit) => {
      if (!line.online) throw new TypeError("the line is cut");
      line.sent.push(path);
      return fetch(`${base}${path}`, init);
    },
  });
}

/** Sees the app once, then never again a network: a paper, a dossier with it, signed off. */
async function phoneInTheWhiteZone(): Promise<Phone> {
  const line = lineToServer();
  const browser = createConnectedBrowser(line);
  const tab = openTab(browser);
  await tab.refresh();
  line.online = false;
  must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  const { id: paper } = must(await tab.api.startPaper({ kind: "identity-card", title: "Carte" }));
  must(await tab.api.addPage(paper, file(jpeg({ width: 4000, height: 3000 }), "carte.jpg")));
  must(await tab.api.keepPaper(paper));
  const { id: dossier } = must(
    await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: slug }),
  );
  must(await tab.api.saveAnswers(dossier, { answers: { family_name: text("MARQUEUR-NOM") } }));
  must(await tab.api.attach(dossier, "identity", [paper], false));
  must(await tab.api.send(dossier, "Je certifie"));
  return { line, browser, tab, dossier, paper };
}

const asFile = (bytes: Blob | Uint8Array<ArrayBuffer> | string, name = "besace-a-porter.pdf"): File =>
  new File([bytes], name);

function carrier(disk: CarriedDisk = createCarriedDisk(), locks?: Locks) {
  const line = createLine(base);
  const clock = { now: () => Date.now() };
  const service = createCarrier({
    store: createMemoryCarried(disk),
    transport: createHttpTransport({ fetch: (...args) => line.fetch(...args), baseUrl: "", random, timers, clock }),
    deployments: createDeployments(
      {
        kept: async () => undefined,
        fresh: async () => (await fetch(`${base}/deployment.json`)).json(),
        keep: async () => undefined,
      },
      timers,
    ),
    clock,
    random,
    timers,
    log: quietLog,
    emitter: createEmitter<CarrierChange>(timers),
    locks,
  });
  const until = (state: CarriedView["state"]): Promise<CarriedView> =>
    eventually(async () => {
      const [view] = must(await service.api.carried());
      return view?.state === state ? view : undefined;
    });
  return { service, api: service.api, line, disk, until };
}

const stageOf = async ({ tab, dossier }: Phone): Promise<string> => must(await tab.api.dossier(dossier)).stage;

describe("B8 the carrier", { timeout: 120_000 }, () => {
  test("packed offline, delivered by somebody without a satchel, and the receipt makes the phone know", async () => {
    const phone = await phoneInTheWhiteZone();
    expect(await stageOf(phone)).toBe("waits");
    const packed = must(await phone.tab.api.packCarrier(words));
    expect(packed).toMatchObject({ left: 0 });
    expect(packed.count).toBeGreaterThan(3);
    expect(packed.file.size).toBe(packed.bytes);
    expect(packed.file.type).toBe("application/pdf");
    expect(phone.line.sent.filter((each) => each.includes("/v1/"))).toEqual([]);

    const helper = carrier();
    const taken = must(await helper.api.take(asFile(packed.file)));
    expect(taken).toMatchObject({ known: false, view: { count: packed.count, kept: "device", given: false } });
    const view = await helper.until("delivered");
    expect(view).toMatchObject({ missing: 0, kept: "device" });
    expect(view.saidAt).not.toBeNull();

    // INV-2: nothing is said before the proof is here.
    expect(await stageOf(phone)).toBe("waits");
    const receipt = must(await helper.api.receipt(view.file, ["Récépissé de porteur"]));
    const booked = must(await phone.tab.api.takeReceipt(asFile(receipt, "besace-recepisse.txt")));
    expect(booked.arrived).toBeGreaterThan(3);
    expect(booked.left).toBe(0);
    expect(await stageOf(phone)).toBe("complete");
    const proofs = must(await phone.tab.api.dossier(phone.dossier)).proofs.map((proof) => proof.type);
    expect(proofs).toEqual(["deposited", "complete"]);
    expect(must(await phone.tab.api.outbox())).toMatchObject({ waiting: 0 });
    expect(phone.line.sent.filter((each) => each.includes("/v1/"))).toEqual([]);

    // The carrier lets go of the bytes once it gave the receipt, and knows the file again.
    must(await helper.api.given(view.file));
    expect(helper.disk.pieces.size).toBe(0);
    expect(must(await helper.api.take(asFile(packed.file)))).toMatchObject({
      known: true,
      view: { state: "delivered", kept: "gone" },
    });

    // Later the phone finds a network by itself: it learns nothing new, and sends nothing again.
    phone.line.online = true;
    must(await phone.tab.api.sendNow());
    await eventually(() => (phone.line.sent.some((each) => each.startsWith("/v1/pull")) ? true : undefined));
    expect(await stageOf(phone)).toBe("complete");
    const sent = phone.line.sent.filter((each) => /^\/v1\/(push|letters|blobs)/.test(each));
    expect(sent).toEqual([]);
  });

  test("without the receipt the phone learns the same when it finds a network (INV-4)", async () => {
    const phone = await phoneInTheWhiteZone();
    const packed = must(await phone.tab.api.packCarrier(words));
    // Life goes on meanwhile: an edit stands on what was packed, and is not in the file.
    must(await phone.tab.api.describePaper(phone.paper, { title: "Carte, dos" }));
    const helper = carrier();
    must(await helper.api.take(asFile(packed.file)));
    await helper.until("delivered");
    phone.line.online = true;
    must(await phone.tab.api.sendNow());
    await eventually(async () => ((await stageOf(phone)) === "complete" ? true : undefined));
    await eventually(async () => (must(await phone.tab.api.outbox()).waiting === 0 ? true : undefined));
    expect(must(await phone.tab.api.paper(phone.paper)).record.title).toBe("Carte, dos");
  });

  test("two carriers of the same file, and a second file of the same things: one letter, one of each blob", async () => {
    const phone = await phoneInTheWhiteZone();
    const one = must(await phone.tab.api.packCarrier(words));
    const two = must(await phone.tab.api.packCarrier(words));
    const [first, second, third] = [carrier(), carrier(), carrier()];
    must(await first.api.take(asFile(one.file)));
    must(await second.api.take(asFile(one.file)));
    must(await third.api.take(asFile(two.file)));
    const views = await Promise.all([first, second, third].map((each) => each.until("delivered")));
    for (const [at, helper] of [first, second, third].entries()) {
      const receipt = must(await helper.api.receipt((views[at] as CarriedView).file, []));
      must(await phone.tab.api.takeReceipt(asFile(receipt)));
    }
    expect(await stageOf(phone)).toBe("complete");
    expect(must(await phone.tab.api.dossier(phone.dossier)).proofs).toHaveLength(2);
  });

  test("a server that was set back to before the delivery gets everything again from a phone that trusted the receipt", async () => {
    // A backup of the server, from before: closed, so that the copy is whole.
    await server.close(true);
    const backup = mkdtempSync(join(tmpdir(), "besace-unit-"));
    cpSync(server.folder, backup, { recursive: true });
    server = await createHarness({ folder: server.folder });
    base = await server.listen();
    const phone = await phoneInTheWhiteZone();
    const packed = must(await phone.tab.api.packCarrier(words));
    const helper = carrier();
    must(await helper.api.take(asFile(packed.file)));
    const { file: name } = await helper.until("delivered");
    must(await phone.tab.api.takeReceipt(asFile(must(await helper.api.receipt(name, [])))));
    expect(await stageOf(phone)).toBe("complete");

    const opened = await readCarrier(
      inChunks(new Uint8Array(await packed.file.arrayBuffer()), () => 100_000),
      { opened: async () => ok(undefined), bytes: async () => ok(undefined) },
    );
    if (!opened.ok) throw new Error("it reads");
    const { from, items } = opened.value.manifest;
    const ids = <Id>(kind: string) => items.flatMap(([each, id]) => (each === kind ? [id as Id] : []));
    const refs = items.flatMap(([kind, blob, length, root]) => (kind === "blob" ? [{ blob, length, root }] : []));
    await server.close();
    server = await createHarness({ folder: backup });
    await server.store.bumpEpoch();
    base = await server.listen();
    phone.line.online = true;
    must(await phone.tab.api.sendNow());
    const there = async () => [
      (await server.store.letters(from, ids<never>("letter"))).length,
      (await server.store.verifiedOf(from, refs as never)).length,
    ];
    await eventually(async () => ((await there()).join() === [1, refs.length].join() ? true : undefined));
    await eventually(async () => (must(await phone.tab.api.outbox()).waiting === 0 ? true : undefined));
    const applied = await server.store.applied(from, ids<never>("op"));
    expect(applied.length).toBeGreaterThan(0);
  });

  test("a receipt that was read before changes nothing, and says so", async () => {
    const phone = await phoneInTheWhiteZone();
    const helper = carrier();
    must(await helper.api.take(asFile(must(await phone.tab.api.packCarrier(words)).file)));
    const { file: name } = await helper.until("delivered");
    const receipt = must(await helper.api.receipt(name, []));
    expect(must(await phone.tab.api.takeReceipt(asFile(receipt))).arrived).toBeGreaterThan(0);
    const before = must(await phone.tab.api.dossier(phone.dossier));
    expect(must(await phone.tab.api.takeReceipt(asFile(receipt)))).toMatchObject({ arrived: 0, left: 0 });
    expect(must(await phone.tab.api.dossier(phone.dossier))).toEqual(before);
  });

  test("a forged, foreign, stripped or broken receipt changes nothing", async () => {
    const phone = await phoneInTheWhiteZone();
    const helper = carrier();
    const packed = must(await phone.tab.api.packCarrier(words));
    must(await helper.api.take(asFile(packed.file)));
    const { file: name } = await helper.until("delivered");
    const good = must(await helper.api.receipt(name, []));
    const read = must(readReceipt(good));
    const before = must(await phone.tab.api.outbox());
    const refusal = async (body: string): Promise<string> => {
      const result = await phone.tab.api.takeReceipt(asFile(body));
      return result.ok ? `ok ${result.value.arrived}` : result.error.type;
    };

    const thief = await generateSignPair(true);
    const opened = await readCarrier(
      inChunks(new Uint8Array(await packed.file.arrayBuffer()), () => 100_000),
      { opened: async () => ok(undefined), bytes: async () => ok(undefined) },
    );
    if (!opened.ok) throw new Error("it reads");
    const { items, from } = opened.value.manifest;
    const ids = <Id>(kind: string) => items.flatMap(([each, id]) => (each === kind ? [id as Id] : []));
    const said = {
      file: name,
      manifest: b64(new Uint8Array(32)),
      from,
      at: Date.now() as never,
      ops: ids<never>("op"),
      letters: ids<never>("letter"),
      proofs: [],
      blobs: ids<never>("blob"),
    };
    const forged = await signCarried(thief.privateKey, said);
    expect(await refusal(writeReceipt({ ...read, statement: forged }, []))).toBe("not-believed");
    // The thief's key among the keys that travel along: nobody that is pinned has signed it.
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", thief.publicKey));
    const keys = [...read.keys, { id: b64(random.bytes(16)), sign: b64(raw) as B64 }];
    expect(await refusal(writeReceipt({ ...read, statement: forged, keys }, []))).toBe("not-believed");

    const stranger = await createPerson();
    const about = await signCarried(server.keys.sign, { ...said, from: stranger.id });
    expect(await refusal(writeReceipt({ ...read, statement: about }, []))).toBe("not-mine");
    expect(await refusal("bonjour")).toBe("not-receipt");
    expect(await refusal(good.slice(0, -40))).toBe("damaged");
    expect(await refusal(good.replace("RECEPISSE-1", "RECEPISSE-7"))).toBe("newer");
    expect(must(await phone.tab.api.outbox())).toEqual(before);
    expect(await stageOf(phone)).toBe("waits");

    // INV-2: true words about the letter, but its proofs were taken out: blobs and records are booked, the letter waits.
    must(await phone.tab.api.takeReceipt(asFile(writeReceipt({ ...read, proofs: [] }, []))));
    expect(await stageOf(phone)).toBe("waits");
    must(await phone.tab.api.takeReceipt(asFile(good)));
    expect(await stageOf(phone)).toBe("complete");
  });

  test("tampered, cut, foreign, old, newer and other files are refused, each by its name; nothing of them stays", async () => {
    const phone = await phoneInTheWhiteZone();
    const packed = must(await phone.tab.api.packCarrier(words));
    const bytes = new Uint8Array(await packed.file.arrayBuffer());
    const helper = carrier();
    const refusal = async (body: Uint8Array<ArrayBuffer>, by = helper): Promise<unknown> => {
      const result = await by.api.take(asFile(body));
      return result.ok ? "ok" : result.error;
    };
    const tampered = Uint8Array.from(bytes);
    tampered[bytes.length - 5000] = (tampered[bytes.length - 5000] ?? 0) ^ 4;
    expect(await refusal(tampered)).toEqual({ type: "damaged" });
    expect(await refusal(bytes.slice(0, -2000))).toEqual({ type: "cut" });
    expect(await refusal(random.bytes(50_000))).toEqual({ type: "not-carrier" });
    const person = await createPerson();
    const contents = { ops: [(await person.op()).op] };
    const foreign = await carrierFile(person, contents, {
      keys: [b64(random.bytes(16))],
      url: "https://besace.ailleurs.example/",
    });
    expect(await refusal(foreign.bytes)).toEqual({ type: "foreign", home: "https://besace.ailleurs.example/" });
    const old = await carrierFile(person, contents, {
      keys: [server.keys.public.id],
      madeAt: Date.now() - 10 * 365.25 * 86_400_000,
    });
    expect(await refusal(old.bytes)).toMatchObject({ type: "old" });
    expect(helper.disk.rows.size + helper.disk.pieces.size).toBe(0);
    expect(helper.line.sent).toEqual([]);
    expect(must(await helper.api.carried())).toEqual([]);
  });

  test("killed while it delivers, another process of the same disk goes on; no byte is lost", async () => {
    const phone = await phoneInTheWhiteZone();
    const packed = must(await phone.tab.api.packCarrier(words));
    const disk = createCarriedDisk();
    const first = carrier(disk);
    let requests = 0;
    const real = first.line.fetch;
    const dying: typeof fetch = async (...args) => {
      requests += 1;
      // Nothing that the dead process asks is ever heard again.
      return requests > 6 ? new Promise<never>(() => undefined) : real(...args);
    };
    Object.assign(first.line, { fetch: dying });
    must(await first.api.take(asFile(packed.file)));
    await eventually(() => (requests > 6 ? true : undefined));
    expect(must(await first.api.carried())[0]?.state).toBe("moving");
    const second = carrier(disk);
    await second.service.start();
    await second.until("delivered");
  });

  test("without room it is checked, and delivered straight from the file while the page is open", async () => {
    const phone = await phoneInTheWhiteZone();
    const packed = must(await phone.tab.api.packCarrier(words));
    const disk = createCarriedDisk();
    disk.room = 1000;
    const helper = carrier(disk);
    expect(must(await helper.api.take(asFile(packed.file))).view.kept).toBe("page");
    const view = await helper.until("delivered");
    expect(view.kept).toBe("page");
    expect(disk.pieces.size).toBe(0);
    const receipt = must(await helper.api.receipt(view.file, []));
    must(await helper.api.given(view.file));
    expect(must(await helper.api.carried())).toMatchObject([{ state: "delivered", kept: "gone" }]);
    must(await phone.tab.api.takeReceipt(asFile(receipt)));
    expect(await stageOf(phone)).toBe("complete");
  });

  test("two tabs: one takes, the other is told to look again, and nothing is taken by halves", async () => {
    const phone = await phoneInTheWhiteZone();
    const packed = must(await phone.tab.api.packCarrier(words));
    const names = new Set<string>();
    const locks: Locks = {
      tryHold: async (name, work) => {
        if (names.has(name)) return "taken";
        names.add(name);
        try {
          return { held: await work() };
        } finally {
          names.delete(name);
        }
      },
    };
    const disk = createCarriedDisk();
    const [one, two] = [carrier(disk, locks), carrier(disk, locks)];
    const taken = await Promise.all([one.api.take(asFile(packed.file)), two.api.take(asFile(packed.file))]);
    expect(taken.map((each) => (each.ok ? "ok" : each.error.type)).sort()).toEqual(["ok", "stale"]);
    expect([disk.rows.size, disk.pieces.size]).toEqual([1, 1]);
    await Promise.all([one.until("delivered"), two.api.hint()]);
    expect(must(await two.api.take(asFile(packed.file))).known).toBe(true);
  });

  test("forgetting a file takes its bytes along", async () => {
    const phone = await phoneInTheWhiteZone();
    const helper = carrier();
    helper.line.online = false;
    const { view } = must(await helper.api.take(asFile(must(await phone.tab.api.packCarrier(words)).file)));
    await eventually(async () => (must(await helper.api.carried())[0]?.trouble === "no-network" ? true : undefined));
    must(await helper.api.forget(view.file));
    expect(helper.disk.pieces.size + helper.disk.rows.size).toBe(0);
  });

  test("nothing waits: there is no file; a phone that never saw its server's keys makes none", async () => {
    const line = createLine(base);
    line.online = false;
    const tab = openTab(createConnectedBrowser(line));
    must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
    expect(await tab.api.packCarrier(words)).toEqual({ ok: false, error: { type: "no-home" } });
    expect(await tab.api.takeReceipt(asFile("x"))).toEqual({ ok: false, error: { type: "not-receipt" } });
  });
});
