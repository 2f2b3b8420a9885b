/**
 * The door to desk-return-part.ts: loaded when the person looks at who may help her come back, comes back with a desk, or an
 * organisation says what it did. Runs in the satchel worker.
 */

import type { OpenedLetter } from "../../crypto/letter.ts";
import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import { returnMethods } from "../recovery.contract.ts";
import type { DeskReturnDeps, DeskReturnPart } from "./desk-return-part.ts";
import type { KeyCare } from "./key-care.ts";
import type { Opening } from "./opening.ts";

/** An act about coming back, not about a paper. A payload is whatever JSON an organisation signed: null too. */
export const isReturnAct = ({ inner }: OpenedLetter): boolean =>
  String((inner.payload as { readonly act?: unknown } | null)?.act).startsWith("return-");

export const createDeskReturn = (deps: DeskReturnDeps, opening: Opening, care: KeyCare): DeskReturnPart =>
  createDoor(
    createLoader(deps, "desk-return-not-loaded", async () =>
      (await import("./desk-return-part.ts")).createDeskReturnPart(deps, opening, care),
    ),
    { ...returnMethods, takeAct: true },
  );
