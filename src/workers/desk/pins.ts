/**
 * Keys of the server that this desk saw first and believes from then on (DESIGN 5, INV-2), as the person's satchel does.
 * Runs in the desk worker; they lie in a sealed record, so that all helpers' browsers hold the same.
 *
 * Surprising fact: two browsers that pinned before they met each wrote a record. The older one stands, so that a browser
 * that joins later, on a network that lies, changes nothing for the others.
 */

import { followServerKeys } from "../../protocol/server-keys.ts";
import type { Deployment } from "../../protocol/wire.ts";
import { type RecordId, randomId } from "../../shared/ids.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import type { PinsRecord } from "./records.ts";

type Keys = PinsRecord["serverKeys"];
type PinSession = Pick<DeskSession, "records">;

export interface DeskPins {
  /**
   * The pinned keys and those of `deployment` that they endorse (SPEC P-K2); pins all of them where none are. Empty as long
   * as there is no deployment at hand.
   */
  readonly serverKeys: (session: PinSession, deployment: Deployment | null) => Promise<Result<Keys, WorkerError>>;
}

export function createDeskPins(deps: Pick<DeskDeps, "random" | "clock">): DeskPins {
  const asking = new WeakMap<PinSession["records"], Promise<unknown>>();

  async function ask({ records }: PinSession, deployment: Deployment | null): Promise<Result<Keys, WorkerError>> {
    const all = await records.list();
    if (!all.ok) return all;
    const pinned = all.value.flatMap(({ id, record }) => (record.t === "pins" ? [{ id, record }] : []));
    const [first] = pinned.sort((a, b) => a.record.at - b.record.at || (a.id < b.id ? -1 : 1));
    const serverKeys = deployment?.serverKeys ?? [];
    if (first !== undefined) {
      const held = first.record.serverKeys;
      const signs = held.map((key) => key.sign);
      return ok([...held, ...(await followServerKeys(signs, serverKeys))]);
    }
    if (serverKeys.length === 0) return ok([]);
    const saved = await records.save<never>(randomId<RecordId>(deps.random), () =>
      ok({ next: { t: "pins", at: deps.clock.now(), serverKeys } }),
    );
    return saved.ok ? ok(serverKeys) : saved;
  }

  return {
    serverKeys(session, deployment) {
      // One at a time: two questions after an opening pin once.
      const before = asking.get(session.records) ?? Promise.resolve();
      const turn = () => ask(session, deployment);
      const next = before.then(turn, turn);
      asking.set(session.records, next);
      return next;
    },
  };
}
