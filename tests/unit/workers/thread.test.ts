/**
 * Person, server and desk together, without a browser: filled in offline, delivered by the real drainer to the real
 * server, opened at the desk, answered. The real browsers do the same in tests/e2e.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIdentity } from "../../../src/crypto/identity.ts";
import { sealLetter } from "../../../src/crypto/letter.ts";
import { letterHead } from "../../../src/protocol/letters.ts";
import { b64, generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import { readChain } from "../../../src/protocol/statements.ts";
import type { Cursor, Letter } from "../../../src/protocol/wire.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import { type BlobId, type LetterId, type RecordId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import { deskMethods } from "../../../src/workers/desk.contract.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random } from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const text = (value: string) => ({ v: "text", text: value }) as const;

let server: Harness;
let base: string;
let deskCode: string;

beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
});
afterEach(async () => server.close());

const person = () => {
  const line = createLine(base);
  const browser = createConnectedBrowser(line);
  return { line, browser, tab: openTab(browser) };
};
const helper = () => {
  const line = createLine(base);
  const browser = createConnectedBrowser(line);
  return { line, browser, desk: openDesk(browser) };
};

describe("the whole thread", { timeout: 120_000 }, () => {
  test("offline first, then delivered, opened, answered; the server reads nothing (INV-1, INV-2, INV-3)", async () => {
    const { tab, line, browser } = person();
    await tab.refresh();
    line.online = false;
    const profile = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
    const { id: paper } = must(await tab.api.startPaper({ kind: "identity-card", title: "Carte MARQUEUR-TITRE" }));
    const picked = file(jpeg({ width: 4000, height: 3000 }), "MARQUEUR-FICHIER.jpg");
    const { page } = must(await tab.api.addPage(paper, picked));
    must(await tab.api.keepPaper(paper));
    const started = must(
      await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: slug }),
    );
    const dossier: RecordId = started.id;
    must(
      await tab.api.saveAnswers(dossier, {
        answers: { given_name: text("Amina"), family_name: text("MARQUEUR-NOM") },
        notForeseen: "MARQUEUR-LIBRE",
      }),
    );
    must(await tab.api.attach(dossier, "identity", [paper], false));
    expect(must(await tab.api.send(dossier, "Je certifie"))).toMatchObject({ stage: "awaiting-desk" });
    must(await tab.api.lock());

    // The desk is opened for the first time, by a helper who has the line.
    const { desk } = helper();
    expect(must(await desk.api.opening())).toEqual({ type: "none" });
    const wrong = `${deskCode.slice(0, -1)}${deskCode.endsWith("A") ? "B" : "A"}`;
    expect(await desk.api.enrol({ slug, deskCode: wrong, code: "582914" })).toEqual({
      ok: false,
      error: { type: "wrong-groups", groups: [10] },
    });
    must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
    expect(must(await desk.api.opening())).toEqual({ type: "open", organisation: "CCAS de Brévigny" });
    expect(must(await desk.api.inbox()).rows).toEqual([]);

    // The line comes back to the person: the dossier leaves by itself once the satchel is open.
    line.online = true;
    must(await tab.api.unlock({ database: profile.database, code }));
    must(await tab.api.sendNow());
    const complete = await eventually(async () => {
      const view = must(await tab.api.dossier(dossier));
      return view.stage === "complete" ? view : undefined;
    });
    expect(complete.proofs.map((proof) => proof.type)).toContain("deposited");
    expect(complete).toMatchObject({ papers: { sent: 1, of: 1 }, bytesLeft: 0 });
    await eventually(async () => (must(await tab.api.paper(paper)).state === "sealed-copy" ? true : undefined));
    const outbox = must(await tab.api.outbox());
    expect(outbox.lines.filter((each) => each.state !== "arrived")).toEqual([]);
    expect(outbox.lines.find((each) => each.id === dossier)?.at).toBeGreaterThan(0);

    must(await desk.api.refresh());
    const row = await eventually(async () => must(await desk.api.inbox()).rows[0]);
    expect(row).toMatchObject({
      number: complete.record.number,
      procedure: "domiciliation",
      name: "Amina MARQUEUR-NOM",
      status: "new",
      notForeseen: true,
      trouble: null,
    });
    const opened = must(await desk.api.open(row.letter));
    expect(opened.payload.answers).toEqual({ given_name: text("Amina"), family_name: text("MARQUEUR-NOM") });
    expect(opened.payload.declaration?.text).toBe("Je certifie");
    expect(opened.row).toMatchObject({ status: "opened", papers: { here: 1, of: 1 } });
    const shown = opened.papers[0]?.pages[0];
    expect(shown).toMatchObject({ here: true, mime: "image/webp", turn: 0 });
    if (shown === undefined) throw new Error("a page is shown");
    const atDesk = must(await desk.api.page(row.letter, shown.blob));
    const own = must(await tab.api.readPage(paper, page, "readable"));
    expect(Buffer.from(atDesk.bytes).equals(Buffer.from(own.bytes))).toBe(true);
    must(
      await desk.api.answer(row.letter, { status: "missing-piece", requirement: "identity", text: "MARQUEUR-REPONSE" }),
    );
    expect(must(await desk.api.inbox()).rows[0]?.status).toBe("missing-piece");

    // The person hears both: opened, by the organisation's signature, and the message.
    const answered = await eventually(async () => {
      must(await tab.api.sendNow());
      const view = must(await tab.api.dossier(dossier));
      return view.stage === "opened" && Object.keys(view.record.replies).length > 0 ? view : undefined;
    });
    expect(Object.values(answered.record.replies)).toMatchObject([
      { status: "missing-piece", requirement: "identity", text: "MARQUEUR-REPONSE", seen: false },
    ]);

    // INV-3: neither the server's files nor anything that travelled holds what was written.
    const files = ["besace.sqlite", "besace.sqlite-wal"].map((name) =>
      readFileSync(join(server.folder, name), "latin1"),
    );
    const everywhere = [...files, ...server.logLines, ...line.sent].join("\n");
    const decoded = everywhere.replace(/[A-Za-z0-9_-]{40,}/g, (part) =>
      Buffer.from(part, "base64url").toString("latin1"),
    );
    for (const marker of ["MARQUEUR-TITRE", "MARQUEUR-FICHIER", "MARQUEUR-NOM", "MARQUEUR-LIBRE", "MARQUEUR-REPONSE"]) {
      expect(everywhere).not.toContain(marker);
      expect(decoded).not.toContain(marker);
    }
    expect(must(await browser.registry.list())).toHaveLength(1);
  });

  test("the form arrives before its papers, and the desk opens pages as they come", async () => {
    const { desk } = helper();
    must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
    const { tab, line } = person();
    must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
    line.online = false;
    const { id: paper } = must(await tab.api.startPaper({ kind: "identity-card" }));
    must(await tab.api.addPage(paper, file(jpeg({ width: 4000, height: 3000, entropy: new Array(900_000).fill(7) }))));
    must(await tab.api.keepPaper(paper));
    const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
    must(await tab.api.saveAnswers(id, { answers: { request: text("Bonjour") } }));
    must(await tab.api.attach(id, "papers", [paper], false));
    must(await tab.api.send(id, null));
    const store = await tab.store(await databaseOf(tab));
    // Uploads are refused for now, as if the line broke on anything large.
    for (const blob of must(await store.listBlobs())) {
      must(await store.setBlob(blob.blob, { nextAt: Date.now() + 3_600_000 }));
    }
    line.online = true;
    must(await tab.api.hint("online"));
    const row = await eventually(async () => {
      must(await desk.api.refresh());
      return must(await desk.api.inbox()).rows[0];
    });
    await eventually(async () => (must(await tab.api.dossier(id)).stage === "deposited" ? true : undefined));
    const first = must(await desk.api.open(row.letter));
    expect(first.papers[0]?.pages[0]?.here).toBe(false);
    const blob = first.papers[0]?.pages[0]?.blob;
    if (blob === undefined) throw new Error("a page is named");
    expect(await desk.api.page(row.letter, blob)).toEqual({ ok: false, error: { type: "not-arrived" } });
    expect(must(await tab.api.dossier(id)).papers).toEqual({ sent: 0, of: 1 });
    must(await tab.api.sendNow());
    await eventually(async () => (must(await tab.api.dossier(id)).papers.sent === 1 ? true : undefined));
    must(await desk.api.page(row.letter, blob));
    expect(must(await desk.api.open(row.letter)).row.papers).toEqual({ here: 1, of: 1 });
  });

  test("INV-2: a desk believes the server keys that it saw first, whatever deployment.json says later", async () => {
    /** From now on deployment.json names another key, as the server's or beside it. */
    const lie = async (line: ReturnType<typeof createLine>) => {
      const sign = await rawPublicKey(await generateSignPair(false));
      const honest = line.fetch;
      return {
        ...line,
        fetch: async (...call: Parameters<typeof fetch>) => {
          const response = await honest(...call);
          if (call[0] !== "/deployment.json") return response;
          return Response.json({ ...(await response.json()), serverKeys: [{ id: b64(random.bytes(16)), sign }] });
        },
      };
    };
    const first = helper();
    must(await first.desk.api.enrol({ slug, deskCode, code: "582914" }));
    must(await first.desk.api.inbox());

    const { tab } = person();
    must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
    const { id: paper } = must(await tab.api.startPaper({ kind: "identity-card" }));
    must(await tab.api.addPage(paper, file(jpeg({ width: 4000, height: 3000 }))));
    must(await tab.api.keepPaper(paper));
    const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
    must(await tab.api.saveAnswers(id, { answers: { request: text("Bonjour") } }));
    must(await tab.api.attach(id, "papers", [paper], false));
    must(await tab.api.send(id, null));
    await eventually(async () => (must(await tab.api.dossier(id)).stage === "complete" ? true : undefined));

    // The same browser later, on a line that lies: the proof of the true server still counts.
    const lied = openDesk({ ...first.browser, line: await lie(first.line), kept: undefined });
    must(await lied.api.unlock("582914"));
    await eventually(async () => {
      must(await lied.api.refresh());
      return must(await lied.api.inbox()).rows[0]?.papers.here === 1 ? true : undefined;
    });

    // A browser that met the lie first believes no proof of the true server, until it hears of the older pins.
    const line = createLine(base);
    const second = openDesk(createConnectedBrowser(await lie(line)));
    must(await second.api.enrol({ slug, deskCode, code: "417233" }));
    expect(must(await second.api.inbox()).rows).toEqual([]);
    await eventually(async () => {
      must(await second.api.refresh());
      return must(await second.api.inbox()).rows[0]?.papers.here === 1 ? true : undefined;
    });
  });

  test("a second browser opens the same desk with the same code; a wrong code opens nothing", async () => {
    const first = helper();
    must(await first.desk.api.enrol({ slug, deskCode, code: "582914" }));
    const second = helper();
    must(await second.desk.api.enrol({ slug, deskCode, code: "417233" }));
    const [a, b] = await Promise.all([first.browser.registry.list(), second.browser.registry.list()]);
    expect(must(a)[0]?.principal).toBe(must(b)[0]?.principal);
    must(await second.desk.api.lock());
    expect(must(await second.desk.api.opening())).toEqual({ type: "locked", organisation: "CCAS de Brévigny" });
    expect(await second.desk.api.inbox()).toEqual({ ok: false, error: { type: "locked" } });
    expect(await second.desk.api.unlock("582914")).toMatchObject({ ok: false, error: { type: "wrong-code" } });
    must(await second.desk.api.unlock("417233"));
    const third = helper();
    const other = (await prepareDesk({ store: server.store, random }, slug, undefined)) ?? null;
    expect(other).toBeNull();
    third.line.online = false;
    expect(await third.desk.api.enrol({ slug, deskCode, code: "417233" })).toEqual({
      ok: false,
      error: { type: "no-network" },
    });
    expect(await third.desk.api.enrol({ slug, deskCode, code: "123456" })).toEqual({
      ok: false,
      error: { type: "code-too-common" },
    });
  });

  test("contract and desk worker list the same methods", () => {
    expect(Object.keys(helper().desk.api).sort()).toEqual([...deskMethods].sort());
  });
});

async function databaseOf(tab: ReturnType<typeof openTab>): Promise<string> {
  const state = must(await tab.api.opening());
  if (state.type !== "open") throw new Error("the satchel is open");
  return state.profile.database;
}

describe("what strangers and second devices send", { timeout: 120_000 }, () => {
  test("two devices of one person change the same dossier offline: both changes are there on both (INV-4)", async () => {
    const first = person();
    const profile = must(await first.tab.api.create({ code, language: "fr", pictogram: "bateau" }));
    const { id } = must(
      await first.tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }),
    );
    must(await first.tab.api.saveAnswers(id, { answers: { request: text("un") } }));
    must(await first.tab.api.sendNow());
    await eventually(async () => {
      const queue = must(await (await first.tab.store(profile.database)).queue());
      return queue.ops.length === 0 ? true : undefined;
    });

    // The same satchel in another browser: its registry row is all that a second device needs here.
    const second = person();
    const row = must(await first.browser.registry.get(profile.database));
    if (row === undefined) throw new Error("a profile was made");
    must(await second.browser.registry.add({ ...row, revision: 1 }));
    must(await second.tab.api.unlock({ database: profile.database, code }));
    must(await second.tab.api.sendNow());
    await eventually(async () => ((await second.tab.api.dossier(id)).ok ? true : undefined));

    first.line.online = false;
    second.line.online = false;
    must(await first.tab.api.saveAnswers(id, { answers: { request: text("premier"), given_name: text("Amina") } }));
    must(await second.tab.api.saveAnswers(id, { answers: { family_name: text("Diallo") }, notForeseen: "autre" }));
    first.line.online = true;
    must(await first.tab.api.sendNow());
    await eventually(async () => {
      const queue = must(await (await first.tab.store(profile.database)).queue());
      return queue.ops.length === 0 ? true : undefined;
    });
    second.line.online = true;
    const both = { request: text("premier"), given_name: text("Amina"), family_name: text("Diallo") };
    for (const { tab } of [second, first]) {
      await eventually(async () => {
        must(await tab.api.sendNow());
        const { record } = must(await tab.api.dossier(id));
        return JSON.stringify(Object.entries(record.answers).sort()) === JSON.stringify(Object.entries(both).sort()) &&
          record.notForeseen === "autre"
          ? true
          : undefined;
      });
    }
  });

  test("a desk shows what it cannot use with its reason, refuses lower counters, and takes a letter once", async () => {
    const { desk, browser } = helper();
    must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
    const profile = must(await browser.registry.list())[0];
    if (profile === undefined) throw new Error("a desk was opened");
    const to = must(await readChain(profile.statements));
    const sender = await createIdentity("satchel", random);
    const store = await desk.store(profile.database);
    const thread = randomId<ThreadId>(random);
    const payload = {
      t: "dossier",
      procedure: "demande-libre",
      formVersion: 1,
      number: "ABCDEFGH",
      filledAt: 1,
      language: "fr",
      answers: { given_name: text("Amina") },
      rows: {},
      notForeseen: "",
      declaration: null,
      papers: [],
      missing: [],
    };
    const seal = (n: number, content: unknown, kind: "dossier" | "message" = "dossier") =>
      sealLetter({
        identity: sender,
        to,
        letter: randomId<LetterId>(random),
        blobs: [],
        inner: { thread, n, replaces: null, kind, sentAt: 1, blobs: [], payload: content },
      });
    let seq = 0;
    const pull = async (wire: Letter) => {
      seq += 1;
      const { letter } = must(letterHead(wire));
      const row = { seq, id: letter, letter: wire, at: 5000 + seq };
      must(
        await store.storePull({
          records: [],
          letters: [row],
          proofs: [],
          blobs: [],
          cursor: `e.${seq}` as Cursor,
          reset: false,
        }),
      );
      return letter;
    };
    const troubles = async (count: number) =>
      eventually(async () => {
        const { rows } = must(await desk.api.inbox());
        return rows.length === count ? rows.map((row) => row.trouble) : undefined;
      });
    const good = await seal(2, payload);
    await pull(good);
    expect(await troubles(1)).toEqual([null]);
    await pull(good);
    await pull(await seal(1, payload));
    expect(await troubles(2)).toEqual(["lower-counter", null]);
    await pull(await seal(3, { ...payload, papers: [{ requirement: "x", pages: "no" }] }));
    await pull(await seal(4, payload, "message"));
    await pull({ ...(await seal(5, payload)), sig: good.sig });
    expect(await troubles(5)).toEqual(["bad-signature", "other-kind", "bad-payload", "lower-counter", null]);
    const foreign = randomId<BlobId>(random);
    const paper = { requirement: "x", kind: null, title: "", holder: "me", expiry: null };
    await pull(
      await seal(6, { ...payload, papers: [{ ...paper, pages: [{ blob: foreign, turn: 0, preview: null }] }] }),
    );
    expect((await troubles(6))[0]).toBe("bad-payload");
    const trouble = must(await desk.api.inbox()).rows[0]?.letter;
    expect(await desk.api.open(trouble as LetterId)).toEqual({ ok: false, error: { type: "not-found" } });
  });
});
