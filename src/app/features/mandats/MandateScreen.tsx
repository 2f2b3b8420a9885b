/**
 * One mandate: to whom, what for, until when, what was done with it; each domain ends alone, the whole in one tap. In the page;
 * works offline.
 */
import { useState } from "preact/hooks";
import { mandateNotice } from "../../../satchel/mandate.ts";
import type { MandateDomain } from "../../../satchel/model.ts";
import { isOver } from "../../../satchel/sharing.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { MandateView } from "../../../workers/mandates.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { CHIPS, stageText } from "./words.ts";

const dayMs = 86_400_000;
/** Two clocks say the same moment within this, ms. */
const sameMs = 2 * 60_000;

function Domains({
  mandate,
  onEnd,
}: {
  readonly mandate: MandateView;
  readonly onEnd: (domain: MandateDomain) => void;
}) {
  const t = useT();
  const standing = mandate.domains.filter(({ state }) => state === "on").length;
  return (
    <section class="stack-s">
      <h2>{t("mandats.one.domains")}</h2>
      <ul class="stack-m">
        {mandate.domains.map(({ domain, state, endedAt }) => {
          const name = t(`mandats.domain.${domain}`);
          return (
            <li key={domain} class="stack-s">
              <p>
                <b>{name}</b> {state === "on" && <Chip state="received">{t("mandats.one.on")}</Chip>}
                {state === "ending" && (
                  <Chip state="wait" icon="en-attente">
                    {t("mandats.one.ending")}
                  </Chip>
                )}
                {state === "ended" && (
                  <Chip state="locked" icon="cadenas">
                    {endedAt === null ? t("mandats.one.over") : t("mandats.one.ended", { date: formatDate(endedAt) })}
                  </Chip>
                )}
              </p>
              {state === "on" && standing > 1 && (
                <Button kind="second" small icon="cadenas" onPress={() => onEnd(domain)}>
                  {t("mandats.one.endDomainSr", { domain: name })}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Deeds({ mandate }: { readonly mandate: MandateView }) {
  const t = useT();
  const { deeds, record } = mandate;
  return (
    <section class="stack-s">
      <h2>{t("mandats.one.deeds")}</h2>
      {deeds.length === 0 && <p>{t("mandats.one.noDeeds")}</p>}
      <ul class="stack-m">
        {deeds.map(({ domain, what, helper, at, heardAt, outside }) => (
          <li key={`${at} ${what}`} class="stack-s">
            <p>
              <b dir="auto" translate={false}>
                {what}
              </b>
            </p>
            <p class="meta">
              {t("mandats.one.deed", {
                name: isolated(helper),
                desk: isolated(record.mandate.desk),
                date: formatDate(at, "long"),
                time: formatTime(at),
              })}
              {" · "}
              {t(`mandats.domain.${domain}`)}
            </p>
            {Math.abs(heardAt - at) > sameMs && (
              <p class="meta">
                {t("mandats.one.heard", { date: formatDate(heardAt, "long"), time: formatTime(heardAt) })}
              </p>
            )}
            {outside !== null && (
              <Banner tone="soon" icon="attention" quiet>
                {t(`mandats.one.outside.${outside}`)}
              </Banner>
            )}
          </li>
        ))}
      </ul>
      {deeds.length > 0 && <p class="meta">{t("mandats.one.signed")}</p>}
    </section>
  );
}

function Shown({ mandate }: { readonly mandate: MandateView }) {
  const t = useT();
  const { api } = useSatchel();
  const { clock } = useWorld();
  const { say, network } = useShell();
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const { id, record, stage, renewedBy } = mandate;
  const notice = mandateNotice[record.days];
  const isSoon = notice !== null && clock.now() >= record.until - notice * dayMs;
  const standing = !isOver(stage);
  function end(domain: MandateDomain | null): void {
    setAsking(false);
    setError(undefined);
    void api.endMandate({ id, domain }).then((answer) => {
      if (!answer.ok) return setError(t("mandats.one.notEnded", { mark: answer.error.type }));
      say(
        domain === null
          ? t("mandats.one.said")
          : t("mandats.one.saidDomain", { domain: t(`mandats.domain.${domain}`) }),
      );
    });
  }
  return (
    <>
      <div class="stack-s">
        <p>
          <b>{t("mandats.one.to", { desk: isolated(record.mandate.desk) })}</b>
        </p>
        <p>{t("mandats.one.for", { purpose: isolated(record.purpose) })}</p>
        <p>
          {t("mandats.one.from", {
            from: formatDate(record.until - record.days * dayMs, "long"),
            until: `${formatDate(record.until, "long")} ${formatTime(record.until)}`,
          })}
        </p>
        <p>
          <Chip state={CHIPS[stage].state} icon={CHIPS[stage].icon}>
            {t(`mandats.stage.${stage}`)}
          </Chip>
        </p>
        <p>{stageText(mandate)}</p>
      </div>
      {error !== undefined && (
        <Banner tone="redo" icon="attention">
          {error}
        </Banner>
      )}
      {renewedBy !== null && (
        <Banner
          tone="quiet"
          icon="mandat"
          quiet
          title={t("mandats.one.renewed")}
          link={{ href: paths.mandate(renewedBy), text: t("mandats.one.toNewer") }}
        />
      )}
      {standing && isSoon && (
        <Banner tone="soon" icon="calendrier" quiet title={t("mandats.one.soon")}>
          {t("mandats.one.soonText")}
        </Banner>
      )}
      {standing && (
        <Button wide icon="cadenas" onPress={() => setAsking(true)}>
          {t("mandats.one.end")}
        </Button>
      )}
      {standing && network === "offline" && <p class="meta">{t("mandats.one.offline")}</p>}
      {renewedBy === null && (
        <LinkButton kind="second" wide icon="synchroniser" href={paths.renewMandate(id)}>
          {t("mandats.one.renew")}
        </LinkButton>
      )}
      <LinkButton kind="second" wide icon="imprimer" href={paths.mandateSheet(id)}>
        {t("mandats.one.read")}
      </LinkButton>
      <Domains mandate={mandate} onEnd={end} />
      <section class="stack-s">
        <h2>{t("mandats.one.acts")}</h2>
        <ul class="stack-s">
          {record.mandate.acts.map((act) => (
            <li key={act}>{t(`mandats.act.${act}`)}</li>
          ))}
        </ul>
        <p class="meta">{t("mandats.why.limit")}</p>
      </section>
      <Deeds mandate={mandate} />
      <p class="meta">{t("mandats.notAidants")}</p>
      <Dialog
        open={isAsking}
        title={t("mandats.one.ask")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="redo" wide icon="cadenas" onPress={() => end(null)}>
              {t("mandats.one.end")}
            </Button>
            <Button kind="second" wide onPress={() => setAsking(false)}>
              {t("mandats.one.keep")}
            </Button>
          </>
        }
      >
        <p>{t("mandats.one.askText")}</p>
      </Dialog>
    </>
  );
}

export function MandateScreen({ params }: ScreenProps) {
  const t = useT();
  const id = (params.mandate ?? "") as RecordId;
  const asked = useAsk(id, (api) => api.mandate(id), ["shares"]);
  return (
    <Frame
      title={t("mandats.one.title")}
      back={paths.mandates}
      failing={asked.state === "failed"}
      arrival={asked.state}
    >
      <h1>{t("mandats.one.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && <Shown mandate={asked.value} />}
    </Frame>
  );
}
