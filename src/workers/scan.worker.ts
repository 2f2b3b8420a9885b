/**
 * Root of the scan worker: reads a QR code, or the codes that offices print, out of a picture. Holds no key, keeps nothing
 * between two pictures.
 *
 * Surprising fact: the reader of printed codes weighs ten times this worker. It is a chunk and a WebAssembly file of their
 * own, from this origin, and comes only when it is asked for.
 */

import { expose } from "comlink";
import programUrl from "zxing-wasm/reader/zxing_reader.wasm?url";
import { ok } from "../shared/result.ts";
import type { MatrixReader } from "./scan/matrix.ts";
import { readQr } from "./scan/read.ts";
import type { ScanApi } from "./scan.contract.ts";

let matrix: MatrixReader | undefined;

async function program(): Promise<ArrayBuffer> {
  const response = await fetch(programUrl);
  if (!response.ok) throw new TypeError("no program");
  return response.arrayBuffer();
}

const api: ScanApi = {
  read: async (picture, effort) => ok(readQr(picture, effort)),
  async codes(picture) {
    try {
      // Where its files are not to be had the call fails, and the bridge says "unavailable".
      matrix ??= (await import("./scan/matrix.ts")).createMatrixReader(program);
      return ok(await matrix.read(picture));
    } finally {
      picture.data.fill(0);
    }
  },
};

expose(api);
