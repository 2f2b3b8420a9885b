/**
 * A step that asks for papers: those of the satchel that fit, a photograph on the spot, or "Je ne l'ai pas". Each choice
 * is kept at once. A missing paper never stops anything: it can come later.
 *
 * Surprising fact: a phone's camera may kill the browser. Whoever comes back here with a capture of a fitting kind under
 * way finds it open again.
 */
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Problem, problemsOf, type Step, viewForm } from "../../../forms/engine.ts";
import { supplyOf } from "../../../forms/papers.ts";
import { staysHere } from "../../../satchel/keeping.ts";
import { localDay } from "../../../shared/day.ts";
import type { RecordId } from "../../../shared/ids.ts";
import { ok } from "../../../shared/result.ts";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatList } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useBeforeLock, useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { PickRow } from "../../ui/Pick.tsx";
import { AddPaperInline } from "../../ui/papers/AddPaperInline.tsx";
import { kindIcon, kindName, paperName } from "../../ui/papers/names.ts";
import { PaperPicker } from "../../ui/papers/PaperPicker.tsx";
import { QuestionPage, type SaveState, Why } from "../../ui/Question.tsx";
import { Progress } from "../../ui/Thread.tsx";
import { useWorld } from "../../ui/world.ts";
import { ageText, alternativeText, judged, kindsOf, paperFacts, verdictOf } from "./facts.ts";
import { onwardPath } from "./steps.ts";
import { Below, type TurnProps, useProgress } from "./turn.tsx";
import { Trouble } from "./useDossier.tsx";
import { fieldId, formText, frenchText, problemText } from "./words.ts";

type PapersStepProps = TurnProps & { readonly step: Extract<Step, { readonly kind: "papers" }> };

/** What of a photograph on the spot is under way. */
type Adding =
  | { readonly at: "no" }
  /** Which of the fitting kinds it is. */
  | { readonly at: "kind" }
  | { readonly at: "pages"; readonly kind: string | null };

/** Papers that stay on this phone were chosen, and the yes is not given yet. */
interface Asking {
  readonly papers: readonly RecordId[];
  readonly before: Attached;
  /** Those that stay here. */
  readonly here: readonly RecordId[];
  readonly names: readonly string[];
}

interface Attached {
  readonly papers: readonly RecordId[];
  readonly missing: boolean;
}

export function PapersStep({ dossier, view, step, mode }: PapersStepProps) {
  const t = useT();
  const shell = useShell();
  const { api } = useSatchel();
  const { clock } = useWorld();
  const { form } = view;
  const { requirement } = step;
  const { id, record } = dossier;
  const [attached, setAttached] = useState<Attached>(record.attached[requirement.id] ?? { papers: [], missing: false });
  const [adding, setAdding] = useState<Adding>({ at: "no" });
  const [save, setSave] = useState<SaveState>({ kind: "none" });
  const [error, setError] = useState<WorkerError | null>(null);
  const [last, setLast] = useState<Promise<boolean>>(() => Promise.resolve(true));
  const [attempt, setAttempt] = useState(0);
  const [reported, setReported] = useState<readonly Problem[]>([]);
  const [leaving, setLeaving] = useState(false);
  const [asking, setAsking] = useState<Asking | null>(null);
  useHold(save.kind === "saving" || save.kind === "failed");
  useBeforeLock(() => last);

  const kinds = useMemo(() => kindsOf(requirement), [requirement]);
  const day = localDay(clock.now());
  // What the chosen papers amount to: two pay slips of three.
  const chosen = useAsk(
    `chosen ${attached.papers.join(" ")}`,
    (ask) =>
      Promise.all(attached.papers.map((paper) => ask.paper(paper))).then((all) =>
        ok(all.flatMap((paper) => (paper.ok ? [paperFacts(paper.value)] : []))),
      ),
    ["papers"],
  );
  const supply = supplyOf(requirement, chosen.state === "ready" ? chosen.value : [], day);
  useEffect(() => {
    let isGone = false;
    void api.draftPaper().then((draft) => {
      if (isGone || !draft.ok || draft.value === null) return;
      const { kind, pages } = draft.value.record;
      const fits = kinds.length === 0 ? kind === null : kind !== null && kinds.includes(kind);
      if (fits && Object.keys(pages).length > 0) setAdding({ at: "pages", kind });
    });
    return () => {
      isGone = true;
    };
  }, [api, kinds]);

  /** @param agreed papers that stay here and to which the person said yes just now. */
  function keep(next: Attached, agreed: readonly RecordId[] = []): void {
    setAttached(next);
    setSave({ kind: "saving" });
    const run = last.then(async () => {
      const kept = await api.attach(id, requirement.id, next.papers, next.missing, agreed);
      setSave(kept.ok ? { kind: "kept", at: clock.now() } : { kind: "failed" });
      if (kept.ok) setError(null);
      else if (kept.error.type === "stays-here") await askAgain(next.papers, kept.error.papers);
      else setError(kept.error);
      return kept.ok;
    });
    setLast(run);
  }
  async function onward(): Promise<void> {
    const attachedNow = { ...record.attached, [requirement.id]: attached };
    const after = viewForm(form, { ...record, attached: attachedNow }, { today: day });
    const found = problemsOf(after, step.id, day);
    setReported(found);
    setAttempt(attempt + 1);
    if (found.length > 0 || leaving) return;
    setLeaving(true);
    const kept = await last;
    setLeaving(false);
    if (kept) shell.go(onwardPath({ id, mode, step, before: view, after }));
    else keep(attached);
  }
  function added(paper: RecordId): void {
    setAdding({ at: "no" });
    const others = attached.papers.filter((each) => each !== paper);
    // Only one is asked: the new one takes its place. Otherwise it is added to the others.
    void choose(requirement.maxPapers === 1 ? [paper] : [...others, paper]);
  }

  /** What stays here was seen by the worker alone: it came to stay meanwhile, or a yes was lost with a try that failed. */
  async function askAgain(papers: readonly RecordId[], here: readonly RecordId[]): Promise<void> {
    const views = await Promise.all(here.map((each) => api.paper(each)));
    const names = views.flatMap((paper) => (paper.ok ? [paperName(paper.value.record)] : []));
    const before = { papers: papers.filter((each) => !here.includes(each)), missing: false };
    setAsking({ papers, before, here, names });
  }

  /** A paper that stays on this phone goes with this dossier only after a yes that was for it. */
  async function choose(papers: readonly RecordId[]): Promise<void> {
    // Drawn at once, so that the next touch adds to it; kept when it is known where each paper stays.
    const [before, saved] = [attached, save];
    setAttached({ papers, missing: false });
    setSave({ kind: "saving" });
    const fresh = await Promise.all(
      papers.filter((each) => !attached.papers.includes(each)).map((each) => api.paper(each)),
    );
    const failed = fresh.find((paper) => !paper.ok);
    if (failed !== undefined && !failed.ok) {
      setAttached(before);
      setSave({ kind: "failed" });
      setError(failed.error);
      return;
    }
    const here = fresh.flatMap((paper) => (paper.ok && staysHere(paper.value.record) ? [paper.value] : []));
    if (here.length === 0) keep({ papers, missing: false });
    else {
      setSave(saved);
      const names = here.map((paper) => paperName(paper.record));
      setAsking({ papers, before, here: here.map((paper) => paper.id), names });
    }
  }

  function answerAsking(yes: boolean): void {
    if (asking === null) return;
    setAsking(null);
    if (yes) keep({ papers: asking.papers, missing: false }, asking.here);
    else setAttached(asking.before);
  }

  const question = formText(form.id, `pages.${step.id}.title`) ?? "";
  const progress = useProgress(view, step, mode);
  const first = fieldId(requirement.id);
  const say = (key: string): string | undefined => formText(form.id, `requirements.${requirement.id}.${key}`);
  const hint = [say("hint"), ageText(requirement)].filter(Boolean).join(" ");
  const instead = (requirement.alternatives ?? []).map((each) => alternativeText(form, requirement, each.id));
  const missing = attached.missing ? say("missing") : undefined;
  if (adding.at !== "no")
    return (
      <Frame
        title={question}
        back={paths.dossier(id)}
        onBack={() => setAdding({ at: "no" })}
        arrival={`${step.id} ${adding.at}`}
      >
        {progress !== undefined && <Progress {...progress} />}
        {adding.at === "kind" ? (
          <>
            <h1>{t("dossiers.papers.which")}</h1>
            <div class="stack-s">
              {kinds.map((kind) => (
                <PickRow
                  key={kind}
                  icon={kindIcon(kind)}
                  title={kindName(kind)}
                  onPress={() => setAdding({ at: "pages", kind })}
                />
              ))}
              <PickRow
                icon="autre"
                title={t("dossiers.papers.other")}
                onPress={() => setAdding({ at: "pages", kind: "other" })}
              />
            </div>
            <Button kind="plain" wide onPress={() => setAdding({ at: "no" })}>
              {t("dossiers.papers.backToChoice")}
            </Button>
          </>
        ) : (
          <>
            <h1>{adding.kind === null || adding.kind === "other" ? question : kindName(adding.kind)}</h1>
            <AddPaperInline kind={adding.kind} onKept={added} onCancel={() => setAdding({ at: "no" })} />
          </>
        )}
      </Frame>
    );
  return (
    <Frame title={question} back={paths.dossier(id)} arrival={step.id} failing={reported.length > 0}>
      <QuestionPage
        progress={progress}
        question={question}
        french={frenchText(form.id, `pages.${step.id}.title`)}
        hint={hint === "" ? undefined : hint}
        listen={<ReadAloud text={[question, hint, ...instead, missing]} />}
        words={[formText(form.id, `requirements.${requirement.id}.label`), ...instead, missing]}
        why={<p>{formText(form.id, `requirements.${requirement.id}.why`)}</p>}
        save={save}
        onContinue={() => void onward()}
        busy={leaving ? t("common.saved.now") : undefined}
        later={{ href: paths.procedures }}
        review={reported.map((problem) => ({ field: first, text: problemText(form, problem) }))}
        attempt={attempt}
        below={<Below view={view} id={id} mode={mode} />}
      >
        {error !== null && <Trouble error={error} onRetry={() => keep(attached)} />}
        <section class="stack-m" aria-label={t("dossiers.papers.inSatchel")}>
          <h2>{t("dossiers.papers.inSatchel")}</h2>
          <PaperPicker
            kinds={kinds}
            max={requirement.maxPapers}
            rank={(papers) => judged(requirement, papers, day).fits.map((fit) => fit.paper)}
            verdict={(paper) => verdictOf(form, requirement, paper, day)}
            chosen={attached.papers}
            onChosen={(papers) => void choose(papers)}
            firstId={first}
            invalid={reported.length > 0}
          />
        </section>
        {supply.need > 1 && <p role="status">{t("dossiers.fit.count", { have: supply.have, need: supply.need })}</p>}
        {(requirement.alternatives ?? []).length > 0 && (
          <Why title={t("dossiers.fit.alternatives")}>
            <ul>
              {requirement.alternatives?.map((each) => (
                <li key={each.id}>
                  {alternativeText(form, requirement, each.id)} {ageText(each)}
                </li>
              ))}
            </ul>
          </Why>
        )}
        <section class="stack-m" aria-label={t("dossiers.papers.or")}>
          <h2>{t("dossiers.papers.or")}</h2>
          {(requirement.maxPapers === 1 || attached.papers.length < requirement.maxPapers) && (
            <PickRow
              icon="appareil-photo"
              title={t("dossiers.papers.photo")}
              detail={t("dossiers.papers.photoMore")}
              onPress={() => setAdding(kinds.length > 1 ? { at: "kind" } : { at: "pages", kind: kinds[0] ?? null })}
            />
          )}
          <Checkbox
            checked={attached.missing}
            onChange={(missing) => keep({ papers: missing ? [] : attached.papers, missing })}
            label={t("dossiers.papers.missing")}
            more={t("dossiers.papers.missingMore")}
            icon="je-ne-sais-pas"
          />
          {attached.missing && (
            <Banner tone="quiet" icon="information">
              {formText(form.id, `requirements.${requirement.id}.missing`)}
            </Banner>
          )}
        </section>
      </QuestionPage>
      <Dialog
        open={asking !== null}
        title={t("dossiers.papers.here.ask")}
        onKeep={() => answerAsking(false)}
        actions={
          <>
            <Button wide onPress={() => answerAsking(true)}>
              {t("dossiers.papers.here.yes")}
            </Button>
            <Button kind="second" wide onPress={() => answerAsking(false)}>
              {t("dossiers.papers.here.no")}
            </Button>
          </>
        }
      >
        <p>{t("dossiers.papers.here.text", { names: formatList((asking?.names ?? []).map(isolated)) })}</p>
      </Dialog>
    </Frame>
  );
}
