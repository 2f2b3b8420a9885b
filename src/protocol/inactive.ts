/** What an organisation is told of satchels that nobody opened for years (SPEC P-Z). Types and the parser. */

import * as v from "valibot";
import type { PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { principalIdField, serverTimeField } from "./fields.ts";
import { inactivity } from "./limits.ts";
import type { Answered, ServerTime } from "./wire.ts";

export interface InactiveLine {
  readonly satchel: PrincipalId;
  /** What the server keeps of it is removed then at the earliest, unless one of its devices comes by. */
  readonly removedFrom: ServerTime;
}

/** GET /v1/inactive, with a session of an organisation: those who wrote to it, or chose it as a way back. */
export interface InactiveAnswer extends Answered {
  readonly satchels: readonly InactiveLine[];
}

const schema = v.object({
  nonce: v.string(),
  time: serverTimeField,
  satchels: v.pipe(
    v.array(v.object({ satchel: principalIdField, removedFrom: serverTimeField })),
    v.maxLength(inactivity.listed),
  ),
});

export function parseInactiveAnswer(input: unknown): Result<InactiveAnswer, "bad-format"> {
  const read = v.safeParse(schema, input);
  return read.success ? ok(read.output) : err("bad-format");
}

const DAY = 24 * 60 * 60 * 1000;
/** The beginning of a day, UTC: all that is noted of a session's time. */
export const dayOf = (at: ServerTime): ServerTime => (at - (at % DAY)) as ServerTime;
