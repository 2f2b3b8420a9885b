/**
 * F5: coming back with the help of a desk, end to end in the workers, over the real server with a clock that tests move: C+O
 * (the card, no code, no phone) and S+O (nothing left). Who may not, who is told, what blocks.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { demonstration } from "../../src/server/deployment.ts";
import { prepareDesk } from "../../src/server/desks.ts";
import type { PrincipalId } from "../../src/shared/ids.ts";
import type { DeskApi } from "../../src/workers/desk.contract.ts";
import { wishedDesks } from "../../src/workers/satchel/desk-wish.ts";
import { createHarness, type Harness } from "../unit/server/harness.ts";
import { code, comeBack, first, newCard, type Phone, phone, quiet, rowOf, titles } from "../unit/workers/phones.ts";
import {
  createConnectedBrowser,
  createLine,
  eventually,
  type Line,
  must,
  openDesk,
  random,
} from "../unit/workers/world.ts";

const slug = "ccas-brevigny";
const hour = 3_600_000;
const person = { name: "Amina Diallo", birthdate: "1990-04-12", language: "fr" };
const fresh = "592837";
let server: Harness;
let base: string;

interface Desk {
  readonly line: Line;
  readonly api: DeskApi;
  readonly code: string;
}

async function start(operates = false): Promise<void> {
  const deployment = demonstration("http://localhost:8080");
  const organisations = deployment.organisations.map((one) => ({ ...one, operates }));
  server = await createHarness({ deployment: { ...deployment, organisations } });
  server.time.now = Date.now();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
}
beforeEach(() => start());
afterEach(() => server.close());

function aDesk(own: string): Desk {
  const line = createLine(base);
  return { line, api: openDesk(createConnectedBrowser(line)).api, code: own };
}
const signedIn = (desk: Desk): Promise<unknown> =>
  eventually(async () => (must(await desk.api.inbox()).lastAnswerAt > 0 ? true : undefined));

/** An organisation with two helpers, in two browsers. */
async function twoHelpers(): Promise<{ readonly anne: Desk; readonly bruno: Desk }> {
  const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  const anne = aDesk("582914");
  must(await anne.api.enrol({ slug, deskCode, code: anne.code }));
  must(await anne.api.becomeFirstHelper({ name: "Anne", code: anne.code }));
  await signedIn(anne);
  const { groups } = must(await anne.api.invite("helper"));
  const bruno = aDesk("693025");
  must(await bruno.api.join({ slug, deskCode: groups.join(" "), name: "Bruno", code: bruno.code }));
  const { id } = await eventually(async () =>
    must(await anne.api.team()).invitations.find(({ asked }) => asked?.name === "Bruno"),
  );
  must(await anne.api.confirmHelper(id));
  expect(must(await bruno.api.joining())).toEqual({ type: "in" });
  await signedIn(bruno);
  return { anne, bruno };
}

/** A person with a drilled card who agreed; the way in is at the server and the letter at the desk. */
async function agreed(pairs: readonly ("C+O" | "S+O")[], desk: Desk): Promise<Phone & { readonly card: string }> {
  const one = await first(base);
  must(await one.tab.api.drill(one.card));
  await one.tab.refresh();
  must(await one.tab.api.agreeReturn({ organisation: slug, pairs, ...person, code }));
  await eventually(async () => (stateOf(must(await one.tab.api.returns())) === "ready" ? true : undefined));
  await listed(desk);
  return one;
}
const stateOf = ({ helpers }: { readonly helpers: readonly { organisation: string; state: string }[] }) =>
  helpers.find((each) => each.organisation === slug)?.state;
const listed = (desk: Desk) =>
  eventually(async () => {
    must(await desk.api.refresh());
    return must(await desk.api.returns()).people[0];
  });
const actsOf = async (one: Phone) =>
  must(await one.tab.api.returns()).acts.map(({ act, helper }) => `${act} ${helper}`);

/** Both screens, up to the code of her choice. */
async function together(
  two: Phone,
  desk: Desk,
  input: { readonly organisation: PrincipalId | null; readonly pair: "C+O" | "S+O" },
): Promise<void> {
  const { text } = must(await two.tab.api.returnQuestion(input.organisation));
  const who = input.pair === "C+O" ? must(await desk.api.returnRead(text)) : await listed(desk);
  expect(who).toMatchObject({ name: person.name, birthdate: person.birthdate });
  const shown = must(await desk.api.returnChecked({ person: who.id, paper: "id-card", pair: input.pair, text }));
  expect(must(await two.tab.api.returnNumber(shown.number))).toEqual({ pictures: shown.pictures });
  const given = must(await desk.api.returnGive());
  must(await two.tab.api.returnAnswer(given.text));
}

describe("F5 C+O: the card, no code, no phone", { timeout: 120_000 }, () => {
  test("opens at a desk that has no network, with a new code; the person is told; what was used is made anew", async () => {
    const { anne } = await twoHelpers();
    const one = await agreed(["C+O"], anne);
    const two = await phone(base);
    const { organisations } = must(await two.tab.api.returnLook({ card: one.card }));
    anne.line.online = false;
    await together(two, anne, { organisation: organisations[0] ?? null, pair: "C+O" });
    expect(await two.tab.api.returnFinish({ code: "123456", pictogram: "code-lune" })).toMatchObject({
      error: { type: "code-too-common" },
    });
    must(await two.tab.api.returnFinish({ code: fresh, pictogram: "code-lune" }));
    await eventually(async () => ((await titles(two))[0] === "Passeport" ? true : undefined));
    await quiet(two, 3);
    const row = await rowOf(two);
    expect([row.keyring?.root, wishedDesks(row)]).toEqual([1, null]);
    anne.line.online = true;
    must(await anne.api.refresh());
    await eventually(async () => ((await actsOf(two)).length === 2 ? true : undefined));
    expect((await actsOf(two)).sort()).toEqual(["return-checked Anne", "return-given Anne"]);
    expect(must(await listed(anne).then((value) => ({ ok: true as const, value }))).checks).toMatchObject([
      { helper: "Anne", paper: "id-card", pair: "C+O" },
      { helper: "Anne", paper: "id-card", pair: "C+O" },
    ]);
    // The old phone sees that a device came in, and follows.
    await quiet(one, 3);
    expect(must(await one.tab.api.opening())).toMatchObject({ way: { openedElsewhere: true } });
    // The card goes on with the new code, not with the old one.
    const three = await phone(base);
    must(await three.tab.api.comeBack({ card: one.card }));
    expect(await three.tab.api.comeBackOpen({ code, pictogram: "code-lune" })).toMatchObject({
      error: { type: "wrong-code" },
    });
    // A new card ends the pair of the old one, and has a pair of its own.
    const card = await newCard(two, fresh);
    expect(await three.tab.api.returnLook({ card: one.card })).toMatchObject({ error: { type: "card-replaced" } });
    const looked = must(await three.tab.api.returnLook({ card }));
    await together(three, anne, { organisation: looked.organisations[0] ?? null, pair: "C+O" });
  });

  test("not for who did not agree, nor for another desk, another question, or after it was taken back", async () => {
    const { anne } = await twoHelpers();
    const other = await first(base);
    const two = await phone(base);
    expect(await two.tab.api.returnLook({ card: other.card })).toMatchObject({ error: { type: "no-way" } });
    const one = await agreed(["C+O"], anne);
    const { organisations } = must(await two.tab.api.returnLook({ card: one.card }));
    const organisation = organisations[0] ?? null;
    const early = must(await two.tab.api.returnQuestion(organisation));
    const who = must(await anne.api.returnRead(early.text));
    const { number } = must(await anne.api.returnChecked({ person: who.id, paper: "known", pair: "C+O" }));
    const { text: answer } = must(await anne.api.returnGive());
    expect(await anne.api.returnGive()).toMatchObject({ error: { type: "expired" } });
    // Another question, or another number, opens nothing.
    must(await two.tab.api.returnQuestion(organisation));
    must(await two.tab.api.returnNumber(number));
    expect(await two.tab.api.returnAnswer(answer)).toMatchObject({ error: { type: "other-question" } });
    expect(await two.tab.api.returnAnswer("BSF1.AAAA")).toMatchObject({ error: { type: "damaged" } });
    expect(await anne.api.returnRead(must(await two.tab.api.returnQuestion(null)).text)).toMatchObject({
      error: { type: "other-way" },
    });
    // Wrong codes that froze the card do not close this door; the block number does.
    for (let n = 0; n < 10; n += 1) {
      must(await two.tab.api.comeBack({ card: one.card }));
      await two.tab.api.comeBackOpen({ code: "902746", pictogram: "code-lune" });
    }
    must(await two.tab.api.returnLook({ card: one.card }));

    must(await one.tab.api.agreeReturn({ organisation: slug, pairs: [], ...person, code }));
    await eventually(async () => (stateOf(must(await one.tab.api.returns())) === "none" ? true : undefined));
    expect(await two.tab.api.returnLook({ card: one.card })).toMatchObject({ error: { type: "no-way" } });
    await eventually(async () => {
      must(await anne.api.refresh());
      return must(await anne.api.returns()).people.length === 0 ? true : undefined;
    });
    expect(await anne.api.returnRead(early.text)).toMatchObject({ error: { type: "not-agreed" } });
  });

  test("when a helper leaves, the way in is marked and made anew with the person's next code", async () => {
    const { anne, bruno } = await twoHelpers();
    const one = await agreed(["C+O", "S+O"], anne);
    const sealed = (row: Awaited<ReturnType<typeof rowOf>>) => row.keyring?.hash;
    const before = sealed(await rowOf(one));
    const team = must(await anne.api.team());
    const card = must(await anne.api.makeOrganisationCard());
    must(await anne.api.drillOrganisationCard(card.groups.join(" ")));
    const leaver = team.helpers.find(({ name }) => name === "Bruno")?.id as PrincipalId;
    must(await anne.api.removeHelper(leaver));
    expect(await bruno.api.team()).toMatchObject({ ok: false });
    await eventually(async () => {
      await one.tab.refresh();
      return stateOf(must(await one.tab.api.returns())) === "renew" ? true : undefined;
    });
    const { database } = await rowOf(one);
    must(await one.tab.api.lock());
    must(await one.tab.api.unlock({ database, code }));
    await eventually(async () => (stateOf(must(await one.tab.api.returns())) === "ready" ? true : undefined));
    expect(sealed(await rowOf(one))).not.toBe(before);
    const two = await phone(base);
    const { organisations } = must(await two.tab.api.returnLook({ card: one.card }));
    await together(two, anne, { organisation: organisations[0] ?? null, pair: "C+O" });
  });
});

describe("F5 S+O: nothing left", { timeout: 120_000 }, () => {
  test("two helpers, 72 hours, every device told; one helper alone cannot; opens without card, code, phone", async () => {
    const { anne, bruno } = await twoHelpers();
    const one = await agreed(["S+O"], anne);
    const two = await phone(base);
    const who = await listed(anne);
    const asked = must(await anne.api.returnAsk({ person: who.id, paper: "passport" }));
    expect(asked).toMatchObject({ asks: [expect.any(Number)], opensAt: null });
    // Asked again by herself, it is still one helper; and nothing is given.
    expect(must(await anne.api.returnAsk({ person: who.id, paper: "passport" })).opensAt).toBeNull();
    server.time.now += 100 * hour;
    const { text } = must(await two.tab.api.returnQuestion(null));
    must(await anne.api.returnChecked({ person: who.id, paper: "passport", pair: "S+O", text }));
    await eventually(async () => {
      must(await anne.api.refresh());
      const given = await anne.api.returnGive();
      return !given.ok && given.error.type === "not-yet" ? true : undefined;
    });
    await listed(bruno);
    const { opensAt } = await eventually(async () => {
      must(await bruno.api.refresh());
      const second = await bruno.api.returnAsk({ person: who.id, paper: "id-card" });
      return second.ok ? second.value : undefined;
    });
    expect(opensAt).toBe(server.time.now + 72 * hour);
    // The phone that is still somewhere says so, and who asked.
    await eventually(async () => {
      must(await one.tab.api.sendNow());
      const view = must(await one.tab.api.returns());
      return view.asked?.opensAt === opensAt && view.acts.length >= 4 ? true : undefined;
    });
    expect([...new Set(await actsOf(one))].sort()).toEqual([
      "return-asked Anne",
      "return-asked Bruno",
      "return-checked Anne",
    ]);
    expect(must(await one.tab.api.opening())).toMatchObject({ way: { asked: { opensAt } } });

    server.time.now += 71 * hour;
    await eventually(async () => {
      must(await anne.api.refresh());
      const given = await anne.api.returnGive();
      return !given.ok && given.error.type === "not-yet" ? true : undefined;
    });
    server.time.now += 2 * hour;
    const { text: again } = must(await two.tab.api.returnQuestion(null));
    const shown = must(await anne.api.returnChecked({ person: who.id, paper: "passport", pair: "S+O", text: again }));
    expect(must(await two.tab.api.returnNumber(shown.number))).toEqual({ pictures: shown.pictures });
    must(await two.tab.api.returnAnswer(must(await anne.api.returnGive()).text));
    must(await two.tab.api.returnFinish({ code: fresh, pictogram: "code-lune" }));
    await eventually(async () => ((await titles(two))[0] === "Passeport" ? true : undefined));
    // A card of her own again; the old one ends, and so does what was asked.
    await eventually(async () => (wishedDesks(await rowOf(two)) === null ? true : undefined));
    const card = await newCard(two, fresh);
    const three = await phone(base);
    expect(await three.tab.api.returnLook({ card: one.card })).toMatchObject({ error: { type: "card-replaced" } });
    expect(await titles(await comeBack(base, card, fresh))).toBeDefined();
    await eventually(async () => {
      must(await two.tab.api.sendNow());
      return must(await two.tab.api.returns()).asked === null ? true : undefined;
    });
  });

  test("any device stops it, for good; the number on the card blocks; the desk hears why", async () => {
    const { anne, bruno } = await twoHelpers();
    const one = await agreed(["S+O"], anne);
    const who = await listed(anne);
    await listed(bruno);
    must(await anne.api.returnAsk({ person: who.id, paper: "passport" }));
    must(await bruno.api.returnAsk({ person: who.id, paper: "passport" }));
    one.line.online = false;
    expect(await one.tab.api.stopReturn()).toMatchObject({ error: { type: "no-network" } });
    one.line.online = true;
    must(await one.tab.api.stopReturn());
    expect(must(await one.tab.api.returns()).asked).toBeNull();
    server.time.now += 73 * hour;
    const stopped = (desk: Desk, type: string) =>
      eventually(async () => {
        must(await desk.api.refresh());
        const heard = await desk.api.returnAsk({ person: who.id, paper: "passport" });
        return !heard.ok && heard.error.type === type ? true : undefined;
      });
    await stopped(anne, "stopped");
    const two = await phone(base);
    const { text } = must(await two.tab.api.returnQuestion(null));
    must(await bruno.api.returnChecked({ person: who.id, paper: "passport", pair: "S+O", text }));
    expect(await bruno.api.returnGive()).toMatchObject({ error: { type: "stopped" } });
    // With a new way in she may change her mind; then the number on the card shuts everything.
    must(await one.tab.api.agreeReturn({ organisation: slug, pairs: ["S+O"], ...person, code }));
    await eventually(async () => (stateOf(must(await one.tab.api.returns())) === "ready" ? true : undefined));
    must(await anne.api.returnAsk({ person: who.id, paper: "passport" }));
    const number = must(await one.tab.api.cardState()).blockNumber?.replaceAll(" ", "");
    expect((await server.post("/v1/block", { number })).statusCode).toBe(200);
    await stopped(bruno, "blocked");
  });

  test("refused where operator and organisation are one body: to the person, to the desk, and by the server", async () => {
    await server.close();
    await start(true);
    const { anne } = await twoHelpers();
    const one = await first(base);
    await one.tab.refresh();
    const input = { organisation: slug, ...person, code };
    expect(must(await one.tab.api.returns()).helpers.find((each) => each.organisation === slug)?.operates).toBe(true);
    expect(await one.tab.api.agreeReturn({ ...input, pairs: ["S+O"] })).toMatchObject({ error: { type: "operator" } });
    expect(await one.tab.api.agreeReturn({ ...input, pairs: ["C+O"] })).toMatchObject({ error: { type: "no-card" } });
    expect(must(await anne.api.returns()).operates).toBe(true);
  });
});
