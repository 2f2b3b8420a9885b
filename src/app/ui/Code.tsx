/**
 * The code (six digits, or pictures: PictureEntry.tsx) and the typed card. Runs in the page.
 *
 * Surprising: the code's real field is always empty. Digits are taken out of it as they come and live in memory only, so
 * that no browser, keyboard or password manager can keep them (INV-3); the cells are drawn, and "Voir" changes the
 * drawing, never the field's type.
 */
import { useId, useRef } from "preact/hooks";
import { westernDigits } from "../i18n/months.ts";
import { useT } from "../i18n/useT.ts";
import { Icon } from "./icons/Icon.tsx";
import { PictureEntry } from "./PictureEntry.tsx";
import { PERSONAL } from "./personal.tsx";

export const CODE_LENGTH = 6;

const digitsOf = (text: string): string => westernDigits(text).replace(/\D/g, "");

export interface CodeEntryProps {
  /** Default: digits. With pictures the words of `opening` must be here. */
  readonly kind?: "digits" | "pictures" | undefined;
  /** The digits so far, "" to "417233"; or the pictures, "" to "i03110007" (pictures.ts). */
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Called once, with the sixth digit or the fourth picture. */
  readonly onComplete?: ((code: string) => void) | undefined;
  /** A "Valider" key, for choosing a code. Without it the key's place holds "Voir", for opening. */
  readonly onConfirm?: ((code: string) => void) | undefined;
  readonly shown: boolean;
  readonly onShow: (shown: boolean) => void;
  /** Name of the field; default "Code à 6 chiffres". */
  readonly label?: string | undefined;
  /** Under the cells: "Évitez 123456 et votre date de naissance." */
  readonly hint?: string | undefined;
  /** "Ce n'est pas ce code. Il reste 8 essais." */
  readonly error?: string | undefined;
  readonly busy?: boolean | undefined;
}

interface CellsProps {
  readonly value: string;
  readonly shown: boolean;
}

function Cells({ value, shown }: CellsProps) {
  return Array.from({ length: CODE_LENGTH }, (_, at) => {
    const digit = value[at];
    const className = at === value.length ? "now" : shown && digit !== undefined ? "shown" : undefined;
    return (
      <span key={at} class={className} aria-hidden="true">
        {digit !== undefined && (shown ? digit : <i />)}
      </span>
    );
  });
}

/** A code of either kind. */
export function CodeEntry({ kind = "digits", ...props }: CodeEntryProps) {
  return kind === "pictures" ? <PictureEntry {...props} /> : <DigitEntry {...props} />;
}

/** Six cells over one real field, and a keypad. Typing, pasting and the keypad all work. */
function DigitEntry(props: Omit<CodeEntryProps, "kind">) {
  const { value, onChange, onComplete, onConfirm, shown, onShow, label, hint, error, busy = false } = props;
  const t = useT();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);

  const put = (digits: string): void => {
    if (busy || digits === "") return;
    // A whole code pasted or filled in replaces what is there; single digits are added.
    const next = (digits.length >= CODE_LENGTH ? digits : value + digits).slice(0, CODE_LENGTH);
    if (next === value) return;
    onChange(next);
    if (next.length === CODE_LENGTH) onComplete?.(next);
  };
  const erase = (): void => {
    if (!busy) onChange(value.slice(0, -1));
  };
  const confirm = (): void => {
    if (value.length === CODE_LENGTH && !busy) onConfirm?.(value);
    else field.current?.focus();
  };

  const onBeforeInput = (event: InputEvent): void => {
    if (event.isComposing) return;
    event.preventDefault();
    put(digitsOf(event.data ?? ""));
  };
  const onInput = (event: Event & { readonly currentTarget: HTMLInputElement }): void => {
    const typed = digitsOf(event.currentTarget.value);
    event.currentTarget.value = "";
    put(typed);
  };
  const onPaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    put(digitsOf(event.clipboardData?.getData("text") ?? ""));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Backspace") {
      event.preventDefault();
      erase();
    } else if (event.key === "Enter") {
      event.preventDefault();
      confirm();
    }
  };

  const show = (
    <button
      type="button"
      class={onConfirm === undefined ? "key key--word" : "edit"}
      aria-pressed={shown}
      onClick={() => onShow(!shown)}
    >
      <Icon name={shown ? "oeil-barre" : "oeil"} />
      {t("common.action.show")}
    </button>
  );
  const missing = CODE_LENGTH - value.length;
  return (
    <div class="stack" aria-busy={busy ? "true" : undefined}>
      <div class="stack-s">
        <label for={id} class="sr">
          {label ?? t("common.code.label")}
        </label>
        <div class={error === undefined ? "cells" : "cells cells--wrong"}>
          <Cells value={value} shown={shown} />
          <input
            {...PERSONAL}
            ref={field}
            id={id}
            type="password"
            inputMode="none"
            data-empty-field=""
            aria-describedby={`${id}-count ${id}-hint`}
            aria-invalid={error === undefined ? undefined : "true"}
            onBeforeInput={onBeforeInput}
            onInput={onInput}
            onPaste={onPaste}
            onKeyDown={onKeyDown}
          />
        </div>
        <p class="sr" role="status" id={`${id}-count`}>
          {t("common.code.typed", { count: value.length })}
          {shown && value !== "" && ` : ${[...value].join(" ")}`}
        </p>
        {error !== undefined && (
          <p class="err" role="alert">
            <Icon name="attention" />
            <span>{error}</span>
          </p>
        )}
        <div class={onConfirm === undefined ? "center" : "row row--tight row--nowrap row--between"}>
          <p class={onConfirm === undefined ? "hint center" : "hint"} id={`${id}-hint`}>
            {hint}
          </p>
          {onConfirm !== undefined && show}
        </div>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would make the keypad a form group with a legend */}
      <div class="pad" role="group" aria-label={t("common.code.pad")}>
        {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((digit) => (
          <button key={digit} type="button" class="key" onClick={() => put(digit)}>
            {digit}
          </button>
        ))}
        <button type="button" class="key key--word" onClick={erase}>
          <Icon name="effacer" />
          {t("common.action.erase")}
        </button>
        <button type="button" class="key" onClick={() => put("0")}>
          0
        </button>
        {onConfirm === undefined ? (
          show
        ) : (
          <button
            type="button"
            class="key key--word key--ok"
            aria-disabled={missing > 0 ? "true" : undefined}
            aria-label={
              missing > 0
                ? `${t("common.action.confirm")} (${t("common.code.missing", { count: missing })})`
                : undefined
            }
            onClick={confirm}
          >
            <Icon name="valider" />
            {t("common.action.confirm")}
          </button>
        )}
      </div>
    </div>
  );
}

export const CARD_GROUPS = 10;
const GROUP_LENGTH = 4;

const lettersOf = (text: string): string =>
  westernDigits(text)
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "");

export interface CardGroupsProps {
  /** Ten groups as typed so far; missing ones are "". */
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
  /** Groups whose letters cannot be right (checksum), counted from 0. */
  readonly wrong?: readonly number[] | undefined;
  /** What the groups are; default: the card's code. */
  readonly legend?: string | undefined;
}

/** The card's code, typed: ten fields of four. A whole code pasted anywhere fills them all. */
export function CardGroups({ value, onChange, wrong = [], legend }: CardGroupsProps) {
  const t = useT();
  const stem = useId();
  const type = (at: number, text: string): void => {
    const groups = Array.from({ length: CARD_GROUPS }, (_, n) => value[n] ?? "");
    const letters = lettersOf(text);
    if (letters.length <= GROUP_LENGTH) groups[at] = letters;
    else
      for (let n = at, from = 0; n < CARD_GROUPS && from < letters.length; n += 1, from += GROUP_LENGTH)
        groups[n] = letters.slice(from, from + GROUP_LENGTH);
    onChange(groups);
    const next = Math.min(CARD_GROUPS - 1, at + Math.floor(letters.length / GROUP_LENGTH));
    if (next !== at) document.getElementById(`${stem}-${next}`)?.focus();
  };
  return (
    <fieldset>
      <legend class="sr">{legend ?? t("common.card.groups")}</legend>
      <div class="cells-g">
        {Array.from({ length: CARD_GROUPS }, (_, at) => (
          <div class="field" key={at}>
            <span class="meta" aria-hidden="true">
              {at + 1}
            </span>
            <input
              {...PERSONAL}
              class="input"
              type="text"
              dir="ltr"
              id={`${stem}-${at}`}
              value={value[at] ?? ""}
              aria-label={t("common.card.group", { n: at + 1, total: CARD_GROUPS })}
              aria-invalid={wrong.includes(at) ? "true" : undefined}
              onInput={(event) => type(at, event.currentTarget.value)}
            />
          </div>
        ))}
      </div>
    </fieldset>
  );
}
