/**
 * All the disguises in which a marker may lie on a disk or on a wire. Pure; runs in Node (Buffer).
 *
 * Surprising fact: V8 stores a text without letters above U+00FF as Latin-1, one with any such letter as UTF-16; so
 * "Zoé" is three bytes in IndexedDB, and neither its UTF-8 nor its UTF-16 form is found there. Firefox adds one to each byte
 * of a text that is a key.
 */

export type Marker = { readonly name: string; readonly value: string | Uint8Array };

export type Needle = { readonly marker: string; readonly encoding: string; readonly bytes: Buffer };

/** Shorter forms would be found by chance. */
const MIN_BYTES = 6;
const MIN_BASE64 = 8;

function utf16be(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

/** The characters that every base64 text containing `bytes` must contain, for the three places a byte can have. */
function base64Cores(bytes: Buffer): { shift: number; core: string }[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replaceAll("=", "");
    // The first characters mix with the bytes before, the last one with the bytes behind.
    const from = [0, 2, 3][shift] ?? 0;
    const to = Math.floor(((shift + bytes.length) * 8) / 6);
    return { shift, core: text.slice(from, to) };
  });
}

function percentAll(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("");
}

function jsonEscaped(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function htmlEscaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function isLatin1(text: string): boolean {
  return [...text].every((letter) => (letter.codePointAt(0) ?? 0) <= 0xff);
}

/**
 * The needles of one marker, without doubles.
 * Throws when the marker is so short (under 6 bytes) that finding it would prove nothing.
 */
export function needlesOf(marker: Marker): Needle[] {
  const found = new Map<string, Needle>();
  const add = (encoding: string, bytes: Buffer): void => {
    const key = bytes.toString("latin1");
    if (!found.has(key)) found.set(key, { marker: marker.name, encoding, bytes });
  };
  const addBytes = (prefix: string, bytes: Buffer): void => {
    add(prefix, bytes);
    add(`${prefix} hex`, Buffer.from(bytes.toString("hex")));
    add(`${prefix} HEX`, Buffer.from(bytes.toString("hex").toUpperCase()));
    for (const { shift, core } of base64Cores(bytes)) {
      if (core.length < MIN_BASE64) continue;
      add(`${prefix} base64+${shift}`, Buffer.from(core));
      add(`${prefix} base64url+${shift}`, Buffer.from(core.replaceAll("+", "-").replaceAll("/", "_")));
    }
  };
  if (typeof marker.value !== "string") {
    const bytes = Buffer.from(marker.value);
    if (bytes.length < MIN_BYTES) throw new Error(`marker ${marker.name} has only ${bytes.length} bytes`);
    addBytes("bytes", bytes);
    return [...found.values()];
  }
  for (const form of new Set([marker.value, marker.value.normalize("NFC"), marker.value.normalize("NFD")])) {
    const utf8 = Buffer.from(form, "utf8");
    if (utf8.length < MIN_BYTES) throw new Error(`marker ${marker.name} has only ${utf8.length} bytes`);
    addBytes("utf8", utf8);
    addBytes("utf16le", Buffer.from(form, "utf16le"));
    add("utf16be", utf16be(form));
    if (/^[\x20-\x7e]*$/.test(form)) add("firefox key", Buffer.from(utf8.map((byte) => byte + 1)));
    if (isLatin1(form)) addBytes("latin1", Buffer.from(form, "latin1"));
    const percent = encodeURIComponent(form);
    add("percent", Buffer.from(percent));
    add("percent", Buffer.from(percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())));
    add("form", Buffer.from(percent.replaceAll("%20", "+")));
    add("percent all", Buffer.from(percentAll(utf8)));
    add("percent all", Buffer.from(percentAll(utf8).toLowerCase()));
    const json = jsonEscaped(form);
    add("json", Buffer.from(json));
    add("json", Buffer.from(json.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)));
    add("html", Buffer.from(htmlEscaped(form)));
  }
  return [...found.values()];
}

/**
 * Markers out of an image (JPEG, WebP, RGBA): `count` slices of `length` bytes, spread over the payload, each with
 * enough different bytes to occur nowhere else. Throws when the payload is too plain to yield one.
 */
export function sliceMarkers(name: string, payload: Uint8Array, count = 5, length = 48): Marker[] {
  const markers: Marker[] = [];
  for (let i = 0; i < count; i++) {
    const zoneStart = Math.floor((payload.length * i) / count);
    const zoneEnd = Math.floor((payload.length * (i + 1)) / count) - length;
    // Not at the zone's edge: headers and tables there are alike in all files.
    const first = zoneStart + Math.floor((zoneEnd - zoneStart) / 3);
    for (let at = first; at < zoneEnd; at += 16) {
      const slice = payload.slice(at, at + length);
      if (new Set(slice).size < Math.min(24, length / 2)) continue;
      markers.push({ name: `${name}[${at}]`, value: slice });
      break;
    }
  }
  if (markers.length === 0) throw new Error(`${name}: no slice of ${length} bytes is distinct enough`);
  return markers;
}
