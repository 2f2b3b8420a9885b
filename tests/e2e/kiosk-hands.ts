/**
 * Hands for a shared computer's screens, where the address never moves: what is shown is known by its heading alone. Runs in
 * Node; the rest is `Person` (tests/support/person.ts), which reads addresses.
 */
import type { Locator } from "playwright-core";
import { loadProcedure, type ProcedureId } from "../../src/forms/catalogue/index.ts";
import type { Form } from "../../src/forms/model.ts";
import { plain } from "../support/words.ts";
import type { Phone } from "./stage.ts";

export interface KioskHands {
  readonly press: (key: string) => Promise<void>;
  /** Card and code on `/revenir`, from its first screen to the open satchel; the same on a phone. */
  readonly comeBack: (groups: readonly string[], code: string) => Promise<void>;
  /** From anywhere in a session to the first question of a new dossier. */
  readonly startProcedure: (procedure: ProcedureId) => Promise<void>;
  /** From anywhere in a session to the draft of a kind that is there. */
  readonly resumeDossier: (procedure: ProcedureId) => Promise<void>;
  /** Texts by field id and the title of a paper to join, question after question, until the list of answers is shown. */
  readonly fillIn: (answers: Readonly<Record<string, string>>, paper?: string) => Promise<void>;
  /** On a draft: on to the list of answers, "Changer" at a question, then texts by field id; nothing is pressed afterwards. */
  readonly change: (page: string, answers: Readonly<Record<string, string>>) => Promise<void>;
  /** On the list of answers: signs the dossier. */
  readonly send: () => Promise<void>;
  readonly typeCode: (code: string) => Promise<void>;
}

export function kioskHands({ browser: { page }, person }: Phone): KioskHands {
  const w = person.words();
  const either = (key: string): Locator =>
    page.getByRole("button", { name: w.within(key) }).or(page.getByRole("link", { name: w.within(key) }));
  const press = (key: string): Promise<void> => either(key).first().click();
  const typeCode = async (code: string): Promise<void> => {
    for (const digit of code) await page.getByRole("button", { name: digit, exact: true }).click();
  };
  let form: Form | undefined;

  /** The page of the form that is asked now; undefined: the list of answers. */
  async function asked(): Promise<Form["pages"][number] | undefined> {
    const titles = [w.matcher("dossiers.check.title"), ...(form?.pages ?? []).map(titleOf)];
    const any = new RegExp(titles.map(({ source }) => source).join("|"));
    await page.getByRole("heading", { level: 1, name: any }).waitFor({ state: "attached" });
    const shown = plain(await page.getByRole("heading", { level: 1 }).first().innerText());
    return form?.pages.find((each) => titleOf(each).test(shown));
  }
  async function write(here: Form["pages"][number], answers: Readonly<Record<string, string>>): Promise<void> {
    for (const field of form?.fields.filter(({ id }) => here.fields.includes(id)) ?? []) {
      const text = answers[field.id];
      if (text === undefined) continue;
      const label = w.text(`form-${form?.id}.${field.id}.label`);
      await page.locator("main").getByRole("textbox", { name: label, exact: true }).fill(text);
    }
  }
  const titleOf = ({ id }: Form["pages"][number]): RegExp => w.matcher(`form-${form?.id}.pages.${id}.title`);
  const dossiersOf = async (region: string, procedure: ProcedureId): Promise<void> => {
    await person.goto("dossiers");
    form = await loadProcedure(procedure);
    await page
      .getByRole("region", { name: w.matcher(region) })
      .getByRole("link", { name: w.within(`form-${procedure}.title`) })
      .first()
      .click();
  };

  async function fillIn(answers: Readonly<Record<string, string>>, paper?: string): Promise<void> {
    for (;;) {
      const here = await asked();
      if (here === undefined) return;
      await write(here, answers);
      if (here.requirement !== undefined && paper !== undefined) {
        const picks = page.getByRole("region", { name: w.matcher("dossiers.papers.inSatchel") });
        await picks.getByRole("checkbox", { name: paper }).first().check();
        await person.kept();
      }
      await press("common.action.continue");
      await page.getByRole("heading", { level: 1, name: titleOf(here) }).waitFor({ state: "detached" });
    }
  }

  return {
    press,
    typeCode,
    async comeBack(groups, code) {
      await person.sees("retour.card.title");
      await page.getByLabel(w.matcher("common.card.group", { n: 1, total: 10 })).fill(groups.join(" "));
      await press("retour.card.next");
      await person.sees("retour.code.title");
      await typeCode(code);
      await person.sees("retour.arrived.title");
      await press("retour.arrived.home");
      await page.getByRole("navigation", { name: w.matcher("common.nav.label") }).waitFor();
    },
    async startProcedure(procedure) {
      await dossiersOf("dossiers.list.begin", procedure);
      await person.sees(`form-${procedure}.title`);
      await either("dossiers.start.begin").or(either("dossiers.start.another")).first().click();
      await asked();
    },
    async resumeDossier(procedure) {
      await dossiersOf("dossiers.list.mine", procedure);
      await either("dossiers.draft.resume").or(either("dossiers.draft.check")).first().click();
      await asked();
    },
    fillIn,
    async change(id, answers) {
      await fillIn({});
      const here = form?.pages.find((each) => each.id === id);
      if (here === undefined) throw new Error(`no page ${id}`);
      await page.locator(`main a[href*="/question/${id}"]`).first().click();
      await person.sees(`form-${form?.id}.pages.${id}.title`);
      await write(here, answers);
    },
    async send() {
      await person.sees("dossiers.check.title");
      await page.getByRole("button", { name: w.within("dossiers.check.send") }).click();
      await page.locator("main ol.thread").first().waitFor();
    },
  };
}
