/** Root of the official worker: pdf-lib's parser and writer behind official/fill.ts. Holds no key, keeps nothing between two files. */

import { expose, transfer } from "comlink";
import { ok } from "../shared/result.ts";
import { fillPdf, inspectPdf } from "./official/fill.ts";
import type { OfficialApi } from "./official.contract.ts";

const api: OfficialApi = {
  ready: async () => ok(undefined),
  inspect: (bytes) => inspectPdf(bytes),
  async fill(bytes, order) {
    const filled = await fillPdf(bytes, order);
    return filled.ok ? transfer(filled, [filled.value.bytes]) : filled;
  },
};

expose(api);
