/**
 * The papers of a dossier (mock-up 19, left): thumbnails, one page at a time with zoom and turn, what is still on its
 * way, what is missing. Runs in the page. Pictures are shown only while they are looked at (picture.ts).
 */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Form } from "../../forms/model.ts";
import { endingOf } from "../../satchel/export-names.ts";
import { paperType } from "../../satchel/paper-types.ts";
import { localDay } from "../../shared/day.ts";
import type { LetterId } from "../../shared/ids.ts";
import { voicedKey } from "../../shared/voice.ts";
import type { DeskDossier, DeskPaperPage } from "../../workers/desk.contract.ts";
import type { TextKey } from "../i18n/catalogue.ts";
import { formatCalendarDate, formatNumber } from "../i18n/format.ts";
import { tData, t as text } from "../i18n/i18n.ts";
import { isolated } from "../i18n/rich.tsx";
import { useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import type { PictureFile, Size } from "../ui/drawing.ts";
import { Icon } from "../ui/icons/Icon.tsx";
import type { IconName } from "../ui/icons/names.ts";
import { Thumb } from "../ui/Paper.tsx";
import { Picture } from "../ui/Picture.tsx";
import type { SheetKind } from "../ui/Sheet.tsx";
import { Loading } from "../ui/States.tsx";
import { useWorld } from "../ui/world.ts";
import { useKeys } from "./keys.ts";
import type { PdfViewProps } from "./PdfView.tsx";
import { isDrawn, usePicture } from "./picture.ts";
import { type DeskFailure, failureText, isDeskFailure, useDesk, useDeskShell } from "./state.ts";
import { unfitPapers } from "./unfit.ts";

export type DeskPaper = DeskDossier["papers"][number];

const SHEETS: Readonly<Record<string, SheetKind>> = {
  identity: "card",
  residence: "card",
  family: "letter",
  home: "bill",
  money: "table",
  work: "payslip",
  health: "health",
  mail: "letter",
};

/** How wide the page is, as a share of the pane. */
const ZOOMS = [1, 1.5, 2, 3, 4] as const;
const MONTH_DAYS = 30;

/** The name of a paper: what the person called it, else its kind. */
export function paperName(paper: DeskPaper): string {
  if (paper.title.trim() !== "") return paper.title;
  const kind = paperType(paper.kind)?.id ?? "other";
  return text(`papers-types.${kind}` as TextKey);
}

/** The words for a requirement in the language shown. */
export const requirementName = (procedure: string, id: string): string =>
  tData(`form-${procedure}`, `requirements.${id}.label`) ?? id;

function PaperButton(props: {
  readonly letter: LetterId;
  readonly paper: DeskPaper;
  readonly chosen: boolean;
  readonly onPick: () => void;
}) {
  const { letter, paper, chosen, onPick } = props;
  const t = useT();
  const first = paper.pages[0];
  const picture = usePicture(letter, first?.here === true ? first.preview : null);
  const coming = paper.pages.filter((page) => !page.here).length;
  const sheet = SHEETS[paperType(paper.kind)?.family ?? ""] ?? "letter";
  return (
    <button type="button" class={coming > 0 ? "pbtn pbtn--none" : "pbtn"} aria-pressed={chosen} onClick={onPick}>
      <Thumb image={picture.state === "ready" ? { file: picture.file } : { sheet }} />
      <bdi>{paperName(paper)}</bdi>
      {coming > 0 && <span class="pbtn__more">{t("desk.papers.pagesComing", { count: coming })}</span>}
    </button>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly children: string;
  /** A tool that stays on until it is pressed again. */
  readonly pressed?: boolean | undefined;
  /** Nothing further in this direction: the tool stays reachable and says so. */
  readonly off?: boolean | undefined;
  readonly onPress: () => void;
}

/** A small tool: an icon and a word. */
export function Tool({ icon, children, pressed, off = false, onPress }: ToolProps) {
  return (
    <button
      type="button"
      class="tool"
      aria-pressed={pressed}
      aria-disabled={off ? "true" : undefined}
      onClick={() => {
        if (!off) onPress();
      }}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}

interface SheetProps {
  readonly file: PictureFile;
  readonly label: string;
  /** Degrees, clockwise. */
  readonly turn: number;
  readonly zoom: number;
}

/** The picture in a box of its turned shape. The style object is allowed by the policy; a style attribute is not. */
function PageSheet({ file, label, turn, zoom }: SheetProps) {
  const [size, setSize] = useState<Size | null>(null);
  const lies = turn % 180 !== 0;
  const width = size?.width ?? 1;
  const height = size?.height ?? Math.SQRT2;
  const box = { "--zoom": zoom, aspectRatio: lies ? `${height} / ${width}` : `${width} / ${height}` };
  const picture = {
    // In a box that lies down the picture's own width is the height of the box.
    width: lies ? `${(width / height) * 100}%` : "100%",
    aspectRatio: `${width} / ${height}`,
    transform: `translate(-50%, -50%) rotate(${turn}deg)`,
  };
  return (
    <div class="dsheet" style={box} dir="ltr">
      <Picture file={file} name={label} style={picture} onSize={setSize} />
    </div>
  );
}

/** The file as it came, into this computer's downloads: only after a warning. */
export function SaveRaw(props: { readonly letter: LetterId; readonly page: DeskPaperPage; readonly name: string }) {
  const { letter, page, name } = props;
  const t = useT();
  const { api } = useDesk();
  const { saveFile } = useDeskShell();
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<string | undefined>();
  // A picture that could not be drawn is saved without an ending: no program is to open it by itself.
  const ending = page.mime.startsWith("image/") ? "" : endingOf(page.mime).replace(".bin", "");
  const save = (): void => {
    setAsking(false);
    void api.page(letter, page.blob).then((answer) => {
      if (answer.ok) saveFile(answer.value.bytes, answer.value.mime, `${name}${ending}`);
      setError(
        answer.ok ? undefined : isDeskFailure(answer.error) ? failureText(answer.error) : t("desk.papers.onItsWay"),
      );
    });
  };
  return (
    <>
      {error !== undefined && (
        <p class="err" role="alert">
          <Icon name="attention" />
          <span>{error}</span>
        </p>
      )}
      <div class="row row--tight">
        <Button kind="second" icon="fichier" onPress={() => setAsking(true)}>
          {t("desk.raw.save")}
        </Button>
      </div>
      <Dialog
        open={isAsking}
        title={t("desk.raw.question")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="redo" onPress={save}>
              {t("desk.raw.save")}
            </Button>
            <Button kind="second" onPress={() => setAsking(false)}>
              {t("desk.raw.keep")}
            </Button>
          </>
        }
      >
        <p>{t("desk.raw.warning")}</p>
      </Dialog>
    </>
  );
}

/** A file as the person picked it, of a kind that is not drawn anew: it is not shown here. */
function RawFile(props: { readonly letter: LetterId; readonly page: DeskPaperPage; readonly name: string }) {
  const t = useT();
  return (
    <div class="card stack-s">
      <h3>{t("desk.raw.other")}</h3>
      <p>{t("desk.raw.text")}</p>
      <SaveRaw {...props} />
    </div>
  );
}

type PdfPart =
  | { readonly state: "loading" | "not-arrived" | "absent" }
  | { readonly state: "failed"; readonly error: DeskFailure }
  | { readonly state: "ready"; readonly file: PictureFile; readonly View: ComponentType<PdfViewProps> };

/** A PDF, drawn anew page by page once its bytes and the tool that draws it are here (PdfView.tsx). */
function PdfPage({ letter, page, label, fileName, turn, zoom }: PageViewProps) {
  const t = useT();
  const { api } = useDesk();
  const { network } = useDeskShell();
  const [part, setPart] = useState<PdfPart>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isGone = false;
    const settle = (next: PdfPart): void => {
      if (!isGone) setPart(next);
    };
    settle({ state: "loading" });
    void api.page(letter, page.blob).then((answer) => {
      if (!answer.ok) {
        const { error } = answer;
        return settle(isDeskFailure(error) ? { state: "failed", error } : { state: "not-arrived" });
      }
      return import("./PdfView.tsx").then(
        ({ PdfView }) => settle({ state: "ready", file: answer.value, View: PdfView }),
        // The tool's file is neither on this computer nor to be had now.
        () => settle({ state: "absent" }),
      );
    });
    return () => {
      isGone = true;
    };
    // Asked again when the page has arrived.
  }, [api, letter, page.blob, page.here, attempt]);
  const hasFailed = part.state === "failed" || part.state === "absent";
  useEffect(() => {
    if (network === "online" && hasFailed) setAttempt((n) => n + 1);
    // Only a change of the network asks again by itself: another failure is the helper's to look at.
  }, [network]);
  const save = <SaveRaw letter={letter} page={page} name={fileName} />;
  if (part.state === "ready")
    return (
      <part.View file={part.file} label={label} turn={turn} zoom={zoom}>
        {save}
      </part.View>
    );
  if (part.state === "loading") return <Loading />;
  return (
    <div class="card stack-s">
      <h3>{t("desk.raw.pdf")}</h3>
      <p>
        {part.state === "not-arrived" && t("desk.papers.onItsWay")}
        {part.state === "absent" && t("desk.pdf.absent")}
        {part.state === "failed" &&
          (part.error.type === "no-network" ? t("desk.papers.noNetwork") : failureText(part.error))}
      </p>
      <div class="row row--tight">
        <Button kind="second" small icon="synchroniser" onPress={() => setAttempt(attempt + 1)}>
          {t("common.action.retry")}
        </Button>
        {part.state === "absent" && save}
      </div>
    </div>
  );
}

interface PageViewProps {
  readonly letter: LetterId;
  readonly page: DeskPaperPage;
  readonly label: string;
  readonly fileName: string;
  readonly turn: number;
  readonly zoom: number;
}

function PageView({ letter, page, label, fileName, turn, zoom }: PageViewProps) {
  const t = useT();
  const { network } = useDeskShell();
  const [attempt, setAttempt] = useState(0);
  const drawn = isDrawn(page.mime);
  // Asked again when the page has arrived, and when the network is back.
  const picture = usePicture(letter, drawn ? page.blob : null, attempt * 2 + (page.here ? 1 : 0));
  const hasFailed = picture.state === "failed";
  useEffect(() => {
    if (network === "online" && hasFailed) setAttempt((n) => n + 1);
    // Only a change of the network asks again by itself: another failure is the helper's to look at.
  }, [network]);
  if (page.mime === "application/pdf") return <PdfPage {...{ letter, page, label, fileName, turn, zoom }} />;
  if (!drawn || picture.state === "file") return <RawFile letter={letter} page={page} name={fileName} />;
  if (picture.state === "ready")
    return (
      // biome-ignore lint/a11y/useSemanticElements: a scrolling box around one picture, not a form group
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
      <div class="dscroll" role="group" aria-label={label} tabIndex={0}>
        <PageSheet file={picture.file} label={label} turn={turn} zoom={zoom} />
      </div>
    );
  if (picture.state === "loading") return <Loading />;
  return (
    <div class="card stack-s">
      <p>
        {picture.state === "not-arrived"
          ? t("desk.papers.onItsWay")
          : picture.error.type === "no-network"
            ? t("desk.papers.noNetwork")
            : failureText(picture.error)}
      </p>
      <div class="row row--tight">
        <Button kind="second" small icon="synchroniser" onPress={() => setAttempt(attempt + 1)}>
          {t("common.action.retry")}
        </Button>
      </div>
    </div>
  );
}

/** Whose it is, until when, how old it may be for this procedure. */
function Facts({
  paper,
  procedure,
  form,
}: {
  readonly paper: DeskPaper;
  readonly procedure: string;
  readonly form: Form | null;
}) {
  const t = useT();
  const { clock } = useWorld();
  const rule = form?.requirements.find((one) => one.id === paper.requirement)?.maxAgeDays;
  const today = new Date(clock.now()).toISOString().slice(0, paper.expiry?.length ?? 10);
  const isOver = paper.expiry !== null && paper.expiry < today;
  const date = paper.expiry === null ? "" : formatCalendarDate(paper.expiry);
  return (
    <div class="pfacts stack-s">
      <p>
        <b>{requirementName(procedure, paper.requirement)}</b>
      </p>
      <p>
        <span>
          {paper.holder === "me" || paper.holder === ""
            ? t("desk.papers.own")
            : t("desk.papers.holder", { who: paper.holder })}
        </span>{" "}
        {isOver && (
          <Chip state="soon" icon="calendrier">
            {t("desk.papers.expired", { date })}
          </Chip>
        )}
        {!isOver && paper.expiry !== null && <span>{t("desk.papers.valid", { date })}</span>}
        {paper.expiry === null && <span>{t("desk.papers.noExpiry")}</span>}{" "}
        {paper.issued !== undefined && (
          <span>{t("desk.papers.issued", { date: formatCalendarDate(paper.issued) })}</span>
        )}
      </p>
      {rule !== undefined && (
        <p class="meta">{t("desk.papers.maxAge", { count: Math.max(1, Math.round(rule / MONTH_DAYS)) })}</p>
      )}
    </div>
  );
}

interface BesideProps {
  readonly letter: LetterId;
  readonly papers: readonly DeskPaper[];
  readonly chosen: number;
  readonly onChoose: (paper: number) => void;
  readonly fileName: string;
  readonly zoom: number;
}

/** Another paper of the dossier, to be compared with the one that is looked at. */
function Beside({ letter, papers, chosen, onChoose, fileName, zoom }: BesideProps) {
  const t = useT();
  const [at, setAt] = useState(0);
  const paper = papers[chosen];
  const page = paper?.pages[at];
  const total = paper?.pages.length ?? 0;
  const label = paper === undefined ? "" : t("desk.papers.pageOf", { name: paperName(paper), n: at + 1, total });
  return (
    <section class="stack-s" aria-label={t("desk.tool.other")}>
      <div class="tools">
        <select
          class="input"
          aria-label={t("desk.tool.other")}
          value={String(chosen)}
          onChange={(event) => onChoose(Number(event.currentTarget.value))}
        >
          {papers.map((one, n) => (
            <option key={`${one.requirement} ${n}`} value={String(n)}>
              {paperName(one)}
            </option>
          ))}
        </select>
        {total > 1 && (
          <Tool icon="fleche" onPress={() => setAt((at + 1) % total)}>
            {t("desk.tool.next")}
          </Tool>
        )}
      </div>
      {page !== undefined && (
        <PageView
          key={page.blob}
          letter={letter}
          page={page}
          label={label}
          fileName={`${fileName}-${chosen + 1}-${at + 1}`}
          turn={page.turn}
          zoom={zoom}
        />
      )}
    </section>
  );
}

export interface PaperPaneProps {
  readonly dossier: DeskDossier;
  readonly form: Form | null;
}

export function PaperPane({ dossier, form }: PaperPaneProps) {
  const t = useT();
  const { row, payload } = dossier;
  // What was said aloud stands with the answers (VoicePane.tsx).
  const papers = dossier.papers.filter((one) => voicedKey(one.requirement) === undefined);
  const [at, setAt] = useState({ paper: 0, page: 0 });
  const [zoom, setZoom] = useState(0);
  const [turns, setTurns] = useState<Readonly<Record<string, number>>>({});
  const paper = papers[at.paper];
  const page = paper?.pages[at.page];
  const [other, setOther] = useState<number | null>(null);
  const { clock } = useWorld();
  const unfit = unfitPapers(form, papers, localDay(clock.now()));
  const whole = papers.filter((one) => one.pages.every((each) => each.here)).length;
  const coming = papers.length - whole;

  const places = papers.flatMap((one, n) => one.pages.map((_, m) => ({ paper: n, page: m })));
  const here = places.findIndex((place) => place.paper === at.paper && place.page === at.page);
  const move = (step: number): void => {
    const next = places[here + step];
    if (next === undefined) return;
    setAt(next);
    setZoom(0);
  };
  const added = page === undefined ? 0 : (turns[page.blob] ?? 0);
  const turn = (): void => {
    if (page !== undefined) setTurns({ ...turns, [page.blob]: (added + 90) % 360 });
  };
  const larger = (): void => setZoom(Math.min(zoom + 1, ZOOMS.length - 1));
  const smaller = (): void => setZoom(Math.max(zoom - 1, 0));
  // The next paper stands beside the one that is looked at, until another is chosen.
  const beside = (): void => setOther(other === null ? (at.paper + 1) % papers.length : null);
  useKeys({
    nextPage: () => move(1),
    previousPage: () => move(-1),
    larger,
    smaller,
    turn,
    beside: papers.length > 1 ? beside : undefined,
  });
  const label =
    paper === undefined
      ? ""
      : t("desk.papers.pageOf", { name: paperName(paper), n: at.page + 1, total: paper.pages.length });
  return (
    <section class="pane" aria-labelledby="papers-title">
      <div class="pane__h">
        <h2 id="papers-title">{t("desk.papers.title")}</h2>
        <span class="meta">
          {t("desk.papers.here", { count: whole })}
          {coming > 0 && `, ${t("desk.papers.coming", { count: coming })}`}
        </span>
      </div>
      {papers.length === 0 && <p class="pane__p">{t("desk.papers.noneText")}</p>}
      {payload.missing.length > 0 && (
        <ul class="pane__p stack-s">
          {payload.missing.map((id) => (
            <li key={id} class="need">
              <Icon name="papier" />
              <span>
                {t("desk.papers.notJoined", { paper: requirementName(payload.procedure, id) })}
                {payload.later?.includes(id) === true && (
                  <span class="meta block">
                    {t("desk.later.title")}. {t("desk.later.text")}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {unfit.length > 0 && (
        <ul class="pane__p stack-s" aria-label={t("desk.papers.unfit")}>
          {unfit.map(({ paper: n, fault }) => {
            const name = papers[n] === undefined ? "" : paperName(papers[n]);
            return (
              <li key={n} class="need">
                <Icon name="attention" />
                <span>
                  {t(`desk.papers.fault.${fault === "too-old" ? "tooOld" : fault}`, { name: isolated(name) })}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {paper !== undefined && (
        <div class="pview">
          {/* biome-ignore lint/a11y/useSemanticElements: toggles outside any form are a group, not a fieldset */}
          <div class="pview__list" role="group" aria-label={t("desk.papers.choose")}>
            {papers.map((one, n) => (
              <PaperButton
                key={`${one.requirement} ${n}`}
                letter={row.letter}
                paper={one}
                chosen={n === at.paper}
                onPick={() => {
                  setAt({ paper: n, page: 0 });
                  setZoom(0);
                }}
              />
            ))}
          </div>
          <div class="pview__doc">
            <Facts paper={paper} procedure={payload.procedure} form={form} />
            {/* biome-ignore lint/a11y/useSemanticElements: buttons outside any form are a group, not a fieldset */}
            <div class="tools" role="group" aria-label={t("desk.tool.label")}>
              <Tool icon="reduire" off={zoom === 0} onPress={smaller}>
                {t("desk.tool.smaller")}
              </Tool>
              <Tool icon="agrandir" off={zoom === ZOOMS.length - 1} onPress={larger}>
                {t("desk.tool.larger")}
              </Tool>
              <Tool icon="tourner" off={page === undefined} onPress={turn}>
                {t("desk.tool.turn")}
              </Tool>
              {papers.length > 1 && (
                <Tool icon="deux-copies" pressed={other !== null} onPress={beside}>
                  {t("desk.tool.beside")}
                </Tool>
              )}
              {places.length > 1 && (
                <span class="tools__pages">
                  <Tool icon="retour" off={here <= 0} onPress={() => move(-1)}>
                    {t("desk.tool.previous")}
                  </Tool>
                  <Tool icon="fleche" off={here >= places.length - 1} onPress={() => move(1)}>
                    {t("desk.tool.next")}
                  </Tool>
                </span>
              )}
            </div>
            {page === undefined ? (
              <Banner tone="quiet" icon="papier">
                {t("desk.papers.noPage")}
              </Banner>
            ) : (
              <PageView
                key={page.blob}
                letter={row.letter}
                page={page}
                label={label}
                fileName={`${row.number}-${here + 1}`}
                turn={(page.turn + added) % 360}
                zoom={ZOOMS[zoom] ?? 1}
              />
            )}
            {other !== null && papers[other] !== undefined && (
              <Beside
                key={other}
                letter={row.letter}
                papers={papers}
                chosen={other}
                onChoose={setOther}
                fileName={row.number}
                zoom={ZOOMS[zoom] ?? 1}
              />
            )}
            <p class="center" role="status">
              <b>{label}</b>
              {zoom > 0 && <span class="meta"> {t("desk.tool.zoom", { n: formatNumber(ZOOMS[zoom] ?? 1) })}</span>}
            </p>
          </div>
        </div>
      )}
    </section>
  );
}
