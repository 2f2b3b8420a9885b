/**
 * F7: an inbox of 5,000 dossiers in a real browser, each a real letter over the real protocol: the first screen after the
 * code, a search, and the first page of a dossier of ten papers. Then the same again after a lock. The app must have been built.
 *
 * Surprising: what the code itself costs (Argon2id, made slow on purpose) is told apart. Times are of one shared machine. The limits are the issue's own (1 s, 100 ms, 500 ms); what was seen is reported.
 *
 * `BESACE_DOSSIERS=500` tries it with fewer.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createIdentity, type Identity } from "../../src/crypto/identity.ts";
import { type LetterBlob, sealLetter } from "../../src/crypto/letter.ts";
import { sealStream } from "../../src/crypto/stream.ts";
import { blobWireBytes } from "../../src/protocol/blob-root.ts";
import { b64 } from "../../src/protocol/sign.ts";
import { type Principal, readChain } from "../../src/protocol/statements.ts";
import { signTicket } from "../../src/protocol/tickets.ts";
import type { BlobRef, Deployment, LetterAnswer } from "../../src/protocol/wire.ts";
import type { DossierPayload } from "../../src/satchel/model.ts";
import { showSpoken, spokenNumber } from "../../src/satchel/spoken.ts";
import type { Bytes } from "../../src/shared/bytes.ts";
import { type LetterId, randomId, type ThreadId } from "../../src/shared/ids.ts";
import { type Desk, openStage, type Stage } from "../e2e/stage.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { type Asker, createAsker } from "../support/uploader.ts";
import { random } from "../unit/server/people.ts";
import { report } from "./figures.ts";

const DESK_CODE = "284611";
const COUNT = Number(process.env.BESACE_DOSSIERS ?? 5000);
const PEOPLE = 50;
const FAMILIES = [
  "Morel",
  "Quéffélec",
  "Benali",
  "Nguyen",
  "Da Silva",
  "Le Goff",
  "Traoré",
  "Kowalski",
  "Petit",
  "Roux",
];

let stage: Stage;
let desk: Desk;
let photo: Photo;

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photo = await camera.take({ seed: 421, template: "lettre", width: 1240, height: 1754 });
  await camera.close();
  desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), DESK_CODE);
});
afterAll(async () => {
  await stage?.close();
});

/** A page sealed as a phone seals it, and sent. */
async function upload(asker: Asker, identity: Identity, content: Bytes): Promise<{ ref: BlobRef; inside: LetterBlob }> {
  const sealed = await sealStream(content, random);
  const ref = { blob: sealed.blob, length: sealed.length, root: sealed.root };
  const ticket = await signTicket(identity.sign, { ...ref, owner: identity.id });
  const tus = { "tus-resumable": "1.0.0" };
  const metadata = `ticket ${Buffer.from(JSON.stringify(ticket)).toString("base64")}`;
  await asker.ask("POST", "/v1/blobs", { ...tus, "upload-length": String(ref.length), "upload-metadata": metadata });
  const headers = { ...tus, "upload-offset": "0", "content-type": "application/offset+octet-stream" };
  const bytes = blobWireBytes(sealed.header, sealed.segments);
  const answer = await asker.ask("PATCH", `/v1/blobs/${identity.id}.${ref.blob}`, headers, bytes);
  expect(answer?.headers["besace-blob"]).toBe("verified");
  const inside = {
    blob: ref.blob,
    root: ref.root,
    key: b64(sealed.key),
    hash: sealed.hash,
    mime: "image/jpeg",
    role: "readable",
  };
  return { ref, inside };
}

interface Written {
  readonly number: string;
  readonly name: string;
}

async function write(
  asker: Asker,
  identity: Identity,
  to: Principal,
  n: number,
  pages: readonly { readonly ref: BlobRef; readonly inside: LetterBlob }[],
): Promise<Written> {
  const number = spokenNumber(random);
  const family = `${FAMILIES[n % FAMILIES.length]}${n}`;
  const letter = randomId<LetterId>(random);
  const text = (value: string) => ({ v: "text" as const, text: value });
  const payload: DossierPayload = {
    t: "dossier",
    procedure: ["demande-libre", "domiciliation", "lettre-incomprise"][n % 3] ?? "demande-libre",
    formVersion: 1,
    number,
    filledAt: Date.now(),
    language: "fr",
    answers: {
      given_name: text("Camille"),
      family_name: text(family),
      phone: text("0612345678"),
      request: text(`Bonjour, ${"je vous écris au sujet de mon dossier. ".repeat(12)}`),
    },
    rows: {},
    notForeseen: n % 40 === 0 ? "Mon cas n’est pas prévu." : "",
    declaration: null,
    papers: pages.map(({ ref }, at) => ({
      requirement: "papers",
      kind: "pay-slip",
      title: `Bulletin ${at + 1}`,
      holder: "me",
      expiry: null,
      pages: [{ blob: ref.blob, turn: 0, preview: null }],
    })),
    missing: [],
  };
  const sealed = await sealLetter({
    identity,
    to,
    letter,
    blobs: pages.map(({ ref }) => ref),
    inner: {
      thread: randomId<ThreadId>(random),
      n: 1,
      replaces: null,
      kind: "dossier",
      sentAt: Date.now(),
      blobs: pages.map(({ inside }) => inside),
      payload,
    },
  });
  const { verdict } = await asker.post<LetterAnswer>("/v1/letters", { letter: sealed });
  expect(verdict.type).toBe("ok");
  return { number: showSpoken(number).replace(/\s/u, " "), name: `Camille ${family}` };
}

/** Ms from pressing the last digit of the code to the open desk (its rail), and from there to the table of dossiers. */
async function openedWithin(): Promise<{ readonly code: number; readonly inbox: number }> {
  const { page, words } = desk.helper;
  const pad = page.getByRole("group", { name: words().matcher("common.code.pad") });
  for (const digit of DESK_CODE.slice(0, -1)) await pad.getByRole("button", { name: digit, exact: true }).click();
  return page.evaluate(async (last) => {
    const started: { at: number; open: number } = { at: 0, open: 0 };
    const seen = new Promise<number>((done) => {
      const look = (): void => {
        if (started.open === 0 && document.querySelector(".rail nav") !== null) started.open = performance.now();
        if (document.querySelector("tbody tr a[data-row]") === null) return;
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now())));
      };
      const watch = new MutationObserver(look);
      watch.observe(document.body, { childList: true, subtree: true });
    });
    const key = [...document.querySelectorAll("button")].find((button) => button.textContent?.trim() === last);
    started.at = performance.now();
    key?.click();
    const inbox = await seen;
    return { code: started.open - started.at, inbox: inbox - started.open };
  }, DESK_CODE.slice(-1));
}

/** Ms from typing `text` to the painted answer. */
const searched = (text: string): Promise<number> =>
  desk.helper.page.evaluate(async (typed) => {
    const field = document.querySelector<HTMLInputElement>("input[type=search]");
    if (field === null) throw new Error("there is a search field");
    const started = performance.now();
    field.value = typed;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - started;
  }, text);

const rows = (): Promise<number> => desk.helper.page.locator("tbody tr").count();

test(`F7: ${COUNT} dossiers: first screen, search, the first page of ten papers`, async (context) => {
  const { page } = desk.browser;
  const deployment = (await (await fetch(`${stage.server.url}/deployment.json`)).json()) as Deployment;
  const chain = await readChain(deployment.organisations[0]?.statements ?? []);
  if (!chain.ok) throw new Error(chain.error.type);
  const to = chain.value;

  const from = performance.now();
  const asker = createAsker(stage.server.url, 1_000_000);
  const identities: Identity[] = [];
  for (let n = 0; n < PEOPLE; n += 1) {
    const identity = await createIdentity("satchel", random);
    await asker.post("/v1/register", { statements: identity.statements });
    identities.push(identity);
  }
  const written: Written[] = [];
  const first = identities[0];
  if (first === undefined) throw new Error("there are people");
  for (let n = 0; n < COUNT - 1; n += 1) written.push(await write(asker, identities[n % PEOPLE] ?? first, to, n, []));
  const content = new Uint8Array(readFileSync(photo.path)) as Bytes;
  const pages = [];
  for (let n = 0; n < 10; n += 1) pages.push(await upload(asker, first, content));
  const thick = await write(asker, first, to, COUNT - 1, pages);
  const sentSeconds = (performance.now() - from) / 1000;

  const taking = performance.now();
  await desk.helper.inbox();
  const all = page.getByRole("button", { name: new RegExp(`^Tous\\D*${COUNT}$`) });
  await expect
    .poll(
      async () => {
        await page
          .getByRole("button", { name: "Chercher du nouveau" })
          .click({ timeout: 5000 })
          .catch(() => undefined);
        return all.count();
      },
      { timeout: 900_000, interval: 5000 },
    )
    .toBe(1);
  const takenSeconds = (performance.now() - taking) / 1000;

  const opened: { readonly code: number; readonly inbox: number }[] = [];
  for (let n = 0; n < 4; n += 1) {
    await desk.helper.lock();
    opened.push(await openedWithin());
    await all.waitFor();
  }
  await page.reload();
  const cold = await openedWithin();
  await all.waitFor();

  const search: number[] = [];
  const someone = written[Math.floor(COUNT / 2)];
  for (const text of [
    "c",
    "ca",
    "cam",
    "camille q",
    "quéff",
    someone?.name ?? "",
    someone?.number ?? "",
    "",
    thick.number,
  ]) {
    search.push(await searched(text));
    await page.waitForTimeout(100);
  }
  expect(await rows()).toBe(1);

  const before = await page.evaluate(() => performance.now());
  await page.locator("tbody tr a").first().click();
  await page.locator(".dsheet canvas").first().waitFor();
  await expect
    .poll(
      () =>
        page
          .locator(".dsheet canvas")
          .first()
          .evaluate((canvas: HTMLCanvasElement) => canvas.width),
      { interval: 10 },
    )
    .toBeGreaterThan(100);
  const firstPage = (await page.evaluate(() => performance.now())) - before;

  const round = (ms: number): number => Math.round(ms);
  report(context, {
    dossiers: COUNT,
    "sent in s": round(sentSeconds),
    "taken in s": round(takenSeconds),
    "code, ms": opened.map(({ code }) => round(code)).join(" "),
    "inbox, ms": opened.map(({ inbox }) => round(inbox)).join(" "),
    "inbox after a reload, ms": round(cold.inbox),
    "search, ms": search.map(round).join(" "),
    "first page, ms": round(firstPage),
  });
  console.log(context.task.meta.figures);
  const median = opened.map(({ inbox }) => inbox).toSorted((a, b) => a - b)[1] ?? Number.NaN;
  expect(median, "first screen").toBeLessThan(1000);
  expect(Math.max(...search), "search").toBeLessThan(100);
  expect(firstPage, "first page").toBeLessThan(500);
}, 1_800_000);
