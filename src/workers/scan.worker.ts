/** Root of the scan worker: reads a QR code out of a picture. Holds no key, keeps nothing between two pictures. */

import { expose } from "comlink";
import { ok } from "../shared/result.ts";
import { readQr } from "./scan/read.ts";
import type { ScanApi } from "./scan.contract.ts";

const api: ScanApi = { read: async (picture, effort) => ok(readQr(picture, effort)) };

expose(api);
