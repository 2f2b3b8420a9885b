/**
 * One claim of the profile: what it serves for, its answer, "Garder", "Enlever". After a change, drafts that hold the old
 * answer are offered the new one, each ticked by the person; what was sent is never touched.
 */
import { useState } from "preact/hooks";
import { isProcedureId, loadProcedure } from "../../../forms/catalogue/index.ts";
import { type Claim, claimOf, claims } from "../../../forms/claims.ts";
import type { AnswerValue } from "../../../forms/model.ts";
import { outdated, parsedProfile } from "../../../forms/profile.ts";
import { sameValue } from "../../../satchel/merge.ts";
import type { ProfileRecord } from "../../../satchel/model.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { DossierView, SatchelApi, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { tData } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useAreas, useT } from "../../i18n/useT.ts";
import { errorText } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { CheckGroup } from "../../ui/Choice.tsx";
import { ErrorSummary } from "../../ui/ErrorSummary.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { Loading } from "../../ui/States.tsx";
import { ClaimInput, FIRST, faultOf } from "./ClaimInput.tsx";
import { changeOf, heldIn } from "./held.ts";
import { claimName, claimText } from "./words.ts";

/** A draft that holds the old answer. */
interface Behind {
  readonly id: RecordId;
  readonly procedure: string;
  readonly answers: Readonly<Record<string, AnswerValue>>;
  /** What stood in their place when this was found. */
  readonly before: Readonly<Record<string, AnswerValue>>;
}

/** Never sent, and never signed since. */
const isDraft = ({ stage, record }: DossierView): boolean => stage === "draft" && Object.keys(record.sent).length === 0;

async function draftsBehind(api: SatchelApi, before: ProfileRecord, now: ProfileRecord): Promise<readonly Behind[]> {
  const dossiers = await api.dossiers();
  if (!dossiers.ok) return [];
  const all = await Promise.all(
    dossiers.value.filter(isDraft).map(async ({ id, record }) => {
      const { procedure } = record;
      if (!isProcedureId(procedure)) return null;
      // A form that is not on this device yet: its draft keeps what it has.
      const form = await loadProcedure(procedure).catch(() => null);
      if (form === null) return null;
      const found = outdated(form, record, parsedProfile(before), parsedProfile(now));
      return found.length === 0
        ? null
        : {
            ...{ id, procedure },
            answers: Object.fromEntries(found.map((each) => [each.field.id, each.now])),
            before: Object.fromEntries(found.map((each) => [each.field.id, each.before])),
          };
    }),
  );
  return all.flatMap((each) => each ?? []);
}

/** Of the new answers those whose place still holds the old one. */
const stillBehind = ({ answers, before }: Behind, now: DossierView): Behind["answers"] =>
  Object.fromEntries(
    Object.entries(answers).filter(([id]) => isDraft(now) && sameValue(now.record.answers[id], before[id])),
  );

/** The claim that a word of an address stands for; the word itself where there is none. */
const claimAt = (word: string, record: ProfileRecord | null): string =>
  [...claims.map(({ id }) => id as string), ...Object.keys(record?.known ?? {})].find(
    (id) => paths.profileClaim(id) === paths.profileClaim(word),
  ) ?? word;

/** "/profil/:claim" */
export function ClaimScreen({ params }: ScreenProps) {
  const t = useT();
  const asked = useAsk("profile", (api) => api.profile(), []);
  const id = claimAt(params.claim ?? "", asked.state === "ready" ? asked.value : null);
  const [behind, setBehind] = useState<readonly Behind[]>([]);
  const [failing, setFailing] = useState(false);
  const title = behind.length > 0 ? t("profil.drafts.title") : claimName(id);
  return (
    <Frame title={title} back={paths.profile} arrival={behind.length} failing={failing}>
      {asked.state === "ready" && behind.length === 0 && (
        <Edit key={id} claim={id} record={asked.value} onBehind={setBehind} onFailing={setFailing} />
      )}
      {asked.state === "ready" && behind.length > 0 && <Drafts claim={id} behind={behind} />}
      {asked.state !== "ready" && <h1>{title}</h1>}
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
    </Frame>
  );
}

interface EditProps {
  readonly claim: string;
  readonly record: ProfileRecord;
  readonly onBehind: (behind: readonly Behind[]) => void;
  readonly onFailing: (failing: boolean) => void;
}

function Edit({ claim: id, record, onBehind, onFailing }: EditProps) {
  const t = useT();
  const { api } = useSatchel();
  const { router, say } = useShell();
  const claim = claimOf(id);
  const held = heldIn(record);
  const before =
    claim === undefined ? held.others.find((each) => each.claim === id)?.answer : held.answers.get(claim.id);
  const [answer, setAnswer] = useState<AnswerValue | null>(before ?? null);
  const [dirty, setDirty] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [reported, setReported] = useState(false);
  const [error, setError] = useState<{ readonly error: WorkerError; readonly again: () => void } | null>(null);
  const [busy, setBusy] = useState(false);
  useHold(dirty);
  const name = claimName(id);
  const fault = claim === undefined ? null : faultOf(claim, answer);
  const shown = reported ? fault : null;

  async function write(next: AnswerValue | null): Promise<void> {
    if (busy) return;
    setBusy(true);
    setError(null);
    const refuse = (error: WorkerError): void => {
      setBusy(false);
      setError({ error, again: () => void write(next) });
    };
    // Read anew: what another device taught the profile while this stood here is not taken away.
    const fresh = await api.profile();
    if (!fresh.ok) return refuse(fresh.error);
    const change = changeOf(fresh.value, id, next);
    const saved = await api.saveProfile(change.patch, change.removed);
    if (!saved.ok) return refuse(saved.error);
    setDirty(false);
    const said = { ...fresh.value, ...change.patch };
    const behind = next === null ? [] : await draftsBehind(api, fresh.value, said);
    setBusy(false);
    if (next === null) say(t("profil.said.removed"), () => void undo());
    else say(t("profil.said.kept"));
    if (behind.length > 0) onBehind(behind);
    else router.back(paths.profile);
  }
  /** "Annuler" after taking out: the same answer is written again. */
  async function undo(): Promise<void> {
    const now = await api.profile();
    const change = now.ok ? changeOf(now.value, id, before ?? null) : null;
    const saved = change === null ? now : await api.saveProfile(change.patch, change.removed);
    // This screen is gone by then: the one that is shown says it.
    if (!saved.ok) say(errorText(saved.error), () => void undo());
  }
  function keep(): void {
    setReported(true);
    setAttempt(attempt + 1);
    onFailing(fault !== null);
    if (fault === null) void write(answer);
  }
  return (
    <>
      <ErrorSummary items={shown === null ? [] : [{ field: shown.field, text: shown.text }]} attempt={attempt} />
      <div class="stack-m">
        <h1>{name}</h1>
        <p>{claim === undefined ? t("profil.unknownMore") : t(`profil.claims.${claim.id}.used`)}</p>
        {claim?.sensitive !== undefined && (
          <Banner tone="soon" icon="cadenas" quiet>
            {t(`profil.sensitive.${claim.sensitive}`)}
          </Banner>
        )}
        <ReadAloud text={[name, claim === undefined ? undefined : t(`profil.claims.${claim.id}.used`)]} />
      </div>
      {error !== null && <Trouble error={error.error} onRetry={error.again} />}
      <PersonalForm class="stack-l" onSubmit={keep}>
        {claim === undefined ? (
          before !== undefined && (
            <p>
              <bdi>{claimText(id, undefined, before)}</bdi>
            </p>
          )
        ) : (
          <ClaimInput
            claim={claim}
            answer={before ?? null}
            error={shown ?? undefined}
            onAnswer={(next) => {
              setAnswer(next);
              setDirty(true);
            }}
          />
        )}
        {claim !== undefined && (
          <Button
            type="submit"
            wide
            busy={busy ? t("common.saved.now") : undefined}
            missing={answer === null ? t("profil.nothing") : undefined}
            onMissing={() => document.getElementById(FIRST)?.focus()}
          >
            {t("profil.keep")}
          </Button>
        )}
        {before !== undefined && (
          <Button kind="plain" wide icon="corbeille" onPress={() => void write(null)}>
            {t("profil.remove")}
          </Button>
        )}
      </PersonalForm>
      <p class="meta">{t("profil.sent")}</p>
    </>
  );
}

/** Drafts that hold the old answer: nothing changes in them without a tick. */
function Drafts({ claim: id, behind }: { readonly claim: string; readonly behind: readonly Behind[] }) {
  const t = useT();
  const { api } = useSatchel();
  const { router, say } = useShell();
  useAreas("procedures");
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [error, setError] = useState<WorkerError | null>(null);
  const claim = claimOf(id) as Claim;

  async function put(): Promise<void> {
    setError(null);
    let changed = 0;
    for (const draft of behind.filter((each) => ticked.includes(each.id))) {
      // Read anew: what was answered, signed or put here meanwhile stays as it is (INV-1).
      const fresh = await api.dossier(draft.id);
      if (!fresh.ok) return setError(fresh.error);
      const answers = stillBehind(draft, fresh.value);
      if (Object.keys(answers).length === 0) continue;
      const kept = await api.saveAnswers(draft.id, { answers });
      if (!kept.ok) return setError(kept.error);
      changed += 1;
    }
    if (changed > 0) say(t("profil.drafts.done"));
    router.back(paths.profile);
  }
  const now = Object.values(behind[0]?.answers ?? {})[0];
  return (
    <>
      <div class="stack-m">
        <h1>{t("profil.drafts.title")}</h1>
        <p>{t("profil.drafts.lead")}</p>
        {now !== undefined && (
          <p>
            <b>{claimName(id)}</b> <bdi>{isolated(claimText(id, claim.field, now))}</bdi>
          </p>
        )}
      </div>
      <fieldset class="stack-m">
        <legend class="sr">{t("profil.drafts.title")}</legend>
        <CheckGroup
          options={behind.map((draft) => ({
            value: draft.id as string,
            label: tData("procedures", `${draft.procedure}.title`) ?? draft.procedure,
            icon: "dossier" as const,
          }))}
          values={ticked}
          onChange={setTicked}
        />
      </fieldset>
      {error !== null && <Trouble error={error} onRetry={() => void put()} />}
      <div class="actions">
        <Button wide missing={ticked.length === 0 ? t("profil.drafts.none") : undefined} onPress={() => void put()}>
          {t("profil.drafts.do")}
        </Button>
        <Button kind="plain" wide onPress={() => router.back(paths.profile)}>
          {t("profil.drafts.leave")}
        </Button>
      </div>
    </>
  );
}
