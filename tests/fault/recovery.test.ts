/**
 * F5: coming back with the help of a desk, end to end in the workers, over the real server: C+O (the card, no code, no phone), and
 * what an operator may not do. The long tail is tests/long/recovery.test.ts.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { wishedDesks } from "../../src/workers/satchel/desk-wish.ts";
import { code, first, newCard, phone, quiet, rowOf, titles } from "../unit/workers/phones.ts";
import {
  actsOf,
  agreed,
  at,
  fresh,
  listed,
  person,
  slug,
  start,
  together,
  twoHelpers,
} from "../unit/workers/returns-world.ts";
import { eventually, must } from "../unit/workers/world.ts";

beforeEach(() => start());
afterEach(() => at.server.close());

describe("F5 C+O: the card, no code, no phone", { timeout: 120_000 }, () => {
  test("opens at a desk that has no network, with a new code; the person is told; what was used is made anew", async () => {
    const { anne } = await twoHelpers();
    const one = await agreed(["C+O"], anne);
    const two = await phone(at.base);
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
    const three = await phone(at.base);
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

  test("refused where operator and organisation are one body: to the person, to the desk, and by the server", async () => {
    await at.server.close();
    await start(true);
    const { anne } = await twoHelpers();
    const one = await first(at.base);
    await one.tab.refresh();
    const input = { organisation: slug, ...person, code };
    expect(must(await one.tab.api.returns()).helpers.find((each) => each.organisation === slug)?.operates).toBe(true);
    expect(await one.tab.api.agreeReturn({ ...input, pairs: ["S+O"] })).toMatchObject({ error: { type: "operator" } });
    expect(await one.tab.api.agreeReturn({ ...input, pairs: ["C+O"] })).toMatchObject({ error: { type: "no-card" } });
    expect(must(await anne.api.returns()).operates).toBe(true);
  });
});
