/** One line of "À prévoir": what, by when, what to do, with which papers, with whom; done, or later. */
import { useId } from "preact/hooks";
import type { AheadLine } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatCalendarDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { kindName } from "../../ui/papers/names.ts";
import { Why } from "../../ui/Question.tsx";
import { aboutOf, doOf, humanOf, whatOf, whenOf } from "./words.ts";

export interface LineActs {
  readonly onDone: (line: AheadLine) => void;
  readonly onLater: (line: AheadLine) => void;
  readonly onBack: (line: AheadLine) => void;
}

/** The papers that help, with a way to those that are here. */
function Helps({ line }: { readonly line: AheadLine }) {
  const t = useT();
  if (line.helps.length === 0) return null;
  return (
    <>
      <h4>{t("ahead.helps")}</h4>
      <ul class="ahead__helps">
        {line.helps.map(({ kind, paper }) => (
          <li key={kind}>
            {paper === null ? kindName(kind) : <a href={paths.paper(paper)}>{kindName(kind)}</a>}
            <span class="meta"> {t(paper === null ? "ahead.notHere" : "ahead.hereIs")}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function How({ line }: { readonly line: AheadLine }) {
  const t = useT();
  return (
    <div class="stack-s">
      <h4>{t("ahead.do")}</h4>
      <p>{doOf(line)}</p>
      {line.notes.map((note) => (
        <p key={note} class="hint">
          {t(`reminders.notes.${note}`)}
        </p>
      ))}
      <Helps line={line} />
      <p class="row row--nowrap row--top">
        <Icon name="parler" />
        <span>{humanOf(line)}</span>
      </p>
    </div>
  );
}

/** Where the date or the paper of this line is changed. */
function ChangeLink({ line }: { readonly line: AheadLine }) {
  const t = useT();
  const { type, id } = line.about;
  if (type === "own") return <LinkRow href={paths.aheadDate(id)}>{t("ahead.act.change")}</LinkRow>;
  if (type === "mandate") return <LinkRow href={paths.mandate(id)}>{t("ahead.act.mandate")}</LinkRow>;
  if (type === "paper") return <LinkRow href={paths.paper(id)}>{t("ahead.act.paper")}</LinkRow>;
  return <LinkRow href={paths.aheadRights}>{t(line.stage === "undated" ? "ahead.act.date" : "ahead.follow")}</LinkRow>;
}

export function Line({ line, onDone, onLater, onBack }: { readonly line: AheadLine } & LineActs) {
  const t = useT();
  const heading = useId();
  const what = whatOf(line);
  const about = aboutOf(line);
  const { standing, stage } = line;
  const isSoon = stage === "now" || stage === "late" || stage === "over";
  return (
    <li class="card stack-s ahead__line">
      <h3 id={heading}>
        <bdi>{what}</bdi>
      </h3>
      {about !== "" && about !== what && <p class="meta">{about}</p>}
      {standing.type === "shown" && isSoon && (
        <p class="chip-line">
          <Chip state="soon">{t(`reminders.stage.${stage}`)}</Chip>
        </p>
      )}
      <p>
        <b>{whenOf(line)}</b>
      </p>
      {standing.type === "quiet" && <p>{t("ahead.put", { until: formatCalendarDate(standing.until) })}</p>}
      {standing.type === "done" && <p>{t("ahead.doneOn", { date: formatCalendarDate(standing.on) })}</p>}
      {standing.type === "shown" && line.about.type !== "own" && (
        <>
          <div class="noprint">
            <Why title={t("ahead.more")}>
              <How line={line} />
            </Why>
          </div>
          <div class="printonly">
            <How line={line} />
          </div>
        </>
      )}
      <div class="noprint stack-s">
        <ChangeLink line={line} />
        {standing.type !== "shown" && (
          <Button kind="second" small onPress={() => onBack(line)} describedBy={heading}>
            {t("ahead.act.back")}
          </Button>
        )}
        {standing.type === "shown" && isSoon && (
          <div class="row">
            <Button kind="second" small icon="valider" onPress={() => onDone(line)} describedBy={heading}>
              {t("ahead.act.done")}
            </Button>
            <Button kind="plain" small icon="horloge" onPress={() => onLater(line)} describedBy={heading}>
              {t("ahead.act.later")}
            </Button>
          </div>
        )}
      </div>
    </li>
  );
}
