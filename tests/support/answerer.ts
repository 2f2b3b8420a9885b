/**
 * Answers any form from its definition, for tests that go through whole procedures: what is done at each field, what the
 * engine must then hold, and the walk from question to question. Pure; Node.
 *
 * Surprising fact: an answer is chosen by what it opens. Of the choices of a field the one that makes most questions visible
 * is taken, or, with another taste, one that the other walk did not take: two walks see nearly every question of a form.
 */
import { answerKey, nextStep, problemsOf, type RowView, type Step, viewForm } from "../../src/forms/engine.ts";
import type { AnswerValue, Field, Form, FormatName, FormState } from "../../src/forms/model.ts";
import { countriesIn } from "../../src/forms/places/countries.ts";
import { departements, regions } from "../../src/forms/places/divisions.ts";
import type { Language } from "./words.ts";

/** What hands do. */
export type Deed =
  /** In the one box of the field. */
  | { readonly do: "type"; readonly text: string }
  | { readonly do: "date"; readonly day: string; readonly month: string; readonly year: string }
  | {
      readonly do: "moment";
      readonly day: string;
      readonly month: string;
      readonly year: string;
      readonly time: string;
    }
  /** By value: an id, "?yes", "?no", "?unknown". */
  | { readonly do: "pick"; readonly value: string }
  | { readonly do: "tick"; readonly values: readonly string[] }
  | { readonly do: "pair"; readonly first: string; readonly second: string | null }
  | { readonly do: "box" }
  /** Typed, then the one with this code is chosen from the list below. */
  | { readonly do: "find"; readonly text: string; readonly code: string }
  | { readonly do: "address"; readonly street: string; readonly postal: string; readonly city: string }
  | { readonly do: "sign"; readonly name: string }
  /** The box "Je ne sais pas" of a field that is typed, or "Je ne l’ai pas" of a paper. */
  | { readonly do: "unknown" };

export interface Said {
  readonly deed: Deed;
  readonly answer: AnswerValue;
}

/** An answer as the engine must hold it; a signature's moment and words are not known before. */
export type Typing = Exclude<Field, { readonly type: "repeat" | "info" | "calc" }>;

export interface Taste {
  readonly language: Language;
  /** "YYYY-MM-DD". */
  readonly today: string;
  /** Answers of another walk, by field: a choice that was made there is made again only where there is no other. */
  readonly avoid?: Readonly<Record<string, AnswerValue>>;
  /** Each n-th field that allows it is answered "Je ne sais pas". */
  readonly unknownEach: number;
}

/** What people type, short; each answer carries its own number. */
const TYPED = {
  fr: { text: "Réponse é", long: "L’été, « oui » : n° ", street: "rue d’Œuf", city: "Alès", name: "Zoé Quéffélec" },
  en: { text: "Answer o'", long: "It’s; call n° ", street: "High St", city: "Leeds", name: "Siobhán O'Brien" },
  ar: { text: "جواب ", long: "أسكن عند أختي، رقم ", street: "شارع الحرية", city: "وهران", name: "فاطمة بن علي" },
} as const satisfies Record<Language, unknown>;

const two = (n: number): string => String(n % 100).padStart(2, "0");

/** A code of that shape with a right key, different for each n. */
function codeOf(format: FormatName, n: number): string {
  const digits = (length: number): string => String(10 ** (length - 1) + n).slice(0, length);
  switch (format) {
    case "nir": {
      const body = `28405780060${two(n)}`;
      return body + String(97 - (Number(body) % 97)).padStart(2, "0");
    }
    case "caf":
      return `${digits(7)}A`;
    case "tax-number":
      return digits(10) + String(Number(digits(10)) % 511).padStart(3, "0");
    case "tax-reference":
      return `AB${digits(11)}`;
    case "identity-card":
      return digits(12);
    case "passport":
      return `${two(n)}AB12345`;
    case "foreigner":
      return digits(10);
    case "delivery-point":
      return digits(14);
    case "siren":
      return "732829320";
    case "rna":
      return `W${digits(9)}`;
    case "postal-code":
      return "30100";
    case "year":
      return String(1950 + (n % 70));
  }
}

const typed = (text: string, answer: AnswerValue = { v: "text", text }): Said => ({
  deed: { do: "type", text },
  answer,
});
const dated = (date: string): Said => {
  const [year = "", month = "", day = ""] = date.split("-");
  // As people write them: "3", not "03".
  const [shortDay, shortMonth] = [day, month].map((part) => part.replace(/^0/, ""));
  return { deed: { do: "date", day: shortDay ?? "", month: shortMonth ?? "", year }, answer: { v: "date", date } };
};
const chosen = (id: string): Said => ({ deed: { do: "pick", value: id }, answer: { v: "choice", id } });

/** Ways to answer a field, liked best first. More than one where an answer may open other questions. */
function waysOf(field: Typing, n: number, { language }: Taste): readonly Said[] {
  const words = TYPED[language];
  switch (field.type) {
    case "text":
      return [typed(`${words.text}${n}`)];
    case "longText":
      return [typed(`${words.long}${n}.`)];
    case "phone":
      return [typed(`06 12 34 56 ${two(n)}`, { v: "text", text: `06123456${two(n)}` })];
    case "email":
      return [typed(`zoe${n}@exemple.fr`)];
    case "integer":
    case "decimal": {
      const { min = 0, max = 1_000_000 } = field;
      const whole = [100 + n, 2 + (n % 5), min, max].find((each) => each >= min && each <= max) ?? min;
      const part = field.type === "decimal" && (field.decimals ?? 2) > 0 && whole < max ? ".5" : "";
      const number = `${whole}${part}`;
      return [typed(number.replace(".", ","), { v: "number", number })];
    }
    case "formatted": {
      const code =
        field.format === undefined
          ? [...(field.masks[0] ?? "")].map((slot) => ({ A: "A", "9": "1", X: "X" })[slot] ?? slot).join("")
          : codeOf(field.format, n);
      return [typed(code)];
    }
    case "iban":
      return [typed("FR7630006000011234567890189")];
    case "siret":
      return [typed("73282932000074")];
    case "civility":
      return ["madame", "monsieur"].map(chosen);
    case "choice":
      return field.choices.map(({ id }) => chosen(id));
    case "choices": {
      const ids = field.choices.map(({ id }) => id).filter((id) => id !== field.none);
      const ways = [ids, ids.slice(0, 2), ...ids.map((id) => [id])];
      return ways.map((each) => ({ deed: { do: "tick", values: each }, answer: { v: "choices", ids: each } }));
    }
    case "linked":
      return field.choices.map(({ id: first, choices }) => {
        const second = choices[0]?.id ?? null;
        return { deed: { do: "pair", first, second }, answer: { v: "pair", first, second } };
      });
    case "date": {
      const years = field.future === true ? [2027, 2031] : [1961, 1990, 2008, 2023, 2026];
      const days = years.map((year) => `${year}-03-${two(10 + (n % 15))}`);
      return [...days, ...(field.partial ? [`${1950 + (n % 40)}`] : [])].map(dated);
    }
    case "datetime": {
      const deed = { do: "moment", day: "14", month: "3", year: "2027", time: "14:30" } as const;
      return [{ deed, answer: { v: "datetime", at: "2027-03-14T14:30" } }];
    }
    case "yesno":
      return [true, false].map((yes) => ({
        deed: { do: "pick", value: yes ? "?yes" : "?no" },
        answer: { v: "yesno", yes },
      }));
    case "checkbox":
      return [{ deed: { do: "box" }, answer: { v: "yesno", yes: true } }];
    case "commune":
      return [typed(`${words.city} ${n}`, { v: "place", code: null, name: `${words.city} ${n}` })];
    case "country": {
      const { insee: code, name } = countriesIn(language).find(({ iso }) => iso === "BE") ?? { insee: "", name: "" };
      return [{ deed: { do: "find", text: name, code }, answer: { v: "place", code, name } }];
    }
    case "departement":
    case "region": {
      const { code, name } = (field.type === "region" ? regions : departements)[n % 10] ?? { code: "", name: "" };
      return [{ deed: { do: "find", text: name, code }, answer: { v: "place", code, name } }];
    }
    case "address": {
      const parts = { street: `${n} ${words.street}`, postal: "30100", city: words.city };
      return [
        { deed: { do: "address", ...parts }, answer: { v: "address", ...parts, more: "", code: null, country: "" } },
      ];
    }
    case "signature":
      return [
        {
          deed: { do: "sign", name: words.name },
          answer: { v: "signature", ink: null, name: words.name, text: "", language, at: 0 },
        },
      ];
  }
}

const CHOSEN: ReadonlySet<Field["type"]> = new Set(["choice", "choices", "yesno", "civility", "linked"]);

const unknownOf = (field: Typing): Said => ({
  deed: CHOSEN.has(field.type)
    ? field.type === "choices"
      ? { do: "tick", values: ["?unknown"] }
      : { do: "pick", value: "?unknown" }
    : { do: "unknown" },
  answer: { v: "unknown" },
});

/** Where an answer goes: a field of the form, or of a row. */
export interface Place {
  readonly field: Typing;
  readonly key: string;
}

/** Questions, papers and calculations that are visible. */
function opened(form: Form, state: FormState, today: string): number {
  const { steps, rows, requirements } = viewForm(form, state, { today });
  const inRows = [...rows.values()].flat().reduce((sum, row) => sum + row.fields.length, 0);
  const asked = steps.reduce((sum, step) => sum + (step.kind === "question" ? step.fields.length : 1), 0);
  return asked + inRows + requirements.length;
}

const same = (a: AnswerValue | undefined, b: AnswerValue): boolean => JSON.stringify(a) === JSON.stringify(b);

export const answered = (state: FormState, key: string, answer: AnswerValue): FormState => ({
  ...state,
  answers: { ...state.answers, [key]: answer },
});

/** What is said at a place; `n` counts answers. Never one that the form would ask to mend, where there is another. */
export function sayAt(form: Form, state: FormState, { field, key }: Place, n: number, taste: Taste): Said {
  const { today, avoid = {}, unknownEach } = taste;
  const judged = waysOf(field, n, taste).map((said) => {
    const next = answered(state, key, said.answer);
    const view = viewForm(form, next, { today });
    const wrong = view.steps.some((step) =>
      problemsOf(view, step.id, today).some((p) => p.key === key && p.code !== "missing"),
    );
    const again = same(avoid[field.id], said.answer);
    return { said, worth: (wrong ? -1000 : 0) + (again ? -100 : 0) + opened(form, next, today) };
  });
  const best = judged.reduce((a, b) => (b.worth > a.worth ? b : a)).said;
  const isPlain = judged.every(({ worth }) => worth === judged[0]?.worth);
  return field.unknown && isPlain && n % unknownEach === unknownEach - 1 ? unknownOf(field) : best;
}

export const blankState: FormState = { answers: {}, rows: {}, attached: {}, notForeseen: "" };

/** Rows that are written into each repeat, as far as it takes them. */
export const ROWS = 2;

const isTyping = (field: Field): field is Typing =>
  field.type !== "repeat" && field.type !== "info" && field.type !== "calc";

/** The next place of a question, or of a row, that has no answer yet; answers may open and close others beside them. */
export function nextPlace(
  fields: readonly Field[],
  state: FormState,
  at?: { readonly repeat: string; readonly row: string },
): Place | undefined {
  for (const field of fields) {
    const key = answerKey(field.id, at);
    if (isTyping(field) && state.answers[key] === undefined) return { field, key };
  }
  return undefined;
}

/** Fields of a question as they are visible now. */
export function fieldsOf(form: Form, state: FormState, step: string, today: string): readonly Field[] {
  const found = viewForm(form, state, { today }).steps.find((each) => each.id === step);
  return found?.kind === "question" ? found.fields : [];
}

export function rowOf(form: Form, state: FormState, repeat: string, row: string, today: string): RowView | undefined {
  return viewForm(form, state, { today })
    .rows.get(repeat)
    ?.find((each) => each.row === row);
}

export const withRow = (state: FormState, repeat: string, row: string): FormState => ({
  ...state,
  rows: { ...state.rows, [row]: { repeat, position: Object.keys(state.rows).length + 1, removed: false } },
});

/** The whole walk without any screen: its end, and the steps in their order. */
export function walk(form: Form, taste: Taste): { readonly state: FormState; readonly steps: readonly Step[] } {
  let state = blankState;
  let n = 0;
  const { today } = taste;
  function fill(fields: () => readonly Field[], at?: { readonly repeat: string; readonly row: string }): void {
    for (;;) {
      const place = nextPlace(fields(), state, at);
      if (place === undefined) return;
      state = answered(state, place.key, sayAt(form, state, place, n, taste).answer);
      n += 1;
    }
  }
  const steps: Step[] = [];
  let step = viewForm(form, state, { today }).steps[0];
  while (step !== undefined && step.kind !== "check") {
    const { id } = step;
    steps.push(step);
    if (step.kind === "question") {
      fill(() => fieldsOf(form, state, id, today));
      for (const repeat of fieldsOf(form, state, id, today)) {
        if (repeat.type !== "repeat") continue;
        for (let i = 0; i < Math.min(ROWS, repeat.max); i += 1) {
          const row = `row${Object.keys(state.rows).length}`;
          state = withRow(state, repeat.id, row);
          fill(() => rowOf(form, state, repeat.id, row, today)?.fields ?? [], { repeat: repeat.id, row });
        }
      }
    }
    step = nextStep(viewForm(form, state, { today }), id);
  }
  return { state, steps };
}
