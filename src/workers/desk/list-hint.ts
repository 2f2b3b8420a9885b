/**
 * The inbox as it was shown last, for the first second after the code (common/hint.ts). Runs in the desk worker.
 *
 * Surprising fact: it is shown before anything is read, and says so (`early`); every act on a row reads the row's own record.
 */

import * as v from "valibot";
import type { Identity } from "../../crypto/identity.ts";
import { principalIdField, randomIdField } from "../../protocol/fields.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { LetterId } from "../../shared/ids.ts";
import { openHint } from "../common/hint.ts";
import type { DeskDossierRow } from "../desk.contract.ts";

const row = v.object({
  letter: randomIdField<LetterId>(),
  number: v.string(),
  procedure: v.string(),
  name: v.string(),
  depositedAt: v.number(),
  papers: v.object({ here: v.number(), of: v.number() }),
  status: v.picklist(["new", "opened", "received", "missing-piece", "decided", "withdrawn"]),
  notForeseen: v.boolean(),
  replaces: v.nullable(randomIdField<LetterId>()),
  repliedAt: v.exactOptional(v.number()),
  assigned: v.exactOptional(principalIdField),
  closed: v.exactOptional(v.literal(true)),
  trouble: v.nullable(v.string()),
});
const hintShape = v.object({ v: v.literal(1), rows: v.array(row) });

export type InboxHint = v.InferOutput<typeof hintShape>;

export const inboxHint = (rows: readonly DeskDossierRow[]): InboxHint => ({ v: 1, rows: [...rows] });

/** @returns undefined when it does not open, or is of another version. */
export const openInboxHint = (identity: Identity, sealed: Bytes): Promise<InboxHint | undefined> =>
  openHint(identity, sealed, hintShape);
