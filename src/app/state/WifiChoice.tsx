/**
 * "Photos par Wi-Fi seulement": the same choice in the settings and on "Mes envois". Needs the area "space". In the page.
 *
 * Surprising: many browsers do not say what kind of line it is. Then every line counts as costly, and that is said.
 */
import { useState } from "preact/hooks";
import type { DataChoice } from "../../workers/satchel.contract.ts";
import { formatBytes } from "../i18n/format.ts";
import { useT } from "../i18n/useT.ts";
import { Checkbox } from "../ui/Choice.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { memo } from "../ui/memo.tsx";
import { useSatchel } from "./satchel.ts";

export const WifiChoice = memo(function WifiChoice({ data }: { readonly data: DataChoice }) {
  const t = useT();
  const { api } = useSatchel();
  const [refused, setRefused] = useState(false);
  const { photosOnWifi, lineKnown, held } = data;
  const choose = (next: boolean): void =>
    void api.setDataChoice({ photosOnWifi: next }).then((set) => setRefused(!set.ok));
  return (
    <div class="stack-s">
      <Checkbox
        checked={photosOnWifi}
        onChange={choose}
        label={t("space.wifi.label")}
        more={
          photosOnWifi && !lineKnown ? (
            <>
              {t("space.wifi.more")} {t("space.wifi.unknown")}
            </>
          ) : (
            t("space.wifi.more")
          )
        }
      />
      {held > 0 && (
        <p class="saved">
          <Icon name="en-attente" size="s" />
          <span>{t("space.wifi.held", { size: formatBytes(held) })}</span>
        </p>
      )}
      <div role="status">
        {refused && (
          <p class="err">
            <Icon name="attention" />
            <span>{t("space.wifi.refused")}</span>
          </p>
        )}
      </div>
    </div>
  );
});
