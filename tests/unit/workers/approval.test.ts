/**
 * Opening at a shared computer by the phone, whole (decisions/0023): real keys, the real server app, both workers. What the
 * screens promise is shown here: chosen papers only, until the phone says, and nothing afterwards.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { approvals as limits } from "../../../src/protocol/limits.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import type { KioskApproval } from "../../../src/workers/approval.contract.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg, pdf } from "./files.ts";
import { createKioskDisk, type Kiosk, type KioskTab, openKiosk } from "./kiosk-world.ts";
import { createConnectedBrowser, createLine, eventually, type Line, must, openTab, type Tab } from "./world.ts";

const code = "417233";
let server: Harness;
let base: string;
let kiosk: Kiosk;
let tab: KioskTab;
let line: Line;
let phone: Tab;

const stateOf = async (): Promise<KioskApproval> => must(await tab.api.approvalState());
const until = <T extends KioskApproval["type"]>(type: T): Promise<Extract<KioskApproval, { type: T }>> =>
  eventually(async () => {
    const state = await stateOf();
    return state.type === type ? (state as Extract<KioskApproval, { type: T }>) : undefined;
  }, 20);

/** Papers that are whole at the server. */
async function papersAt(...titles: readonly string[]): Promise<readonly RecordId[]> {
  const papers: RecordId[] = [];
  for (const [n, title] of titles.entries()) {
    const paper = must(await phone.api.startPaper({ kind: null, title })).id;
    for (let page = 0; page <= n; page += 1)
      must(await phone.api.addPage(paper, file(jpeg({ width: 400 + page, height: 300 }), `${page}.jpg`)));
    must(await phone.api.keepPaper(paper));
    papers.push(paper);
  }
  must(await phone.api.sendNow());
  await eventually(async () => {
    const states = must(await phone.api.papers()).map(({ state }) => state);
    return states.every((state) => state === "two-copies" || state === "sealed-copy") ? true : undefined;
  }, 20);
  return papers;
}

/** Up to the pictures on both screens. */
async function meet() {
  must(await tab.api.approvalAsk("Médiathèque de la Gare"));
  const { text } = await until("asking");
  const met = must(await phone.api.approvalRead(text));
  const { pictures } = await until("met");
  expect(met).toEqual({ place: "Médiathèque de la Gare", pictures });
  return text;
}

async function open(papers: readonly RecordId[]) {
  await meet();
  const { id } = must(await phone.api.approvalGive(papers));
  return { id, opened: await until("open") };
}

beforeEach(async () => {
  server = await createHarness();
  // The server's clock is the real one here: transfers measure time.
  server.time.now = Date.now();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  line = createLine(base);
  phone = openTab(createConnectedBrowser(line));
  await phone.refresh();
  must(await phone.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  kiosk = createKioskDisk(createLine(base));
  tab = await openKiosk(kiosk, 20);
});
afterEach(() => server.close());

describe("opening by the phone", { timeout: 120_000 }, () => {
  test("chosen papers are read there, an added one arrives here, and the phone says what was done", async () => {
    const [other, chosen] = (await papersAt("Bulletin de salaire", "Titre de séjour")) as [RecordId, RecordId];
    const { id, opened } = await open([chosen]);
    expect(opened.papers).toEqual([
      {
        record: chosen,
        title: "Titre de séjour",
        kind: null,
        pages: [
          { turn: 0, mime: "image/webp" },
          { turn: 0, mime: "image/webp" },
        ],
      },
    ]);
    expect(opened.pagesLeft).toBe(limits.deposits);
    // The same bytes as on the phone.
    const [pageId] = Object.keys(must(await phone.api.paper(chosen)).record.pages);
    const here = must(await phone.api.readPage(chosen, pageId ?? "", "readable"));
    const there = must(await tab.api.approvalPage(chosen, 0));
    expect(Buffer.from(there.bytes).equals(Buffer.from(here.bytes))).toBe(true);
    must(await tab.api.approvalPage(chosen, 1));
    expect(await tab.api.approvalPage(other, 0)).toMatchObject({ error: { type: "not-found" } });

    const first = must(
      await tab.api.approvalAdd({ paper: null, title: "Facture d'eau", file: file(jpeg({ width: 500, height: 300 })) }),
    );
    must(await tab.api.approvalAdd({ paper: first.paper, title: "", file: file(jpeg({ width: 501, height: 300 })) }));
    const after = await until("open");
    expect(after.added).toEqual([{ paper: first.paper, title: "Facture d'eau", pages: 2 }]);
    expect(after.pagesLeft).toBe(limits.deposits - 2);

    const [view] = must(await phone.api.approvals());
    expect(view).toMatchObject({ id, place: "Médiathèque de la Gare", isOpen: true, isWhole: true, endedAt: null });
    expect(view?.papers.map((paper) => paper?.title)).toEqual(["Titre de séjour"]);
    expect(view?.events.map(({ what }) => what)).toEqual(["seen", "added", "added"]);
    expect(view?.events.map((event) => ("paper" in event ? event.paper?.title : null))).toEqual([
      "Titre de séjour",
      "Facture d'eau",
      "Facture d'eau",
    ]);
    const arrived = must(await phone.api.papers()).find(({ record }) => record.title === "Facture d'eau");
    expect(arrived?.record.status).toBe("kept");
    expect(Object.keys(arrived?.record.pages ?? {})).toHaveLength(2);
    // Twice is once.
    must(await phone.api.approvals());
    expect(must(await phone.api.papers()).filter(({ record }) => record.title === "Facture d'eau")).toHaveLength(1);

    must(await tab.api.approvalStop("asked"));
    expect(await stateOf()).toEqual({ type: "none" });
    expect(await tab.api.approvalPage(chosen, 0)).toMatchObject({ error: { type: "ended" } });
    const [over] = must(await phone.api.approvals());
    expect(over).toMatchObject({ isOpen: false });
    expect(over?.events.at(-1)).toMatchObject({ what: "ended", why: "asked" });
  });

  test("INV-6, INV-7 the phone closes it: the server refuses, and the computer had nothing but the chosen pages", async () => {
    const [chosen] = (await papersAt("Titre de séjour")) as [RecordId];
    const { id } = await open([chosen]);
    must(await tab.api.approvalPage(chosen, 0));
    // No root, no identity, no session: the satchel itself is not open here.
    expect(await tab.api.papers()).toMatchObject({ error: { type: "locked" } });
    expect(await tab.api.card()).toMatchObject({ ok: false });
    must(await phone.api.approvalEnd(id));
    expect(await tab.api.approvalPage(chosen, 0)).toMatchObject({ error: { type: "ended" } });
    expect(await until("ended")).toEqual({ type: "ended", why: "phone" });
    const late = { paper: null, title: "", file: file(jpeg({ width: 500, height: 300 })) };
    expect(await tab.api.approvalAdd(late)).toMatchObject({ error: { type: "ended" } });
    expect([kiosk.rows.size, kiosk.disks.size]).toEqual([0, 0]);
    // All that the computer says is its question, its secret and signed acts, never a session; neither side says a title.
    expect(kiosk.line.sent.every((each) => !/\/v1\/(session|pull|challenge)/.test(each))).toBe(true);
    const sent = [...line.sent, ...kiosk.line.sent].join("\n");
    for (const word of ["Titre", code]) expect(sent).not.toContain(word);
    // And by the server's clock, whatever the computer's own one says.
    const second = await open([chosen]);
    server.time.now += limits.lifetimeMs;
    expect(await tab.api.approvalPage(chosen, 0)).toMatchObject({ error: { type: "ended" } });
    const views = must(await phone.api.approvals());
    expect(views.map((view) => view.id).sort()).toEqual([id, second.id].sort());
    expect(views.every(({ isOpen }) => !isOpen)).toBe(true);
  });

  test("a code is read by one phone, once; another one, an old one, one of another service are refused by name", async () => {
    const text = await meet();
    const second = openTab(createConnectedBrowser(createLine(base)));
    await second.refresh();
    must(await second.api.create({ code, language: "fr", pictogram: "code-lune" }));
    expect(
      await eventually(async () => {
        const read = await second.api.approvalRead(text);
        return !read.ok && read.error.type !== "no-network" ? read.error.type : undefined;
      }),
    ).toBe("taken");
    must(await tab.api.approvalAsk("Médiathèque de la Gare"));
    expect(await phone.api.approvalGive([])).toMatchObject({ ok: true });
    // It was given to nobody: the computer has another question by now.
    expect((await until("asking")).text).not.toBe(text);
    expect(await phone.api.approvalRead("BSR1.AAAA")).toMatchObject({ error: { type: "not-a-question" } });
    const { text: fresh } = await until("asking");
    expect(await phone.api.approvalRead(`${fresh.slice(0, -2)}00`)).toMatchObject({ error: { type: "damaged" } });
    server.time.now += limits.askMs;
    expect(await phone.api.approvalRead(fresh)).toMatchObject({ error: { type: "over" } });
    await until("over");
  });

  test("without network either side says so, and a paper that is not at the server is not given", async () => {
    kiosk.line.online = false;
    expect(await tab.api.approvalAsk("Poste")).toMatchObject({ error: { type: "no-network" } });
    kiosk.line.online = true;
    await eventually(async () => ((await tab.api.approvalAsk("Poste")).ok ? true : undefined));
    const { text } = await until("asking");
    line.online = false;
    expect(await phone.api.approvalRead(text)).toMatchObject({ error: { type: "no-network" } });
    const paper = must(await phone.api.startPaper({ kind: null, title: "Pas encore parti" })).id;
    must(await phone.api.addPage(paper, file(jpeg({ width: 400, height: 300 }))));
    must(await phone.api.keepPaper(paper));
    line.online = true;
    must(await phone.api.approvalRead(text));
    const given = await phone.api.approvalGive([paper]);
    // It may have left in this very moment; otherwise it is named.
    if (!given.ok) expect(given.error.type).toBe("not-there");
  });

  test("no paper at all: only to add one; a file that is too heavy is refused before it travels", async () => {
    const { opened } = await open([]);
    expect(opened.papers).toEqual([]);
    const heavy = new File([new Uint8Array(limits.depositBytes)], "gros.pdf");
    const refused = await tab.api.approvalAdd({ paper: null, title: "", file: heavy });
    expect(refused.ok).toBe(false);
    const small = await tab.api.approvalAdd({ paper: null, title: "Reçu", file: file(pdf(), "recu.pdf") });
    expect(small.ok).toBe(true);
    must(await phone.api.approvals());
    const arrived = must(await phone.api.papers()).find(({ record }) => record.title === "Reçu");
    expect(Object.values(arrived?.record.pages ?? {})[0]).toMatchObject({
      state: "ready",
      original: { mime: "application/pdf" },
    });
  });
});
