/** The frame of every screen: skip link, head, network line, content, brass footer, tab bar, in this order. */
import type { ComponentChildren } from "preact";
import { useT } from "../i18n/useT.ts";
import { CONTENT_ID, moveTo } from "./places.ts";

export interface PageProps {
  /** `phone` is the ordinary one; `lock` has the closed flap; `wide` is the kiosk. */
  readonly kind?: "phone" | "lock" | "wide" | undefined;
  readonly top: ComponentChildren;
  readonly net?: ComponentChildren;
  readonly toasts?: ComponentChildren;
  readonly human: ComponentChildren;
  readonly tabs?: ComponentChildren;
  /** Vertical rhythm of the content: `stack-l` between sections, `stack` inside a short screen. */
  readonly rhythm?: "stack" | "stack-l" | "stack-m" | undefined;
  readonly children: ComponentChildren;
}

/** One screen. The content must hold exactly one h1. */
export function Page({ kind = "phone", top, net, toasts, human, tabs, rhythm, children }: PageProps) {
  const t = useT();
  const skip = (event: Event): void => {
    event.preventDefault();
    moveTo(CONTENT_ID);
  };
  return (
    <div class={kind === "phone" ? "page" : `page ${kind}`}>
      <a class="skip" href={`#${CONTENT_ID}`} onClick={skip}>
        {t("common.skip")}
      </a>
      {top}
      {net}
      <main id={CONTENT_ID} tabIndex={-1} class={rhythm}>
        {children}
      </main>
      {toasts}
      {human}
      {tabs}
    </div>
  );
}
