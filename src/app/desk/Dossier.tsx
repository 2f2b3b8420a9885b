/**
 * One dossier (mock-up 19): papers and the reply at the start, answers and earlier replies at the end.
 * Runs in the page. Opening it here signs "ouvert", which the person will see; the screen says so.
 */

import { viewForm } from "../../forms/engine.ts";
import type { Form } from "../../forms/model.ts";
import { showSpoken } from "../../satchel/spoken.ts";
import { localDay } from "../../shared/day.ts";
import { isRandomId, type LetterId } from "../../shared/ids.ts";
import { voicedKey } from "../../shared/voice.ts";
import type { DeskDossier, DeskDossierRow } from "../../workers/desk.contract.ts";
import { formatDate, formatTime } from "../i18n/format.ts";
import { language } from "../i18n/i18n.ts";
import { languageInfo } from "../i18n/languages.ts";
import { rich } from "../i18n/rich.tsx";
import { useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../ui/Button.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { moveTo } from "../ui/places.ts";
import { FailedState, Loading } from "../ui/States.tsx";
import { AnswersPane } from "./AnswersPane.tsx";
import { answerSections, phoneOf, stateOf } from "./answers.ts";
import { DeskFrame } from "./DeskFrame.tsx";
import { PersonName, procedureName, StateChip } from "./Inbox.tsx";
import { useKeys } from "./keys.ts";
import { MandatesBesideDoor } from "./mandates/MandatesDoor.tsx";
import { OutButton } from "./out/OutButton.tsx";
import { PaperPane } from "./PaperPane.tsx";
import { REPLY_ID, ReplyPane } from "./ReplyPane.tsx";
import { replacedLetters, rowState, shownRows } from "./rows.ts";
import { deskPaths, failureMark, failureText, useDeskAsk, useDeskShell } from "./state.ts";
import { ThreadPane } from "./ThreadPane.tsx";
import { useForm } from "./useForm.ts";
import { VoicePane } from "./VoicePane.tsx";
import { NOTE_ID, WorkPane } from "./WorkPane.tsx";

/** "arabe", in the language shown; null when the code is no language. */
function languageName(code: string): string | null {
  if (!/^[a-z]{2,3}(-|$)/i.test(code)) return null;
  return (
    new Intl.DisplayNames(languageInfo(language()).locale, { type: "language", fallback: "none" }).of(code) ?? null
  );
}

function BackRow() {
  const t = useT();
  const { router } = useDeskShell();
  return (
    <LinkRow icon="retour" href={deskPaths.inbox} onPress={() => router.back(deskPaths.inbox)}>
      {t("desk.inbox.title")}
    </LinkRow>
  );
}

interface ShownProps {
  readonly dossier: DeskDossier;
  readonly form: Form | null;
}

function Shown({ dossier, form }: ShownProps) {
  const t = useT();
  const { print, inbox } = useDeskShell();
  const { row, payload } = dossier;
  const phone = phoneOf(payload);
  const spoken = payload.language === language() ? null : languageName(payload.language);
  const rows = inbox.state === "ready" ? inbox.value.rows : [];
  const sections = answerSections(form, payload);
  useKeys({ reply: () => moveTo(REPLY_ID), note: () => moveTo(NOTE_ID) });
  const newer = rows.find((other) => other.replaces === row.letter);
  const visible =
    form === null
      ? []
      : viewForm(form, stateOf(payload), { today: localDay(payload.filledAt) }).requirements.map((one) => one.id);
  const requirements = [
    ...new Set([...visible, ...payload.missing, ...payload.papers.map((one) => one.requirement)]),
  ].filter((slot) => voicedKey(slot) === undefined);
  return (
    <>
      <div class="dtop">
        <div class="dhead">
          <BackRow />
          <h1>
            {rich("desk.dossier.heading", {
              who: <PersonName name={row.name} />,
              procedure: <span>{procedureName(row.procedure)}</span>,
            })}
          </h1>
          <p class="meta wide-p">
            {rich("desk.dossier.number", {
              number: (
                <bdi dir="ltr" translate={false}>
                  {showSpoken(row.number)}
                </bdi>
              ),
            })}{" "}
            {t("desk.dossier.deposited", {
              date: formatDate(row.depositedAt, "long"),
              time: formatTime(row.depositedAt),
            })}{" "}
            {t("desk.dossier.filled", { date: formatDate(payload.filledAt, "long") })}{" "}
            {spoken !== null && t("desk.dossier.language", { language: spoken })}
          </p>
          <p class="tabline">
            <StateChip state={rowState(row, replacedLetters(rows))} />
            {row.notForeseen && (
              <span class="need need--human">
                <Icon name="parler" />
                {t("desk.notForeseen")}
              </span>
            )}
          </p>
        </div>
        <div class="row row--tight noprint">
          {phone !== null && (
            <LinkButton kind="second" icon="appeler" href={`tel:${phone}`}>
              {t("desk.dossier.call")}
            </LinkButton>
          )}
          <Button kind="second" icon="imprimer" onPress={print}>
            {t("common.action.print")}
          </Button>
          <OutButton dossier={dossier} sections={sections} />
          <Button kind="second" icon="envoi" onPress={() => moveTo(REPLY_ID)}>
            {t("desk.reply.title")}
          </Button>
        </div>
      </div>
      {newer !== undefined && (
        <Banner
          tone="soon"
          icon="modifier"
          title={t("desk.dossier.replaced")}
          link={{ href: deskPaths.dossier(newer.letter), text: t("desk.dossier.toNewer") }}
        />
      )}
      {row.replaces !== null && (
        <Banner
          tone="quiet"
          icon="modifier"
          title={t("desk.newVersion")}
          link={{ href: deskPaths.dossier(row.replaces), text: t("desk.dossier.toOlder") }}
        />
      )}
      <div class="dgrid">
        <div class="stack">
          <PaperPane key={row.letter} dossier={dossier} form={form} />
          <ReplyPane key={row.letter} dossier={dossier} requirements={requirements} />
          <Banner tone="quiet" icon="journal" quiet>
            {t("desk.dossier.told")}
          </Banner>
        </div>
        <div class="stack">
          <VoicePane key={row.letter} dossier={dossier} />
          <MandatesBesideDoor letter={row.letter} />
          <AnswersPane sections={sections} known={form !== null} />
          <ThreadPane dossier={dossier} />
          <WorkPane key={row.letter} dossier={dossier} />
        </div>
      </div>
    </>
  );
}

/** A letter that cannot be opened: it is kept, and whoever looks after Besace can say more with its mark. */
function Trouble({ trouble, at }: { readonly trouble: string; readonly at: number }) {
  const t = useT();
  return (
    <>
      <BackRow />
      <h1>{t("desk.trouble.title")}</h1>
      <FailedState
        title={t("desk.trouble.what")}
        text={t("desk.trouble.text", { date: formatDate(at, "long") })}
        mark={trouble}
      />
    </>
  );
}

/** Taken back by the person before anybody here opened it. */
function Withdrawn({ row }: { readonly row: DeskDossierRow }) {
  const t = useT();
  return (
    <>
      <BackRow />
      <h1>{t("desk.withdrawn.title")}</h1>
      <p class="meta wide-p">
        {procedureName(row.procedure)}{" "}
        {rich("desk.dossier.number", {
          number: (
            <bdi dir="ltr" translate={false}>
              {showSpoken(row.number)}
            </bdi>
          ),
        })}
      </p>
      <Banner tone="quiet" icon="information" title={t("desk.withdrawn.what")}>
        {t("desk.withdrawn.text")}
      </Banner>
    </>
  );
}

export function Dossier({ letter }: { readonly letter: string }) {
  const t = useT();
  const { inbox, router, list, me } = useDeskShell();
  const id = letter as LetterId;
  const step = (by: number) => (): void => {
    const shown = shownRows(inbox.state === "ready" ? inbox.value.rows : [], list, me);
    const at = shown.findIndex((other) => other.letter === id);
    const next = at < 0 ? undefined : shown[at + by];
    if (next !== undefined) router.go(deskPaths.dossier(next.letter));
  };
  useKeys({ list: () => router.go(deskPaths.inbox), nextDossier: step(1), previousDossier: step(-1) });
  const row = inbox.state === "ready" ? inbox.value.rows.find((each) => each.letter === id) : undefined;
  const trouble = row?.trouble != null ? row : undefined;
  const withdrawn = row?.status === "withdrawn" ? row : undefined;
  const asked = useDeskAsk(`dossier ${id}`, (api) => api.open(id), ["inbox"]);
  const form = useForm(asked.state === "ready" ? asked.value.payload : null);
  const failed = (asked.state === "failed" && withdrawn === undefined) || !isRandomId(letter);
  const isShown = asked.state === "ready" && form.state === "ready" && trouble === undefined;
  return (
    <DeskFrame title={t("desk.dossier.title")} rhythm="stack-m" arrival={isShown ? "here" : "asked"} failing={failed}>
      {withdrawn !== undefined ? (
        <Withdrawn row={withdrawn} />
      ) : trouble !== undefined ? (
        <Trouble trouble={trouble.trouble ?? ""} at={trouble.depositedAt} />
      ) : isShown ? (
        <Shown dossier={asked.value} form={form.form} />
      ) : (
        <>
          <BackRow />
          <h1>{t("desk.dossier.title")}</h1>
          {asked.state === "failed" && (
            <FailedState
              title={t("desk.dossier.failed")}
              text={failureText(asked.error)}
              mark={failureMark(asked.error)}
              onRetry={asked.again}
            />
          )}
          {asked.state === "ready" && form.state === "failed" && (
            <FailedState text={t("desk.dossier.noForm")} mark={form.mark} onRetry={form.again} />
          )}
          {(asked.state === "loading" || (asked.state === "ready" && form.state === "loading")) && (
            <Loading text={t("desk.dossier.opening")} />
          )}
        </>
      )}
    </DeskFrame>
  );
}
