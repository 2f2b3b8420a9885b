/**
 * A new share: which papers, with whom, what for, for how long. Runs in the page; works offline, and says so.
 *
 * Surprising: the copies with words across them are made here, by the worker that has no key; the satchel seals what it is handed.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { staysHere } from "../../../satchel/keeping.ts";
import type { ShareDays } from "../../../satchel/model.ts";
import { shareDays, shareLimits, usualDays } from "../../../satchel/sharing.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { Deployment, PaperView, ShareRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { connectSharing } from "../../../workers/sharing.client.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { language } from "../../i18n/i18n.ts";
import { languageInfo } from "../../i18n/languages.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { CheckGroup, RadioGroup } from "../../ui/Choice.tsx";
import { TextField } from "../../ui/Field.tsx";
import { kindIcon, paperName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { copyPapers, isCopyable } from "./copy-papers.ts";

type Days = `${ShareDays}`;
type Step =
  | { readonly at: "choose" }
  | { readonly at: "copy"; readonly n: number; readonly of: number }
  | { readonly at: "seal" };

const isHere = ({ state }: PaperView): boolean => !["away", "not-here"].includes(state);

interface ChooseProps {
  readonly papers: readonly PaperView[];
  readonly deployment: Deployment | null;
}

function Choose({ papers, deployment }: ChooseProps) {
  const t = useT();
  const { api } = useSatchel();
  const { timers } = useWorld();
  const { go } = useShell();
  const [chosen, setChosen] = useState<readonly RecordId[]>([]);
  const [who, setWho] = useState<string | undefined>();
  const [why, setWhy] = useState("");
  const [days, setDays] = useState<Days>(`${usualDays}`);
  const [asked, setAsked] = useState(false);
  const [step, setStep] = useState<Step>({ at: "choose" });
  const [error, setError] = useState<string | undefined>();
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );
  useHold(chosen.length > 0 || why !== "");

  const shown = papers.filter((paper) => isHere(paper) && isCopyable(paper));
  const open = (deployment?.organisations ?? []).filter(({ statements }) => statements.length > 0);
  const closed = (deployment?.organisations ?? []).filter(({ statements }) => statements.length === 0);
  const [only] = open.length === 1 ? open : [];
  const desk = open.find(({ slug }) => slug === who) ?? only;
  const taken = shown.filter(({ id }) => chosen.includes(id));
  const missing = {
    papers: asked && taken.length === 0 ? t("partages.choose.missingPapers") : undefined,
    who: asked && desk === undefined ? t("partages.choose.missingWho") : undefined,
    why: asked && why.trim() === "" ? t("partages.choose.missingWhy") : undefined,
  };

  function refusal(given: WorkerError | ShareRefusal): string {
    if (given.type === "share-fault") return t(`partages.fail.${given.fault}`);
    if (given.type === "no-desk-key" || given.type === "changed-key") return t(`partages.fail.${given.type}`);
    if (given.type === "full") return t("partages.fail.room");
    return t("partages.fail.other", { mark: given.type === "unavailable" ? given.mark : given.type });
  }

  async function give(): Promise<void> {
    setAsked(true);
    setError(undefined);
    if (taken.length === 0 || desk === undefined || why.trim() === "") return;
    setStep({ at: "copy", n: 1, of: taken.length });
    const chosenDays = Number(days) as ShareDays;
    const terms = await api.shareTerms(chosenDays);
    if (!terms.ok) return fail(refusal(terms.error));
    const { until } = terms.value;
    const text = [
      t("partages.mark.who", { who: isolated(desk.name) }),
      isolated(why.trim()),
      t("partages.mark.until", { date: formatDate(until) }),
    ].join(" · ");
    const { api: sharing, stop } = connectSharing();
    const made = await copyPapers(
      taken,
      { text, direction: languageInfo(language()).dir },
      { api, sharing, timers },
      (n, of) => setStep({ at: "copy", n, of }),
    );
    stop();
    if (isGone.current) return;
    if (!made.ok) {
      const { why: reason, n, paper } = made.error;
      return fail(
        reason === "tool"
          ? t("partages.fail.tool")
          : t("partages.fail.page", { n, name: isolated(paperName(paper.record)) }),
      );
    }
    setStep({ at: "seal" });
    const input = { organisation: desk.slug, purpose: why.trim(), days: chosenDays, until, language: language() };
    const share = await api.startShare({ ...input, papers: made.value });
    if (!share.ok) return fail(refusal(share.error));
    if (!isGone.current) go(paths.given(share.value.id), { replace: true });
  }
  function fail(words: string): void {
    if (isGone.current) return;
    setStep({ at: "choose" });
    setError(words);
  }

  if (shown.length === 0)
    return (
      <EmptyState
        title={t("partages.choose.noPapers")}
        text={papers.length > 0 ? t("partages.choose.away") : t("partages.choose.noPapersText")}
        action={
          <LinkButton kind="second" wide icon="papier" href={paths.papers}>
            {t("papers.title")}
          </LinkButton>
        }
      />
    );
  const busy =
    step.at === "copy"
      ? t("partages.choose.busy", { n: step.n, total: step.of })
      : step.at === "seal"
        ? t("partages.choose.sealing")
        : undefined;
  return (
    <PersonalForm class="stack" onSubmit={() => void give()}>
      {error !== undefined && (
        <Banner tone="redo" icon="attention" title={t("partages.fail.title")}>
          {error}
        </Banner>
      )}
      <fieldset class="stack-s">
        <legend class="h3">{t("partages.choose.papers")}</legend>
        {missing.papers !== undefined && (
          <p class="err" role="alert">
            {missing.papers}
          </p>
        )}
        <CheckGroup<RecordId>
          options={shown.map(({ id, record }) => ({
            value: id,
            label: paperName(record),
            icon: kindIcon(record.kind),
            ...(staysHere(record) ? { more: t("partages.choose.stays") } : {}),
          }))}
          values={chosen}
          onChange={setChosen}
          invalid={missing.papers !== undefined}
        />
        {papers.length > shown.length && <p class="meta">{t("partages.choose.notShown")}</p>}
      </fieldset>
      <fieldset class="stack-s">
        <legend class="h3">{t("partages.choose.who")}</legend>
        {missing.who !== undefined && (
          <p class="err" role="alert">
            {missing.who}
          </p>
        )}
        {open.length === 0 ? (
          <p>{t("partages.choose.nobody")}</p>
        ) : (
          <RadioGroup
            options={open.map(({ slug, name }) => ({ value: slug, label: name, icon: "guichet" as const }))}
            value={desk?.slug}
            onChange={setWho}
            invalid={missing.who !== undefined}
          />
        )}
        {closed.map(({ slug, name }) => (
          <p key={slug} class="meta">
            <bdi>{name}</bdi> : {t("partages.choose.notOpen")}
          </p>
        ))}
      </fieldset>
      <TextField
        label={t("partages.choose.why")}
        hint={t("partages.choose.whyHint")}
        error={missing.why}
        value={why}
        onChange={setWhy}
        maxLength={Math.min(120, shareLimits.purpose)}
      />
      <fieldset class="stack-s">
        <legend class="h3">{t("partages.choose.long")}</legend>
        <RadioGroup
          columns={2}
          options={shareDays.map((each) => ({ value: `${each}` as Days, label: t(`partages.choose.days${each}`) }))}
          value={days}
          onChange={setDays}
        />
      </fieldset>
      <p class="meta">{t("partages.choose.mark")}</p>
      <p class="meta">{t("partages.choose.name")}</p>
      <Banner tone="soon" icon="attention" quiet title={t("partages.choose.seen")}>
        {t("partages.choose.seenText")}
      </Banner>
      <Button type="submit" wide icon="partager" busy={busy}>
        {t("partages.choose.go")}
      </Button>
    </PersonalForm>
  );
}

export function NewScreen() {
  const t = useT();
  const asked = useAsk("papers", (api) => api.papers(), ["papers"]);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  return (
    <Frame
      title={t("partages.choose.title")}
      back={paths.shares}
      failing={asked.state === "failed"}
      arrival={asked.state}
    >
      <h1>{t("partages.choose.title")}</h1>
      {(asked.state === "loading" || deployment.state === "loading") && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && deployment.state !== "loading" && (
        <Choose
          papers={asked.value.filter(({ record }) => record.status === "kept")}
          deployment={deployment.state === "ready" ? deployment.value : null}
        />
      )}
    </Frame>
  );
}
