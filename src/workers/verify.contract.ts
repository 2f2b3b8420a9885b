/** What the page may ask of the worker that checks receipts (SPEC P-P8). Types, and the names of the methods. It holds no key. */

import type { JudgedReceipt, ReceiptFault } from "../protocol/receipt.ts";
import type { HumanContact } from "../protocol/wire.ts";
import type { Result } from "../shared/result.ts";

export interface CheckedReceipt extends Omit<JudgedReceipt, "to"> {
  /** Names as deployment.json has them; null where it does not know the receiver. */
  readonly to: { readonly name: string; readonly human: HumanContact } | null;
  readonly operator: string;
}

export type VerifyTrouble =
  /** The worker could not be loaded. */
  | { readonly type: "unavailable"; readonly mark: string }
  /** No deployment.json is on this device, and no network: there is nothing to hold it against. */
  | { readonly type: "no-deployment" }
  | { readonly type: ReceiptFault }
  | { readonly type: "other-operator"; readonly operator: string }
  | { readonly type: "forged" };

export interface VerifyApi {
  readonly ready: () => Promise<Result<void, VerifyTrouble>>;
  /** `text`: of a file, or of a code. */
  readonly verify: (text: string) => Promise<Result<CheckedReceipt, VerifyTrouble>>;
}

export const verifyMethods = ["ready", "verify"] as const satisfies readonly (keyof VerifyApi)[];
