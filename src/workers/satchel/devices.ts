/**
 * "Mes appareils" of an open satchel: which, since when, putting one out (DESIGN 3). Runs in the satchel worker, loaded when its
 * screens ask.
 *
 * Surprising fact: when a device was last open is said by that device itself, sealed in the profile record, a day at most. The
 * server could tell, and is not asked to remember it (decisions/0016). One entry per day, never a changed one: days of
 * two devices, or of a server that went back, meet without a question to the person.
 */

import { parseBody } from "../../protocol/sign.ts";
import type { Signed, Statement } from "../../protocol/wire.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Registry } from "../../storage/ports.ts";
import { updateProfile } from "../common/codes.ts";
import type { Couriers } from "../common/couriers.ts";
import { storageErr } from "../common/errors.ts";
import type { DeviceView, SatchelApi, UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps } from "./deps.ts";
import { dayMs, seenBy } from "./devices-door.ts";
import type { KeyCare } from "./key-care.ts";
import type { Opening } from "./opening.ts";
import { findProfile, saveProfile } from "./pins.ts";

export type Devices = Pick<SatchelApi, "devices" | "removeDevice" | "ownDevice">;

/** How long a person who puts a device out waits for the server's word before it is said that it is not known yet. */
const patienceMs = 8000;
/** And while the line does not answer. */
const patienceWithoutLineMs = 1600;
const betweenLooksMs = 200;

/** Noon: the same date wherever the person's clock stands. */
const noonOf = (day: number): number => day * dayMs + dayMs / 2;

/** Every device that was ever added, in that order: its place is its number, for good. */
export function everAdded(statements: readonly Signed[]): readonly DeviceId[] {
  const ids = statements.flatMap(({ body }) => {
    const statement = parseBody(body)?.value as Statement | undefined;
    return statement?.t === "device" ? [statement.device] : [];
  });
  return [...new Set(ids)];
}

/** True once the server has the chain as it is here; false when a run ended, or time went by, without its word. */
async function isTold(
  { registry, couriers }: { readonly registry: Registry; readonly couriers: Couriers },
  timers: Timers,
  database: string,
): Promise<boolean> {
  const isDue = async (): Promise<boolean> => {
    const held = await registry.get(database);
    return !held.ok || held.value === undefined || held.value.statementsDue === true;
  };
  let ended = false;
  void couriers.runNow(database).finally(() => {
    ended = true;
  });
  let without = 0;
  for (let waited = 0; waited < patienceMs; waited += betweenLooksMs) {
    if (!(await isDue())) return true;
    without = couriers.state(database).trouble === "none" ? 0 : without + betweenLooksMs;
    if (ended || without >= patienceWithoutLineMs) break;
    await new Promise<void>((resolve) => timers.after(betweenLooksMs, resolve));
  }
  return !(await isDue());
}

export function createDevices(deps: SatchelDeps, opening: Opening, care: KeyCare, timers: Timers): Devices {
  return {
    devices: () =>
      opening.within(async (session): Promise<Result<readonly DeviceView[], WorkerError>> => {
        const held = await deps.registry.get(session.profile.database);
        if (!held.ok) return storageErr(held.error);
        const profile = await findProfile(session);
        if (!profile.ok) return profile;
        const record = profile.value?.record;
        const own = held.value ?? session.profile;
        const ownAt = own.joinedAt ?? own.createdAt;
        const { devices, removed } = session.identity.principal;
        const all = everAdded(session.identity.statements);
        const viewOf = (id: DeviceId): DeviceView => {
          const here = id === own.device;
          const out = removed.has(id);
          const { addedAt = here ? ownAt : null, removedAt = 0 } = record?.devices?.[id] ?? {};
          const days = seenBy(record, id);
          return {
            id,
            number: all.indexOf(id) + 1,
            here,
            // Put out without ever having been noted: both say the same moment.
            addedAt: addedAt === removedAt ? null : addedAt,
            removable: !here && !out,
            removedAt: out ? removedAt : null,
            lastSeen: here || days.length === 0 ? null : noonOf(Math.max(...days)),
          };
        };
        return ok([...all.filter((id) => devices.has(id)), ...all.filter((id) => removed.has(id))].map(viewOf));
      }),

    async removeDevice({ id, code }) {
      const out = await opening.within(async (session): Promise<Result<string, WorkerError | UnlockRefusal>> => {
        const { identity, profile } = session;
        const device = id as DeviceId;
        if (device === profile.device || !identity.principal.devices.has(device)) return err({ type: "not-found" });
        const right = await opening.verifyCode(code);
        if (!right.ok) return right;
        const put = await care.putOut(session, device);
        if (!put.ok) return put;
        const at = deps.clock.now();
        const noted = await saveProfile(session, deps, (record) => {
          const { addedAt = at } = record.devices?.[device] ?? {};
          return { ...record, devices: { ...record.devices, [id]: { addedAt, removedAt: at } } };
        });
        care.renew(code);
        return noted.ok ? ok(profile.database) : noted;
      });
      // Outside: a lock does not wait for the network.
      return out.ok ? ok({ waits: !(await isTold(deps, timers, out.value)) }) : out;
    },

    ownDevice: () =>
      opening.within(async (session): Promise<Result<void, WorkerError>> => {
        const at = deps.clock.now();
        const saved = await saveProfile(session, deps, (record) => {
          const all = [...session.identity.principal.devices.keys()];
          const unknown = all.filter((id) => record.devices?.[id] === undefined);
          return {
            ...record,
            devices: { ...record.devices, ...Object.fromEntries(unknown.map((id) => [id, { addedAt: at }])) },
          };
        });
        if (!saved.ok) return saved;
        const told = await updateProfile(deps.registry, session.profile.database, ({ way }) =>
          way?.visitedAt == null ? null : { visitsNoted: way.visitedAt },
        );
        if (!told.ok) return told;
        deps.emit({ type: "opening" });
        return ok(undefined);
      }),
  };
}
