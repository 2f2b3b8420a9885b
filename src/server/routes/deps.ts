/** What the routes are handed by app.ts. Types only. */

import type { Log, Timers } from "../../shared/ports.ts";
import type { Admit } from "../admission.ts";
import type { Answers } from "../answers.ts";
import type { DeploymentBase } from "../deployment.ts";
import type { Journal } from "../journal.ts";
import type { ServerKeys } from "../keys.ts";
import type { Letters } from "../letters.ts";
import type { QuotaOf } from "../quotas.ts";
import type { Rates } from "../rates.ts";
import type { Sessions } from "../sessions.ts";
import type { Store } from "../stores/ports.ts";
import type { Uploads } from "../uploads.ts";

export interface RouteDeps {
  readonly answers: Answers;
  readonly timers: Timers;
  readonly store: Store;
  readonly keys: ServerKeys;
  readonly deployment: DeploymentBase;
  readonly sessions: Sessions;
  /** For what needs a session. */
  readonly admit: Admit;
  readonly rates: Rates;
  readonly letters: Letters;
  readonly quotaOf: QuotaOf;
  readonly uploads: Uploads;
  readonly journal: Journal;
  readonly log: Log;
}
