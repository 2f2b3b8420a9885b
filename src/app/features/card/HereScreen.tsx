/** "La carte et ce téléphone" (pair D+C): on or off, with what it means for somebody who fears a person at home. In the page. */
import { useState } from "preact/hooks";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Loading } from "../../ui/States.tsx";
import { Trouble } from "./parts.tsx";

export function HereScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const asked = useAsk("cardState", (each) => each.cardState(), ["opening"]);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const set = (on: boolean): void => {
    setBusy(true);
    setError(undefined);
    void api.setCardHere({ on }).then((answer) => {
      setBusy(false);
      if (!answer.ok) setError(errorText(answer.error));
      else say(t(on ? "card.here.isOn" : "card.here.isOff"), () => void api.setCardHere({ on: !on }));
    });
  };
  const off = asked.state === "ready" && asked.value.off;
  return (
    <Frame title={t("card.here.title")} back={paths.card} failing={error !== undefined || asked.state === "failed"}>
      <h1>{t("card.here.title")}</h1>
      <ReadAloud
        text={[
          t(off ? "card.here.now.off" : "card.here.now.on"),
          t("card.here.useful"),
          t("card.here.fearTitle"),
          t("card.here.fear"),
          t("card.here.hidden"),
          off ? undefined : t("card.here.price"),
        ]}
      />
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && (
        <>
          <div class="stack-m">
            <p class="line" role="status">
              <Icon name={off ? "cadenas" : "cle-carte"} size="s" />
              <span>{t(off ? "card.here.now.off" : "card.here.now.on")}</span>
            </p>
            <p>{t("card.here.useful")}</p>
          </div>
          <section class="stack-s" aria-labelledby="peur">
            <h2 id="peur">{t("card.here.fearTitle")}</h2>
            <p>{t("card.here.fear")}</p>
            <p>{t("card.here.hidden")}</p>
          </section>
          {!off && (
            <Banner tone="soon" icon="attention" quiet>
              {t("card.here.price")}
            </Banner>
          )}
          {error !== undefined && (
            <Banner tone="redo" icon="attention">
              {error}
            </Banner>
          )}
          <Button
            wide
            icon={off ? "cle-carte" : "cadenas"}
            onPress={() => set(off)}
            busy={busy ? t("card.drill.busy") : undefined}
          >
            {t(off ? "card.here.on" : "card.here.off")}
          </Button>
        </>
      )}
    </Frame>
  );
}
