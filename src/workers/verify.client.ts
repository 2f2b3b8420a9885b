/** The page's way to the worker that checks receipts: the one place that starts it. */

import { type Bridge, bridge } from "./bridge.client.ts";
import { type VerifyApi, verifyMethods } from "./verify.contract.ts";

export const connectVerify = (): Bridge<VerifyApi> =>
  bridge<VerifyApi>(
    () => new Worker(new URL("./verify.worker.ts", import.meta.url), { type: "module", name: "besace-verify" }),
    verifyMethods,
  );
