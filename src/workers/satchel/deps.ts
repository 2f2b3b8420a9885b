/** What the satchel's modules may ask of the world; satchel.worker.ts wires the real ones, tests seeded ones. Types only. */

import type { Identity } from "../../crypto/identity.ts";
import type { SatchelRecord } from "../../satchel/model.ts";
import type { Clock, Log, Random, Timers } from "../../shared/ports.ts";
import type { Profile, Registry, SatchelStore } from "../../storage/ports.ts";
import type { Hints, WaysTransport } from "../../sync/ports.ts";
import type { BlobReader } from "../common/blob-reader.ts";
import type { Couriers } from "../common/couriers.ts";
import type { Deployments } from "../common/deployments.ts";
import type { ShownQueue } from "../common/queue.ts";
import type { Beside, Records } from "../common/records.ts";
import type { Stores } from "../common/stores.ts";
import type { Turns } from "../common/turns.ts";
import type { PageMaker } from "../imaging.contract.ts";
import type { Change } from "../satchel.contract.ts";
import type { Stretching } from "../stretch.contract.ts";
import type { Held } from "./keyring-life.ts";

/** Marks outside the databases, by their random names: "this one held records". */
export interface Marks {
  readonly has: (database: string) => Promise<boolean>;
  readonly put: (database: string) => Promise<void>;
  readonly drop: (database: string) => Promise<void>;
  /** The weeks in which a locked phone may say one neutral sentence: eight numbers, some of them true (decisions/0028). */
  readonly weeks: (database: string, weeks: readonly number[]) => Promise<void>;
}

export interface SatchelDeps {
  readonly registry: Registry;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly stretch: Stretching;
  readonly imaging: PageMaker;
  readonly deployments: Deployments;
  readonly couriers: Couriers;
  /** Host of the home server, for the card's QR text. */
  readonly home: () => string;
  /** Bytes that the browser still allows, null when it does not say. */
  readonly room: () => Promise<number | null>;
  /** What the browser says of the line, now. */
  readonly hints: () => Hints;
  /** The browser says what kind of line it is. */
  readonly lineKnown: () => boolean;
  readonly reader: BlobReader;
  readonly marks: Marks;
  /** Where public things lie, beside the databases. */
  readonly caches: Pick<CacheStorage, "open">;
  /** What a new phone asks before it is anybody's. */
  readonly ways: WaysTransport;
  /** Takes every database of this browser away; answers how many are still there. */
  readonly wipeDatabases: () => Promise<number>;
  /** At an unlock: the profile and identity to open with, after a look at what came (key-care.ts). */
  readonly lookAtKeys: (profile: Profile, identity: Identity) => Promise<Held>;
  readonly emit: (change: Change) => void;
  /** Absent: what is loaded on demand has no limit (loaded.ts). */
  readonly timers?: Timers;
  /** Absent: nobody asks anything while something long is done. */
  readonly turns?: Turns;
  /** A computer that others use too: what is kept leaves as deposits as well (decisions/0018). */
  readonly shared?: SharedComputer;
}

export interface SharedComputer {
  readonly beside: (identity: Identity, store: SatchelStore) => Beside<SatchelRecord>;
  readonly opened: (session: Session) => void;
}

/** An opened satchel: everything that needs keys gets one and forgets it. */
export interface Session {
  readonly profile: Profile;
  readonly identity: Identity;
  readonly store: SatchelStore;
  readonly records: Records<SatchelRecord>;
  /** For lists; what decides asks the store. */
  readonly queue: ShownQueue;
}
