/** What an organisation, or two devices that had not met, may have said: any JSON, any order. Nothing of it stops or reopens anything. */
import { describe, expect, test } from "vitest";
import { createIdentity } from "../../../src/crypto/identity.ts";
import type { OpenedLetter } from "../../../src/crypto/letter.ts";
import type { Deployment } from "../../../src/protocol/wire.ts";
import { type LetterId, type PrincipalId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import { ok } from "../../../src/shared/result.ts";
import { newest } from "../../../src/workers/desk/recovery.ts";
import { isReturnAct } from "../../../src/workers/satchel/desk-return.ts";
import { createDeskReturnPart, judgeTold } from "../../../src/workers/satchel/desk-return-part.ts";
import { must, random } from "./world.ts";

test("INV-5: a payload of any form is no act about coming back, and no exception", () => {
  const of = (payload: unknown) => isReturnAct({ inner: { payload } } as OpenedLetter);
  for (const payload of [null, undefined, 5, "return-given", [], {}, { act: null }, { act: ["x"] }])
    expect(of(payload)).toBe(false);
  expect(of({ act: "return-given" })).toBe(true);
});

describe("taking back that a desk may help", () => {
  test("is heard by whoever was told, when the deployment names other keys by now", async () => {
    const [told, other] = [await createIdentity("organisation", random), await createIdentity("organisation", random)];
    const pins = { serverKeys: {}, organisations: { ccas: { id: told.id, statements: told.statements } } };
    const deployment = (statements: typeof other.statements) =>
      ({ serverKeys: [], organisations: [{ slug: "ccas", statements }] }) as unknown as Deployment;
    const named = async (given: Deployment | null, slug = "ccas") => {
      const trust = await judgeTold(pins, given, slug);
      return trust.type === "trusted" ? trust.principal.id : trust.type;
    };
    expect(await named(deployment(other.statements))).toBe(told.id);
    expect(await named(deployment(told.statements))).toBe(told.id);
    expect(await named(null)).toBe(told.id);
    expect(await named(deployment([]), "cias")).toBe("no-keys");
  });

  test("counts at the desk where another device had used the same number before", () => {
    const from = "p" as PrincipalId;
    const of = (n: number, depositedAt: number) => ({ record: { from, n, depositedAt } });
    const [agreed, back] = [of(2, 5), of(2, 6)];
    for (const letters of [
      [of(1, 9), agreed, back],
      [back, agreed, of(1, 9)],
    ])
      expect(newest(letters, from)).toBe(back);
    expect(newest([agreed], "q" as PrincipalId)).toBeUndefined();
  });
});

test("who looked is told in whatever thread, by an organisation that was asked, and by no other", async () => {
  const [desk, other] = ["desk", "other"] as unknown as PrincipalId[];
  const [thread, elsewhere] = [randomId<ThreadId>(random), randomId<ThreadId>(random)];
  const letter = randomId<LetterId>(random);
  const agreed = { pairs: ["C+O"], name: "Amina", birthdate: "", thread, n: 1, letter, at: 1 };
  const organisations = { ccas: { id: desk, statements: [] }, cias: { id: other, statements: [] } };
  let record: Record<string, unknown> = {
    t: "profile",
    pinned: { serverKeys: {}, organisations },
    returns: { ccas: JSON.stringify(agreed) },
  };
  const records = {
    list: async () => ok([{ id: "profile", record }]),
    save: async (_id: string, apply: (now: unknown) => { value: { next: Record<string, unknown> } }) => {
      record = apply(record).value.next;
      return ok({ record });
    },
  };
  const part = createDeskReturnPart({ emit: () => undefined } as never, {} as never, {} as never);
  const said = (from: PrincipalId | undefined, inThread: ThreadId) =>
    part.takeAct(
      { records } as never,
      {
        head: { from, letter: randomId<LetterId>(random) },
        inner: {
          thread: inThread,
          payload: {
            t: "act",
            about: letter,
            act: "return-checked",
            pair: "C+O",
            helper: "Anne",
            paper: "id-card",
            at: 1,
          },
        },
      } as never,
      2,
    );
  expect(must(await said(other, thread))).toBe("aside");
  expect(must(await said(desk, thread))).toBe("drop");
  expect(must(await said(desk, elsewhere))).toBe("drop");
  expect(Object.values(record.returnActs ?? {})).toHaveLength(2);
});
