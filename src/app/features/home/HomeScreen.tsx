/** Home (mock-up 03): what was begun first, then the pocket, what waits, and the card until it was tried. In the page. */

import { isProcedureId, procedures } from "../../../forms/catalogue/index.ts";
import { isPublishedProcedure } from "../../../forms/published.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import { daysUntil } from "../../../satchel/where.ts";
import { ok, type Result } from "../../../shared/result.ts";
import type {
  DossierView,
  OutboxLine,
  OutboxView,
  PaperView,
  PocketView,
  SatchelApi,
  WorkerError,
} from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes, formatCalendarDate, formatDate } from "../../i18n/format.ts";
import { tData } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Arriving } from "../../state/Arriving.tsx";
import { chunk } from "../../state/chunk.ts";
import { failure } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { LateDoor } from "../../state/LateDoor.tsx";
import { PublishedNames } from "../../state/published.ts";
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
function usePocketFacts({ states }: PocketView): readonly FactLine[] {
  const t = useT();
  const count = (...those: readonly PaperView["state"][]): number =>
    those.reduce((sum, state) => sum + (states[state] ?? 0), 0);
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

/** A paper whose printed date is over or comes soon. */
function SoonItem({ paper }: { readonly paper: PaperView }) {
  const t = useT();
  const { clock } = useWorld();
  const expiry = paper.record.expiry ?? "";
  const days = daysUntil(expiry, today(clock.now())) ?? 0;
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
  const title = tData(`form-${record.procedure}`, "title");
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

/** Lines that are called by name. */
const NAMED_LINES = 2;

/** Papers by id; those that are gone meanwhile are left out. */
async function papersById(
  api: SatchelApi,
  ids: readonly PaperView["id"][],
): Promise<Result<readonly PaperView[], WorkerError>> {
  const papers = await Promise.all(ids.map((id) => api.paper(id)));
  return ok(papers.flatMap((paper) => (paper.ok ? [paper.value] : [])));
}

/** What waits: for the network, or for a desk that has not opened yet; two different things to be told. */
function Queue({ queue }: { readonly queue: OutboxView }) {
  const t = useT();
  const left = queue.lines.filter((line) => line.state !== "arrived");
  const forDesk = left.filter((line) => line.state === "awaiting-desk");
  const toSend = left.filter((line) => line.state !== "awaiting-desk");
  const count = queue.waiting - forDesk.length;
  const papersNamed = toSend.slice(0, NAMED_LINES).flatMap(({ id, what }) => (what === "paper" ? [id] : []));
  const asked = useAsk(`named ${papersNamed.join(" ")}`, (api) => papersById(api, papersNamed), ["papers"]);
  const papers = asked.state === "ready" ? asked.value : [];
  const nameOf = (line: OutboxLine): string => {
    if (line.what === "dossier") return showSpoken(line.title);
    const paper = papers.find((each) => each.id === line.id);
    return paper === undefined ? line.title : paperName(paper.record);
  };
  const firstOf = (lines: readonly OutboxLine[]): string =>
    lines
      .map(nameOf)
      .filter((name) => name !== "")
      .slice(0, NAMED_LINES)
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

function Content({ pocket, dossiers }: { readonly pocket: PocketView; readonly dossiers: readonly DossierView[] }) {
  const t = useT();
  const { shared } = useRoot();
  const opening = useAsk("opening", (api) => api.opening(), ["opening"]);
  const outbox = useAsk("outbox", (api) => api.outbox(), ["outbox"]);
  useAreas(
    ...dossiers
      .map(({ record }) => record.procedure)
      .filter(isProcedureId)
      .map((id) => `form-${id}` as const),
  );

  const { draft, soon } = pocket;
  const facts = usePocketFacts(pocket);
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
      <LateDoor dossiers={dossiers} linked />
      <Arriving />
      {dossiers.some(({ record }) => isPublishedProcedure(record.procedure)) && <PublishedNames />}
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
      {(draft !== null || begun.length > 0) && (
        <section class="stack-s" aria-labelledby="brouillon">
          <h2 id="brouillon">{t("home.draft.title")}</h2>
          <List>
            {draft !== null && (
              <Item
                icon="papier"
                href={paths.addPaper}
                title={t("home.draft.paper")}
                detail={t("home.draft.pages", {
                  pages: t("common.pages", { count: draft }),
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
        title={t("home.pocket.title", { n: pocket.kept })}
        facts={pocket.kept === 0 ? [{ icon: "information", text: t("home.pocket.empty") }] : facts}
        sheets={pocket.newest.map(sheetOf)}
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
            {soon.map((paper) => (
              <SoonItem key={paper.id} paper={paper} />
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
      {queue !== null && queue.waiting > 0 && <Queue queue={queue} />}
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

const useEndingNews = chunk(async () => (await import("../../state/EndingNews.tsx")).EndingNews);

function EndingDoor() {
  const { more: News } = useEndingNews();
  return News === null ? null : <News />;
}

export function HomeScreen() {
  const t = useT();
  const { operator } = useRoot();
  const { clock } = useWorld();
  const pocket = useAsk("pocket", (api) => api.pocket(today(clock.now())), ["papers"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const profile = useAsk("profile", (api) => api.profile(), ["dossiers", "opening"]);
  const name = profile.state === "ready" ? (profile.value.given_name ?? "") : "";
  const failed = pocket.state === "failed" ? pocket : dossiers.state === "failed" ? dossiers : null;
  return (
    <Frame title={t("common.nav.home")} tab="home">
      {operator?.mayEnd === true && <EndingDoor />}
      <h1>{name === "" ? t("home.hello") : t("home.helloName", { name: isolated(name) })}</h1>
      {failed !== null ? (
        <FailedState
          {...failure(failed.error)}
          onRetry={() => {
            pocket.again();
            dossiers.again();
          }}
        />
      ) : pocket.state === "ready" && dossiers.state === "ready" ? (
        <Content pocket={pocket.value} dossiers={dossiers.value} />
      ) : (
        <Loading />
      )}
    </Frame>
  );
}
