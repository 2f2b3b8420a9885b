/** Everything that the kiosk's page is handed by its root (main.tsx), or by a test. Types only. */
import type { Clock, Random, Timers } from "../../shared/ports.ts";
import type { KioskApi } from "../../workers/kiosk.contract.ts";
import type { Change } from "../../workers/satchel.contract.ts";
import type { IdleWatch } from "../platform/idle.ts";
import type { Router } from "../platform/router.ts";
import type { ServiceWorkerLink } from "../platform/service-worker.ts";
import type { ThemeChoice } from "../platform/theme.ts";
import type { AskHandle } from "../state/ask.ts";
import type { CarrierHandle } from "../state/carrier.ts";
import type { CheckName, Seen } from "./checks.ts";
import type { KioskDeployment } from "./config.ts";

export type KioskHandle = AskHandle<KioskApi, Change>;

export interface KioskDeps {
  readonly version: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly router: Router;
  readonly kiosk: KioskHandle;
  /** Ends the worker and all that it holds. */
  readonly stopWorker: () => void;
  readonly carrier: CarrierHandle;
  readonly theme: ThemeChoice;
  readonly feedIdle: (watch: IdleWatch) => () => void;
  readonly watchPage: (on: {
    readonly network: (online: boolean) => void;
    readonly shown: () => void;
    readonly hidden: () => void;
  }) => () => void;
  readonly online: () => boolean;
  readonly loadDeployment: () => Promise<KioskDeployment | null>;
  readonly linkServiceWorker: () => Promise<ServiceWorkerLink | null>;
  readonly checks: () => Promise<Readonly<Record<CheckName, Seen>>>;
  readonly askToKeep: () => Promise<boolean>;
  readonly copyText: (text: string) => Promise<boolean>;
  /** What the person may have copied goes too, as far as the browser lets us. */
  readonly clearClipboard: () => Promise<void>;
  readonly print: () => void;
  /** Another page stands in the place of this one. */
  readonly replacePage: () => void;
}
