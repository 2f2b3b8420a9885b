/**
 * C1, C7, DESIGN 4: joining two satchels, and taking in a sealed copy, where roots were changed: before, after, on either side,
 * on both. Worker services on memory stores and the real server app, with real keys.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { wordsFor } from "../../support/export-words.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import {
  addPaper,
  byCode,
  code,
  comeBack,
  newCard,
  type Phone,
  phone,
  quiet,
  rowOf,
  sent,
  titles,
} from "../workers/phones.ts";
import {
  createConnectedBrowser,
  createLine,
  eventually,
  must,
  openDesk,
  openTab,
  random,
  type Tab,
} from "../workers/world.ts";

const other = "582914";
const text = (value: string) => ({ v: "text", text: value }) as const;

let server: Harness;
let base: string;
beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => server.close());

const create = async (
  one: Phone,
  withCode: string,
  pictogram: string,
): Promise<Phone & { readonly database: string }> => {
  const { database } = must(await one.tab.api.create({ code: withCode, language: "fr", pictogram }));
  const made = { ...one, database };
  await quiet(made);
  return made;
};

/** Changes the root `times` times, a paper under each. The wraps stay a root behind where `behind`. */
async function rotate(one: Phone, withCode: string, times: number, behind = false): Promise<string> {
  let card = must(await one.tab.api.card()).qr;
  for (let n = 1; n <= times; n += 1) {
    card = await newCard(one, withCode);
    if (!behind || n < times) await byCode(one, withCode);
    await addPaper(one, `${withCode} sous la racine ${n}`);
  }
  return card;
}

const under = (withCode: string, times: number) =>
  Array.from({ length: times }, (_, n) => `${withCode} sous la racine ${n + 1}`);

/** Every paper here opens to its last byte. */
async function allOpen({ tab }: Pick<Phone, "tab">): Promise<void> {
  for (const { id, record } of must(await tab.api.papers()))
    for (const page of Object.keys(record.pages))
      expect(must(await tab.api.readPage(id, page, "readable")).bytes.byteLength).toBeGreaterThan(0);
}

describe("joining two satchels (DESIGN 4)", { timeout: 120_000 }, () => {
  test.each([
    [1, 0],
    [0, 1],
    [3, 3],
  ])("C1 the joined one after %i changes of its root, the open one after %i", async (theirs, ours) => {
    const here = await phone(base);
    const old = await create(here, other, "code-bateau");
    await addPaper(old, "Carte");
    // Its wraps may be a root behind what its records are sealed under.
    const card = await rotate(old, other, theirs, theirs === 1);
    await sent(old);
    // The same satchel on a second phone.
    const far = await comeBack(base, card, other);
    await eventually(async () => ((await titles(far)).length === 1 + theirs ? true : undefined));
    await quiet(old, theirs + 2);

    const own = await create(here, code, "code-lune");
    await addPaper(own, "Bail");
    await rotate(own, code, ours, ours === 1);
    const taken = must(await own.tab.api.joinSatchel({ database: old.database, code: other }));
    expect(taken).toEqual({ papers: 1 + theirs, dossiers: 0, known: 0, missing: 0 });
    const joined = ["Bail", "Carte", ...under(other, theirs), ...under(code, ours)].sort();
    expect(await titles(own)).toEqual(joined);
    await allOpen(own);

    // What the old satchel still gets comes in: before and after its root is changed once more, elsewhere.
    await addPaper(far, "De loin");
    await sent(far);
    await eventually(async () => {
      must(await own.tab.api.sendNow());
      return (await titles(own)).includes("De loin") ? true : undefined;
    });
    await rotate(far, other, 1);
    await sent(far);
    await eventually(async () => {
      must(await own.tab.api.sendNow());
      return (await titles(own)).length === joined.length + 2 ? true : undefined;
    });
    await allOpen(own);

    // The open one changes its root after the joining; all of it opens with its code alone, offline.
    await newCard(own);
    own.line.online = false;
    const again = openTab(own.browser);
    must(await again.api.unlock({ database: own.database, code }));
    expect((await titles({ tab: again })).length).toBe(joined.length + 2);
    await allOpen({ tab: again });
    expect((await rowOf(old)).aliasOf).toBe((await rowOf(own)).principal);
  });

  test("a card replaced in the old satchel whose new root waits for a code: the joining's code makes it", async () => {
    const here = await phone(base);
    const old = await create(here, other, "code-bateau");
    await addPaper(old, "Carte");
    await sent(old);
    const lost = must(await old.tab.api.card()).qr;
    const drawn = must(await old.tab.api.replaceCard());
    must(await old.tab.api.drill(drawn.qr));
    expect((await rowOf(old)).keyringWish).toBe("rotate");
    const own = await create(here, code, "code-lune");
    must(await own.tab.api.joinSatchel({ database: old.database, code: other }));
    await quiet(old, 2);
    expect(await rowOf(old)).toMatchObject({ keyring: { root: 1 } });
    const finder = await phone(base);
    expect(await finder.tab.api.comeBack({ card: lost })).toMatchObject({ error: { type: "card-replaced" } });
    const back = await comeBack(base, drawn.qr, other);
    await eventually(async () => ((await titles(back)).includes("Carte") ? true : undefined));
  });

  test("letters of the joined one under way: delivered and answered, whatever roots change meanwhile (INV-1)", async () => {
    const slug = "ccas-brevigny";
    const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
    const helper = openDesk(createConnectedBrowser(createLine(base)));
    must(await helper.api.enrol({ slug, deskCode, code: "284611" }));
    const here = await phone(base);
    const old = await create(here, other, "code-bateau");
    await rotate(old, other, 1);
    const paper = await addPaper(old, "Carte");
    await sent(old);
    const far = await comeBack(base, must(await old.tab.api.card()).qr, other);
    await eventually(async () => ((await titles(far)).length === 2 ? true : undefined));
    await quiet(old, 3);
    here.line.online = false;
    const dossier = must(
      await old.tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }),
    ).id;
    must(await old.tab.api.saveAnswers(dossier, { answers: { request: text("Bonjour") } }));
    must(await old.tab.api.attach(dossier, "papers", [paper as RecordId], false));
    must(await old.tab.api.send(dossier, null));
    must(await here.tab.api.create({ code, language: "fr", pictogram: "code-lune" }));
    must(await here.tab.api.joinSatchel({ database: old.database, code: other }));
    // The old root is changed twice on the other phone before the letter leaves.
    await rotate(far, other, 2);
    await sent(far);
    here.line.online = true;
    const complete = await eventually(async () => {
      must(await here.tab.api.sendNow());
      const view = must(await here.tab.api.dossier(dossier));
      return view.stage === "complete" ? view : undefined;
    });
    const row = await eventually(async () => {
      must(await helper.api.refresh());
      return must(await helper.api.inbox()).rows.find((each) => each.number === complete.record.number);
    });
    must(await helper.api.open(row.letter));
    must(await helper.api.answer(row.letter, { status: "missing-piece", requirement: "papers", text: "Le dos" }));
    await eventually(async () => {
      must(await here.tab.api.sendNow());
      const view = must(await here.tab.api.dossier(dossier));
      return view.stage === "opened" && Object.keys(view.record.replies).length > 0 ? view : undefined;
    });
    expect((await titles(here)).filter((title) => title.includes("racine"))).toEqual(
      under(other, 1).concat(under(other, 2)).sort(),
    );
  });
});

const copyOf = async ({ tab }: { readonly tab: Tab }, withCode: string) => {
  const words = wordsFor(must(await tab.api.papers()), must(await tab.api.dossiers()));
  const card = must(await tab.api.card());
  return { card: card.qr, set: card.set, file: must(await tab.api.exportSealed({ code: withCode, words })).file };
};

describe("C7 a sealed copy and roots that change", { timeout: 120_000 }, () => {
  test.each([0, 1, 3])(
    "made after %i changes, taken in after more: its own card and code open it",
    async (rotations) => {
      const here = await phone(base);
      const old = await create(here, other, "code-bateau");
      await addPaper(old, "Carte");
      await rotate(old, other, rotations, rotations === 1);
      const copy = await copyOf(old, other);
      expect(copy.set).toBe(rotations);
      // Since then: another card, another root, another code.
      const newer = await newCard(old, other);
      must(await old.tab.api.changeCode("739215"));
      await quiet(old);
      must(await old.tab.api.binPaper((must(await old.tab.api.papers())[0] as { id: RecordId }).id));
      const erased = must(await old.tab.api.papers()).find(({ record }) => record.status === "binned");
      must(await old.tab.api.erasePaper(erased?.id as RecordId));

      // Into itself, where the card and the code of today are not those of the copy.
      const refused = async (card: string, withCode: string) => {
        const taken = await old.tab.api.importSealed({ file: copy.file, card, code: withCode });
        return taken.ok ? "taken" : taken.error;
      };
      expect(await refused(newer, "739215")).toEqual({ type: "other-card", set: rotations });
      expect(await refused(copy.card, "739215")).toEqual({ type: "wrong-code" });
      expect(must(await old.tab.api.importSealed({ file: copy.file, card: copy.card, code: other }))).toEqual({
        papers: 1,
        dossiers: 0,
        known: rotations,
        missing: 0,
      });
      const all = ["Carte", ...under(other, rotations)].sort();
      expect(await titles(old)).toEqual(all);
      await allOpen(old);

      // Into another satchel, whose root was changed as well.
      const own = await create(await phone(base), code, "code-lune");
      await rotate(own, code, rotations === 1 ? 3 : 1, true);
      must(await own.tab.api.importSealed({ file: copy.file, card: copy.card, code: other }));
      await byCode(own);
      expect(await titles(own)).toEqual([...all, ...under(code, rotations === 1 ? 3 : 1)].sort());
      await allOpen(own);
      // Once more changes nothing.
      expect(must(await own.tab.api.importSealed({ file: copy.file, card: copy.card, code: other }))).toMatchObject({
        papers: 0,
        known: 1 + rotations,
      });
    },
  );
});
