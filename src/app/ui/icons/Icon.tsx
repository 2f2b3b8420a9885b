/** A pictogram. Always beside a word: it has no name of its own for a screen reader. Runs in the page. */
import { FLIPPED, type IconName } from "./names.ts";
import { pathOf } from "./registry.ts";

export interface IconProps {
  readonly name: IconName;
  /** `s` beside small text, `l` in large tiles. */
  readonly size?: "s" | "l" | undefined;
}

/** Draws `name` in the colour of the text; mirrored from right to left where the drawing has a direction. */
export function Icon({ name, size }: IconProps) {
  const flip = FLIPPED.has(name) ? " icon--flip" : "";
  const scale = size === undefined ? "" : ` icon--${size}`;
  return (
    <svg class={`icon${scale}${flip}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false" data-icon={name}>
      <path d={pathOf(name)} />
    </svg>
  );
}
