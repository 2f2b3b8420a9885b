/** What an organisation is told of satchels that nobody opened for years (SPEC P-Z). Types and the parser. */

import * as v from "valibot";
import { err, ok, type Result } from "../shared/result.ts";
import { principalIdField } from "./fields.ts";
import { inactivity } from "./limits.ts";
import type { Answered, ServerTime } from "./wire.ts";

export interface InactiveLine {
  readonly satchel: string;
  /** What the server keeps of it is removed then at the earliest, unless one of its devices comes by. */
  readonly removedFrom: ServerTime;
}

/** GET /v1/inactive, with a session of an organisation: those who wrote to it, or chose it as a way back. */
export interface InactiveAnswer extends Answered {
  readonly satchels: readonly InactiveLine[];
}

const schema = v.object({
  satchels: v.pipe(
    v.array(v.object({ satchel: principalIdField, removedFrom: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })),
    v.maxLength(inactivity.listed),
  ),
});

export function parseInactiveAnswer(
  input: unknown,
): Result<{ readonly satchels: readonly InactiveLine[] }, "bad-format"> {
  const read = v.safeParse(schema, input);
  if (!read.success) return err("bad-format");
  return ok({
    satchels: read.output.satchels.map((one) => ({ ...one, removedFrom: one.removedFrom as ServerTime })),
  });
}

const DAY = 24 * 60 * 60 * 1000;
/** The beginning of a day, UTC: all that is noted of a session's time. */
export const dayOf = (at: ServerTime): ServerTime => (at - (at % DAY)) as ServerTime;
