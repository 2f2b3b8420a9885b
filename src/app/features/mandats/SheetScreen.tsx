/** The words of a mandate as they were signed: to read again, and to print for both sides. In the page; needs no network. */
import type { RecordId } from "../../../shared/ids.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { Button } from "../../ui/Button.tsx";
import { MandateSheet } from "../../ui/mandate/MandateSheet.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { Loading } from "../../ui/States.tsx";

/** "/mandats/:mandate/feuille" */
export function SheetScreen({ params }: ScreenProps) {
  const t = useT();
  const id = (params.mandate ?? "") as RecordId;
  const asked = useAsk(id, (api) => api.mandate(id), ["shares"]);
  return (
    <Frame
      title={t("mandats.sheet.title")}
      back={paths.mandate(id)}
      failing={asked.state === "failed"}
      arrival={asked.state}
    >
      <h1 class="noprint">{t("mandats.sheet.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && (
        <>
          <Button wide icon="imprimer" onPress={() => window.print()}>
            {t("mandats.sheet.print")}
          </Button>
          {asked.value.record.mandate.text.shown !== null && (
            <p class="noprint">
              <b>{t("mandats.sign.binds")}</b> {t("mandats.sign.bindsText")}
            </p>
          )}
          <MandateSheet {...asked.value.record.mandate} />
        </>
      )}
    </Frame>
  );
}
