/** Rights worth asking about, and after a decision: what is asked, what is said, what is kept (nothing), what is begun. */
import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { DecisionScreen } from "../../../src/app/features/droits/DecisionScreen.tsx";
import { RightsScreen } from "../../../src/app/features/droits/RightsScreen.tsx";
import { choiceKey, rightKey } from "../../../src/app/features/droits/words.ts";
import { t } from "../../../src/app/i18n/i18n.ts";
import { questions, rightRules } from "../../../src/forms/rights/rules.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { plain, settled } from "../papers/support.ts";

afterEach(cleanup);

const areas = ["rights", "remedies", "papers"] as const;
const text = (): string => plain(document.body.textContent);
const press = (name: RegExp | string): void => {
  fireEvent.click(screen.getByRole("button", { name }));
};
const choose = (name: string): void => {
  fireEvent.click(screen.getByRole("radio", { name }));
};
const onward = (): void => press("Continuer");

describe("rights worth asking about", () => {
  const open = async (profile = {}) => {
    const satchel = createFakeSatchel({ profile: { t: "profile", ...profile } });
    const shown = await showScreen(<RightsScreen />, { satchel, areas });
    await settled();
    return { satchel, shown };
  };

  test("every rule and answer has its words", async () => {
    await open();
    for (const { id } of rightRules)
      for (const part of ["name", "line"] as const) expect(t(rightKey(id, part))).not.toContain("rights.");
    for (const { id, choices } of questions)
      for (const choice of choices) expect(t(choiceKey(id, choice.id))).not.toContain("rights.");
  });

  test("five questions, then three kinds of answers, never an amount and never a no", async () => {
    const { satchel } = await open();
    press("Commencer");
    expect(text()).toContain("Question 1 sur 5");
    choose("Dehors, ou sans logement à moi");
    onward();
    choose("Rien de tout cela");
    onward();
    choose("Non, l’argent manque pour manger, se loger ou se soigner");
    onward();
    choose("Non, ma santé ne gêne pas ma vie");
    onward();
    press("Je préfère ne pas répondre");
    const worth = screen.getByRole("region", { name: "Cela vaut la peine de demander" });
    expect(
      within(worth)
        .getAllByRole("heading", { level: 3 })
        .map((each) => plain(each.textContent).trim()),
    ).toEqual([
      "Une adresse au CCAS",
      "La complémentaire santé solidaire (C2S)",
      "Un logement social",
      "L’inscription à France Travail",
      "Une aide du CCAS",
    ]);
    const [first] = within(worth).getAllByRole("link", { name: "Préparer la demande" });
    expect(first?.getAttribute("href")).toBe("/demarches/domiciliation");
    const open_ = screen.getByRole("region", { name: "Vos réponses ne suffisent pas pour le dire" });
    expect(plain(open_.textContent)).toContain("Le RSA");
    const not = screen.getByRole("region", { name: /Sans doute pas. Demandez si vous avez un doute/ });
    expect(plain(not.textContent)).toContain("Un dossier MDPH");
    expect(text()).not.toMatch(/€|euros? par|vous avez droit/i);
    expect(await axeProblems()).toEqual([]);
    // What was answered went nowhere.
    for (const method of ["saveProfile", "startDossier", "saveAnswers", "changeAhead"] as const)
      expect(satchel.calls(method)).toEqual([]);
  });

  test("no answer at all: nothing is probably not", async () => {
    await open();
    press("Commencer");
    for (let asked = 0; asked < 5; asked += 1) onward();
    expect(text()).toContain("Aucune aide ne ressort de vos réponses");
    expect(screen.queryByRole("region", { name: /Sans doute pas/ })).toBeNull();
    press("Répondre autrement");
    expect(text()).toContain("Question 1 sur 5");
  });

  test("what the profile knows is not asked", async () => {
    await open({ birthdate: "1950-04-02" });
    expect(text()).toContain("Besace connaît déjà votre âge");
    press("Commencer");
    expect(text()).toContain("Question 1 sur 4");
  });

  test("a profile that cannot be read only means one more question", async () => {
    const satchel = createFakeSatchel();
    satchel.fail("profile", { type: "unavailable", mark: "P-114" });
    await showScreen(<RightsScreen />, { satchel, areas });
    await settled();
    press("Commencer");
    expect(text()).toContain("Question 1 sur 5");
  });
});

describe("after a decision", () => {
  const open = async () => {
    const satchel = createFakeSatchel();
    const shown = await showScreen(<DecisionScreen />, { satchel, areas });
    await settled();
    return { satchel, shown };
  };
  const type = (which: "received" | "written" | "asked", day: string, month: string, year: string): void => {
    for (const [part, value] of Object.entries({ day, month, year }))
      fireEvent.input(document.getElementById(`${which}-${part}`) as HTMLInputElement, { target: { value } });
  };

  test("says the last day, how many are left, and begins the letter with what was said", async () => {
    const { satchel, shown } = await open();
    fireEvent.click(screen.getByRole("radio", { name: /Une décision sur le RSA/ }));
    onward();
    type("received", "6", "novembre", "2026");
    onward();
    expect(text()).toContain("Dernier jour : 6 janvier 2027");
    expect(text()).toContain("Il reste 46 jours.");
    expect(text()).toContain("Écrire au président du conseil départemental");
    expect(await axeProblems()).toEqual([]);
    press("Préparer la lettre");
    await settled();
    const [saved] = satchel.calls("saveAnswers");
    expect(saved?.[1]).toMatchObject({
      answers: { decision_by: { v: "choice", id: "department" }, received_date: { v: "date", date: "2026-11-06" } },
    });
    expect(shown.went.at(-1)).toMatch(/^\/dossiers\//);
  });

  test("F4 a letter that could not be filled is filled at the next try: one draft, not two", async () => {
    const { satchel, shown } = await open();
    fireEvent.click(screen.getByRole("radio", { name: /Une décision sur le RSA/ }));
    onward();
    type("received", "6", "novembre", "2026");
    onward();
    satchel.fail("saveAnswers", { type: "full" });
    press("Préparer la lettre");
    await settled();
    satchel.heal("saveAnswers");
    press("Essayer encore");
    await settled();
    expect(satchel.data.dossiers.length).toBe(1);
    expect(satchel.data.dossiers[0]?.record.answers.decision_by).toEqual({ v: "choice", id: "department" });
    expect(shown.went.at(-1)).toBe(`/dossiers/${satchel.data.dossiers[0]?.id}`);
  });

  test("a date that cannot be read is said on Continuer; no date at all is an answer", async () => {
    await open();
    fireEvent.click(screen.getByRole("radio", { name: /^La MDPH/ }));
    onward();
    type("received", "31", "2", "2026");
    onward();
    expect(screen.getByRole("alert").textContent).toContain("Écrivez un jour, un mois et une année.");
    type("received", "", "", "");
    onward();
    expect(text()).toContain("Sans date, Besace ne peut pas compter.");
    expect(text()).toContain("Sans réponse 4 mois après le dépôt du dossier complet, c’est un refus.");
  });

  test("counts silence where a source says what it means: a refusal can be challenged, a yes cannot", async () => {
    const { satchel } = await open();
    fireEvent.click(screen.getByRole("radio", { name: /^La MDPH/ }));
    onward();
    type("asked", "1", "7", "2026");
    onward();
    expect(text()).toContain("Sans réponse, c’est un refus depuis le 1er novembre 2026.");
    expect(text()).toContain("Dernier jour : 1er janvier 2027");
    press("Préparer la lettre");
    await settled();
    expect(satchel.calls("saveAnswers")[0]?.[1]).toMatchObject({
      answers: { decision_kind: { v: "choice", id: "no-answer" } },
    });
    press("Changer la réponse ou les dates");
    fireEvent.click(screen.getByRole("radio", { name: /pour la C2S/ }));
    onward();
    type("asked", "1", "9", "2026");
    onward();
    expect(text()).toContain("Sans réponse, c’est oui depuis le 2 novembre 2026.");
    expect(screen.queryByRole("button", { name: "Préparer la lettre" })).toBeNull();
  });

  test("where the time limit depends on the letter, no day is made up", async () => {
    await open();
    fireEvent.click(screen.getByRole("radio", { name: /^La préfecture/ }));
    onward();
    type("received", "6", "11", "2026");
    onward();
    expect(text()).toContain("Il peut être de quelques jours.");
    expect(text()).not.toContain("Dernier jour");
    expect(text()).toContain("Un point-justice");
  });

  test("a failure to begin is said with its mark, and can be tried again", async () => {
    const satchel = createFakeSatchel();
    satchel.fail("startDossier", { type: "full" });
    await showScreen(<DecisionScreen />, { satchel, areas });
    await settled();
    onward();
    onward();
    press("Préparer la lettre");
    await settled();
    expect(text()).toContain("P-201");
  });
});
