/** A question before a loss that cannot be undone, or before a send. Native dialog; Escape keeps everything as it was. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export interface DialogProps {
  readonly open: boolean;
  /** The question. */
  readonly title: string;
  readonly children?: ComponentChildren;
  /** Two buttons that repeat the verb: "Retirer cet accord", "Garder cet accord". */
  readonly actions: ComponentChildren;
  /** Escape, or the system's back gesture: nothing happens to anything. */
  readonly onKeep: () => void;
}

/** The dialog. Focus goes to its title, and back to where it was when it closes. */
export function Dialog({ open, title, children, actions, onKeep }: DialogProps) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null || dialog.open === open) return;
    if (open) {
      dialog.showModal();
      heading.current?.focus();
    } else dialog.close();
  }, [open]);
  const cancel = (event: Event): void => {
    event.preventDefault();
    onKeep();
  };
  return (
    <dialog class="dialog" ref={element} aria-labelledby={id} aria-describedby={`${id}-text`} onCancel={cancel}>
      {open && (
        <div class="stack-m">
          <h2 class="h3" id={id} tabIndex={-1} ref={heading}>
            {title}
          </h2>
          <div id={`${id}-text`} class="stack-s">
            {children}
          </div>
          <div class="actions">{actions}</div>
        </div>
      )}
    </dialog>
  );
}
