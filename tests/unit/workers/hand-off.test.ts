/**
 * E6: a dossier prepared on another site by an act of the person, through our server, against the stand-in: what is kept, what
 * is said of it, what never leaves. Phone, server and site together, without a browser.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { viewForm } from "../../../src/forms/engine.ts";
import { prepare, siteLimits } from "../../../src/forms/handoff/prepare.ts";
import { importDs } from "../../../src/forms/import/ds.ts";
import { readSchema } from "../../../src/forms/import/schema.ts";
import { handOffStage, isSettled, learned, orphanMs } from "../../../src/satchel/hand-off.ts";
import type { HandOff } from "../../../src/satchel/model.ts";
import { demonstration } from "../../../src/server/deployment.ts";
import { type PrefillSite, siteKey, siteSchema, startPrefillSite } from "../../support/prefill-site.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, must, openTab } from "./world.ts";

const code = "417233";
let site: PrefillSite;
let server: Harness;
let base: string;
beforeEach(async () => {
  site = await startPrefillSite();
  site.publish({ number: 12, path: "aide", fields: [{ type: "Text", id: 1, label: "Nom" }] });
  server = await createHarness({
    prefill: { url: site.url, fetch: (url, init) => fetch(url, init) },
    deployment: { ...demonstration("http://localhost:8080"), prefill: { name: "Site d’essai", url: site.url } },
  });
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => {
  await server.close();
  await site.stop();
});

const input = {
  site: "Site d’essai",
  procedure: 12,
  values: { [siteKey(1)]: "MARQUEUR-NDIAYE" },
  left: [{ key: "q_9", reason: "not-taken" }],
  unsure: [],
};

async function phone(to = base) {
  const line = createLine(to);
  const tab = openTab(createConnectedBrowser(line));
  must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  await tab.refresh();
  const organisation = "ccas-brevigny";
  const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation }));
  return { line, tab, id };
}
const only = (view: { readonly record: { readonly handOffs?: Readonly<Record<string, HandOff>> } }): HandOff => {
  const [one] = Object.values(view.record.handOffs ?? {});
  if (one === undefined) throw new Error("a draft is kept");
  return one;
};

test("prepared is not filed: that is said only once the site says when", { timeout: 60_000 }, async () => {
  const { line, tab, id } = await phone();
  expect(must(await tab.api.handOffShape("aide"))).toMatchObject({ number: 12, fields: [{ key: siteKey(1) }] });
  const prepared = must(await tab.api.handOff(id, input));
  expect(prepared.stage).toBe("draft");
  const draft = only(prepared);
  expect(draft).toMatchObject({ site: "Site d’essai", procedure: 12, left: input.left, unsure: [] });
  expect(draft.url).toContain(`${site.url}/commencer/aide?prefill_token=`);
  expect(handOffStage(draft, draft.at)).toBe("prepared");
  expect(site.dossiers[0]?.values).toEqual(input.values);

  expect(handOffStage(only(must(await tab.api.followHandOff(id))), draft.at)).toBe("prepared");
  const [dossier] = site.dossiers;
  if (dossier === undefined) throw new Error("a dossier is there");
  dossier.claimed = true;
  dossier.state = "brouillon";
  expect(handOffStage(only(must(await tab.api.followHandOff(id))), draft.at)).toBe("prepared");
  dossier.state = "en_construction";
  dossier.submittedAt = "2026-11-22T10:00:00+01:00";
  const filed = only(must(await tab.api.followHandOff(id)));
  expect([handOffStage(filed, draft.at), filed.filedAt]).toEqual(["filed", dossier.submittedAt]);
  dossier.state = "en_instruction";
  expect(handOffStage(only(must(await tab.api.followHandOff(id))), draft.at)).toBe("examined");
  dossier.state = "accepte";
  const decided = only(must(await tab.api.followHandOff(id)));
  expect([handOffStage(decided, draft.at), decided.decided]).toEqual(["decided", "accepte"]);

  // All is decided: nothing is asked any more.
  const asked = site.requests.length;
  must(await tab.api.followHandOff(id));
  expect(site.requests).toHaveLength(asked);
  // Neither a session nor a satchel went along with what the server could read.
  const said = line.sent.filter((one) => one.startsWith("/v1/prefill/create"));
  expect(said).toEqual([`/v1/prefill/create ${JSON.stringify({ number: 12, values: input.values })}`]);
  for (const one of line.sent) if (!one.startsWith("/v1/prefill/")) expect(one).not.toContain("MARQUEUR");
});

test("what the site drops without a word was told before, is kept, and nothing is claimed as filed", {
  timeout: 60_000,
}, async () => {
  const procedure = {
    number: 31,
    path: "transport",
    fields: [
      { type: "Text", id: 1, label: "Nom" },
      { type: "LinkedDropDownList", id: 2, label: "Transport", options: ["--Train--", "TER"] },
      { type: "Address", id: 3, label: "Adresse", known: ["12 Rue Haute 31000 Toulouse"] },
      { type: "Date", id: 4, label: "Né le" },
    ],
  };
  site.publish(procedure);
  const schema = readSchema(siteSchema(procedure, site.url));
  if (!schema.ok) throw new Error("the procedure has a shape");
  const { form, words } = importDs(schema.value, { today: "2026-11-22", reviewBefore: "2027-05-22" }).file;
  const answers = {
    q_1: { v: "text", text: "Ndiaye" },
    q_2: { v: "choice", id: "ter" },
    q_3: { v: "text", text: "quelque part" },
    q_4: { v: "date", date: "1984" },
  } as const;
  const { tab, id } = await phone();
  const shape = must(await tab.api.handOffShape("transport"));
  const view = viewForm(form, { answers, rows: {}, attached: {}, notForeseen: "" }, { today: "2026-11-22" });
  const { values, left, unsure } = prepare(view, words.fr, shape.fields, siteLimits);
  // Before: what will not be taken over and why. Nothing has left.
  expect(left).toEqual([
    { key: "q_2", reason: "not-taken" },
    { key: "q_4", reason: "incomplete" },
  ]);
  expect(unsure).toEqual(["q_3"]);
  expect(site.dossiers).toHaveLength(0);
  const prepared = must(
    await tab.api.handOff(id, { site: "Site d’essai", procedure: shape.number, values, left, unsure }),
  );
  // After: what it dropped is what was said to be uncertain; the same list is kept beside the address.
  expect(site.dossiers[0]?.dropped).toEqual([siteKey(3)]);
  expect(site.dossiers[0]?.values).toEqual({ [siteKey(1)]: "Ndiaye" });
  const draft = only(prepared);
  expect([draft.left, draft.unsure]).toEqual([left, unsure]);
  const followed = must(await tab.api.followHandOff(id));
  for (const each of [prepared, followed]) {
    expect(only(each).filedAt).toBeUndefined();
    expect(handOffStage(only(each), draft.at)).toBe("prepared");
    expect([each.stage, each.record.status, each.proofs]).toEqual(["draft", "draft", prepared.proofs]);
  }
});

test("what nobody opened in five days is gone, and is said to be", { timeout: 60_000 }, async () => {
  const { tab, id } = await phone();
  const draft = only(must(await tab.api.handOff(id, input)));
  expect(handOffStage(draft, draft.at + orphanMs + 1)).toBe("lapsed");
  site.pass(orphanMs + 60_000);
  const over = draft.at + orphanMs + 1;
  expect(handOffStage(only(must(await tab.api.followHandOff(id))), over)).toBe("gone");
  // Another one may be prepared; both are kept, by their numbers there.
  const again = must(await tab.api.handOff(id, input)).record.handOffs ?? {};
  expect(Object.keys(again)).toEqual(["1000", "1001"]);
  must(await tab.api.followHandOff(id));
  expect(site.requests.at(-1)).toContain(again["1001"]?.token);
});

test("what the site did not know once is not gone for ever; what was opened late is not lapsed", () => {
  const draft: HandOff = {
    site: "Site",
    procedure: 12,
    url: "https://site.example/commencer/aide?prefill_token=a",
    token: "a",
    at: 1_000,
    left: [],
    unsure: [],
  };
  const [soon, over] = [draft.at + orphanMs - 1, draft.at + orphanMs + 1];
  const missed = learned(draft, undefined, soon);
  expect([handOffStage(missed, soon), handOffStage(missed, over), isSettled(missed)]).toEqual([
    "missing",
    "gone",
    false,
  ]);
  const back = learned(missed, { state: "brouillon", submittedAt: null }, over);
  expect([back.gone, handOffStage(back, over)]).toEqual([undefined, "prepared"]);
  expect(handOffStage(back, over + orphanMs + 1)).toBe("lapsed");
  // Filed is filed, whatever the site forgets afterwards.
  const filed = learned(back, { state: "en_construction", submittedAt: "2026-11-22T10:00:00+01:00" }, over);
  expect(handOffStage(learned(filed, undefined, over), over)).toBe("filed");
  expect(isSettled(learned(filed, { state: "refuse", submittedAt: null }, over))).toBe(true);
});

test("without network, without leave, too often, or when the site fails: nothing is kept and the reason is said", {
  timeout: 60_000,
}, async () => {
  const { line, tab, id } = await phone();
  line.online = false;
  expect(await tab.api.handOff(id, input)).toEqual({ ok: false, error: { type: "no-network" } });
  line.online = true;
  expect(await tab.api.handOff(id, { ...input, procedure: 99 })).toMatchObject({
    error: { type: "unknown-procedure" },
  });
  site.behave("html", 1);
  expect(await tab.api.handOff(id, input)).toEqual({ ok: false, error: { type: "site-failed" } });
  site.behave("too-many", 1);
  expect(await tab.api.handOff(id, input)).toEqual({ ok: false, error: { type: "wait", seconds: 9 } });
  expect(must(await tab.api.dossier(id)).record.handOffs).toBeUndefined();
  // Nothing of it was put into a queue: no request follows by itself.
  const asked = site.requests.length;
  line.online = true;
  must(await tab.api.sendNow());
  expect(site.requests).toHaveLength(asked);

  const off = await createHarness();
  try {
    const there = await phone(await off.http.listen({ port: 0, host: "127.0.0.1" }));
    expect(await there.tab.api.handOff(there.id, input)).toEqual({ ok: false, error: { type: "off" } });
  } finally {
    await off.close();
  }
});
