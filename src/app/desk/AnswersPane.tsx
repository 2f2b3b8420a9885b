/** The answers of a dossier in French (mock-up 19, right), each ready to copy into another software. Runs in the page. */

import { inkBox, pathOf, strokesOf } from "../../forms/signature.ts";
import { inFrench } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { Icon } from "../ui/icons/Icon.tsx";
import { type AnswerLine, type AnswerSection, asText } from "./answers.ts";
import { Tool } from "./PaperPane.tsx";
import { useDeskShell } from "./state.ts";

function Line({ line, onCopy }: { readonly line: AnswerLine; readonly onCopy: (label: string, text: string) => void }) {
  const t = useT();
  if (line.kind === "row")
    return (
      <tr class="ans__row">
        <th scope="rowgroup" colSpan={3} lang="fr" dir="ltr">
          {line.label}
        </th>
      </tr>
    );
  const { label, value, flag, helped, signed } = line;
  return (
    <tr class={flag === null ? undefined : "flag"}>
      <th scope="row" lang="fr" dir="ltr">
        {label}
      </th>
      <td lang="fr">
        {value === null ? (
          <span class="soft">{t("desk.answers.blank")}</span>
        ) : (
          <span class="ans__value" dir="auto" translate={false}>
            {flag === "words" ? inFrench("desk.answers.quoted", { text: value }) : value}
          </span>
        )}
        {signed !== undefined && <Signed {...signed} />}
        {helped?.map((who) => (
          <span key={who} class="need need--plain">
            <Icon name="main" />
            {who === "" ? t("desk.answers.helpedBySomebody") : t("desk.answers.helpedBy", { who })}
          </span>
        ))}
        {flag === "unknown" && (
          <span class="need need--plain">
            <Icon name="parler" />
            {t("desk.answers.together")}
          </span>
        )}
      </td>
      <td>
        {value !== null && (
          <button type="button" class="copy" onClick={() => onCopy(label, value)}>
            {t("desk.answers.copy")}
            <span class="sr" lang="fr">
              {` : ${label}`}
            </span>
          </button>
        )}
      </td>
    </tr>
  );
}

/** What was drawn, and the sentence that it stands under. */
function Signed({ ink, text }: { readonly ink: string | null; readonly text: string }) {
  const t = useT();
  const strokes = ink === null ? null : strokesOf(ink);
  return (
    <>
      {strokes !== null && (
        <svg
          class="ans__ink"
          role="img"
          aria-label={t("desk.answers.drawn")}
          viewBox={`0 0 ${inkBox.width} ${inkBox.height}`}
        >
          <path d={pathOf(strokes)} />
        </svg>
      )}
      <span class="meta" dir="auto">
        {inFrench("desk.answers.quoted", { text })}
      </span>
    </>
  );
}

export interface AnswersPaneProps {
  readonly sections: readonly AnswerSection[];
  /** False: a procedure of a newer version; the answers stand as they came. */
  readonly known: boolean;
}

export function AnswersPane({ sections, known }: AnswersPaneProps) {
  const t = useT();
  const { copy, say } = useDeskShell();
  const copyOut = (what: string, text: string): void =>
    void copy(text).then((done) => say(t(done ? "desk.answers.copied" : "desk.answers.notCopied", { what })));
  return (
    <section class="pane" aria-labelledby="answers-title">
      <div class="pane__h">
        <h2 id="answers-title">{t("desk.answers.title")}</h2>
        <Tool icon="deux-copies" onPress={() => copyOut(t("desk.answers.title"), asText(sections))}>
          {t("desk.answers.copyAll")}
        </Tool>
      </div>
      {!known && <p class="pane__p">{t("desk.answers.newer")}</p>}
      <table class="ans">
        <caption class="sr">{t("desk.answers.caption")}</caption>
        {sections.map((section) => (
          <tbody key={section.key}>
            <tr class="ans__section">
              <th scope="rowgroup" colSpan={3} lang="fr" dir="ltr">
                {section.title}
              </th>
            </tr>
            {section.lines.map((line) => (
              <Line key={line.key} line={line} onCopy={copyOut} />
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}
