/** A dossier with its form and the words of both, or what stands between: loading, locked, gone, a newer version's. */
import { useEffect, useRef, useState } from "preact/hooks";
import { isProcedureId, loadProcedure, type ProcedureId } from "../../../forms/catalogue/index.ts";
import { type FormView, viewForm } from "../../../forms/engine.ts";
import { migrateAnswers } from "../../../forms/migrate.ts";
import type { Form, FormState } from "../../../forms/model.ts";
import { isPublishedProcedure } from "../../../forms/published.ts";
import type { RecordId } from "../../../shared/ids.ts";
import { err, ok, type Result } from "../../../shared/result.ts";
import type { Change, DossierView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { loadAreas, tData } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { markOf } from "../../platform/diagnostics.ts";
import { Frame } from "../../state/Frame.tsx";
import { loadPublished } from "../../state/published.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { today } from "../../ui/papers/StateChip.tsx";
import { FailedState, Loading, LockedState } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { settled } from "./autosave.ts";
import { formArea } from "./words.ts";

export type Waiting =
  | { readonly state: "loading" }
  /** `coming`: the form alone is not on this device yet; the dossier is. */
  | { readonly state: "failed"; readonly error: WorkerError; readonly again: () => void; readonly coming?: true }
  /** A procedure of a newer version: kept as it is. */
  | { readonly state: "unknown" };

export type LoadedForm = Waiting | { readonly state: "ready"; readonly form: Form };

/** What a dossier says of its form; of a published one the version matters (state/published.ts). */
type FormOf = Pick<DossierView["record"], "procedure" | "formVersion" | "status">;

const asResult = (loading: Promise<Form>): Promise<Result<Form, WorkerError>> =>
  loading.then(ok, (error: unknown) => err({ type: "unavailable", mark: markOf(error) }));

/** A form of the catalogue with its words: questions without them cannot be answered, and are never shown as empty labels. */
async function broughtWithWords(procedure: ProcedureId): Promise<Result<Form, WorkerError>> {
  const area = formArea(procedure);
  const [loaded] = await Promise.all([asResult(loadProcedure(procedure)), loadAreas(area)]);
  const named = tData(area, "title") !== undefined;
  return loaded.ok && !named ? err({ type: "unavailable", mark: "words-not-here" }) : loaded;
}

/** The form of a procedure and its words; of a dossier, the version that is to be shown of it. */
export function useForm(of: string | FormOf | null): LoadedForm {
  const { api } = useSatchel();
  const procedure = typeof of === "object" ? (of?.procedure ?? null) : of;
  const version = typeof of === "object" ? (of?.formVersion ?? null) : null;
  const isDraft = typeof of !== "object" || of?.status === "draft";
  const isPublished = procedure !== null && isPublishedProcedure(procedure);
  const known = procedure !== null && (isPublished || isProcedureId(procedure)) ? procedure : null;
  const [form, setForm] = useState<Form | null>(null);
  const [error, setError] = useState<WorkerError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useT();
  useEffect(() => {
    if (known === null) return undefined;
    let isGone = false;
    const loading = isProcedureId(known) ? broughtWithWords(known) : loadPublished(api, known, version, isDraft);
    void loading.then((loaded) => {
      if (isGone) return;
      // What is not on this device while there is no network: said, and tried again on demand.
      if (loaded.ok) setForm(loaded.value);
      else setError(loaded.error);
    });
    return () => {
      isGone = true;
    };
    // The version of a form of the catalogue is the app's.
  }, [api, known, attempt, isPublished && `${version} ${isDraft}`]);
  if (procedure !== null && known === null) return { state: "unknown" };
  if (error !== null) {
    const again = (): void => {
      setError(null);
      setAttempt(attempt + 1);
    };
    if (error.type === "not-found") return { state: "unknown" };
    const isComing = !isPublished || (error.type === "unavailable" && error.mark === "form-not-here");
    return { state: "failed", error, again, ...(isComing ? { coming: true as const } : {}) };
  }
  if (known === null || form?.id !== known) return { state: "loading" };
  return { state: "ready", form };
}

export type LoadedDossier = Waiting | { readonly state: "ready"; readonly dossier: DossierView; readonly form: Form };

const WRITTEN: readonly Change["type"][] = ["dossiers"];

/** What a screen that tells where a dossier is listens to; a question has nothing to learn from each part that leaves. */
export const MOVING: readonly Change["type"][] = ["dossiers", "outbox"];

/** The dossier and its form, kept up to date. */
export function useDossier(id: RecordId, on: readonly Change["type"][] = WRITTEN): LoadedDossier {
  const asked = useAsk(`dossier ${id}`, (api) => settled(api).then(() => api.dossier(id)), on);
  const form = useForm(asked.state === "ready" ? asked.value.record : null);
  const renewing = useRenewal(asked.state === "ready" ? asked.value : null, form.state === "ready" ? form.form : null);
  if (asked.state === "failed") return { state: "failed", error: asked.error, again: asked.again };
  if (asked.state === "loading" || renewing) return { state: "loading" };
  return form.state === "ready" ? { state: "ready", dossier: asked.value, form: form.form } : form;
}

/**
 * Brings the answers of a draft over to the version of the form that is here, once. True while a screen that shows nothing
 * yet has to wait for it; where it cannot be kept (a full phone) the answers show as they are.
 */
function useRenewal(dossier: DossierView | null, form: Form | null): boolean {
  const { api } = useSatchel();
  const { clock } = useWorld();
  const [failed, setFailed] = useState(false);
  const isShown = useRef(false);
  const isDue =
    dossier !== null &&
    form !== null &&
    dossier.record.status === "draft" &&
    dossier.record.formVersion < form.version &&
    !failed;
  useEffect(() => {
    if (!isDue) return;
    const { id, record } = dossier;
    const { answers } = migrateAnswers(null, record.formVersion, form, record, today(clock.now()));
    void api
      .saveAnswers(id, { renew: { from: record.formVersion, to: form.version, answers, before: record.answers } })
      .then((saved) => setFailed(!saved.ok));
  }, [api, clock, isDue, dossier?.id, dossier?.record.answers, form]);
  if (dossier !== null && form !== null && !isDue) isShown.current = true;
  return isDue && !isShown.current;
}

/** What a form asks and shows today, by the clock of the device. */
export function useFormView(form: Form, state: FormState): FormView {
  const { clock } = useWorld();
  return viewForm(form, state, { today: today(clock.now()) });
}

const MARKS: Readonly<Record<Exclude<WorkerError["type"], "unavailable" | "locked">, string>> = {
  full: "D-201",
  stale: "D-202",
  "read-only": "D-203",
  "not-found": "D-204",
};

/** What failed, in the page: locked asks for the code, the rest says that nothing is erased. */
export function Trouble({
  error,
  onRetry,
}: {
  readonly error: WorkerError;
  readonly onRetry?: (() => void) | undefined;
}) {
  const t = useT();
  const { go } = useShell();
  if (error.type === "locked")
    return (
      <LockedState
        title={t("dossiers.locked.title")}
        detail={t("dossiers.locked.text")}
        action={t("dossiers.locked.open")}
        onOpen={() => go(paths.start)}
      />
    );
  const mark = error.type === "unavailable" ? error.mark : MARKS[error.type];
  const text = error.type === "unavailable" ? undefined : t(`errors.${error.type}`);
  if (error.type === "not-found")
    return (
      <FailedState
        title={t("dossiers.failed")}
        text={text}
        mark={mark}
        action={
          <LinkButton kind="second" wide href={paths.procedures}>
            {t("dossiers.list.mine")}
          </LinkButton>
        }
      />
    );
  return <FailedState title={t("dossiers.failed")} text={text} mark={mark} onRetry={onRetry} />;
}

/** The whole screen while there is no dossier to show. */
export function WaitingScreen({ waiting }: { readonly waiting: Waiting }) {
  const t = useT();
  const title = t("dossiers.one");
  return (
    <Frame
      title={title}
      back={paths.procedures}
      failing={waiting.state === "failed"}
      pending={waiting.state === "loading"}
    >
      <h1 class={waiting.state === "loading" ? "sr" : undefined}>{title}</h1>
      {waiting.state === "loading" && <Loading />}
      {waiting.state === "failed" &&
        (waiting.coming === true ? (
          <FailedState
            title={t("dossiers.start.coming")}
            text={t("dossiers.start.comingMore")}
            mark="D-208"
            onRetry={waiting.again}
          />
        ) : (
          <Trouble error={waiting.error} onRetry={waiting.again} />
        ))}
      {waiting.state === "unknown" && (
        <FailedState title={t("dossiers.unknown.title")} text={t("dossiers.unknown.text")} mark="D-205" />
      )}
    </Frame>
  );
}
