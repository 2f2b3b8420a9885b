/** One sentence in another language than the one shown, for a person who reads it. Runs in the page. */

import { isLanguage } from "../i18n/languages.ts";
import { loadCatalogue, type Strings } from "../i18n/lazy.ts";

function textAt(strings: Strings | undefined, key: string): string | undefined {
  let here: string | Strings | undefined = strings;
  for (const part of key.split(".")) here = typeof here === "object" ? here[part] : undefined;
  return typeof here === "string" ? here : undefined;
}

/**
 * The ready sentence `key` (under "desk.ready") in `language`, with the requirement's name in that language too.
 * Null for French, for a language that Besace does not speak, and where the words are not on this computer.
 */
export async function sentenceIn(
  language: string,
  key: string,
  procedure: string,
  requirement: string | null,
): Promise<string | null> {
  if (language === "fr" || !isLanguage(language)) return null;
  const [desk, form] = await Promise.allSettled([
    loadCatalogue(language, "desk"),
    loadCatalogue(language, `form-${procedure}`),
  ]);
  if (desk.status === "rejected") return null;
  const sentence = textAt(desk.value, `ready.${key}`);
  if (sentence === undefined) return null;
  const words = form.status === "fulfilled" ? form.value : undefined;
  const named = requirement === null ? undefined : textAt(words, `requirements.${requirement}.label`);
  const paper = named ?? textAt(desk.value, "reply.otherPaper") ?? "";
  return sentence.replaceAll("{{paper}}", paper);
}
