/** Mandates: the list, a new one question by question, one of them, its sheet, over fakes. The thread: tests/unit/workers/mandates.test.ts. */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MandateScreen } from "../../../src/app/features/mandats/MandateScreen.tsx";
import { MandatesScreen } from "../../../src/app/features/mandats/MandatesScreen.tsx";
import { NewScreen } from "../../../src/app/features/mandats/NewScreen.tsx";
import { SheetScreen } from "../../../src/app/features/mandats/SheetScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { MandateFacts, MandateRecord, ProfileRecord } from "../../../src/satchel/model.ts";
import { type ShareStage, shareEnd } from "../../../src/satchel/sharing.ts";
import type { LetterId, RecordId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { fakeMandateRecord, fakeMandateView } from "../../support/fake-mandates.ts";
import { createFakeSatchel, FAKE_DEPLOYMENT, FAKE_NOW, fakeId } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { plain, settled } from "../papers/support.ts";

const areas = ["mandats"] as const;
const text = (): string => plain(document.querySelector("main")?.textContent ?? "");
const [desk] = FAKE_DEPLOYMENT.organisations;
if (desk === undefined) throw new Error("one organisation");
const deployment = { ...FAKE_DEPLOYMENT, organisations: [{ ...desk, statements: [{ body: "", sig: "" }] as never }] };
const view = (facts: Partial<MandateFacts> = {}, stage: ShareStage = "complete", record: Partial<MandateRecord> = {}) =>
  fakeMandateView(fakeId<RecordId>(), fakeMandateRecord(FAKE_NOW, facts, record), stage);
const press = (name: string | RegExp): void => void fireEvent.click(screen.getByRole("button", { name }));
const choose = (role: "radio" | "checkbox", name: RegExp): void =>
  void fireEvent.click(screen.getByRole(role, { name }));
const type = (name: RegExp, value: string): void =>
  void fireEvent.input(screen.getByRole("textbox", { name }), { target: { value } });

beforeEach(() => void watchCanvas());
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  await setLanguage("fr");
});

describe("the list", () => {
  test("nobody acts for her: said, with a way to give one, and that it is no mandate of Aidants Connect", async () => {
    await showScreen(<MandatesScreen />, { satchel: createFakeSatchel(), areas });
    await settled();
    expect(text()).toContain("Personne n’agit à votre place");
    expect(text()).toContain("Ce n’est pas un mandat Aidants Connect.");
    expect(screen.getByRole("link", { name: "Donner un mandat" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("what goes on stands apart from what is over", async () => {
    const mandates = [view(), view({}, "over"), view({}, "ended", { ended: { at: 1 } })];
    await showScreen(<MandatesScreen />, { satchel: createFakeSatchel({ mandates }), areas });
    await settled();
    expect(
      screen
        .getAllByRole("heading", { level: 2 })
        .map((one) => one.textContent)
        .slice(0, 2),
    ).toEqual(["En cours", "Terminés"]);
    expect(await axeProblems()).toEqual([]);
  });

  test("loading, locked", async () => {
    const satchel = createFakeSatchel();
    const release = satchel.stall("mandates");
    await showScreen(<MandatesScreen />, { satchel, areas });
    expect(text()).not.toContain("Personne n’agit");
    satchel.fail("mandates", { type: "locked" });
    release();
    await settled();
    expect(text()).not.toContain("Personne n’agit");
  });
});

describe("a new mandate", () => {
  const show = async (
    profile: Partial<ProfileRecord> = {},
    params: Record<string, string> = {},
    mandates = [view()],
  ) => {
    const satchel = createFakeSatchel({
      deployment,
      mandates,
      profile: { t: "profile", given_name: "Camille", family_name: "Morel", ...profile },
    });
    const shown = await showScreen(<NewScreen params={params} />, { satchel, areas });
    await settled();
    return { satchel, ...shown };
  };
  const next = async (): Promise<void> => {
    press("Continuer");
    await settled();
  };

  test.each([
    [/^Oui/, "La personne nommée par le juge"],
    [/moins de 18 ans/, "vos parents ou votre tuteur"],
    [/Je ne sais pas/, "Une personne du guichet peut le vérifier"],
  ])("%s: the way ends kindly, with whom to talk to; nothing is signed", async (answer, words) => {
    const { satchel } = await show();
    choose("radio", answer);
    await next();
    expect(text()).toContain(words);
    expect(text()).toContain("avec de l’aide à côté de vous");
    expect(satchel.calls("startMandate")).toEqual([]);
    expect(await axeProblems()).toEqual([]);
    press("Changer ma réponse");
    await settled();
    expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("sous protection");
  });

  test("a birth date that says under 18 ends it too, whatever was answered", async () => {
    await show({ birthdate: "2009-03-01" });
    choose("radio", /^Non/);
    await next();
    expect(text()).toContain("vos parents ou votre tuteur");
  });

  test("question by question, what is missing is said; then the whole text, signed by hand or by name", async () => {
    const { satchel, went } = await show();
    await next();
    expect(text()).toContain("Choisissez une réponse.");
    expect(await axeProblems()).toEqual([]);
    choose("radio", /^Non/);
    await next();
    expect(screen.getByRole<HTMLInputElement>("radio", { name: /CCAS de Brévigny/ }).checked).toBe(true);
    await next();
    await next();
    expect(text()).toContain("Choisissez un domaine au moins.");
    expect(screen.getAllByRole("checkbox")).toHaveLength(10);
    choose("checkbox", /^Logement/);
    expect(await axeProblems()).toEqual([]);
    await next();
    await next();
    expect(text()).toContain("Choisissez une action au moins.");
    expect(text()).toContain("Écrivez une phrase, même courte.");
    choose("checkbox", /Remplir des demandes/);
    type(/en une phrase/, "Demander l’aide au logement.");
    expect(await axeProblems()).toEqual([]);
    await next();
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Un mois" }).checked).toBe(true);
    choose("radio", /Un jour/);
    expect(text()).toContain("il n’y a pas de rappel");
    choose("radio", /Six mois/);
    await next();
    const said = text();
    expect(said).toContain("Moi, Camille Morel, je donne mandat à CCAS de Brévigny.");
    expect(said).toContain("articles 1984 et suivants du code civil");
    expect(said).toContain("Ce mandat vaut pour ces domaines : Logement.");
    expect(said).toContain("Pourquoi : Demander l’aide au logement.");
    expect(said).toContain("Je déclare n’être sous aucune mesure de protection");
    expect(said).toContain("Ce n’est pas un mandat Aidants Connect.");
    expect(await axeProblems()).toEqual([]);
    press("Signer et donner ce mandat");
    await settled();
    expect(text()).toContain("Signez dans le cadre, ou tapez votre nom.");
    expect(satchel.calls("startMandate")).toEqual([]);
    type(/tapez votre nom/, "Camille Morel");
    press("Signer et donner ce mandat");
    await settled();
    const [input] = satchel.calls("startMandate")[0] as [Parameters<typeof satchel.api.startMandate>[0]];
    expect(input).toMatchObject({
      organisation: desk.slug,
      domains: ["housing"],
      acts: ["fill"],
      days: 182,
      until: shareEnd(182, FAKE_NOW),
      language: "fr",
      replaces: null,
      signature: { ink: null, name: "Camille Morel" },
    });
    expect(input.text.shown).toBeNull();
    expect(input.text.fr.split("\n\n").length).toBeGreaterThan(10);
    expect(went.at(-1)).toMatch(/^\/mandats\/.{22}$/);
  });

  test("in another language: both texts stand there, line by line, and which one binds is said", async () => {
    await setLanguage("en");
    const { satchel } = await show();
    choose("radio", /^No,/);
    for (const step of [
      () => undefined,
      () => undefined,
      () => choose("checkbox", /^Housing/),
      () => {
        choose("checkbox", /Fill in/);
        type(/one sentence/, "Ask for housing benefit");
      },
      () => undefined,
    ]) {
      step();
      press("Continue");
      await settled();
    }
    expect(text()).toContain("The French text is the one that counts.");
    expect(text()).toContain("I, Camille Morel, give a mandate to CCAS de Brévigny.");
    expect(text()).toContain("Moi, Camille Morel, je donne mandat à CCAS de Brévigny.");
    type(/type your name/, "Camille Morel");
    press("Sign and give this mandate");
    await settled();
    const [input] = satchel.calls("startMandate")[0] as [Parameters<typeof satchel.api.startMandate>[0]];
    expect(input.text.shown?.language).toBe("en");
    expect(input.text.shown?.text.split("\n\n").length).toBe(input.text.fr.split("\n\n").length);
  });

  test("renewed: what was answered stands there, the old one is named; a refusal is said and nothing is lost", async () => {
    const before = view();
    const { satchel } = await show({}, { mandate: before.id }, [before]);
    choose("radio", /^Non/);
    for (let n = 0; n < 5; n += 1) await next();
    type(/tapez votre nom/, "Camille Morel");
    satchel.refuse("startMandate", { type: "changed-key" });
    press("Signer et donner ce mandat");
    await settled();
    expect(text()).toContain("Cet organisme n’est plus le même qu’avant.");
    satchel.heal("startMandate");
    press("Signer et donner ce mandat");
    await settled();
    const [input] = satchel.calls("startMandate").at(-1) as [Parameters<typeof satchel.api.startMandate>[0]];
    expect(input).toMatchObject({
      replaces: before.id,
      domains: ["housing", "money"],
      acts: ["fill", "send"],
      days: 31,
    });
  });

  test("loading, failed: said", async () => {
    const satchel = createFakeSatchel();
    satchel.fail("profile", { type: "locked" });
    await showScreen(<NewScreen params={{}} />, { satchel, areas });
    await settled();
    expect(screen.queryByRole("radio")).toBeNull();
  });
});

describe("one mandate", () => {
  const show = async (mandate: ReturnType<typeof view>, now = FAKE_NOW) => {
    const satchel = createFakeSatchel({ mandates: [mandate] });
    const shown = await showScreen(<MandateScreen params={{ mandate: mandate.id }} />, { satchel, areas, now });
    await settled();
    return { satchel, ...shown };
  };
  const said = (patch = {}) => ({
    domain: "money" as const,
    what: "Appel à la CAF",
    helper: "Nadia Petit",
    at: FAKE_NOW + 3_600_000,
    heardAt: FAKE_NOW + 3_600_000,
    ...patch,
  });

  test("who did what and when; what lies outside is said with what to do", async () => {
    const deeds = { [fakeId<LetterId>()]: said(), [fakeId<LetterId>()]: said({ at: FAKE_NOW + 40 * 86_400_000 }) };
    await show(view({ deeds }, "opened"));
    expect(text()).toContain("Appel à la CAF");
    expect(text()).toContain("Nadia Petit, CCAS de Brévigny");
    expect(text()).toContain("Cette date est après la fin du mandat. Demandez pourquoi.");
    expect(await axeProblems()).toEqual([]);
  });

  test("one domain ends in one tap; the last one only with the whole", async () => {
    const mandate = view({}, "opened");
    const { satchel } = await show(mandate);
    press("Arrêter le domaine Argent et impôts");
    await settled();
    expect(satchel.calls("endMandate")).toEqual([[{ id: mandate.id, domain: "money" }]]);
    expect(text()).toContain("Arrêt demandé");
    expect(screen.queryByRole("button", { name: /Arrêter le domaine/ })).toBeNull();
  });

  test("the whole ends in one tap and a yes; refused: said", async () => {
    const mandate = view({}, "opened");
    const { satchel, said: told } = await show(mandate);
    const both = async (): Promise<void> => {
      press("Arrêter tout le mandat");
      fireEvent.click(
        screen.getAllByRole("button", { name: "Arrêter tout le mandat", hidden: true }).at(-1) as HTMLElement,
      );
      await settled();
    };
    satchel.fail("endMandate", { type: "full" });
    await both();
    expect(text()).toContain("Le mandat n’a pas pu être arrêté.");
    satchel.heal("endMandate");
    await both();
    expect(told.map((one) => one.text)).toEqual(["Ce mandat est arrêté sur ce téléphone."]);
    expect(text()).toContain("L’organisme le saura au prochain réseau.");
  });

  test("near its end: said, with the way to renew it", async () => {
    await show(view({}, "opened"), FAKE_NOW + 25 * 86_400_000);
    expect(text()).toContain("Ce mandat se termine bientôt.");
    expect(screen.getByRole("link", { name: "Renouveler ce mandat" }).getAttribute("href")).toMatch(/\/suite$/);
  });

  test("its sheet: the signed words, the fingerprint; other words than those that were signed are said", async () => {
    const mandate = view();
    await showScreen(<SheetScreen params={{ mandate: mandate.id }} />, {
      satchel: createFakeSatchel({ mandates: [mandate] }),
      areas,
    });
    await settled();
    await settled();
    expect(text()).toContain("Je, Camille Morel, donne mandat à CCAS de Brévigny.");
    expect(text()).toContain("47DE Qpj8");
    expect(text()).toContain("Ce texte n’est plus celui qui a été signé.");
    expect(await axeProblems()).toEqual([]);
  });
});
