/** A message in the page: a tint, a disc, two sentences, at most one link. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

export interface BannerProps {
  /** `redo` only when the person must do something again; it is the only one that interrupts a screen reader. */
  readonly tone: "quiet" | "done" | "soon" | "redo";
  readonly icon: IconName;
  readonly title?: string | undefined;
  readonly children?: ComponentChildren;
  readonly link?: { readonly href: string; readonly text: string } | undefined;
  /** Inside a live region already, or there from the start: no role of its own. */
  readonly quiet?: boolean | undefined;
}

/** A banner; announced once when it appears. */
export function Banner({ tone, icon, title, children, link, quiet }: BannerProps) {
  const role = quiet === true ? undefined : tone === "redo" ? "alert" : "status";
  return (
    <div class={`banner banner--${tone}`} role={role}>
      <Icon name={icon} />
      <p>
        {title !== undefined && <b>{title}</b>} {children}
        {link !== undefined && <a href={link.href}>{link.text}</a>}
      </p>
    </div>
  );
}
