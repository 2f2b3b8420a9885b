/**
 * File names that a person understands and that every disk takes: FAT on a USB stick is the narrowest. Pure.
 *
 * Surprising: names that differ only in case, or in how an accent is written, are one name on some disks; so both count as
 * taken.
 */

/** Reserved by FAT and Windows, beside control characters. */
const reserved = /[\\/:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$/i;
/** Letters; in UTF-8 at most 240 bytes, which leaves room for a number and an ending in the 255 that disks take. */
const longest = 80;

/** One part of a path, without its ending; `fallback` where nothing readable is left. */
export function safeName(text: string, fallback: string): string {
  const plain = text
    .normalize("NFC")
    .replace(reserved, " ")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+/, "");
  const cut = Array.from(plain)
    .slice(0, longest)
    .join("")
    .replace(/[. ]+$/, "");
  if (cut === "") return fallback;
  return devices.test(cut.split(".")[0] ?? "") ? `${cut}_` : cut;
}

/** Gives each name once: the second "Facture" is "Facture (2)". One of these for each folder. */
export function createNames(): (name: string, ending?: string) => string {
  const taken = new Set<string>();
  return (name, ending = "") => {
    for (let n = 1; ; n += 1) {
      const whole = `${name}${n === 1 ? "" : ` (${n})`}${ending}`;
      const key = whole.normalize("NFKC").toLowerCase();
      if (taken.has(key)) continue;
      taken.add(key);
      return whole;
    }
  };
}

const endings: Readonly<Record<string, string>> = {
  "application/pdf": ".pdf",
  "audio/mp4": ".m4a",
  "audio/ogg": ".ogg",
  "audio/webm": ".webm",
  "image/heic": ".heic",
  "image/heif": ".heif",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/webp": ".webp",
};

/** ".pdf", ".webp"; ".bin" for what no program would open by its name. */
export const endingOf = (mime: string): string => endings[mime] ?? ".bin";
