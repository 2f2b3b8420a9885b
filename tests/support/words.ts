/**
 * The texts of the interface by key, read from locales/, so that a test says which text it means and survives a better
 * wording. Runs in Node.
 *
 * Surprising fact: names and numbers inside a text stand between invisible marks of direction, and French puts
 * non-breaking spaces. `matcher` accepts any value in place of {{name}} and any kind of space; `plain` takes marks away.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInstance } from "i18next";
import { inSatchel, instead } from "../../src/app/kiosk/instead.ts";

export type Language = "fr" | "en" | "ar";

export type Words = {
  readonly language: Language;
  /** The text of "area.key" as `plain` gives it; `count` chooses the plural. Throws for a key that does not exist. */
  text(key: string, values?: Readonly<Record<string, string | number>>): string;
  /** Undefined where `text` would throw. */
  find(key: string, values?: Readonly<Record<string, string | number>>): string | undefined;
  /** Matches the whole text of a key, in every plural, whatever stands in place of {{name}}; values may be given. */
  matcher(key: string, values?: Readonly<Record<string, string | number>>): RegExp;
  /** As `matcher`, found anywhere in a text. */
  within(key: string, values?: Readonly<Record<string, string | number>>): RegExp;
};

const LOCALES = join(import.meta.dirname, "..", "..", "locales");
const PLURALS = ["zero", "one", "two", "few", "many", "other"];
const GAP = "\uE000";

const marks = /[\u200e\u200f\u061c\u2066-\u2069]/g;

/** Without marks of direction, each run of spaces one ordinary space. For comparing what a page shows. */
export const plain = (text: string): string => text.replace(marks, "").replace(/\s+/g, " ").trim();

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A source of a regular expression for one text: gaps match anything, spaces any kind of space. */
const loose = (text: string): string =>
  plain(text)
    .split(GAP)
    .map((piece) => escaped(piece).replaceAll(" ", "\\s+"))
    .join("[\\s\\S]*?");

type Tree = { readonly [key: string]: string | Tree };

/** Words of one language. */
export function createWords(language: Language): Words {
  const folder = join(LOCALES, language);
  const resources = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), "utf8")) as Tree]),
  );
  const engine = createInstance();
  void engine.init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: resources },
    initAsync: false,
    nsSeparator: false,
    keySeparator: ".",
    interpolation: { escapeValue: false },
  });
  const split = (key: string): { readonly ns: string; readonly rest: string } => {
    const dot = key.indexOf(".");
    return { ns: key.slice(0, dot), rest: key.slice(dot + 1) };
  };
  const find: Words["find"] = (key, values = {}) => {
    const { ns, rest } = split(key);
    const has = engine.exists(rest, { ns, ...values });
    return has ? plain(engine.t(rest, { ns, ...values })) : undefined;
  };
  /** Every text that the key may become. */
  function sources(key: string): readonly string[] {
    const { ns, rest } = split(key);
    const path = rest.split(".");
    const last = path.pop() ?? "";
    let place: string | Tree | undefined = resources[ns];
    for (const step of path) place = typeof place === "object" ? place[step] : undefined;
    if (typeof place !== "object") return [];
    const tree = place;
    return [last, ...PLURALS.map((plural) => `${last}_${plural}`)]
      .map((name) => tree[name])
      .filter((text): text is string => typeof text === "string");
  }
  /** The same as a shared computer says it. */
  function atSharedComputer(key: string): readonly string[] {
    const [phone, computer] = ["phone", "computer"].map((thing) => find(`poste.thing.${thing}`) ?? "");
    const other = (instead as Readonly<Record<string, string>>)[key];
    const here = other === undefined ? sources(key) : sources(other);
    const isKept = (inSatchel as readonly string[]).includes(key);
    const [onPhone, kept] = ["onPhone", "inSatchel"].map((thing) => find(`poste.thing.${thing}`) ?? "");
    const said = isKept ? here.map((text) => text.replaceAll(onPhone ?? "", kept ?? "")) : here;
    return said.map((text) => text.replaceAll(phone ?? "", computer ?? ""));
  }
  function source(key: string, values: Readonly<Record<string, string | number>>): string {
    const all = [...new Set([...sources(key), ...atSharedComputer(key)])];
    if (all.length === 0) throw new Error(`no text "${key}" in ${language}`);
    return all
      .map((text) =>
        loose(text.replace(/\{\{\s*([^},\s]+)[^}]*\}\}/g, (_, name: string) => String(values[name] ?? GAP))),
      )
      .join("|");
  }
  const around = "[\\s\\u200e\\u200f\\u061c\\u2066-\\u2069]*";
  return {
    language,
    find,
    text(key, values) {
      const text = find(key, values);
      if (text === undefined) throw new Error(`no text "${key}" in ${language}`);
      return text;
    },
    matcher: (key, values = {}) => new RegExp(`^${around}(?:${source(key, values)})${around}$`, "u"),
    within: (key, values = {}) => new RegExp(source(key, values), "u"),
  };
}
