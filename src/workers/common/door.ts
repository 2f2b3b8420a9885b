/**
 * The door to a part of a worker (loaded.ts): methods that load it and pass on what was asked. Runs in workers.
 *
 * Surprising fact: it needs the names of the methods, because what is spread into an API must own them before the part is here.
 */

import type { Result } from "../../shared/result.ts";
import type { WorkerError } from "../satchel.contract.ts";

/** A method that may answer that its part is not here. */
type Doored<F> = F extends (...given: never[]) => Promise<infer R>
  ? { readonly ok: false; readonly error: Extract<WorkerError, { type: "unavailable" }> } extends R
    ? F
    : never
  : never;

type Asked = (...given: readonly unknown[]) => Promise<unknown>;

/**
 * @param load from `createLoader`, with what makes the part.
 * @param names every method of the part that is asked from outside, each `true`: none can be forgotten.
 */
export function createDoor<T extends { readonly [K in keyof T]: Doored<T[K]> }>(
  load: () => Promise<Result<T, WorkerError>>,
  names: { readonly [K in keyof T]: true },
): T {
  const ask =
    (name: string): Asked =>
    async (...given) => {
      const part = await load();
      return part.ok ? (Object(part.value)[name] as Asked)(...given) : part;
    };
  return Object.fromEntries(Object.keys(names).map((name) => [name, ask(name)])) as unknown as T;
}
