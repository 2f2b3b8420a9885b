/** Checks a receipt against the deployment that this device knows (protocol/receipt.ts). Runs in the verify worker; holds no key. */

import { parseDeployment } from "../../protocol/parse.ts";
import { judgeReceipt, readDossierReceipt } from "../../protocol/receipt.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { CheckedReceipt, VerifyTrouble } from "../verify.contract.ts";

/** @param load deployment.json as it lies here, or as the server has it; null: neither. */
export async function checkReceipt(
  text: string,
  load: () => Promise<unknown>,
): Promise<Result<CheckedReceipt, VerifyTrouble>> {
  const read = readDossierReceipt(text);
  if (!read.ok) return err({ type: read.error });
  const deployment = parseDeployment(await load());
  if (!deployment.ok) return err({ type: "no-deployment" });
  const { operator, organisations } = deployment.value;
  const verdict = await judgeReceipt(read.value, deployment.value);
  if (verdict.type === "other-operator") return err({ type: "other-operator", operator });
  if (verdict.type === "forged") return err({ type: "forged" });
  const { to: slug, ...receipt } = verdict.receipt;
  const found = organisations.find((organisation) => organisation.slug === slug);
  return ok({ ...receipt, operator, to: found === undefined ? null : { name: found.name, human: found.human } });
}
