/** One thing that is delivered: what, to whom, how much is left, what it waits for. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";
import { Bar } from "./Thread.tsx";

/** `moving` now, `waiting` for a network, `fix` needs the person, `arrived` with a proof. */
export type QueueState = "moving" | "waiting" | "fix" | "arrived";

const ICONS: Readonly<Record<QueueState, IconName>> = {
  moving: "synchroniser",
  waiting: "en-attente",
  fix: "attention",
  arrived: "recu",
};

const TONES: Readonly<Record<QueueState, string>> = {
  moving: "",
  waiting: "",
  fix: " tone-redo",
  arrived: " tone-done",
};

export interface QueueRowProps {
  /** Place in the queue, from 1; without it the state's pictogram stands there. */
  readonly order?: number | undefined;
  readonly state: QueueState;
  readonly title: string;
  readonly detail: ComponentChildren;
  /** What is left, "450 Ko". */
  readonly size?: string | undefined;
  /** Only while moving. `label` names it: "Envoi de la facture". */
  readonly progress?: { readonly done: number; readonly total: number; readonly label: string } | undefined;
  /** A chip, a Thread, buttons. */
  readonly children?: ComponentChildren;
}

/** A row of the queue (`li`), with an h3: the list stands under an h2. */
export function QueueRow({ order, state, title, detail, size, progress, children }: QueueRowProps) {
  const part = progress === undefined || progress.total === 0 ? 0 : progress.done / progress.total;
  return (
    <li class="q-item">
      <div class={`q-item__t${TONES[state]}`}>
        {order === undefined ? (
          <Icon name={ICONS[state]} />
        ) : (
          <span class="q-item__n" aria-hidden="true">
            {order}
          </span>
        )}
        <div>
          <h3>{title}</h3>
          <p class="meta">{detail}</p>
        </div>
        {size !== undefined && <span class="q-item__size">{size}</span>}
      </div>
      {progress !== undefined && (
        <div
          role="progressbar"
          aria-label={progress.label}
          aria-valuemin={0}
          aria-valuemax={progress.total}
          aria-valuenow={progress.done}
        >
          <Bar part={part} />
        </div>
      )}
      {children}
    </li>
  );
}
