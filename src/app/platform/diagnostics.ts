/** What a person may read out or copy when a screen fails: versions, sizes, marks. Never content, ids or names (INV-3). */

export interface Diagnostics {
  readonly version: string;
  readonly mark: string;
  /** The pattern of the screen ("/papiers/:paper"), not its address. */
  readonly screen: string;
  readonly language: string;
  readonly online: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One fact per line. */
export function diagnosticText(facts: Diagnostics): string {
  return [
    `Besace ${facts.version}`,
    facts.mark,
    facts.screen,
    facts.language,
    facts.online ? "online" : "offline",
    new Date(facts.at).toISOString(),
    navigator.userAgent,
    `${window.innerWidth}x${window.innerHeight}`,
  ].join("\n");
}

/** Copies a text; false when the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) return false;
    throw error;
  }
}

/** A short mark of an error's kind, to read out on the phone: the same bug gives the same mark ("P-3F2"). */
export function markOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name} ${error.message}` : "unknown";
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 4096;
  return `P-${sum.toString(16).toUpperCase().padStart(3, "0")}`;
}
