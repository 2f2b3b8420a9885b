/**
 * One page at a time, to be read: the preview at once, then the readable picture; larger and smaller by buttons, two
 * fingers, the wheel with Ctrl, plus and minus; turned; the page before and after.
 *
 * Surprising: a PDF is never opened here, nor in another tab: its blob address would outlive the lock (INV-3). It can
 * only be saved as a copy, after a warning.
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import { pagesInOrder } from "../../../satchel/paper.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import type { Size } from "../../ui/drawing.ts";
import { Icon } from "../../ui/icons/Icon.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { Picture } from "../../ui/Picture.tsx";
import { paperName } from "../../ui/papers/names.ts";
import { type Picture as Opened, pageForm, usePicture } from "../../ui/papers/pictures.ts";
import { markOf } from "../../ui/papers/Trouble.tsx";
import { SaveCopy } from "./SaveCopy.tsx";
import "../../ui/papers/papers.css";

const ZOOMS = [1, 1.5, 2, 3, 4] as const;
const LARGEST = 4;
const A4: Size = { width: 210, height: 297 };

interface ToolProps {
  readonly icon: IconName;
  readonly text: string;
  /** For a screen reader; holds the visible word. */
  readonly label?: string;
  readonly off?: boolean;
  readonly onPress: () => void;
}

function Tool({ icon, text, label, off = false, onPress }: ToolProps) {
  return (
    <button
      type="button"
      class="pill pill--line"
      aria-label={label}
      aria-disabled={off ? "true" : undefined}
      onClick={off ? undefined : onPress}
    >
      <Icon name={icon} />
      {text}
    </button>
  );
}

/** Where two fingers are apart, in pixels. */
const spread = (touches: TouchList): number => {
  const [a, b] = [touches[0], touches[1]];
  return a === undefined || b === undefined ? 0 : Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
};

const within = (zoom: number): number => Math.min(LARGEST, Math.max(1, zoom));

interface ViewProps {
  readonly n: number;
  readonly name: string;
  readonly page: ShownPage;
  readonly picture: Opened;
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
  readonly large: boolean;
}

function View({ n, name, page, picture, zoom, onZoom, large }: ViewProps) {
  const t = useT();
  const view = useRef<HTMLElement>(null);
  const pinch = useRef<{ readonly apart: number; readonly zoom: number } | null>(null);
  const before = useRef(zoom);
  const known = page.readable ?? page.preview;
  const [seen, setSeen] = useState<Size>(
    known?.width !== undefined && known.height !== undefined ? { width: known.width, height: known.height } : A4,
  );
  // What was in the middle stays in the middle.
  useLayoutEffect(() => {
    const box = view.current;
    if (box === null || before.current === zoom) return;
    const grow = zoom / before.current;
    before.current = zoom;
    box.scrollLeft = (box.scrollLeft + box.clientWidth / 2) * grow - box.clientWidth / 2;
    box.scrollTop = (box.scrollTop + box.clientHeight / 2) * grow - box.clientHeight / 2;
  }, [zoom]);
  const step = (by: 1 | -1): void => onZoom(zoomStep(zoom, by));
  function key(event: KeyboardEvent): void {
    if (event.key === "+" || event.key === "=") step(1);
    else if (event.key === "-") step(-1);
    else if (event.key === "0") onZoom(1);
    else return;
    event.preventDefault();
  }
  function wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    onZoom(within(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1)));
  }
  function touchStart(event: TouchEvent): void {
    pinch.current = event.touches.length === 2 ? { apart: spread(event.touches), zoom } : null;
  }
  function touchMove(event: TouchEvent): void {
    if (pinch.current === null || event.touches.length !== 2 || pinch.current.apart === 0) return;
    event.preventDefault();
    onZoom(within((pinch.current.zoom * spread(event.touches)) / pinch.current.apart));
  }
  const quarter = page.turn === 90 || page.turn === 270;
  const ratio = quarter ? seen.height / seen.width : seen.width / seen.height;
  const image = quarter
    ? { inlineSize: `${100 / ratio}%`, blockSize: `${100 * ratio}%` }
    : { inlineSize: "100%", blockSize: "100%" };
  return (
    // A picture has no reading direction, and scrolling starts at its left edge in every language.
    <section
      class={large ? "reader__view reader__view--large" : "reader__view"}
      dir="ltr"
      ref={view}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows scroll an enlarged page
      tabIndex={0}
      aria-label={t("papers.view.area", { n, zoom: formatNumber(zoom, 1) })}
      onKeyDown={key}
      onWheel={wheel}
      onTouchStart={touchStart}
      onTouchMove={touchMove}
    >
      <div class="reader__page" style={{ inlineSize: `${zoom * 100}%`, aspectRatio: `${ratio}` }}>
        {picture.state === "ready" && (
          <Picture
            class={`turn-${page.turn}`}
            file={picture.file}
            name={t("papers.view.alt", { n, name })}
            style={image}
            onSize={setSeen}
          />
        )}
      </div>
    </section>
  );
}

/** The next size of the buttons, from any size. */
function zoomStep(zoom: number, by: 1 | -1): number {
  const next = by === 1 ? ZOOMS.find((each) => each > zoom + 0.01) : ZOOMS.filter((each) => each < zoom - 0.01).at(-1);
  return next ?? (by === 1 ? LARGEST : 1);
}

export interface ReaderProps {
  readonly paper: PaperView;
  /** As much of the screen as there is: for showing the paper to somebody. */
  readonly large?: boolean;
}

/** The pages of a paper. */
export function Reader({ paper, large = false }: ReaderProps) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const pages = pagesInOrder(paper.record);
  const [wanted, setWanted] = useState(0);
  const [zoom, setZoom] = useState(1);
  const at = Math.min(wanted, Math.max(0, pages.length - 1));
  const current = pages[at];
  const form = current === undefined ? "file" : pageForm(current[1]);
  const shown = current !== undefined && form === "picture" ? current[0] : null;
  const preview = usePicture(paper.id, shown, "preview");
  const readable = usePicture(paper.id, shown, "readable");
  if (current === undefined) return null;
  const [id, page] = current;
  const n = at + 1;
  const failed = readable.state === "failed" && preview.state === "failed" ? readable.error : null;

  function goTo(place: number): void {
    setWanted(place);
    setZoom(1);
  }
  async function turn(): Promise<void> {
    const result = await api.turnPage(paper.id, id, ((page.turn + 90) % 360) as ShownPage["turn"]);
    if (!result.ok) say(t("papers.refusal.other.title"));
  }
  return (
    <figure class="card reader">
      {form === "picture" && failed === null && (
        <View
          key={id}
          n={n}
          name={paperName(paper.record)}
          page={page}
          picture={readable.state === "ready" ? readable : preview}
          zoom={zoom}
          onZoom={setZoom}
          large={large}
        />
      )}
      {form === "picture" && failed !== null && (
        <div class="reader__file" role="alert">
          <Icon name="attention" size="l" />
          <h3>{t("papers.view.unread")}</h3>
          {failed.type !== "locked" && <p>{t("papers.view.unreadText", { mark: markOf(failed) })}</p>}
        </div>
      )}
      {form !== "picture" && (
        <div class="reader__file">
          <Icon name="fichier" size="l" />
          <h3>{t(form === "raw" ? "papers.file.rawTitle" : "papers.file.title")}</h3>
          <p>{t(form === "raw" ? "papers.file.rawText" : "papers.file.text")}</p>
          <SaveCopy paper={paper.id} page={id} n={n} mime={page.original?.mime ?? ""} />
        </div>
      )}
      <figcaption class="reader__bar">
        <b role="status">{t("papers.view.pageOf", { n, total: pages.length })}</b>
        {pages.length > 1 && (
          <>
            <Tool
              icon="retour"
              text={t("papers.view.prev")}
              label={t("papers.view.prevFull")}
              off={at === 0}
              onPress={() => goTo(at - 1)}
            />
            <Tool
              icon="fleche"
              text={t("papers.view.next")}
              label={t("papers.view.nextFull")}
              off={at === pages.length - 1}
              onPress={() => goTo(at + 1)}
            />
          </>
        )}
        {form === "picture" && (
          <>
            <Tool
              icon="agrandir"
              text={t("papers.view.zoomIn")}
              off={zoom >= LARGEST}
              onPress={() => setZoom(zoomStep(zoom, 1))}
            />
            <Tool
              icon="reduire"
              text={t("papers.view.zoomOut")}
              off={zoom <= 1}
              onPress={() => setZoom(zoomStep(zoom, -1))}
            />
            {paper.record.status !== "binned" && (
              <Tool icon="tourner" text={t("papers.view.turn")} onPress={() => void turn()} />
            )}
          </>
        )}
      </figcaption>
    </figure>
  );
}
