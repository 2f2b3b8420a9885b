/** Twelve pictures to choose one from. */
import { useT } from "../../i18n/useT.ts";
import { PICTURES, type Picture } from "../../state/pictures.ts";
import { Icon } from "../../ui/icons/Icon.tsx";

export interface PictureChoiceProps {
  readonly value: Picture;
  /** Pictures of other persons of this phone: told, and not to be chosen. */
  readonly taken: readonly string[];
  readonly onChange: (picture: Picture) => void;
}

export function PictureChoice({ value, taken, onChange }: PictureChoiceProps) {
  const t = useT();
  return (
    // biome-ignore lint/a11y/useSemanticElements: toggle buttons under a name, as in the design; not a form group
    <div class="pics" role="group" aria-label={t("opening.picture.label")}>
      {PICTURES.map((picture) => (
        <button
          key={picture}
          type="button"
          class="pic"
          aria-pressed={picture === value}
          aria-disabled={taken.includes(picture) ? "true" : undefined}
          onClick={() => {
            if (!taken.includes(picture)) onChange(picture);
          }}
        >
          <Icon name={picture} />
          {t(`opening.pictures.${picture}`)}
          {taken.includes(picture) && <span class="meta">{t("opening.taken")}</span>}
        </button>
      ))}
    </div>
  );
}
