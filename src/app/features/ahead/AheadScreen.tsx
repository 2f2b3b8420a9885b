/**
 * "À prévoir": what lies ahead, calmly. What can be done now, then what comes later, then what was put aside.
 *
 * Surprising: nothing here rings. A closed app cannot, so the screen says it, and offers the calendar and the printer instead.
 */
import { putOffUntil } from "../../../satchel/deadlines/chosen.ts";
import type { AheadChange, AheadLine, AheadView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatCalendarDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { LateDoor } from "../../state/LateDoor.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { Why } from "../../ui/Question.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { Calendar } from "./Calendar.tsx";
import { Line, type LineActs } from "./Line.tsx";
import { Weekly } from "./Weekly.tsx";
import "./ahead.css";

/** "Me le redire dans une semaine". */
const LATER_DAYS = 7;

/** How sure the day is, where it is worth a word. */
function Clock({ view }: { readonly view: AheadView }) {
  const t = useT();
  const date = formatCalendarDate(view.today);
  switch (view.trust) {
    case "checked":
      return null;
    case "unchecked":
      return <p class="hint">{t("ahead.unchecked", { date })}</p>;
    case "corrected":
    case "backwards":
    case "far":
      return (
        <Banner tone="soon" icon="calendrier" quiet>
          {t(`reminders.clock.${view.trust}`, { date })}
        </Banner>
      );
  }
}

function Lines({ lines, acts }: { readonly lines: readonly AheadLine[]; readonly acts: LineActs }) {
  return (
    <ul class="ahead__list">
      {lines.map((line) => (
        <Line key={line.key} line={line} {...acts} />
      ))}
    </ul>
  );
}

function useActs(today: string): LineActs {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  async function act(change: AheadChange, said: string, undo?: AheadChange): Promise<void> {
    const kept = await api.changeAhead(change);
    if (!kept.ok) return say(t("ahead.said.not"));
    say(said, undo === undefined ? undefined : () => void api.changeAhead(undo));
  }
  return {
    onDone: ({ about }) =>
      void act({ type: "done", about, day: today }, t("ahead.said.done"), { type: "not-done", about, day: today }),
    onLater: (line) => {
      const { about } = line;
      const day = putOffUntil(line, today, LATER_DAYS);
      void act({ type: "later", about, day }, t("ahead.said.later"), { type: "not-later", about, day });
    },
    onBack: ({ about, standing }) => {
      if (standing.type === "quiet") void act({ type: "not-later", about, day: standing.until }, t("ahead.said.back"));
      if (standing.type === "done") void act({ type: "not-done", about, day: standing.on }, t("ahead.said.back"));
    },
  };
}

function Content({ view }: { readonly view: AheadView }) {
  const t = useT();
  const acts = useActs(view.today);
  const shown = view.lines.filter(({ standing }) => standing.type === "shown");
  const aside = view.lines.filter(({ standing }) => standing.type !== "shown");
  const now = shown.filter(({ stage }) => stage !== "later");
  const later = shown.filter(({ stage }) => stage === "later");
  return (
    <>
      <Clock view={view} />
      {view.lines.length === 0 && (
        <EmptyState
          title={t("ahead.empty.title")}
          text={t("ahead.empty.text")}
          action={
            <LinkButton icon="plus" wide href={paths.aheadDate("nouvelle")}>
              {t("ahead.empty.action")}
            </LinkButton>
          }
        />
      )}
      {now.length > 0 && (
        <section class="stack-m" aria-labelledby="ahead-now">
          <h2 id="ahead-now">{t("ahead.h2now")}</h2>
          <Lines lines={now} acts={acts} />
        </section>
      )}
      {later.length > 0 && (
        <section class="stack-m" aria-labelledby="ahead-later">
          <h2 id="ahead-later">{t("ahead.h2later")}</h2>
          <Lines lines={later} acts={acts} />
        </section>
      )}
      <div class="noprint stack-m">
        {aside.length > 0 && (
          <Why title={t("ahead.aside", { n: aside.length })}>
            <Lines lines={aside} acts={acts} />
          </Why>
        )}
        <div class="stack-s">
          {view.lines.length > 0 && (
            <LinkRow icon="plus" href={paths.aheadDate("nouvelle")}>
              {t("ahead.add")}
            </LinkRow>
          )}
          <LinkRow icon="reglages" href={paths.aheadRights}>
            {t("ahead.follow")}
          </LinkRow>
        </div>
      </div>
      {shown.length > 0 && <Calendar lines={shown} today={view.today} />}
      <Weekly />
      <p class="hint">{t("ahead.choice")}</p>
      <p class="printonly">{t("ahead.printed", { date: formatCalendarDate(view.today) })}</p>
    </>
  );
}

export function AheadScreen() {
  const t = useT();
  const asked = useAsk("ahead", (api) => api.ahead(), ["ahead", "papers"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  return (
    <Frame title={t("reminders.title")} tab="home" back={paths.home}>
      <h1>{t("reminders.title")}</h1>
      <p class="lead">{t("reminders.lead")}</p>
      {dossiers.state === "ready" && <LateDoor dossiers={dossiers.value} linked />}
      {asked.state === "ready" && <Content view={asked.value} />}
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
    </Frame>
  );
}
