/**
 * "Après une décision": who decided, when it came, then what can be done, until which day, and whom to ask. "Préparer la
 * lettre" begins the procedure "recours" with what was said here. Nothing is kept before that.
 */
import { useRef, useState } from "preact/hooks";
import { readDate } from "../../../forms/dates.ts";
import {
  type DecisionKind,
  decisionRule,
  decisionRules,
  reviewBefore,
  sources,
} from "../../../forms/remedies/kinds.ts";
import {
  appealAnswers,
  type Decision,
  type Remedy,
  remediesOf,
  type Silence,
  silenceOf,
} from "../../../forms/remedies/remedies.ts";
import { localDay } from "../../../shared/day.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatCalendarDate } from "../../i18n/format.ts";
import { language } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { takeDecision } from "../../state/decided.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { DateField, type DateParts } from "../../ui/Field.tsx";
import { Card } from "../../ui/List.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { QuestionPage } from "../../ui/Question.tsx";
import { useWorld } from "../../ui/world.ts";

const EMPTY: DateParts = { day: "", month: "", year: "" };
const isBlank = ({ day, month, year }: DateParts): boolean => `${day}${month}${year}`.trim() === "";
/** `asked`: when the request was received, where no answer came. */
type Which = "received" | "written" | "asked";
const ALL: readonly Which[] = ["received", "written", "asked"];

function RemedyCard({
  remedy,
  busy,
  onPrepare,
}: {
  readonly remedy: Remedy;
  readonly busy: boolean;
  readonly onPrepare: () => void;
}) {
  const t = useT();
  const { rule, last, left } = remedy;
  return (
    <Card>
      <div class="stack-s">
        <h2>{t(`remedies.remedies.${rule.id}.label`)}</h2>
        <p>{t(`remedies.remedies.${rule.id}.hint`)}</p>
        {last !== null && left !== null && (
          <>
            <p>
              <b>{t("remedies.result.last", { date: formatCalendarDate(last) })}</b>
            </p>
            <p>
              {left > 0
                ? t("remedies.result.left", { count: left })
                : t(left === 0 ? "remedies.result.today" : "remedies.result.over")}
            </p>
          </>
        )}
      </div>
      {rule.procedure !== null && (
        <Button wide iconEnd="fleche" busy={busy ? t("remedies.result.preparing") : undefined} onPress={onPrepare}>
          {t("remedies.result.prepare")}
        </Button>
      )}
      <p class="meta">{t("remedies.result.source", { date: formatCalendarDate(sources[rule.source].verifiedOn) })}</p>
    </Card>
  );
}

interface ResultsProps {
  readonly decision: Decision;
  /** Null: the person did not say when they asked, or no source says what silence means. */
  readonly silence: Silence | null;
  readonly today: string;
  readonly onAgain: () => void;
}

function Results({ decision, silence, today, onAgain }: ResultsProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const [busy, setBusy] = useState(false);
  const begun = useRef<RecordId | null>(null);
  const [failed, setFailed] = useState<{ readonly error: WorkerError; readonly remedy: Remedy | null } | null>(null);
  const rule = decisionRule(decision.kind);
  const past = today >= reviewBefore;
  const waiting = decision.received === null && decision.written === null && silence !== null;
  // Without a letter, and with a silence that means yes or means nothing yet, there is nothing to challenge.
  const remedies = waiting ? [] : remediesOf(decision, today);
  const silenceRule = past ? undefined : rule?.silence;
  const people = (["organisation", "justice", "defender"] as const).map((who) => t(`remedies.people.${who}`));
  const bring = (["letter", "proofs", "sent"] as const).map((what) => t(`remedies.bring.${what}`));

  async function prepare(remedy: Remedy | null): Promise<void> {
    if (busy) return;
    setBusy(true);
    setFailed(null);
    // A draft that began and could not be filled is filled at the next try: there is one, not two.
    if (begun.current === null) {
      const started = await api.startDossier({ procedure: "recours", language: language(), organisation: "" });
      if (!started.ok) {
        setBusy(false);
        return setFailed({ error: started.error, remedy });
      }
      begun.current = started.value.id;
    }
    const id = begun.current;
    const kept = await api.saveAnswers(id, { answers: appealAnswers(decision, remedy) });
    setBusy(false);
    if (!kept.ok) return setFailed({ error: kept.error, remedy });
    begun.current = null;
    go(paths.dossier(id));
  }
  return (
    <>
      <h1>{t("remedies.result.title")}</h1>
      <ReadAloud text={[t("remedies.result.title"), ...people]} />
      {past && (
        <Banner tone="soon" icon="attention" quiet>
          {t("remedies.result.past")}
        </Banner>
      )}
      {silence !== null && (
        <Banner tone={silence.means === "accepted" && silence.reached ? "done" : "soon"} icon="calendrier" quiet>
          {t(`remedies.silence.${silence.reached ? "since" : "from"}.${silence.means}`, {
            date: formatCalendarDate(silence.on),
          })}
        </Banner>
      )}
      {remedies.length === 0 && !waiting && (
        <Banner tone="soon" icon="horloge" quiet>
          {t("remedies.result.letterSays")}
        </Banner>
      )}
      {remedies.length > 0 && remedies[0]?.last === null && (
        <Banner tone="soon" icon="horloge" quiet>
          {t("remedies.result.noDate")}
        </Banner>
      )}
      {remedies.map((remedy) => (
        <RemedyCard key={remedy.rule.id} remedy={remedy} busy={busy} onPrepare={() => void prepare(remedy)} />
      ))}
      {remedies.length === 0 && !waiting && (
        <Button
          wide
          iconEnd="fleche"
          busy={busy ? t("remedies.result.preparing") : undefined}
          onPress={() => void prepare(null)}
        >
          {t("remedies.result.prepare")}
        </Button>
      )}
      {failed !== null && <Trouble error={failed.error} onRetry={() => void prepare(failed.remedy)} />}
      {remedies.some(({ last }) => last !== null) && (
        <Banner tone="quiet" icon="information" quiet>
          {t("remedies.result.check")}
        </Banner>
      )}
      {rule?.thenCourt === true && !past && <p>{t("remedies.result.court")}</p>}
      {silenceRule !== undefined && (
        <section class="stack-s" aria-labelledby="decision-silence">
          <h2 id="decision-silence">{t("remedies.silence.title")}</h2>
          <p>{t(`remedies.silence.${silenceRule.means}`, { count: silenceRule.months })}</p>
        </section>
      )}
      {(
        [
          ["bring", bring],
          ["people", people],
        ] as const
      ).map(([part, lines]) => (
        <section key={part} class="stack-s" aria-labelledby={`decision-${part}`}>
          <h2 id={`decision-${part}`}>{t(`remedies.${part}.title`)}</h2>
          <ul class="stack-s">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      ))}
      <Button kind="second" wide icon="retour" onPress={onAgain}>
        {t("remedies.result.again")}
      </Button>
    </>
  );
}

/** "/droits/decision" */
export function DecisionScreen() {
  const t = useT();
  const { clock } = useWorld();
  const { router } = useShell();
  const [step, setStep] = useState<"who" | "dates" | "result">("who");
  const [kind, setKind] = useState<DecisionKind | undefined>(undefined);
  const [typed, setTyped] = useState<Readonly<Record<Which, DateParts>>>(() => {
    const [year = "", month = "", day = ""] = takeDecision()?.split("-") ?? [];
    return { received: EMPTY, written: { day, month, year }, asked: EMPTY };
  });
  const [attempt, setAttempt] = useState(0);
  const [reported, setReported] = useState(false);
  useHold(step === "dates" && ALL.some((which) => !isBlank(typed[which])));
  const today = localDay(clock.now());

  /** What silence means is asked only where a source says it. */
  const asks = ALL.filter(
    (which) => which !== "asked" || (kind !== undefined && decisionRule(kind)?.silence !== undefined),
  );
  const read = (which: Which) => readDate(typed[which], { partial: false, past: true, today });
  const wrong = asks.filter((which) => !isBlank(typed[which]) && read(which).faults.length > 0);
  const review = reported
    ? wrong.map((which) => ({
        field: `${which}-${read(which).faults[0]?.part ?? "day"}`,
        text: t("remedies.wrongDate"),
      }))
    : [];
  const dayOf = (which: Which): string | null => (isBlank(typed[which]) ? null : read(which).date);
  const askedOn = asks.includes("asked") ? dayOf("asked") : null;
  const silence = kind === undefined || askedOn === null ? null : silenceOf(kind, "request", askedOn, today);
  const decision = (decided: DecisionKind): Decision => {
    const [received, written] = [dayOf("received"), dayOf("written")];
    const silent = received === null && written === null && silence?.means === "refused" && silence.reached;
    return { kind: decided, received, written: silent ? silence.on : written, silent };
  };
  const title = t(step === "who" ? "remedies.who" : step === "dates" ? "remedies.dates" : "remedies.result.title");
  const back = (): void => {
    if (step === "who") router.back(paths.procedures);
    else setStep(step === "dates" ? "who" : "dates");
  };
  const onward = (): void => {
    setReported(true);
    setAttempt(attempt + 1);
    if (wrong.length === 0) setStep("result");
  };
  return (
    <Frame title={title} back={paths.procedures} onBack={back} arrival={step} failing={review.length > 0}>
      {step === "who" && (
        <QuestionPage
          question={title}
          hint={t("remedies.lead")}
          listen={<ReadAloud text={[title, ...decisionRules.map(({ id }) => t(`remedies.kinds.${id}`))]} />}
          progress={{ step: t("common.question.step", { n: 1, total: 2 }), part: 0.5 }}
          save={{ kind: "none" }}
          onContinue={() => {
            if (kind === undefined) setKind("other");
            setStep("dates");
          }}
        >
          <RadioGroup
            options={decisionRules.map(({ id }) => ({
              value: id,
              label: t(`remedies.kinds.${id}`),
              more: t(`remedies.kindsMore.${id}`),
            }))}
            value={kind}
            onChange={setKind}
          />
        </QuestionPage>
      )}
      {step === "dates" && (
        <QuestionPage
          question={title}
          listen={<ReadAloud text={[title, ...asks.map((which) => t(`remedies.${which}`))]} />}
          progress={{ step: t("common.question.step", { n: 2, total: 2 }), part: 1 }}
          save={{ kind: "none" }}
          onContinue={onward}
          review={review}
          attempt={attempt}
        >
          {asks.map((which) => (
            <DateField
              key={which}
              id={which}
              legend={t(`remedies.${which}`)}
              hint={t(`remedies.${which}Hint`)}
              error={review.find(({ field }) => field.startsWith(`${which}-`))?.text}
              value={typed[which]}
              onChange={(value) => setTyped({ ...typed, [which]: value })}
            />
          ))}
        </QuestionPage>
      )}
      {step === "result" && kind !== undefined && (
        <Results decision={decision(kind)} silence={silence} today={today} onAgain={() => setStep("who")} />
      )}
    </Frame>
  );
}
