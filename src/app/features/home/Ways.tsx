/**
 * What home says of the ways into the satchel: bad news first, then at most one gentle question. Runs in the page.
 */
import type { OpeningState } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";

type Open = Extract<OpeningState, { readonly type: "open" }>;

const AT = {
  out: paths.devices,
  blocked: paths.card,
  frozen: paths.card,
  elsewhere: paths.devices,
  trouble: paths.card,
  asked: paths.returns,
} as const;

/** This device put out; a satchel that is blocked; ten codes tried with the card; a device that nobody here added; a server that lies. */
export function WayNews({ opening }: { readonly opening: Open }) {
  const t = useT();
  const { way, putOut } = opening;
  const news = [
    putOut ? ("out" as const) : null,
    way.asked === undefined ? null : ("asked" as const),
    way.blockedAt === null ? null : ("blocked" as const),
    way.frozen ? ("frozen" as const) : null,
    way.openedElsewhere ? ("elsewhere" as const) : null,
    way.trouble === undefined ? null : ("trouble" as const),
  ].filter((one) => one !== null);
  return news.map((one) => (
    <Banner
      key={one}
      tone={one === "elsewhere" ? "soon" : "redo"}
      icon="attention"
      quiet
      title={t(`home.ways.${one}.title`)}
      link={{ href: AT[one], text: t(`home.ways.${one}.action`) }}
    >
      {t(`home.ways.${one}.text`, { date: formatDate(way.blockedAt ?? 0, "day") })}{" "}
    </Banner>
  ));
}

/** The code, or the card, tried again so that it is not forgotten; "later" is always there. */
export function GentleQuestion({ opening }: { readonly opening: Open }) {
  const t = useT();
  const { api } = useSatchel();
  const { asks, cardDrilled } = opening;
  if (asks.code)
    return (
      <section class="card stack-s" aria-labelledby="souvenir">
        <h2 id="souvenir" class="h3">
          {t("home.asks.code.title")}
        </h2>
        <p>{t("home.asks.code.text")}</p>
        <div class="row row--tight">
          <LinkButton kind="second" small href={paths.recallCode}>
            {t("home.asks.code.action")}
          </LinkButton>
          <Button kind="plain" small onPress={() => void api.postponeCode()}>
            {t("home.asks.later")}
          </Button>
        </div>
      </section>
    );
  if (!asks.drill || !cardDrilled) return null;
  return (
    <Banner
      tone="quiet"
      icon="cle-carte"
      quiet
      title={t("home.asks.drill.title")}
      link={{ href: paths.drill, text: t("home.asks.drill.action") }}
    >
      {t("home.asks.drill.text")}{" "}
    </Banner>
  );
}
