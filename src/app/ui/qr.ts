/** A QR code as one SVG path. A chunk of its own (Qr.tsx): only cards and transfers need it. Runs in the page. */
import { encode } from "uqr";

export interface QrDrawing {
  /** Modules per side, the quiet zone not counted. */
  readonly size: number;
  /** Path data of the dark modules, one unit each. */
  readonly path: string;
}

/** Draws `text`; a run of dark modules is one rectangle. Long texts take the low error correction: fewer, larger modules. */
export function drawQr(text: string, ecc: "L" | "M" = "M"): QrDrawing {
  const { data, size } = encode(text, { ecc, border: 0 });
  const runs: string[] = [];
  for (const [y, row] of data.entries())
    for (let x = 0; x < size; x += 1) {
      if (row[x] !== true) continue;
      const from = x;
      while (row[x + 1] === true) x += 1;
      const width = x - from + 1;
      runs.push(`M${from} ${y}h${width}v1h-${width}z`);
    }
  return { size, path: runs.join("") };
}
