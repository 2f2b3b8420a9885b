/** The thread: solid where something is done, stitched where it waits. Words always say the same. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

export interface ThreadStep {
  readonly key: string;
  readonly icon: IconName;
  readonly title: ComponentChildren;
  readonly detail?: ComponentChildren;
  readonly state: "done" | "now" | "waiting";
}

const CLASS = { done: "is-done", now: "is-now", waiting: undefined } as const;

/** What happened, what happens, what comes next. */
export function Thread({ steps, card = false }: { readonly steps: readonly ThreadStep[]; readonly card?: boolean }) {
  return (
    <ol class={card ? "thread card" : "thread"}>
      {steps.map((step) => (
        <li key={step.key} class={CLASS[step.state]} aria-current={step.state === "now" ? "step" : undefined}>
          <span class="thread__dot">
            <Icon name={step.icon} />
          </span>
          <div class="thread__body">
            <b>{step.title}</b>
            {step.detail !== undefined && <span class="meta">{step.detail}</span>}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** How far, as a line; `part` between 0 and 1. Hidden from screen readers: the words beside it say it. */
export function Bar({ part }: { readonly part: number }) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
  return (
    <span class="bar" aria-hidden="true">
      <i style={{ inlineSize: `${percent}%` }} />
      <i />
    </span>
  );
}

export interface ProgressProps {
  /** "Question 3 sur 11". Never per cent in forms. */
  readonly step: string;
  /** The part of the form: "Votre logement". */
  readonly section?: string | undefined;
  readonly part: number;
}

/** Where one is in a form. */
export function Progress({ step, section, part }: ProgressProps) {
  return (
    <div class="step">
      <p class="step__t">
        <span>{step}</span>
        {section !== undefined && <span>{section}</span>}
      </p>
      <Bar part={part} />
    </div>
  );
}
