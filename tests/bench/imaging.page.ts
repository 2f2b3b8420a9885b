/**
 * The page of `npm run bench:imaging`: draws photographs of printed pages, and has them made into kept pages by the app's
 * imaging worker, by its floor, by browser-image-compression and by a plain canvas. Bundled for Chromium.
 */
import compress from "browser-image-compression";
import { type Remote, transfer, wrap } from "comlink";
import { Scanner } from "scanic";
import { openCamera } from "../../src/app/ui/capture/camera.ts";
import { ok } from "../../src/shared/result.ts";
import { unitTo } from "../../src/workers/imaging/geometry.ts";
import { findSheet, shotEffort } from "../../src/workers/imaging/sheet.ts";
import type { Corners, Finish, Frame, ImagingApi, Point } from "../../src/workers/imaging.contract.ts";
import { photograph, randomOf } from "../support/sheets.ts";
import { farthestOff, shots } from "../support/shots.ts";

export type Way = "floor" | "reduce" | "propose" | "finish" | "browser-image-compression" | "canvas";
export interface Made {
  readonly ms: number;
  readonly bytes: number;
  /** What was made, base64; absent for `propose`. */
  readonly base64: string;
  readonly facts: string;
}
export interface Drawn {
  readonly text: string;
  readonly bytes: number;
  readonly base64: string;
}
export interface Verdict {
  readonly name: string;
  readonly expect: string;
  readonly ours: { readonly sheets: string; readonly off: number | null; readonly ms: number };
  readonly scanic: { readonly sheets: string; readonly off: number | null; readonly ms: number };
}

const held = new Map<string, Blob>();
const worker = new Worker("/imaging.js", { type: "module" });
const imaging: Remote<ImagingApi> = wrap<ImagingApi>(worker);
const floorWorker = new Worker("/floor.js", { type: "module" });
const scanner = new Scanner();

async function base64Of(bytes: Blob | ArrayBuffer): Promise<string> {
  const all = new Uint8Array(bytes instanceof Blob ? await bytes.arrayBuffer() : bytes);
  let text = "";
  for (let at = 0; at < all.length; at += 8192) text += String.fromCharCode(...all.subarray(at, at + 8192));
  return btoa(text);
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas");
  return context;
}

const blobOf = (canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob> =>
  new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob === null ? fail(new Error("no encoder")) : done(blob)), type, quality),
  );

/* ---- photographs of print ---- */

const vocabulary =
  "madame monsieur votre demande concernant le droit allocation logement familiale caisse département attestation justificatif domicile identité délai recours notification décision montant mensuel versement quotient revenus déclarés année fiscale foyer personne charge enfant conjoint adresse commune résidence principale bailleur loyer quittance contrat travail employeur salaire brut net imposable cotisation assurance maladie régime général complémentaire santé solidaire renouvellement échéance courrier recommandé réception dossier complet pièce manquante transmettre service accueil horaires ouverture guichet rendez-vous téléphone signature cachet directeur règlement article code sécurité sociale".split(
    " ",
  );

/** A4 with print, 10 to 12 points: 254 dots an inch. */
function flatPage(seed: number): { readonly context: CanvasRenderingContext2D; readonly text: string } {
  const random = randomOf(seed);
  const context = contextOf(2100, 2970);
  context.fillStyle = "#fbfbf9";
  context.fillRect(0, 0, 2100, 2970);
  context.fillStyle = "#2456a5";
  context.fillRect(200, 160, 330, 90);
  const size = 35 + 2 * (seed % 4);
  context.font = `${size}px ${seed % 2 === 0 ? "serif" : "sans-serif"}`;
  context.fillStyle = "#1b1b1f";
  const text: string[] = [];
  for (let y = 420; y < 2800; y += size * 1.55) {
    // Between paragraphs; letters are not printed to the last line.
    if (random() < 0.12 || y > 1900 + 900 * ((seed * 0.37) % 1)) continue;
    const end = 1700 - 900 * random() ** 4;
    let line = "";
    for (;;) {
      const word =
        random() < 0.1
          ? `${1 + Math.floor(random() * 9000)},${10 + Math.floor(random() * 90)}`
          : (vocabulary[Math.floor(random() * vocabulary.length)] ?? "");
      if (context.measureText(`${line} ${word}`).width > end) break;
      line = line === "" ? word : `${line} ${word}`;
      text.push(word);
    }
    context.fillText(line, 200, y);
  }
  return { context, text: text.join(" ") };
}

/** Keeps a JPEG of it under `name`. The page lies on a table, askew, half in a shadow, with the noise of a sensor. */
async function draw(name: string, seed: number, width: number, height: number): Promise<Drawn> {
  const { context, text } = flatPage(seed);
  const page = context.getImageData(0, 0, 2100, 2970).data;
  const random = randomOf(seed + 99);
  const near = (x: number, y: number): Point => ({
    x: (x + 0.05 * (random() - 0.5)) * width,
    y: (y + 0.05 * (random() - 0.5)) * height,
  });
  const shift = 0.06 * (random() - 0.5);
  const [a, b, c, d, e, f, g, h] = unitTo([
    near(0.13 + shift, 0.09),
    near(0.87 + shift, 0.09 + shift),
    near(0.9 - shift, 0.92),
    near(0.1 - shift, 0.92 - shift),
  ]);
  // Adjugate of the map from the page: the map back, up to a factor that the division takes away.
  const [A, B, C] = [e - f * h, c * h - b, b * f - c * e];
  const [D, E, F] = [f * g - d, a - c * g, c * d - a * f];
  const [G, H, I] = [d * h - e * g, b * g - a * h, a * e - b * d];
  const made = contextOf(width, height);
  const band = 250;
  const slope = random() - 0.5;
  for (let top = 0; top < height; top += band) {
    const image = made.createImageData(width, Math.min(band, height - top));
    const { data } = image;
    for (let row = 0, at = 0; row < image.height; row += 1)
      for (let x = 0; x < width; x += 1, at += 4) {
        const y = top + row;
        const w = G * x + H * y + I;
        const u = ((A * x + B * y + C) / w) * 2100 - 0.5;
        const v = ((D * x + E * y + F) / w) * 2970 - 0.5;
        const shade = 1 / (1 + Math.exp(-(x / width - 0.45 + slope * (y / height - 0.5)) * 40));
        const light = (0.62 + 0.3 * shade) * (1 - 0.1 * (y / height));
        const noise = (Math.random() + Math.random() + Math.random() - 1.5) * 9;
        if (u >= 0 && v >= 0 && u < 2099 && v < 2969) {
          const [left, up] = [u | 0, v | 0];
          const [fx, fy] = [u - left, v - up];
          const p = (up * 2100 + left) * 4;
          for (let n = 0; n < 3; n += 1) {
            const above = (page[p + n] ?? 0) * (1 - fx) + (page[p + 4 + n] ?? 0) * fx;
            const below = (page[p + 8400 + n] ?? 0) * (1 - fx) + (page[p + 8404 + n] ?? 0) * fx;
            data[at + n] = (above * (1 - fy) + below * fy) * light + noise;
          }
        } else {
          const grain = 0.9 + 0.1 * Math.sin(x / 90 + 4 * Math.sin(y / 700));
          data[at] = 150 * grain * light + noise;
          data[at + 1] = 110 * grain * light + noise;
          data[at + 2] = 74 * grain * light + noise;
        }
        data[at + 3] = 255;
      }
    made.putImageData(image, 0, top);
  }
  const blob = await blobOf(made.canvas, "image/jpeg", 0.92);
  made.canvas.width = 0;
  held.set(name, blob);
  return { text, bytes: blob.size, base64: await base64Of(blob) };
}

/* ---- ways to a kept page ---- */

async function make(name: string, way: Way, look?: Finish["look"], corners?: Corners | null): Promise<Made> {
  const file = new File([held.get(name) ?? fail(name)], "shot.jpg", { type: "image/jpeg" });
  const began = performance.now();
  const done = async (result: Blob | ArrayBuffer, facts = ""): Promise<Made> => {
    const ms = performance.now() - began;
    const bytes = result instanceof Blob ? result.size : result.byteLength;
    return { ms, bytes, base64: await base64Of(result), facts };
  };
  if (way === "floor")
    return done(
      await new Promise<Blob>((resolve) => {
        floorWorker.onmessage = ({ data }) => resolve(data as Blob);
        floorWorker.postMessage(file);
      }),
    );
  if (way === "browser-image-compression")
    return done(
      await compress(file, {
        maxWidthOrHeight: 1800,
        initialQuality: 0.7,
        fileType: "image/webp",
        useWebWorker: true,
        libURL: `${location.origin}/bic.js`,
      }),
    );
  if (way === "canvas") {
    const bitmap = await createImageBitmap(file);
    const factor = 1600 / Math.max(bitmap.width, bitmap.height);
    const { canvas } = contextOf(Math.round(bitmap.width * factor), Math.round(bitmap.height * factor));
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return done(await blobOf(canvas, "image/webp", 0.6));
  }
  if (way === "propose") {
    const proposal = await imaging.propose(file);
    if (!proposal.ok) throw new Error(proposal.error.type);
    return { ...(await done(new ArrayBuffer(0))), facts: JSON.stringify(proposal.value) };
  }
  const kept =
    way === "reduce"
      ? await imaging.reduce(file)
      : await imaging.finish(file, { corners: corners ?? null, turn: 0, look: look ?? "document" });
  if (!kept.ok) throw new Error(kept.error.type);
  if (kept.value.type !== "picture") throw new Error(kept.value.type);
  const { readable } = kept.value;
  return done(readable.bytes, `${readable.width}x${readable.height}`);
}

function fail(name: string): never {
  throw new Error(`nothing is held under ${name}`);
}

async function hold(name: string, url: string): Promise<{ readonly width: number; readonly height: number }> {
  const blob = await (await fetch(url)).blob();
  held.set(name, blob);
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

/** Keeps the same picture with more pixels, as a sensor of 48 megapixels would give it. */
async function enlarge(name: string, as: string, width: number, height: number): Promise<number> {
  const bitmap = await createImageBitmap(held.get(name) ?? fail(name));
  const { canvas } = contextOf(width, height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await blobOf(canvas, "image/jpeg", 0.9);
  canvas.width = 0;
  held.set(as, blob);
  return blob.size;
}

/* ---- D1: corners ---- */

type Seen = { readonly corners: Corners | null; readonly ms: number };

async function byScanic(frame: Frame): Promise<Seen> {
  const began = performance.now();
  const { success, corners } = await scanner.scan(new ImageData(frame.data, frame.width, frame.height));
  const ms = performance.now() - began;
  if (!success || corners === null) return { corners: null, ms };
  const at = ({ x, y }: Point): Point => ({ x: x / frame.width, y: y / frame.height });
  const { topLeft, topRight, bottomRight, bottomLeft } = corners;
  return { corners: { tl: at(topLeft), tr: at(topRight), br: at(bottomRight), bl: at(bottomLeft) }, ms };
}

async function corners(): Promise<readonly Verdict[]> {
  await scanner.initialize();
  const verdicts: Verdict[] = [];
  for (const shot of shots) {
    const { frame, corners: sheets } = photograph(shot);
    const began = performance.now();
    const found = findSheet(frame, shotEffort);
    const ms = performance.now() - began;
    const peer = await byScanic(frame);
    const off = (seen: Corners | null): number | null =>
      seen === null || sheets.length === 0 ? null : farthestOff(seen, sheets, frame);
    verdicts.push({
      name: shot.name,
      expect: shot.expect,
      ours: { sheets: found.cut ? "cut" : found.sheets, off: off(found.corners), ms },
      scanic: { sheets: peer.corners === null ? "none" : "one", off: off(peer.corners), ms: peer.ms },
    });
  }
  return verdicts;
}

/** A photograph that is held, judged against corners that were looked up by hand. */
async function photo(name: string, truth: readonly [Point, Point, Point, Point]): Promise<Verdict> {
  const bitmap = await createImageBitmap(held.get(name) ?? fail(name));
  const context = contextOf(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  const frame = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const { width, height } = bitmap;
  bitmap.close();
  context.canvas.width = 0;
  const began = performance.now();
  const proposal = await imaging.propose(held.get(name) ?? fail(name));
  const ms = performance.now() - began;
  if (!proposal.ok) throw new Error(proposal.error.type);
  await scanner.initialize();
  const peer = await byScanic({ data: frame.data, width, height });
  const off = (seen: Corners | null): number | null =>
    seen === null ? null : farthestOff(seen, [truth], { width, height });
  return {
    name: `${name} ${JSON.stringify(proposal.value.corners)} ${proposal.value.look} ${JSON.stringify(proposal.value.quality)}`,
    expect: "one",
    ours: { sheets: proposal.value.sheets, off: off(proposal.value.corners), ms },
    scanic: { sheets: peer.corners === null ? "none" : "one", off: off(peer.corners), ms: peer.ms },
  };
}

/* ---- turned shots ---- */

/** Four colours in a JPEG that says how it is to be turned (EXIF, 1 to 8). */
async function turnedShot(orientation: number): Promise<Blob> {
  const context = contextOf(3200, 2400);
  for (const [n, colour] of ["#c00", "#0a0", "#00c", "#eee"].entries()) {
    context.fillStyle = colour;
    context.fillRect((n & 1) * 1600, (n >> 1) * 1200, 1600, 1200);
  }
  const plain = await blobOf(context.canvas, "image/jpeg", 0.9);
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
  const exif = [0xff, 0xe1, 0, 8 + tiff.length, 0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return new Blob([plain.slice(0, 2), new Uint8Array(exif), plain.slice(2)], { type: "image/jpeg" });
}

/** The colours of a picture at nine points of a part of it, fractions. */
async function coloursOf(picture: Blob, at: number, side: number): Promise<readonly number[]> {
  const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  const context = contextOf(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { width, height } = context.canvas;
  return [0.1, 0.45, 0.9].flatMap((v) =>
    [0.1, 0.4, 0.9].flatMap((u) => [
      ...context.getImageData((at + u * side) * width, (at + v * side) * height, 1, 1).data.subarray(0, 3),
    ]),
  );
}

/** @returns the EXIF orientations with which a kept page is not what the browser itself shows of the shot. */
async function turnedWrong(): Promise<readonly number[]> {
  const wrong: number[] = [];
  const [at, side] = [0.1, 0.7];
  const corner = (x: number, y: number): Point => ({ x: at + x * side, y: at + y * side });
  const part: Corners = { tl: corner(0, 0), tr: corner(1, 0), br: corner(1, 1), bl: corner(0, 1) };
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const shot = await turnedShot(orientation);
    const whole = await imaging.reduce(shot);
    const cut = await imaging.finish(shot, { corners: part, turn: 0, look: "photo" });
    for (const [kept, from, share] of [
      [whole, 0, 1],
      [cut, at, side],
    ] as const) {
      if (!kept.ok || kept.value.type !== "picture") throw new Error("a picture was made");
      const { bytes, mime } = kept.value.readable;
      const expected = await coloursOf(shot, from, share);
      const seen = await coloursOf(new Blob([bytes], { type: mime }), 0, 1);
      if (expected.some((value, n) => Math.abs(value - (seen[n] ?? 0)) > 40)) wrong.push(orientation);
    }
  }
  return wrong;
}

/* ---- the camera, live ---- */

export interface Live {
  /** Of each look, from taking the frame to the answer, ms. */
  readonly looks: readonly number[];
  /** Looks in which the sheet was found. */
  readonly found: number;
  readonly seconds: number;
  /** Tasks of the page's own thread over 50 ms, ms. */
  readonly long: readonly number[];
}

/** Looks at the camera's picture as its screen does, `pauseMs` between two looks. */
async function live(seconds: number, pauseMs: number): Promise<Live> {
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const opened = await openCamera(
    video,
    async () => ok(null),
    () => undefined,
  );
  if (!opened.ok) throw new Error(opened.error.type);
  const camera = opened.value;
  const long: number[] = [];
  const watch = new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)));
  watch.observe({ type: "longtask" });
  const looks: number[] = [];
  let found = 0;
  const began = performance.now();
  while (performance.now() - began < seconds * 1000) {
    const at = performance.now();
    const frame = camera.frame();
    if (frame !== null) {
      const sight = await imaging.glance(transfer(frame, ["data" in frame ? frame.data.buffer : frame]));
      looks.push(performance.now() - at);
      if (sight.ok && sight.value.corners !== null) found += 1;
    }
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  const took = (performance.now() - began) / 1000;
  watch.disconnect();
  camera.stop();
  video.remove();
  return { looks, found, seconds: took, long };
}

export const bench = { draw, make, hold, enlarge, corners, photo, turnedWrong, live };
Object.assign(window, { bench });
