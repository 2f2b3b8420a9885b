/**
 * "/guichet/reconnaitre": the sheet that is printed and put on the desk, with which a person's phone tells this organisation from one
 * that a server only pretends to be (decisions/0047). In the page; needs no network.
 */
import { useT } from "../../i18n/useT.ts";
import { Button } from "../../ui/Button.tsx";
import { Qr, useQr } from "../../ui/Qr.tsx";
import { SheetCode } from "../../ui/SheetCode.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";
import { failureMark, failureText, useDeskAsk, useDeskShell } from "../state.ts";

export function SheetScreen() {
  const t = useT();
  const { organisation, print } = useDeskShell();
  const asked = useDeskAsk("sheet", (api) => api.deskSheet(), ["team"]);
  const drawing = useQr(asked.state === "ready" ? asked.value.text : null);
  const title = t("desk.sheet.title");
  return (
    <DeskFrame title={title} arrival={asked.state} failing={asked.state === "failed" || drawing === "absent"}>
      <h1>{title}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && (
        <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
      )}
      {asked.state === "ready" && (
        <>
          <p class="wide-p noprint">{t("guichets.sheet.lead")}</p>
          <section class="card stack-m" aria-labelledby="feuille">
            <h2 id="feuille">
              <bdi>{organisation}</bdi>
            </h2>
            {drawing === "absent" && <p class="err">{t("guichets.sheet.absent")}</p>}
            {drawing !== null && drawing !== "absent" && (
              <Qr drawing={drawing} label={t("guichets.sheet.code", { name: organisation })} />
            )}
            <p>{t("guichets.sheet.how")}</p>
            <SheetCode check={asked.value} label={t("guichets.sheet.pictures")} />
          </section>
          <div class="actions noprint">
            <Button icon="imprimer" onPress={print}>
              {t("guichets.sheet.print")}
            </Button>
          </div>
          <p class="meta noprint">{t("guichets.sheet.again")}</p>
        </>
      )}
    </DeskFrame>
  );
}
