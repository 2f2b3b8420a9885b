/** Root of the worker that checks receipts: the network, or the service worker's copy, for deployment.json. Holds no key, keeps nothing. */

import { expose } from "comlink";
import { routes } from "../protocol/wire.ts";
import { ok } from "../shared/result.ts";
import { checkReceipt } from "./verify/check.ts";
import type { VerifyApi } from "./verify.contract.ts";

async function deployment(): Promise<unknown> {
  try {
    const answer = await fetch(routes.deployment, { credentials: "omit", redirect: "error" });
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    // No network, or a portal's page where JSON should be.
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
}

const api: VerifyApi = {
  ready: async () => ok(undefined),
  verify: (text) => checkReceipt(text, deployment),
};

expose(api);
