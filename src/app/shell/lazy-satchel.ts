/**
 * The satchel's worker, started at the first question: the first screen neither loads nor waits for it. In the page.
 */
import { err } from "../../shared/result.ts";
import { type Change, type SatchelApi, satchelMethods } from "../../workers/satchel.contract.ts";
import type { SatchelHandle } from "../state/satchel.ts";

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** A handle over the API that `load` brings. A load that fails is answered as "unavailable", and tried again next time. */
export function lazySatchel(load: () => Promise<SatchelApi>): SatchelHandle {
  const listeners = new Set<(change: Change) => void>();
  let loading: Promise<SatchelApi> | undefined;

  function ready(): Promise<SatchelApi> {
    loading ??= load().then((api) => {
      // Not awaited: a worker whose script cannot be read never answers this one, but the bridge answers all others.
      void api.onChange((change) => {
        for (const listener of [...listeners]) listener(change);
      });
      return api;
    });
    return loading;
  }

  const call =
    (name: keyof SatchelApi): Method =>
    async (...args) => {
      let api: SatchelApi;
      try {
        api = await ready();
      } catch (error) {
        loading = undefined;
        return err({ type: "unavailable", mark: error instanceof TypeError ? "not-loaded" : "not-started" });
      }
      return (api[name] as Method)(...args);
    };

  return {
    api: Object.fromEntries(satchelMethods.map((name) => [name, call(name)])) as unknown as SatchelApi,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
