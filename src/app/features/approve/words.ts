/** What the worker of an approval refuses, in words. Runs in the page; needs the areas "approbation" and "errors". */
import type { ApprovalRefusal } from "../../../workers/approval.contract.ts";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { t } from "../../i18n/i18n.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";

export const refusalText = (error: WorkerError | ApprovalRefusal): string =>
  isWorkerError(error) ? errorText(error) : t(`approbation.phone.refused.${error.type}`);
