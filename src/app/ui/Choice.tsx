/** Answers to choose from: the whole block is the target. Native radios and checkboxes. Runs in the page. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

export interface ChoiceOption<V extends string> {
  readonly value: V;
  readonly label: string;
  /** An example or a consequence, in smaller text; part of the name. */
  readonly more?: ComponentChildren;
  readonly icon?: IconName | undefined;
  /** In place of the icon: a thumbnail. */
  readonly start?: ComponentChildren;
  /** For names of languages, written in their own. */
  readonly lang?: string | undefined;
  readonly dir?: "ltr" | "rtl" | undefined;
}

interface OptionProps<V extends string> {
  readonly option: ChoiceOption<V>;
  readonly id: string;
  readonly type: "radio" | "checkbox";
  readonly name: string;
  readonly checked: boolean;
  readonly invalid: boolean;
  readonly onPick: (checked: boolean) => void;
}

function Option<V extends string>({ option, id, type, name, checked, invalid, onPick }: OptionProps<V>) {
  const { value, label, more, icon, start, lang, dir } = option;
  return (
    <div class={type === "checkbox" ? "choice choice--check" : "choice"}>
      <input
        type={type}
        id={id}
        name={name}
        value={value}
        checked={checked}
        autocomplete="off"
        aria-invalid={invalid ? "true" : undefined}
        onChange={(event) => onPick(event.currentTarget.checked)}
      />
      <label for={id}>
        {start}
        {icon !== undefined && <Icon name={icon} />}
        <span class="choice__t" lang={lang} dir={dir}>
          {label}
          {more !== undefined && <span> {more}</span>}
        </span>
      </label>
    </div>
  );
}

interface GroupLook<V extends string> {
  readonly options: readonly ChoiceOption<V>[];
  /** Shown last, after "ou": "Je ne sais pas". An answer like any other. */
  readonly unknown?: ChoiceOption<V> | undefined;
  /** Two columns where there is room, for short words. */
  readonly columns?: 1 | 2 | undefined;
  /** Id of the first option, for the link of an error summary. */
  readonly firstId?: string | undefined;
  readonly invalid?: boolean | undefined;
}

export interface RadioGroupProps<V extends string> extends GroupLook<V> {
  readonly value: V | undefined;
  readonly onChange: (value: V) => void;
}

export interface CheckGroupProps<V extends string> extends GroupLook<V> {
  readonly values: readonly V[];
  readonly onChange: (values: readonly V[]) => void;
}

interface GroupProps<V extends string> extends GroupLook<V> {
  readonly type: "radio" | "checkbox";
  readonly isChecked: (value: V) => boolean;
  readonly onPick: (value: V, checked: boolean) => void;
}

function Group<V extends string>(props: GroupProps<V>) {
  const { options, unknown, columns, firstId, invalid = false, type, isChecked, onPick } = props;
  const t = useT();
  const name = useId();
  const row = (option: ChoiceOption<V>, id: string) => (
    <Option
      key={option.value}
      option={option}
      id={id}
      type={type}
      name={name}
      invalid={invalid}
      checked={isChecked(option.value)}
      onPick={(checked) => onPick(option.value, checked)}
    />
  );
  return (
    <div class={columns === 2 ? "choices choices--2" : "choices"}>
      {options.map((option, at) => row(option, at === 0 && firstId !== undefined ? firstId : `${name}-${at}`))}
      {unknown !== undefined && (
        <p class="choices__or" aria-hidden="true">
          {t("common.question.or")}
        </p>
      )}
      {unknown !== undefined && row(unknown, `${name}-unknown`)}
    </div>
  );
}

/** One answer among several. Goes inside a fieldset, whose legend is the question. */
export function RadioGroup<V extends string>({ value, onChange, ...look }: RadioGroupProps<V>) {
  return <Group {...look} type="radio" isChecked={(v) => v === value} onPick={(v) => onChange(v)} />;
}

/** Several answers. Goes inside a fieldset, whose legend is the question. */
export function CheckGroup<V extends string>({ values, onChange, ...look }: CheckGroupProps<V>) {
  const pick = (value: V, checked: boolean): void =>
    onChange(checked ? [...values.filter((v) => v !== value), value] : values.filter((v) => v !== value));
  return <Group {...look} type="checkbox" isChecked={(v) => values.includes(v)} onPick={pick} />;
}

export interface CheckboxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label: string;
  readonly more?: ComponentChildren;
  readonly icon?: IconName | undefined;
  readonly id?: string | undefined;
  readonly invalid?: boolean | undefined;
}

/** One checkbox alone, such as a declaration. */
export function Checkbox({ checked, onChange, label, more, icon, id, invalid = false }: CheckboxProps) {
  const own = useId();
  return (
    <Option
      option={{ value: "on", label, more, icon }}
      id={id ?? own}
      type="checkbox"
      name={own}
      checked={checked}
      invalid={invalid}
      onPick={onChange}
    />
  );
}
