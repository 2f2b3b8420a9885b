/** How a store's failures are told to a screen. Pure. */

import type { Err } from "../../shared/result.ts";
import { err } from "../../shared/result.ts";
import type { StorageError } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";

export function workerError(error: StorageError): WorkerError {
  switch (error.type) {
    case "full":
      return { type: "full" };
    case "stale":
      return { type: "stale" };
    case "read-only":
      return { type: "read-only" };
    case "unavailable":
      return { type: "unavailable", mark: error.detail };
  }
}

export const storageErr = (error: StorageError): Err<WorkerError> => err(workerError(error));
