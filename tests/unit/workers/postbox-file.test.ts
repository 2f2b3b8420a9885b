/**
 * P-C11 from end to end without a browser: a shared computer that never has a network gives its postbox to a carrier, whose
 * browser delivers it to the real server and gives a receipt back; the computer believes the server's word and nothing else.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readReceipts, writeReceipts } from "../../../src/protocol/carried.ts";
import { type OpenedCarrier, readCarrier } from "../../../src/protocol/carrier.ts";
import { ok } from "../../../src/shared/result.ts";
import { createCarriedDisk, createMemoryCarried } from "../../../src/storage/memory/carried.ts";
import { createHttpTransport } from "../../../src/sync/http.ts";
import { createCarrier } from "../../../src/workers/carrier/carrier.ts";
import type { CarriedView, CarrierChange } from "../../../src/workers/carrier.contract.ts";
import { createDeployments } from "../../../src/workers/common/deployments.ts";
import { createEmitter } from "../../../src/workers/common/emitter.ts";
import { inChunks } from "../../support/carrier-file.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import { createKioskDisk, type Kiosk, type KioskTab, openKiosk } from "./kiosk-world.ts";
import { createConnectedBrowser, createLine, eventually, must, openTab, quietLog, random, timers } from "./world.ts";

const codes = ["417233", "582914"] as const;
const page = { title: "Un envoi Besace à porter", paragraphs: ["Fermé."] };

let server: Harness;
let base: string;
beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => server.close());

/** A computer that has seen its server once, and has no network from then on. */
async function kioskInTheWhiteZone(): Promise<Kiosk> {
  const kiosk = createKioskDisk(createLine(base));
  const before = await openKiosk(kiosk);
  await eventually(() => (kiosk.kept === undefined ? undefined : true));
  before.kill();
  kiosk.line.online = false;
  return kiosk;
}

/** A new satchel with its card tried and a paper of one page; ended, or killed. */
async function leftBy(kiosk: Kiosk, code: string, title: string, end: "ends" | "killed"): Promise<string> {
  const { api, kill } = await openKiosk(kiosk);
  must(await api.create({ code, language: "fr", pictogram: "code-bateau" }));
  const card = must(await api.card()).qr;
  must(await api.drill(card));
  const paper = must(await api.startPaper({ kind: "passport", title })).id;
  must(await api.addPage(paper, file(jpeg({ width: 400, height: 300 }))));
  must(await api.keepPaper(paper));
  // Made in the background, and needed by the card.
  await eventually(() => ([...kiosk.rows.values()].every(({ keyring }) => keyring !== null) ? true : undefined));
  if (end === "ends") must(await api.finish(0));
  kill();
  return card;
}

const itemsIn = async ({ api }: KioskTab): Promise<number> => must(await api.postbox()).items;

function carrier() {
  const line = createLine(base);
  const clock = { now: () => Date.now() };
  const disk = createCarriedDisk();
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
  });
  const delivered = (): Promise<CarriedView> =>
    eventually(async () => must(await service.api.carried()).find(({ state }) => state === "delivered"), 15);
  return { api: service.api, line, disk, delivered };
}

const asFile = (bytes: Blob): File => new File([bytes], "besace-a-porter.pdf");

describe("P-C11 a postbox in a carrier's hands", { timeout: 120_000 }, () => {
  test("two people's work, one ended and one killed: delivered without the computer ever having a network; the receipt empties it", async () => {
    const kiosk = await kioskInTheWhiteZone();
    const cards = [
      await leftBy(kiosk, codes[0], "Passeport de Zoé", "ends"),
      await leftBy(kiosk, codes[1], "Passeport d’Ayoub", "killed"),
    ];
    const tab = await openKiosk(kiosk);
    await eventually(async () => ((await itemsIn(tab)) > 4 ? true : undefined));
    const waiting = await itemsIn(tab);
    const packed = must(await tab.api.packPostbox(page));
    expect(packed).toMatchObject({ left: 0 });
    // Two keyrings are published with the chains; they are no items of the file.
    expect(packed.count).toBe(waiting - 2);
    expect(packed.file.size).toBe(packed.bytes);
    expect(await itemsIn(tab)).toBe(waiting);

    const helper = carrier();
    const taken = must(await helper.api.take(asFile(packed.file)));
    expect(taken).toMatchObject({ known: false, view: { count: packed.count } });
    expect(must(await helper.api.carried())).toHaveLength(1);
    // Taken again: known, and nothing is done twice.
    expect(must(await helper.api.take(asFile(packed.file)))).toMatchObject({ known: true });
    const view = await helper.delivered();
    expect(view).toMatchObject({ count: packed.count, missing: 0 });
    const receipt = must(await helper.api.receipt(view.file, ["Récépissé"]));
    must(await helper.api.given(view.file));
    expect(helper.disk.pieces.size).toBe(0);

    const booked = must(await tab.api.takePostboxReceipt(new Blob([receipt])));
    expect(booked).toMatchObject({ left: 0, arrived: waiting });
    expect(must(await tab.api.postbox())).toEqual({ items: 0, since: null });
    tab.kill();
    // Databases and all, still without a network, when the page is opened next if not before.
    const next = await openKiosk(kiosk);
    await eventually(() => (kiosk.rows.size + kiosk.disks.size === 0 ? true : undefined), 15);
    expect(must(await next.api.takePostboxReceipt(new Blob([receipt])))).toMatchObject({ arrived: 0, left: 0 });
    await eventually(async () => {
      const packed = await next.api.packPostbox(page);
      return packed.ok || packed.error.type !== "nothing" ? undefined : true;
    });
    next.kill();

    // The cards open elsewhere what was made there.
    for (const [n, card] of cards.entries()) {
      const mine = openTab(createConnectedBrowser(createLine(base)));
      await mine.refresh();
      must(await mine.api.comeBack({ card }));
      must(await mine.api.comeBackOpen({ code: codes[n] ?? "", pictogram: "code-lune" }));
      const paper = await eventually(async () => must(await mine.api.papers())[0], 15);
      expect(paper.record.title).toBe(["Passeport de Zoé", "Passeport d’Ayoub"][n]);
    }
  });

  test("by network and by carrier at once, and the file carried by two people: as once", async () => {
    const kiosk = await kioskInTheWhiteZone();
    await leftBy(kiosk, codes[0], "Passeport", "ends");
    const tab = await openKiosk(kiosk);
    const packed = must(await tab.api.packPostbox(page));
    const [one, other] = [carrier(), carrier()];
    must(await one.api.take(asFile(packed.file)));
    must(await other.api.take(asFile(packed.file)));
    kiosk.line.online = true;
    must(await tab.api.hint("online"));
    const [view] = await Promise.all([one.delivered(), other.delivered()]);
    await eventually(() => (kiosk.rows.size === 0 ? true : undefined), 15);
    const receipt = must(await one.api.receipt(view.file, []));
    expect(must(await tab.api.takePostboxReceipt(new Blob([receipt])))).toMatchObject({ arrived: 0, left: 0 });
    tab.kill();
  });

  test("a carrier who takes something out: what the server does not name stays here; a forged receipt is refused by name", async () => {
    const kiosk = await kioskInTheWhiteZone();
    await leftBy(kiosk, codes[0], "Passeport", "ends");
    await leftBy(kiosk, codes[1], "Passeport", "ends");
    const tab = await openKiosk(kiosk);
    const waiting = await itemsIn(tab);
    const packed = must(await tab.api.packPostbox(page));
    const packs: OpenedCarrier[] = [];
    await readCarrier(
      inChunks(new Uint8Array(await packed.file.arrayBuffer()), () => 50_000),
      {
        opened: async (pack) => {
          packs.push(pack);
          return ok(undefined);
        },
        bytes: async () => ok(undefined),
      },
    );
    expect(packs).toHaveLength(2);
    const helper = carrier();
    must(await helper.api.take(asFile(packed.file)));
    const view = await helper.delivered();
    const whole = must(await helper.api.receipt(view.file, []));
    const receipts = readReceipts(whole);
    if (!receipts.ok) throw new Error(receipts.error.type);
    // Half of the receipt: half of the postbox.
    const half = writeReceipts(receipts.value.slice(0, 1), []);
    const booked = must(await tab.api.takePostboxReceipt(new Blob([half])));
    expect(booked.left).toBeGreaterThan(0);
    expect(booked.arrived + booked.left).toBe(waiting);
    expect(await itemsIn(tab)).toBe(booked.left);
    // Proofs left out: the letters stay.
    const [first, second] = receipts.value;
    if (first === undefined || second === undefined) throw new Error("two packs");
    const bare = writeReceipts([{ ...second, proofs: first.proofs }], []);
    const without = must(await tab.api.takePostboxReceipt(new Blob([bare])));
    expect(without.left).toBeGreaterThan(0);
    const forged = writeReceipts([{ ...second, statement: { ...second.statement, sig: first.statement.sig } }], []);
    expect(await tab.api.takePostboxReceipt(new Blob([forged]))).toMatchObject({ error: { type: "not-believed" } });
    expect(await tab.api.takePostboxReceipt(new Blob(["rien"]))).toMatchObject({ error: { type: "not-receipt" } });
    expect(must(await tab.api.takePostboxReceipt(new Blob([whole])))).toMatchObject({ left: 0 });
    tab.kill();
  });
});
