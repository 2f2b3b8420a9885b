/** Fields a person types in. Each is personal (personal.tsx). Hints and errors are tied to the field. Runs in the page. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { Checkbox } from "./Choice.tsx";
import { Icon } from "./icons/Icon.tsx";
import { PERSONAL } from "./personal.tsx";

/** What to do about a field: the same words as in the error summary. */
export function FieldError({ id, children }: { readonly id: string; readonly children: string }) {
  const t = useT();
  return (
    <p class="err" id={id}>
      <Icon name="attention" />
      <span>
        <span class="sr">{t("common.review.error")} </span>
        {children}
      </span>
    </p>
  );
}

interface FieldText {
  readonly label: string;
  /** The question above already says it: the label is for screen readers only. */
  readonly labelHidden?: boolean | undefined;
  /** The French label under another language: who receives it reads French. */
  readonly french?: string | undefined;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  /** Target of the error summary's link. */
  readonly id?: string | undefined;
}

interface FrameProps extends FieldText {
  readonly fieldId: string;
  readonly children: (describedBy: string | undefined) => ComponentChildren;
}

function describe(fieldId: string, hint: string | undefined, error: string | undefined): string | undefined {
  const ids = [hint !== undefined && `${fieldId}-hint`, error !== undefined && `${fieldId}-error`].filter(Boolean);
  return ids.length === 0 ? undefined : ids.join(" ");
}

/** Text for whoever reads French beside the person. */
function FrenchUnder({ children }: { readonly children: string | undefined }) {
  return children === undefined ? null : (
    <p class="fr-under" lang="fr" dir="ltr">
      {children}
    </p>
  );
}

function Frame({ fieldId, label, labelHidden, french, hint, error, children }: FrameProps) {
  return (
    <div class={error === undefined ? "field" : "field has-err"}>
      <label for={fieldId} class={labelHidden === true ? "sr" : undefined}>
        {label}
      </label>
      <FrenchUnder>{french}</FrenchUnder>
      {hint !== undefined && (
        <p class="hint" id={`${fieldId}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && <FieldError id={`${fieldId}-error`}>{error}</FieldError>}
      {children(describe(fieldId, hint, error))}
    </div>
  );
}

export interface TextFieldProps extends FieldText {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Leaving the field: a good moment to save at once. */
  readonly onLeave?: (() => void) | undefined;
  readonly inputMode?: "text" | "numeric" | "decimal" | "tel" | "email" | undefined;
  readonly maxLength?: number | undefined;
  /** Written after the field: "€". */
  readonly unit?: string | undefined;
  /** Numbers, codes and phone numbers stay left to right in every language. */
  readonly ltr?: boolean | undefined;
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const { value, onChange, onLeave, inputMode, maxLength, unit, ltr, id } = props;
  const own = useId();
  const fieldId = id ?? own;
  return (
    <Frame {...props} fieldId={fieldId}>
      {(describedBy) => {
        const input = (
          <input
            {...PERSONAL}
            class="input"
            type="text"
            id={fieldId}
            value={value}
            inputMode={inputMode}
            maxLength={maxLength}
            dir={ltr === true ? "ltr" : "auto"}
            aria-invalid={props.error === undefined ? undefined : "true"}
            aria-describedby={describedBy}
            onInput={(event) => onChange(event.currentTarget.value)}
            onBlur={onLeave}
          />
        );
        return unit === undefined ? (
          input
        ) : (
          <div class="unit">
            {input}
            <span aria-hidden="true">{unit}</span>
          </div>
        );
      }}
    </Frame>
  );
}

export interface TextAreaProps extends FieldText {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onLeave?: (() => void) | undefined;
  readonly rows?: number | undefined;
  readonly maxLength?: number | undefined;
}

/** Several lines of free text. */
export function TextArea(props: TextAreaProps) {
  const { value, onChange, onLeave, rows = 5, maxLength, id } = props;
  const own = useId();
  const fieldId = id ?? own;
  return (
    <Frame {...props} fieldId={fieldId}>
      {(describedBy) => (
        <textarea
          {...PERSONAL}
          class="input"
          id={fieldId}
          value={value}
          rows={rows}
          maxLength={maxLength}
          dir="auto"
          aria-invalid={props.error === undefined ? undefined : "true"}
          aria-describedby={describedBy}
          onInput={(event) => onChange(event.currentTarget.value)}
          onBlur={onLeave}
        />
      )}
    </Frame>
  );
}

/** As typed: nothing is corrected. The month may be a word ("mars"); `parseMonth` in i18n/months.ts reads it. */
export interface DateParts {
  readonly day: string;
  readonly month: string;
  readonly year: string;
}

export interface DateFieldProps {
  readonly legend: string;
  /** The question above already says it. */
  readonly legendHidden?: boolean | undefined;
  /** The French legend under another language. */
  readonly french?: string | undefined;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  /** Which of the three the error is about; all when absent. */
  readonly errorPart?: keyof DateParts | undefined;
  readonly value: DateParts;
  readonly onChange: (value: DateParts) => void;
  readonly onLeave?: (() => void) | undefined;
  /** Stem of the ids `<id>-day`, `<id>-month`, `<id>-year`. */
  readonly id?: string | undefined;
  /** "Je ne sais pas la date": absent where a date is always known. */
  readonly unknown?: { readonly value: boolean; readonly onChange: (unknown: boolean) => void } | undefined;
}

const PARTS: readonly { readonly part: keyof DateParts; readonly length: number }[] = [
  { part: "day", length: 2 },
  { part: "month", length: 14 },
  { part: "year", length: 4 },
];

/** A date in three fields. Not knowing it is an answer. */
export function DateField(props: DateFieldProps) {
  const { legend, legendHidden, french, hint, error, errorPart, value, onChange, onLeave, id, unknown } = props;
  const t = useT();
  const own = useId();
  const stem = id ?? own;
  return (
    <fieldset
      class={error === undefined ? "stack-s" : "stack-s has-err"}
      aria-describedby={describe(stem, hint, error)}
    >
      <legend class={legendHidden === true ? "sr" : "flabel"}>{legend}</legend>
      <FrenchUnder>{french}</FrenchUnder>
      {hint !== undefined && (
        <p class="hint" id={`${stem}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && <FieldError id={`${stem}-error`}>{error}</FieldError>}
      <div class="dates">
        {PARTS.map(({ part, length }) => {
          const invalid = error !== undefined && (errorPart === undefined || errorPart === part);
          return (
            <div class="field" key={part}>
              <label for={`${stem}-${part}`}>{t(`common.date.${part}`)}</label>
              <input
                {...PERSONAL}
                class="input"
                type="text"
                id={`${stem}-${part}`}
                inputMode="numeric"
                maxLength={length}
                dir={part === "month" ? "auto" : "ltr"}
                value={value[part]}
                aria-invalid={invalid ? "true" : undefined}
                aria-describedby={invalid ? `${stem}-error` : undefined}
                onInput={(event) => onChange({ ...value, [part]: event.currentTarget.value })}
                onBlur={onLeave}
              />
            </div>
          );
        })}
      </div>
      {unknown !== undefined && (
        <Checkbox
          checked={unknown.value}
          onChange={unknown.onChange}
          label={t("common.date.unknown")}
          icon="je-ne-sais-pas"
        />
      )}
    </fieldset>
  );
}
