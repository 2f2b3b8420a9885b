/** The words for what a worker could not do; the area "errors" must be loaded (screens list it in their `areas`). */

import type { WorkerError } from "../../workers/satchel.contract.ts";
import { t } from "../i18n/i18n.ts";

/** True for the refusals that every method shares. */
export const isWorkerError = (error: { readonly type: string }): error is WorkerError =>
  ["locked", "full", "stale", "read-only", "unavailable", "not-found"].includes(error.type);

/** A part that is loaded on demand is not here (workers/common/loaded.ts): there is something that the person can do. */
const isNotLoaded = (error: WorkerError): boolean => error.type === "unavailable" && error.mark === "not-loaded";

export function errorText(error: WorkerError): string {
  if (isNotLoaded(error)) return t("errors.not-loaded");
  return error.type === "unavailable" ? t("errors.unavailable", { mark: error.mark }) : t(`errors.${error.type}`);
}

/** What a failed screen shows: a mark to read out, and words where the ordinary ones say too little. */
export const failure = (error: WorkerError): { readonly mark: string; readonly text: string | undefined } =>
  error.type === "unavailable"
    ? { mark: error.mark, text: isNotLoaded(error) ? errorText(error) : undefined }
    : { mark: error.type, text: errorText(error) };
