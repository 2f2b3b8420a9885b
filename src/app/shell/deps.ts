/** Everything that the shell is handed by the composition root (main.tsx), or by a test. */
import type { Clock, Random, Timers } from "../../shared/ports.ts";
import type { Operator } from "../platform/deployment.ts";
import type { Discreet } from "../platform/discreet.ts";
import type { IdleLimits, IdleWatch } from "../platform/idle.ts";
import type { Router } from "../platform/router.ts";
import type { ServiceWorkerLink } from "../platform/service-worker.ts";
import type { Room } from "../platform/storage.ts";
import type { ThemeChoice } from "../platform/theme.ts";
import type { Keep } from "../platform/world.ts";
import type { CarrierHandle } from "../state/carrier.ts";
import type { SatchelHandle } from "../state/satchel.ts";

export interface ShellDeps {
  readonly version: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly router: Router;
  readonly satchel: SatchelHandle;
  readonly carrier: CarrierHandle;
  readonly keep: Keep;
  readonly theme: ThemeChoice;
  readonly idleLimits: IdleLimits;
  readonly feedIdle: (watch: IdleWatch) => () => void;
  readonly onEscapes: (leave: () => void) => () => void;
  readonly watchPage: (on: {
    readonly network: (online: boolean) => void;
    readonly shown: () => void;
    readonly hidden: () => void;
  }) => () => void;
  readonly online: () => boolean;
  readonly hidePage: () => void;
  readonly leavePage: () => void;
  readonly discreet: Discreet;
  /** The page begins anew, at the first address. */
  readonly startAgain: () => void;
  /** Other tabs leave. */
  readonly clearOtherTabs: () => Promise<void>;
  /** Files, settings and the service worker of this origin go. */
  readonly wipePage: () => Promise<void>;
  readonly loadOperator: () => Promise<Operator | null>;
  /** `onWaiting`: a newer version is here and waits. */
  readonly linkServiceWorker: (onWaiting: () => void) => Promise<ServiceWorkerLink | null>;
  readonly askToKeep: () => Promise<boolean>;
  readonly readRoom: () => Promise<Room>;
  readonly copyText: (text: string) => Promise<boolean>;
  readonly diagnostics: (mark: string, screen: string, at: number) => string;
  readonly print: () => void;
}
