/** A QR code in the page: black on white in every theme, so that it can be read by a camera. */
import { useEffect, useState } from "preact/hooks";
import type { QrDrawing } from "./qr.ts";

const QUIET = 4;

/** Draws the QR once its chunk is here; "absent": it is not on this device yet, which the screen says. */
export function useQr(text: string | null, ecc: "L" | "M" = "M"): QrDrawing | "absent" | null {
  const [drawing, setDrawing] = useState<QrDrawing | "absent" | null>(null);
  useEffect(() => {
    if (text === null) return;
    let isGone = false;
    import("./qr.ts").then(
      ({ drawQr }) => {
        if (!isGone) setDrawing(drawQr(text, ecc));
      },
      () => setDrawing("absent"),
    );
    return () => {
      isGone = true;
    };
  }, [text, ecc]);
  return drawing;
}

export function Qr({ drawing, label }: { readonly drawing: QrDrawing; readonly label: string }) {
  const side = drawing.size + 2 * QUIET;
  return (
    <svg
      class="qr"
      viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect x={-QUIET} y={-QUIET} width={side} height={side} fill="#fff" />
      <path d={drawing.path} fill="#16201b" />
    </svg>
  );
}
