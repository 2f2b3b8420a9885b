/** What both screens show before a helper is taken in: four pictures and eight digits, to be said aloud. In the page. */
import type { JoinCheck } from "../../../workers/team-desk.contract.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { FourPictures } from "../../ui/FourPictures.tsx";

export function Compare({ check }: { readonly check: JoinCheck }) {
  const t = useT();
  if (!useAreas("opening")) return null;
  const { digits } = check;
  return (
    <div class="stack-s">
      <FourPictures pictures={check.pictures} label={t("equipe.compare.pictures")} />
      <p>
        {t("equipe.compare.digits")}{" "}
        <b>
          <bdi dir="ltr">{`${digits.slice(0, 4)} ${digits.slice(4)}`}</bdi>
        </b>
      </p>
    </div>
  );
}
