/**
 * The list of papers as it comes: the rows of the first screen, painted, then the rest in parts that never hold a tap up. Runs
 * in the page (decisions/0031).
 *
 * Surprising facts: the very first rows may be those of the last time, while the list is read (PapersPart.early). And a part of
 * another stamp means that something changed in between: then the list is begun again, so that no paper falls between two
 * parts (INV-1); where changes never end, it is asked for in one piece.
 */
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { assert } from "../../../shared/assert.ts";
import { ok, type Result } from "../../../shared/result.ts";
import type { PapersPart, PaperView, SatchelApi, WorkerError } from "../../../workers/satchel.contract.ts";
import { kept } from "../../state/kept.ts";
import { type Asked, useSatchel } from "../../state/satchel.ts";
import { useWorld } from "../../ui/world.ts";

/** More than any screen shows below what stands above the list. */
export const FIRST_PART = 6;
/** Taken over by the page in a few milliseconds, on a slow phone in fewer than fifty. */
const NEXT_PARTS = 50;
/** Time for the first rows to be painted before the page takes more, ms. */
const PAINT_MS = 32;
/** So often a list is begun again because something changed; then it is asked for whole. */
const PATIENCE = 3;

export interface PaperList extends Omit<PapersPart, "stamp" | "early"> {
  /** Kept papers as far as they are here, in order. */
  readonly papers: readonly PaperView[];
  /** All of them are. */
  readonly whole: boolean;
}

interface Gathering {
  /** What is shown: its equal parts are used again, and it is not replaced by less. */
  readonly before: PaperList | null;
  readonly isWanted: () => boolean;
  readonly pause: () => Promise<void>;
  readonly onList: (list: PaperList) => void;
}

/** Asks for one list, part by part. Ends early, without a word, when it is not wanted any more. */
export async function gather(
  api: Pick<SatchelApi, "papersPart">,
  day: string,
  { before, isWanted, pause, onList }: Gathering,
): Promise<Result<void, WorkerError>> {
  let known = before?.papers ?? [];
  /** What is shown does not become less, and a whole list is replaced by a whole one only. */
  let least = before?.whole === true ? Number.POSITIVE_INFINITY : known.length;
  let papers: readonly PaperView[] = [];
  let first: PapersPart | null = null;
  let isNew = before === null;
  let begun = 0;
  while (isWanted()) {
    const count = begun > PATIENCE ? Number.MAX_SAFE_INTEGER : isNew ? FIRST_PART : NEXT_PARTS;
    const answer = await api.papersPart({ from: papers.length, count, day, ...(isNew ? { early: true } : {}) });
    if (!isWanted()) break;
    if (!answer.ok) return answer;
    const part: PapersPart = answer.value;
    if (first !== null && part.stamp !== first.stamp) {
      first = null;
      papers = [];
      begun += 1;
      continue;
    }
    const isEarly = part.early === true;
    const head: PapersPart = first ?? part;
    papers = [...papers, ...kept(known.slice(papers.length, papers.length + part.papers.length), part.papers)];
    const whole = !isEarly && papers.length >= head.kept;
    if (whole || papers.length >= least) {
      least = isEarly ? 0 : papers.length;
      const { stamp: _stamp, early: _early, ...list } = head;
      onList({ ...list, papers, whole });
    }
    if (whole) break;
    assert(part.papers.length > 0, "a list that is not whole goes on");
    if (isEarly) {
      known = papers;
      papers = [];
    } else first = head;
    if (isNew) await pause();
    isNew = false;
  }
  return ok(undefined);
}

/** The list, kept up to date: while a newer one is gathered the last one is shown. @param day "YYYY-MM-DD" on this device. */
export function usePaperList(day: string): Asked<PaperList> & { readonly again: () => void } {
  const { api, listen } = useSatchel();
  const { timers } = useWorld();
  const [asked, setAsked] = useState<Asked<PaperList>>({ state: "loading" });
  const shown = useRef<PaperList | null>(null);
  /** The list that is being gathered; `stale`: something changed since it was begun. */
  const flight = useRef<{ stale: boolean } | null>(null);

  const again = useCallback(() => {
    const mine = { stale: false };
    flight.current = mine;
    const gathered = gather(api, day, {
      before: shown.current,
      isWanted: () => flight.current === mine,
      pause: () => new Promise((done) => timers.after(PAINT_MS, done)),
      onList(value) {
        shown.current = value;
        setAsked({ state: "ready", value });
      },
    });
    void gathered.then((end) => {
      if (flight.current !== mine) return;
      flight.current = null;
      if (!end.ok) setAsked({ state: "failed", error: end.error });
      if (mine.stale) again();
    });
  }, [api, day, timers]);

  // Before the screen is painted, not after: the worker reads while the page paints the frame around the list.
  useLayoutEffect(() => {
    again();
    const stop = listen(({ type }) => {
      if (type !== "papers") return;
      if (flight.current === null) again();
      else flight.current.stale = true;
    });
    return () => {
      flight.current = null;
      stop();
    };
  }, [again, listen]);

  return { ...asked, again };
}
