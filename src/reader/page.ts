/**
 * What the reader shows: plain elements, made once. Runs in the page of the reader.
 *
 * Surprising: text is only ever set as text. A paper's title that looks like markup is a title (the content security policy
 * would stop it from running, but it has no business in the page at all).
 */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | null>>;

/** An element with attributes (`null` and `false`: left out) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that does not send a form. */
export function button(text: string, onPress: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = h("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", onPress);
  return element;
}

/** Labels and what stands beside them. */
export function facts(list: readonly (readonly [string, string])[]): Node | null {
  if (list.length === 0) return null;
  return h("dl", {}, ...list.flatMap(([label, value]) => [h("dt", {}, label), h("dd", { dir: "auto" }, value)]));
}

/** Pixels of one canvas: 32 MB. */
const MAX_PIXELS = 8_000_000;

/**
 * A picture drawn into a canvas, never an `<img>`: Chromium writes the bytes behind an `<img>` to the disk in clear
 * (decisions/0025). Null: damaged, or a kind that this browser does not read.
 */
export async function drawn(content: Blob, name: string): Promise<HTMLCanvasElement | null> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(content);
  } catch (error) {
    // The standard's one answer for both.
    if (error instanceof DOMException) return null;
    throw error;
  }
  try {
    const share = Math.min(1, Math.sqrt(MAX_PIXELS / (bitmap.width * bitmap.height)));
    const canvas = h("canvas", { role: "img", "aria-label": name });
    canvas.width = Math.max(1, Math.round(bitmap.width * share));
    canvas.height = Math.max(1, Math.round(bitmap.height * share));
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) return null;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    bitmap.close();
  }
}

/** Hands bytes to the browser's downloads; they are let go when the page closes them. */
export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
