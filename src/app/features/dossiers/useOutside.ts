/** Tells a field to be drawn anew when its answer came from elsewhere (another device, another tab) while it was on screen. */
import { useRef } from "preact/hooks";
import type { Answers } from "../../../forms/model.ts";

/**
 * How often the answer of a key changed without this screen: part of the `key` of its field. What a field holds as typed
 * would otherwise stand there old, and an address or a date that is changed in one box would take the other boxes back.
 * @param typed what was typed on this screen: it stays as the person sees it.
 */
export function useOutside(answers: Answers, typed: Readonly<Record<string, unknown>>): (key: string) => number {
  const held = useRef({ answers, times: new Map<string, number>() }).current;
  if (held.answers !== answers) {
    for (const key of new Set([...Object.keys(held.answers), ...Object.keys(answers)])) {
      const same = JSON.stringify(held.answers[key]) === JSON.stringify(answers[key]);
      if (!same && !(key in typed)) held.times.set(key, (held.times.get(key) ?? 0) + 1);
    }
    held.answers = answers;
  }
  return (key) => held.times.get(key) ?? 0;
}
