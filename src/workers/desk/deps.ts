/** What the desk's modules may ask of the world; desk.worker.ts wires the real ones, tests seeded ones. Types only. */

import type { Identity } from "../../crypto/identity.ts";
import type { Clock, Log, Random } from "../../shared/ports.ts";
import type { Profile, Registry, SatchelStore } from "../../storage/ports.ts";
import type { Couriers } from "../common/couriers.ts";
import type { Deployments } from "../common/deployments.ts";
import type { Records } from "../common/records.ts";
import type { Stores } from "../common/stores.ts";
import type { DeskChange } from "../desk.contract.ts";
import type { StretchApi } from "../stretch.contract.ts";
import type { DeskLink } from "./link.ts";
import type { DeskRecord } from "./records.ts";

export interface DeskDeps {
  readonly registry: Registry;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly stretch: StretchApi;
  readonly deployments: Deployments;
  readonly couriers: Couriers;
  readonly link: DeskLink;
  readonly emit: (change: DeskChange) => void;
}

export interface DeskSession {
  readonly profile: Profile;
  /** The organisation's. */
  readonly identity: Identity;
  /** The person's at this browser; null in one that was opened the old way (decisions/0034). */
  readonly helper: Identity | null;
  readonly store: SatchelStore;
  readonly records: Records<DeskRecord>;
}
