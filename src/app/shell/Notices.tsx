/** What the app itself has to say above a screen: a newer version that waits for a good moment. Loaded when needed. */
import { useAreas, useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";

export function UpdateNotice({ onUpdate }: { readonly onUpdate: () => void }) {
  const t = useT();
  if (!useAreas("errors")) return null;
  return (
    <div class="stack-s">
      <Banner tone="quiet" icon="information" title={t("errors.update.title")}>
        {t("errors.update.text")}
      </Banner>
      <Button kind="second" small onPress={onUpdate}>
        {t("errors.update.action")}
      </Button>
    </div>
  );
}
