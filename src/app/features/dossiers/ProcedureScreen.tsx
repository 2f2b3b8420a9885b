/** The page before a procedure: what it is, how long, which papers help, who reads it, another way. Nothing leaves here. */
import { useState } from "preact/hooks";
import { isProcedureId } from "../../../forms/catalogue/index.ts";
import { showPhone } from "../../../forms/input.ts";
import type { Delay, Form } from "../../../forms/model.ts";
import { localDay } from "../../../shared/day.ts";
import type { DeployedOrganisation, DossierView, PaperView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatCalendarDate, formatDate, formatList } from "../../i18n/format.ts";
import { language, tData, t as text } from "../../i18n/i18n.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { usePublished } from "../../state/published.ts";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Item, List } from "../../ui/List.tsx";
import { paperName } from "../../ui/papers/names.ts";
import { Why } from "../../ui/Question.tsx";
import { FailedState } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { judged } from "./facts.ts";
import { needPath, questionPath } from "./places.ts";
import { Trouble, useForm, WaitingScreen } from "./useDossier.tsx";
import { deskName, formText, frenchText, procedureTitle } from "./words.ts";

/** "/demarches/:procedure" */
export function ProcedureScreen({ params }: ScreenProps) {
  const loaded = useForm(params.procedure ?? "");
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  const published = usePublished();
  if (loaded.state === "failed") return <Coming id={params.procedure ?? ""} again={loaded.again} />;
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  for (const asked of [deployment, dossiers, papers, published])
    if (asked.state !== "ready") return <WaitingScreen waiting={asked} />;
  if (deployment.state !== "ready" || dossiers.state !== "ready" || papers.state !== "ready") return null;
  const own =
    published.state === "ready" ? published.value.forms.find((each) => each.procedure === loaded.form.id) : undefined;
  return (
    <Procedure
      form={loaded.form}
      receivers={
        deployment.value?.organisations.filter(
          (each) => each.procedures.includes(loaded.form.id) || each.slug === own?.organisation,
        ) ?? []
      }
      dossiers={dossiers.value}
      papers={papers.value}
    />
  );
}

/** Its file is not on this device yet: what it is, and when it comes. */
function Coming({ id, again }: { readonly id: string; readonly again: () => void }) {
  const t = useT();
  useAreas("procedures");
  const title = procedureTitle(id);
  return (
    <Frame title={title} tab="dossiers" back={paths.procedures}>
      <h1>{title}</h1>
      <p class="lead">{tData("procedures", `${id}.line`)}</p>
      <FailedState
        title={t("dossiers.start.coming")}
        text={t("dossiers.start.comingMore")}
        mark="D-208"
        onRetry={again}
      />
    </Frame>
  );
}

/** A paper that was good once. */
const OLD: ReadonlySet<string> = new Set(["expired", "too-old"]);

/** "2 mois", "15 jours". */
function delayText({ months, days }: Delay): string {
  if (months !== undefined) return text("dossiers.start.answerMonths", { count: months });
  return days === undefined ? "" : text("dossiers.start.answerDays", { count: days });
}

interface ProcedureProps {
  readonly form: Form;
  /** Who takes it; a published form goes to whom it is from. */
  readonly receivers: readonly DeployedOrganisation[];
  readonly dossiers: readonly DossierView[];
  readonly papers: readonly PaperView[];
}

function Procedure({ form, receivers, dossiers, papers }: ProcedureProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const [slug, setSlug] = useState(receivers.length === 1 ? receivers[0]?.slug : undefined);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const title = procedureTitle(form.id);
  const draft = dossiers.find(
    (each) => each.record.procedure === form.id && each.stage === "draft" && Object.keys(each.record.sent).length === 0,
  );
  const receiver = receivers.find((each) => each.slug === slug);
  const say = (key: string): string | undefined => formText(form.id, key);

  const prepares = (form.receiver ?? "besace") !== "besace";
  const { clock } = useWorld();
  const day = localDay(clock.now());

  async function begin(): Promise<void> {
    // Nobody of Besace receives what is only prepared.
    const organisation = prepares ? "" : slug;
    if (organisation === undefined || busy) return;
    setBusy(true);
    const started = await api.startDossier({ procedure: form.id, language: language(), organisation });
    setBusy(false);
    if (!started.ok) return setError(started.error);
    go(questionPath(started.value.id, started.value.record.page || (form.pages[0]?.id ?? "")));
  }

  const kept = papers.filter((paper) => paper.record.status === "kept");
  const begins = draft === undefined ? "main" : "second";
  return (
    <Frame title={title} tab="dossiers" back={paths.procedures}>
      <div class="stack-m">
        {receiver !== undefined && (
          <p class="meta">
            <b>{deskName(receiver)}</b>
            {receiver.demonstration && ` ${t("dossiers.start.demonstration")}`}
          </p>
        )}
        <h1>{title}</h1>
        {frenchText(form.id, "title") !== undefined && (
          <p class="fr-under" lang="fr" dir="ltr">
            {frenchText(form.id, "title")}
          </p>
        )}
        <p class="lead">{say("intro")}</p>
        {prepares && (
          <Banner tone="soon" icon="imprimer" quiet>
            {t(form.receiver === "portal" ? "dossiers.start.portal" : "dossiers.start.paper")}
          </Banner>
        )}
        {form.reviewBefore < day && (
          <Banner tone="soon" icon="attention" quiet>
            {t("dossiers.start.outdated", { date: formatCalendarDate(form.reviewBefore) })}
          </Banner>
        )}
        <ReadAloud
          text={[title, say("intro"), say("need"), prepares ? undefined : t("dossiers.start.nothingLeaves")]}
        />
      </div>
      <List label={t("dossiers.start.brief")}>
        <Item
          icon="horloge"
          title={t("dossiers.minutes", { count: form.minutes })}
          detail={t("dossiers.start.pause")}
        />
        <Item icon="argent" title={t("dossiers.start.free")} detail={t("dossiers.start.freeMore")} />
        <Item icon="hors-ligne" title={t("dossiers.start.offline")} detail={t("dossiers.start.offlineMore")} />
      </List>
      {form.requirements.length > 0 && (
        <section class="stack-s" aria-labelledby="papiers-utiles">
          <h2 id="papiers-utiles">{t("dossiers.start.papers")}</h2>
          <List>
            {form.requirements.map((requirement) => {
              const { facts, fits } = judged(requirement, kept, day);
              const good = fits.filter((fit) => fit.faults.length === 0).map((fit) => fit.paper);
              const near = fits.filter((fit) => fit.faults.some((fault) => OLD.has(fault))).map((fit) => fit.paper);
              const ids = good.length > 0 || facts.length === 0 ? good : near;
              const have = ids.flatMap((id) => kept.find((paper) => paper.id === id) ?? []);
              const names = formatList(have.slice(0, 2).map((paper) => `\u2068${paperName(paper.record)}\u2069`));
              return (
                <Item
                  key={requirement.id}
                  icon={good.length > 0 ? "valider" : "papier"}
                  tone={good.length > 0 ? "done" : "none"}
                  title={say(`requirements.${requirement.id}.label`)}
                  detail={
                    have.length > 0
                      ? t(good.length > 0 ? "dossiers.start.have" : "dossiers.start.tooOld", { names })
                      : say(`requirements.${requirement.id}.hint`)
                  }
                />
              );
            })}
          </List>
          <p>
            <b>{t("dossiers.start.lack")}</b> {t("dossiers.start.lackMore")}
          </p>
          <LinkRow icon="papier" href={needPath(form.id)}>
            {t("dossiers.start.needList")}
          </LinkRow>
        </section>
      )}
      {!prepares && receivers.length > 1 && (
        <fieldset class="stack-s">
          <legend class="h2">{t("dossiers.start.receiver")}</legend>
          <RadioGroup
            options={receivers.map((each) => ({ value: each.slug, label: each.name, more: each.human.address }))}
            value={slug}
            onChange={setSlug}
            firstId="qui-recoit"
          />
        </fieldset>
      )}
      {error !== null && <Trouble error={error} onRetry={() => void begin()} />}
      {!prepares && receivers.length === 0 && (
        <Banner tone="quiet" icon="information" quiet>
          {t("dossiers.start.nobody")}
        </Banner>
      )}
      <div class="actions">
        {draft !== undefined && (
          <>
            <Banner tone="quiet" icon="modifier" quiet>
              {t("dossiers.start.draft", { date: formatDate(draft.record.updatedAt) })}
            </Banner>
            <LinkButton wide href={paths.dossier(draft.id)} iconEnd="fleche">
              {t("dossiers.start.resume")}
            </LinkButton>
          </>
        )}
        {(prepares || receivers.length > 0) && (
          <Button
            kind={begins}
            wide
            iconEnd="fleche"
            busy={busy ? t("dossiers.start.busy") : undefined}
            missing={!prepares && slug === undefined ? t("dossiers.start.chooseReceiver") : undefined}
            onMissing={() => document.getElementById("qui-recoit")?.focus()}
            onPress={() => void begin()}
          >
            {t(
              draft !== undefined
                ? "dossiers.start.another"
                : prepares
                  ? "dossiers.start.prepare"
                  : "dossiers.start.begin",
            )}
          </Button>
        )}
        {!prepares && (
          <p class="saved">
            <Icon name="cadenas" size="s" />
            <span>{t("dossiers.start.nothingLeaves")}</span>
          </p>
        )}
      </div>
      <div class="stack-s">
        <Why title={t("dossiers.start.who")}>
          <p>{say("whoCanAsk")}</p>
        </Why>
        <Why title={t("dossiers.start.need")}>
          <p>{say("need")}</p>
        </Why>
        <Why title={t("dossiers.start.afterwards")}>
          <p>{say("afterwards")}</p>
          {form.answerWithin !== undefined && (
            <p>
              {t("dossiers.start.answer", { delay: delayText(form.answerWithin) })}{" "}
              {form.answerWithin.silence === "accepted" && t("dossiers.start.silenceAccepted")}
              {form.answerWithin.silence === "refused" && t("dossiers.start.silenceRefused")}
            </p>
          )}
        </Why>
        {(form.remedies ?? []).length > 0 && (
          <Why title={t("dossiers.start.remedies")}>
            {form.remedies?.map((remedy) => (
              <p key={remedy.id}>
                <b>{say(`remedies.${remedy.id}.label`)}</b> {say(`remedies.${remedy.id}.hint`)}{" "}
                {t("dossiers.start.within", { delay: delayText(remedy.within) })}{" "}
                {remedy.procedure !== undefined && isProcedureId(remedy.procedure) && (
                  <a href={paths.procedure(remedy.procedure)}>{procedureTitle(remedy.procedure)}</a>
                )}
              </p>
            ))}
          </Why>
        )}
        {form.sources.length > 0 && (
          <Why title={t("dossiers.start.sources")}>
            <ul lang="fr">
              {form.sources.map((source) => (
                <li key={source.title}>
                  {source.title}. {t("dossiers.start.verifiedOn", { date: formatCalendarDate(source.verifiedOn) })}.
                </li>
              ))}
            </ul>
          </Why>
        )}
      </div>
      <Banner tone="quiet" icon="guichet" title={t("dossiers.start.human")} quiet>
        {say("human")}
      </Banner>
      {(form.humans ?? []).length > 0 && (
        <List>
          {form.humans?.map((human) => (
            <Item
              key={human.id}
              icon={human.phone === undefined ? "guichet" : "appeler"}
              tone="human"
              title={say(`humans.${human.id}.label`)}
              detail={[say(`humans.${human.id}.hours`), say(`humans.${human.id}.hint`)].filter(Boolean).join(" ")}
              end={
                human.phone === undefined ? undefined : (
                  <a class="edit" href={`tel:${human.phone}`}>
                    <bdi class="tel" dir="ltr">
                      {showPhone(human.phone)}
                    </bdi>
                  </a>
                )
              }
            />
          ))}
        </List>
      )}
      {form.official !== null && (
        <p class="meta">
          {form.official.cerfa === ""
            ? t("dossiers.start.unverifiedPages")
            : t(form.official.verified ? "dossiers.start.official" : "dossiers.start.unverified", {
                cerfa: form.official.cerfa,
              })}
        </p>
      )}
    </Frame>
  );
}
