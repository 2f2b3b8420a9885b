/** Text with elements inside, such as a phone number that keeps its direction. Runs in the page. */
import { type ComponentChildren, Fragment } from "preact";
import type { TextKey } from "./catalogue.ts";
import { t } from "./i18n.ts";

const MARK = "\uE000";

/** The text of `key` with each {{name}} replaced by an element: `rich("common.human.call", { phone: <bdi>…</bdi> })`. */
export function rich(key: TextKey, parts: Readonly<Record<string, ComponentChildren>>): ComponentChildren {
  const marked = Object.fromEntries(Object.keys(parts).map((name) => [name, `${MARK}${name}${MARK}`]));
  const pieces = t(key, marked).split(MARK);
  return pieces.map((piece, at) => <Fragment key={at}>{at % 2 === 1 ? parts[piece] : piece}</Fragment>);
}

const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";

/** Plain text that keeps its own direction inside another one; for values of `t` that are names or numbers. */
export const isolated = (text: string): string => `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}`;
