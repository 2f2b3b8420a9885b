/**
 * Hands a file to the browser's downloads. Runs in the page. What is in clear goes through state/useSaveFile.ts, which ends
 * it with the satchel.
 *
 * Surprising fact: browsers write the names of downloads into their history, so a name says nothing (INV-3).
 */

import type { Timers } from "../../shared/ports.ts";

/** The browser reads the bytes some time after the click. */
const READ_MS = 60_000;

/** @returns ends it now: the address that keeps the bytes alive is taken back. It is by itself after a minute. */
export function saveFile(timers: Timers, content: Blob, name: string): () => void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  const cancel = timers.after(READ_MS, () => URL.revokeObjectURL(url));
  return () => {
    cancel();
    URL.revokeObjectURL(url);
  };
}
