/**
 * Short messages after an act. Never takes the focus; undoing is possible in the page too.
 *
 * Surprising: a message that came along to another screen stands in the flow at its top and stays until the person goes
 * on; one about the screen itself lies over the tab bar and goes by itself. So neither covers a field or a main button,
 * and nothing moves under a finger.
 */
import { useEffect, useRef } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { useWorld } from "./world.ts";

export interface ToastMessage {
  readonly id: string;
  readonly text: string;
  readonly onUndo?: (() => void) | undefined;
  /** Said on the screen before this one. */
  readonly arrived?: boolean | undefined;
}

const SHOWN_MS = 5_000;
/** DESIGN-LANGUAGE 5: undoing stays possible for ten seconds. */
const UNDO_MS = 10_000;

interface OneProps {
  readonly message: ToastMessage;
  readonly onGone: (id: string) => void;
}

function Toast({ message, onGone }: OneProps) {
  const t = useT();
  const { timers } = useWorld();
  const element = useRef<HTMLDivElement>(null);
  const isTimed = message.arrived !== true;
  const shownMs = message.onUndo === undefined ? SHOWN_MS : UNDO_MS;
  useEffect(() => {
    let cancel = (): void => undefined;
    if (!isTimed) return cancel;
    const wait = (): void => {
      cancel = timers.after(shownMs, () => {
        // Somebody is on the button: ask again later instead of taking it away.
        if (element.current?.contains(document.activeElement) === true) wait();
        else onGone(message.id);
      });
    };
    wait();
    return () => cancel();
  }, [message.id, timers, isTimed, shownMs]);
  const undo = (): void => {
    message.onUndo?.();
    onGone(message.id);
  };
  return (
    <div class="toast" ref={element}>
      <span>{message.text}</span>
      {message.onUndo !== undefined && (
        <button type="button" onClick={undo}>
          {t("common.action.undo")}
        </button>
      )}
    </div>
  );
}

export interface ToastsProps {
  readonly messages: readonly ToastMessage[];
  /** Messages that came along from another screen, or those about this one. */
  readonly arrived?: boolean;
  /** After a while, or once undone. */
  readonly onGone: (id: string) => void;
}

/** The live region for messages; always in the page, so that the first one is spoken too. */
export function Toasts({ messages, arrived = false, onGone }: ToastsProps) {
  const shown = messages.filter((message) => (message.arrived === true) === arrived);
  return (
    <div class={arrived ? "toasts toasts--arrived" : "toasts"} role="status">
      {shown.map((message) => (
        <Toast key={message.id} message={message} onGone={onGone} />
      ))}
    </div>
  );
}
