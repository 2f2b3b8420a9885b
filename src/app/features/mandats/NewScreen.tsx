/**
 * A new mandate, or one that takes the place of another: one question a page, then the whole text and the signature. In the page;
 * works offline, and says so.
 *
 * Surprising fact: the first question may end it. Who is protected by a judge, or under 18, is sent kindly to whom the law names:
 * the mandate would not be valid, and nothing is kept of the answer.
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { inkOf, type Stroke } from "../../../forms/signature.ts";
import {
  isMinor,
  livingDomains,
  mandateActs,
  mandateDays,
  mandateDomains,
  mandateLimits,
  mandateNotice,
  usualMandateDays,
} from "../../../satchel/mandate.ts";
import type { MandateAct, MandateDomain, MandateText, ProfileRecord, ShareDays } from "../../../satchel/model.ts";
import { localDay } from "../../../shared/day.ts";
import type { RecordId } from "../../../shared/ids.ts";
import { ok } from "../../../shared/result.ts";
import type { MandateRefusal, MandateView } from "../../../workers/mandates.contract.ts";
import type { Answer, Deployment, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { language } from "../../i18n/i18n.ts";
import { SOURCE_LANGUAGE } from "../../i18n/languages.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { CheckGroup, RadioGroup } from "../../ui/Choice.tsx";
import { TextField } from "../../ui/Field.tsx";
import { Words } from "../../ui/mandate/MandateSheet.tsx";
import { mandateText } from "../../ui/mandate/text.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { Loading } from "../../ui/States.tsx";
import { SignPad } from "../../ui/sign/SignPad.tsx";
import { useWorld } from "../../ui/world.ts";

const STEPS = ["protect", "who", "what", "why", "long", "sign"] as const;
type Step = (typeof STEPS)[number];
type Protection = "no" | "yes" | "minor" | "unsure";
const dayMs = 86_400_000;

interface Draft {
  readonly protection: Protection | undefined;
  readonly who: string | undefined;
  readonly domains: readonly MandateDomain[];
  readonly acts: readonly MandateAct[];
  readonly purpose: string;
  readonly days: ShareDays;
  readonly name: string;
  readonly strokes: readonly Stroke[];
  readonly typed: string;
}

const nameIn = ({ given_name = "", family_name = "" }: ProfileRecord): string =>
  [given_name.trim(), family_name.trim()].filter(Boolean).join(" ");

function draftOf(profile: ProfileRecord, before: MandateView | null): Draft {
  const empty = { protection: undefined, strokes: [], typed: "", name: nameIn(profile) };
  if (before === null) return { ...empty, who: undefined, domains: [], acts: [], purpose: "", days: usualMandateDays };
  const { record } = before;
  const { mandate, organisation, purpose, days } = record;
  return {
    ...empty,
    name: mandate.name,
    who: organisation,
    domains: livingDomains(mandate),
    acts: mandate.acts,
    purpose,
    days,
  };
}

/** What the law names instead: nothing is signed, nothing is kept. */
function Stop({ why, onBack }: { readonly why: Exclude<Protection, "no">; readonly onBack: () => void }) {
  const t = useT();
  return (
    <>
      <h1>{t("mandats.stop.title")}</h1>
      <p>{t(`mandats.stop.${why}`)}</p>
      <Banner tone="soon" icon="parler" quiet>
        {t(`mandats.stop.${why}Do`)}
      </Banner>
      <p>{t("mandats.stop.else")}</p>
      <LinkButton wide href={paths.mandates}>
        {t("mandats.stop.leave")}
      </LinkButton>
      <Button kind="second" wide icon="modifier" onPress={onBack}>
        {t("mandats.stop.back")}
      </Button>
    </>
  );
}

interface PageProps {
  readonly title: string;
  readonly text?: string;
  readonly error: string | undefined;
  readonly children: ComponentChildren;
}

/** One question with its answers. */
function Group({ title, text, error, children }: PageProps) {
  return (
    <fieldset class="stack-s">
      <legend class="h1 q-legend">
        <h1 tabIndex={-1}>{title}</h1>
      </legend>
      {text !== undefined && <p class="hint">{text}</p>}
      {error !== undefined && (
        <p class="err" role="alert">
          {error}
        </p>
      )}
      {children}
    </fieldset>
  );
}

interface FlowProps {
  readonly profile: ProfileRecord;
  readonly before: MandateView | null;
  readonly deployment: Deployment | null;
}

interface Terms {
  readonly until: number;
  readonly text: MandateText;
}

function Flow({ profile, before, deployment }: FlowProps) {
  const t = useT();
  const { api } = useSatchel();
  const { clock } = useWorld();
  const { go } = useShell();
  const [draft, setDraft] = useState<Draft>(() => draftOf(profile, before));
  const [step, setStep] = useState<Step>("protect");
  const [asked, setAsked] = useState(false);
  const [stopped, setStopped] = useState<Exclude<Protection, "no"> | null>(null);
  const [until, setUntil] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  useHold(step !== "protect");
  const set = (patch: Partial<Draft>): void => setDraft((now) => ({ ...now, ...patch }));
  const at = STEPS.indexOf(step);
  const open = (deployment?.organisations ?? []).filter(({ statements }) => statements.length > 0);
  const closed = (deployment?.organisations ?? []).filter(({ statements }) => statements.length === 0);
  const [only] = open.length === 1 ? open : [];
  const desk = open.find(({ slug }) => slug === draft.who) ?? only;

  function move(to: Step): void {
    setAsked(false);
    setError(undefined);
    setStep(to);
  }
  const back = at === 0 ? undefined : () => move(STEPS[at - 1] ?? "protect");

  const ink = inkOf(draft.strokes);
  const missing = {
    protect: draft.protection === undefined ? t("mandats.protect.missing") : undefined,
    who: desk === undefined ? t("mandats.who.missing") : undefined,
    what: draft.domains.length === 0 ? t("mandats.what.missing") : undefined,
    acts: draft.acts.length === 0 ? t("mandats.why.missingActs") : undefined,
    purpose: draft.purpose.trim() === "" ? t("mandats.why.missingPurpose") : undefined,
    name: draft.name.trim() === "" ? t("mandats.sign.missingName") : undefined,
    sign: ink === null && draft.typed.trim() === "" ? t("mandats.sign.missing") : undefined,
  };
  const said = (what: keyof typeof missing): string | undefined => (asked ? missing[what] : undefined);
  const lacks: Readonly<Record<Step, readonly (string | undefined)[]>> = {
    protect: [missing.protect],
    who: [missing.who],
    what: [missing.what],
    why: [missing.acts, missing.purpose],
    long: [],
    sign: [missing.name, missing.sign],
  };

  /** The words as they stand: of what was answered, and of the language shown. */
  const terms: Terms = {
    until,
    text: mandateText({
      name: draft.name,
      desk: desk?.name ?? "",
      purpose: draft.purpose,
      domains: mandateDomains.filter((id) => draft.domains.includes(id)),
      acts: mandateActs.filter((id) => draft.acts.includes(id)),
      from: until - draft.days * dayMs,
      until,
    }),
  };

  function refusal(given: WorkerError | MandateRefusal): string {
    if (given.type === "mandate-fault") return t("mandats.fail.fault", { mark: given.fault });
    if (given.type === "no-desk-key" || given.type === "changed-key") return t(`mandats.fail.${given.type}`);
    if (given.type === "full") return t("mandats.fail.room");
    return t("mandats.fail.other", { mark: given.type === "unavailable" ? given.mark : given.type });
  }

  async function sign(): Promise<void> {
    if (desk === undefined) return;
    setBusy(true);
    const given = await api.startMandate({
      organisation: desk.slug,
      name: draft.name.trim(),
      purpose: draft.purpose.trim(),
      domains: mandateDomains.filter((id) => draft.domains.includes(id)),
      acts: mandateActs.filter((id) => draft.acts.includes(id)),
      days: draft.days,
      until,
      language: language(),
      text: terms.text,
      signature: { ink, name: draft.typed.trim(), at: clock.now() },
      replaces: before?.id ?? null,
    });
    setBusy(false);
    if (given.ok) go(paths.mandate(given.value.id), { replace: true });
    else setError(refusal(given.error));
  }

  async function next(): Promise<void> {
    setAsked(true);
    setError(undefined);
    if (lacks[step].some((text) => text !== undefined)) return;
    if (step === "protect") {
      const minor = isMinor(profile.birthdate, localDay(clock.now()));
      const why = draft.protection === "no" ? (minor ? "minor" : null) : (draft.protection ?? null);
      if (why !== null) return setStopped(why);
    }
    if (step === "sign") return sign();
    if (step === "long") {
      // Counted anew each time: the text says from when to when.
      const end = await api.shareTerms(draft.days);
      if (!end.ok) return setError(refusal(end.error));
      setUntil(end.value.until);
    }
    move(STEPS[at + 1] ?? "sign");
  }

  const title = stopped === null ? t(`mandats.${step}.title`) : t("mandats.stop.title");
  const frame = { title, arrival: stopped ?? step, back: paths.mandates, failing: asked && lacks[step].some(Boolean) };
  if (stopped !== null)
    return (
      <Frame {...frame} failing={false}>
        <Stop why={stopped} onBack={() => setStopped(null)} />
      </Frame>
    );
  return (
    <Frame {...frame} {...(back === undefined ? {} : { onBack: back })}>
      <PersonalForm class="stack" onSubmit={() => void next()}>
        <p class="meta">{t("mandats.step", { n: at + 1, total: STEPS.length })}</p>
        {error !== undefined && (
          <Banner tone="redo" icon="attention" title={t("mandats.fail.title")}>
            {error}
          </Banner>
        )}
        {step === "protect" && (
          <Group
            title={title}
            text={`${t("mandats.protect.text")} ${t("mandats.protect.list")}`}
            error={said("protect")}
          >
            <RadioGroup<Protection>
              options={[
                { value: "no", label: t("mandats.protect.no"), more: t("mandats.protect.noMore") },
                { value: "yes", label: t("mandats.protect.yes") },
                { value: "minor", label: t("mandats.protect.minor") },
              ]}
              unknown={{ value: "unsure", label: t("mandats.protect.unsure") }}
              value={draft.protection}
              onChange={(protection) => set({ protection })}
              invalid={said("protect") !== undefined}
            />
          </Group>
        )}
        {step === "who" && (
          <Group title={title} text={t("mandats.who.text")} error={said("who")}>
            {open.length === 0 ? (
              <p>{t("mandats.who.nobody")}</p>
            ) : (
              <RadioGroup
                options={open.map(({ slug, name }) => ({ value: slug, label: name, icon: "guichet" as const }))}
                value={desk?.slug}
                onChange={(who) => set({ who })}
                invalid={said("who") !== undefined}
              />
            )}
            {closed.map(({ slug, name }) => (
              <p key={slug} class="meta">
                <bdi>{name}</bdi> : {t("mandats.who.notOpen")}
              </p>
            ))}
          </Group>
        )}
        {step === "what" && (
          <Group title={title} text={t("mandats.what.text")} error={said("what")}>
            <CheckGroup<MandateDomain>
              options={mandateDomains.map((id) => ({
                value: id,
                label: t(`mandats.domain.${id}`),
                more: t(`mandats.example.${id}`),
              }))}
              values={draft.domains}
              onChange={(domains) => set({ domains })}
              invalid={said("what") !== undefined}
            />
          </Group>
        )}
        {step === "why" && (
          <>
            <h1>{title}</h1>
            <fieldset class="stack-s">
              <legend class="h3">{t("mandats.why.acts")}</legend>
              {said("acts") !== undefined && (
                <p class="err" role="alert">
                  {said("acts")}
                </p>
              )}
              <CheckGroup<MandateAct>
                options={mandateActs.map((id) => ({ value: id, label: t(`mandats.act.${id}`) }))}
                values={draft.acts}
                onChange={(acts) => set({ acts })}
                invalid={said("acts") !== undefined}
              />
            </fieldset>
            <TextField
              label={t("mandats.why.purpose")}
              hint={t("mandats.why.purposeHint")}
              error={said("purpose")}
              value={draft.purpose}
              onChange={(purpose) => set({ purpose })}
              maxLength={mandateLimits.purpose}
            />
            <p class="meta">{t("mandats.why.limit")}</p>
          </>
        )}
        {step === "long" && (
          <Group
            title={title}
            text={t(mandateNotice[draft.days] === null ? "mandats.long.noRemind" : "mandats.long.remind")}
            error={undefined}
          >
            <RadioGroup
              columns={2}
              options={mandateDays.map((days) => ({ value: `${days}`, label: t(`mandats.days.${days}`) }))}
              value={`${draft.days}`}
              onChange={(days) => set({ days: Number(days) as ShareDays })}
            />
          </Group>
        )}
        {step === "sign" && (
          <>
            <h1>{title}</h1>
            <Banner tone="quiet" icon="mandat" quiet>
              {t("mandats.notAidants")}
            </Banner>
            <TextField
              label={t("mandats.sign.name")}
              error={said("name")}
              value={draft.name}
              onChange={(name) => set({ name })}
              maxLength={mandateLimits.name}
            />
            {terms.text.shown !== null && (
              <section class="stack-s">
                <h2>{t("mandats.sign.shown")}</h2>
                <p>
                  <b>{t("mandats.sign.binds")}</b> {t("mandats.sign.bindsText")}
                </p>
                <div class="mandate">
                  <Words text={terms.text.shown.text} language={terms.text.shown.language} />
                </div>
                <ReadAloud text={terms.text.shown.text.split("\n\n")} />
                <h2>{t("mandats.sign.french")}</h2>
              </section>
            )}
            <div class="mandate">
              <Words text={terms.text.fr} language={SOURCE_LANGUAGE} />
            </div>
            {terms.text.shown === null && <ReadAloud text={terms.text.fr.split("\n\n")} />}
            <p>{t("mandats.sign.free")}</p>
            {said("sign") !== undefined && (
              <p class="err" role="alert">
                {said("sign")}
              </p>
            )}
            <p class="flabel">{t("mandats.sign.draw")}</p>
            <SignPad
              strokes={draft.strokes}
              onDrawn={(strokes) => set({ strokes })}
              label={t(draft.strokes.length > 0 ? "mandats.sign.drawn" : "mandats.sign.empty")}
            />
            {draft.strokes.length > 0 && (
              <Button kind="plain" icon="effacer" onPress={() => set({ strokes: [] })}>
                {t("mandats.sign.redo")}
              </Button>
            )}
            <TextField
              label={t("mandats.sign.typed")}
              value={draft.typed}
              onChange={(typed) => set({ typed })}
              maxLength={mandateLimits.name}
            />
          </>
        )}
        <Button
          type="submit"
          wide
          icon={step === "sign" ? "mandat" : undefined}
          busy={busy ? t("mandats.sign.busy") : undefined}
        >
          {step === "sign" ? t("mandats.sign.go") : t("mandats.go")}
        </Button>
        {back !== undefined && (
          <Button kind="plain" wide icon="retour" onPress={back}>
            {t("mandats.before")}
          </Button>
        )}
      </PersonalForm>
    </Frame>
  );
}

export function NewScreen({ params }: ScreenProps) {
  const t = useT();
  const id = params.mandate as RecordId | undefined;
  const profile = useAsk("profile", (api) => api.profile(), []);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const before = useAsk(
    `before ${id ?? ""}`,
    (api): Answer<MandateView | null> => (id === undefined ? Promise.resolve(ok(null)) : api.mandate(id)),
    [],
  );
  const failed = [profile, before].find((asked) => asked.state === "failed");
  if (profile.state === "ready" && before.state === "ready" && deployment.state !== "loading")
    return (
      <Flow
        profile={profile.value}
        before={before.value}
        deployment={deployment.state === "ready" ? deployment.value : null}
      />
    );
  return (
    <Frame
      title={t("mandats.new")}
      back={paths.mandates}
      failing={failed !== undefined}
      arrival={failed === undefined ? "wait" : "failed"}
    >
      <h1>{t("mandats.new")}</h1>
      {failed?.state === "failed" ? (
        <Trouble
          error={failed.error}
          onRetry={() => {
            profile.again();
            before.again();
          }}
        />
      ) : (
        <Loading />
      )}
    </Frame>
  );
}
