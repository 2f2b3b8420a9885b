/** Four pictures in their order, each with its word: they can be compared by eye or by voice. Needs the area "opening". */
import { useT } from "../i18n/useT.ts";
import { Icon } from "./icons/Icon.tsx";
import { PICTURES } from "./pictures.ts";

export interface FourPicturesProps {
  readonly pictures: readonly number[];
  readonly label: string;
}

export function FourPictures({ pictures, label }: FourPicturesProps) {
  const t = useT();
  return (
    <ol class="pics pics--four" aria-label={label}>
      {pictures.map((kind, at) => {
        const name = PICTURES[kind] ?? PICTURES[0];
        return (
          <li key={at} class="pic">
            <Icon name={name} />
            {`${at + 1}. ${t(`opening.pictures.${name}`)}`}
          </li>
        );
      })}
    </ol>
  );
}
