/**
 * Root of the official worker: pdf-lib's parser and writer behind official/fill.ts, and the network for two files of our own
 * server. Holds no key, keeps nothing between two files.
 */

import { expose, transfer } from "comlink";
import { routes } from "../protocol/wire.ts";
import { err, ok } from "../shared/result.ts";
import { officialLimits, withinBounds } from "./official/bounded.ts";
import { fillPdf, inspectPdf } from "./official/fill.ts";
import type { OfficialApi } from "./official.contract.ts";
import { type BoundScope, boundMemory } from "./pdf/bounds.ts";

const bounds = boundMemory(globalThis as BoundScope, officialLimits);

const api: OfficialApi = {
  ready: async () => ok(undefined),
  async file(name, most) {
    try {
      const response = await fetch(`${routes.official}/${name}`, { cache: "no-store", credentials: "omit" });
      const bytes = response.ok ? await response.arrayBuffer() : null;
      return bytes === null || bytes.byteLength > most ? err({ type: "away" }) : transfer(ok(bytes), [bytes]);
    } catch (error) {
      // What a network does: nothing came.
      if (error instanceof TypeError) return err({ type: "away" });
      throw error;
    }
  },
  inspect: (bytes) => withinBounds(bounds, () => inspectPdf(bytes)),
  async fill(bytes, order) {
    const filled = await withinBounds(bounds, () => fillPdf(bytes, order));
    return filled.ok ? transfer(filled, [filled.value.bytes]) : filled;
  },
};

expose(api);
