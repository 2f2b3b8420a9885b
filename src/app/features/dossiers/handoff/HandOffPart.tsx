/**
 * A dossier that another site prepares: which answers it will not take over and why, who reads them, one act; then its
 * address and number, and what became of it (SPEC P-F). Runs in the page; a chunk of its own (group "official").
 *
 * Surprising: before the act only the name of the procedure is asked of the site, by our server. "Déposé" stands here only
 * with the day that the site gave (INV-2).
 */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type FormView, viewForm } from "../../../../forms/engine.ts";
import { type LeftReason, type Prepared, prepare, siteLimits } from "../../../../forms/handoff/prepare.ts";
import type { Form, Words } from "../../../../forms/model.ts";
import { isPublishedProcedure } from "../../../../forms/published.ts";
import { type HandOffStage, handOffStage, isSettled, orphanMs } from "../../../../satchel/hand-off.ts";
import type { HandOff } from "../../../../satchel/model.ts";
import { localDay } from "../../../../shared/day.ts";
import { err, ok, type Result } from "../../../../shared/result.ts";
import type { HandOffRefusal, SatchelApi, WorkerError } from "../../../../workers/satchel.contract.ts";
import { formatDate } from "../../../i18n/format.ts";
import { frenchAnswer } from "../../../i18n/french-text.ts";
import { loadCatalogue } from "../../../i18n/lazy.ts";
import { isolated } from "../../../i18n/rich.tsx";
import { useT } from "../../../i18n/useT.ts";
import { useSatchel } from "../../../state/satchel.ts";
import { useShell } from "../../../state/shell.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button, LinkButton } from "../../../ui/Button.tsx";
import { Loading } from "../../../ui/States.tsx";
import { useWorld } from "../../../ui/world.ts";
import { copyText } from "../more/copy.ts";
import { Trouble } from "../useDossier.tsx";
import { formArea, formText } from "../words.ts";
import type { HandOffProps } from "./HandOffDoor.tsx";

type Problem = WorkerError | HandOffRefusal;

/** What the site would take of the dossier as it stands, and the number of the procedure there. */
interface Plan {
  readonly number: number;
  readonly prepared: Prepared;
}

/** Choices are known to the site by their French words. */
async function frenchWords(api: SatchelApi, form: Form): Promise<Result<Words | undefined, Problem>> {
  if (!isPublishedProcedure(form.id)) return ok(await loadCatalogue("fr", formArea(form.id)));
  const found = await api.publishedForm(form.id, form.version);
  if (found.ok) return ok(found.value.words.fr);
  return err(found.error.type === "refused" ? { type: "unavailable", mark: `form-${found.error.why}` } : found.error);
}

async function planFor(api: SatchelApi, form: Form, view: FormView, path: string): Promise<Result<Plan, Problem>> {
  const words = await frenchWords(api, form);
  if (!words.ok) return words;
  const shape = await api.handOffShape(path);
  if (!shape.ok) return shape;
  const { number, state, fields } = shape.value;
  // Closed there, or not open any more.
  if (state !== "publiee" && state !== "brouillon") return err({ type: "unknown-procedure" });
  return ok({ number, prepared: prepare(view, words.value, fields, siteLimits) });
}

/** The newest draft there, by its number. */
function newestOf(all: Readonly<Record<string, HandOff>>): readonly [string, HandOff] | undefined {
  return Object.entries(all).sort(([, a], [, b]) => b.at - a.at)[0];
}

const OVER: readonly HandOffStage[] = ["lapsed", "gone"];

export function HandOffPart({ dossier, form, site }: HandOffProps) {
  const t = useT();
  const { api } = useSatchel();
  const { clock } = useWorld();
  const { network } = useShell();
  const { id, record } = dossier;
  const newest = newestOf(record.handOffs ?? {});
  const [plan, setPlan] = useState<Plan | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState<"look" | "prepare" | "follow" | null>(null);
  const [anew, setAnew] = useState(false);
  const [said, setSaid] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const isGone = useRef(false);
  const name = isolated(site.name);
  const view = viewForm(form, record, { today: localDay(clock.now()) });
  const isPlanning = newest === undefined || anew;

  /** Runs one question at a time, and says why there was no answer. */
  async function within<T>(what: "look" | "prepare" | "follow", ask: () => Promise<Result<T, Problem>>) {
    setBusy(what);
    setProblem(null);
    const answer = await ask();
    if (isGone.current) return null;
    setBusy(null);
    if (!answer.ok) setProblem(answer.error);
    return answer.ok ? answer.value : null;
  }
  const look = (): void =>
    void within("look", () => planFor(api, form, view, site.path)).then((found) => {
      if (found !== null) setPlan(found);
    });
  // Answers that changed since are held against the site again.
  const state = JSON.stringify([record.answers, record.rows]);
  useEffect(() => {
    if (isPlanning && network !== "offline") look();
  }, [isPlanning, network === "offline", state, form]);
  useEffect(() => {
    isGone.current = false;
    heading.current?.focus();
    return () => {
      isGone.current = true;
    };
  }, [isPlanning]);

  const send = ({ number, prepared: { values, left, unsure } }: Plan): void =>
    void within("prepare", () => api.handOff(id, { site: site.name, procedure: number, values, left, unsure })).then(
      (done) => {
        if (done === null) return;
        setPlan(null);
        setAnew(false);
        setSaid(false);
      },
    );
  const follow = (): void =>
    void within("follow", () => api.followHandOff(id)).then((done) => {
      if (done !== null) setSaid(true);
    });

  return (
    <section class="card stack-m noprint" aria-labelledby="ailleurs" aria-busy={busy !== null}>
      <h2 id="ailleurs" class="h3" ref={heading} tabIndex={-1}>
        {t("official.handoff.title", { site: name })}
      </h2>
      {isPlanning ? (
        <>
          {network === "offline" && plan === null && (
            <Banner tone="quiet" icon="hors-ligne" title={t("official.handoff.trouble.no-network")}>
              {t("official.handoff.more.no-network")}
            </Banner>
          )}
          {busy === "look" && <Loading text={t("official.handoff.busy")} />}
          {plan !== null && busy !== "look" && (
            <Planned plan={plan} view={view} site={name} busy={busy === "prepare"} onSend={() => send(plan)} />
          )}
        </>
      ) : (
        <Draft number={newest[0]} handOff={newest[1]} site={name} view={view} />
      )}
      {problem !== null && <Refused problem={problem} />}
      {problem !== null && problem.type !== "locked" && isPlanning && plan === null && (
        <Button kind="second" wide icon="synchroniser" onPress={look}>
          {t("common.action.retry")}
        </Button>
      )}
      {!isPlanning && (
        <>
          {said && problem === null && (
            <p class="meta" role="status">
              {t("official.handoff.asked", { date: formatDate(newest[1].knownAt ?? clock.now()) })}
            </p>
          )}
          {!isSettled(newest[1]) && (
            <Button
              kind="second"
              wide
              icon="synchroniser"
              busy={busy === "follow" ? t("official.handoff.busy") : undefined}
              onPress={follow}
            >
              {t("official.handoff.ask")}
            </Button>
          )}
          {OVER.includes(handOffStage(newest[1], clock.now())) && (
            <Button kind="second" wide onPress={() => setAnew(true)}>
              {t("official.handoff.again")}
            </Button>
          )}
        </>
      )}
    </section>
  );
}

/** Why it did not happen, and what to do now. What can be tried later is never tried by itself. */
function Refused({ problem }: { readonly problem: Problem }) {
  const t = useT();
  switch (problem.type) {
    case "off":
    case "unknown-procedure":
    case "site-failed":
    case "no-network":
      return (
        <Banner tone="soon" icon="information" title={t(`official.handoff.trouble.${problem.type}`)}>
          {t(`official.handoff.more.${problem.type}`)}
        </Banner>
      );
    case "wait":
      return (
        <Banner tone="soon" icon="en-attente" title={t("official.handoff.trouble.wait")}>
          {t("official.handoff.more.wait", { count: problem.seconds })}
        </Banner>
      );
    default:
      return <Trouble error={problem} />;
  }
}

interface PlannedProps {
  readonly plan: Plan;
  readonly view: FormView;
  readonly site: string;
  readonly busy: boolean;
  readonly onSend: () => void;
}

/** Before anything leaves. */
function Planned({ plan, view, site, busy, onSend }: PlannedProps) {
  const t = useT();
  const { taken, left, unsure, papers } = plan.prepared;
  return (
    <>
      <p>
        <b>{t("official.handoff.taken", { count: taken.length })}</b>
      </p>
      <LeftList title={t("official.handoff.left")} left={left} view={view} />
      <LeftList title={t("official.handoff.unsure")} left={unsure.map((key) => ({ key, reason: "" }))} view={view} />
      {papers.length > 0 && (
        <div class="stack-s">
          <p>{t("official.handoff.papers")}</p>
          <ul>
            {papers.map((paper) => (
              <li key={paper}>{formText(view.form.id, `requirements.${paper}.label`) ?? paper}</li>
            ))}
          </ul>
        </div>
      )}
      {taken.length === 0 ? (
        <p>{t("official.handoff.copy")}</p>
      ) : (
        <>
          <Banner tone="soon" icon="oeil" title={t("official.handoff.read")} quiet>
            {t("official.handoff.pass")}
          </Banner>
          <p>{t("official.handoff.days")}</p>
          <Button wide busy={busy ? t("official.handoff.preparing") : undefined} onPress={onSend}>
            {t("official.handoff.title", { site })}
          </Button>
        </>
      )}
    </>
  );
}

const REASONS: readonly string[] = [
  "not-taken",
  "gone",
  "changed",
  "choice-gone",
  "incomplete",
  "unreadable",
  "unknown",
  "too-long",
  "too-many",
] satisfies readonly LeftReason[];
const isReason = (reason: string): reason is LeftReason => REASONS.includes(reason);

interface LeftListProps {
  readonly title: string;
  /** "": no reason is known. */
  readonly left: HandOff["left"];
  readonly view: FormView;
}

/** Answers to type again there, each ready to copy, in French. */
function LeftList({ title, left, view }: LeftListProps) {
  const t = useT();
  const { say } = useShell();
  const { form } = view;
  const fields = new Map(
    form.fields.flatMap((field) => (field.type === "repeat" ? field.fields : [field])).map((each) => [each.id, each]),
  );
  const copy = useCallback(
    (what: string, text: string): void =>
      void copyText(text).then((done) =>
        say(done ? t("journey.sheet.copied", { what }) : t("journey.sheet.notCopied")),
      ),
    [say, t],
  );
  if (left.length === 0) return null;
  return (
    <div class="stack-s">
      <p>{title}</p>
      <ul class="stack-s">
        {left.map(({ key, reason }) => {
          const parts = key.split("/");
          const field = fields.get(parts.at(-1) ?? key);
          const rows = parts.length > 1 ? (view.rows.get(parts[0] ?? "") ?? []) : [];
          const row = rows.findIndex((each) => each.row === parts[1]) + 1;
          const label = formText(form.id, `${parts.at(-1)}.label`) ?? key;
          const named = row > 0 ? `${label} (${row})` : label;
          const answer = view.answer(key);
          const value =
            field === undefined || answer === undefined ? "" : frenchAnswer(formArea(form.id), field, answer);
          return (
            <li key={key}>
              <b>{named}</b>
              {reason !== "" && (
                <>
                  {"\u00a0: "}
                  {t(isReason(reason) ? `official.handoff.reason.${reason}` : "official.handoff.reason.other")}
                </>
              )}
              {value !== "" && reason !== "unknown" && (
                <>
                  <br />
                  <bdi translate={false}>{value}</bdi>{" "}
                  <button type="button" class="edit" onClick={() => copy(named, value)}>
                    {t("journey.sheet.copy")}
                    <span class="sr">{` ${named}`}</span>
                  </button>
                </>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const DECISIONS: readonly string[] = ["accepte", "refuse", "sans_suite"] satisfies readonly Decision[];
type Decision = "accepte" | "refuse" | "sans_suite";
const isDecision = (decided: string): decided is Decision => DECISIONS.includes(decided);

interface DraftProps {
  readonly number: string;
  readonly handOff: HandOff;
  readonly site: string;
  readonly view: FormView;
}

/** What the site prepared: where, until when, and what it said of it last. */
function Draft({ number, handOff, site, view }: DraftProps) {
  const t = useT();
  const { clock } = useWorld();
  const stage = handOffStage(handOff, clock.now());
  const isOpen = stage === "prepared" || stage === "missing";
  const filed = handOff.filedAt === undefined ? Number.NaN : Date.parse(handOff.filedAt);
  const decided = handOff.decided ?? "";
  return (
    <>
      <Banner
        tone={handOff.filedAt !== undefined ? "done" : "soon"}
        icon={handOff.filedAt !== undefined ? "valider" : "attention"}
        title={t(handOff.filedAt === undefined ? "official.handoff.notFiled" : "official.handoff.filed", {
          date: Number.isNaN(filed) ? (handOff.filedAt ?? "") : formatDate(filed),
        })}
      >
        {stage === "decided"
          ? t(isDecision(decided) ? `official.handoff.decided.${decided}` : "official.handoff.decided.other")
          : t(`official.handoff.stage.${stage}`, { date: formatDate(handOff.at + orphanMs) })}
      </Banner>
      <p>
        {t("official.handoff.number")}{" "}
        <bdi class="num" dir="ltr" translate={false}>
          {number}
        </bdi>
      </p>
      {isOpen && <p>{t("official.handoff.there")}</p>}
      {!OVER.includes(stage) && (
        <LinkButton wide kind={isOpen ? "main" : "second"} href={handOff.url}>
          {t("official.handoff.go", { site })}
        </LinkButton>
      )}
      {isOpen && (
        <>
          <LeftList title={t("official.handoff.wasLeft")} left={handOff.left} view={view} />
          <LeftList
            title={t("official.handoff.unsure")}
            left={handOff.unsure.map((key) => ({ key, reason: "" }))}
            view={view}
          />
        </>
      )}
    </>
  );
}
