/**
 * A spoken answer, from the worker that seals it to the desk that hears it: person, server and desk together, without a browser.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { longestVoiceMs, mostVoiceBytes, voiceSlot } from "../../../src/shared/voice.ts";
import { wordsFor } from "../../support/export-words.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random } from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const said = (marks = "MARQUEUR-VOIX", mime = "audio/webm;codecs=opus", seconds = 42) => ({
  bytes: new TextEncoder().encode(marks.repeat(300)).buffer as ArrayBuffer,
  mime,
  seconds,
  title: "Réponse parlée\u00a0: Votre demande",
});

let server: Harness;
let base: string;
let deskCode: string;

beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
});
afterEach(async () => server.close());

async function person() {
  const browser = createConnectedBrowser(createLine(base));
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  await tab.refresh();
  const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
  return { tab, id, browser, profile, store: await tab.store(profile.database) };
}

test("record, sealed, kept, sent with the letter, heard at the desk byte for byte", async () => {
  const desk = openDesk(createConnectedBrowser(createLine(base)));
  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
  const { tab, id, browser, profile } = await person();
  const voice = must(await tab.api.addVoice(id, "request", said()));
  // Another of a question that nobody is asked: it is kept and does not leave.
  must(await tab.api.addVoice(id, "no-such-question", said("AUTRE-VOIX")));
  must(await tab.api.addVoice(id, "reach_note", said("COMMENT-ME-JOINDRE")));
  // It is listed with its answer only, and a new tab finds it.
  expect(must(await tab.api.papers())).toEqual([]);
  const again = openTab(browser);
  must(await again.api.unlock({ database: profile.database, code }));
  const view = must(await again.api.paper(voice));
  expect(view.record).toMatchObject({ kind: "voice", status: "kept", facts: { seconds: "42" } });
  const [page = ""] = Object.keys(view.record.pages);
  const heard = must(await again.api.readPage(voice, page, "original"));
  expect(heard.mime).toBe("audio/webm");
  expect(new Uint8Array(heard.bytes)).toEqual(new Uint8Array(said().bytes));

  must(await tab.api.send(id, null));
  const row = await eventually(async () => {
    must(await tab.api.sendNow());
    must(await desk.api.refresh());
    const { rows } = must(await desk.api.inbox());
    return rows.find((each) => each.papers.of === 2 && each.papers.here === 2);
  });
  const dossier = must(await desk.api.open(row.letter));
  expect(dossier.papers.map(({ requirement }) => requirement)).toEqual([voiceSlot("request"), voiceSlot("reach_note")]);
  expect(dossier.payload.papers.map(({ seconds }) => seconds)).toEqual([42, 42]);
  expect(dossier.payload.missing).not.toContain(voiceSlot("request"));
  const blob = dossier.papers[0]?.pages[0]?.blob;
  const got = must(await desk.api.page(row.letter, blob as never));
  expect(new Uint8Array(got.bytes)).toEqual(new Uint8Array(said().bytes));
}, 120_000);

test("erasing an answer, or its dossier, lets go of the sound", async () => {
  const { tab, id, store } = await person();
  const first = must(await tab.api.addVoice(id, "request", said()));
  const second = must(await tab.api.addVoice(id, "request", said("DEUX")));
  expect(must(await store.listBlobs())).toHaveLength(2);
  must(await tab.api.removeVoice(id, "request", first));
  expect(must(await store.listBlobs())).toHaveLength(1);
  expect(must(await tab.api.dossier(id)).record.attached[voiceSlot("request")]?.papers).toEqual([second]);
  // One that another dossier names as well stays.
  const other = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug })).id;
  must(await tab.api.attach(other, voiceSlot("request"), [second], false));
  must(await tab.api.eraseDossier(id));
  expect(must(await store.listBlobs())).toHaveLength(1);
  must(await tab.api.eraseDossier(other));
  expect(must(await store.listBlobs())).toHaveLength(0);
  expect(await tab.api.paper(second)).toMatchObject({ ok: false });
}, 120_000);

test("one that another dossier names stays when one answer is erased; a choice against a dossier lets go of its sound", async () => {
  const { tab, id, store } = await person();
  const voice = must(await tab.api.addVoice(id, "request", said()));
  const other = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug })).id;
  must(await tab.api.attach(other, voiceSlot("request"), [voice], false));
  must(await tab.api.removeVoice(id, "request", voice));
  expect(must(await tab.api.dossier(id)).record.attached[voiceSlot("request")]?.papers).toEqual([]);
  expect(must(await store.listBlobs())).toHaveLength(1);
  // "Effacé sur un autre appareil", and the person agrees.
  must(await tab.api.settleOther({ id: other, path: "erased", choice: 0 }));
  expect(must(await store.listBlobs())).toHaveLength(0);
  expect(must(await tab.api.papers())).toEqual([]);
}, 120_000);

test("what is no recording, too long or too large is refused, and leaves nothing", async () => {
  const { tab, id, store } = await person();
  const wrong = [
    said("x", "text/html"),
    said("x", "audio/webm", longestVoiceMs),
    said("x", "audio/webm", Number.NaN),
    { ...said(), bytes: new ArrayBuffer(0) },
    { ...said(), bytes: new ArrayBuffer(mostVoiceBytes + 1) },
  ];
  for (const input of wrong)
    expect(await tab.api.addVoice(id, "request", input)).toEqual({ ok: false, error: { type: "voice-unusable" } });
  expect(await tab.api.addVoice("AAAAAAAAAAAAAAAAAAAAAQ" as RecordId, "request", said())).toMatchObject({ ok: false });
  expect(await tab.api.removeVoice(id, "request", "AAAAAAAAAAAAAAAAAAAAAQ" as RecordId)).toMatchObject({ ok: false });
  expect(must(await store.listBlobs())).toEqual([]);
}, 120_000);

test("INV-1: a recording that no dossier names stands among the papers", async () => {
  const { tab, id } = await person();
  const voice = must(await tab.api.addVoice(id, "request", said()));
  must(await tab.api.attach(id, voiceSlot("request"), [], false));
  expect(must(await tab.api.papers()).map((paper) => paper.id)).toEqual([voice]);
}, 120_000);

test("the whole satchel in clear has the sound under its own name", async () => {
  const { tab, id } = await person();
  must(await tab.api.addVoice(id, "request", said()));
  const words = wordsFor(must(await tab.api.papers()), must(await tab.api.dossiers()));
  const out = must(await tab.api.exportAll(words));
  // Not packed: the name and the sound stand in the archive as they are.
  const archive = new TextDecoder().decode(await out.file.arrayBuffer());
  expect(archive).toMatch(/Réponse parlée.{0,4}Votre demande\.webm/);
  expect(archive).toContain("MARQUEUR-VOIXMARQUEUR-VOIX");
}, 120_000);
