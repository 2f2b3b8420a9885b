/** Home (mock-up 03): what was begun first, then the pocket, what waits, and the card until it was tried. In the page. */

import { isProcedureId, procedures } from "../../../forms/catalogue/index.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import { daysUntil, soonDays } from "../../../satchel/where.ts";
import type { DossierView, OutboxLine, OutboxView, PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes, formatCalendarDate, formatDate } from "../../i18n/format.ts";
import { tData } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Arriving } from "../../state/Arriving.tsx";
import { failure } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkButton, LinkRow } from "../../ui/Button.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { DateLeaf, Item, List } from "../../ui/List.tsx";
import { Pocket } from "../../ui/Pocket.tsx";
import { paperName, sheetOf } from "../../ui/papers/names.ts";
import { FailedState, Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { DossierChip } from "./DossierChip.tsx";
import { GentleQuestion, WayNews } from "./Ways.tsx";

/** "2026-11-21" on this device. */
function today(now: number): string {
  const date = new Date(now);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const newestFirst = (a: { readonly record: { readonly updatedAt: number } }, b: typeof a): number =>
  b.record.updatedAt - a.record.updatedAt;

interface FactLine {
  readonly icon: IconName;
  readonly text: string;
}

/** How many papers are where, in the words that may be said of each (INV-2). */
function usePocketFacts(papers: readonly PaperView[]): readonly FactLine[] {
  const t = useT();
  const count = (...states: readonly PaperView["state"][]): number =>
    papers.filter((paper) => states.includes(paper.state)).length;
  const facts: readonly {
    readonly icon: IconName;
    readonly key: "two" | "closed" | "away" | "waits" | "here" | "redo";
    readonly n: number;
  }[] = [
    { icon: "deux-copies", key: "two", n: count("two-copies") },
    { icon: "cadenas", key: "closed", n: count("sealed-copy") },
    { icon: "reseau", key: "away", n: count("away", "not-here") },
    { icon: "en-attente", key: "waits", n: count("waits", "leaving") },
    { icon: "telephone", key: "here", n: count("here") },
    { icon: "attention", key: "redo", n: count("needs-you") },
  ];
  return facts
    .filter(({ n }) => n > 0)
    .map(({ icon, key, n }) => ({ icon, text: t(`home.pocket.${key}`, { count: n }) }));
}

interface Soon {
  readonly paper: PaperView;
  readonly days: number;
}

/** Papers whose printed date is over or comes soon, nearest first. */
function soonOnes(papers: readonly PaperView[], now: number): readonly Soon[] {
  return papers
    .map((paper) => ({ paper, days: paper.record.expiry === null ? null : daysUntil(paper.record.expiry, today(now)) }))
    .filter((one): one is Soon => one.days !== null && one.days <= soonDays)
    .sort((a, b) => a.days - b.days)
    .slice(0, 3);
}

function SoonItem({ paper, days }: Soon) {
  const t = useT();
  const expiry = paper.record.expiry ?? "";
  const [day = "", month = ""] = formatCalendarDate(expiry, "short").split("\u00a0");
  return (
    <Item
      href={paths.paper(paper.id)}
      start={<DateLeaf day={day} month={month} before={t("home.soon.before")} />}
      title={paperName(paper.record)}
      detail={days < 0 ? t("home.soon.over") : t("home.soon.left", { count: days })}
    />
  );
}

const iconOf = (procedure: string): IconName =>
  (procedures.find((entry) => entry.id === procedure)?.icon ?? "dossier") as IconName;

function DossierItem({ dossier }: { readonly dossier: DossierView }) {
  const t = useT();
  const { record, stage } = dossier;
  const title = isProcedureId(record.procedure) ? tData(`form-${record.procedure}`, "title") : undefined;
  const isDraft = stage === "draft";
  return (
    <Item
      href={paths.dossier(dossier.id)}
      icon={iconOf(record.procedure)}
      title={title ?? t("home.dossiers.other")}
      detail={isDraft ? t("home.dossiers.begun", { date: formatDate(record.updatedAt, "day") }) : undefined}
      below={isDraft ? undefined : <DossierChip dossier={dossier} />}
    />
  );
}

/** What waits: for the network, or for a desk that has not opened yet; two different things to be told. */
function Queue({ queue, papers }: { readonly queue: OutboxView; readonly papers: readonly PaperView[] }) {
  const t = useT();
  const left = queue.lines.filter((line) => line.state !== "arrived");
  const forDesk = left.filter((line) => line.state === "awaiting-desk");
  const toSend = left.filter((line) => line.state !== "awaiting-desk");
  const count = queue.waiting - forDesk.length;
  const nameOf = (line: OutboxLine): string => {
    if (line.what === "dossier") return showSpoken(line.title);
    const paper = papers.find((each) => each.id === line.id);
    return paper === undefined ? line.title : paperName(paper.record);
  };
  const firstOf = (lines: readonly OutboxLine[]): string =>
    lines
      .map(nameOf)
      .filter((name) => name !== "")
      .slice(0, 2)
      .map(isolated)
      .join(", ");
  return (
    <section class="stack-s" aria-labelledby="attente">
      <h2 id="attente">{t("home.waiting.title")}</h2>
      <List>
        {count > 0 && (
          <Item
            icon="en-attente"
            href={paths.outbox}
            title={
              queue.bytesLeft > 0
                ? t("home.waiting.sized", { count, size: formatBytes(queue.bytesLeft) })
                : t("home.waiting.count", { count })
            }
            detail={firstOf(toSend)}
          />
        )}
        {forDesk.length > 0 && (
          <Item
            icon="guichet"
            href={paths.outbox}
            title={t("home.waiting.desk", { count: forDesk.length })}
            detail={firstOf(forDesk)}
          />
        )}
      </List>
    </section>
  );
}

/** What two devices of the person wrote differently: one line that leads to all of it. */
function Undecided() {
  const t = useT();
  const worded = useAreas("others");
  const asked = useAsk("others", (api) => api.others(), ["papers", "dossiers"]);
  if (!worded || asked.state !== "ready" || asked.value.length === 0) return null;
  return (
    <LinkRow icon="deux-copies" href={paths.others}>
      {t("others.count", { count: asked.value.length })}
    </LinkRow>
  );
}

/** How much can be done now, of papers and of what the person follows: one line that leads to all of it. */
function AheadRow() {
  const t = useT();
  const asked = useAsk("ahead", (api) => api.ahead(), ["ahead", "papers"]);
  const count =
    asked.state === "ready"
      ? asked.value.lines.filter(({ stage, standing }) => stage !== "later" && standing.type === "shown").length
      : 0;
  return (
    <LinkRow icon="calendrier" href={paths.ahead}>
      {count === 0 ? t("home.ahead.none") : t("home.ahead.count", { count })}
    </LinkRow>
  );
}

function Content({
  papers,
  dossiers,
}: {
  readonly papers: readonly PaperView[];
  readonly dossiers: readonly DossierView[];
}) {
  const t = useT();
  const { shared } = useRoot();
  const { clock } = useWorld();
  const opening = useAsk("opening", (api) => api.opening(), ["opening"]);
  const outbox = useAsk("outbox", (api) => api.outbox(), ["outbox"]);
  useAreas(
    ...dossiers
      .map(({ record }) => record.procedure)
      .filter(isProcedureId)
      .map((id) => `form-${id}` as const),
  );

  const kept = papers.filter((paper) => paper.record.status === "kept").sort(newestFirst);
  const draft = papers.find((paper) => paper.record.status === "draft");
  const facts = usePocketFacts(kept);
  const soon = soonOnes(kept, clock.now());
  const newest = [...dossiers].sort(newestFirst);
  const begun = newest.filter((dossier) => dossier.stage === "draft").slice(0, 3);
  const sent = newest.filter((dossier) => dossier.stage !== "draft").slice(0, 5);
  const satchel = opening.state === "ready" && opening.value.type === "open" ? opening.value : null;
  const needsCard = satchel !== null && !satchel.cardDrilled;
  const queue = outbox.state === "ready" ? outbox.value : null;
  return (
    <>
      {satchel !== null && <WayNews opening={satchel} />}
      {needsCard && (
        <Banner
          tone="soon"
          icon="cle-carte"
          quiet
          title={t("home.card.title")}
          link={{ href: paths.card, text: t("home.card.action") }}
        >
          {t("home.card.text")}{" "}
        </Banner>
      )}
      <Arriving />
      <Undecided />
      {queue !== null && queue.stuck !== null && (
        <Banner
          tone="soon"
          icon="attention"
          quiet
          title={t("home.stuck.title", { count: queue.stuck.days })}
          link={{ href: paths.outbox, text: t("home.stuck.action") }}
        >
          {t("home.stuck.text")}{" "}
        </Banner>
      )}
      {satchel !== null && <GentleQuestion opening={satchel} />}
      {(draft !== undefined || begun.length > 0) && (
        <section class="stack-s" aria-labelledby="brouillon">
          <h2 id="brouillon">{t("home.draft.title")}</h2>
          <List>
            {draft !== undefined && (
              <Item
                icon="papier"
                href={paths.addPaper}
                title={t("home.draft.paper")}
                detail={t("home.draft.pages", {
                  pages: t("common.pages", { count: Object.keys(draft.record.pages).length }),
                })}
              />
            )}
            {begun.map((dossier) => (
              <DossierItem key={dossier.id} dossier={dossier} />
            ))}
          </List>
        </section>
      )}
      <Pocket
        href={paths.papers}
        title={t("home.pocket.title", { n: kept.length })}
        facts={kept.length === 0 ? [{ icon: "information", text: t("home.pocket.empty") }] : facts}
        sheets={kept.slice(0, 3).map((paper) => sheetOf(paper.record.kind))}
        action={
          <LinkButton kind="flap" wide icon="appareil-photo" href={paths.addPaper}>
            {t("home.pocket.add")}
          </LinkButton>
        }
      />
      <section class="stack-s" aria-labelledby="bientot">
        <h2 id="bientot">{t("home.soon.title")}</h2>
        {soon.length > 0 && (
          <List>
            {soon.map((one) => (
              <SoonItem key={one.paper.id} {...one} />
            ))}
          </List>
        )}
        <AheadRow />
      </section>
      <section class="stack-s" aria-labelledby="demarches">
        <h2 id="demarches">{t("home.dossiers.title")}</h2>
        {sent.length > 0 && (
          <List>
            {sent.map((dossier) => (
              <DossierItem key={dossier.id} dossier={dossier} />
            ))}
          </List>
        )}
        <LinkRow icon="plus" href={paths.procedures}>
          {t(dossiers.length === 0 ? "home.dossiers.first" : "home.dossiers.start")}
        </LinkRow>
      </section>
      {queue !== null && queue.waiting > 0 && <Queue queue={queue} papers={papers} />}
      <section aria-labelledby="autres">
        <h2 id="autres" class="sr">
          {t("home.more.title")}
        </h2>
        <List>
          <Item icon="cle-carte" href={paths.card} title={t("home.more.card")} />
          {shared !== true && <Item icon="reglages" href={paths.settings} title={t("home.more.settings")} />}
        </List>
      </section>
    </>
  );
}

export function HomeScreen() {
  const t = useT();
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const profile = useAsk("profile", (api) => api.profile(), ["dossiers", "opening"]);
  const name = profile.state === "ready" ? (profile.value.given_name ?? "") : "";
  const failed = papers.state === "failed" ? papers : dossiers.state === "failed" ? dossiers : null;
  return (
    <Frame title={t("common.nav.home")} tab="home">
      <h1>{name === "" ? t("home.hello") : t("home.helloName", { name: isolated(name) })}</h1>
      {failed !== null ? (
        <FailedState
          {...failure(failed.error)}
          onRetry={() => {
            papers.again();
            dossiers.again();
          }}
        />
      ) : papers.state === "ready" && dossiers.state === "ready" ? (
        <Content papers={papers.value} dossiers={dossiers.value} />
      ) : (
        <Loading />
      )}
    </Frame>
  );
}
