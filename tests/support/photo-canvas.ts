/**
 * Draws one photograph of a sheet on a table. Runs in a page: Playwright sends the one function as text, so it may use
 * nothing from outside itself.
 *
 * Surprising fact: plain loops over the pixels take about a second for 12 megapixels here, as fast as WebGL without a
 * graphics card, and give the same bytes on every run.
 */

/** Everything the page needs, plain values only. */
export type CanvasJob = {
  /** Pixels as stored in the file (before EXIF turns them). */
  readonly width: number;
  readonly height: number;
  readonly orientation: 1 | 3 | 6 | 8;
  /** XHTML of the sheet; undefined: only the table. */
  readonly markup?: string;
  readonly sheetWidth: number;
  readonly sheetHeight: number;
  /** Corners of the sheet in the upright picture, pixels: top left, top right, bottom right, bottom left. */
  readonly corners: readonly (readonly [number, number])[];
  readonly seed: number;
  readonly type: "image/jpeg" | "image/webp" | "image/png";
  readonly quality: number;
  /** 0 none, 1 as in a kitchen at night. */
  readonly noise: number;
  readonly blur: number;
  readonly shadow: number;
  /** A crease across the middle, as in a letter. */
  readonly folded: boolean;
};

/** Returns the encoded picture in base64. */
export async function drawPhoto(job: CanvasJob): Promise<string> {
  const { width, height, orientation, corners } = job;
  const turned = orientation === 6 || orientation === 8;
  const upWidth = turned ? height : width;
  const upHeight = turned ? width : height;

  let state = job.seed >>> 0 || 1;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };

  // The sheet, drawn at about the size it has in the picture.
  const corner = (index: number): readonly [number, number] => corners[index] ?? [0, 0];
  const side = Math.hypot(corner(1)[0] - corner(0)[0], corner(1)[1] - corner(0)[1]);
  const scale = Math.max(0.25, side / job.sheetWidth);
  const docWidth = Math.round(job.sheetWidth * scale);
  const docHeight = Math.round(job.sheetHeight * scale);
  let doc: Uint8ClampedArray | undefined;
  if (job.markup !== undefined) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${job.sheetWidth}" height="${job.sheetHeight}"><foreignObject width="100%" height="100%"><div xmlns="http://www.w3.org/1999/xhtml" style="width:${job.sheetWidth}px;height:${job.sheetHeight}px">${job.markup}</div></foreignObject></svg>`;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    const canvas = new OffscreenCanvas(docWidth, docHeight);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("no 2d context");
    context.fillStyle = "#fdfcf8";
    context.fillRect(0, 0, docWidth, docHeight);
    if (job.blur > 0) context.filter = `blur(${job.blur}px)`;
    context.drawImage(image, 0, 0, docWidth, docHeight);
    doc = context.getImageData(0, 0, docWidth, docHeight).data;
  }

  // A wooden table: stretched value noise plus grain, 1024 x 1024, repeated.
  const tile = 1024;
  const wood = new Uint8Array(tile * tile);
  const coarse = Float32Array.from({ length: 64 * 64 }, () => random());
  const smooth = (x: number, y: number): number => {
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const fx = x - x0;
    const fy = y - y0;
    const value = (i: number, j: number): number => coarse[((j & 63) << 6) | (i & 63)] as number;
    const top = value(x0, y0) * (1 - fx) + value(x0 + 1, y0) * fx;
    return top * (1 - fy) + (value(x0, y0 + 1) * (1 - fx) + value(x0 + 1, y0 + 1) * fx) * fy;
  };
  for (let y = 0; y < tile; y++) {
    for (let x = 0; x < tile; x++) {
      const rings = Math.sin((smooth(x / 256, y / 16) * 3 + y / 90) * 6.283);
      wood[y * tile + x] = 110 + rings * 14 + smooth(x / 64, y / 4) * 46 + random() * 8;
    }
  }

  // Light: a slope, darker corners, and the soft shadow of the hand that holds the phone.
  const cell = 32;
  const columns = Math.ceil(width / cell) + 1;
  const rows = Math.ceil(height / cell) + 1;
  const light = new Float32Array(columns * rows);
  const angle = random() * 6.283;
  const handX = random() < 0.5 ? -0.05 : 1.05;
  const handY = 0.6 + random() * 0.35;
  const upright = (x: number, y: number): [number, number] => {
    if (orientation === 6) return [upWidth - 1 - y, x];
    if (orientation === 8) return [y, upHeight - 1 - x];
    if (orientation === 3) return [upWidth - 1 - x, upHeight - 1 - y];
    return [x, y];
  };
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const [x, y] = upright(i * cell, j * cell);
      const u = x / upWidth;
      const v = y / upHeight;
      const slope = 0.97 + 0.13 * job.shadow * ((u - 0.5) * Math.cos(angle) + (v - 0.5) * Math.sin(angle)) * 2;
      const radius = (u - 0.5) ** 2 + (v - 0.5) ** 2;
      const far = Math.min(1, Math.max(0, (Math.hypot((u - handX) * 1.3, v - handY) - 0.22) / 0.3));
      const hand = 1 - 0.38 * job.shadow * (1 - far * far * (3 - 2 * far));
      light[j * columns + i] = slope * (1 - 0.42 * radius) * hand;
    }
  }

  // From the upright picture to the sheet (0..1): the inverse of the map of the unit square onto the corners.
  const [x0, y0] = corner(0);
  const [x1, y1] = corner(1);
  const [x2, y2] = corner(2);
  const [x3, y3] = corner(3);
  const dx1 = x1 - x2;
  const dx2 = x3 - x2;
  const dx3 = x0 - x1 + x2 - x3;
  const dy1 = y1 - y2;
  const dy2 = y3 - y2;
  const dy3 = y0 - y1 + y2 - y3;
  const under = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / under;
  const h = (dx1 * dy3 - dx3 * dy1) / under;
  const [a, b, c] = [x1 - x0 + g * x1, x3 - x0 + h * x3, x0];
  const [d, e, f] = [y1 - y0 + g * y1, y3 - y0 + h * y3, y0];
  const inverse = [
    e - f * h,
    c * h - b,
    b * f - c * e,
    f * g - d,
    a - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
  // Together with the turn: stored pixel -> upright -> sheet. Each is linear, so three points give it.
  const at = (x: number, y: number, row: number): number => {
    const [ux, uy] = upright(x, y);
    const k = row * 3;
    return (inverse[k] as number) * ux + (inverse[k + 1] as number) * uy + (inverse[k + 2] as number);
  };
  const linear = [0, 1, 2].map((row) => {
    const base = at(0, 0, row);
    return [at(1, 0, row) - base, at(0, 1, row) - base, base] as const;
  });
  const [[ua, ub, uc], [va, vb, vc], [wa, wb, wc]] = linear as unknown as [
    readonly [number, number, number],
    readonly [number, number, number],
    readonly [number, number, number],
  ];

  const grain = new Int8Array(65536);
  for (let i = 0; i < grain.length; i++)
    grain[i] = Math.round((random() + random() + random() + random() - 2) * 11 * job.noise);

  const picture = new ImageData(width, height);
  const out = picture.data;
  const fold = job.folded ? 0.5 + (random() - 0.5) * 0.04 : 9;
  for (let y = 0; y < height; y++) {
    const j = Math.floor(y / cell);
    const fy = y / cell - j;
    let noiseAt = Math.floor(random() * 65536);
    let to = y * width * 4;
    for (let i = 0; i * cell < width; i++) {
      const lightLeft = (light[j * columns + i] as number) * (1 - fy) + (light[(j + 1) * columns + i] as number) * fy;
      const lightRight =
        (light[j * columns + i + 1] as number) * (1 - fy) + (light[(j + 1) * columns + i + 1] as number) * fy;
      const step = (lightRight - lightLeft) / cell;
      let bright = lightLeft;
      const end = Math.min(width, (i + 1) * cell);
      for (let x = i * cell; x < end; x++) {
        const w = 1 / (wa * x + wb * y + wc);
        const u = (ua * x + ub * y + uc) * w;
        const v = (va * x + vb * y + vc) * w;
        const px = u * docWidth;
        const py = v * docHeight;
        const inside = Math.min(px, docWidth - px, py, docHeight - py);
        let red = 0;
        let green = 0;
        let blue = 0;
        let cover = 0;
        if (doc !== undefined && inside > -0.5) {
          cover = inside >= 0.5 ? 1 : inside + 0.5;
          const sx = Math.min(docWidth - 2, Math.max(0, px - 0.5));
          const sy = Math.min(docHeight - 2, Math.max(0, py - 0.5));
          const ix = sx | 0;
          const iy = sy | 0;
          const tx = sx - ix;
          const ty = sy - iy;
          const p = (iy * docWidth + ix) * 4;
          const q = p + docWidth * 4;
          const w00 = (1 - tx) * (1 - ty);
          const w10 = tx * (1 - ty);
          const w01 = (1 - tx) * ty;
          const w11 = tx * ty;
          red =
            (doc[p] as number) * w00 +
            (doc[p + 4] as number) * w10 +
            (doc[q] as number) * w01 +
            (doc[q + 4] as number) * w11;
          green =
            (doc[p + 1] as number) * w00 +
            (doc[p + 5] as number) * w10 +
            (doc[q + 1] as number) * w01 +
            (doc[q + 5] as number) * w11;
          blue =
            (doc[p + 2] as number) * w00 +
            (doc[p + 6] as number) * w10 +
            (doc[q + 2] as number) * w01 +
            (doc[q + 6] as number) * w11;
          const crease = v - fold;
          if (crease > -0.012 && crease < 0.012) {
            const shade = 1 + (crease > 0 ? -0.06 : 0.025) * (1 - Math.abs(crease) / 0.012);
            red *= shade;
            green *= shade;
            blue *= shade;
          }
        }
        if (cover < 1) {
          let table = wood[((y & 1023) << 10) | (x & 1023)] as number;
          if (doc !== undefined) {
            // The sheet's own shadow on the table.
            const gap = Math.max(-px, px - docWidth, -py, py - docHeight);
            if (gap < 70) table *= 0.62 + 0.38 * (Math.max(0, gap) / 70);
          }
          red = red * cover + table * 1.12 * (1 - cover);
          green = green * cover + table * 0.86 * (1 - cover);
          blue = blue * cover + table * 0.62 * (1 - cover);
        }
        const luma = grain[noiseAt & 65535] as number;
        out[to] = red * bright * 1.0 + luma + ((grain[(noiseAt + 7919) & 65535] as number) >> 1);
        out[to + 1] = green * bright * 0.975 + luma;
        out[to + 2] = blue * bright * 0.92 + luma + ((grain[(noiseAt + 104729) & 65535] as number) >> 1);
        out[to + 3] = 255;
        to += 4;
        noiseAt++;
        bright += step;
      }
    }
  }

  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no 2d context");
  context.putImageData(picture, 0, 0);
  const blob = await canvas.convertToBlob({ type: job.type, quality: job.quality });
  if (blob.type !== job.type) throw new Error(`this browser writes ${blob.type}, not ${job.type}`);
  const address = await new Promise<string>((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
  return address.slice(address.indexOf(",") + 1);
}
