/** Runs the frozen vectors of mandates (make-mandates.ts) against the code as it is now. No Node import. */

import * as v from "valibot";
import { sha256 } from "../../src/crypto/primitives.ts";
import { b64 } from "../../src/protocol/sign.ts";
import { signedText } from "../../src/satchel/mandate.ts";
import { deedPayload, mandateLessPayload, mandatePayload } from "../../src/satchel/mandate-letters.ts";
import type { MandateText } from "../../src/satchel/model.ts";
import { utf8 } from "../../src/shared/bytes.ts";
import { family } from "./family.ts";
import mandates from "./mandates.json" with { type: "json" };

const letters = [mandatePayload, mandateLessPayload, deedPayload];

export const mandateRuns = [
  () =>
    family<{ text: MandateText }>("words of mandates", mandates.texts, async ({ text }) => ({
      result: "ok",
      value: b64(await sha256(utf8(signedText(text)))),
    })),
  () =>
    family<{ payload: unknown }>("letters about mandates", mandates.payloads, async ({ payload }) => ({
      result: letters.some((shape) => v.safeParse(shape, payload).success) ? "ok" : "bad-payload",
    })),
];
