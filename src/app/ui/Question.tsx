/** One question per page: caption, title, hint, answers, reason, "Continuer", what is kept. Runs in the page. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { formatTime } from "../i18n/format.ts";
import { useT } from "../i18n/useT.ts";
import { Button, LinkRow } from "./Button.tsx";
import { ErrorSummary, type ReviewItem } from "./ErrorSummary.tsx";
import { FieldError } from "./Field.tsx";
import { Glossed, GlossedPage, GlossedWords } from "./Glossed.tsx";
import { Icon } from "./icons/Icon.tsx";
import { PersonalForm } from "./personal.tsx";
import { Progress, type ProgressProps } from "./Thread.tsx";

/** Where the answer is. `kept` only once the storage has said so (INV-1). */
export type SaveState =
  | { readonly kind: "none" }
  | { readonly kind: "saving" }
  | { readonly kind: "kept"; readonly at: number }
  | { readonly kind: "failed" };

/** Whether the answer is kept, in words. Spoken when it changes. */
export function SavedLine({ state }: { readonly state: SaveState }) {
  const t = useT();
  return (
    <p class="saved" role="status">
      {state.kind === "kept" && (
        <>
          <Icon name="valider" size="s" />
          <span>{t("common.saved.at", { time: formatTime(state.at) })}</span>
        </>
      )}
      {state.kind === "saving" && <span>{t("common.saved.now")}</span>}
      {state.kind === "failed" && (
        <>
          <Icon name="attention" size="s" />
          <span>{t("common.saved.not")}</span>
        </>
      )}
    </p>
  );
}

/** "Quand êtes-vous né": a word with a hyphen is never cut in two at the end of a line. */
const whole = (text: string): ComponentChildren =>
  text.split(/(\p{L}+-\p{L}+)/u).map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      <span key={part} class="whole">
        {part}
      </span>
    ),
  );

/** "Pourquoi cette question ?": the reason, folded away. */
export function Why({
  title,
  children,
}: {
  readonly title?: string | undefined;
  readonly children: ComponentChildren;
}) {
  const t = useT();
  return (
    <details class="why">
      <summary>
        <Icon name="information" />
        {title ?? t("common.question.why")}
        <Icon name="chevron" />
      </summary>
      <div class="stack-s">{children}</div>
    </details>
  );
}

export interface QuestionPageProps {
  readonly progress?: ProgressProps | undefined;
  readonly question: string;
  /** The French question under another language: who receives it reads French. */
  readonly french?: string | undefined;
  readonly hint?: string | undefined;
  /** Labels and choices: their hard words are explained in a row, where they cannot be marked themselves. */
  readonly words?: readonly (string | undefined)[] | undefined;
  readonly listen?: ComponentChildren;
  /** The answers: one RadioGroup, CheckGroup, field or several. */
  readonly children: ComponentChildren;
  readonly why?: ComponentChildren;
  readonly save: SaveState;
  readonly onContinue: () => void;
  /** Words of the main button when it is not "Continuer". */
  readonly continueText?: string | undefined;
  readonly busy?: string | undefined;
  /** "Arrêter et reprendre plus tard". */
  readonly later?: { readonly href: string; readonly onPress?: (() => void) | undefined } | undefined;
  readonly review?: readonly ReviewItem[] | undefined;
  /** Counts presses on "Continuer". */
  readonly attempt?: number | undefined;
  /** What to do about the whole question, when it is not about one field inside. */
  readonly error?: string | undefined;
  /** After the form: extra ways out. */
  readonly below?: ComponentChildren;
}

/** The page of one question; goes inside `Page`. The title of the tab is the question. */
export function QuestionPage(props: QuestionPageProps) {
  const { progress, question, french, hint, listen, children, why, save, onContinue, continueText, busy, words } =
    props;
  const { later, review = [], attempt = 0, error, below } = props;
  const t = useT();
  const id = useId();
  const describedBy = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean);
  return (
    <GlossedPage>
      <ErrorSummary items={review} attempt={attempt} />
      {progress !== undefined && <Progress {...progress} />}
      <PersonalForm class="stack" onSubmit={onContinue}>
        <fieldset
          class={error === undefined ? undefined : "has-err"}
          aria-describedby={describedBy.length === 0 ? undefined : describedBy.join(" ")}
        >
          <Glossed text={question} plain={whole}>
            {(marked) => (
              <legend class="h1 q-legend">
                <h1 tabIndex={-1}>{marked}</h1>
              </legend>
            )}
          </Glossed>
          {french !== undefined && (
            <p class="fr-under" lang="fr" dir="ltr">
              {french}
            </p>
          )}
          {hint !== undefined && (
            <Glossed text={hint}>
              {(marked) => (
                <p class="hint q-gap" id={`${id}-hint`}>
                  {marked}
                </p>
              )}
            </Glossed>
          )}
          {listen !== undefined && <div class="row q-head">{listen}</div>}
          {words !== undefined && <GlossedWords texts={words} />}
          {error !== undefined && (
            <div class="q-gap">
              <FieldError id={`${id}-error`}>{error}</FieldError>
            </div>
          )}
          <div class="stack-l">{children}</div>
        </fieldset>
        {why !== undefined && <Why>{why}</Why>}
        <Button type="submit" wide iconEnd="fleche" busy={busy}>
          {continueText ?? t("common.action.continue")}
        </Button>
        <SavedLine state={save} />
        {later !== undefined && (
          <LinkRow icon="pause" href={later.href} onPress={later.onPress}>
            {t("common.question.later")}
          </LinkRow>
        )}
      </PersonalForm>
      {below}
    </GlossedPage>
  );
}
