/**
 * The door to desk-return-part.ts: loaded when the person looks at who may help her come back, comes back with a desk, or an
 * organisation says what it did. Runs in the satchel worker.
 */

import type { OpenedLetter } from "../../crypto/letter.ts";
import type { Result } from "../../shared/result.ts";
import { createLoader } from "../common/loaded.ts";
import { type ReturnApi, returnMethods } from "../recovery.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskReturnDeps, DeskReturnPart } from "./desk-return-part.ts";
import type { KeyCare } from "./key-care.ts";
import type { Opening } from "./opening.ts";

export interface DeskReturn {
  readonly api: ReturnApi;
  readonly takeAct: DeskReturnPart["takeAct"];
}

/** An act about coming back, not about a paper. */
export const isReturnAct = ({ inner }: OpenedLetter): boolean =>
  String((inner.payload as { readonly act?: unknown }).act).startsWith("return-");

export function createDeskReturn(deps: DeskReturnDeps, opening: Opening, care: KeyCare): DeskReturn {
  const load = createLoader(deps, "desk-return-not-loaded", async () =>
    (await import("./desk-return-part.ts")).createDeskReturnPart(deps, opening, care),
  );
  const asked =
    (name: keyof ReturnApi) =>
    async (...input: readonly unknown[]): Promise<Result<unknown, unknown>> => {
      const part = await load();
      return part.ok
        ? (part.value[name] as (...input: readonly unknown[]) => Promise<Result<unknown, unknown>>)(...input)
        : part;
    };
  const names = Object.keys(returnMethods) as readonly (keyof ReturnApi)[];
  return {
    api: Object.fromEntries(names.map((name) => [name, asked(name)])) as unknown as ReturnApi,
    async takeAct(session, letter, heardAt): Promise<Result<"drop" | "aside", WorkerError>> {
      const part = await load();
      return part.ok ? part.value.takeAct(session, letter, heardAt) : part;
    },
  };
}
