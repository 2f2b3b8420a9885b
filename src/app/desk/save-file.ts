/** Hands a file to the browser's downloads, in clear. Runs in the page; only after the helper agreed (PaperPane.tsx). */

import type { Timers } from "../../shared/ports.ts";

/** Long enough for the browser to begin reading; the address is taken back afterwards. */
const READ_MS = 60_000;

/** `name` says nothing about a person: a dossier's number and a page. Saved as a file of unknown kind, never opened. */
export function saveFile(timers: Timers, bytes: ArrayBuffer, mime: string, name: string): void {
  // Another type than PDF would let some browsers run what is inside.
  const type = mime === "application/pdf" ? mime : "application/octet-stream";
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  timers.after(READ_MS, () => URL.revokeObjectURL(url));
}
