/** Filters and segments: narrow a list, or choose between two ways of doing the same thing. */
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

export interface FilterOption<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly icon?: IconName | undefined;
  readonly count?: number | undefined;
}

export interface FiltersProps<V extends string> {
  /** On a narrow screen one line that scrolls sideways: what they narrow stands in the first screen. */
  readonly oneLine?: boolean;
  readonly label: string;
  readonly options: readonly FilterOption<V>[];
  readonly value: V;
  readonly onChange: (value: V) => void;
}

/** Rounded buttons; the chosen one is pressed. */
export function Filters<V extends string>({ label, options, value, onChange, oneLine = false }: FiltersProps<V>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: toggles outside any form are a group, not a fieldset
    <div class={oneLine ? "filters filters--line" : "filters"} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          class="filter"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.icon !== undefined && <Icon name={option.icon} />}
          {option.label}
          {option.count !== undefined && <span class="num"> {option.count}</span>}
        </button>
      ))}
    </div>
  );
}
