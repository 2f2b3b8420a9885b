/**
 * Whom to call, read from deployment.json without waking the worker, so that the first screen can say it too. Runs in
 * the page. Precached with the shell: works without network. Only display comes from here; keys are pinned in the worker.
 */
import * as v from "valibot";
import type { HumanContact } from "../ui/HumanFooter.tsx";

const time = v.pipe(v.string(), v.regex(/^\d{2}:\d{2}$/));
const file = v.object({
  operator: v.string(),
  human: v.object({
    name: v.string(),
    phone: v.pipe(v.string(), v.regex(/^\+?[0-9]{3,16}$/)),
    phoneShown: v.string(),
    hours: v.array(v.object({ day: v.picklist([1, 2, 3, 4, 5, 6, 7]), from: time, to: time })),
    timeZone: v.string(),
    address: v.string(),
  }),
  legal: v.object({ publisher: v.string(), privacy: v.string() }),
  ending: v.optional(v.unknown()),
});

export interface Operator {
  readonly name: string;
  readonly contact: HumanContact;
  readonly legal: { readonly publisher: string; readonly privacy: string };
  /** Something is said about an end of the service: the worker is asked whether to believe it (SPEC P-E). */
  readonly mayEnd: boolean;
}

/** The operator of deployment.json; nothing when the text is not one. */
export function readOperator(json: unknown): Operator | null {
  const parsed = v.safeParse(file, json);
  if (!parsed.success) return null;
  const { operator, human, legal, ending } = parsed.output;
  const { name, phone, phoneShown, hours, address, timeZone } = human;
  return {
    name: operator,
    contact: { organisation: name, phone, phoneDisplay: phoneShown, hours, address, timeZone },
    legal,
    mayEnd: ending !== undefined,
  };
}

/** The operator. Null: not on this device and no network; a later call may succeed. */
export const loadOperator = async (): Promise<Operator | null> => readOperator(await loadDeploymentJson());

/** Asks the service worker's copy or the server; null as above. */
export async function loadDeploymentJson(): Promise<unknown> {
  try {
    const answer = await fetch("/deployment.json", { credentials: "omit", redirect: "error" });
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    // No network (TypeError), or a portal's page where JSON should be (SyntaxError).
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
}
