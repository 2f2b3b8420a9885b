/**
 * Forms that an organisation published, as procedures beside those of the catalogue. Pure, and small: lists need it.
 *
 * Surprising fact: two organisations may call a form alike, and one may call its form like one of the catalogue. So the
 * procedure's id holds who published it, and nothing that is not of that shape is ever taken for one.
 */

import type { Form, FormFile, Words } from "./model.ts";
import type { OfficialMap } from "./official/model.ts";

const pattern = /^pub-([A-Za-z0-9_-]{27})-([a-z0-9]+(?:-[a-z0-9]+)*)$/;

/** `by`: id of the organisation, `form`: the form's own name in its file. */
export const publishedProcedure = (by: string, form: string): string => `pub-${by}-${form}`;

/** Both halves of a published procedure's id; undefined for every other text. */
export function readPublishedProcedure(procedure: string): { readonly by: string; readonly form: string } | undefined {
  const [, by, form] = pattern.exec(procedure) ?? [];
  return by === undefined || form === undefined ? undefined : { by, form };
}

export const isPublishedProcedure = (procedure: string): boolean => pattern.test(procedure);

/** A published form as screens and engine take it: under its procedure's id, with its words by language. */
export interface PublishedForm {
  readonly form: Form;
  readonly words: FormFile["words"];
  readonly official?: OfficialMap;
}

/** Parts that mean something to who puts texts together: a published text is a text and nothing else. */
const plainText = (text: string): string => text.replace(/\{\{/g, "{\u2060{").replace(/\$t\(/g, "$\u2060t(");

const plainWords = (words: Words): Words =>
  Object.fromEntries(
    Object.entries(words).map(([key, inner]) => [
      key,
      typeof inner === "string" ? plainText(inner) : plainWords(inner),
    ]),
  );

/** What was read and checked (read.ts), ready to be shown and filled in. */
export const asProcedure = (procedure: string, { form, words, official }: FormFile): PublishedForm => ({
  form: { ...form, id: procedure },
  ...(official === undefined ? {} : { official: { ...official, form: procedure } }),
  words: Object.fromEntries(Object.entries(words).map(([language, inner]) => [language, plainWords(inner)])),
});
