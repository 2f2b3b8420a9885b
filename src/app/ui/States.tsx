/** The states every list has besides its content: empty, loading, locked, failed. Offline is the network line. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";
import { useWorld } from "./world.ts";

/** The open bag: nothing in it (yet, or any more). */
export function OpenBag() {
  return (
    <svg viewBox="0 0 280 216" width="150" height="116" aria-hidden="true" focusable="false">
      <path class="bag__strap" d="M30 104C-14 34 40 6 116 12s164-2 136 92" />
      <path class="bag__deep" d="M32 104V76a34 34 0 0 1 34-34h148a34 34 0 0 1 34 34v28z" />
      <path class="bag__seam" d="M42 100V78a26 26 0 0 1 26-26h144a26 26 0 0 1 26 26v22" />
      <rect class="bag__buckle" x="129" y="40" width="22" height="30" rx="6" />
      <path class="bag__dark" d="M24 98h232v30H24z" />
      <path class="bag__front" d="M20 98c20 0 42 20 120 20s100-20 120-20v68a42 42 0 0 1-42 42H62a42 42 0 0 1-42-42z" />
      <path class="bag__seam" d="M29 109c22 3 44 18 111 18s89-15 111-18v55a35 35 0 0 1-35 35H64a35 35 0 0 1-35-35z" />
    </svg>
  );
}

export interface EmptyStateProps {
  readonly title: string;
  /** One sentence. */
  readonly text: string;
  /** One button. */
  readonly action?: ComponentChildren;
}

/** Nothing here yet: an open bag, one sentence, one button. */
export function EmptyState({ title, text, action }: EmptyStateProps) {
  return (
    <div class="card empty stack-m">
      <OpenBag />
      <h2 class="h3">{title}</h2>
      <p>{text}</p>
      {action}
    </div>
  );
}

interface NoticeProps {
  readonly icon: IconName;
  readonly tone?: string | undefined;
  readonly title: string;
  readonly detail?: string | undefined;
}

function Notice({ icon, tone = "", title, detail }: NoticeProps) {
  return (
    <div class={`row row--nowrap row--top${tone}`}>
      <Icon name={icon} />
      <div>
        <h2 class="h3">{title}</h2>
        {detail !== undefined && <p class="meta">{detail}</p>}
      </div>
    </div>
  );
}

export interface LockedStateProps {
  readonly title: string;
  /** "Votre brouillon est gardé." */
  readonly detail: string;
  readonly action: string;
  readonly onOpen: () => void;
}

/** Closed: the draft is safe, the code is asked. */
export function LockedState({ title, detail, action, onOpen }: LockedStateProps) {
  return (
    <div class="card stack-m">
      <Notice icon="cadenas" title={title} detail={detail} />
      <Button kind="second" wide onPress={onOpen}>
        {action}
      </Button>
    </div>
  );
}

export interface FailedStateProps {
  /** What does not work: "Ce papier ne s'ouvre pas". */
  readonly title?: string | undefined;
  /** What is safe and what to do; default: nothing is erased, try again or show it to someone. */
  readonly text?: string | undefined;
  /** Short, to read out on the phone: "P-114". */
  readonly mark: string;
  readonly onRetry?: (() => void) | undefined;
  /** A way on, where trying again cannot help. */
  readonly action?: ComponentChildren;
}

/** Something failed: what, that nothing is erased, what to do, and a mark. */
export function FailedState({ title, text, mark, onRetry, action }: FailedStateProps) {
  const t = useT();
  return (
    <div class="card stack-m" role="alert">
      <Notice icon="attention" tone=" tone-redo" title={title ?? t("common.failed.title")} />
      <p>
        {text ?? t("common.failed.text")} <span class="nowrap">{t("common.failed.mark", { mark })}</span>
      </p>
      {onRetry !== undefined && (
        <Button kind="second" wide icon="synchroniser" onPress={onRetry}>
          {t("common.action.retry")}
        </Button>
      )}
      {action}
    </div>
  );
}

const SENTENCE_MS = 400;
const LINES_MS = 600;

/** Something is being opened: a sentence after 400 ms, grey lines after 1 s, nothing before. Nothing shimmers. */
export function Loading({ text }: { readonly text?: string | undefined }) {
  const t = useT();
  const { timers } = useWorld();
  const [stage, setStage] = useState(0);
  useEffect(
    () => (stage === 2 ? undefined : timers.after(stage === 0 ? SENTENCE_MS : LINES_MS, () => setStage(stage + 1))),
    [stage, timers],
  );
  return (
    <div role="status" aria-busy="true">
      {stage > 0 && (
        <div class="card stack-m">
          <p class="saved">
            <Icon name="cadenas" size="s" />
            <span>{text ?? t("common.loading")}</span>
          </p>
          {stage > 1 &&
            ["1", "2", "3"].map((line) => <span key={line} class={`skel skel--${line}`} aria-hidden="true" />)}
        </div>
      )}
    </div>
  );
}
