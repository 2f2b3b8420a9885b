/** A QR code as one SVG path. A chunk of its own: only the card needs it. Runs in the page. */
import { encode } from "uqr";

export interface QrDrawing {
  /** Modules per side, the quiet zone not counted. */
  readonly size: number;
  /** Path data of the dark modules, one unit each. */
  readonly path: string;
}

/** Draws `text` with medium error correction; a run of dark modules is one rectangle. */
export function drawQr(text: string): QrDrawing {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
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
