/** Sheets of desks for the fakes of both workers. Runs in Node or a page. */

import { err, ok } from "../../src/shared/result.ts";
import type { DeskKeys, InPersonApi } from "../../src/workers/in-person.contract.ts";
import type { Deployment } from "../../src/workers/shapes.contract.ts";

export const FAKE_SHEET = {
  text: "BSO1.041061050R3GG28A1C60T3GF208H44RM2MB1E60S38DHR78Y3MVD5TAX1Y",
  pictures: [2, 9, 4, 11],
  digits: "40718265",
};
const other = { pictures: [7, 0, 10, 1], digits: "00912374" };

/** Nobody looked yet. */
export const fakeDeskKeys = ({ organisations }: Deployment): readonly DeskKeys[] =>
  organisations.map(({ slug, name, human }, at) => ({
    slug,
    name,
    human,
    known: at === 0 ? { pictures: FAKE_SHEET.pictures, digits: FAKE_SHEET.digits } : null,
    said: null,
  }));

/** Only the text of FAKE_SHEET is the first organisation's; another text that begins as one is a stop. */
export function fakeInPerson(
  data: { deskKeys: readonly DeskKeys[]; readonly now: number },
  change: () => void,
): InPersonApi {
  const say = (organisation: string, said: DeskKeys["said"]): void => {
    data.deskKeys = data.deskKeys.map((each) => (each.slug === organisation ? { ...each, said } : each));
    change();
  };
  return {
    deskKeys: async () => ok(data.deskKeys),
    checkDesk: async ({ organisation, text }) => {
      if (!text.startsWith("BSO1.")) return ok({ type: text.startsWith("BSC1.") ? "card" : "no-sheet" });
      if (data.deskKeys.find(({ slug }) => slug === organisation)?.known == null) return ok({ type: "no-keys" });
      const isRight = text === FAKE_SHEET.text;
      say(organisation, isRight ? { type: "verified", at: data.now } : { type: "stopped", at: data.now, sheet: other });
      return ok(isRight ? { type: "verified", older: false } : { type: "stopped" });
    },
    settleDesk: async (organisation) => {
      if (data.deskKeys.find(({ slug }) => slug === organisation)?.said?.type !== "stopped")
        return err({ type: "not-found" });
      say(organisation, null);
      return ok(undefined);
    },
  };
}
