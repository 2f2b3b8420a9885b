/**
 * One page of a PDF as the desk shows it: drawn anew, never opened by the browser's own reader. Runs in the page; lazily
 * loaded. What comes from a stranger meets the renderer in a worker of its own, with limits (decisions/0030).
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { connectPdf } from "../../workers/pdf.client.ts";
import type { PdfTrouble } from "../../workers/pdf.contract.ts";
import { useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { type PictureFile, type Size, wipe } from "../ui/drawing.ts";
import { openPdf, type PdfDocument } from "../ui/pdf/document.ts";
import { Loading } from "../ui/States.tsx";
import { useWorld } from "../ui/world.ts";

export interface PdfViewProps {
  readonly file: PictureFile;
  readonly label: string;
  /** Degrees, clockwise. */
  readonly turn: number;
  readonly zoom: number;
  /** Above the page: buttons for what no picture can give. */
  readonly children?: preact.ComponentChildren;
  /** The worker; tests hand in another. */
  readonly connect?: typeof connectPdf;
}

/** Pixels across at zoom 1; the renderer bounds what is asked for. */
const WIDTH = 1100;
const TOLD = {
  "pdf-too-heavy": "heavy",
  "pdf-unread": "unread",
  "pdf-locked": "locked",
  unavailable: "absent",
} as const;

interface SheetProps {
  readonly pdf: PdfDocument;
  readonly inner: number;
  readonly label: string;
  readonly turn: number;
  readonly zoom: number;
  readonly onTrouble: (trouble: PdfTrouble) => void;
}

/** The canvas of one page, drawn again when it is shown larger than it has pixels. */
function Sheet({ pdf, inner, label, turn, zoom, onTrouble }: SheetProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const tell = useRef(onTrouble);
  tell.current = onTrouble;
  const [size, setSize] = useState<Size>({ width: 1, height: Math.SQRT2 });
  const wanted = Math.round(WIDTH * Math.min(2, zoom));
  useEffect(() => {
    let isGone = false;
    void pdf.draw(inner, wanted).then((drawn) => {
      const canvas = element.current;
      if (isGone || canvas === null) {
        if (drawn.ok) drawn.value.bitmap.close();
        return;
      }
      if (!drawn.ok) return tell.current(drawn.error);
      const { bitmap, width, height } = drawn.value;
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext("2d", { alpha: false })?.drawImage(bitmap, 0, 0);
      bitmap.close();
      setSize({ width, height });
    });
    return () => {
      isGone = true;
    };
  }, [pdf, inner, wanted]);
  useEffect(() => {
    const canvas = element.current;
    return () => {
      if (canvas !== null) wipe(canvas);
    };
  }, []);
  const lies = turn % 180 !== 0;
  const { width, height } = size;
  const box = { "--zoom": zoom, aspectRatio: lies ? `${height} / ${width}` : `${width} / ${height}` };
  const style = {
    width: lies ? `${(width / height) * 100}%` : "100%",
    aspectRatio: `${width} / ${height}`,
    transform: `translate(-50%, -50%) rotate(${turn}deg)`,
  };
  return (
    <div class="dsheet" style={box} dir="ltr">
      <canvas ref={element} style={style} width="0" height="0" role="img" aria-label={label} />
    </div>
  );
}

export function PdfView({ file, label, turn, zoom, children, connect = connectPdf }: PdfViewProps) {
  const t = useT();
  const { timers } = useWorld();
  const [pdf, setPdf] = useState<{ readonly of: PdfDocument; readonly pages: number } | null>(null);
  const [inner, setInner] = useState(1);
  const [trouble, setTrouble] = useState<{ readonly at: number; readonly what: PdfTrouble } | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const opened = openPdf(file.bytes, { connect, timers });
    let isGone = false;
    void opened.pages().then((count) => {
      if (isGone) return;
      if (!count.ok) return setTrouble({ at: 0, what: count.error });
      setTrouble(null);
      setPdf({ of: opened, pages: count.value });
    });
    return () => {
      isGone = true;
      opened.close();
      setPdf(null);
    };
  }, [file, connect, timers, attempt]);
  const shown = trouble !== null && (trouble.at === 0 || trouble.at === inner) ? trouble.what : null;
  const move = (step: number): void => setInner((before) => Math.min(pdf?.pages ?? 1, Math.max(1, before + step)));
  return (
    <div class="stack-s">
      {pdf !== null && pdf.pages > 1 && (
        // biome-ignore lint/a11y/useSemanticElements: buttons outside any form are a group, not a fieldset
        <div class="row row--tight" role="group" aria-label={t("desk.pdf.page", { n: inner, total: pdf.pages })}>
          <Button kind="second" small icon="retour" onPress={() => move(-1)}>
            {t("desk.pdf.previous")}
          </Button>
          <span role="status">{t("desk.pdf.page", { n: inner, total: pdf.pages })}</span>
          <Button kind="second" small icon="fleche" onPress={() => move(1)}>
            {t("desk.pdf.next")}
          </Button>
        </div>
      )}
      {shown === null && pdf === null && <Loading />}
      {shown !== null && (
        <Banner tone="soon" icon="attention">
          <p>{t(`desk.pdf.${TOLD[shown.type]}`)}</p>
          <Button
            kind="second"
            small
            icon="synchroniser"
            onPress={() => {
              setTrouble(null);
              setAttempt(attempt + 1);
            }}
          >
            {t("common.action.retry")}
          </Button>
        </Banner>
      )}
      {shown === null && pdf !== null && (
        // biome-ignore lint/a11y/useSemanticElements: a scrolling box around one picture, not a form group
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        <div class="dscroll" role="group" aria-label={label} tabIndex={0}>
          <Sheet
            key={inner}
            pdf={pdf.of}
            inner={inner}
            label={label}
            turn={turn}
            zoom={zoom}
            onTrouble={(what) => setTrouble({ at: inner, what })}
          />
        </div>
      )}
      <p class="meta">{t("desk.pdf.told")}</p>
      {children}
    </div>
  );
}
