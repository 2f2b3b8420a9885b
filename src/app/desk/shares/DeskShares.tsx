/**
 * Papers that people share with this organisation for a time: the list, and one share with its pages drawn anew. Runs in the page.
 *
 * Surprising: a share that ends while it is looked at leaves the screen: the worker has let go of its keys by then.
 */

import { isRandomId, type LetterId } from "../../../shared/ids.ts";
import type { DeskDossier, DeskShare, DeskShareRow } from "../../../workers/desk.contract.ts";
import { formatDate } from "../../i18n/format.ts";
import { t as text } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkRow } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Item, List } from "../../ui/List.tsx";
import { EmptyState, FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";
import { PaperPane, paperName } from "../PaperPane.tsx";
import { deskPaths, failureMark, failureText, useDeskAsk, useDeskShell } from "../state.ts";

const nameOf = ({ name }: DeskShareRow): string => (name.trim() === "" ? text("desk.shares.noName") : isolated(name));

const isOver = ({ state }: DeskShareRow): boolean => state === "ended" || state === "over";

function Row({ row }: { readonly row: DeskShareRow }) {
  const t = useT();
  const { router } = useDeskShell();
  const path = deskPaths.share(row.letter);
  const until = t("desk.shares.until", { date: formatDate(row.until, "long") });
  return (
    <Item
      href={path}
      onPress={() => router.go(path)}
      icon="partager"
      title={nameOf(row)}
      detail={`${isolated(row.purpose)} · ${t("desk.shares.papers", { count: row.papers })}, ${until}`}
      below={
        row.state === "new" ? (
          <Chip state="wait" icon="boite">
            {t("desk.shares.new")}
          </Chip>
        ) : (
          <Chip state="received" icon="oeil">
            {t("desk.shares.opened")}
          </Chip>
        )
      }
    />
  );
}

function SharesList() {
  const t = useT();
  const asked = useDeskAsk("shares", (api) => api.shares(), ["inbox", "network"]);
  const rows = asked.state === "ready" ? asked.value : [];
  const open = rows.filter((row) => !isOver(row));
  const past = rows.filter(isOver);
  return (
    <DeskFrame title={t("desk.shares.title")} arrival={asked.state} failing={asked.state === "failed"}>
      <h1>{t("desk.shares.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && (
        <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
      )}
      {asked.state === "ready" && <p class="wide-p">{t("desk.shares.lead")}</p>}
      {asked.state === "ready" && open.length === 0 && (
        <EmptyState title={t("desk.shares.none")} text={t("desk.shares.noneText")} />
      )}
      {open.length > 0 && (
        <List>
          {open.map((row) => (
            <Row key={row.letter} row={row} />
          ))}
        </List>
      )}
      {past.length > 0 && (
        <section class="stack-s">
          <h2>{t("desk.shares.past")}</h2>
          <ul class="stack-s">
            {past.map(({ letter, depositedAt, until, state }) => (
              <li key={letter} class="meta">
                {t("desk.shares.received", { date: formatDate(depositedAt, "long") })}.{" "}
                {t(state === "over" ? "desk.shares.over" : "desk.shares.ended", { date: formatDate(until, "long") })}
              </li>
            ))}
          </ul>
        </section>
      )}
    </DeskFrame>
  );
}

/** As the pane of a dossier shows papers: no form asks for them, so each stands under its own name. */
function asDossier({ row, papers, language }: DeskShare): DeskDossier {
  const shown = papers.map(({ pages, ...paper }) => ({
    ...paper,
    requirement: "",
    pages: pages.map((blob) => ({ blob, preview: null, mime: "image/jpeg", turn: 0, here: true })),
  }));
  const named = shown.map((paper) => ({ ...paper, requirement: paperName(paper) }));
  return {
    row: {
      letter: row.letter,
      number: "",
      procedure: "",
      name: row.name,
      depositedAt: row.depositedAt,
      papers: { here: papers.length, of: papers.length },
      status: "opened",
      notForeseen: false,
      replaces: null,
      trouble: null,
    },
    payload: {
      t: "dossier",
      procedure: "",
      formVersion: 0,
      number: "",
      filledAt: row.depositedAt,
      language,
      answers: {},
      rows: {},
      notForeseen: "",
      declaration: null,
      papers: [],
      missing: [],
    },
    papers: named,
    sentStatuses: [],
  };
}

function OneShare({ letter }: { readonly letter: LetterId }) {
  const t = useT();
  const { router } = useDeskShell();
  const asked = useDeskAsk(letter, (api) => api.openShare(letter), ["inbox"]);
  const share = asked.state === "ready" ? asked.value : null;
  const isGone = asked.state === "failed" && asked.error.type === "not-found";
  return (
    <DeskFrame title={t("desk.shares.one")} arrival={asked.state} failing={asked.state === "failed" && !isGone}>
      <LinkRow icon="retour" href={deskPaths.shares} onPress={() => router.back(deskPaths.shares)}>
        {t("desk.shares.title")}
      </LinkRow>
      <h1>{share === null ? t("desk.shares.one") : nameOf(share.row)}</h1>
      {asked.state === "loading" && <Loading />}
      {isGone && (
        <Banner tone="quiet" icon="calendrier" title={t("desk.shares.gone")}>
          {t("desk.shares.goneText")}
        </Banner>
      )}
      {asked.state === "failed" && !isGone && (
        <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
      )}
      {share !== null && (
        <>
          <div class="stack-s">
            <p>
              <b>{t("desk.shares.for", { purpose: isolated(share.row.purpose) })}</b>
            </p>
            <p>
              {t("desk.shares.received", { date: formatDate(share.row.depositedAt, "long") })},{" "}
              {t("desk.shares.until", { date: formatDate(share.row.until, "long") })}. {t("desk.shares.limit")}
            </p>
            <p class="meta">{t("desk.shares.told")}</p>
          </div>
          <PaperPane dossier={asDossier(share)} form={null} />
        </>
      )}
    </DeskFrame>
  );
}

/** @param letter of the path; absent: the list. What is no letter leads to the list. */
export function DeskShares({ letter }: { readonly letter: string | undefined }) {
  return letter !== undefined && isRandomId(letter) ? (
    <OneShare key={letter} letter={letter as LetterId} />
  ) : (
    <SharesList />
  );
}
