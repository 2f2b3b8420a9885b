/**
 * The door to card-life.ts: loaded when the card or the code is looked at, tried or changed. Runs in the satchel worker.
 *
 * Surprising fact: the first card is not made there. It is drawn with the satchel itself (opening.ts), and only shown by that part,
 * which comes right after the shell with the screen that shows it.
 */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { CardLife } from "./card-life.ts";
import type { SatchelDeps } from "./deps.ts";
import type { KeyCare } from "./key-care.ts";
import type { Opening } from "./opening.ts";

export const createCardDoor = (deps: SatchelDeps, opening: Opening, care: KeyCare): CardLife =>
  createDoor(
    createLoader(deps, "card-not-loaded", async () =>
      (await import("./card-life.ts")).createCardLife(deps, opening, care),
    ),
    {
      answerCode: true,
      postponeCode: true,
      card: true,
      cardState: true,
      replaceCard: true,
      dropPendingCard: true,
      drill: true,
      setCardHere: true,
    },
  );
