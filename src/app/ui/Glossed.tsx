/**
 * A text with its hard words marked: each is a button that opens an explanation under the block. Runs in the page.
 *
 * Surprising fact: the glossary is a chunk of its own that comes later. Until it is here, and where it cannot come, the
 * same text stands plain, in the same elements: nothing that has the focus is drawn anew.
 */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { loadAreas } from "../i18n/i18n.ts";

type Glossary = typeof import("./glossary/Marked.tsx");

let brought: Glossary | null = null;

/** The chunk and its words; null while they come or cannot come. */
function useGlossary(): Glossary | null {
  const [glossary, setGlossary] = useState(brought);
  useEffect(() => {
    if (glossary !== null) return undefined;
    let isGone = false;
    Promise.all([import("./glossary/Marked.tsx"), loadAreas("glossary")]).then(
      ([loaded, words]) => {
        if (!words.ok) return;
        brought = loaded;
        if (!isGone) setGlossary(loaded);
      },
      // Neither on this device nor reachable now: the text stays plain.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [glossary]);
  return glossary;
}

export interface Opened {
  readonly owner: string;
  readonly term: string;
}

/** What the marked words of one page share: who marks which word, and which one is open. */
export interface GlossPage {
  /** By word: the text that marks it, which is the first one that has it. */
  readonly marked: Map<string, string>;
  readonly open: Opened | null;
  readonly setOpen: (opened: Opened | null) => void;
}

const Page = createContext<GlossPage | null>(null);

/** Around all that marks words on one page: each word once, a few in all, one explanation open at a time. */
export function GlossedPage({ children }: { readonly children: ComponentChildren }) {
  const marked = useRef(new Map<string, string>()).current;
  const [open, setOpen] = useState<Opened | null>(null);
  return <Page.Provider value={{ marked, open, setOpen }}>{children}</Page.Provider>;
}

export interface GlossedProps {
  readonly text: string;
  /** How the words between are drawn; as they are when absent. */
  readonly plain?: (text: string) => ComponentChildren;
  /** The element that holds the text. The explanation opens after it. */
  readonly children: (words: ComponentChildren) => ComponentChildren;
}

const same = (text: string): ComponentChildren => text;

/** A text in an element that may hold buttons: a title, a paragraph. Outside a `GlossedPage` it is plain. */
export function Glossed({ text, plain = same, children }: GlossedProps) {
  const glossary = useGlossary();
  const page = useContext(Page);
  const owner = useId();
  if (glossary === null || page === null) return <>{children(plain(text))}</>;
  const { Words, Explained } = glossary;
  return (
    <>
      {children(<Words text={text} plain={plain} owner={owner} page={page} />)}
      <Explained owner={owner} page={page} />
    </>
  );
}

/** The hard words of texts that may hold no button (labels, choices), as a row of their own. */
export function GlossedWords({ texts }: { readonly texts: readonly (string | undefined)[] }) {
  const glossary = useGlossary();
  const page = useContext(Page);
  const owner = useId();
  if (glossary === null || page === null) return null;
  return <glossary.WordRow texts={texts} owner={owner} page={page} />;
}
