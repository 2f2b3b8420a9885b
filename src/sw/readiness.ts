/**
 * "Prêt sans réseau": which groups of files are really in the caches. Runs in the service worker.
 *
 * Surprising fact: without the shell nothing is ready, however many tools are here.
 */
import type { LaterGroup } from "./groups.ts";

export interface Readiness {
  readonly shell: boolean;
  readonly tools: boolean;
  /** What a person can do without network, in their own language. */
  readonly texts: boolean;
  /** The card, coming back, my devices. */
  readonly ways: boolean;
  readonly photos: boolean;
  readonly codes: boolean;
  readonly carrier: boolean;
  /** Pages of PDFs are shown. Not one of `tools`: a phone that saves data is asked first. */
  readonly pdf: boolean;
  /** Codes that offices print on papers are read; like `pdf`. */
  readonly twoddoc: boolean;
}

const languages = ["en", "ar"] as const;
const isLater = (language: unknown): language is (typeof languages)[number] =>
  languages.some((one) => one === language);

/**
 * @param shell every URL of the shell, without revision.
 * @param isCached asks the cache itself: storage can lose single files.
 * @param language the one shown; unknown or absent: every language must be here.
 */
export async function readiness(
  shell: readonly string[],
  isCached: (url: string) => Promise<boolean>,
  has: (group: LaterGroup) => Promise<boolean>,
  language: unknown,
): Promise<Readiness> {
  const held = await Promise.all(shell.map(isCached));
  const isHere = held.length > 0 && held.every(Boolean);
  const spoken = language === "fr" ? [] : isLater(language) ? [language] : languages;
  const words = await Promise.all(spoken.map(has));
  const [ways, photos, codes, carrier] = await Promise.all([has("ways"), has("photos"), has("codes"), has("carrier")]);
  const rest = (await has("shared")) && (await has("rest"));
  return {
    shell: isHere,
    tools: isHere && rest && ways && photos && codes && carrier,
    texts: isHere && words.every(Boolean),
    ways: isHere && ways,
    photos: isHere && photos,
    codes: isHere && codes,
    carrier: isHere && carrier,
    pdf: isHere && (await has("pdf")),
    twoddoc: isHere && (await has("twoddoc")),
  };
}

/** Which groups to bring, in which order: what this page and its language need comes first (DESIGN 1). */
export function fillOrder(
  language: unknown,
  page: "person" | "desk" | "kiosk",
  deskWanted: boolean,
  kioskWanted = false,
  heavy: Readonly<Record<"pdf" | "twoddoc", boolean>> = { pdf: true, twoddoc: true },
): readonly LaterGroup[] {
  const own = isLater(language) ? [language] : [];
  const rest: readonly LaterGroup[] = [
    // A satchel that was just made shows its card next: it comes before everything else.
    "ways",
    "rest",
    "photos",
    "codes",
    "carrier",
    "out",
    "reader",
    "places",
    "forms",
    "profile",
    "published",
    ...own.map((one) => `forms-${one}` as const),
    ...(deskWanted ? (["desk"] as const) : []),
    ...(kioskWanted ? (["kiosk"] as const) : []),
    ...languages,
    ...languages.map((one) => `forms-${one}` as const),
    "official",
    // Half a megabyte each: last, and only where the phone does not save data, or somebody asked for them.
    ...(heavy.pdf ? (["pdf"] as const) : []),
    ...(heavy.twoddoc ? (["twoddoc"] as const) : []),
  ];
  return [...new Set<LaterGroup>(["shared", ...(page === "person" ? [] : [page]), ...own, ...rest])];
}
