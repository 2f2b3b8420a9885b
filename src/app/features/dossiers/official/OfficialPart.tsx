/**
 * The official PDF of a procedure, filled with the answers of a dossier: what will be written, what stays blank, then the
 * ways out. Runs in the page; a chunk of its own (group "official").
 *
 * Surprising: the PDF is filled in a worker that is ended after twenty seconds, and shown nowhere here: a browser's own viewer
 * would keep it (decisions/0030). For the printer its pages are drawn.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { About, OfficialMap } from "../../../../forms/official/model.ts";
import { localDay } from "../../../../shared/day.ts";
import { ok } from "../../../../shared/result.ts";
import { connectOfficial } from "../../../../workers/official.client.ts";
import type { FilledPdf } from "../../../../workers/official.contract.ts";
import { connectPdf } from "../../../../workers/pdf.client.ts";
import { formatBytes } from "../../../i18n/format.ts";
import { isolated } from "../../../i18n/rich.tsx";
import { useT } from "../../../i18n/useT.ts";
import { canShareFile, shareFile } from "../../../platform/share.ts";
import { useRoot } from "../../../state/root.ts";
import { useSaveFile } from "../../../state/useSaveFile.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";
import { printSize, wipe } from "../../../ui/drawing.ts";
import { FilePicker } from "../../../ui/Pick.tsx";
import { openPdf } from "../../../ui/pdf/document.ts";
import { FailedState, Loading } from "../../../ui/States.tsx";
import { useWorld } from "../../../ui/world.ts";
import { formText } from "../words.ts";
import type { MapSource, OfficialProps } from "./OfficialDoor.tsx";
import { fitting, getBlank, getMap, type Planned, planFor, type SourceTrouble } from "./order.ts";
import "../../../ui/papers/papers.css";

const FILL_LIMIT_MS = 20_000;

export interface OfficialPartProps extends OfficialProps {
  readonly source: MapSource;
  /** Tests hand in others. */
  readonly connect?: typeof connectOfficial;
  readonly connectPages?: typeof connectPdf;
}

type Stage =
  | { readonly at: "plan"; readonly trouble: SourceTrouble | null }
  | { readonly at: "busy" }
  | { readonly at: "ready"; readonly filled: FilledPdf };

export function OfficialPart({
  dossier,
  form,
  source,
  connect = connectOfficial,
  connectPages = connectPdf,
}: OfficialPartProps) {
  const t = useT();
  const { clock, timers } = useWorld();
  const [map, setMap] = useState<OfficialMap | SourceTrouble | "loading">("loading");
  const [stage, setStage] = useState<Stage>({ at: "plan", trouble: null });
  const [printing, setPrinting] = useState<ArrayBuffer | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const isGone = useRef(false);
  const ended = useRef<() => void>(() => undefined);

  const look = useCallback(() => {
    if (source !== "server") {
      const found = fitting(source, form);
      return setMap(found.ok ? found.value : found.error);
    }
    const { api, stop } = connect();
    setMap("loading");
    void getMap(form, api.file).then((found) => {
      stop();
      if (!isGone.current) setMap(found.ok ? found.value : found.error);
    });
  }, [form, source, connect]);
  useEffect(() => {
    isGone.current = false;
    look();
    heading.current?.focus();
    return () => {
      isGone.current = true;
      ended.current();
    };
  }, [look]);

  const planned = useMemo(
    () => (typeof map === "string" ? null : planFor(map, form, dossier.record, localDay(clock.now()))),
    [map, form, dossier.record, clock],
  );
  const label = ({ field, row }: About): string => {
    const text = field === null ? t("official.worked") : (formText(form.id, `${field}.label`) ?? field);
    return row === null ? text : `${text} (${row})`;
  };

  async function fill(plan: Planned, own: File | null): Promise<void> {
    if (typeof map === "string") return;
    setStage({ at: "busy" });
    const { api, stop } = connect();
    ended.current = stop;
    const blank = own === null ? await getBlank(map, api.file) : ok(await own.arrayBuffer());
    if (isGone.current) return;
    if (!blank.ok) {
      stop();
      return setStage({ at: "plan", trouble: blank.error.type });
    }
    let isLate = false;
    const cancel = timers.after(FILL_LIMIT_MS, () => {
      isLate = true;
      stop();
      setStage({ at: "plan", trouble: "too-heavy" });
    });
    ended.current = () => {
      cancel();
      stop();
    };
    const filled = await api.fill(blank.value, plan.order);
    if (isGone.current || isLate) return;
    ended.current();
    setStage(filled.ok ? { at: "ready", filled: filled.value } : { at: "plan", trouble: filled.error.type });
  }

  return (
    <>
      <section class="card stack-m noprint" aria-labelledby="officiel">
        <h2 id="officiel" class="h3" ref={heading} tabIndex={-1}>
          {typeof map === "string" ? t("official.title") : isolated(map.title)}
        </h2>
        <Banner tone="soon" icon="attention" quiet title={t("official.notFiled")}>
          {t("official.notFiledText")}
        </Banner>
        {map === "loading" && <Loading />}
        {typeof map === "string" && map !== "loading" && (
          <FailedState
            title={t(`official.trouble.${map}`)}
            text={t(`official.more.${map}`)}
            mark={map === "outdated" ? "D-221" : "D-220"}
            onRetry={look}
          />
        )}
        {typeof map !== "string" && planned !== null && stage.at !== "ready" && (
          <Plan map={map} planned={planned} stage={stage} label={label} onFill={(own) => void fill(planned, own)} />
        )}
        {planned !== null && stage.at === "ready" && (
          <Ready
            filled={stage.filled}
            planned={planned}
            label={label}
            onPrint={() => setPrinting(stage.filled.bytes)}
            isPrinting={printing !== null}
          />
        )}
      </section>
      {printing !== null && <PrintPages bytes={printing} connect={connectPages} onDone={() => setPrinting(null)} />}
    </>
  );
}

interface PlanProps {
  readonly map: OfficialMap;
  readonly planned: Planned;
  readonly stage: Exclude<Stage, { readonly at: "ready" }>;
  readonly label: (about: About) => string;
  readonly onFill: (own: File | null) => void;
}

/** What will be written, and what not; then the two ways to have the blank form. */
function Plan({ map, planned, stage, label, onFill }: PlanProps) {
  const t = useT();
  const { about, unanswered, placeless, order } = planned;
  const written = about.filter((_, at) => {
    const fill = order.fills[at]?.fill;
    return fill !== undefined && (fill.kind !== "tick" || fill.ticked);
  });
  const trouble = stage.at === "plan" ? stage.trouble : null;
  return (
    <>
      <p>{t("official.count", { count: written.length })}</p>
      <List title={t("official.blank")} items={unanswered.map(label)} />
      <List title={t("official.placeless")} items={placeless.map(label)} />
      {trouble !== null && (
        <Banner tone="redo" icon="attention" title={t(`official.trouble.${trouble}`)}>
          {t(`official.more.${trouble}`)}
        </Banner>
      )}
      <Button
        kind="second"
        wide
        icon="fichier"
        busy={stage.at === "busy" ? t("official.busy") : undefined}
        onPress={() => onFill(null)}
      >
        {t("official.fill", { size: formatBytes(map.pdf.bytes) })}
      </Button>
      <FilePicker
        icon="fichier"
        title={t("official.own")}
        detail={t("official.ownText")}
        accept="application/pdf,.pdf"
        busy={stage.at === "busy"}
        onFiles={([file]) => file !== undefined && onFill(file)}
      />
    </>
  );
}

function List({ title, items }: { readonly title: string; readonly items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <div class="stack-s">
      <h3 class="flabel">{title}</h3>
      <ul>
        {items.map((item, at) => (
          <li key={at}>{item}</li>
        ))}
      </ul>
    </div>
  );
}

interface ReadyProps {
  readonly filled: FilledPdf;
  readonly planned: Planned;
  readonly label: (about: About) => string;
  readonly onPrint: () => void;
  readonly isPrinting: boolean;
}

/** What was written and what was not, and the ways out. */
function Ready({ filled, planned, label, onPrint, isPrinting }: ReadyProps) {
  const t = useT();
  const saveFile = useSaveFile();
  const { shared } = useRoot();
  const heading = useRef<HTMLHeadingElement>(null);
  const [told, setTold] = useState("");
  const file = useMemo(
    () => new File([filled.bytes], `${t("official.file")}.pdf`, { type: "application/pdf" }),
    [filled, t],
  );
  const [refused, setRefused] = useState(() => !canShareFile(file));
  useEffect(() => heading.current?.focus(), []);
  const named = (places: readonly number[]): readonly string[] =>
    places.flatMap((at) => {
      const about = planned.about[at];
      return about === undefined ? [] : [label(about)];
    });
  async function share(): Promise<void> {
    setTold("");
    const outcome = await shareFile(file);
    if (outcome === "refused") setRefused(true);
    else if (outcome === "shared") setTold(t("official.shared"));
  }
  return (
    <>
      <h3 ref={heading} tabIndex={-1}>
        {t("official.ready")}
      </h3>
      <p>{t("official.size", { pages: t("common.pages", { count: filled.pages }), size: formatBytes(file.size) })}</p>
      <List title={t("official.undrawn")} items={named([...filled.undrawn, ...filled.missing])} />
      <List title={t("official.continued")} items={named(filled.continued)} />
      <List title={t("official.plainer")} items={filled.plainer.map(({ drawn }) => isolated(drawn))} />
      <List title={t("official.blank")} items={planned.unanswered.map(label)} />
      <List title={t("official.placeless")} items={planned.placeless.map(label)} />
      <p>{t("official.sign")}</p>
      <Banner tone="soon" icon="attention" quiet>
        {t("official.open")}
      </Banner>
      <div class="actions">
        {shared !== true && !refused && (
          <Button kind="second" wide icon="partager" onPress={() => void share()}>
            {t("official.share")}
          </Button>
        )}
        {shared !== true && (
          <Button
            kind="second"
            wide
            icon="fichier"
            onPress={() => {
              saveFile(file, file.name);
              setTold(t("official.saved"));
            }}
          >
            {t("official.save")}
          </Button>
        )}
        <Button
          kind="second"
          wide
          icon="imprimer"
          busy={isPrinting ? t("official.printing") : undefined}
          onPress={onPrint}
        >
          {t("official.print")}
        </Button>
      </div>
      <p role="status">{told}</p>
    </>
  );
}

interface PrintProps {
  readonly bytes: ArrayBuffer;
  readonly connect: typeof connectPdf;
  readonly onDone: () => void;
}

/** The pages as the printer gets them, beside everything else of the screen (papers.css). */
function PrintPages({ bytes, connect, onDone }: PrintProps) {
  const t = useT();
  const { print } = useRoot();
  const { timers } = useWorld();
  const holder = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    let isGone = false;
    const pdf = openPdf(bytes, { connect, timers });
    const after = (): void => done.current();
    addEventListener("afterprint", after);
    const canvases: HTMLCanvasElement[] = [];
    async function draw(): Promise<boolean> {
      const pages = await pdf.pages();
      if (!pages.ok) return false;
      const { width } = printSize(pages.value, false);
      for (let page = 1; page <= pages.value; page++) {
        const drawn = await pdf.draw(page, width);
        if (!drawn.ok) return false;
        const { bitmap } = drawn.value;
        const place = holder.current;
        if (!isGone && place !== null) {
          const canvas = document.createElement("canvas");
          canvas.width = bitmap.width;
          canvas.height = bitmap.height;
          canvas.className = bitmap.width > bitmap.height ? "turn-90" : "turn-0";
          canvas.getContext("2d", { alpha: false })?.drawImage(bitmap, 0, 0);
          const one = document.createElement("div");
          one.className = "print-pages__one";
          one.append(canvas);
          place.append(one);
          canvases.push(canvas);
        }
        bitmap.close();
      }
      return true;
    }
    void draw().then((isDrawn) => {
      if (isGone) return;
      if (isDrawn) print();
      else setFailed(true);
    });
    return () => {
      isGone = true;
      pdf.close();
      removeEventListener("afterprint", after);
      for (const canvas of canvases) wipe(canvas);
    };
  }, [bytes, connect, timers, print]);
  if (failed)
    return (
      <div class="noprint">
        <Banner tone="redo" icon="attention" title={t("official.noPrint")}>
          {t("official.noPrintText")}
        </Banner>
      </div>
    );
  return <div class="print-pages" aria-hidden="true" ref={holder} />;
}
