/**
 * The keys of a form's words: which must be there, and which may be. Pure. Shared by the test of the catalogue, the reader of
 * forms from outside, and the tool for authors.
 */

import type { Field, Form, Words } from "./model.ts";

/** Groups of the form's words: a field of that name would hide them. */
export const wordGroups: readonly string[] = [
  "title",
  "intro",
  "whoCanAsk",
  "need",
  "afterwards",
  "human",
  "sections",
  "pages",
  "requirements",
  "declaration",
];

/** Groups that came later; a form has them only where it says so. */
const laterGroups: readonly string[] = ["humans", "remedies", "portal"];

export const reservedIds: readonly string[] = [...wordGroups, ...laterGroups];

function keysOfField(field: Field): readonly string[] {
  const { id } = field;
  const of = (...parts: readonly string[]): readonly string[] => parts.map((part) => `${id}.${part}`);
  if (field.type === "info") return of("label", "hint");
  const choices =
    field.type === "choice" || field.type === "choices"
      ? field.choices.map((choice) => choice.id)
      : field.type === "linked"
        ? field.choices.flatMap((choice) => [choice.id, ...choice.choices.map((second) => second.id)])
        : [];
  return [
    ...of("label", "hint", "why"),
    ...choices.map((choice) => `${id}.choices.${choice}`),
    ...("other" in field && field.other === true ? of("other") : []),
    ...("unit" in field && field.unit === "own" ? of("unit") : []),
    ...(field.type === "signature" ? of("declaration") : []),
    ...new Set((field.constraints ?? []).map(({ message }) => `${id}.problems.${message}`)),
    ...(field.type === "repeat" ? field.fields.flatMap(keysOfField) : []),
  ];
}

/** Every key that a screen may ask for; the catalogue has them all, and no other. */
export const wordKeys = (form: Form): readonly string[] => [
  ...wordGroups.filter((group) => !["sections", "pages", "requirements"].includes(group)),
  ...new Set(form.pages.map((page) => `sections.${page.section}`)),
  ...form.pages.map((page) => `pages.${page.id}.title`),
  ...form.fields.flatMap(keysOfField),
  ...form.requirements.flatMap(({ id, alternatives }) => [
    ...["label", "hint", "why", "missing"].map((part) => `requirements.${id}.${part}`),
    ...(alternatives ?? []).map((each) => `requirements.${id}.alternatives.${each.id}`),
  ]),
  ...(form.humans ?? []).flatMap(({ id }) => ["label", "hours", "hint"].map((part) => `humans.${id}.${part}`)),
  ...(form.remedies ?? []).flatMap(({ id }) => ["label", "hint"].map((part) => `remedies.${id}.${part}`)),
];

/** Without these nobody could answer: labels, choices, titles. What only explains may be left out by an author. */
export const neededKeys = (form: Form): readonly string[] =>
  wordKeys(form).filter(
    (key) =>
      key === "title" ||
      /^(sections\.[^.]+|pages\.[^.]+\.title)$/.test(key) ||
      (/\.(label|other|unit|declaration)$/.test(key) && !key.startsWith("remedies.")) ||
      /\.(choices|problems|alternatives)\.[^.]+$/.test(key),
  );

/** The text of a key, undefined where there is none. */
export function wordAt(words: Words | undefined, key: string): string | undefined {
  let at: string | Words | undefined = words;
  for (const part of key.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = at[part];
  }
  return typeof at === "string" ? at : undefined;
}

/** Every key that has a text, dotted. */
export function keysIn(words: Words, before = ""): readonly string[] {
  return Object.entries(words).flatMap(([name, inner]) =>
    typeof inner === "string" ? [before + name] : keysIn(inner, `${before}${name}.`),
  );
}
