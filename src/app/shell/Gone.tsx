/** Everything was erased from this device: the last screen, drawn from what the page already holds. Runs in the page. */
import { useT } from "../i18n/useT.ts";
import { Frame } from "../state/Frame.tsx";

export function GoneScreen() {
  const t = useT();
  return (
    <Frame title={t("erase.gone.title")} flap="open">
      <h1>{t("erase.gone.title")}</h1>
      <p>{t("erase.gone.text")}</p>
      <a class="link-row" href="/" target="_top">
        {t("erase.gone.again")}
      </a>
    </Frame>
  );
}
