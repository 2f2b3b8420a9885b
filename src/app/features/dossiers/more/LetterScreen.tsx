/**
 * The appeal as a letter on one A4 page: in French for who decided, and what it says in the person's language under it. To
 * print, or to copy. Nothing leaves here. Needs the area "lettre".
 */
import { viewForm } from "../../../../forms/engine.ts";
import { showPhone } from "../../../../forms/input.ts";
import type { Answers, Form } from "../../../../forms/model.ts";
import {
  composeLetter,
  hasOtherLetters,
  type Letter,
  type LetterPart,
  type LetterWords,
  letterText,
} from "../../../../forms/remedies/letter.ts";
import { localDay } from "../../../../shared/day.ts";
import type { RecordId } from "../../../../shared/ids.ts";
import type { DossierView, PaperView } from "../../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../../feature.ts";
import { formatCalendarDate, formatList } from "../../../i18n/format.ts";
import { french, frenchDate } from "../../../i18n/french-text.ts";
import { inFrench, language, tData, tFrench } from "../../../i18n/i18n.ts";
import { useT } from "../../../i18n/useT.ts";
import { Frame } from "../../../state/Frame.tsx";
import { useAsk } from "../../../state/satchel.ts";
import { useShell } from "../../../state/shell.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../../ui/Button.tsx";
import { Item, List } from "../../../ui/List.tsx";
import { kindKey } from "../../../ui/papers/names.ts";
import { Why } from "../../../ui/Question.tsx";
import { useWorld } from "../../../ui/world.ts";
import { sheetPath } from "../places.ts";
import { useDossier, WaitingScreen } from "../useDossier.tsx";
import { formArea, formText } from "../words.ts";
import { copyText } from "./copy.ts";
import "./letter.css";

/** "/dossiers/:dossier/lettre" */
export function LetterScreen({ params }: ScreenProps) {
  const loaded = useDossier(params.dossier as RecordId);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  if (papers.state !== "ready") return <WaitingScreen waiting={papers} />;
  return <Written dossier={loaded.dossier} form={loaded.form} papers={papers.value} />;
}

const area = formArea("recours");

/** The sentences in French, or in the language shown. */
function wordsIn(isFrench: boolean, t: ReturnType<typeof useT>): LetterWords {
  const say = isFrench ? inFrench : t;
  const data = (key: string): string | undefined =>
    (isFrench ? tFrench("lettre", key) : undefined) ?? tData("lettre", key);
  const form = (key: string): string => (isFrench ? french(area, key) : (tData(area, key) ?? key));
  const groups = { decision_kind: "kind", reasons: "reason", wanted: "wanted" } as const;
  return {
    say: (key, values) => say(`lettre.text.${key}`, values),
    choice: (field, id) => data(`${groups[field]}.${id}`),
    office: (field, id) => form(`${field}.choices.${id}`),
    date: isFrench ? frenchDate : formatCalendarDate,
    phone: showPhone,
  };
}

interface WrittenProps {
  readonly dossier: DossierView;
  readonly form: Form;
  readonly papers: readonly PaperView[];
}

function Written({ dossier, form, papers }: WrittenProps) {
  const t = useT();
  const { say } = useShell();
  const { clock } = useWorld();
  const { id, record } = dossier;
  const today = localDay(clock.now());
  const view = viewForm(form, record, { today });
  const answers: Answers = Object.fromEntries(
    Object.entries(record.answers).filter(([key]) => view.answerKeys.has(key)),
  );
  const attached = ["decision", "proofs"].flatMap((requirement) => record.attached[requirement]?.papers ?? []);
  const byId = new Map(papers.map((paper) => [paper.id, paper.record]));
  const joinedIn = (isFrench: boolean): readonly string[] =>
    attached.flatMap((each) => {
      const paper = byId.get(each);
      if (paper === undefined) return [];
      return [paper.title.trim() || (isFrench ? inFrench : t)(kindKey(paper.kind))];
    });
  const letter = composeLetter(answers, joinedIn(true), today, wordsIn(true, t));
  const isOther = language() !== "fr";
  const counted = view.calculated.counted_last_day;
  const missing = [
    [answers.family_name === undefined && answers.given_name === undefined, t("lettre.screen.missingName")],
    [answers.address === undefined, t("lettre.screen.missingAddress")],
    [letter.to.length === 0, t("lettre.screen.missingTo")],
    [answers.reasons === undefined && answers.reason_words === undefined, t("lettre.screen.missingReasons")],
    [answers.wanted === undefined, t("lettre.screen.missingWanted")],
  ].flatMap(([is, what]) => (is === true ? [String(what)] : []));
  const copy = (): void =>
    void copyText(letterText(letter)).then((done) => say(t(done ? "lettre.screen.copied" : "lettre.screen.notCopied")));
  const title = t("lettre.screen.title");
  return (
    <Frame title={title} tab="dossiers" back={paths.dossier(id)}>
      <div class="stack-m noprint">
        <h1>{title}</h1>
        <p class="lead">{t("lettre.screen.lead")}</p>
        <Banner tone="soon" icon="attention" quiet>
          {t("lettre.screen.notSent")}
        </Banner>
        {counted?.v === "date" && (
          <Banner tone="soon" icon="calendrier" quiet>
            {t(counted.date < today ? "lettre.screen.past" : "lettre.screen.last", {
              date: formatCalendarDate(counted.date),
            })}
          </Banner>
        )}
        {missing.length > 0 && (
          <Banner tone="quiet" icon="modifier" link={{ href: paths.check(id), text: t("lettre.screen.edit") }} quiet>
            {t("lettre.screen.missing", { what: formatList(missing) })}
          </Banner>
        )}
        {hasOtherLetters(letter) && (
          <Banner tone="soon" icon="langue" quiet>
            {t("lettre.screen.letters")}
          </Banner>
        )}
      </div>
      <Page letter={letter} />
      <div class="actions">
        <Button wide icon="imprimer" onPress={() => window.print()}>
          {t("lettre.screen.print")}
        </Button>
        <Button kind="second" wide icon="fichier" onPress={copy}>
          {t("lettre.screen.copy")}
        </Button>
        <LinkButton kind="plain" wide href={paths.check(id)}>
          {t("lettre.screen.edit")}
        </LinkButton>
      </div>
      {isOther && (
        <div class="noprint">
          <Why title={t("lettre.screen.meaning")}>
            <Meaning letter={composeLetter(answers, joinedIn(false), today, wordsIn(false, t))} />
          </Why>
        </div>
      )}
      <section class="stack-s noprint" aria-labelledby="relire-la-lettre">
        <h2 id="relire-la-lettre">{t("lettre.screen.people")}</h2>
        <List>
          {form.humans?.map((human) => (
            <Item
              key={human.id}
              icon="guichet"
              tone="human"
              title={formText(form.id, `humans.${human.id}.label`)}
              detail={formText(form.id, `humans.${human.id}.hint`)}
            />
          ))}
        </List>
        <LinkRow icon="imprimer" href={sheetPath(id)}>
          {t("lettre.screen.sheet")}
        </LinkRow>
      </section>
    </Frame>
  );
}

const Lines = ({ lines }: { readonly lines: readonly string[] }) => (
  <>
    {lines.map((line, at) => (
      <span key={at} class="letter__line">
        <bdi>{line}</bdi>
      </span>
    ))}
  </>
);

function Part({ text, own, list }: LetterPart) {
  return (
    <>
      {text !== "" && <p>{text}</p>}
      {own !== undefined && (
        <p class="letter__own" dir="auto">
          {own}
        </p>
      )}
      {list !== undefined && (
        <ul>
          {list.map((line) => (
            <li key={line} dir="auto">
              {line}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** French, whatever language is shown: who decided reads it. */
function Page({ letter }: { readonly letter: Letter }) {
  const { from, to, sent, made, object, reference, greeting, body, closing, signature, joined } = letter;
  return (
    <article class="letter stack-m" lang="fr" dir="ltr" translate={false}>
      <address class="letter__from">
        <Lines lines={from} />
      </address>
      <address class="letter__to">
        <Lines lines={to} />
      </address>
      {sent !== null && <p>{sent}</p>}
      <p class="letter__made">{made}</p>
      <p>
        <b>{object}</b>
        {reference !== null && (
          <>
            <br />
            {reference}
          </>
        )}
      </p>
      <p>{greeting}</p>
      {body.map((part, at) => (
        <Part key={at} {...part} />
      ))}
      <p>{closing}</p>
      <p class="letter__sign">
        <bdi>{signature}</bdi>
      </p>
      {joined !== null && (
        <div>
          <p>{joined.title}</p>
          <ul>
            {joined.lines.map((line, at) => (
              <li key={at}>
                <bdi>{line}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </article>
  );
}

/** The same sentences in the language shown. */
function Meaning({ letter }: { readonly letter: Letter }) {
  return (
    <>
      <p>
        <b>{letter.object}</b>
      </p>
      {letter.body.map((part, at) => (
        <Part key={at} {...part} />
      ))}
      {letter.joined !== null && <Part text={letter.joined.title} list={letter.joined.lines} />}
    </>
  );
}
