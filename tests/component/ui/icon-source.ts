/**
 * Turns the drawn icons (`src/app/ui/icons/svg/*.svg`) into one path each. Runs in tests only.
 *
 * The app ships path data, not SVG files: 84 drawings cost about 6 KB compressed and work offline with no sprite file.
 */
import { assert } from "../../../src/shared/assert.ts";

type Attributes = Readonly<Record<string, string>>;

const FIRST_NUMBERS = /^m\s*(-?[\d.]+)[\s,]*(-?[\d.]+)\s*/;

function num(attributes: Attributes, name: string): number {
  const value = Number(attributes[name]);
  assert(Number.isFinite(value), `icon attribute ${name} is a number`);
  return value;
}

const round = (value: number): string => String(Math.round(value * 1000) / 1000);

/** A path that may follow another one: its first move must be absolute. */
function absoluteStart(d: string): string {
  const match = FIRST_NUMBERS.exec(d);
  if (match === null) return d;
  const rest = d.slice(match[0].length);
  const implicitLine = /^[-\d.]/.test(rest) ? "l" : "";
  return `M${match[1]} ${match[2]}${implicitLine}${rest}`;
}

function circle(attributes: Attributes): string {
  const r = num(attributes, "r");
  const start = `M${round(num(attributes, "cx") - r)} ${round(num(attributes, "cy"))}`;
  return `${start}a${round(r)} ${round(r)} 0 1 0 ${round(2 * r)} 0a${round(r)} ${round(r)} 0 1 0 ${round(-2 * r)} 0z`;
}

function rect(attributes: Attributes): string {
  const r = num(attributes, "rx");
  const across = round(num(attributes, "width") - 2 * r);
  const down = round(num(attributes, "height") - 2 * r);
  const corner = (x: number, y: number) => `a${round(r)} ${round(r)} 0 0 1 ${round(x * r)} ${round(y * r)}`;
  const start = `M${round(num(attributes, "x") + r)} ${round(num(attributes, "y"))}`;
  return `${start}h${across}${corner(1, 1)}v${down}${corner(-1, 1)}h-${across}${corner(-1, -1)}v-${down}${corner(1, -1)}z`;
}

/** One path (`d`) that draws the whole icon. Throws when the drawing uses anything but path, circle and rounded rect. */
export function svgToPath(svg: string): string {
  const inner = svg.replace(/^\s*<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  let path = "";
  for (const [, tag, text] of inner.matchAll(/<(\w+)([^>]*?)\/?>/g)) {
    const attributes: Record<string, string> = {};
    for (const [, name, value] of (text ?? "").matchAll(/([\w-]+)="([^"]*)"/g))
      attributes[name as string] = value ?? "";
    if (tag === "path") path += absoluteStart(attributes.d ?? "");
    else if (tag === "circle") path += circle(attributes);
    else if (tag === "rect") path += rect(attributes);
    else assert(false, `icon element <${tag}> is supported`);
  }
  assert(path.startsWith("M"), "icon path starts with an absolute move");
  return path;
}

/** The formatter never breaks a line after so short a key. */
const SHORT_KEY = 5;

/** The text of a generated module, as the formatter would write it. */
export function renderModule(comment: string, constant: string, icons: ReadonlyMap<string, string>): string {
  const lines = [...icons].map(([name, path]) => {
    const key = /^[a-z]+$/.test(name) ? name : `"${name}"`;
    const oneLine = `  ${key}: "${path}",`;
    return oneLine.length <= 120 || key.length < SHORT_KEY ? oneLine : `  ${key}:\n    "${path}",`;
  });
  return `/** ${comment} */\nexport const ${constant} = {\n${lines.join("\n")}\n} as const;\n`;
}
