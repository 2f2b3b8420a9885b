import { cleanup } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import ar from "../../../locales/ar/common.json";
import en from "../../../locales/en/common.json";
import fr from "../../../locales/fr/common.json";
import { decimalShown } from "../../../src/app/i18n/answer-text.ts";
import {
  formatBytes,
  formatCalendarDate,
  formatClock,
  formatDate,
  formatNumber,
  formatTime,
} from "../../../src/app/i18n/format.ts";
import { language, loadAreas, onTextChange, setLanguage, startText, t, tData } from "../../../src/app/i18n/i18n.ts";
import { pickLanguage } from "../../../src/app/i18n/languages.ts";
import { isolated } from "../../../src/app/i18n/rich.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const NBSP = "\u00a0";

interface Tree {
  readonly [key: string]: string | Tree;
}

function flat(tree: Tree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[`${prefix}${key}`, value]] : flat(value, `${prefix}${key}.`),
  );
}

const ENDING = /_(zero|one|two|few|many|other)$/;
const names = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe("the common catalogue", () => {
  const french = new Map(flat(fr));

  test.each([
    ["en", en],
    ["ar", ar],
  ])("%s says everything that French says, with the same values", (_, tree) => {
    const other = new Map(flat(tree));
    const stems = (map: ReadonlyMap<string, string>) => new Set([...map.keys()].map((key) => key.replace(ENDING, "")));
    expect(stems(other)).toEqual(stems(french));
    for (const [key, text] of french)
      if (!ENDING.test(key)) expect(names(other.get(key) ?? ""), key).toEqual(names(text));
  });

  test("Arabic has all six plurals", () => {
    const other = new Map(flat(ar));
    for (const [key] of french) {
      if (!key.endsWith("_other")) continue;
      for (const form of ["zero", "one", "two", "few", "many", "other"])
        expect(other.has(key.replace(ENDING, `_${form}`)), `${key} ${form}`).toBe(true);
    }
  });

  test("French keeps its punctuation together and never says what is forbidden", () => {
    for (const [key, text] of french) {
      expect(text, key).not.toMatch(/ [:;!?»]/);
      expect(text, key).not.toMatch(/sécurisé|100 %|coffre-fort|veuillez|merci de/i);
    }
  });
});

describe("t", () => {
  test("chooses plurals, in millions too", () => {
    expect(t("common.papers", { count: 1 })).toBe("1 papier");
    expect(t("common.papers", { count: 8 })).toBe("8 papiers");
    expect(t("common.papers", { count: 1_000_000 })).toBe("1000000 papiers");
  });

  test("papers handed in are said rightly for any number", async () => {
    expect(t("common.state.depositedPapers", { n: 1, total: 1 })).toMatch(/^Déposé. Papiers\s: 1 sur 1$/);
    await setLanguage("en");
    expect(t("common.state.depositedPapers", { n: 0, total: 1 })).toBe("Handed in. Papers: 0 of 1");
  });

  test("Arabic plurals", async () => {
    await setLanguage("ar");
    expect([0, 1, 2, 3, 11, 100].map((count) => t("common.papers", { count }))).toEqual([
      "لا أوراق",
      "ورقة واحدة",
      "ورقتان",
      "3 أوراق",
      "11 ورقة",
      "100 ورقة",
    ]);
  });

  test("values are put in as they are: Preact escapes", () => {
    expect(t("common.title", { page: "<b>&" })).toBe("<b>& – Besace");
  });

  test("names inside a text keep their direction", () => {
    expect(isolated("CCAS")).toBe("\u2068CCAS\u2069");
  });

  test("a wrong key does not compile", () => {
    // @ts-expect-error: not in locales/fr/common.json
    expect(t("common.nothing.like.this")).toBe("nothing.like.this");
  });
});

describe("languages", () => {
  test("the choice is remembered, shown on the page, told to listeners, and found again", async () => {
    const kept = { value: "en" as string | null };
    const store = {
      read: () => kept.value,
      write: (code: string) => {
        kept.value = code;
      },
    };
    const told = vi.fn();
    const stop = onTextChange(told);
    await startText(store, "fr");
    expect(language()).toBe("en");
    expect(t("common.back")).toBe("Back");
    await setLanguage("ar");
    expect(kept.value).toBe("ar");
    expect(document.documentElement.dir).toBe("rtl");
    expect(told).toHaveBeenCalled();
    stop();
    await setLanguage("fr");
    expect(document.documentElement.dir).toBe("ltr");
    await startText({ read: () => null, write: () => undefined }, "fr");
  });

  test("the last choice wins", async () => {
    await Promise.all([setLanguage("en"), setLanguage("ar"), setLanguage("fr")]);
    expect(language()).toBe("fr");
    expect(t("common.back")).toBe("Retour");
  });

  test("areas load on demand", async () => {
    expect((await loadAreas("papers", "outbox")).ok).toBe(true);
  });

  test("texts named by data are found in the language shown, and absent ones are nothing", async () => {
    await loadAreas("form-domiciliation");
    expect(tData("form-domiciliation", "title")).toMatch(/CCAS/);
    expect(tData("form-domiciliation", "no.such.text")).toBeUndefined();
    expect(tData("form-nowhere", "title")).toBeUndefined();
  });

  test("the phone's languages choose the first one", () => {
    expect(pickLanguage(["de-DE", "ar-DZ", "fr"])).toBe("ar");
    expect(pickLanguage(["de"])).toBe("fr");
  });
});

describe("dates, times, sizes", () => {
  const at = Date.UTC(2026, 10, 23, 8, 12);

  test("French, as one says it", () => {
    expect(formatDate(at, "long", "Europe/Paris")).toBe(`23${NBSP}novembre 2026`);
    expect(formatDate(at, "day", "Europe/Paris")).toBe(`lundi 23${NBSP}novembre`);
    expect(formatDate(at, "short", "Europe/Paris")).toBe(`23${NBSP}nov.`);
    expect(formatTime(at, "Europe/Paris")).toBe(`9${NBSP}h${NBSP}12`);
    expect(formatClock("14:00")).toBe(`14${NBSP}h`);
    expect(formatCalendarDate("2026-10-01")).toBe(`1er${NBSP}octobre 2026`);
    expect(formatCalendarDate("2026-10-11")).toBe(`11${NBSP}octobre 2026`);
    expect(formatCalendarDate("2026-10")).toBe(`octobre 2026`);
    // From somebody else's device: no other day is made of it, and no NaN.
    for (const wrong of ["2026-02-31", "2026-13-01", "2026-00", "deux"]) expect(formatCalendarDate(wrong)).toBe(wrong);
    for (const wrong of ["midi", "9:5", "99:99:99", ""]) expect(formatClock(wrong)).toBe(wrong);
    expect(["-12.5", "1e9", "douze", "0x10", ""].map(decimalShown)).toEqual(["-12,5", "1e9", "douze", "0x10", ""]);
  });

  test("sizes never say nothing for something", () => {
    expect(formatBytes(0)).toBe(`0${NBSP}Ko`);
    expect(formatBytes(12)).toBe(`1${NBSP}Ko`);
    expect(formatBytes(640_400)).toBe(`640${NBSP}Ko`);
    expect(formatBytes(999_700)).toBe(`1${NBSP}Mo`);
    expect(formatBytes(10_737_400_000)).toBe(`10,7${NBSP}Go`);
    expect(formatBytes(1_230_000)).toBe(`1,2${NBSP}Mo`);
  });

  test("Arabic has Western digits", async () => {
    await setLanguage("ar");
    expect(formatDate(at, "long", "Europe/Paris")).toContain("23");
    expect(formatDate(at, "long", "Europe/Paris")).toContain("2026");
    expect(formatTime(at, "Europe/Paris")).toBe("9:12");
    expect(formatNumber(1234.5)).toMatch(/^[\d.,]+$/);
    expect(formatDate(at, "weekday", "Europe/Paris")).toBe("الاثنين");
  });
});
