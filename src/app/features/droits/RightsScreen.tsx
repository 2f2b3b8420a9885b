/**
 * "Des droits à demander, peut-être": a few questions, one at a time, then what may be worth asking for.
 *
 * Surprising fact: the answers live in this component and nowhere else. Leaving the screen forgets them: what they say of
 * health and money is no record that anybody asked for.
 */
import { useState } from "preact/hooks";
import {
  type Known,
  knownFrom,
  profileHints,
  questionsLeft,
  type RightHint,
  rightsWorthAsking,
  rulesPast,
  type Verdict,
} from "../../../forms/rights/rights.ts";
import type { Fact } from "../../../forms/rights/rules.ts";
import { localDay } from "../../../shared/day.ts";
import { paths } from "../../feature.ts";
import { formatCalendarDate, formatList } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { Card } from "../../ui/List.tsx";
import { QuestionPage } from "../../ui/Question.tsx";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { choiceKey, rightKey } from "./words.ts";

/** "Je ne sais pas"; ids of choices are kebab words. */
const UNKNOWN = "?unknown";
const VERDICTS: readonly Verdict[] = ["worth-asking", "not-enough", "probably-not"];
/** Digits of a French number in pairs, those of a short one too. */
const shownPhone = (phone: string): string =>
  isolated(
    phone.length === 4
      ? phone.replace(/(\d\d)/, "$1\u00a0")
      : phone.replace(/^0(\d{3})(\d{3})/, "0\u00a0$1\u00a0$2\u00a0"),
  );

function Hint({ hint, known }: { readonly hint: RightHint; readonly known: Known }) {
  const t = useT();
  const { rule, verdict, because, against } = hint;
  const said = verdict === "probably-not" ? against : because;
  const answers = said.flatMap((fact) => {
    const id = known[fact];
    return id === undefined ? [] : [t(choiceKey(fact, id))];
  });
  return (
    <Card>
      <div class="stack-s">
        <h3>
          <Icon name={rule.icon as IconName} /> {t(rightKey(rule.id, "name"))}
        </h3>
        <p>{t(rightKey(rule.id, "line"))}</p>
        {answers.length > 0 && (
          <p class="meta">{t("rights.result.because", { answers: formatList(answers.map(isolated)) })}</p>
        )}
      </div>
      {verdict !== "probably-not" && (
        <LinkButton kind="second" wide href={paths.procedure(rule.procedure)} iconEnd="fleche">
          {t("rights.result.prepare")}
        </LinkButton>
      )}
      {rule.phone !== undefined && (
        <LinkRow icon="appeler" href={`tel:${rule.phone}`}>
          {t("rights.result.call", { phone: shownPhone(rule.phone) })}
        </LinkRow>
      )}
      <p class="meta">{t("rights.result.source", { date: formatCalendarDate(rule.source.verifiedOn) })}</p>
    </Card>
  );
}

function Results({
  known,
  today,
  onAgain,
}: {
  readonly known: Known;
  readonly today: string;
  readonly onAgain: () => void;
}) {
  const t = useT();
  const hints = rightsWorthAsking(known, today);
  const hidden = rulesPast(today).length;
  const asking = (["free", "stop", "challenge", "official"] as const).map((line) => t(`rights.asking.${line}`));
  const worth = hints.filter(({ verdict }) => verdict === "worth-asking");
  const names = worth.map(({ rule }) => t(rightKey(rule.id, "name")));
  return (
    <>
      <h1>{t("rights.result.title")}</h1>
      <ReadAloud text={[t("rights.result.title"), ...names, ...asking]} />
      {worth.length === 0 && (
        <Banner tone="quiet" icon="parler" quiet>
          {t("rights.result.nothing")}
        </Banner>
      )}
      {VERDICTS.map((verdict) => {
        const these = hints.filter((hint) => hint.verdict === verdict);
        return (
          these.length > 0 && (
            <section key={verdict} class="stack-m" aria-labelledby={`droits-${verdict}`}>
              <h2 id={`droits-${verdict}`}>{t(`rights.result.${verdict}`)}</h2>
              {these.map((hint) => (
                <Hint key={hint.rule.id} hint={hint} known={known} />
              ))}
            </section>
          )
        );
      })}
      {hidden > 0 && <p class="meta">{t("rights.result.hidden", { count: hidden })}</p>}
      <section class="stack-s" aria-labelledby="droits-demander">
        <h2 id="droits-demander">{t("rights.asking.title")}</h2>
        <ul class="stack-s">
          {asking.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      <div class="actions">
        <Button kind="second" wide icon="retour" onPress={onAgain}>
          {t("rights.again")}
        </Button>
        <p class="saved">
          <Icon name="cadenas" size="s" />
          <span>{t("rights.private")}</span>
        </p>
      </div>
    </>
  );
}

/** "/droits" */
export function RightsScreen() {
  const t = useT();
  const { clock } = useWorld();
  const { router } = useShell();
  // A profile that cannot be read says nothing; every question is asked then.
  const profile = useAsk("profile", (api) => api.profile(), []);
  const [answers, setAnswers] = useState<Partial<Record<Fact, string>>>({});
  /** -1: before the first question. */
  const [at, setAt] = useState(-1);
  const today = localDay(clock.now());
  if (profile.state === "loading")
    return (
      <Frame title={t("rights.title")} back={paths.procedures}>
        <h1>{t("rights.title")}</h1>
        <Loading />
      </Frame>
    );
  const hints = profile.state === "ready" ? knownFrom(profileHints({ ...profile.value }), today) : {};
  const asked = questionsLeft(hints);
  const said = Object.fromEntries(Object.entries(answers).filter(([, id]) => id !== UNKNOWN));
  const question = asked[at];
  const back = (): void => (at < 0 ? router.back(paths.procedures) : setAt(at - 1));
  const title =
    question !== undefined ? t(`rights.question.${question.id}`) : t(at < 0 ? "rights.title" : "rights.result.title");
  return (
    <Frame title={title} back={paths.procedures} onBack={back} arrival={at}>
      {at < 0 && (
        <>
          <div class="stack-m">
            <h1>{t("rights.title")}</h1>
            <p class="lead">{t("rights.lead")}</p>
            <ReadAloud text={[t("rights.title"), t("rights.lead"), t("rights.private")]} />
          </div>
          {Object.keys(hints).length > 0 && <p>{t("rights.fromProfile")}</p>}
          <Banner tone="quiet" icon="cadenas" quiet>
            {t("rights.private")}
          </Banner>
          <Button wide iconEnd="fleche" onPress={() => setAt(0)}>
            {t("rights.begin")}
          </Button>
        </>
      )}
      {question !== undefined && (
        <QuestionPage
          key={question.id}
          question={title}
          listen={<ReadAloud text={[title, ...question.choices.map(({ id }) => t(choiceKey(question.id, id)))]} />}
          progress={{
            step: t("common.question.step", { n: at + 1, total: asked.length }),
            part: (at + 1) / asked.length,
          }}
          save={{ kind: "none" }}
          onContinue={() => setAt(at + 1)}
          below={
            <Button
              kind="plain"
              wide
              onPress={() => {
                setAnswers(({ [question.id]: _left, ...rest }) => rest);
                setAt(at + 1);
              }}
            >
              {t("rights.skip")}
            </Button>
          }
        >
          <RadioGroup
            options={question.choices.map(({ id, icon }) => ({
              value: id,
              label: t(choiceKey(question.id, id)),
              icon: icon as IconName | undefined,
            }))}
            unknown={{ value: UNKNOWN, label: t("rights.unknown"), icon: "je-ne-sais-pas" }}
            value={answers[question.id]}
            onChange={(id) => setAnswers({ ...answers, [question.id]: id })}
          />
        </QuestionPage>
      )}
      {at >= asked.length && <Results known={{ ...said, ...hints } as Known} today={today} onAgain={() => setAt(0)} />}
    </Frame>
  );
}
