/**
 * Words drawn across a page, so that a copy says for whom it was made wherever it goes. Pure geometry over whatever measures
 * and paints text; runs in the sharing worker and in Node.
 *
 * Surprising: each line is painted twice, an edge and then its inside, dark on light places and light on dark ones: words of one
 * colour vanish on a photograph of a dark card. They are translucent: what they cross stays readable.
 */

import type { Mark } from "../sharing.contract.ts";

/** The part of a 2D context that is used. */
export interface Painter {
  font: string;
  direction: CanvasDirection;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  fillStyle: string | CanvasGradient | CanvasPattern;
  strokeStyle: string | CanvasGradient | CanvasPattern;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  readonly measureText: (text: string) => { readonly width: number };
  readonly fillText: (text: string, x: number, y: number) => void;
  readonly strokeText: (text: string, x: number, y: number) => void;
  readonly save: () => void;
  readonly restore: () => void;
  readonly translate: (x: number, y: number) => void;
  readonly rotate: (angle: number) => void;
}

const angle = -Math.PI / 7;
/** A letter is this share of the page's shorter side: 6 mm on A4. */
const share = 1 / 34;
const leading = 1.35;
const maxLines = 3;
const dark = { inside: "rgba(16, 32, 96, 0.4)", edge: "rgba(255, 255, 255, 0.3)" };
const light = { inside: "rgba(255, 255, 255, 0.6)", edge: "rgba(0, 0, 0, 0.35)" };

/** Words in at most three lines of `room`; letters become smaller until they fit. */
export function fitted(
  text: string,
  room: number,
  size: number,
  widthOf: (text: string, size: number) => number,
): { readonly lines: readonly string[]; readonly size: number } {
  const words = text.split(" ");
  for (let tried = size; ; tried *= 0.9) {
    const lines: string[] = [];
    for (const word of words) {
      const last = lines.at(-1);
      const longer = last === undefined ? word : `${last} ${word}`;
      if (last === undefined || widthOf(longer, tried) > room) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    const fits = lines.length <= maxLines && lines.every((line) => widthOf(line, tried) <= room);
    if (fits || tried < size / 4) return { lines: lines.slice(0, maxLines), size: tried };
  }
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Middles of the blocks, over the whole page, every second row moved by half a step. In pixels of the page. */
export function placesOf(width: number, height: number, block: { readonly width: number; readonly height: number }) {
  const step = { x: block.width * 1.25, y: block.height * 2.4 };
  const reach = Math.hypot(width, height) / 2;
  const places: Place[] = [];
  for (let row = -Math.ceil(reach / step.y); row * step.y <= reach; row += 1)
    for (let column = -Math.ceil(reach / step.x) - 1; column * step.x <= reach + step.x; column += 1) {
      const [along, down] = [(column + (row % 2 === 0 ? 0 : 0.5)) * step.x, row * step.y];
      const x = width / 2 + along * Math.cos(angle) - down * Math.sin(angle);
      const y = height / 2 + along * Math.sin(angle) + down * Math.cos(angle);
      const off = block.width / 2;
      if (x > -off && x < width + off && y > -off && y < height + off) places.push({ x, y });
    }
  return places;
}

/** @param brightness of the page around a point, 0 to 255. */
export function paintMark(
  painter: Painter,
  width: number,
  height: number,
  { text, direction }: Mark,
  brightness: (place: Place) => number,
): void {
  const fontOf = (size: number): string => `600 ${size.toFixed(1)}px system-ui, sans-serif`;
  const widthOf = (line: string, size: number): number => {
    painter.font = fontOf(size);
    return painter.measureText(line).width;
  };
  painter.save();
  painter.direction = direction;
  painter.textAlign = "center";
  painter.textBaseline = "middle";
  painter.lineJoin = "round";
  const { lines, size } = fitted(text, Math.min(width, height) * 0.72, Math.min(width, height) * share, widthOf);
  const block = {
    width: Math.max(...lines.map((line) => widthOf(line, size))),
    height: lines.length * size * leading,
  };
  painter.font = fontOf(size);
  painter.lineWidth = size / 9;
  for (const place of placesOf(width, height, block)) {
    const colours = brightness(place) < 110 ? light : dark;
    painter.save();
    painter.translate(place.x, place.y);
    painter.rotate(angle);
    for (const [at, line] of lines.entries()) {
      const y = (at - (lines.length - 1) / 2) * size * leading;
      painter.strokeStyle = colours.edge;
      painter.strokeText(line, 0, y);
      painter.fillStyle = colours.inside;
      painter.fillText(line, 0, y);
    }
    painter.restore();
  }
  painter.restore();
}
