/** The answers of a dossier in French (mock-up 19, right), each ready to copy into another software. Runs in the page. */

import { useState } from "preact/hooks";
import { inkBox, pathOf, strokesOf } from "../../forms/signature.ts";
import { inFrench } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { Icon } from "../ui/icons/Icon.tsx";
import { type AnswerLine, type AnswerSection, asText } from "./answers.ts";
import { useKeys } from "./keys.ts";
import { Tool } from "./PaperPane.tsx";
import { useDeskShell } from "./state.ts";

interface LineProps {
  readonly line: AnswerLine;
  /** The one that was copied last. */
  readonly copied: boolean;
  readonly onCopy: (label: string, text: string, key: string) => void;
}

function Line({ line, copied, onCopy }: LineProps) {
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
          <button type="button" class="copy" onClick={() => onCopy(label, value, line.key)}>
            {copied && <Icon name="valider" size="s" />}
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
  const [copied, setCopied] = useState<string | null>(null);
  const answered = sections.flatMap(({ lines }) =>
    lines.flatMap((line) => (line.kind === "answer" && line.value !== null ? [{ ...line, value: line.value }] : [])),
  );
  const copyOut = (what: string, text: string, key?: string): void =>
    void copy(text).then((done) => {
      if (done && key !== undefined) setCopied(key);
      say(t(done ? "desk.answers.copied" : "desk.answers.notCopied", { what }));
    });
  const next = answered[answered.findIndex(({ key }) => key === copied) + 1] ?? answered[0];
  // One press for each field of the other software, in the order of the form.
  const copyNext = next && ((): void => copyOut(next.label, next.value, next.key));
  useKeys({ copyNext });
  return (
    <section class="pane" aria-labelledby="answers-title">
      <div class="pane__h">
        <h2 id="answers-title">{t("desk.answers.title")}</h2>
        {copyNext !== undefined && (
          <Tool icon="fleche" onPress={copyNext}>
            {t("desk.answers.copyNext")}
          </Tool>
        )}
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
              <Line key={line.key} line={line} copied={line.key === copied} onCopy={copyOut} />
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}
