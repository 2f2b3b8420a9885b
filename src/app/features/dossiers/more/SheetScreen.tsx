/**
 * Everything of a dossier on one sheet, in French and in the order of the form: to print (A4, black on white) or to copy, one
 * answer at a time, onto a form or a site. It says in its first line that nothing was filed.
 */
import { useState } from "preact/hooks";
import { isVoiced, notForeseenStep, type ReviewLine, reviewLines, viewForm } from "../../../../forms/engine.ts";
import type { Form } from "../../../../forms/model.ts";
import { inkBox, pathOf, strokesOf } from "../../../../forms/signature.ts";
import type { DossierRecord } from "../../../../satchel/model.ts";
import { showSpoken } from "../../../../satchel/spoken.ts";
import { localDay } from "../../../../shared/day.ts";
import type { RecordId } from "../../../../shared/ids.ts";
import type { DossierView } from "../../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../../feature.ts";
import { french, frenchAnswer, frenchDay } from "../../../i18n/french-text.ts";
import { inFrench } from "../../../i18n/i18n.ts";
import { useT } from "../../../i18n/useT.ts";
import { Frame } from "../../../state/Frame.tsx";
import { useShell } from "../../../state/shell.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Qr, useQr } from "../../../ui/Qr.tsx";
import { useWorld } from "../../../ui/world.ts";
import { HandOffDoor } from "../handoff/HandOffDoor.tsx";
import { OfficialDoor } from "../official/OfficialDoor.tsx";
import { useDossier, WaitingScreen } from "../useDossier.tsx";
import { formArea } from "../words.ts";
import { copyText } from "./copy.ts";
import { Keep } from "./Keep.tsx";
import "./sheet.css";

/** "/dossiers/:dossier/feuille" */
export function SheetScreen({ params }: ScreenProps) {
  const loaded = useDossier(params.dossier as RecordId);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  return <Sheet dossier={loaded.dossier} form={loaded.form} />;
}

const SAID = {
  besace: "journey.sheet.notFiledBesace",
  paper: "journey.sheet.notFiledPaper",
  portal: "journey.sheet.notFiledPortal",
} as const;

function Sheet({ dossier, form }: { readonly dossier: DossierView; readonly form: Form }) {
  const t = useT();
  const { clock } = useWorld();
  const { id, record } = dossier;
  const number = showSpoken(record.number);
  const qr = useQr(record.number);
  const area = formArea(form.id);
  const receiver = form.receiver ?? "besace";
  const view = viewForm(form, record, { today: localDay(clock.now()) });
  const lines = reviewLines(view);
  const sections = [...new Set(lines.flatMap((line) => (line.kind === "not-foreseen" ? [] : [line.section])))];
  const papers = lines.filter((line) => line.kind === "papers");
  const [decided, setDecided] = useState(false);
  const title = t("journey.sheet.title");
  return (
    <Frame title={title} tab="dossiers" back={paths.dossier(id)}>
      <div class="stack-m noprint">
        <h1>{title}</h1>
        <Banner tone="soon" icon="attention" title={t("journey.sheet.notFiled")} quiet>
          {t(SAID[receiver])}
        </Banner>
        <p class="meta">{t("journey.sheet.language")}</p>
        <Button wide icon="imprimer" onPress={() => window.print()}>
          {t("journey.sheet.print")}
        </Button>
      </div>
      <HandOffDoor dossier={dossier} form={form} />
      <OfficialDoor dossier={dossier} form={form} />
      <article class="sheet stack-m" lang="fr" dir="ltr" translate={false}>
        <div class="sheet__head">
          <div class="stack-s">
            <h2>{french(area, "title")}</h2>
            <p>
              <b>{inFrench("journey.sheet.notFiled")}</b> {inFrench(SAID[receiver])}
            </p>
            <p>
              {inFrench("journey.sheet.number")} <b class="num">{number}</b>
              <br />
              {inFrench("journey.sheet.preparedOn", { date: frenchDay(clock.now()) })}
            </p>
          </div>
          {qr !== null && qr !== "absent" && <Qr drawing={qr} label={inFrench("journey.sheet.qr", { number })} />}
        </div>
        {sections.map((section) => (
          <Part
            key={section}
            title={french(area, `sections.${section}`)}
            lines={lines.filter(
              (line) => line.kind !== "papers" && line.kind !== "not-foreseen" && line.section === section,
            )}
            form={form}
            record={record}
          />
        ))}
        {(record.notForeseen.trim() !== "" || isVoiced(view, notForeseenStep)) && (
          <section class="stack-s">
            <h3>{inFrench("journey.sheet.words")}</h3>
            <p class="sheet__words" dir="auto">
              {record.notForeseen.trim() === "" ? inFrench("journey.sheet.spoken") : record.notForeseen}
            </p>
          </section>
        )}
        {papers.length > 0 && (
          <section class="stack-s">
            <h3>{inFrench("journey.sheet.papers")}</h3>
            <ul class="sheet__papers">
              {papers.map((line) => (
                <li key={line.requirement.id}>
                  {french(area, `requirements.${line.requirement.id}.label`)}
                  {"\u00a0: "}
                  <b>{inFrench(line.papers.length > 0 ? "journey.sheet.ready" : "journey.sheet.toFind")}</b>
                </li>
              ))}
            </ul>
          </section>
        )}
        {form.declaration && (
          <section class="stack-s">
            <h3>{inFrench("journey.sheet.declaration")}</h3>
            <p>{french(area, "declaration")}</p>
          </section>
        )}
        <p class="sheet__sign printonly">{inFrench("journey.sheet.sign")}</p>
      </article>
      {receiver !== "besace" && !decided && (
        <div class="noprint">
          <Keep view={view} onDone={() => setDecided(true)} />
        </div>
      )}
    </Frame>
  );
}

interface PartProps {
  readonly title: string;
  readonly lines: readonly ReviewLine[];
  readonly form: Form;
  readonly record: DossierRecord;
}

/** One part of the form, each answer ready to copy. */
function Part({ title, lines, form, record }: PartProps) {
  const t = useT();
  const { say } = useShell();
  const area = formArea(form.id);
  if (lines.length === 0) return null;
  const copy = (what: string, text: string): void =>
    void copyText(text).then((done) => say(done ? t("journey.sheet.copied", { what }) : t("journey.sheet.notCopied")));
  return (
    <section class="stack-s">
      <h3>{title}</h3>
      <dl class="rows">
        {lines.map((line) => {
          if (line.kind !== "answer" && line.kind !== "no-rows") return null;
          const label = french(area, `${line.field.id}.label`);
          const answer = line.kind === "answer" ? line.answer : null;
          const spoken =
            line.kind === "answer" && isVoiced({ state: record }, line.key) ? inFrench("journey.sheet.spoken") : "";
          const value = (answer === null ? "" : frenchAnswer(area, line.field, answer)) || spoken;
          const strokes = answer?.v === "signature" ? strokesOf(answer.ink ?? "") : null;
          const key = line.kind === "answer" ? line.key : line.field.id;
          const helpers = Object.keys(record.typedBy?.[key] ?? {}).flatMap((id) => record.helped?.[id] ?? []);
          const who = helpers
            .flatMap(({ name, structure }) => [name, structure])
            .filter((part) => part !== "")
            .join(", ");
          return (
            <div key={key}>
              <dt>{line.kind === "answer" && line.row !== null ? `${label} (${line.row.n})` : label}</dt>
              <dd>
                {value === "" ? <span class="soft">{inFrench("journey.sheet.blank")}</span> : <bdi>{value}</bdi>}
                {strokes !== null && (
                  <svg class="sheet__ink" aria-hidden="true" viewBox={`0 0 ${inkBox.width} ${inkBox.height}`}>
                    <path d={pathOf(strokes)} />
                  </svg>
                )}
                {answer?.v === "signature" && <span class="meta"> « {answer.text} »</span>}
                {who !== "" && <span class="meta"> {inFrench("journey.sheet.helped", { who })}</span>}
              </dd>
              {value !== "" && (
                <dd class="act noprint">
                  <button type="button" class="edit" onClick={() => copy(label, value)}>
                    {t("journey.sheet.copy")}
                    <span class="sr">{` ${label}`}</span>
                  </button>
                </dd>
              )}
            </div>
          );
        })}
      </dl>
    </section>
  );
}
