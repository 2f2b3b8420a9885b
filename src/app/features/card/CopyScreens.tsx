/** Two ways to take the card along without a printer: written by hand, or photographed by a relative. In the page. */
import type { ComponentChildren } from "preact";
import type { CardState, ShownCard } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Qr } from "../../ui/Qr.tsx";
import { Loading } from "../../ui/States.tsx";
import { Groups, PrintedBlanks, Trouble, useCardQr, useOutside } from "./parts.tsx";

interface WithCardProps {
  readonly title: string;
  readonly children: (card: ShownCard, state: CardState) => ComponentChildren;
}

/** The card to copy: the new one while it waits for its drill, else the one that opens. In all states. */
function WithCard({ title, children }: WithCardProps) {
  const t = useT();
  const state = useAsk("cardState", (api) => api.cardState(), ["opening"]);
  const pending = state.state === "ready" && state.value.pending;
  const card = useAsk(
    pending ? "newCard" : "card",
    (api) => (pending ? api.replaceCard() : api.card()),
    pending ? [] : ["opening"],
  );
  const failed = state.state === "failed" ? state : card.state === "failed" ? card : null;
  return (
    <Frame title={title} back={paths.card} failing={failed !== null}>
      <h1 class="noprint">{title}</h1>
      {failed !== null && (
        <Trouble
          error={failed.error}
          onRetry={() => {
            state.again();
            card.again();
          }}
        />
      )}
      {failed === null && (state.state !== "ready" || card.state !== "ready") && <Loading text={t("card.loading")} />}
      {state.state === "ready" && card.state === "ready" && children(card.value, state.value)}
    </Frame>
  );
}

function Hand({ card, state }: { readonly card: ShownCard; readonly state: CardState }) {
  const t = useT();
  const { print } = useRoot();
  const blockNumber = card.blockNumber ?? (state.pending ? null : state.blockNumber);
  const facts = useOutside(blockNumber);
  return (
    <>
      <div class="noprint stack-m">
        <p>{t("card.hand.text")}</p>
        <p>{t("card.hand.letters")}</p>
        <p class="meta">
          <b>{t(state.pending ? "card.new" : "card.number", { n: card.set + 1 })}</b>
        </p>
        <ol class="handgroups" dir="ltr" translate={false}>
          {card.groups.map((group, at) => (
            <li key={at}>
              <span aria-hidden="true">{at + 1}</span>
              <b>{group}</b>
            </li>
          ))}
        </ol>
        {blockNumber !== null && (
          <section class="stack-s" aria-labelledby="blocage">
            <h2 class="h3" id="blocage">
              {t("card.outside.block")}
            </h2>
            <p>
              <bdi class="blocknumber" dir="ltr" translate={false}>
                {blockNumber}
              </bdi>
            </p>
            <p>{t("card.hand.block")}</p>
          </section>
        )}
      </div>
      <PrintedBlanks facts={facts} />
      <div class="actions noprint">
        <LinkButton wide iconEnd="fleche" href={paths.drill}>
          {t("card.hand.done")}
        </LinkButton>
        <Button kind="second" wide icon="imprimer" onPress={print} describedBy="vierge">
          {t("card.hand.blank")}
        </Button>
        <p class="meta" id="vierge">
          {t("card.hand.blankMore")}
        </p>
      </div>
    </>
  );
}

/** Groups in large letters, one per line; a blank card to print. */
export function HandScreen() {
  const t = useT();
  return <WithCard title={t("card.hand.title")}>{(card, state) => <Hand card={card} state={state} />}</WithCard>;
}

function Big({ card, state }: { readonly card: ShownCard; readonly state: CardState }) {
  const t = useT();
  const { drawing, absent } = useCardQr(card.qr);
  return (
    <>
      <div class="bigcard">
        <b>{t(state.pending ? "card.new" : "card.number", { n: card.set + 1 })}</b>
        {drawing !== null && <Qr drawing={drawing} label={t("card.qr")} />}
        <Groups groups={card.groups} />
      </div>
      {absent && (
        <Banner tone="quiet" icon="information">
          {t("card.noQr")}
        </Banner>
      )}
      <p>{t("card.show.text")}</p>
      <p class="meta">{t("card.where.photo")}</p>
      <LinkButton wide iconEnd="fleche" href={state.due || state.pending ? paths.drill : paths.card}>
        {t("card.show.done")}
      </LinkButton>
    </>
  );
}

/** For a relative's photograph, without network. */
export function BigScreen() {
  const t = useT();
  return <WithCard title={t("card.show.title")}>{(card, state) => <Big card={card} state={state} />}</WithCard>;
}
