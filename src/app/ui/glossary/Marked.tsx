/**
 * The glossary: words marked in a text, the row of words, and the explanation. A later chunk, see ../Glossed.tsx. Runs in
 * the page; needs the area "glossary".
 *
 * Surprising fact: a word is marked once a page, where it stands first, so who marks it is decided while drawing, in the
 * order in which texts are drawn.
 */
import { type ComponentChildren, Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type TermId, termIds, terms } from "../../../forms/glossary/terms.ts";
import { formatCalendarDate } from "../../i18n/format.ts";
import { language } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { Pill } from "../Button.tsx";
import type { GlossPage } from "../Glossed.tsx";
import { Icon } from "../icons/Icon.tsx";
import { type Matcher, matcherOf, type Piece } from "./match.ts";
import "./glossary.css";

/** More marks than that are noise. */
const MOST = 4;

type Say = ReturnType<typeof useT>;

let matcher: { readonly language: string; readonly match: Matcher<TermId> } | null = null;

function piecesOf(t: Say, text: string): readonly Piece<TermId>[] {
  if (matcher?.language !== language()) {
    const entries = termIds.map((id) => ({ id, forms: t(`glossary.terms.${id}.forms`).split("|") }));
    matcher = { language: language(), match: matcherOf(entries) };
  }
  return matcher.match(text);
}

/** Takes the words for `owner` that nobody has and for which there is room; lets go of those that it has no more. */
function take({ marked }: GlossPage, owner: string, wanted: readonly TermId[]): ReadonlySet<TermId> {
  for (const [term, who] of marked) if (who === owner && !wanted.includes(term as TermId)) marked.delete(term);
  for (const term of wanted) if (!marked.has(term) && marked.size < MOST) marked.set(term, owner);
  return new Set(wanted.filter((term) => marked.get(term) === owner));
}

/** What goes away marks nothing any more. */
function useLeaving({ marked }: GlossPage, owner: string): void {
  useEffect(
    () => () => {
      for (const [term, who] of marked) if (who === owner) marked.delete(term);
    },
    [marked, owner],
  );
}

const wordId = (owner: string, term: string): string => `${owner}-mot-${term}`;
const panelId = (owner: string): string => `${owner}-explication`;

interface OwnProps {
  readonly owner: string;
  readonly page: GlossPage;
}

function Word({ owner, page, term, children }: OwnProps & { readonly term: TermId; readonly children: string }) {
  const isOpen = page.open?.owner === owner && page.open.term === term;
  return (
    <button
      type="button"
      class="gloss-word"
      id={wordId(owner, term)}
      aria-expanded={isOpen}
      aria-controls={isOpen ? panelId(owner) : undefined}
      onClick={() => page.setOpen(isOpen ? null : { owner, term })}
    >
      {children}
    </button>
  );
}

export interface WordsProps extends OwnProps {
  readonly text: string;
  readonly plain: (text: string) => ComponentChildren;
}

/** The text, its first hard words as buttons. */
export function Words({ text, plain, owner, page }: WordsProps) {
  const t = useT();
  useLeaving(page, owner);
  const pieces = piecesOf(t, text);
  const mine = take(page, owner, [...new Set(pieces.flatMap(({ id }) => id ?? []))]);
  const seen = new Set<TermId>();
  return (
    <>
      {pieces.map(({ text: piece, id }, at) => {
        if (id === null || !mine.has(id) || seen.has(id)) return <Fragment key={at}>{plain(piece)}</Fragment>;
        seen.add(id);
        return (
          <Word key={at} owner={owner} page={page} term={id}>
            {piece}
          </Word>
        );
      })}
    </>
  );
}

/** "Mots expliqués": words of texts that cannot hold a button themselves. */
export function WordRow({ texts, owner, page }: OwnProps & { readonly texts: readonly (string | undefined)[] }) {
  const t = useT();
  useLeaving(page, owner);
  const found = texts.flatMap((text) => (text === undefined ? [] : piecesOf(t, text)));
  const mine = take(page, owner, [...new Set(found.flatMap(({ id }) => id ?? []))]);
  if (mine.size === 0) return null;
  return (
    <div class="stack-s">
      <p class="gloss-row">
        <Icon name="information" size="s" />
        <span>{t("glossary.words")}</span>
        {[...mine].map((term) => (
          <Word key={term} owner={owner} page={page} term={term}>
            {t(`glossary.terms.${term}.word`)}
          </Word>
        ))}
      </p>
      <Explained owner={owner} page={page} />
    </div>
  );
}

/** The explanation of the word of `owner` that is open; nothing when none is. */
export function Explained({ owner, page }: OwnProps) {
  const term = page.open?.owner === owner ? (page.open.term as TermId) : null;
  return term === null ? null : <Panel key={term} owner={owner} page={page} term={term} />;
}

function Panel({ owner, page, term }: OwnProps & { readonly term: TermId }) {
  const t = useT();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), []);
  const close = (): void => {
    page.setOpen(null);
    document.getElementById(wordId(owner, term))?.focus();
  };
  const word = t(`glossary.terms.${term}.word`);
  const text = t(`glossary.terms.${term}.text`);
  const source = terms[term];
  return (
    <section
      ref={panel}
      class="gloss stack-s"
      id={panelId(owner)}
      aria-label={word}
      aria-describedby={`${panelId(owner)}-texte`}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <p>
        <b>{word}</b>
      </p>
      <p id={`${panelId(owner)}-texte`}>{text}</p>
      {source !== null && <p class="meta">{t("glossary.read", { date: formatCalendarDate(source.verifiedOn) })}</p>}
      <div class="row">
        <ReadAloud text={[word, text]} />
        <Pill icon="fermer" look="line" onPress={close}>
          {t("glossary.close")}
        </Pill>
      </div>
    </section>
  );
}
