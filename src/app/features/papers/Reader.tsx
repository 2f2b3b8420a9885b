/**
 * One page at a time, to be read: the preview at once, then the readable picture; larger and smaller by buttons, two
 * fingers, the wheel with Ctrl, plus and minus; turned; the page before and after.
 *
 * Surprising: a PDF is never given to the browser's own viewer: its blob address would outlive the lock (INV-3). Its pages are
 * drawn here by a tool that comes later (PdfDoor.tsx).
 */
import { useState } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import { pagesInOrder } from "../../../satchel/paper.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
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
import { PdfDoor } from "./PdfDoor.tsx";
import { SaveCopy } from "./SaveCopy.tsx";
import { A4, LARGEST, View, zoomStep } from "./View.tsx";
import "../../ui/papers/papers.css";

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

interface ShownProps {
  readonly n: number;
  readonly name: string;
  readonly page: ShownPage;
  readonly picture: Opened;
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
  readonly large: boolean;
}

function Shown({ n, name, page, picture, zoom, onZoom, large }: ShownProps) {
  const t = useT();
  const known = page.readable ?? page.preview;
  const [seen, setSeen] = useState<Size>(
    known?.width !== undefined && known.height !== undefined ? { width: known.width, height: known.height } : A4,
  );
  return (
    <View n={n} turn={page.turn} size={seen} zoom={zoom} onZoom={onZoom} large={large}>
      {(style) =>
        picture.state === "ready" && (
          <Picture
            class={`turn-${page.turn}`}
            file={picture.file}
            name={t("papers.view.alt", { n, name })}
            style={style}
            onSize={setSeen}
          />
        )
      }
    </View>
  );
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
  /** Of a PDF: its page from 1, and how many it has; 0: not known. */
  const [inner, setInner] = useState({ at: 1, of: 0 });
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
    setInner({ at: 1, of: 0 });
    setZoom(1);
  }
  const isPdf = form === "file" && page.original?.mime === "application/pdf";
  const canGo = { back: inner.at > 1 || at > 0, on: inner.at < inner.of || at < pages.length - 1 };
  /** Through the pages of a PDF, then to the next picture or file. */
  function step(by: 1 | -1): void {
    const next = inner.at + by;
    if (next >= 1 && next <= inner.of) setInner({ ...inner, at: next });
    else goTo(at + by);
  }
  async function turn(): Promise<void> {
    const result = await api.turnPage(paper.id, id, ((page.turn + 90) % 360) as ShownPage["turn"]);
    if (!result.ok) say(t("papers.refusal.other.title"));
  }
  return (
    <figure class="card reader">
      {form === "picture" && failed === null && (
        <Shown
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
      {isPdf && (
        <PdfDoor
          key={id}
          paper={paper.id}
          id={id}
          n={n}
          turn={page.turn}
          name={paperName(paper.record)}
          inner={inner.at}
          onPages={(of) => setInner({ at: 1, of })}
          zoom={zoom}
          onZoom={setZoom}
          large={large}
        />
      )}
      {form !== "picture" && !isPdf && (
        <div class="reader__file">
          <Icon name="fichier" size="l" />
          <h3>{t(form === "raw" ? "papers.file.rawTitle" : "papers.file.title")}</h3>
          <p>{t(form === "raw" ? "papers.file.rawText" : "papers.file.text")}</p>
          <SaveCopy paper={paper.id} page={id} n={n} mime={page.original?.mime ?? ""} />
        </div>
      )}
      <figcaption class="reader__bar">
        <b role="status">
          {(!isPdf || pages.length > 1 || inner.of === 0) && t("papers.view.pageOf", { n, total: pages.length })}
          {inner.of > 0 &&
            `${pages.length > 1 ? " · " : ""}${t("papers.pdf.pageOf", { n: inner.at, total: inner.of })}`}
        </b>
        {(pages.length > 1 || inner.of > 1) && (
          <>
            <Tool
              icon="retour"
              text={t("papers.view.prev")}
              label={t("papers.view.prevFull")}
              off={!canGo.back}
              onPress={() => step(-1)}
            />
            <Tool
              icon="fleche"
              text={t("papers.view.next")}
              label={t("papers.view.nextFull")}
              off={!canGo.on}
              onPress={() => step(1)}
            />
          </>
        )}
        {(form === "picture" || inner.of > 0) && (
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
