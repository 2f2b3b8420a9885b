/**
 * What the deployment says of its shared computers: `kiosk` in deployment.json. Anything that is missing has the careful
 * value. Runs in the page.
 */
import * as v from "valibot";
import { type Operator, readOperator } from "../platform/deployment.ts";

export interface KioskConfig {
  /** Name of the place; null: the operator's contact is named. */
  readonly name: string | null;
  readonly idleMs: number;
  readonly printing: boolean;
}

export const carefulConfig: KioskConfig = { name: null, idleMs: 2 * 60_000, printing: true };

const file = v.object({
  kiosk: v.optional(
    v.object({
      name: v.optional(v.pipe(v.string(), v.maxLength(200))),
      idleSeconds: v.optional(v.pipe(v.number(), v.minValue(30), v.maxValue(900))),
      printing: v.optional(v.boolean()),
    }),
  ),
});

export function readKioskConfig(json: unknown): KioskConfig {
  const parsed = v.safeParse(file, json);
  const given = parsed.success ? parsed.output.kiosk : undefined;
  return {
    name: given?.name ?? carefulConfig.name,
    idleMs: given?.idleSeconds === undefined ? carefulConfig.idleMs : given.idleSeconds * 1000,
    printing: given?.printing ?? carefulConfig.printing,
  };
}

export interface KioskDeployment {
  readonly config: KioskConfig;
  readonly operator: Operator | null;
}

/** From deployment.json as it was read; null: it is not on this computer and there is no network. */
export const readKioskDeployment = (json: unknown): KioskDeployment | null =>
  json === null ? null : { config: readKioskConfig(json), operator: readOperator(json) };
