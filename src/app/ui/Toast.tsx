/** Short messages after an act that can be undone. Never takes the focus; undoing is possible in the page too. */
import { useEffect, useRef } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { useWorld } from "./world.ts";

export interface ToastMessage {
  readonly id: string;
  readonly text: string;
  readonly onUndo?: (() => void) | undefined;
}

const SHOWN_MS = 10_000;

interface OneProps {
  readonly message: ToastMessage;
  readonly onGone: (id: string) => void;
}

function Toast({ message, onGone }: OneProps) {
  const t = useT();
  const { timers } = useWorld();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let cancel = (): void => undefined;
    const wait = (): void => {
      cancel = timers.after(SHOWN_MS, () => {
        // Somebody is on the button: ask again later instead of taking it away.
        if (element.current?.contains(document.activeElement) === true) wait();
        else onGone(message.id);
      });
    };
    wait();
    return () => cancel();
  }, [message.id, timers]);
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
  /** After ten seconds, or once undone. */
  readonly onGone: (id: string) => void;
}

/** The live region for messages; always in the page, so that the first one is spoken too. */
export function Toasts({ messages, onGone }: ToastsProps) {
  return (
    <div class="toasts" role="status">
      {messages.map((message) => (
        <Toast key={message.id} message={message} onGone={onGone} />
      ))}
    </div>
  );
}
