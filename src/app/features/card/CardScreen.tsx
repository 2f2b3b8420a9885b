/**
 * The rescue card (mock-up 15): QR and ten groups, to print or to copy by hand, and what it opens today. In the page.
 *
 * Surprising: card and QR stay black on white in the dark theme too, so that they can be read by a camera.
 */
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { failure } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { BrandMark } from "../../ui/Brand.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Item, List } from "../../ui/List.tsx";
import { Qr, useQr } from "../../ui/Qr.tsx";
import type { QrDrawing } from "../../ui/qr.ts";
import { FailedState, Loading } from "../../ui/States.tsx";

interface CardPaperProps {
  readonly title: string;
  readonly groups: readonly string[];
  readonly qr: QrDrawing | null;
  /** Where to bring a card that was found. */
  readonly place: string | null;
}

/** One card, as printed. */
function CardPaper({ title, groups, qr, place }: CardPaperProps) {
  const t = useT();
  return (
    <div class="cardprint">
      <p class="cardprint__top">
        <BrandMark />
        {title}
      </p>
      {qr !== null && <Qr drawing={qr} label={t("opening.rescue.qr")} />}
      <p class="groups" dir="ltr" translate={false}>
        <span class="sr">{t("opening.rescue.groups")} </span>
        {groups.map((group, at) => (
          <span key={at}>{group}</span>
        ))}
      </p>
      <small>
        {t("opening.rescue.alone")} {place !== null && t("opening.rescue.found", { place })}
      </small>
    </div>
  );
}

export function CardScreen() {
  const t = useT();
  const { go, contact } = useShell();
  const { print } = useRoot();
  const asked = useAsk("card", (api) => api.card(), ["opening"]);
  const card = asked.state === "ready" ? asked.value : null;
  const qr = useQr(card?.qr ?? null);
  const drawing = qr === "absent" ? null : qr;
  const place = contact === null ? null : `${contact.organisation}, ${contact.address}`;
  return (
    <Frame title={t("opening.rescue.title")} back={paths.home}>
      <div class="stack-m noprint">
        {card !== null && !card.drilled && (
          <p class="meta">
            <b>{t("opening.step", { n: 2, total: 2 })}</b>
          </p>
        )}
        <h1>{t("opening.rescue.title")}</h1>
        <p>{t("opening.rescue.text")}</p>
        <p>{t("opening.rescue.limit")}</p>
      </div>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <FailedState {...failure(asked.error)} onRetry={asked.again} />}
      {card !== null && (
        <>
          <div class="stack-l">
            <CardPaper
              title={t("opening.rescue.number", { n: card.set + 1 })}
              groups={card.groups}
              qr={drawing}
              place={place}
            />
            {qr === "absent" && (
              <Banner tone="quiet" icon="information">
                {t("opening.rescue.noQr")}
              </Banner>
            )}
            <p class="cut">
              <Icon name="ciseaux" /> {t("opening.rescue.cut")}
            </p>
            <div class="printonly" aria-hidden="true">
              <CardPaper
                title={t("opening.rescue.double", { n: card.set + 1 })}
                groups={card.groups}
                qr={drawing}
                place={place}
              />
            </div>
          </div>
          <div class="actions noprint">
            {card.drilled ? (
              <>
                <Banner tone="done" icon="valider" quiet title={t("opening.rescue.works")}>
                  {t("opening.rescue.worksMore")}
                </Banner>
                <LinkButton wide href={paths.home}>
                  {t("opening.rescue.toHome")}
                </LinkButton>
              </>
            ) : (
              <LinkButton wide icon="modifier" href={paths.drill}>
                {t("opening.rescue.try")}
              </LinkButton>
            )}
            <Button kind="second" wide icon="imprimer" onPress={print}>
              {t("opening.rescue.print")}
            </Button>
          </div>
          {!card.drilled && (
            <section class="noprint stack-s" aria-labelledby="essai">
              <h2 id="essai">{t("opening.rescue.howTitle")}</h2>
              <p>{t("opening.rescue.how")}</p>
              <LinkRow icon="horloge" href={paths.home} onPress={() => go(paths.home)}>
                {t("opening.rescue.later")}
              </LinkRow>
              <p class="meta">{t("opening.rescue.laterMore")}</p>
            </section>
          )}
          <section class="noprint stack-s" aria-labelledby="ou">
            <h2 id="ou">{t("opening.rescue.where.title")}</h2>
            <List>
              <Item icon="maison" title={t("opening.rescue.where.away")} detail={t("opening.rescue.where.awayMore")} />
              <Item
                icon="personne"
                title={t("opening.rescue.where.trust")}
                detail={t("opening.rescue.where.trustMore")}
              />
              <Item icon="oeil-barre" title={t("opening.rescue.where.photo")} />
            </List>
          </section>
        </>
      )}
    </Frame>
  );
}
