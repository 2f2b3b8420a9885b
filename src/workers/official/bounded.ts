/**
 * What a PDF may make the official worker keep in memory: counted as in the PDF worker (pdf/bounds.ts). Runs in the worker and in Node.
 *
 * Surprising fact: the parser answers to what was refused as to a damaged file, so whether anything was is asked afterwards.
 */

import { err, type Result } from "../../shared/result.ts";
import type { OfficialTrouble } from "../official.contract.ts";
import { type Bounds, type Limits, pageLimits } from "../pdf/bounds.ts";

const mega = 1024 * 1024;
export const officialLimits: Limits = { ...pageLimits, piece: 64 * mega, bytes: 256 * mega };

export async function withinBounds<T>(
  bounds: Bounds,
  task: () => Promise<Result<T, OfficialTrouble>>,
): Promise<Result<T, OfficialTrouble>> {
  bounds.begin();
  const done = await task();
  return bounds.wasHit() ? err({ type: "too-heavy" }) : done;
}
