/**
 * Stretches codes with crypto/stretch.ts. Runs in the stretch worker; tests run it in Node.
 * A code is known-answer tested before its output is trusted (DESIGN 3): once per realm, ahead of the code where it can be.
 */

import { calibrate, measureWith, selfTest, stretch, stretchForEnrolment } from "../../crypto/stretch.ts";
import type { Clock } from "../../shared/ports.ts";
import { err, ok } from "../../shared/result.ts";
import type { StretchWorkerApi } from "../stretch.contract.ts";

/** Aim of one derivation on this device, ms. */
const targetMs = 1500;

export const createStretcher = (clock: Clock): StretchWorkerApi => ({
  prove: selfTest,
  async derive(code, salt, parameters) {
    const output = await stretch(code, salt, parameters);
    return output.ok ? output : err({ type: "broken" });
  },
  async enrol(code, salt, given) {
    const parameters = given ?? (await calibrate(measureWith(clock), targetMs));
    const output = await stretchForEnrolment(code, salt, parameters);
    return output.ok ? ok({ output: output.value, parameters }) : err({ type: "broken" });
  },
});
