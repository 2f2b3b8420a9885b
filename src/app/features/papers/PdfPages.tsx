/**
 * One page of a person's PDF, drawn as a picture. Runs in the page; comes with the group "pdf" (PdfDoor.tsx).
 *
 * Surprising: the file is opened anew after anything that took too long (ui/pdf/document.ts), so each page has its own chance.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { connectPdf } from "../../../workers/pdf.client.ts";
import type { PdfTrouble } from "../../../workers/pdf.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { Button } from "../../ui/Button.tsx";
import { type Size, wipe } from "../../ui/drawing.ts";
import { Icon } from "../../ui/icons/Icon.tsx";
import { usePicture } from "../../ui/papers/pictures.ts";
import { openPdf, type PdfDocument } from "../../ui/pdf/document.ts";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import type { PdfPageProps } from "./PdfDoor.tsx";
import { SaveCopy } from "./SaveCopy.tsx";
import { A4, View } from "./View.tsx";

/** Fewer pixels than this share of what is shown: drawn again. */
const TOO_FEW = 0.9;

interface SheetProps {
  readonly pdf: PdfDocument;
  readonly inner: number;
  readonly label: string;
  readonly class: string;
  readonly style: preact.CSSProperties;
  readonly onDrawn: (paper: Size) => void;
  readonly onTrouble: (trouble: PdfTrouble) => void;
}

/** The canvas of one page; drawn again when it is shown larger than it has pixels. */
function Sheet({ pdf, inner, label, class: className, style, onDrawn, onTrouble }: SheetProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const tell = useRef({ onDrawn, onTrouble });
  tell.current = { onDrawn, onTrouble };
  useEffect(() => {
    const canvas = element.current;
    if (canvas === null) return undefined;
    let isGone = false;
    let isBusy = false;
    /** Asked for last; the renderer may have given fewer, and would again. */
    let asked = 0;
    async function look(canvas: HTMLCanvasElement): Promise<void> {
      const wanted = Math.round(canvas.offsetWidth * devicePixelRatio);
      if (isBusy || isGone || wanted === 0 || asked >= wanted * TOO_FEW) return;
      isBusy = true;
      asked = wanted;
      const drawn = await pdf.draw(inner, wanted);
      isBusy = false;
      if (isGone) {
        if (drawn.ok) drawn.value.bitmap.close();
        return;
      }
      if (!drawn.ok) return tell.current.onTrouble(drawn.error);
      const { bitmap, width, height } = drawn.value;
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext("2d", { alpha: false })?.drawImage(bitmap, 0, 0);
      bitmap.close();
      tell.current.onDrawn({ width, height });
      // It may have grown meanwhile.
      void look(canvas);
    }
    const sizes = new ResizeObserver(() => void look(canvas));
    sizes.observe(canvas);
    void look(canvas);
    return () => {
      isGone = true;
      sizes.disconnect();
      wipe(canvas);
    };
  }, [pdf, inner]);
  return <canvas ref={element} class={className} style={style} width="0" height="0" role="img" aria-label={label} />;
}

/** Words for what keeps a page from being shown. */
const TOLD = {
  "pdf-too-heavy": "heavy",
  "pdf-unread": "unread",
  "pdf-locked": "locked",
  unavailable: "absent",
} as const;

export interface PdfPagesProps extends PdfPageProps {
  /** The worker; tests hand in another. */
  readonly connect?: typeof connectPdf;
}

export function PdfPages(props: PdfPagesProps) {
  const { paper, id, n, turn, name, inner, onPages, zoom, onZoom, large, connect = connectPdf } = props;
  const t = useT();
  const { timers } = useWorld();
  const file = usePicture(paper, id, "original");
  const bytes = file.state === "ready" ? file.file.bytes : null;
  const [attempt, setAttempt] = useState(0);
  const [pdf, setPdf] = useState<PdfDocument | null>(null);
  const [size, setSize] = useState<Size>(A4);
  const [trouble, setTrouble] = useState<{ readonly at: number; readonly what: PdfTrouble } | null>(null);
  const told = useRef(onPages);
  told.current = onPages;
  useEffect(() => {
    if (bytes === null) return undefined;
    const opened = openPdf(bytes, { connect, timers });
    let isGone = false;
    void opened.pages().then((count) => {
      if (isGone) return;
      if (!count.ok) return setTrouble({ at: 0, what: count.error });
      told.current(count.value);
      setTrouble(null);
      setPdf(opened);
    });
    return () => {
      isGone = true;
      opened.close();
      setPdf(null);
    };
  }, [bytes, connect, timers, attempt]);

  const shown = trouble !== null && (trouble.at === 0 || trouble.at === inner) ? trouble.what : null;
  if (file.state === "failed" || shown !== null) {
    const what = shown === null ? "unread" : TOLD[shown.type];
    return (
      <div class="reader__file" role="alert">
        <Icon name="attention" size="l" />
        <h3>{t(`papers.pdf.${what}.title`)}</h3>
        <p>{t(`papers.pdf.${what}.text`)}</p>
        <Button
          kind="second"
          icon="synchroniser"
          onPress={() => {
            setTrouble(null);
            setAttempt(attempt + 1);
          }}
        >
          {t("common.action.retry")}
        </Button>
        <SaveCopy paper={paper} page={id} n={n} mime="application/pdf" />
      </div>
    );
  }
  if (pdf === null) return <Loading />;
  return (
    <View n={inner} turn={turn} size={size} zoom={zoom} onZoom={onZoom} large={large}>
      {(style) => (
        <Sheet
          key={inner}
          pdf={pdf}
          inner={inner}
          label={t("papers.view.alt", { n: inner, name })}
          class={`turn-${turn}`}
          style={style}
          onDrawn={setSize}
          onTrouble={(what) => setTrouble({ at: inner, what })}
        />
      )}
    </View>
  );
}
