/** Buttons and links. A button says the act; a link leads somewhere and has a real address. Runs in the page. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

export type ButtonKind = "main" | "second" | "redo" | "plain" | "flap" | "flap-line";

interface ButtonLook {
  /** One `main` per screen; `redo` for a loss; `flap` on green. Default `main`. */
  readonly kind?: ButtonKind | undefined;
  readonly icon?: IconName | undefined;
  /** After the words, as the arrow of "Continuer". */
  readonly iconEnd?: IconName | undefined;
  readonly wide?: boolean | undefined;
  readonly small?: boolean | undefined;
  readonly children: ComponentChildren;
}

export interface ButtonProps extends ButtonLook {
  readonly onPress?: (() => void) | undefined;
  /** `submit` inside a form. Default `button`. */
  readonly type?: "button" | "submit" | undefined;
  /** The act is under way: these words ("On garde votre réponse…") stand in, the width stays, presses do nothing. */
  readonly busy?: string | undefined;
  /** Not ready: these words say what is missing. The button stays reachable; a press calls `onMissing`. */
  readonly missing?: string | undefined;
  /** Moves to what is missing. */
  readonly onMissing?: (() => void) | undefined;
  readonly id?: string | undefined;
  readonly describedBy?: string | undefined;
}

const look = ({ kind = "main", wide = false, small = false }: Omit<ButtonLook, "children">): string =>
  `btn btn--${kind}${wide ? " btn--wide" : ""}${small ? " btn--s" : ""}`;

/** A button. Never `disabled`: it would vanish from the tab order. */
export function Button(props: ButtonProps) {
  const { icon, iconEnd, children, onPress, type = "button", busy, missing, onMissing, id, describedBy } = props;
  const element = useRef<HTMLButtonElement>(null);
  const isBusy = busy !== undefined;
  // Read only when the act begins, while its own words still stand there: to read it at every arrival of a screen made the
  // browser lay the whole screen out once more, for each button.
  const width = useRef<number | null>(null);
  if (!isBusy) width.current = null;
  else width.current ??= element.current?.offsetWidth ?? 0;
  const press = (event: Event): void => {
    if (isBusy || missing !== undefined) event.preventDefault();
    if (isBusy) return;
    if (missing === undefined) onPress?.();
    else onMissing?.();
  };
  return (
    <button
      ref={element}
      id={id}
      type={type}
      class={look(props)}
      aria-busy={isBusy ? "true" : undefined}
      aria-disabled={missing === undefined ? undefined : "true"}
      aria-describedby={describedBy}
      style={width.current ? { minInlineSize: `${width.current}px` } : undefined}
      onClick={press}
    >
      {isBusy ? <Icon name="synchroniser" /> : icon !== undefined && <Icon name={icon} />}
      {busy ?? missing ?? children}
      {iconEnd !== undefined && !isBusy && missing === undefined && <Icon name={iconEnd} />}
    </button>
  );
}

export interface LinkProps extends ButtonLook {
  readonly href: string;
}

/** Looks like a button, leads to a page. */
export function LinkButton(props: LinkProps) {
  const { href, icon, iconEnd, children } = props;
  return (
    <a class={look(props)} href={href}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
      {iconEnd !== undefined && <Icon name={iconEnd} />}
    </a>
  );
}

export interface LinkRowProps {
  readonly icon?: IconName | undefined;
  readonly href: string;
  readonly onPress?: (() => void) | undefined;
  readonly small?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** A link alone on its line, 48 px high. With `onPress` the page handles it instead of the address. */
export function LinkRow({ icon, href, onPress, small, children }: LinkRowProps) {
  const press = (event: Event): void => {
    if (onPress === undefined) return;
    event.preventDefault();
    onPress();
  };
  return (
    <a class={small === true ? "link-row meta-size" : "link-row"} href={href} onClick={press}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </a>
  );
}

export interface PillProps {
  readonly icon: IconName;
  readonly children: string;
  /** For a screen reader; starts with the visible word. */
  readonly label?: string | undefined;
  readonly look?: "plain" | "line" | "human" | undefined;
  readonly href?: string | undefined;
  readonly onPress?: (() => void) | undefined;
  readonly pressed?: boolean | undefined;
}

/** Retour, Sortir, Aide, Écouter: an icon and a word. A link when `href` is given, else a button. */
export function Pill({ icon, children, label, look: kind = "plain", href, onPress, pressed }: PillProps) {
  const className = kind === "plain" ? "pill" : `pill pill--${kind}`;
  const press = (event: Event): void => {
    if (onPress === undefined) return;
    event.preventDefault();
    onPress();
  };
  if (href !== undefined)
    return (
      <a class={className} href={href} aria-label={label} onClick={press}>
        <Icon name={icon} />
        {children}
      </a>
    );
  return (
    <button type="button" class={className} aria-label={label} aria-pressed={pressed} onClick={press}>
      <Icon name={icon} />
      {children}
    </button>
  );
}
