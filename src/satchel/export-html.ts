/**
 * The readable index of "Tout emporter": one page without scripts, in the person's language, that opens from a USB stick.
 * Pure.
 *
 * Surprising: every word of it comes from a person or a catalogue, so everything is escaped, and the page forbids itself
 * to run or to fetch anything.
 */

import type { ExportIndex } from "./export-index.ts";
import type { ExportWords, Fact } from "./export-words.ts";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);

/** A path of the archive as a link from its top. */
export const linkTo = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

const link = (path: string, text: string): string => `<a href="${escaped(linkTo(path))}">${escaped(text)}</a>`;

const list = (items: readonly string[]): string =>
  items.length === 0 ? "" : `<ul>\n${items.map((item) => `<li>${item}</li>`).join("\n")}\n</ul>`;

const factList = (facts: readonly Fact[]): string =>
  facts.length === 0
    ? ""
    : `<dl>\n${facts.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`).join("\n")}\n</dl>`;

const section = (level: 2 | 3, title: string, content: string): string =>
  content === "" ? "" : `<section>\n<h${level}>${escaped(title)}</h${level}>\n${content}\n</section>`;

const styles = `body{font:1.125rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
dt{font-weight:bold}dd{margin:0 0 .75rem;white-space:pre-wrap;overflow-wrap:anywhere}article{border-top:1px solid #8a8a8a}
.warning{border:2px solid #8a4b00;padding:.75rem 1rem}a{color:#0f4a39}
@media (prefers-color-scheme:dark){body{color:#f1f0e9;background:#161a18}a{color:#8fd3bd}.warning{border-color:#f0b46a}}`;

function paperPart(words: ExportWords, paper: ExportIndex["papers"][number]): string {
  const { sections } = words;
  const facts = words.papers[paper.id as keyof typeof words.papers]?.facts ?? [];
  const links = paper.files.map(({ path, role, page }) =>
    link(path, `${role === "original" ? sections.original : sections.page} ${page}`),
  );
  const lost =
    paper.missing.length === 0
      ? ""
      : `<p>${escaped(sections.missing)} (${escaped(sections.page)} ${paper.missing.join(", ")})</p>`;
  return `<article>\n<h3>${escaped(paper.title)}</h3>\n${factList(facts)}\n${list(links)}\n${lost}\n</article>`;
}

function dossierPart(words: ExportWords, index: ExportIndex, dossier: ExportIndex["dossiers"][number]): string {
  const { sections } = words;
  const said = words.dossiers[dossier.id as keyof typeof words.dossiers];
  const chosen = [...new Set(Object.values(dossier.attached).flat())];
  const papers = chosen.flatMap((id) => index.papers.filter((paper) => paper.id === id));
  const attached = papers.map((paper) => {
    const [first] = paper.files;
    return first === undefined ? escaped(paper.title) : link(first.path, paper.title);
  });
  const proofs = dossier.proofs.map(({ path }) => link(path, path.slice(path.lastIndexOf("/") + 1)));
  return [
    "<article>",
    `<h3>${escaped(dossier.title)}</h3>`,
    factList(said?.facts ?? []),
    list([link(dossier.answersFile, `${words.names.answers}.txt`)]),
    section(3, sections.answers, factList(said?.answers ?? [])),
    section(3, sections.attached, list(attached)),
    section(3, sections.replies, factList(said?.replies ?? [])),
    section(3, sections.proofs, `${factList(said?.proofs ?? [])}${list(proofs)}`),
    "</article>",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** The page; `index` is what index.json says. */
export function exportHtml(words: ExportWords, index: ExportIndex): string {
  const { sections } = words;
  const none = `<p>${escaped(sections.nothing)}</p>`;
  const kept = index.papers.filter((paper) => paper.status !== "binned");
  const binned = index.papers.filter((paper) => paper.status === "binned");
  const papersOf = (papers: readonly ExportIndex["papers"][number][]): string =>
    papers.map((paper) => paperPart(words, paper)).join("\n");
  const lost = index.papers.some((paper) => paper.missing.length > 0);
  return [
    "<!doctype html>",
    `<html lang="${escaped(words.language)}" dir="${words.dir}">`,
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escaped(words.title)}</title>`,
    `<style>${styles}</style>`,
    "</head>",
    "<body>",
    "<main>",
    `<h1>${escaped(words.title)}</h1>`,
    `<p>${escaped(words.made)}</p>`,
    `<p class="warning">${escaped(words.warning)}</p>`,
    lost ? `<p class="warning">${escaped(sections.missingText)}</p>` : "",
    section(2, sections.papers, kept.length === 0 ? none : papersOf(kept)),
    section(2, sections.dossiers, index.dossiers.map((each) => dossierPart(words, index, each)).join("\n") || none),
    section(2, sections.profile, factList(words.profile)),
    section(2, sections.ahead ?? "", factList(words.ahead ?? [])),
    section(2, sections.bin, papersOf(binned)),
    "</main>",
    "</body>",
    "</html>",
    "",
  ]
    .filter((line, at, all) => line !== "" || at === all.length - 1)
    .join("\n");
}
