/**
 * Hands a file to the browser's downloads, in clear. Runs in the page; only after the person agreed.
 *
 * Surprising fact: browsers write the names of downloads into their history, so a name says nothing (INV-3).
 */

import type { Timers } from "../../shared/ports.ts";

/** The browser reads the bytes some time after the click. */
const READ_MS = 60_000;

export function saveFile(timers: Timers, content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  timers.after(READ_MS, () => URL.revokeObjectURL(url));
}
