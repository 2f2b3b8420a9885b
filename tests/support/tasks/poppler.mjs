/**
 * Finds poppler's pdftotext for the long tests: the system's, else Debian's package, installed when we are root.
 *
 * Plain JavaScript for any Node from 20 up.
 */
import { onPath } from "./common.mjs";
import { ensureInstalled } from "./packages.mjs";

/** Path of pdftotext. Stops the program when there is none. */
export const ensurePdfToText = () =>
  ensureInstalled({
    what: "pdftotext of poppler",
    packages: ["poppler-utils"],
    find: () => onPath(["pdftotext"]),
  });
