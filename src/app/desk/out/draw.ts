/**
 * Sheets of words, pictures and pages of PDFs as JPEGs, each drawn on one canvas after the other. Runs in the page.
 *
 * Surprising: what comes from a person is always drawn anew here. No byte of a stranger's file stands in an exported PDF.
 */

import type { SheetPicture } from "../../../satchel/pdf-out.ts";
import type { Timers } from "../../../shared/ports.ts";
import { err, ok, type Result } from "../../../shared/result.ts";
import { connectPdf } from "../../../workers/pdf.client.ts";
import { draw, type PictureFile, type Size, wipe } from "../../ui/drawing.ts";
import { openPdf, type PdfDocument } from "../../ui/pdf/document.ts";
import { FACES, type Face, type Measure, type Placed, SHEET } from "./layout.ts";

/** Letters stay sharp; photographs of papers were reduced on the phone. */
const QUALITY = 0.82;
/** Of the longer side: A4 at 200 dots per inch. */
const LONGEST = 2339;

export type DrawTrouble = "unread" | "pdf-locked" | "too-heavy" | "unavailable";

async function jpegOf(canvas: HTMLCanvasElement): Promise<Result<SheetPicture, DrawTrouble>> {
  const { width, height } = canvas;
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  wipe(canvas);
  if (blob === null) return err("too-heavy");
  return ok({ bytes: new Uint8Array(await blob.arrayBuffer()), width, height });
}

function blank(size: Size): { readonly canvas: HTMLCanvasElement; readonly context: CanvasRenderingContext2D } | null {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(size.width));
  canvas.height = Math.max(1, Math.round(size.height));
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) return null;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return { canvas, context };
}

const fontOf = (face: Face): string =>
  `${FACES[face].bold ? "700 " : ""}${FACES[face].size}px system-ui, "Noto Sans", "Noto Sans Arabic", sans-serif`;

/** How wide a text is in that face, in pixels. */
export function createMeasure(): Measure {
  const drawn = blank({ width: 1, height: 1 });
  return (text, face) => {
    if (drawn === null) return text.length * FACES[face].size * 0.5;
    drawn.context.font = fontOf(face);
    return drawn.context.measureText(text).width;
  };
}

/** One sheet of words. */
export async function drawWords(placed: readonly Placed[]): Promise<Result<SheetPicture, DrawTrouble>> {
  const drawn = blank(SHEET);
  if (drawn === null) return err("too-heavy");
  const { canvas, context } = drawn;
  context.fillStyle = "#000";
  context.strokeStyle = "#000";
  for (const one of placed) {
    if (one.kind === "rule") {
      context.fillRect(SHEET.margin, Math.round(one.y), SHEET.width - 2 * SHEET.margin, 2);
    } else if (one.kind === "ink") {
      context.save();
      context.translate(one.x, one.y);
      context.scale(one.scale, one.scale);
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.lineCap = "round";
      context.stroke(new Path2D(one.path));
      context.restore();
    } else {
      context.font = fontOf(one.face);
      context.direction = one.rtl ? "rtl" : "ltr";
      context.textAlign = "left";
      context.fillText(one.text, one.x, one.baseline);
    }
  }
  const jpeg = await jpegOf(canvas);
  return jpeg.ok ? ok({ ...jpeg.value, words: placed.filter((one) => one.kind === "words") }) : jpeg;
}

/** Upright on a canvas of its own. @param turn degrees, clockwise. */
async function turned(source: CanvasImageSource, own: Size, turn: number): Promise<Result<SheetPicture, DrawTrouble>> {
  const share = Math.min(1, LONGEST / Math.max(own.width, own.height));
  const [width, height] = [own.width * share, own.height * share];
  const lies = turn % 180 !== 0;
  const drawn = blank(lies ? { width: height, height: width } : { width, height });
  if (drawn === null) return err("too-heavy");
  const { canvas, context } = drawn;
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turn * Math.PI) / 180);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, -width / 2, -height / 2, width, height);
  return jpegOf(canvas);
}

/** A picture as the person kept it, upright. */
export async function drawPicture(file: PictureFile, turn: number): Promise<Result<SheetPicture, DrawTrouble>> {
  const canvas = document.createElement("canvas");
  const scale = (own: Size): number => Math.min(1, LONGEST / Math.max(own.width, own.height));
  const drawing = await draw(canvas, file, scale, () => true);
  if (drawing.type !== "drawn") return err("unread");
  const result = await turned(canvas, { width: canvas.width, height: canvas.height }, turn);
  wipe(canvas);
  return result;
}

/** An opened PDF; every page costs at most five seconds. */
export const openPages = (bytes: ArrayBuffer, timers: Timers): PdfDocument =>
  openPdf(bytes, { connect: connectPdf, timers });

/** One page of an opened PDF. @param page from 1. */
export async function drawPdfPage(
  pdf: PdfDocument,
  page: number,
  turn: number,
): Promise<Result<SheetPicture, DrawTrouble>> {
  const drawn = await pdf.draw(page, 1654);
  if (!drawn.ok) {
    const { type } = drawn.error;
    return err(type === "pdf-too-heavy" ? "too-heavy" : type === "pdf-unread" ? "unread" : type);
  }
  const { bitmap } = drawn.value;
  const result = await turned(bitmap, bitmap, turn);
  bitmap.close();
  return result;
}
