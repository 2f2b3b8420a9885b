/** A field to search by typing, with its label and its hint. Personal: nothing of it is kept by the browser (INV-3). */
import { useId } from "preact/hooks";
import { Icon } from "./icons/Icon.tsx";
import { PERSONAL } from "./personal.tsx";

export interface SearchFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onType: (text: string) => void;
  /** What the search needs may be fetched now. */
  readonly onNear?: () => void;
}

export function SearchField({ label, hint, value, onType, onNear }: SearchFieldProps) {
  const id = useId();
  return (
    <search class="field">
      <label for={id}>{label}</label>
      <div class="search">
        <Icon name="recherche" />
        <input
          {...PERSONAL}
          class="input"
          id={id}
          type="search"
          dir="auto"
          value={value}
          aria-describedby={`${id}-hint`}
          onFocus={onNear}
          onInput={(event) => onType(event.currentTarget.value)}
        />
      </div>
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </search>
  );
}
