/**
 * A decision that "Après une décision" begins with: its day, handed from the screen that shows it. Runs in the page.
 *
 * Surprising fact: it goes through memory. An address would leave the day of a decision in the history of the phone.
 */

let written: string | null = null;

/** @param day "YYYY-MM-DD". */
export function beginFromDecision(day: string): void {
  written = day;
}

/** The day that was handed over, once; null: none. */
export function takeDecision(): string | null {
  const day = written;
  written = null;
  return day;
}
