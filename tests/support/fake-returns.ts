/** Coming back with a desk's help, as the fakes of satchel and desk answer: for component tests. */

import type { LetterId, PrincipalId } from "../../src/shared/ids.ts";
import { err, ok } from "../../src/shared/result.ts";
import type { ReturnApi, ReturnsView } from "../../src/workers/recovery.contract.ts";
import type { DeskReturnApi, DeskReturnPerson, DeskReturns } from "../../src/workers/recovery-desk.contract.ts";
import type { ProfileView } from "../../src/workers/satchel.contract.ts";

export const FAKE_NUMBER = "604913";
export const FAKE_PICTURES: readonly number[] = [3, 7, 0, 11];
const question = `BSG1.${"A2B3".repeat(60)}`;
const answer = `BSF1.${"C4D5".repeat(50)}`;

export const FAKE_RETURNS: ReturnsView = {
  helpers: [
    {
      organisation: "ccas",
      name: "CCAS de Démo-Ville",
      operates: false,
      receives: true,
      pairs: [],
      state: "none",
    },
  ],
  name: "Amina Diallo",
  birthdate: "1990-04-12",
  hasCard: true,
  asked: null,
  acts: [],
};

export const FAKE_HELPED: DeskReturnPerson = {
  id: "AAAAAAAAAAAAAAAAAAAAAw" as LetterId,
  name: "Amina Diallo",
  birthdate: "1990-04-12",
  language: "ar",
  pairs: ["C+O", "S+O"],
  agreedAt: Date.UTC(2026, 9, 3, 9),
  checks: [],
  asked: null,
};

export function fakeReturnApi(
  data: { returns: ReturnsView },
  profile: () => ProfileView,
  changed: () => void,
): ReturnApi {
  const set = (patch: Partial<ReturnsView>): void => {
    data.returns = { ...data.returns, ...patch };
    changed();
  };
  return {
    returns: async () => ok(data.returns),
    agreeReturn: async ({ organisation, pairs, name, birthdate, code }) => {
      if (code !== "417233") return err({ type: "wrong-code", triesLeft: 9, waitMs: 0 });
      const helpers = data.returns.helpers.map((helper) =>
        helper.organisation === organisation
          ? { ...helper, pairs, state: pairs.length === 0 ? ("none" as const) : ("waits" as const) }
          : helper,
      );
      set({ helpers, name, birthdate });
      return ok(undefined);
    },
    stopReturn: async () => {
      set({ asked: null });
      return ok(undefined);
    },
    returnLook: async () => ok({ organisations: ["p-ccas" as PrincipalId] }),
    returnQuestion: async () => ok({ text: question }),
    returnNumber: async (number) =>
      /^\d{6}$/.test(number) ? ok({ pictures: FAKE_PICTURES }) : err({ type: "bad-number" }),
    returnAnswer: async (text) => (text.startsWith("BSF1.") ? ok(undefined) : err({ type: "not-an-answer" })),
    returnFinish: async () => ok(profile()),
    returnForget: async () => ok(undefined),
  };
}

export function fakeDeskReturnApi(data: { returns: DeskReturns }, now: () => number): DeskReturnApi {
  const person = (id: LetterId) => data.returns.people.find((each) => each.id === id);
  return {
    returns: async () => ok(data.returns),
    returnRead: async (text) => {
      const [first] = data.returns.people;
      if (!text.startsWith("BSG1.")) return err({ type: "not-a-question" });
      return first === undefined ? err({ type: "not-agreed" }) : ok(first);
    },
    returnChecked: async () => ok({ number: FAKE_NUMBER, pictures: FAKE_PICTURES }),
    returnGive: async () => ok({ text: answer }),
    returnAsk: async ({ person: id }) => {
      const asks = [...(person(id)?.asked?.asks ?? []), now()];
      const asked = { asks, opensAt: asks.length > 1 ? now() + 72 * 3_600_000 : null };
      data.returns = {
        ...data.returns,
        people: data.returns.people.map((each) => (each.id === id ? { ...each, asked } : each)),
      };
      return ok(asked);
    },
    returnDrop: async () => ok(undefined),
  };
}
