/** Types of the protocol that screens may name, passed on so that app/ never imports protocol/ for anything but types. */

export type {
  DeployedOrganisation,
  Deployment,
  HumanContact,
  OpeningHours,
} from "../protocol/wire.ts";

/** A letter's id as a screen sees it: an opaque text. */
export type LetterIdText = string;
