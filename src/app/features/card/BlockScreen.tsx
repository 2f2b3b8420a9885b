/** "Bloquer ma besace": the number of the card's outer half, who takes it, what it stops and what it leaves. In the page. */
import { useState } from "preact/hooks";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk } from "../../state/satchel.ts";
import { Button } from "../../ui/Button.tsx";
import { Item, List } from "../../ui/List.tsx";
import { Loading } from "../../ui/States.tsx";
import { Trouble } from "./parts.tsx";
import "./card.css";

function BlockNumber({ value }: { readonly value: string }) {
  const t = useT();
  const { copy } = useRoot();
  const [said, setSaid] = useState("");
  return (
    <section class="stack-s" aria-labelledby="numero">
      <h2 id="numero">{t("card.block.number")}</h2>
      <p>
        <bdi class="blocknumber" dir="ltr" translate={false}>
          {value}
        </bdi>
      </p>
      <p>{t("card.block.keep")}</p>
      <Button
        kind="second"
        wide
        icon="deux-copies"
        onPress={() => void copy(value).then((done) => setSaid(t(done ? "card.block.copied" : "card.block.notCopied")))}
      >
        {t("card.block.copy")}
      </Button>
      <p role="status">{said}</p>
    </section>
  );
}

export function BlockScreen() {
  const t = useT();
  const asked = useAsk("cardState", (each) => each.cardState(), ["opening"]);
  return (
    <Frame title={t("card.block.title")} back={paths.card} failing={asked.state === "failed"}>
      <h1>{t("card.block.title")}</h1>
      <p>{t("card.block.text")}</p>
      <ReadAloud
        text={[
          t("card.block.text"),
          t("card.block.how"),
          t("card.block.stops"),
          t("card.block.letters"),
          t("card.block.kept"),
          t("card.block.undo"),
        ]}
      />
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" &&
        (asked.value.blockNumber === null ? (
          <p>{t("card.block.none")}</p>
        ) : (
          <BlockNumber value={asked.value.blockNumber} />
        ))}
      <section class="stack-s" aria-labelledby="fait">
        <h2 id="fait">{t("card.block.how")}</h2>
        <List>
          <Item icon="cadenas" title={t("card.block.stops")} />
          <Item icon="pause" title={t("card.block.letters")} />
          <Item icon="valider" tone="done" title={t("card.block.kept")} />
          <Item icon="guichet" title={t("card.block.undo")} />
        </List>
      </section>
    </Frame>
  );
}
