/** The journal, day by day: what was given, what the server and the organisations signed. In the page; needs no network. */
import { byDay, type JournalEntry, journalOf } from "../../../satchel/journal.ts";
import { localDay } from "../../../shared/day.ts";
import type { Deployment } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatCalendarDate, formatDate, formatTime } from "../../i18n/format.ts";
import { tData } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { Icon } from "../../ui/icons/Icon.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { kindName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";

const ICONS: Readonly<Record<JournalEntry["what"], IconName>> = {
  given: "partager",
  deposited: "recu",
  opened: "oeil",
  "paper-opened": "oeil",
  ended: "cadenas",
};

/** Two clocks say the same moment within this, ms. */
const sameMs = 2 * 60_000;

function Line({ entry, deployment }: { readonly entry: JournalEntry; readonly deployment: Deployment | null }) {
  const t = useT();
  const { at, heardAt, organisation } = entry;
  const listed = deployment?.organisations.find((each) => each.slug === organisation)?.name;
  const desk = isolated(listed ?? organisation);
  const sentence = (): string => {
    if (entry.about === "share" && entry.what !== "paper-opened") return t(`journal.share.${entry.what}`, { desk });
    if (entry.what === "paper-opened") {
      const who =
        entry.helper === ""
          ? t("journal.somebody", { desk })
          : t("journal.helper", { name: isolated(entry.helper), desk });
      if (entry.about === "dossier") return t("journal.dossier.paper", { who, n: entry.place });
      const { title, kind } = entry.paper;
      return t("journal.share.paper", { who, paper: isolated(title.trim() === "" ? kindName(kind) : title) });
    }
    const procedure = tData("procedures", `${entry.procedure}.title`) ?? t("journal.dossier.some");
    return t(`journal.dossier.${entry.what}`, { desk, procedure: isolated(procedure) });
  };
  const path = entry.about === "share" ? paths.given(entry.id) : paths.dossier(entry.id);
  return (
    <li class="row row--tight row--nowrap">
      <Icon name={ICONS[entry.what]} />
      <span>
        <b class="num">{formatTime(at)}</b> <a href={path}>{sentence()}</a>
        {heardAt !== null && Math.abs(heardAt - at) > sameMs && (
          <span class="meta block">
            {t("journal.heard", { date: formatDate(heardAt, "long"), time: formatTime(heardAt) })}
          </span>
        )}
      </span>
    </li>
  );
}

export function JournalScreen() {
  const t = useT();
  const shares = useAsk("shares", (api) => api.shares(), ["shares"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const failed = [shares, dossiers].find((asked) => asked.state === "failed");
  const days =
    shares.state === "ready" && dossiers.state === "ready"
      ? byDay(journalOf({ shares: shares.value, dossiers: dossiers.value }), localDay)
      : null;
  return (
    <Frame
      title={t("journal.title")}
      back={paths.settings}
      failing={failed !== undefined}
      arrival={days === null ? "wait" : "ready"}
    >
      <h1>{t("journal.title")}</h1>
      {failed?.state === "failed" ? (
        <Trouble
          error={failed.error}
          onRetry={() => {
            shares.again();
            dossiers.again();
          }}
        />
      ) : (
        days === null && <Loading />
      )}
      {days?.length === 0 && <EmptyState title={t("journal.none")} text={t("journal.noneText")} />}
      {days !== null && days.length > 0 && (
        <>
          <p>{t("journal.lead")}</p>
          {days.map(({ day, entries }) => (
            <section key={day} class="stack-s">
              <h2>{formatCalendarDate(day)}</h2>
              <ul class="stack-s">
                {entries.map((entry, n) => (
                  <Line
                    key={`${entry.id} ${entry.what} ${entry.at} ${n}`}
                    entry={entry}
                    deployment={deployment.state === "ready" ? deployment.value : null}
                  />
                ))}
              </ul>
            </section>
          ))}
          <p class="meta">{t("journal.limit")}</p>
        </>
      )}
    </Frame>
  );
}
