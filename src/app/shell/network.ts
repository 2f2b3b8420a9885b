/** What the network does, as the last real answers say, and how much waits for it. `online` of the browser is a hint. */
import { useEffect, useState } from "preact/hooks";
import type { OutboxView } from "../../workers/satchel.contract.ts";
import { kept } from "../state/kept.ts";
import type { SatchelHandle } from "../state/satchel.ts";
import type { NetworkState } from "../ui/NetworkLine.tsx";

type Seen = Pick<OutboxView, "trouble" | "waiting" | "moving">;

export interface NetworkWatch {
  readonly state: NetworkState;
  readonly waiting: number;
  readonly moving: boolean;
}

/** The browser's "offline" is believed; its "online" only as far as the last run did not say otherwise. */
export function networkState(browserOnline: boolean, trouble: OutboxView["trouble"]): NetworkState {
  if (!browserOnline || trouble === "no-network") return "offline";
  return trouble === "not-let-through" ? "blocked" : "online";
}

/**
 * @param known a satchel is here: the worker may be asked.
 * @param open it is open; closing forgets what was known, for the next one to open may be another person's.
 */
export function useNetwork(
  satchel: SatchelHandle,
  known: boolean,
  browserOnline: boolean,
  onWaiting: () => void,
  open: boolean,
): NetworkWatch {
  const [view, setView] = useState<Seen | null>(null);
  useEffect(() => {
    if (!open) setView((before) => kept(before, before === null ? null : { ...before, waiting: 0 }));
  }, [open]);
  useEffect(() => {
    if (!known) {
      setView(null);
      return;
    }
    let isGone = false;
    let told: Seen | null = null;
    const ask = (): void =>
      void satchel.api.outbox().then((answer) => {
        // While locked nothing is answered about what waits: what was known of the network stays.
        if (isGone || !answer.ok) return;
        const { trouble, waiting, moving } = answer.value;
        const seen = kept<Seen>(told, { trouble, waiting, moving });
        setView((before) => kept(before, seen));
        // Each part that leaves is a change; the browser is asked to help when what waits, or how, is another.
        if (waiting > 0 && seen !== told) onWaiting();
        told = seen;
      });
    ask();
    const stop = satchel.listen((change) => {
      if (change.type === "outbox" || change.type === "opening") ask();
    });
    return () => {
      isGone = true;
      stop();
    };
  }, [satchel, known, onWaiting]);
  return {
    state: networkState(browserOnline, view?.trouble ?? "none"),
    waiting: view?.waiting ?? 0,
    moving: view?.moving ?? false,
  };
}
