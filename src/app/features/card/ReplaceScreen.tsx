/**
 * Another card in place of a lost one: first what happens to the old one, then the new one, which opens nothing before it
 * was tried. In the page.
 */
import { useState } from "preact/hooks";
import type { ShownCard } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Item, List } from "../../ui/List.tsx";
import { Loading } from "../../ui/States.tsx";
import { CardPaper, PrintedCards, Trouble, useCardQr, useOutside } from "./parts.tsx";

/** The card that waits for its drill. */
function Drawn({
  card,
  off,
  onDropped,
}: {
  readonly card: ShownCard;
  readonly off: boolean;
  readonly onDropped: () => void;
}) {
  const t = useT();
  const { api } = useSatchel();
  const { say, go } = useShell();
  const { print } = useRoot();
  const { drawing, absent } = useCardQr(card.qr);
  const facts = useOutside(card.blockNumber ?? null);
  const paper = { groups: card.groups, qr: drawing, facts, off };
  const title = t("card.new", { n: card.set + 1 });
  const [error, setError] = useState<string | undefined>();
  const drop = (): void =>
    void api.dropPendingCard().then((answer) => {
      if (!answer.ok) {
        setError(errorText(answer.error));
        return;
      }
      onDropped();
      say(t("card.replace.dropped"));
      go(paths.card);
    });
  return (
    <>
      <p class="noprint">{t("card.replace.drawn")}</p>
      <div class="noprint stack-m">
        <CardPaper {...paper} title={title} />
        {absent && (
          <Banner tone="quiet" icon="information">
            {t("card.noQr")}
          </Banner>
        )}
      </div>
      <PrintedCards {...paper} title={title} double={title} />
      <div class="actions noprint">
        <LinkButton wide icon="qr" href={paths.drill}>
          {t("card.replace.try")}
        </LinkButton>
        <Button kind="second" wide icon="imprimer" onPress={print}>
          {t("card.print.two")}
        </Button>
        <LinkButton kind="second" wide icon="modifier" href={paths.handCard}>
          {t("card.hand.link")}
        </LinkButton>
        <LinkButton kind="second" wide icon="agrandir" href={paths.bigCard}>
          {t("card.show.link")}
        </LinkButton>
        {error !== undefined && (
          <Banner tone="redo" icon="attention">
            {error}
          </Banner>
        )}
        <Button kind="plain" wide onPress={drop}>
          {t("card.replace.drop")}
        </Button>
      </div>
    </>
  );
}

export function ReplaceScreen() {
  const t = useT();
  const { api } = useSatchel();
  const asked = useAsk("cardState", (each) => each.cardState(), ["opening"]);
  const [card, setCard] = useState<ShownCard | null>(null);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const state = asked.state === "ready" ? asked.value : null;

  const draw = (): void => {
    setBusy(true);
    setError(undefined);
    void api.replaceCard().then((answer) => {
      setBusy(false);
      if (answer.ok) setCard(answer.value);
      else setError(errorText(answer.error));
    });
  };
  const title = t(card === null ? "card.replace.title" : "card.replace.drawnTitle");
  return (
    <Frame
      title={title}
      back={paths.card}
      arrival={card === null ? "before" : "drawn"}
      failing={error !== undefined || asked.state === "failed"}
    >
      <h1 class="noprint">{title}</h1>
      {asked.state === "loading" && <Loading text={t("card.loading")} />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {state !== null && card === null && (
        <>
          <div class="stack-m">
            <p>{t("card.replace.text")}</p>
            <p>{t("card.replace.then")}</p>
            <List>
              <Item icon="telephone" title={t("card.replace.thenHere")} />
              <Item icon="reseau" title={t("card.replace.thenServer")} />
              <Item icon="horloge" title={t("card.replace.thenBackup")} />
            </List>
            <p>{t("card.replace.doubles")}</p>
          </div>
          {state.pending && (
            <Banner tone="quiet" icon="information">
              {t("card.more.pending")}
            </Banner>
          )}
          {error !== undefined && (
            <Banner tone="redo" icon="attention">
              {error}
            </Banner>
          )}
          <Button wide icon="qr" onPress={draw} busy={busy ? t("card.replace.drawing") : undefined}>
            {t("card.replace.draw")}
          </Button>
        </>
      )}
      {state !== null && card !== null && <Drawn card={card} off={state.off} onDropped={() => setCard(null)} />}
    </Frame>
  );
}
