/** The journal, day by day: what was given, what organisations signed, what the server noted. In the page; needs no network. */
import { useEffect, useState } from "preact/hooks";
import { byDay, type JournalEntry, journalOf } from "../../../satchel/journal.ts";
import { localDay } from "../../../shared/day.ts";
import type { Deployment } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatCalendarDate, formatDate, formatTime } from "../../i18n/format.ts";
import { tData } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { kindName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { Breaks, Checked, isQuiet, SaidLine, ServerLine } from "./ServerLines.tsx";

const ICONS: Readonly<Record<JournalEntry["what"], IconName>> = {
  given: "partager",
  deposited: "recu",
  opened: "oeil",
  "paper-opened": "oeil",
  ended: "cadenas",
  "domain-ended": "cadenas",
  deed: "mandat",
};

/** Two clocks say the same moment within this, ms. */
const sameMs = 2 * 60_000;

const pathOf = ({ about, id }: JournalEntry): string =>
  about === "share" ? paths.given(id) : about === "mandate" ? paths.mandate(id) : paths.dossier(id);

function Line({ entry, deployment }: { readonly entry: JournalEntry; readonly deployment: Deployment | null }) {
  const t = useT();
  const { at, heardAt, organisation } = entry;
  const listed = deployment?.organisations.find((each) => each.slug === organisation)?.name;
  const desk = isolated(listed ?? organisation);
  const sentence = (): string => {
    if (entry.about === "mandate") {
      const domain = "domain" in entry ? t(`mandats.domain.${entry.domain}`) : "";
      const hash = entry.what === "given" ? (entry.hash.match(/.{1,4}/g)?.join(" ") ?? "") : "";
      const [name, what] = entry.what === "deed" ? [isolated(entry.helper), isolated(entry.said)] : ["", ""];
      return t(`mandats.journal.${entry.what}`, { desk, domain, hash, name, what });
    }
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
  const path = pathOf(entry);
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

/** Days beyond these are drawn when they are asked for. */
const daysAtOnce = 60;

export function JournalScreen() {
  const t = useT();
  const { api } = useSatchel();
  const [all, setAll] = useState(false);
  const [days, setDays] = useState(daysAtOnce);
  const shares = useAsk("shares", (satchel) => satchel.shares(), ["shares"]);
  const mandates = useAsk("mandates", (satchel) => satchel.mandates(), ["shares"]);
  const dossiers = useAsk("dossiers", (satchel) => satchel.dossiers(), ["dossiers"]);
  const server = useAsk("journal", (satchel) => satchel.ownJournal(), ["dossiers", "shares"]);
  const deployment = useAsk("deployment", (satchel) => satchel.deployment(), ["deployment"]);
  useEffect(() => {
    // What is known is shown meanwhile, and stays where there is no network (INV-9).
    void api.lookJournal().then((looked) => (looked.ok ? server.again() : undefined));
  }, [api]);
  const failed = [shares, mandates, dossiers].find((asked) => asked.state === "failed");
  const isReady = shares.state === "ready" && mandates.state === "ready" && dossiers.state === "ready";
  const deployed = deployment.state === "ready" ? deployment.value : null;
  const told = isReady ? journalOf({ shares: shares.value, mandates: mandates.value, dossiers: dossiers.value }) : [];
  const { lines, said } = server.state === "ready" ? server.value : { lines: [], said: [] };
  const shown = lines.filter((line) => line.told !== true && (all || !isQuiet(line)));
  const items = [
    ...told.map((entry, n) => ({
      at: entry.at,
      line: <Line key={`${entry.id} ${entry.what} ${entry.at} ${n}`} entry={entry} deployment={deployed} />,
    })),
    ...said.map((entry, n) => ({
      at: entry.at,
      line: <SaidLine key={`said ${entry.what} ${entry.at} ${n}`} entry={entry} deployment={deployed} />,
    })),
    ...shown.map((line) => ({
      at: line.at ?? line.heardAt,
      line: <ServerLine key={`${line.gone ?? ""} ${line.n}`} line={line} deployment={deployed} />,
    })),
  ].sort((a, b) => b.at - a.at);
  const grouped = isReady ? byDay(items, localDay) : null;
  const quiet = lines.filter((line) => line.told !== true && isQuiet(line)).length;
  return (
    <Frame
      title={t("journal.title")}
      back={paths.settings}
      failing={failed !== undefined}
      arrival={isReady ? "ready" : "wait"}
    >
      <h1>{t("journal.title")}</h1>
      {failed?.state === "failed" ? (
        <Trouble
          error={failed.error}
          onRetry={() => {
            shares.again();
            mandates.again();
            dossiers.again();
          }}
        />
      ) : (
        grouped === null && <Loading />
      )}
      {server.state === "ready" && <Breaks breaks={server.value.breaks} />}
      {grouped?.length === 0 && <EmptyState title={t("journal.none")} text={t("journal.noneText")} />}
      {grouped !== null && grouped.length > 0 && (
        <>
          <p>{t("journal.lead")}</p>
          {grouped.slice(0, days).map(({ day, entries }) => (
            <section key={day} class="stack-s">
              <h2>{formatCalendarDate(day)}</h2>
              <ul class="stack-s">{entries.map(({ line }) => line)}</ul>
            </section>
          ))}
          {grouped.length > days && (
            <Button kind="second" onPress={() => setDays(days + daysAtOnce)}>
              {t("journal.older")}
            </Button>
          )}
          {quiet > 0 && (
            <Button kind="second" onPress={() => setAll(!all)}>
              {t(all ? "journal.fewer" : "journal.more", { n: quiet })}
            </Button>
          )}
          <p class="meta">{t("journal.limit")}</p>
        </>
      )}
      {server.state === "ready" && <Checked view={server.value} />}
    </Frame>
  );
}
