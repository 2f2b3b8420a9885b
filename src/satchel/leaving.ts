/**
 * Which sealed streams of a paper leave a full phone first (DESIGN 5). Pure; runs in the worker.
 *
 * Surprising fact: a picture that could not be reduced has no readable page. Its original is what one reads, and counts as
 * readable here.
 */

import type { BlobPointer, PaperRecord } from "./model.ts";
import { pagesInOrder } from "./paper.ts";

export type StreamRole = "original" | "readable" | "preview";

export interface Stream {
  readonly pointer: BlobPointer;
  readonly role: StreamRole;
}

/** Every stream of a paper, in the order of its pages. */
export const streamRoles = (paper: PaperRecord): readonly Stream[] =>
  pagesInOrder(paper).flatMap(([, { original, readable, preview }]) => {
    const streams: Stream[] = [];
    if (original !== null) streams.push({ pointer: original, role: readable === null ? "readable" : "original" });
    if (readable !== null) streams.push({ pointer: readable, role: "readable" });
    if (preview !== null) streams.push({ pointer: preview, role: "preview" });
    return streams;
  });

const rank: Readonly<Record<StreamRole, number>> = { original: 0, readable: 1, preview: 2 };

/** Originals before readable pages before previews; inside a kind the largest first. */
export const inLeavingOrder = (paper: PaperRecord): readonly Stream[] =>
  [...streamRoles(paper)].sort(
    (a, b) => rank[a.role] - rank[b.role] || b.pointer.sealedLength - a.pointer.sealedLength,
  );
