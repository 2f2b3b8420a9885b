/**
 * Phones for the ways in: real keys, memory stores, the real server app on a random port. What a person does to come back,
 * to replace a card, to open with the code, in a few words each.
 */
import { expect } from "vitest";
import type { Profile } from "../../../src/storage/ports.ts";
import { file, jpeg } from "./files.ts";
import {
  type Browser,
  createConnectedBrowser,
  createLine,
  eventually,
  type Line,
  must,
  openTab,
  type Tab,
} from "./world.ts";

export const code = "417233";

export interface Phone {
  readonly line: Line;
  readonly browser: Browser;
  tab: Tab;
  /** Which satchel of this browser is meant; the only one where it is not said. */
  readonly database?: string;
}

export async function phone(base: string): Promise<Phone> {
  const line = createLine(base);
  const browser = createConnectedBrowser(line);
  const tab = openTab(browser);
  await tab.refresh();
  return { line, browser, tab };
}

/** The row of a phone's registry. */
export async function rowOf({ browser, database }: Phone): Promise<Profile> {
  const rows = must(await browser.registry.list());
  const row = database === undefined ? rows[0] : rows.find((each) => each.database === database);
  if (row === undefined) throw new Error("a satchel is here");
  return row;
}

/** What waits of the keyring has left, and what came was looked at. */
export async function quiet(one: Phone, epoch?: number): Promise<void> {
  const asks = patiently();
  await eventually(async () => {
    await asks();
    must(await one.tab.api.sendNow());
    const { keyring, keyringDue, keyringSeen, chainSeen, keyringWish } = await rowOf(one);
    const still = keyringDue == null && keyringSeen == null && chainSeen == null && keyringWish == null;
    return still && keyring !== undefined && (epoch === undefined || keyring.epoch >= epoch) ? true : undefined;
  }, 40);
}

/** On a machine that is busy, asking a hundred times a second would be what keeps it busy. */
function patiently(): () => Promise<void> {
  let asked = 0;
  return async () => {
    asked += 1;
    if (asked > 20) await new Promise((resolve) => setTimeout(resolve, 250));
  };
}

export async function addPaper({ tab }: Pick<Phone, "tab">, title: string) {
  const { id } = must(await tab.api.startPaper({ kind: "passport", title }));
  const entropy = Array.from(title, (letter) => letter.charCodeAt(0) & 127);
  must(await tab.api.addPage(id, file(jpeg({ width: 400, height: 300, entropy }))));
  must(await tab.api.keepPaper(id));
  return id;
}

/** Everything of this satchel is at the server. */
export const sent = (one: Phone) =>
  eventually(async () => {
    must(await one.tab.api.sendNow());
    const outbox = must(await one.tab.api.outbox());
    return outbox.bytesLeft === 0 && outbox.waiting === 0 ? true : undefined;
  }, 10);

/** A satchel with one paper, whose first keyring is at the server. */
export async function first(base: string): Promise<Phone & { readonly card: string }> {
  const one = await phone(base);
  must(await one.tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  await addPaper(one, "Passeport");
  await quiet(one);
  await eventually(async () => (must(await one.tab.api.outbox()).bytesLeft === 0 ? true : undefined));
  return { ...one, card: must(await one.tab.api.card()).qr };
}

export async function comeBack(base: string, card: string, withCode = code): Promise<Phone> {
  const two = await phone(base);
  must(await two.tab.api.comeBack({ card }));
  must(await two.tab.api.comeBackOpen({ code: withCode, pictogram: "code-lune" }));
  return two;
}

/** A new card, drilled, with the code: a new root is made and followed. */
export async function newCard(one: Phone, withCode = code): Promise<string> {
  const { epoch = 0 } = (await rowOf(one)).keyring ?? {};
  const drawn = must(await one.tab.api.replaceCard());
  must(await one.tab.api.drill(drawn.groups.join(" ")));
  expect(must(await one.tab.api.cardState())).toMatchObject({ atServer: "waits", pending: false, set: drawn.set });
  const opening = must(await one.tab.api.opening());
  expect(opening).toMatchObject({ asks: { code: true } });
  must(await one.tab.api.answerCode({ code: withCode }));
  await quiet(one, epoch + 1);
  return drawn.qr;
}

/** Locks and opens with the code: the wraps follow the root. */
export async function byCode(one: Phone, withCode = code): Promise<void> {
  const { database } = await rowOf(one);
  must(await one.tab.api.lock());
  must(await one.tab.api.unlock({ database, code: withCode }));
  await eventually(async () => {
    const { rootEpoch = 0, keyring } = await rowOf(one);
    return rootEpoch === (keyring?.root ?? 0) ? true : undefined;
  }, 5);
}

export const titles = async ({ tab }: Pick<Phone, "tab">) =>
  must(await tab.api.papers())
    .map(({ record }) => record.title)
    .sort();
