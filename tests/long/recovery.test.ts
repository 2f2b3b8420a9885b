/**
 * F5: coming back with a desk's help, the long tail of tests/fault/recovery.test.ts: who may not, other questions and numbers, a
 * frozen card, taken back, a helper who leaves.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PrincipalId } from "../../src/shared/ids.ts";
import { wishedDesks } from "../../src/workers/satchel/desk-wish.ts";
import { code, comeBack, first, newCard, phone, rowOf, titles } from "../unit/workers/phones.ts";
import {
  actsOf,
  agreed,
  at,
  type Desk,
  fresh,
  hour,
  listed,
  person,
  slug,
  start,
  stateOf,
  together,
  twoHelpers,
} from "../unit/workers/returns-world.ts";
import { eventually, must } from "../unit/workers/world.ts";

beforeEach(() => start());
afterEach(() => at.server.close());

describe("F5 C+O, who may not and what ends it", { timeout: 120_000 }, () => {
  test("not for who did not agree, nor for another desk, another question, or after it was taken back", async () => {
    const { anne } = await twoHelpers();
    const other = await first(at.base);
    const two = await phone(at.base);
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
    const two = await phone(at.base);
    const { organisations } = must(await two.tab.api.returnLook({ card: one.card }));
    await together(two, anne, { organisation: organisations[0] ?? null, pair: "C+O" });
  });
});

describe("F5 S+O: nothing left", { timeout: 120_000 }, () => {
  test("two helpers, 72 hours, every device told; one helper alone cannot; opens without card, code, phone", async () => {
    const { anne, bruno } = await twoHelpers();
    const one = await agreed(["S+O"], anne);
    const two = await phone(at.base);
    const who = await listed(anne);
    const asked = must(await anne.api.returnAsk({ person: who.id, paper: "passport" }));
    expect(asked).toMatchObject({ asks: [expect.any(Number)], opensAt: null });
    // Asked again by herself, it is still one helper; and nothing is given.
    expect(must(await anne.api.returnAsk({ person: who.id, paper: "passport" })).opensAt).toBeNull();
    at.server.time.now += 100 * hour;
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
    expect(opensAt).toBe(at.server.time.now + 72 * hour);
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

    at.server.time.now += 71 * hour;
    await eventually(async () => {
      must(await anne.api.refresh());
      const given = await anne.api.returnGive();
      return !given.ok && given.error.type === "not-yet" ? true : undefined;
    });
    at.server.time.now += 2 * hour;
    const { text: again } = must(await two.tab.api.returnQuestion(null));
    const shown = must(await anne.api.returnChecked({ person: who.id, paper: "passport", pair: "S+O", text: again }));
    expect(must(await two.tab.api.returnNumber(shown.number))).toEqual({ pictures: shown.pictures });
    must(await two.tab.api.returnAnswer(must(await anne.api.returnGive()).text));
    must(await two.tab.api.returnFinish({ code: fresh, pictogram: "code-lune" }));
    await eventually(async () => ((await titles(two))[0] === "Passeport" ? true : undefined));
    // A card of her own again; the old one ends, and so does what was asked.
    await eventually(async () => (wishedDesks(await rowOf(two)) === null ? true : undefined));
    const card = await newCard(two, fresh);
    const three = await phone(at.base);
    expect(await three.tab.api.returnLook({ card: one.card })).toMatchObject({ error: { type: "card-replaced" } });
    expect(await titles(await comeBack(at.base, card, fresh))).toBeDefined();
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
    at.server.time.now += 73 * hour;
    const stopped = (desk: Desk, type: string) =>
      eventually(async () => {
        must(await desk.api.refresh());
        const heard = await desk.api.returnAsk({ person: who.id, paper: "passport" });
        return !heard.ok && heard.error.type === type ? true : undefined;
      });
    await stopped(anne, "stopped");
    const two = await phone(at.base);
    const { text } = must(await two.tab.api.returnQuestion(null));
    must(await bruno.api.returnChecked({ person: who.id, paper: "passport", pair: "S+O", text }));
    expect(await bruno.api.returnGive()).toMatchObject({ error: { type: "stopped" } });
    // With a new way in she may change her mind; then the number on the card shuts everything.
    must(await one.tab.api.agreeReturn({ organisation: slug, pairs: ["S+O"], ...person, code }));
    await eventually(async () => (stateOf(must(await one.tab.api.returns())) === "ready" ? true : undefined));
    must(await anne.api.returnAsk({ person: who.id, paper: "passport" }));
    const number = must(await one.tab.api.cardState()).blockNumber?.replaceAll(" ", "");
    expect((await at.server.post("/v1/block", { number })).statusCode).toBe(200);
    await stopped(bruno, "blocked");
  });
});
