/**
 * E7: the answers fill an official PDF, which reopens with the right values in pdf-lib and in pdf.js. Debian's poppler reads it
 * in tests/long/official.test.ts. The PDFs are our own: no official file was to be had.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { PDFDocument, PDFName, PDFNumber, PDFString } from "@cantoo/pdf-lib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { viewForm } from "../../../../src/forms/engine.ts";
import type { AnswerValue, Form, FormState } from "../../../../src/forms/model.ts";
import { checkOfficial } from "../../../../src/forms/official/check.ts";
import type { Fill, OfficialField, OfficialMap } from "../../../../src/forms/official/model.ts";
import { readOfficial } from "../../../../src/forms/official/read.ts";
import { officialFills } from "../../../../src/forms/official/values.ts";
import { asProcedure } from "../../../../src/forms/published.ts";
import { readForm } from "../../../../src/forms/read.ts";
import { officialLimits, withinBounds } from "../../../../src/workers/official/bounded.ts";
import { fillPdf, inspectPdf } from "../../../../src/workers/official/fill.ts";
import { createWriter } from "../../../../src/workers/official/font.ts";
import type { FilledPdf } from "../../../../src/workers/official.contract.ts";
import { boundMemory } from "../../../../src/workers/pdf/bounds.ts";
import { lockedPdf } from "../../../support/bad-files.ts";
import { fillablePdf } from "../../../support/fillable.ts";
import { onePage, pdfOf } from "../../../support/pdf-files.ts";
import { readFormText } from "../../../support/tasks/form.ts";
import { officialTool } from "../../../support/tasks/form-official.ts";

const example = (name: string): string =>
  readFileSync(new URL(`../../../../src/forms/examples/${name}`, import.meta.url), "utf8");

function exampleForm(): Form {
  const read = readFormText(example("aide-vacances.yaml"));
  if (!read.ok) throw new Error(read.error.join("\n"));
  return read.value.form;
}
function exampleMap(): OfficialMap {
  const read = readOfficial(parse(example("aide-vacances.officiel.yaml")));
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}
const form = exampleForm();
const map = exampleMap();

const stateOf = (answers: Readonly<Record<string, AnswerValue>>, rows: FormState["rows"] = {}): FormState => ({
  answers,
  rows,
  attached: {},
  notForeseen: "",
});
const words = { choice: (_field: string, id: string) => `choix ${id}`, yes: "Oui", no: "Non" };
const fillsOf = (fields: readonly OfficialField[], of: Form, state: FormState): readonly Fill[] =>
  officialFills({ ...map, fields }, viewForm(of, state, { today: "2026-11-22" }), words, "2026-11-22").fills;

const about = { field: null, row: null };
async function filled(fills: readonly Fill[], blank?: ArrayBuffer): Promise<FilledPdf> {
  const done = await fillPdf(blank ?? (await fillablePdf()), {
    sha256: null,
    heading: "Suite des réponses",
    continued: "(suite {n})",
    fills: fills.map((fill, at) => ({ fill, label: `Question ${at + 1}` })),
  });
  if (!done.ok) throw new Error(done.error.type);
  return done.value;
}
const text = (pdf: string, value: string): Fill => ({ kind: "text", pdf, text: value, about });

/** Values as another program reads them. */
async function byPdfJs(bytes: ArrayBuffer): Promise<Readonly<Record<string, unknown>>> {
  const { getDocument } = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const task = getDocument({ data: new Uint8Array(bytes.slice(0)), verbosity: 0 });
  const pdf = await task.promise;
  const values: Record<string, unknown> = {};
  for (let at = 1; at <= pdf.numPages; at++) {
    for (const each of await (await pdf.getPage(at)).getAnnotations()) {
      if (each.fieldName !== undefined && each.fieldValue !== undefined) values[each.fieldName] = each.fieldValue;
    }
  }
  await task.destroy();
  return values;
}

const answers: Readonly<Record<string, AnswerValue>> = {
  given_name: { v: "text", text: "Ēlodie-Țiriac" },
  family_name: { v: "text", text: "Wałęsa Çağlar Benyahïa" },
  has_children: { v: "yesno", yes: true },
  children_count: { v: "number", number: "2" },
  place: { v: "other", text: "Chez Mohamed ‘Abd al-Raḥmān" },
  start: { v: "date", date: "2027-07" },
  resources: { v: "number", number: "812.5" },
  charges: { v: "number", number: "900" },
};

describe("E7 a mapping", () => {
  test("of the examples fits its form and its PDF; the tool writes both for the server", async () => {
    const pdf = Buffer.from(await fillablePdf());
    const files: Readonly<Record<string, Buffer>> = {
      "f.pdf": pdf,
      "m.yaml": Buffer.from(example("aide-vacances.officiel.yaml")),
      "f.yaml": Buffer.from(example("aide-vacances.yaml")),
    };
    const said: string[] = [];
    const written = new Map<string, Buffer>();
    const world = {
      read: (file: string) => files[file] ?? Buffer.alloc(0),
      write: (folder: string, name: string, bytes: Buffer) => void written.set(`${folder}/${name}`, bytes),
      tell: (line: string) => void said.push(line),
    };
    const code = await officialTool(["f.pdf", "m.yaml", "--form", "f.yaml", "--out", "out"], world);
    expect(said).toEqual(["m.yaml: right. 14 fields on 1 pages."]);
    expect(code).toBe(0);
    const sha256 = createHash("sha256").update(pdf).digest("hex");
    expect([...written.keys()].sort()).toEqual([`out/${sha256}.pdf`, "out/aide-vacances.json"].sort());
    expect(readOfficial(JSON.parse(String(written.get("out/aide-vacances.json")))).ok).toBe(true);
  });

  test("says what does not fit, each with its line", async () => {
    const wrong = example("aide-vacances.officiel.yaml")
      .replace("pdf: demandeur.nom,", "pdf: demandeur.nim,")
      .replace("from: given_name", "from: first_name")
      .replace('family: "2"', 'family: "9"')
      .replace("when: [answer, has_children]", "when: [answer, has_child]")
      .replace("125ce", "99999");
    const said: string[] = [];
    const files: Readonly<Record<string, Buffer>> = {
      "f.pdf": Buffer.from(await fillablePdf()),
      "m.yaml": Buffer.from(wrong),
      "f.yaml": Buffer.from(example("aide-vacances.yaml")),
    };
    const code = await officialTool(["f.pdf", "m.yaml", "--form", "f.yaml"], {
      read: (file) => files[file] ?? Buffer.alloc(0),
      write: () => undefined,
      tell: (line) => void said.push(line),
    });
    expect(code).toBe(1);
    const line = (part: string): number => wrong.split("\n").findIndex((each) => each.includes(part)) + 1;
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          new RegExp(`^m\\.yaml:${line("demandeur.nim")}:\\d+ .*the PDF has no field "demandeur.nim"`),
        ),
        expect.stringMatching(new RegExp(`^m\\.yaml:${line("first_name")}:\\d+ .*there is no field "first_name"`)),
        expect.stringMatching(
          new RegExp(`^m\\.yaml:${line('"9"')}:\\d+ .*"lieu" has no state "9"; it has "0", "1", "2"`),
        ),
        expect.stringMatching(new RegExp(`^m\\.yaml:${line("has_child]")}:\\d+ .*unknown-field: has_child`)),
        expect.stringContaining("this PDF has sha256: 125ce"),
        expect.stringContaining("Fields of the PDF that nothing fills: demandeur.nom"),
      ]),
    );
  });

  test("a required field of the PDF is filled, or said to stay blank; rows need {n}", () => {
    const pdf = {
      pages: 1,
      fields: [{ name: "must", kind: "text" as const, states: [], maxLength: null, required: true }],
    };
    const only = (fields: readonly OfficialField[], blank: readonly string[] = []) =>
      checkOfficial({ ...map, fields, blank }, form, pdf).faults.map(({ message }) => message);
    expect(only([])).toEqual(['the PDF must have "must", and nothing fills it (or say it under "blank")']);
    expect(only([], ["must"])).toEqual([]);
    expect(only([{ rows: "people", max: 3, fields: [{ pdf: "must", from: "given_name" }] }])).toEqual(
      expect.arrayContaining(['there is no repeat "people"', expect.stringContaining("{n} is missing")]),
    );
  });

  test.each([
    [null, "the file is no mapping"],
    [{ ...map, more: 1 }, '"more" means nothing here'],
    [{ ...map, version: "1" }, "it must be a whole number from 1 to 1000000"],
    [{ ...map, pdf: { sha256: "A", bytes: 3 } }, "it must be 64 small hex digits"],
    [{ ...map, fields: [{ pdf: "a" }] }, 'it has one of "from", "value", "when"'],
    [{ ...map, fields: [{ pdf: "a", from: "b", date: "jour" }] }, expect.stringContaining("it must be made of DD")],
    [{ ...map, fields: [{ rows: "r", fields: [] }] }, '"max" is missing'],
  ])("E10 a file that is none is refused: %#", (data, message) => {
    const read = readOfficial(data);
    expect(read).toMatchObject({ ok: false });
    if (!read.ok) expect(read.error.map((fault) => fault.message)).toContainEqual(message);
  });

  test("in a form file it is checked with the form, and goes with it under the id of a published form", () => {
    const data = parse(example("aide-vacances.yaml"));
    const read = readForm({ ...data, official: map });
    expect(read.ok && read.value.official).toEqual(map);
    const published = read.ok ? asProcedure("pub-x-aide-vacances", read.value) : undefined;
    expect(published?.official?.form).toBe("pub-x-aide-vacances");
    const wrong = readForm({ ...data, official: { ...map, fields: [{ pdf: "a", from: "nowhere" }] } });
    expect(wrong).toMatchObject({
      ok: false,
      error: [{ at: "official", message: 'there is no field "nowhere"', path: ["official", "fields", 0, "from"] }],
    });
    expect(readForm({ ...data, official: { format: "x" } }).ok).toBe(false);
  });

  test("any data at all is read or refused, never thrown upon", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => typeof readOfficial(data).ok === "boolean"),
      { numRuns: 300 },
    );
  });
});

describe("E7 what goes where", () => {
  test("texts, dates in boxes, ticks, radios, calculations; a hidden answer goes nowhere", () => {
    expect(
      fillsOf(map.fields, form, stateOf(answers)).map((fill) => [fill.kind, "text" in fill ? fill.text : fill]),
    ).toEqual([
      ["text", "WAŁĘSA ÇAĞLAR BENYAHÏA"],
      ["text", "Ēlodie-Țiriac"],
      ["text", "  072027"],
      ["boxes", "2"],
      ["tick", expect.objectContaining({ ticked: true })],
      ["text", "2"],
      ["text", "Chez Mohamed ‘Abd al-Raḥmān"],
      ["text", "812,50"],
      ["text", "900,00"],
      ["text", "-87,50"],
      ["text", "Les charges dépassent les ressources."],
    ]);
    const hidden = fillsOf(map.fields, form, stateOf({ ...answers, has_children: { v: "yesno", yes: false } }));
    expect(hidden.some((fill) => fill.kind === "boxes")).toBe(false);
    expect(hidden).toContainEqual(expect.objectContaining({ kind: "tick", ticked: false }));
  });

  test("a number in boxes keeps its comma unless the mapping says its decimals", () => {
    const [amount] = form.fields.filter((field) => field.type === "decimal");
    const from = amount?.id ?? "";
    const state = stateOf({ [from]: { v: "number", number: "12.5" } });
    const written = (more: object) =>
      fillsOf([{ pdf: "somme", from, compact: true, ...more }], form, state).map((fill) => "text" in fill && fill.text);
    expect(written({})).toEqual(["12,5"]);
    expect(written({ decimals: 2 })).toEqual(["1250"]);
  });

  test("rows as far as there are lines, the others said; parts of an address", () => {
    const base = { required: false, unknown: false } as const;
    const people: Form = {
      ...form,
      fields: [
        { ...base, id: "where", type: "address" },
        {
          ...base,
          id: "people",
          type: "repeat",
          max: 9,
          fields: [
            { ...base, id: "name", type: "text", maxLength: 90 },
            { ...base, id: "adult", type: "yesno" },
          ],
        },
      ],
      pages: [{ id: "all", section: "all", fields: ["where", "people"] }],
    };
    const row = (position: number) => ({ repeat: "people", position, removed: false });
    const state = stateOf(
      {
        where: {
          v: "address",
          street: "3 rue du Pont",
          more: "bât. B",
          postal: "04000",
          city: "Digne",
          code: null,
          country: "",
        },
        "people/a/name": { v: "text", text: "Ana" },
        "people/b/name": { v: "text", text: "Bao" },
        "people/b/adult": { v: "yesno", yes: true },
        "people/c/name": { v: "text", text: "Cem" },
        "people/c/adult": { v: "yesno", yes: false },
      },
      { a: row(1), b: row(2), c: row(3) },
    );
    const fields: readonly OfficialField[] = [
      { pdf: ["p1", "p2", "p3", "p4", "p5"], from: "where", part: "postal" },
      { pdf: "rue", from: "where", part: "street" },
      {
        rows: "people",
        max: 2,
        fields: [
          { pdf: "nom{n}", from: "name" },
          { pdf: "majeur{n0}", when: ["answer", "adult"] },
        ],
      },
    ];
    expect(checkOfficial({ ...map, fields }, people, null).faults).toEqual([]);
    expect(fillsOf(fields, people, state)).toEqual([
      expect.objectContaining({ kind: "boxes", text: "04000" }),
      expect.objectContaining({ pdf: "rue", text: "3 rue du Pont" }),
      expect.objectContaining({ pdf: "nom1", text: "Ana", about: { field: "name", row: 1 } }),
      expect.objectContaining({ pdf: "majeur0", ticked: false }),
      expect.objectContaining({ pdf: "nom2", text: "Bao" }),
      expect.objectContaining({ pdf: "majeur1", ticked: true }),
      expect.objectContaining({ kind: "beyond", text: "Cem", about: { field: "name", row: 3 } }),
      // A row without a line has no box to tick: its answer is written out.
      expect.objectContaining({ kind: "beyond", text: "Non", about: { field: "adult", row: 3 } }),
    ]);
    const free = stateOf({ where: { v: "text", text: "le camp, derrière la gare" } });
    expect(fillsOf(fields.slice(0, 2), people, free)).toEqual([
      expect.objectContaining({ pdf: "rue", text: "le camp, derrière la gare" }),
    ]);
  });
});

describe("E7 the filled PDF", () => {
  test("reopens with the right values: accents, names of many languages, boxes, choices", async () => {
    const done = await filled(fillsOf(map.fields, form, stateOf(answers)));
    expect(done).toMatchObject({ pages: 1, continued: [], undrawn: [], missing: [] });
    // The macron is in the font, the dot below is not: it is drawn without, told, and kept in the value.
    expect(done.plainer.map(({ drawn }) => drawn)).toEqual(["Chez Mohamed ‘Abd al-Rahmān"]);
    const pdf = await PDFDocument.load(done.bytes, { updateMetadata: false });
    const fields = pdf.getForm();
    expect(fields.getTextField("demandeur.nom").getText()).toBe("WAŁĘSA ÇAĞLAR BENYAHÏA");
    expect(fields.getTextField("autre.lieu").getText()).toBe("Chez Mohamed ‘Abd al-Raḥmān");
    expect(fields.getCheckBox("enfants.oui").isChecked()).toBe(true);
    expect(fields.getRadioGroup("lieu").getSelected()).toBe("autre");
    expect(fields.getTextField("enfants.c1").getText()).toBe("2");
    expect(await byPdfJs(done.bytes)).toMatchObject({
      "demandeur.nom": "WAŁĘSA ÇAĞLAR BENYAHÏA",
      "demandeur.prenom": "Ēlodie-Țiriac",
      depart: "  072027",
      "enfants.oui": "Yes",
      lieu: "autre",
      ressources: "812,50",
      "cadre.administration": "",
    });
  });

  test("what is too long shrinks, then is whole on a page at the end, never cut in silence", async () => {
    const long = "Une longue histoire, où il faut tout dire. ".repeat(60).trim();
    const name = "Marie-Antoinette ".repeat(8).trim();
    const done = await filled([
      text("precisions", long),
      text("demandeur.nom", "Marie-Antoinette de la Tour du Pin"),
      text("demandeur.prenom", name),
      text("depart", "123456789"),
      { kind: "boxes", pdf: ["enfants.c1", "enfants.c2"], text: "123", about },
      { kind: "beyond", text: "Zoé", about },
    ]);
    expect(done).toMatchObject({ pages: 2, continued: [0, 2, 3, 4, 5], undrawn: [], missing: [] });
    const values = await byPdfJs(done.bytes);
    expect(values["demandeur.nom"]).toBe("Marie-Antoinette de la Tour du Pin");
    expect(values.precisions).toMatch(/^Une longue histoire,.* \(suite 1\)$/);
    expect(values["demandeur.prenom"]).toMatch(/ \(suite 2\)$/);
  });

  test("what cannot be drawn leaves its field blank and is told; so is what the PDF does not have", async () => {
    const done = await filled([
      text("demandeur.nom", "محمد"),
      text("nowhere", "x"),
      text("lieu", "9"),
      text("mois", "août"),
      { kind: "tick", pdf: "demandeur.nom", on: null, ticked: true, about },
      { kind: "beyond", text: "محمد", about },
    ]);
    expect(done).toMatchObject({ undrawn: [0, 5], missing: [1, 2, 4], continued: [] });
    expect(await byPdfJs(done.bytes)).toMatchObject({ "demandeur.nom": "", mois: ["août"] });
  });

  test("what could act by itself is gone: scripts, actions, XFA, attached files", async () => {
    const before = await fillablePdf({ acting: true });
    const done = await filled([text("demandeur.nom", "Morel")], before);
    const pdf = await PDFDocument.load(done.bytes, { updateMetadata: false });
    const all = pdf.context.enumerateIndirectObjects().map(([, object]) => object.toString());
    const found = (objects: readonly string[]): readonly string[] =>
      ["JavaScript", "SubmitForm", "OpenAction", "XFA", "marque"].filter((word) =>
        objects.some((each) => each.includes(word)),
      );
    expect(found(all)).toEqual([]);
    // The search finds them where they are.
    const was = await PDFDocument.load(before, { updateMetadata: false, preserveXFA: true });
    expect(found(was.context.enumerateIndirectObjects().map(([, object]) => object.toString()))).toEqual([
      "JavaScript",
      "SubmitForm",
      "OpenAction",
      "XFA",
      "marque",
    ]);
  });

  test("only the PDF that the mapping was made for", async () => {
    const blank = await fillablePdf();
    const order = { heading: "", continued: "", fills: [] };
    expect((await fillPdf(blank.slice(0), { ...order, sha256: map.pdf.sha256 })).ok).toBe(true);
    const other = await fillablePdf({ change: (pdf) => pdf.setTitle("autre") });
    expect(await fillPdf(other, { ...order, sha256: map.pdf.sha256 })).toEqual({
      ok: false,
      error: { type: "other-file" },
    });
  });
});

describe("E7 a PDF that is none, or too much", () => {
  const bytesOf = (buffer: Uint8Array): ArrayBuffer => new Uint8Array(buffer).buffer;

  test("is refused with a reason", async () => {
    const asked = async (bytes: ArrayBuffer) => {
      const done = await inspectPdf(bytes);
      return done.ok ? "ok" : done.error.type;
    };
    expect(await asked(bytesOf(Buffer.from("nothing")))).toBe("unread");
    expect(await asked(new ArrayBuffer(0))).toBe("unread");
    expect(await asked(bytesOf(onePage()))).toBe("no-fields");
    expect(await asked(bytesOf(lockedPdf()))).toBe("locked");
    expect(await asked(new ArrayBuffer(12_000_001))).toBe("too-heavy");
    expect(
      await asked(
        await fillablePdf({ change: (pdf) => pdf.catalog.set(PDFName.of("NeedsRendering"), pdf.context.obj(true)) }),
      ),
    ).toBe("no-fields");
    const pages = await fillablePdf({ change: (pdf) => Array.from({ length: 101 }, () => pdf.addPage()) });
    expect(await asked(pages)).toBe("too-heavy");
  });

  test("a tree of fields or pages that leads back to itself ends", async () => {
    const looped = await fillablePdf({
      change: (pdf) => {
        const fields = pdf.getForm().acroForm.normalizedEntries().Fields;
        const first = fields.get(0);
        pdf.context.lookup(first);
        const dict = pdf.context.obj({ T: PDFString.of("loop"), Kids: [first] });
        const ref = pdf.context.register(dict);
        dict.set(PDFName.of("Kids"), pdf.context.obj([ref, first]));
        dict.set(PDFName.of("Parent"), ref);
        fields.push(ref);
        const kids = pdf.catalog.Pages().Kids();
        kids.push(pdf.catalog.get(PDFName.of("Pages")) ?? PDFNumber.of(0));
      },
    });
    expect((await inspectPdf(looped)).ok).toBe(true);
  });

  test("what inflates without end is refused, not inflated", async () => {
    const inflates = deflateSync(Buffer.alloc(80 * 1024 * 1024, 32));
    const parts = pdfOf([
      { dictionary: "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] >> >>" },
      { dictionary: "<< /Type /Pages /Kids [] /Count 0 >>" },
      {
        dictionary: `<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${inflates.length} >>`,
        stream: inflates,
      },
    ]);
    const whole = globalThis.Uint8Array;
    try {
      const bounds = boundMemory(
        {
          get Uint8Array() {
            return globalThis.Uint8Array;
          },
          set Uint8Array(bounded) {
            globalThis.Uint8Array = bounded;
          },
          Uint8ClampedArray,
          structuredClone,
        },
        officialLimits,
      );
      const done = await withinBounds(bounds, () => inspectPdf(bytesOf(parts)));
      expect(done).toEqual({ ok: false, error: { type: "too-heavy" } });
      expect(await withinBounds(bounds, async () => inspectPdf(await fillablePdf()))).toMatchObject({ ok: true });
    } finally {
      globalThis.Uint8Array = whole;
    }
  });

  test("bytes changed at random never throw", async () => {
    const whole = new Uint8Array(await fillablePdf({ acting: true }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        fc.nat(whole.length),
        async (changes, length) => {
          const bytes = whole.slice(0, length % 3 === 0 ? length : whole.length);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const done = await fillPdf(bytes.buffer, {
            sha256: null,
            heading: "Suite",
            continued: "(suite {n})",
            fills: [{ fill: text("demandeur.nom", "Morel"), label: "Nom" }],
          });
          expect(typeof done.ok).toBe("boolean");
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("the font", () => {
  test("has the letters of names written in Latin letters, or says so", () => {
    const whole = [
      "Šimůnek",
      "Żółć Kądziołka",
      "Kőszegi",
      "Ştefan Șerban",
      "İpek Yılmaz",
      "Đorđević",
      "Ādolfs Ķēniņš",
      "Œuvré",
      "€",
    ];
    for (const name of whole) expect(createWriter().drawable(name)).toEqual({ text: name, isPlainer: false });
    expect(createWriter().drawable("Nguyễn Ḥusayn")).toEqual({ text: "Nguyên Husayn", isPlainer: true });
    for (const name of ["محمد", "Ирина", "ግርማ"]) expect(createWriter().drawable(name)).toBeNull();
    expect(createWriter().width("été")).toBeCloseTo(1.39, 2);
  });
});
