/** What was said both ways in one dossier, newest first: deposited, answered, decided, handed over. Runs in the page. */

import type { DeskDossier } from "../../workers/desk.contract.ts";
import type { TextKey } from "../i18n/catalogue.ts";
import { formatCalendarDate, formatDate, formatTime } from "../i18n/format.ts";
import { t as text } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { Icon } from "../ui/icons/Icon.tsx";
import { requirementName } from "./PaperPane.tsx";

type Given = NonNullable<DeskDossier["given"]>[number];

interface Said {
  readonly at: number;
  readonly key: string;
  readonly label: string;
  readonly words: string;
  readonly given?: Given;
}

const label = (status: string): string =>
  ["received", "missing-piece", "message"].includes(status) ? text(`desk.sent.${status}` as TextKey) : status;

function saidIn({ row, payload, sentStatuses, given = [] }: DeskDossier): readonly Said[] {
  const all: Said[] = [
    { at: row.depositedAt, key: "hers", label: text("desk.sent.hers"), words: payload.notForeseen },
    ...sentStatuses.map(({ at, status, text: words, requirement }) => ({
      at,
      key: `${at} ${status} ${words}`,
      label:
        requirement === null
          ? label(status)
          : `${label(status)}\u00a0: ${requirementName(payload.procedure, requirement)}`,
      words,
    })),
    ...given.map((one) => ({
      at: one.at,
      key: `${one.at} given`,
      label: text(one.decision === null ? "desk.sent.papers" : `desk.give.outcomes.${one.decision.outcome}`),
      words: one.text,
      given: one,
    })),
  ];
  return all.sort((a, b) => b.at - a.at);
}

/** The decision's own words, the papers, and how far it came by proofs. */
function Handed({ given }: { readonly given: Given }) {
  const t = useT();
  const { decision, papers, stage } = given;
  return (
    <>
      {decision !== null && (
        <>
          <p>{t("desk.sent.on", { date: formatCalendarDate(decision.on) })}</p>
          <p dir="auto" lang="fr" translate={false}>
            {decision.reason}
          </p>
          {decision.remedies !== "" && (
            <p class="meta" dir="auto" lang="fr" translate={false}>
              {decision.remedies}
            </p>
          )}
        </>
      )}
      {papers.map(({ title }, n) => (
        <p key={`${n} ${title}`} class="need need--plain">
          <Icon name="piece-jointe" />
          <bdi translate={false}>{title}</bdi>
        </p>
      ))}
      <p class="meta">{t(`desk.sent.stage.${stage}`)}</p>
    </>
  );
}

export function ThreadPane({ dossier }: { readonly dossier: DeskDossier }) {
  const t = useT();
  return (
    <section class="pane" aria-labelledby="sent-title">
      <div class="pane__h">
        <h2 id="sent-title">{t("desk.sent.title")}</h2>
      </div>
      <ol class="pane__p stack">
        {saidIn(dossier).map(({ at, key, label: what, words, given }) => (
          <li key={key} class="stack-s">
            <p>
              <b>{what}</b>{" "}
              <span class="meta">{t("desk.when.on", { date: formatDate(at, "long"), time: formatTime(at) })}</span>
            </p>
            {words.trim() !== "" && (
              <p class="say" dir="auto" lang={key === "hers" ? undefined : "fr"} translate={false}>
                {words}
              </p>
            )}
            {given !== undefined && <Handed given={given} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
