/** A shared computer is no phone, and promises nothing of one. */
import { beforeAll, expect, test } from "vitest";
import { loadAreas, rephrase, setLanguage, t } from "../../../src/app/i18n/i18n.ts";
import { atSharedComputer } from "../../../src/app/kiosk/words.ts";

beforeAll(async () => {
  await loadAreas("common", "card", "papers", "home", "poste");
  rephrase(atSharedComputer);
});

test.each([
  ["fr", "ce téléphone", "cet ordinateur"],
  ["en", "this phone", "this computer"],
  ["ar", "هذا الهاتف", "هذا الحاسوب"],
] as const)(
  "in %s what is here is this computer, and the card promises nothing here",
  async (code, phone, computer) => {
    await setLanguage(code);
    expect(t("common.state.here")).toContain(computer);
    expect(t("common.saved.at", { time: "12:00" })).not.toContain(phone);
    for (const key of ["card.text", "card.works.here", "papers.keep.done", "papers.view.serverSealed"] as const) {
      expect(t(key)).not.toContain(phone);
      expect(t(key)).not.toContain(computer);
    }
    expect(t("home.pocket.closed", { count: 2 })).not.toContain(phone);
  },
);
