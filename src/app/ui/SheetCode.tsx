/** What two screens compare of an organisation's keys: four pictures and eight digits. Needs the areas "opening" and "guichets". */
import type { SheetCheck } from "../../workers/in-person.contract.ts";
import { useT } from "../i18n/useT.ts";
import { FourPictures } from "./FourPictures.tsx";

export function SheetCode({ check, label }: { readonly check: SheetCheck; readonly label: string }) {
  const t = useT();
  const { digits } = check;
  return (
    <div class="stack-s">
      <FourPictures pictures={check.pictures} label={label} />
      <p>
        {t("guichets.digits")}{" "}
        <b>
          <bdi dir="ltr">{`${digits.slice(0, 4)} ${digits.slice(4)}`}</bdi>
        </b>
      </p>
    </div>
  );
}
