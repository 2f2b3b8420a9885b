/** On a device that joined and has pulled nothing yet: what it shows is empty, and says why. Draws nothing elsewhere. */
import { useAreas, useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { useAsk } from "./satchel.ts";

export function Arriving() {
  const t = useT();
  const worded = useAreas("devices");
  const asked = useAsk("opening", (api) => api.opening(), ["opening", "papers"]);
  const arriving = asked.state === "ready" && asked.value.type === "open" && asked.value.arriving === true;
  if (!arriving || !worded) return null;
  return (
    <Banner tone="quiet" icon="reseau" title={t("devices.arriving.title")}>
      {t("devices.arriving.text")}
    </Banner>
  );
}
