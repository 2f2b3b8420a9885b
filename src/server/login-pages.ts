/**
 * The few pages that a browser meets between here and another site: no script, no style of their own but one file, words in
 * the language that the app was shown in. Runs in Node.
 */

import ar from "../../locales/ar/connexion.json" with { type: "json" };
import en from "../../locales/en/connexion.json" with { type: "json" };
import fr from "../../locales/fr/connexion.json" with { type: "json" };
import { type LoginLanguage, type LoginRefusal, type LoginWhat, loginPages } from "../protocol/login.ts";

const catalogues = { fr, en, ar } as const;

export const loginStylePath = "/connexion/page.css";
/** Colours and type as in the app's first style sheet; both colour schemes. */
export const loginStyle = `:root{color-scheme:light dark;--page:#f6f1e7;--ink:#23201b;--flap:#6b4a2f}
@media (prefers-color-scheme:dark){:root{--page:#1d1a16;--ink:#efe8da;--flap:#d9a877}}
body{margin:0;background:var(--page);color:var(--ink);font:1.125rem/1.55 system-ui,sans-serif}
main{max-inline-size:34rem;margin-inline:auto;padding:2rem 1rem;border-block-start:.5rem solid var(--flap)}
a{color:inherit;display:inline-block;padding-block:.75rem}
h1{font-size:1.5rem;line-height:1.25;margin-block:0 1rem}
`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);

export type LoginPage =
  | { readonly type: "done"; readonly name: string }
  | { readonly type: "refused"; readonly why: LoginRefusal; readonly site: string }
  | { readonly type: "out" };

/** An account that is not the right one: the other site would offer it again for hours. */
const otherAccount: readonly LoginRefusal[] = ["other-siret", "other-person"];

function wordsOf(what: LoginWhat, page: LoginPage, language: LoginLanguage): readonly [string, readonly string[]] {
  const words = catalogues[language];
  const back = words.back[what];
  if (page.type === "done") {
    const [title, text] =
      what === "guichet" ? [words.done.title, words.done.text] : [words.heard.title, words.heard.text];
    return [title, [...(page.name === "" ? [] : [page.name]), text, back]];
  }
  if (page.type === "out") return [words.out.title, [words.out.text, back]];
  return [words.refused.title, [words.refused.why[page.why].replaceAll("{{site}}", page.site), back]];
}

/** A whole page. A name that the other site said is shown as text. */
export function loginPage(what: LoginWhat, page: LoginPage, language: LoginLanguage): string {
  const [title, texts] = wordsOf(what, page, language);
  const paragraphs = texts.map((text) => `<p><bdi>${escaped(text)}</bdi></p>`).join("");
  const link =
    page.type === "refused" && otherAccount.includes(page.why)
      ? `<p><a href="${loginPages.out(what)}">${escaped(catalogues[language].refused.out)}</a></p>`
      : "";
  return `<!doctype html><html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${escaped(title)} - Besace</title><link rel="stylesheet" href="${loginStylePath}"></head><body><main><h1>${escaped(title)}</h1>${paragraphs}${link}</main></body></html>`;
}
