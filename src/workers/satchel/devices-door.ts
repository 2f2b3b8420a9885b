/**
 * The door to devices.ts, and the one thing that every opening does for it: writing down that this device is open. Runs in the
 * satchel worker.
 */

import type { DeviceId } from "../../shared/ids.ts";
import type { Timers } from "../../shared/ports.ts";
import { ok, type Result } from "../../shared/result.ts";
import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { serverNow } from "./asks.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import type { Devices } from "./devices.ts";
import type { KeyCare } from "./key-care.ts";
import type { Opening } from "./opening.ts";
import { findProfile, type PinnedProfile, saveProfile } from "./pins.ts";

export const dayMs = 86_400_000;
const dayOf = (time: number): number => Math.floor(time / dayMs);

/** Days on which a device was open, counted from 1970. */
export const seenBy = (record: PinnedProfile | undefined, id: DeviceId): readonly number[] =>
  Object.keys(record?.seen?.[id] ?? {}).map(Number);

/** Writes down, at most once a day, that this device is open. */
export async function noteSeen(deps: SatchelDeps, session: Session): Promise<Result<void, WorkerError>> {
  const { profile, identity, store } = session;
  const id = profile.device as DeviceId;
  // A computer that others use too is no device of the person; one that is out says nothing more.
  if (deps.shared !== undefined || !identity.principal.devices.has(id)) return ok(undefined);
  const held = await findProfile(session);
  if (!held.ok) return held;
  // Nothing of the satchel has arrived here yet.
  if (held.value === null) return ok(undefined);
  const today = dayOf(await serverNow(deps, store));
  const last = Math.max(dayOf(profile.joinedAt ?? profile.createdAt), ...seenBy(held.value.record, id));
  if (today === last) return ok(undefined);
  const saved = await saveProfile(session, deps, (record) => ({
    ...record,
    seen: { ...record.seen, [id]: { [today]: true } },
  }));
  return saved.ok ? ok(undefined) : saved;
}

export const createDevicesDoor = (deps: SatchelDeps, opening: Opening, care: KeyCare, timers: Timers): Devices =>
  createDoor(
    createLoader(deps, "devices-not-loaded", async () =>
      (await import("./devices.ts")).createDevices(deps, opening, care, timers),
    ),
    { devices: true, removeDevice: true, ownDevice: true },
  );
