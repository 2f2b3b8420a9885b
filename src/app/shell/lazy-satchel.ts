/**
 * The satchel's worker, started at the first question: the first screen neither loads nor waits for it. In the page.
 */
import { err } from "../../shared/result.ts";
import { type Change, type SatchelApi, satchelMethods } from "../../workers/satchel.contract.ts";
import type { AskHandle } from "../state/ask.ts";
import type { SatchelHandle } from "../state/satchel.ts";

type Method = (...args: readonly unknown[]) => Promise<unknown>;

interface Listened<News> {
  readonly onChange: (listener: (change: News) => void) => Promise<void>;
}

/** A handle over the API that `load` brings. A load that fails is answered as "unavailable", and tried again next time. */
export function lazyHandle<Api extends Listened<News>, News extends { readonly type: string }>(
  methods: readonly (keyof Api & string)[],
  load: () => Promise<Api>,
): AskHandle<Api, News> {
  const listeners = new Set<(change: News) => void>();
  let loading: Promise<Api> | undefined;

  function ready(): Promise<Api> {
    loading ??= load().then((api) => {
      // Not awaited: a worker whose script cannot be read never answers this one, but the bridge answers all others.
      void api.onChange((change) => {
        for (const listener of [...listeners]) listener(change);
      });
      return api;
    });
    return loading;
  }

  async function ask(name: keyof Api & string, args: readonly unknown[]): Promise<unknown> {
    let api: Api;
    try {
      api = await ready();
    } catch (error) {
      loading = undefined;
      return err({ type: "unavailable", mark: error instanceof TypeError ? "not-loaded" : "not-started" });
    }
    return (api[name] as Method)(...args);
  }

  /** What was asked in this very moment, without arguments: shell and screen that hear of one change ask once. */
  const asked = new Map<string, Promise<unknown>>();
  const call =
    (name: keyof Api & string): Method =>
    (...args) => {
      if (args.length > 0) return ask(name, args);
      const same = asked.get(name) ?? ask(name, args);
      asked.set(name, same);
      queueMicrotask(() => asked.delete(name));
      return same;
    };

  return {
    api: Object.fromEntries(methods.map((name) => [name, call(name)])) as unknown as Api,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export const lazySatchel = (load: () => Promise<SatchelApi>): SatchelHandle =>
  lazyHandle<SatchelApi, Change>(satchelMethods, load);
