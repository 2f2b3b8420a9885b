/**
 * A code of four pictures out of twelve, in order (mock-up 02b). Runs in the page; `CodeEntry` draws it for codes of that
 * kind. Needs the words of `opening`.
 *
 * Surprising: while a code is chosen the pictures show their numbers, as there is nothing to guess yet; while one opens
 * nothing marks what was touched, because somebody may be looking, until "Voir" is pressed.
 */
import { useId } from "preact/hooks";
import { formatList } from "../i18n/format.ts";
import { useT } from "../i18n/useT.ts";
import { Button } from "./Button.tsx";
import type { CodeEntryProps } from "./Code.tsx";
import { Icon } from "./icons/Icon.tsx";
import { CODE_PICTURES, PICTURES, type Picture, pictureCode, picturesOf } from "./pictures.ts";

type EntryProps = Omit<CodeEntryProps, "kind">;

/** Four cells: a dot each, or the picture when it may be seen. */
function Cells({ chosen, shown }: { readonly chosen: readonly Picture[]; readonly shown: boolean }) {
  return Array.from({ length: CODE_PICTURES }, (_, at) => {
    const picture = chosen[at];
    return (
      <span key={at} class={at === chosen.length ? "now" : undefined} aria-hidden="true">
        {picture !== undefined && (shown ? <Icon name={picture} /> : <i />)}
      </span>
    );
  });
}

/** Twelve buttons to touch in order. The same picture may come twice. Backspace takes the last one away. */
export function PictureEntry(props: EntryProps) {
  const { value, onChange, onComplete, onConfirm, shown, onShow, label, hint, error, busy = false } = props;
  const t = useT();
  const id = useId();
  const chosen = picturesOf(value);
  const isChoosing = onConfirm !== undefined;
  const isSeen = isChoosing || shown;
  const missing = CODE_PICTURES - chosen.length;

  const add = (picture: Picture): void => {
    if (busy || missing === 0) return;
    const next = pictureCode([...chosen, picture]);
    onChange(next);
    if (missing === 1) onComplete?.(next);
  };
  const erase = (): void => {
    if (!busy) onChange(pictureCode(chosen.slice(0, -1)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Backspace") return;
    event.preventDefault();
    erase();
  };
  const nameOf = (picture: Picture): string => t(`opening.pictures.${picture}`);
  const placesOf = (picture: Picture): readonly number[] =>
    chosen.flatMap((one, at) => (one === picture ? [at + 1] : []));
  const count = t("opening.images.chosen", { count: chosen.length });
  const status =
    isSeen && chosen.length > 0
      ? t("opening.images.which", { chosen: count, names: formatList(chosen.map(nameOf)) })
      : count;
  const wrong =
    error === undefined ? null : (
      <p class="err" role="alert">
        <Icon name="attention" />
        <span>{error}</span>
      </p>
    );
  return (
    <div class="stack" aria-busy={busy ? "true" : undefined}>
      <div class="stack-s" id={`${id}-help`}>
        {isChoosing ? (
          <p>
            <b>{t("opening.images.touch")}</b> {hint}
          </p>
        ) : (
          <div class={error === undefined ? "cells cells--4" : "cells cells--4 cells--wrong"}>
            <Cells chosen={chosen} shown={shown} />
          </div>
        )}
        <p class={isChoosing ? "meta" : "sr"} role="status">
          {status}
        </p>
        {wrong}
        {!isChoosing && <p class="hint center">{hint}</p>}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: twelve buttons under a name, as in the design; not a form group */}
      <div
        class="pics"
        role="group"
        aria-label={label ?? t("opening.images.label")}
        aria-describedby={`${id}-help`}
        onKeyDown={onKeyDown}
      >
        {PICTURES.map((picture) => {
          const places = isSeen ? placesOf(picture) : [];
          return (
            <button
              key={picture}
              type="button"
              class={places.length > 0 ? "pic pic--in" : "pic"}
              onClick={() => add(picture)}
            >
              <Icon name={picture} />
              {nameOf(picture)}
              {places.length > 0 && (
                <em>
                  <span class="sr">{t("opening.images.place")}</span> {places.join(" ")}
                </em>
              )}
            </button>
          );
        })}
      </div>
      {isChoosing ? (
        <div class="actions">
          <Button kind="second" wide icon="effacer" onPress={erase}>
            {t("opening.images.erase")}
          </Button>
          <Button
            wide
            icon={missing > 0 ? undefined : "valider"}
            missing={missing > 0 ? t("opening.images.missing", { count: missing }) : undefined}
            onPress={() => {
              if (!busy) onConfirm(value);
            }}
          >
            {t("common.action.confirm")}
          </Button>
        </div>
      ) : (
        <div class="pad pad--2">
          <button type="button" class="key key--word" onClick={erase}>
            <Icon name="effacer" />
            {t("common.action.erase")}
          </button>
          <button type="button" class="key key--word" aria-pressed={shown} onClick={() => onShow(!shown)}>
            <Icon name={shown ? "oeil-barre" : "oeil"} />
            {t("common.action.show")}
          </button>
        </div>
      )}
    </div>
  );
}
