/** What to look at again, after "Continuer" only. Takes the focus; links go to the fields; what was typed stays. */
import { useEffect, useId, useRef } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { Icon } from "./icons/Icon.tsx";
import { moveTo } from "./places.ts";

export interface ReviewItem {
  /** Id of the field. */
  readonly field: string;
  /** The same words as beside the field. */
  readonly text: string;
}

export interface ErrorSummaryProps {
  readonly items: readonly ReviewItem[];
  /** Changes with each press on "Continuer", so that the focus comes back here. */
  readonly attempt: number;
}

/** The summary; nothing when there is nothing to review. */
export function ErrorSummary({ items, attempt }: ErrorSummaryProps) {
  const t = useT();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const count = items.length;
  useEffect(() => {
    if (count > 0) box.current?.focus();
    // Only a new attempt moves the focus: mending one field must not take it away from the next.
  }, [attempt]);
  if (count === 0) return null;
  return (
    <div class="errsum" role="alert" tabIndex={-1} aria-labelledby={id} ref={box}>
      <h2 id={id}>
        <Icon name="attention" />
        {t("common.review.title", { count })}
      </h2>
      <ul>
        {items.map(({ field, text }) => (
          <li key={field}>
            <a
              href={`#${field}`}
              onClick={(event) => {
                event.preventDefault();
                moveTo(field);
              }}
            >
              {text}
            </a>
          </li>
        ))}
      </ul>
      <p class="meta">{t("common.review.kept")}</p>
    </div>
  );
}
