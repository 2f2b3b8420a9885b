/**
 * Erasing everywhere (server and this device), and wiping this browser of every satchel. Runs in the satchel worker, loaded
 * when its screen asks.
 *
 * Surprising facts: here nothing goes before the server has confirmed, so a lost answer loses nothing and asking again is
 * answered the same. And after a wipe nothing may ask the registry again: asking would make an empty one.
 */

import { signErase } from "../../protocol/ways.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Outcome } from "../../sync/ports.ts";
import { storageErr } from "../common/errors.ts";
import type { UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps } from "./deps.ts";
import type { Opening } from "./opening.ts";
import type { Out } from "./out.ts";

export interface Erase {
  readonly eraseEverywhere: (input: {
    readonly code: string;
  }) => Promise<Result<void, WorkerError | UnlockRefusal | { readonly type: "no-network" }>>;
  readonly wipeDevice: () => Promise<Result<void, WorkerError>>;
}

export interface EraseDeps {
  readonly deps: SatchelDeps;
  readonly opening: Pick<Opening, "within" | "verifyCode" | "lock">;
  /** Satchels that were joined to it are erased with it: each by its own key. */
  readonly aliases: Pick<Out, "eraseThere">;
  /** One satchel of this browser with all that belongs to it. */
  readonly eraseHere: (database: string) => Promise<Result<void, WorkerError>>;
  /** True while this browser is being wiped by this worker, and after: there is no satchel, and nobody is to be asked. */
  readonly onWiped: (wiped: boolean) => void;
}

/** The server has nothing of it: never registered (made offline), or erased before. */
const nothingThere = ["unknown-principal", "gone"];

function confirmed(outcome: Outcome<unknown>): Result<void, WorkerError | { readonly type: "no-network" }> {
  if (outcome.type === "answer") return ok(undefined);
  if (outcome.type === "lost") return err({ type: "no-network" });
  return nothingThere.includes(outcome.error)
    ? ok(undefined)
    : err({ type: "unavailable", mark: `erase-${outcome.error}` });
}

export function createErase({ deps, opening, aliases, eraseHere, onWiped }: EraseDeps): Erase {
  return {
    async eraseEverywhere({ code }) {
      const verified = await opening.verifyCode(code);
      if (!verified.ok) return verified;
      const asked = await opening.within(async (session) => {
        const {
          identity,
          profile: { database },
        } = session;
        const joined = await aliases.eraseThere(session, async (statement) =>
          confirmed(await deps.ways.erase(statement)),
        );
        if (!joined.ok) {
          void deps.couriers.startAll();
          return joined;
        }
        const statement = await signErase(identity.sign, identity.id, deps.clock.now());
        // Nothing is registered or sent behind its back.
        deps.couriers.stop(database);
        const answered = confirmed(await deps.ways.erase(statement));
        if (answered.ok) return ok(database);
        void deps.couriers.startAll();
        return answered;
      });
      return asked.ok ? eraseHere(asked.value) : asked;
    },

    async wipeDevice() {
      const listed = await deps.registry.list();
      if (!listed.ok) return storageErr(listed.error);
      await opening.lock();
      for (const { database } of listed.value) {
        deps.couriers.stop(database);
        const removed = await deps.stores.remove(database);
        if (!removed.ok) return removed;
        await deps.marks.drop(database);
      }
      onWiped(true);
      const left = await deps.wipeDatabases();
      if (left > 0) {
        onWiped(false);
        return err({ type: "unavailable", mark: `left-${left}` });
      }
      deps.emit({ type: "opening" });
      return ok(undefined);
    },
  };
}
