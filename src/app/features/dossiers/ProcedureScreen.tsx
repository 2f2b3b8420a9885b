/** The page before a procedure: what it is, how long, which papers help, who reads it, another way. Nothing leaves here. */
import { useState } from "preact/hooks";
import type { Form } from "../../../forms/model.ts";
import type { Deployment, DossierView, PaperView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatDate, formatList } from "../../i18n/format.ts";
import { language } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Item, List } from "../../ui/List.tsx";
import { paperName } from "../../ui/papers/names.ts";
import { Why } from "../../ui/Question.tsx";
import { questionPath } from "./places.ts";
import { Trouble, useForm, WaitingScreen } from "./useDossier.tsx";
import { deskName, formText, frenchText, procedureTitle } from "./words.ts";

/** "/demarches/:procedure" */
export function ProcedureScreen({ params }: ScreenProps) {
  const loaded = useForm(params.procedure ?? "");
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  for (const asked of [deployment, dossiers, papers])
    if (asked.state !== "ready") return <WaitingScreen waiting={asked} />;
  if (deployment.state !== "ready" || dossiers.state !== "ready" || papers.state !== "ready") return null;
  return <Procedure form={loaded.form} deployment={deployment.value} dossiers={dossiers.value} papers={papers.value} />;
}

interface ProcedureProps {
  readonly form: Form;
  readonly deployment: Deployment | null;
  readonly dossiers: readonly DossierView[];
  readonly papers: readonly PaperView[];
}

function Procedure({ form, deployment, dossiers, papers }: ProcedureProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const receivers = deployment?.organisations.filter((each) => each.procedures.includes(form.id)) ?? [];
  const [slug, setSlug] = useState(receivers.length === 1 ? receivers[0]?.slug : undefined);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const title = procedureTitle(form.id);
  const draft = dossiers.find(
    (each) => each.record.procedure === form.id && each.stage === "draft" && Object.keys(each.record.sent).length === 0,
  );
  const receiver = receivers.find((each) => each.slug === slug);
  const say = (key: string): string | undefined => formText(form.id, key);

  async function begin(): Promise<void> {
    if (slug === undefined || busy) return;
    setBusy(true);
    const started = await api.startDossier({ procedure: form.id, language: language(), organisation: slug });
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
        <ReadAloud text={[title, say("intro"), say("need"), t("dossiers.start.nothingLeaves")]} />
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
              const have = kept.filter((paper) => requirement.kinds.includes(paper.record.kind ?? ""));
              const names = formatList(have.slice(0, 2).map((paper) => `\u2068${paperName(paper.record)}\u2069`));
              return (
                <Item
                  key={requirement.id}
                  icon={have.length > 0 ? "valider" : "papier"}
                  tone={have.length > 0 ? "done" : "none"}
                  title={say(`requirements.${requirement.id}.label`)}
                  detail={
                    have.length > 0 ? t("dossiers.start.have", { names }) : say(`requirements.${requirement.id}.hint`)
                  }
                />
              );
            })}
          </List>
          <p>
            <b>{t("dossiers.start.lack")}</b> {t("dossiers.start.lackMore")}
          </p>
        </section>
      )}
      {receivers.length > 1 && (
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
      {receivers.length === 0 && (
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
        {receivers.length > 0 && (
          <Button
            kind={begins}
            wide
            iconEnd="fleche"
            busy={busy ? t("dossiers.start.busy") : undefined}
            missing={slug === undefined ? t("dossiers.start.chooseReceiver") : undefined}
            onMissing={() => document.getElementById("qui-recoit")?.focus()}
            onPress={() => void begin()}
          >
            {t(draft === undefined ? "dossiers.start.begin" : "dossiers.start.another")}
          </Button>
        )}
        <p class="saved">
          <Icon name="cadenas" size="s" />
          <span>{t("dossiers.start.nothingLeaves")}</span>
        </p>
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
        </Why>
      </div>
      <Banner tone="quiet" icon="guichet" title={t("dossiers.start.human")} quiet>
        {say("human")}
      </Banner>
      {form.official !== null && (
        <p class="meta">
          {t(form.official.verified ? "dossiers.start.official" : "dossiers.start.unverified", {
            cerfa: form.official.cerfa,
          })}
        </p>
      )}
    </Frame>
  );
}
