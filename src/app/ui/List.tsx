/** Cards and rows. A row is one link or one button: one stop for the keyboard, named title, detail, state. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

export interface CardProps {
  readonly children: ComponentChildren;
  readonly rhythm?: "stack" | "stack-s" | "stack-m" | undefined;
  readonly busy?: boolean | undefined;
}

/** A paper-white block. */
export function Card({ children, rhythm = "stack-m", busy }: CardProps) {
  return (
    <div class={`card ${rhythm}`} aria-busy={busy === true ? "true" : undefined}>
      {children}
    </div>
  );
}

export interface ListProps {
  readonly children: ComponentChildren;
  /** Order matters and is read out. */
  readonly ordered?: boolean | undefined;
  /** From edge to edge on a phone, as lists of papers are. */
  readonly bleed?: boolean | undefined;
  readonly label?: string | undefined;
}

/** A list; its children are `li` elements (`Item`, `PaperTile`, `QueueRow` make their own). */
export function List({ children, ordered, bleed, label }: ListProps) {
  const className = bleed === true ? "list list--bleed" : "list";
  return ordered === true ? (
    <ol class={className} aria-label={label}>
      {children}
    </ol>
  ) : (
    <ul class={className} aria-label={label}>
      {children}
    </ul>
  );
}

export interface ItemProps {
  readonly title: ComponentChildren;
  readonly detail?: ComponentChildren;
  readonly icon?: IconName | undefined;
  /** Ground of the icon: done, a person, soon, or an empty place. */
  readonly tone?: "done" | "human" | "soon" | "none" | undefined;
  /** In place of the icon: a date leaf, a thumbnail. */
  readonly start?: ComponentChildren;
  /** Under the detail: a chip, a bar. */
  readonly below?: ComponentChildren;
  readonly href?: string | undefined;
  readonly onPress?: (() => void) | undefined;
  /** In place of the chevron: an "edit" link in a row that is no link itself. */
  readonly end?: ComponentChildren;
}

/** One row of a list, as `li`. A link with `href`, a button with `onPress`, else plain. */
export function Item({ title, detail, icon, tone, start, below, href, onPress, end }: ItemProps) {
  const pressable = href !== undefined || onPress !== undefined;
  const inside = (
    <>
      {start}
      {icon !== undefined && (
        <span class={tone === undefined ? "item__ico" : `item__ico item__ico--${tone}`}>
          <Icon name={icon} />
        </span>
      )}
      <span class="item__body">
        <span class="item__title">{title}</span>
        {detail !== undefined && <span class="meta"> {detail}</span>}
        {below !== undefined && <span class="chip-line"> {below}</span>}
      </span>
      {end ?? (pressable && <Icon name="chevron" />)}
    </>
  );
  if (href !== undefined)
    return (
      <li>
        <a class="item" href={href}>
          {inside}
        </a>
      </li>
    );
  if (onPress !== undefined)
    return (
      <li>
        <button type="button" class="item" onClick={onPress}>
          {inside}
        </button>
      </li>
    );
  return <li class="item">{inside}</li>;
}

export interface DateLeafProps {
  /** "12". */
  readonly day: string;
  /** "déc.". */
  readonly month: string;
  /** Read before it: "Avant le". */
  readonly before: string;
}

/** A leaf of a calendar, for a date to look after. */
export function DateLeaf({ day, month, before }: DateLeafProps) {
  return (
    <span class="leaf">
      <span class="sr">{before} </span>
      <b>{day}</b>
      <span>{month}</span>
    </span>
  );
}
