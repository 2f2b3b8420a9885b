/**
 * Whether a satchel is here, and open. The first use does not wait for the worker: a small mark outside the database
 * says that a satchel was made here. The mark without a satchel means that the browser erased it, which is told.
 */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Timers } from "../../shared/ports.ts";
import type { OpeningState, WorkerError } from "../../workers/satchel.contract.ts";
import { SATCHEL_MARK as MARK } from "../platform/mark.ts";
import type { Keep } from "../platform/world.ts";
import { kept } from "../state/kept.ts";
import type { SatchelHandle } from "../state/satchel.ts";

/** The first screen is painted and its words are read before the worker is asked for. */
const FIRST_QUESTION_MS = 300;

export type Opening =
  | { readonly state: "asking" }
  | { readonly state: "failed"; readonly error: WorkerError }
  | { readonly state: "known"; readonly value: OpeningState };

export interface OpeningWatch {
  readonly opening: Opening;
  readonly evicted: boolean;
  readonly again: () => void;
  /** The person erased the last satchel: it is not an eviction. */
  readonly forget: () => void;
}

export function useOpening(satchel: SatchelHandle, keep: Keep, timers: Timers): OpeningWatch {
  const [opening, setOpening] = useState<Opening>(() =>
    keep.read(MARK) === null ? { state: "known", value: { type: "none" } } : { state: "asking" },
  );
  const [evicted, setEvicted] = useState(false);
  const latest = useRef(0);

  const again = useCallback(() => {
    latest.current += 1;
    const turn = latest.current;
    void satchel.api.opening().then((answer) => {
      if (turn !== latest.current) return;
      if (!answer.ok) {
        // Nobody has a satchel here as far as we know: the first screen stays usable, and asks again when it matters.
        if (keep.read(MARK) !== null) setOpening({ state: "failed", error: answer.error });
        return;
      }
      if (answer.value.type === "none") setEvicted(keep.read(MARK) !== null);
      else {
        keep.write(MARK, "1");
        setEvicted(false);
      }
      setOpening((before) => kept(before, { state: "known", value: answer.value }));
    });
  }, [satchel, keep]);

  useEffect(() => {
    const cancel = keep.read(MARK) === null ? timers.after(FIRST_QUESTION_MS, again) : again();
    const stop = satchel.listen((change) => {
      if (change.type === "opening") again();
    });
    return () => {
      cancel?.();
      stop();
    };
  }, [again, satchel, keep, timers]);

  const forget = useCallback(() => {
    keep.remove(MARK);
    setEvicted(false);
  }, [keep]);

  return { opening, evicted, again, forget };
}
