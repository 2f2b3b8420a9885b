/**
 * The rescue card (mock-up 15): the card itself, what it opens today and where, to print, copy, show and try; and the ways
 * to what is rarer: another card, a theft, the card on this phone. In the page.
 */
import { useEffect, useState } from "preact/hooks";
import type { CardState } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Item, List } from "../../ui/List.tsx";
import { Loading } from "../../ui/States.tsx";
import { CodeForCard, useLasting } from "./CodeForCard.tsx";
import { CardPaper, elsewhere, PrintedCards, Trouble, useCardQr, useOutside } from "./parts.tsx";

/** What the server last said about this way in, when it is not as it should be. */
function WayState() {
  const t = useT();
  const asked = useAsk("opening", (api) => api.opening(), ["opening"]);
  if (asked.state !== "ready" || asked.value.type !== "open") return null;
  const { way } = asked.value;
  return (
    <>
      {way.blockedAt !== null && (
        <Banner
          tone="redo"
          icon="cadenas"
          title={t("card.state.blocked.title", { date: formatDate(way.blockedAt, "long") })}
        >
          {t("card.state.blocked.text")}
        </Banner>
      )}
      {way.trouble !== undefined && (
        <Banner tone="redo" icon="attention" title={t(`card.state.trouble.${way.trouble}.title`)}>
          {t(`card.state.trouble.${way.trouble}.text`)}
        </Banner>
      )}
      {way.frozen ? (
        <Banner
          tone="redo"
          icon="attention"
          title={t("card.state.frozen.title")}
          link={{ href: paths.newCard, text: t("card.more.replace") }}
        >
          {t("card.state.frozen.text")}{" "}
        </Banner>
      ) : (
        way.tries > 0 && (
          <Banner tone="soon" icon="attention" link={{ href: paths.newCard, text: t("card.more.replace") }}>
            {t("card.state.tries", { count: way.tries })}{" "}
          </Banner>
        )
      )}
    </>
  );
}

/** Drilled or not, when, and whether it opens another phone; each in words and with a sign. */
function Facts({ state }: { readonly state: CardState }) {
  const t = useT();
  const { drilledAt, due } = state;
  const there = elsewhere(state);
  return (
    <ul class="stack-s">
      {drilledAt !== null && (
        <li class="line">
          <Icon name={due ? "horloge" : "valider"} size="s" />
          <span>
            {t("card.try.last", { date: formatDate(drilledAt, "long") })} {due && t("card.try.due")}
          </span>
        </li>
      )}
      <li class="line">
        <Icon name={there === "yes" ? "valider" : "en-attente"} size="s" />
        <span>{t(`card.server.${there}`)}</span>
      </li>
    </ul>
  );
}

function Where({ off }: { readonly off: boolean }) {
  const t = useT();
  return (
    <section class="stack-s" aria-labelledby="ou">
      <h2 id="ou">{t("card.where.title")}</h2>
      <List>
        <Item
          icon="maison"
          title={t("card.where.away")}
          detail={t(off ? "card.where.awayMoreOff" : "card.where.awayMore")}
        />
        <Item icon="personne" title={t("card.where.trust")} detail={t("card.where.trustMore")} />
        <Item icon="oeil-barre" title={t("card.where.photo")} />
      </List>
    </section>
  );
}

function More({ state }: { readonly state: CardState }) {
  const t = useT();
  // What changes the ways in, or opens by this very device, is for the person's own one.
  const { shared } = useRoot();
  return (
    <section class="stack-s" aria-labelledby="plus">
      <h2 id="plus">{t("card.more.title")}</h2>
      <List>
        {shared !== true && (
          <Item
            icon="synchroniser"
            href={paths.newCard}
            title={t("card.more.replace")}
            detail={t(state.pending ? "card.more.pending" : "card.more.replaceMore")}
          />
        )}
        {shared !== true && (
          <Item icon="parler" href={paths.returns} title={t("card.more.returns")} detail={t("card.more.returnsMore")} />
        )}
        <Item icon="cadenas" href={paths.blockCard} title={t("card.more.block")} detail={t("card.more.blockMore")} />
        {shared !== true && (
          <Item
            icon="telephone"
            href={paths.cardHere}
            title={t("card.more.here")}
            detail={t(state.off ? "card.more.hereOff" : "card.more.hereOn")}
          />
        )}
      </List>
    </section>
  );
}

export function CardScreen() {
  const t = useT();
  const { go } = useShell();
  const { print, shared } = useRoot();
  const asked = useAsk("card", (api) => api.card(), ["opening"]);
  const askedState = useAsk("cardState", (api) => api.cardState(), ["opening"]);
  const card = asked.state === "ready" ? asked.value : null;
  const state = askedState.state === "ready" ? askedState.value : null;
  const isAsked = useLasting(card?.drilled === true && state?.needsCode === true);
  // Once asked it stays, so that its answer is seen, and keeps the focus.
  const [asksCode, setAsksCode] = useState(false);
  useEffect(() => {
    if (isAsked) setAsksCode(true);
  }, [isAsked]);
  const { drawing, absent } = useCardQr(card?.qr ?? null);
  const facts = useOutside(state?.blockNumber ?? null);
  const failed = asked.state === "failed" ? asked : askedState.state === "failed" ? askedState : null;
  const paper = card === null || state === null ? null : { groups: card.groups, qr: drawing, facts, off: state.off };
  return (
    <Frame title={t("card.title")} back={paths.home} failing={failed !== null}>
      <div class="stack-m noprint">
        {card !== null && !card.drilled && (
          <p class="meta">
            <b>{t("opening.step", { n: 2, total: 2 })}</b>
          </p>
        )}
        <h1>{t("card.title")}</h1>
        <p>{t(state?.off === true ? "card.textOff" : "card.text")}</p>
        <p>{t("card.lostPhone")}</p>
        <ReadAloud
          text={[t("card.title"), t(state?.off === true ? "card.textOff" : "card.text"), t("card.lostPhone")]}
        />
      </div>
      {failed === null && paper === null && <Loading text={t("card.loading")} />}
      {failed !== null && (
        <Trouble
          error={failed.error}
          onRetry={() => {
            asked.again();
            askedState.again();
          }}
        />
      )}
      {card !== null && state !== null && paper !== null && (
        <>
          <div class="noprint stack-m">
            <WayState />
            <CardPaper {...paper} title={t("card.number", { n: card.set + 1 })} />
            {absent && (
              <Banner tone="quiet" icon="information">
                {t("card.noQr")}
              </Banner>
            )}
            <Facts state={state} />
            {asksCode && <CodeForCard replaced={false} there={elsewhere(state)} />}
          </div>
          <PrintedCards
            {...paper}
            title={t("card.number", { n: card.set + 1 })}
            double={t("card.double", { n: card.set + 1 })}
          />
          <div class="noprint stack-m">
            {!card.drilled && (
              <section class="stack-s" aria-labelledby="essai">
                <h2 id="essai">{t("card.try.title")}</h2>
                <p>{t("card.try.text")}</p>
              </section>
            )}
            <div class="actions">
              <LinkButton wide kind={card.drilled && !state.due ? "second" : "main"} icon="qr" href={paths.drill}>
                {t(card.drilled ? "card.try.again" : "card.try.first")}
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
            </div>
            {card.drilled ? (
              <LinkButton wide kind={state.due ? "plain" : "main"} href={paths.home}>
                {t("card.toHome")}
              </LinkButton>
            ) : shared === true ? null : (
              <div class="stack-s">
                <LinkRow icon="horloge" href={paths.home} onPress={() => go(paths.home)}>
                  {t("card.try.later")}
                </LinkRow>
                <p class="meta">{t("card.try.laterMore")}</p>
              </div>
            )}
          </div>
          <div class="noprint stack-l">
            <Where off={state.off} />
            {card.drilled && <More state={state} />}
          </div>
        </>
      )}
    </Frame>
  );
}
