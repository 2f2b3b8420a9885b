/** The pocket of the home screen: papers stick out of it. Only there. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";
import { Sheet, type SheetKind } from "./Sheet.tsx";

export interface PocketProps {
  readonly href: string;
  /** "Mes papiers : 8". */
  readonly title: string;
  readonly facts: readonly { readonly icon: IconName; readonly text: string }[];
  /** Up to three papers that stick out; an empty satchel shows none. */
  readonly sheets: readonly SheetKind[];
  /** A `flap` button. */
  readonly action: ComponentChildren;
}

/** The pocket. */
export function Pocket({ href, title, facts, sheets, action }: PocketProps) {
  const id = useId();
  return (
    <section class="pocket" aria-labelledby={id}>
      <div class="pocket__sheets" aria-hidden="true">
        {sheets.slice(0, 3).map((kind, at) => (
          <Sheet key={at} kind={kind} />
        ))}
      </div>
      <div class="pocket__front stack-m">
        <svg class="pocket__edge" viewBox="0 0 360 28" preserveAspectRatio="none" aria-hidden="true" focusable="false">
          <path d="M0 0C34 0 62 18 180 18S326 0 360 0v28H0z" fill="currentColor" />
          <path class="pocket__seam" d="M9 9C40 10 70 27 180 27S320 10 351 9" vector-effect="non-scaling-stroke" />
        </svg>
        <h2 id={id} class="pocket__title">
          <a class="over" href={href}>
            {title}
            <Icon name="chevron" />
          </a>
        </h2>
        {facts.length > 0 && (
          <ul class="stack-s pocket__facts">
            {facts.map(({ icon, text }) => (
              <li class="line" key={text}>
                <Icon name={icon} size="s" />
                <span>{text}</span>
              </li>
            ))}
          </ul>
        )}
        {action}
      </div>
    </section>
  );
}
