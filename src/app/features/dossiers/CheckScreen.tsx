/**
 * "Relisez avant d'envoyer": exactly what will leave, what stays empty, who will read it, the declaration, the one button
 * that sends. Nothing leaves before it (INV-2: and nothing here says that anything has arrived).
 */
import { useEffect, useRef, useState } from "preact/hooks";
import {
  allProblems,
  checkStep,
  type FormView,
  isVoiced,
  type ReviewLine,
  reviewLines,
} from "../../../forms/engine.ts";
import type { Form } from "../../../forms/model.ts";
import type { DossierRecord } from "../../../satchel/model.ts";
import { othersOf } from "../../../satchel/others.ts";
import type { RecordId } from "../../../shared/ids.ts";
import { ok, type Result } from "../../../shared/result.ts";
import { voicedKey } from "../../../shared/voice.ts";
import type {
  CopyState,
  DeployedOrganisation,
  Deployment,
  DossierView,
  PaperView,
  SatchelApi,
  WorkerError,
} from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatBytes, formatNumber } from "../../i18n/format.ts";
import { t as text } from "../../i18n/i18n.ts";
import { isolated, rich } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { OtherCount } from "../../state/Others.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Item, List } from "../../ui/List.tsx";
import { pageCount, paperName } from "../../ui/papers/names.ts";
import { PaperThumb } from "../../ui/papers/PaperThumb.tsx";
import { today } from "../../ui/papers/StateChip.tsx";
import { moveTo } from "../../ui/places.ts";
import { EditLink, type Row, Rows } from "../../ui/Rows.tsx";
import { useWorld } from "../../ui/world.ts";
import { settled } from "./autosave.ts";
import { doneChanging, offerToKeep } from "./changing.tsx";
import { useMore } from "./later.tsx";
import { isLetter, lackPath, letterPath, questionPath, rowPath, sheetPath } from "./places.ts";
import { rowName } from "./RepeatRows.tsx";
import { Trouble, useDossier, useFormView, WaitingScreen } from "./useDossier.tsx";
import { answerText, deskName, formText, organisationOf, problemText, procedureTitle, sendTo } from "./words.ts";

const TO_REVIEW = "a-revoir";
const DECLARATION = "declaration";

/** "/dossiers/:dossier/relire" */
export function CheckScreen({ params }: ScreenProps) {
  const loaded = useDossier(params.dossier as RecordId);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  if (deployment.state !== "ready") return <WaitingScreen waiting={deployment} />;
  if (papers.state !== "ready") return <WaitingScreen waiting={papers} />;
  return <Check dossier={loaded.dossier} form={loaded.form} deployment={deployment.value} papers={papers.value} />;
}

interface CheckProps {
  readonly dossier: DossierView;
  readonly form: Form;
  readonly deployment: Deployment | null;
  readonly papers: readonly PaperView[];
}

function Check({ dossier, form, deployment, papers }: CheckProps) {
  const t = useT();
  const { api } = useSatchel();
  const { id, record } = dossier;
  const view = useFormView(form, record);
  const isHere = record.page === checkStep || record.status !== "draft";
  useEffect(() => {
    // A place that is not remembered costs a few presses after a kill, never an answer.
    if (!isHere) void settled(api).then(() => api.saveAnswers(id, { page: checkStep }));
  }, [api, id, isHere]);
  const prepares = (form.receiver ?? "besace") !== "besace";
  const title = t(prepares ? "dossiers.check.prepareTitle" : "dossiers.check.title");
  const lines = reviewLines(view);
  const answers = lines.filter((line) => line.kind !== "papers");
  const asked = lines.filter((line) => line.kind === "papers");
  const chosen = new Set(asked.flatMap((line) => line.papers));
  const joined = papers.filter((paper) => chosen.has(paper.id));
  // What the server has already is not sent again.
  const photos = joined.reduce((sum, paper) => sum + (THERE.has(paper.state) ? 0 : paper.bytes), 0);
  const voices = Object.entries(record.attached).flatMap(([slot, held]) =>
    voicedKey(slot) === undefined ? [] : (held.papers as readonly RecordId[]),
  );
  const heard = useAsk(`weights ${id} ${voices.join(" ")}`, (satchel) => weightsOf(satchel, voices), ["papers"]);
  const sound = heard.state === "ready" ? heard.value : 0;
  const isDraft = record.status === "draft";
  const { more } = useMore();
  return (
    <Frame title={title} back={paths.dossier(id)}>
      <div class="stack-m">
        <p class="meta">
          <b>{procedureTitle(record.procedure)}</b>
        </p>
        <h1>{title}</h1>
        {isDraft ? (
          <p>
            <b>
              {t(
                prepares
                  ? "dossiers.check.prepareNothing"
                  : Object.keys(record.sent).length === 0
                    ? "dossiers.check.nothing"
                    : "dossiers.check.newVersion",
              )}
            </b>{" "}
            {t("dossiers.check.change")}
          </p>
        ) : (
          <Banner tone="quiet" icon="valider" link={{ href: paths.dossier(id), text: t("dossiers.check.where") }} quiet>
            {t("dossiers.check.signed")}
          </Banner>
        )}
      </div>
      {more !== null && <more.Renewed dossier={dossier} view={view} />}
      <OtherCount count={othersOf(record).length} />
      <Answers dossier={dossier} view={view} lines={answers} />
      {more !== null && <more.NotSent view={view} />}
      {asked.length > 0 && <Papers id={id} form={form} lines={asked} papers={papers} />}
      {prepares ? (
        <Prepared dossier={dossier} view={view} />
      ) : (
        <Send
          dossier={dossier}
          view={view}
          organisation={organisationOf(deployment, record.organisation)}
          weight={{ text: textBytes(record), photos: photos + sound, joined: joined.length + voices.length }}
        />
      )}
    </Frame>
  );
}

/** With whose help an answer was typed, in words; nothing where the person was alone. */
function helpedText(record: DossierRecord, key: string): string | undefined {
  const helps = Object.keys(record.typedBy?.[key] ?? {}).flatMap((id) => record.helped?.[id] ?? []);
  if (helps.length === 0) return undefined;
  const names = helps.flatMap(
    ({ name, structure }) => [name, structure].filter((part) => part !== "").join(", ") || [],
  );
  return names.length === 0
    ? text("dossiers.check.helpedSomebody")
    : text("dossiers.check.helped", { who: names.map(isolated).join(", ") });
}

interface AnswersProps {
  readonly dossier: DossierView;
  readonly view: FormView;
  readonly lines: readonly ReviewLine[];
}

/** The answers by part of the form, each with "Modifier". */
function Answers({ dossier, view, lines }: AnswersProps) {
  const t = useT();
  const { form } = view;
  const { id } = dossier;
  const sectionOf = (line: ReviewLine): string => (line.kind === "not-foreseen" ? "" : line.section);
  const sections = [...new Set(lines.map(sectionOf))];
  const none = <span class="soft">{t("dossiers.check.none")}</span>;
  const asked = new Set(othersOf(dossier.record).map((other) => other.path));

  const edit = (href: string, subject: string) => ({ href, subject });

  function row(line: ReviewLine): Row | null {
    if (line.kind === "papers") return null;
    if (line.kind === "not-foreseen") {
      const name = t("dossiers.notForeseen.title");
      const spoken = isVoiced(view, line.step) ? t("dossiers.check.spoken") : none;
      const value = line.text.trim() === "" ? spoken : <bdi>{line.text}</bdi>;
      const more = asked.has("notForeseen") ? t("others.title") : undefined;
      return { key: line.step, name, value, more, edit: edit(questionPath(id, line.step, "review"), name) };
    }
    const label = formText(form.id, `${line.field.id}.label`) ?? line.field.id;
    if (line.kind === "no-rows") {
      return { key: line.field.id, name: label, value: none, edit: edit(questionPath(id, line.step, "review"), label) };
    }
    const said = answerText(form, line.field, line.answer);
    const value = said ?? (isVoiced(view, line.key) ? t("dossiers.check.spoken") : none);
    const more = asked.has(`answers.${line.key}`) ? t("others.title") : helpedText(dossier.record, line.key);
    if (line.field.type === "calc") return { key: line.key, name: label, value };
    if (line.row === null) {
      return { key: line.key, name: label, value, more, edit: edit(questionPath(id, line.step, "review"), label) };
    }
    const { repeat, id: rowId, n } = line.row;
    const inRow = view.rows.get(repeat)?.[n - 1];
    const name = t("dossiers.check.inRow", {
      name: inRow === undefined ? t("dossiers.row.name", { n }) : rowName(view, repeat, inRow, n),
      label,
    });
    return { key: line.key, name, value, more, edit: edit(rowPath(id, line.step, rowId), name) };
  }

  /** Before the first person of a list: the list itself, where somebody is added or taken out. */
  const list = (line: ReviewLine): readonly Row[] => {
    if (line.kind !== "answer" || line.row === null || line.row.n > 1) return [];
    const { repeat, id: rowId } = line.row;
    if (view.rows.get(repeat)?.[0]?.fields[0]?.id !== line.field.id) return [];
    const name = formText(form.id, `${repeat}.label`) ?? "";
    const value = formatNumber(view.rows.get(repeat)?.length ?? 0);
    return [{ key: `${repeat} ${rowId}`, name, value, edit: edit(questionPath(id, line.step, "review"), name) }];
  };

  return (
    <>
      {sections.map((section) => {
        const title = section === "" ? t("dossiers.check.free") : (formText(form.id, `sections.${section}`) ?? "");
        const rows = lines
          .filter((line) => sectionOf(line) === section)
          .flatMap((line) => [...list(line), row(line) ?? []].flat());
        return (
          <section key={section} class="stack-s" aria-label={title}>
            <h2>{title}</h2>
            <Rows card rows={rows} />
          </section>
        );
      })}
    </>
  );
}

interface PapersProps {
  readonly id: RecordId;
  readonly form: Form;
  readonly lines: readonly Extract<ReviewLine, { readonly kind: "papers" }>[];
  readonly papers: readonly PaperView[];
}

function Papers({ id, form, lines, papers }: PapersProps) {
  const t = useT();
  const byId = new Map<string, PaperView>(papers.map((paper) => [paper.id, paper]));
  return (
    <section class="stack-s" aria-labelledby="vos-papiers">
      <h2 id="vos-papiers">{t("dossiers.check.papers")}</h2>
      <List>
        {lines.flatMap((line) => {
          const asked = formText(form.id, `requirements.${line.requirement.id}.label`) ?? "";
          const href = questionPath(id, line.step, "review");
          const here = line.papers.flatMap((paper) => byId.get(paper) ?? []);
          if (here.length === 0)
            return [
              <Item
                key={line.requirement.id}
                icon="papier"
                tone="none"
                title={asked}
                detail={t(line.said ? "dossiers.papers.missing" : "dossiers.check.notYet")}
                end={<EditLink href={href} icon="plus" text={t("common.action.add")} subject={asked} />}
              />,
            ];
          return here.map((paper) => (
            <Item
              key={`${line.requirement.id} ${paper.id}`}
              start={<PaperThumb paper={paper} />}
              title={<bdi>{paperName(paper.record)}</bdi>}
              detail={t("dossiers.check.paper", {
                pages: t("common.pages", { count: pageCount(paper.record) }),
                size: formatBytes(paper.bytes),
              })}
              end={<EditLink href={href} text={t("dossiers.check.other")} subject={paperName(paper.record)} />}
            />
          ));
        })}
      </List>
      {lines.some((line) => line.papers.length === 0) && <p class="meta">{t("dossiers.check.without")}</p>}
    </section>
  );
}

/** Papers whose copy is whole at the server. */
const THERE: ReadonlySet<CopyState> = new Set(["sealed-copy", "two-copies", "away"]);

/** Bytes of spoken answers that are not at the server yet; one that cannot be read is not sent either. */
async function weightsOf(api: SatchelApi, voices: readonly RecordId[]): Promise<Result<number, WorkerError>> {
  const read = await Promise.all(voices.map((voice) => api.paper(voice)));
  return ok(read.reduce((sum, each) => sum + (each.ok && !THERE.has(each.value.state) ? each.value.bytes : 0), 0));
}

/** Head, seal and signature of a letter, and the padding that hides how long the answers are. */
const ENVELOPE_BYTES = 2_000;
const SEALED_GROWS = 1.5;

/** About how much the answers weigh on the line, in bytes. */
const textBytes = (record: DossierRecord): number =>
  ENVELOPE_BYTES +
  SEALED_GROWS * new TextEncoder().encode(JSON.stringify([record.answers, record.rows, record.notForeseen])).length;

type Problems = ReturnType<typeof allProblems>;

/** Whether all is missing, all is too long, or some of both and more: each has its own words on the button. */
function kindOf(steps: Problems): "missing" | "long" | "review" {
  const codes = new Set(steps.flatMap((step) => step.problems.map((problem) => problem.code)));
  if (codes.size > 1) return "review";
  return codes.has("missing") ? "missing" : codes.has("too-long") ? "long" : "review";
}

interface Weight {
  /** Bytes. */
  readonly text: number;
  readonly photos: number;
  /** Papers. */
  readonly joined: number;
}

/** What sending costs on a prepaid line, before it is pressed. */
function Cost({ weight }: { readonly weight: Weight }) {
  const t = useT();
  const { network } = useShell();
  const outbox = useAsk("outbox", (api) => api.outbox(), ["outbox"]);
  const data = outbox.state === "ready" ? outbox.value.data : null;
  const { text, photos, joined } = weight;
  const said =
    photos > 0
      ? t("dossiers.check.size", {
          size: formatBytes(text + photos),
          text: formatBytes(text),
          photos: formatBytes(photos),
        })
      : t(joined > 0 ? "dossiers.check.sizeThere" : "dossiers.check.light", { text: formatBytes(text) });
  return (
    <p class="saved">
      <Icon name="en-attente" size="s" />
      <span>
        {said} {photos > 0 && data?.photosOnWifi === true && data.metered && `${t("dossiers.check.wifi")} `}
        {network === "offline" && t("dossiers.check.offline")}
      </span>
    </p>
  );
}

interface ToReviewProps {
  readonly id: RecordId;
  readonly form: Form;
  readonly problems: Problems;
}

/** Steps with something to look at again, each a link. */
function ToReview({ id, form, problems }: ToReviewProps) {
  const t = useT();
  if (problems.length === 0) return null;
  const title = (step: string): string => formText(form.id, `pages.${step}.title`) ?? t("dossiers.notForeseen.title");
  return (
    <section
      class="stack-s"
      id={TO_REVIEW}
      tabIndex={-1}
      aria-label={t("common.review.title", { count: problems.length })}
    >
      <Banner tone="soon" icon="modifier" title={t("common.review.title", { count: problems.length })} quiet />
      {problems.map(({ step, problems: found }) => (
        <p key={step}>
          <LinkRow icon="modifier" href={questionPath(id, step, "review")}>
            {title(step)}
          </LinkRow>
          {/* What is missing is said by the question itself; what is wrong is not. */}
          {found
            .filter((problem) => problem.code !== "missing")
            .map((problem) => (
              <span key={problem.key} class="meta">
                {problemText(form, problem)}
              </span>
            ))}
        </p>
      ))}
    </section>
  );
}

/** In place of sending, where the receiver is no desk of Besace: nothing here says that anything was filed (INV-2). */
function Prepared({ dossier, view }: { readonly dossier: DossierView; readonly view: FormView }) {
  const t = useT();
  const { clock } = useWorld();
  const { id } = dossier;
  const { form } = view;
  return (
    <>
      <ToReview id={id} form={form} problems={allProblems(view, today(clock.now()))} />
      <Banner tone="soon" icon="attention" quiet>
        {t(form.receiver === "portal" ? "dossiers.start.portal" : "dossiers.start.paper")}
      </Banner>
      <div class="actions">
        <LinkButton wide icon="imprimer" href={isLetter(form.id) ? letterPath(id) : sheetPath(id)}>
          {t(isLetter(form.id) ? "dossiers.check.letter" : "dossiers.check.prepareDo")}
        </LinkButton>
        <LinkRow icon="papier" href={lackPath(id)}>
          {t("dossiers.more.lack")}
        </LinkRow>
      </div>
    </>
  );
}

interface SendProps {
  readonly dossier: DossierView;
  readonly view: FormView;
  readonly organisation: DeployedOrganisation | undefined;
  readonly weight: Weight;
}

/** Who receives it, the declaration, the button. A second tap does nothing: the first one is under way. */
function Send({ dossier, view, organisation, weight }: SendProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const { clock } = useWorld();
  const { form } = view;
  const { id, record } = dossier;
  const [declared, setDeclared] = useState(false);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const pressed = useRef(false);
  const day = today(clock.now());
  const problems = allProblems(view, day);
  const declaration = form.declaration ? (formText(form.id, "declaration") ?? "") : null;

  async function send(): Promise<void> {
    if (pressed.current) return;
    pressed.current = true;
    setSending(true);
    setError(null);
    const sent = await api.send(id, declaration);
    if (sent.ok) doneChanging(api, id);
    // What was learned is offered on the next screen, and never taken by itself.
    if (sent.ok) offerToKeep(api, id);
    pressed.current = false;
    setSending(false);
    if (sent.ok) go(paths.dossier(id), { replace: true });
    else setError(sent.error);
  }

  const missing =
    problems.length > 0
      ? t(`dossiers.check.${kindOf(problems)}`, { count: problems.length })
      : declaration !== null && !declared
        ? t("dossiers.check.declare")
        : undefined;
  const isDraft = record.status === "draft";
  return (
    <>
      <section class="stack-m" aria-labelledby="qui-lira">
        <h2 id="qui-lira">{t("dossiers.check.who")}</h2>
        <p>{rich("dossiers.check.whoText", { desk: <b>{deskName(organisation)}</b> })}</p>
        {organisation?.demonstration === true && (
          <Banner tone="soon" icon="attention" quiet>
            {t("dossiers.check.demonstration")}
          </Banner>
        )}
        {organisation !== undefined && organisation.statements.length === 0 && (
          <Banner tone="quiet" icon="guichet" quiet>
            {t("dossiers.check.noKey")}
          </Banner>
        )}
        {isDraft && declaration !== null && (
          <Checkbox id={DECLARATION} checked={declared} onChange={setDeclared} label={declaration} />
        )}
      </section>
      {isDraft && <ToReview id={id} form={form} problems={problems} />}
      {error !== null && <Trouble error={error} onRetry={() => void send()} />}
      <div class="actions">
        {isDraft ? (
          <>
            <Button
              wide
              icon="envoi"
              busy={sending ? t("dossiers.check.sending") : undefined}
              missing={missing}
              onMissing={() => moveTo(problems.length > 0 ? TO_REVIEW : DECLARATION)}
              onPress={() => void send()}
            >
              {t("dossiers.check.send", { to: sendTo(organisation) })}
            </Button>
            <Cost weight={weight} />
          </>
        ) : (
          <LinkButton wide href={paths.dossier(id)}>
            {t("dossiers.check.where")}
          </LinkButton>
        )}
        <Button kind="second" wide icon="imprimer" onPress={() => window.print()}>
          {t("dossiers.check.print")}
        </Button>
      </div>
    </>
  );
}
