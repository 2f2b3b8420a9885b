/**
 * What the interface says, in the chosen language. Runs in the page; one per page, like the document whose `lang` and
 * `dir` it sets.
 *
 * Surprising: a catalogue that cannot be read (white zone, chunk not here yet) never breaks a screen. The French text
 * stands in, and `setLanguage` says so instead of switching half-way. i18next itself (14 KB) comes after the first paint:
 * until then the plain French of the first screen is read straight from its catalogue.
 */
import type { i18n } from "i18next";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Area, DataArea, TextKey, TextValues } from "./catalogue.ts";
import { FRENCH } from "./french.ts";
import { type Language, languageInfo, SOURCE_LANGUAGE } from "./languages.ts";
import type { Strings } from "./lazy.ts";

/** Where the choice of language is kept (a language is not personal). */
export interface LanguageStore {
  readonly read: () => string | null;
  readonly write: (language: Language) => void;
}

const NO_STORE: LanguageStore = { read: () => null, write: () => undefined };

const areas = new Set<string>(Object.keys(FRENCH));
const listeners = new Set<() => void>();
let store: LanguageStore = NO_STORE;
let wanted: Language = SOURCE_LANGUAGE;

let engine: i18n | undefined;
let starting: Promise<i18n> | undefined;

/** i18next with the French of the first screen. Rejects when its chunk cannot be read; asked again, it is tried again. */
function startEngine(): Promise<i18n> {
  starting ??= import("./engine.ts").then(
    ({ createEngine }) => {
      engine = createEngine(SOURCE_LANGUAGE, FRENCH);
      return engine;
    },
    (error: unknown) => {
      starting = undefined;
      throw error;
    },
  );
  return starting;
}

/** Texts without values in the language shown, as i18next found them: most of what a screen asks for, each time it is drawn. */
const found = new Map<string, string>();
/** The same of texts that data names, absent ones too. */
const named = new Map<string, string | undefined>();

/** How often what is said changed: whoever drew before and listens after asks whether it is still the same. */
let told = 0;
export const textTurn = (): number => told;

function tell(): void {
  told += 1;
  found.clear();
  named.clear();
  for (const listener of [...listeners]) listener();
}

/** Calls `listener` after each change of language or catalogue; the returned function stops that. */
export function onTextChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The language shown now. */
export const language = (): Language => (engine?.language ?? SOURCE_LANGUAGE) as Language;

/** Brings i18next before anybody asks for it; quiet without network. */
export async function warmText(): Promise<void> {
  await Promise.allSettled([startEngine()]);
}

/** Another wording of a text where this page runs; see `rephrase`. */
let wording: ((key: TextKey, text: string) => string) | undefined;

/**
 * Every text of `t` goes through `change` from now on: a shared computer is no phone (app/kiosk/words.ts).
 * Not asked again for a text that was shown: it must answer by key and language alone.
 */
export function rephrase(change: (key: TextKey, text: string) => string): void {
  wording = change;
  tell();
}

/** How often a catalogue was added: screens are drawn again for a new one only. */
let added = 0;

async function load(code: Language, area: string): Promise<void> {
  if (engine?.hasResourceBundle(code, area) === true) return;
  const { loadCatalogue } = await import("./lazy.ts");
  const [speaker, strings] = await Promise.all([startEngine(), loadCatalogue(code, area)]);
  if (strings === undefined) return;
  speaker.addResourceBundle(code, area, strings);
  added += 1;
}

async function loadAll(code: Language, names: readonly string[]): Promise<boolean> {
  const loads = await Promise.allSettled(names.map((area) => load(code, area)));
  return loads.every((result) => result.status === "fulfilled");
}

/**
 * Makes the texts of `names` ready, in the chosen language and in French. Await it beside the screen's own chunk.
 * `missing`: the catalogue cannot be read now; French, or the key, stands in.
 */
export async function loadAreas(...names: readonly (Area | DataArea)[]): Promise<Result<void, "missing">> {
  for (const name of names) areas.add(name);
  const before = added;
  const complete = await loadAll(wanted, names);
  const french = wanted === SOURCE_LANGUAGE || (await loadAll(SOURCE_LANGUAGE, names));
  if (added !== before) tell();
  return complete && french ? ok(undefined) : err("missing");
}

/** Texts that came with data, by language: they take the place of what stood under these names. */
export async function addTexts(
  all: readonly { readonly area: DataArea; readonly texts: Readonly<Record<string, Strings>> }[],
): Promise<void> {
  if (all.length === 0) return;
  const speaker = await startEngine();
  for (const { area, texts } of all)
    for (const [code, strings] of Object.entries(texts)) speaker.addResourceBundle(code, area, strings, true, true);
  tell();
}

/** True when every text of `name` is here in the language shown. */
export const areaReady = (name: Area | DataArea): boolean =>
  engine?.hasResourceBundle(engine.language, name) ?? name in FRENCH;

function showLanguage(code: Language): void {
  const info = languageInfo(code);
  document.documentElement.lang = info.code;
  document.documentElement.dir = info.dir;
}

/**
 * Shows the interface in `code`: loads what is needed, sets `lang` and `dir` of the page, remembers the choice.
 * `missing`: these texts are not on this device yet; the language stays as it was. The last call wins.
 */
export async function setLanguage(code: Language): Promise<Result<void, "missing">> {
  const before = language();
  wanted = code;
  // The French of the first screen is here: nothing to wait for on the very first start.
  const isPlain = engine === undefined && code === SOURCE_LANGUAGE && [...areas].every((area) => area in FRENCH);
  const complete = isPlain || (await loadAll(code, [...areas]));
  if (wanted !== code) return ok(undefined);
  if (!complete) {
    wanted = before;
    return err("missing");
  }
  await engine?.changeLanguage(code);
  showLanguage(code);
  store.write(code);
  tell();
  return ok(undefined);
}

/** Starts with the remembered language, else with `preferred`. French shows meanwhile. */
export async function startText(keep: LanguageStore, preferred: Language): Promise<Result<void, "missing">> {
  store = NO_STORE;
  const remembered = keep.read();
  const first = remembered === "fr" || remembered === "en" || remembered === "ar" ? remembered : preferred;
  const result = await setLanguage(first);
  store = keep;
  return result;
}

function textAt(strings: Strings | undefined, name: string): string | undefined {
  let found: Strings | string | undefined = strings;
  for (const part of name.split(".")) found = typeof found === "object" ? found[part] : undefined;
  return typeof found === "string" ? found : undefined;
}

/** The first screen's French, before i18next is here. The key stands in for what is not there, as it does later. */
function sayPlainly(area: string, name: string, values: TextValues | undefined): string {
  const { count } = values ?? {};
  const forms = typeof count === "number" ? [new Intl.PluralRules(SOURCE_LANGUAGE).select(count), "other"] : [];
  const names = [...forms.map((form) => `${name}_${form}`), name];
  const text = names.map((one) => textAt(FRENCH[area], one)).find((found) => found !== undefined) ?? name;
  return text.replace(/\{\{(\w+)\}\}/g, (gap, key: string) => String(values?.[key] ?? gap));
}

function say(area: string, name: string, values: TextValues | undefined): string {
  if (engine === undefined) return sayPlainly(area, name, values);
  if (values === undefined) {
    const key = `${area}.${name}`;
    const text = found.get(key) ?? reworded(area, name, engine.t(name, { ns: area }));
    found.set(key, text);
    return text;
  }
  // French has a third plural ("many", for millions) that no catalogue needs to write: `_other` stands in.
  const names = "count" in values ? [name, `${name}_other`] : name;
  return reworded(area, name, engine.t(names, { ...values, ns: area }));
}

const reworded = (area: string, name: string, text: string): string =>
  wording === undefined ? text : wording(`${area}.${name}` as TextKey, text);

/** The text of `key`. Values are put in as they are: Preact escapes, so nothing is escaped twice. */
export function t(key: TextKey, values?: TextValues): string {
  const dot = key.indexOf(".");
  return say(key.slice(0, dot), key.slice(dot + 1), values);
}

/** A text that data names, as its catalogue has it: i18next takes ten times as long, and a form asks for hundreds. */
const dataText = (code: Language, area: DataArea, key: string): string | undefined =>
  textAt(engine?.getDataByLanguage(code)?.[area], key);

/** A text that data names, such as the hint of a form's field. Nothing when the catalogue has no such text. */
export function tData(area: DataArea, key: string, values?: TextValues): string | undefined {
  const name = values !== undefined && "count" in values ? `${key}_other` : key;
  const id = `${area}.${name}`;
  if (!named.has(id)) {
    const text = dataText(language(), area, name) ?? dataText(SOURCE_LANGUAGE, area, name);
    named.set(id, text === undefined ? undefined : reworded(area, key, text));
  }
  const text = named.get(id);
  return text === undefined || values === undefined ? text : say(area, key, values);
}

/** The French of a text that data names, to stand under another language: who receives a form reads French. */
export const tFrench = (area: DataArea, key: string): string | undefined =>
  language() === SOURCE_LANGUAGE ? undefined : dataText(SOURCE_LANGUAGE, area, key);

/** The French of `key` whatever the language shown: what a desk writes to people and copies into its own software. */
export function inFrench(key: TextKey, values?: TextValues): string {
  const dot = key.indexOf(".");
  const [area, name] = [key.slice(0, dot), key.slice(dot + 1)];
  return engine?.t(name, { ...values, ns: area, lng: SOURCE_LANGUAGE }) ?? sayPlainly(area, name, values);
}
