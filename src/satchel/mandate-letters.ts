/**
 * The letters about mandates, as a stranger may have written them: bounded, and nothing else than what a screen knows to show. Pure;
 * runs in workers, apart from the rules (mandate.ts), so that no page loads a parser for them.
 */

import * as v from "valibot";
import type { B64 } from "../shared/bytes.ts";
import { isRandomId, type LetterId } from "../shared/ids.ts";
import { mandateActs, mandateDays, mandateDomains, mandateLimits } from "./mandate.ts";
import type { MandatePayload } from "./model.ts";

const words = (most: number) => v.pipe(v.string(), v.maxLength(most));
const said = (most: number) => v.pipe(words(most), v.trim(), v.minLength(1));
const moment = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15));
const domain = v.picklist(mandateDomains);
const letter = v.custom<LetterId>((value) => typeof value === "string" && isRandomId(value));
const different = <T>(values: readonly T[]): boolean => new Set(values).size === values.length;

export const mandatePayload = v.object({
  t: v.literal("mandate"),
  days: v.picklist(mandateDays),
  until: moment,
  language: words(35),
  name: said(mandateLimits.name),
  purpose: said(mandateLimits.purpose),
  domains: v.pipe(v.array(domain), v.minLength(1), v.check(different)),
  acts: v.pipe(v.array(v.picklist(mandateActs)), v.minLength(1), v.check(different)),
  text: v.object({
    fr: said(mandateLimits.text),
    shown: v.nullable(v.object({ language: words(35), text: said(mandateLimits.text) })),
  }),
  hash: v.custom<B64>((value) => typeof value === "string" && /^[\w-]{43}$/.test(value)),
  signature: v.pipe(
    v.object({
      ink: v.nullable(words(mandateLimits.ink)),
      name: words(mandateLimits.name),
      at: moment,
    }),
    v.check(({ ink, name }) => ink !== null || name.trim() !== ""),
  ),
}) satisfies v.GenericSchema<unknown, MandatePayload>;

export const mandateLessPayload = v.object({
  t: v.literal("mandate-less"),
  about: letter,
  domain,
  at: moment,
});

export const deedPayload = v.object({
  t: v.literal("act"),
  about: letter,
  act: v.literal("mandate-act"),
  domain,
  what: said(mandateLimits.what),
  // Nobody acts under a mandate without a name.
  helper: said(mandateLimits.helper),
  at: moment,
});
