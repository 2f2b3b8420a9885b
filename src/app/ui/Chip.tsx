/** The state of a paper or a dossier: a pictogram and words, never one without the other. Plain text, not a role. */
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

export type ChipState = "here" | "wait" | "two" | "received" | "soon" | "redo" | "locked" | "human";

const ICONS: Readonly<Record<ChipState, IconName>> = {
  here: "telephone",
  wait: "en-attente",
  two: "deux-copies",
  received: "recu",
  soon: "rappel",
  redo: "appareil-photo",
  locked: "oeil-barre",
  human: "parler",
};

export interface ChipProps {
  readonly state: ChipState;
  readonly children: string;
  /** Another pictogram than the state's usual one. */
  readonly icon?: IconName | undefined;
}

/** A state chip. `two` and `received` may only be shown with the proofs of INV-2. */
export function Chip({ state, children, icon }: ChipProps) {
  return (
    <span class={`chip chip--${state}`}>
      <Icon name={icon ?? ICONS[state]} />
      <span>{children}</span>
    </span>
  );
}
