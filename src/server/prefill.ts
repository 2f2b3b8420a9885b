/**
 * Asks another site (Démarches simplifiées) to prepare a dossier, in the place of a phone, which that site does not let in
 * (no CORS). Runs in Node. One host, no redirect, little time, few bytes, a few requests per window.
 *
 * Surprising: what passes here is the only content of a person that this server can read (SPEC P-F). Nothing of it is kept,
 * counted or logged, and no answer of the site is passed on before it was read into our own shape.
 */
import * as v from "valibot";
import { prefill as limits } from "../protocol/limits.ts";
import type {
  PrefillCreateAnswer,
  PrefillField,
  PrefillShape,
  PrefillState,
  PrefillValues,
} from "../protocol/prefill.ts";
import type { Clock, Timers } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";

/** `unknown`: the site knows no such procedure, or it takes nothing prepared. `failed`: no answer, or not as agreed. */
export type PrefillTrouble =
  | { readonly type: "unknown" }
  | { readonly type: "failed" }
  | { readonly type: "busy"; readonly seconds: number };

export interface Prefill {
  /** The questions of a procedure as they stand there now; remembered for some minutes. */
  readonly shape: (path: string) => Promise<Result<PrefillShape, PrefillTrouble>>;
  readonly create: (
    number: number,
    values: PrefillValues,
  ) => Promise<Result<Pick<PrefillCreateAnswer, "url" | "dossier" | "token">, PrefillTrouble>>;
  /** Never waits for a turn: who wants to prepare a dossier goes first. */
  readonly states: (
    number: number,
    tokens: readonly string[],
  ) => Promise<Result<readonly PrefillState[], PrefillTrouble>>;
}

/** The site and the way to it, as the root hands them in. */
export interface PrefillSite {
  /** https://host, without a slash at the end. */
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** https://host and nothing more; plain http on this machine alone. */
const siteAddress = /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1):)[^/?#@\s]+$/;

/**
 * What this process may reach and what the deployment tells people must be the same site; neither is enough alone.
 * @returns undefined: nothing is prepared anywhere. @throws when the two differ, or are no address of a host.
 */
export function chooseSite(
  setting: string | undefined,
  told: string | undefined,
  fetch: PrefillSite["fetch"],
): PrefillSite | undefined {
  const url = setting?.replace(/\/+$/, "");
  if (url === undefined && told === undefined) return undefined;
  if (url === undefined || url !== told || !siteAddress.test(url) || !URL.canParse(url))
    throw new Error(
      "BESACE_PREFILL_URL and prefill.url of the deployment file must be the same address, https://host and nothing more",
    );
  return { url, fetch };
}

export interface PrefillDeps extends PrefillSite {
  readonly clock: Clock;
  readonly timers: Timers;
  /** How many processes share the site's limit. */
  readonly processes: () => number;
}

type Turns = (patienceMs: number, share: number) => Promise<number | undefined>;

/**
 * Requests leave in the order in which they came, at most so many per window. Undefined: it is one's turn; a number: not
 * within this patience, come again after so many seconds.
 */
function createTurns({ clock, timers, processes }: Pick<PrefillDeps, "clock" | "timers" | "processes">) {
  let taken: readonly number[] = [];
  let closedUntil = 0;
  const turn: Turns = async (patienceMs, share) => {
    const now = clock.now();
    taken = taken.filter((at) => at > now - limits.windowMs);
    const most = Math.max(1, Math.floor((limits.requests * share) / processes()));
    const before = taken.at(-most);
    const at = Math.max(now, closedUntil, before === undefined ? 0 : before + limits.windowMs);
    if (at - now > patienceMs) return Math.max(1, Math.ceil((at - now) / 1000));
    taken = [...taken, at];
    if (at > now) await new Promise<void>((resolve) => void timers.after(at - now, resolve));
    return undefined;
  };
  return {
    turn,
    /** The site itself said that it was too much. */
    close: (seconds: number): void => {
      closedUntil = Math.max(closedUntil, clock.now() + seconds * 1000);
    },
  };
}

/** A body of at most `most` bytes; undefined when it is longer or was cut. */
async function readText(answer: Response, most: number): Promise<string | undefined> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return undefined;
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const bytes: Uint8Array = part.value;
    length += bytes.length;
    if (length > most) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

// Never more than a phone takes: it would hear an answer that it cannot read as no answer at all.
const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const token = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,200}$/));
const created = v.object({
  dossier_url: v.pipe(v.string(), v.maxLength(500)),
  dossier_number: number,
  dossier_prefill_token: token,
});
const moment = v.optional(v.nullable(v.pipe(v.string(), v.maxLength(40))));
const states = v.pipe(
  v.array(
    v.object({
      dossier_number: number,
      state: v.pipe(v.string(), v.maxLength(40)),
      submitted_at: moment,
      processed_at: moment,
    }),
  ),
  v.maxLength(limits.tokens),
);

const option = v.pipe(v.string(), v.maxLength(limits.optionLetters));
const options = v.optional(v.nullable(v.pipe(v.array(option), v.maxLength(limits.options))));
const descriptor = {
  __typename: v.pipe(v.string(), v.regex(/^[A-Za-z]{1,60}$/)),
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/_-]{1,100}={0,2}$/)),
  options,
  otherOption: v.optional(v.nullable(v.boolean())),
};
const inside = v.optional(v.nullable(v.pipe(v.array(v.object(descriptor)), v.maxLength(limits.fields))));
const described = v.object({
  number,
  state: v.pipe(v.string(), v.maxLength(40)),
  revision: v.object({
    id: v.pipe(v.string(), v.maxLength(200)),
    champDescriptors: v.pipe(
      v.array(v.object({ ...descriptor, champDescriptors: inside })),
      v.maxLength(limits.fields),
    ),
  }),
});

type Described = v.InferOutput<typeof described>["revision"]["champDescriptors"][number];

const fieldOf = ({ __typename, id, options, otherOption, champDescriptors }: Described): PrefillField => ({
  key: `champ_${id.replace(/=+$/, "")}`,
  type: __typename,
  ...(options == null ? {} : { options }),
  ...(otherOption === true ? { other: true } : {}),
  ...(champDescriptors == null
    ? {}
    : { fields: champDescriptors.map((each) => fieldOf({ ...each, champDescriptors: null })) }),
});

/** The shape out of what `/preremplir/<path>/schema` says; its words stay here. */
function shapeOf(json: unknown): PrefillShape | undefined {
  const read = v.safeParse(described, json);
  if (!read.success) return undefined;
  const { revision, number, state } = read.output;
  return { number, state, revision: revision.id, fields: revision.champDescriptors.map(fieldOf) };
}

export function createPrefill(deps: PrefillDeps): Prefill {
  const { clock, timers, url } = deps;
  const { origin } = new URL(url);
  const turns = createTurns(deps);
  const shapes = new Map<string, { readonly until: number; readonly shape: PrefillShape }>();
  const failed = err({ type: "failed" } as const);

  /** One request, and its JSON. */
  async function ask(
    path: string,
    init: RequestInit,
    status: number,
    most: number,
  ): Promise<Result<unknown, PrefillTrouble>> {
    const stop = new AbortController();
    const cancel = timers.after(limits.siteMs, () => stop.abort());
    try {
      const answer = await deps.fetch(`${url}${path}`, { ...init, redirect: "manual", signal: stop.signal });
      if (answer.status === 429) {
        const said = answer.headers.get("retry-after") ?? "";
        const seconds = /^\d{1,4}$/.test(said) ? Number(said) : limits.windowMs / 1000;
        turns.close(seconds);
        await answer.body?.cancel();
        return err({ type: "busy", seconds: Math.max(1, seconds) });
      }
      const isJson = /^application\/json\b/.test(answer.headers.get("content-type") ?? "");
      if (answer.status !== status || !isJson) {
        await answer.body?.cancel();
        return answer.status === 404 || answer.status === 403 ? err({ type: "unknown" }) : failed;
      }
      const text = await readText(answer, most);
      return text === undefined ? failed : ok(JSON.parse(text) as unknown);
    } catch (error) {
      // No connection, too slow (AbortError), a cut body, no JSON. Nothing of it is logged: it may quote what came.
      if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException) return failed;
      throw error;
    } finally {
      cancel();
    }
  }

  async function inTurn<T>(patienceMs: number, share: number, task: () => Promise<Result<T, PrefillTrouble>>) {
    const wait = await turns.turn(patienceMs, share);
    return wait === undefined ? task() : err({ type: "busy", seconds: wait } as const);
  }

  return {
    async shape(path) {
      const known = shapes.get(path);
      if (known !== undefined && known.until > clock.now()) return ok(known.shape);
      const answer = await inTurn(limits.patienceMs, 1, () =>
        ask(`/preremplir/${path}/schema`, { headers: { accept: "application/json" } }, 200, limits.siteSchema),
      );
      if (!answer.ok) return answer;
      const shape = shapeOf(answer.value);
      if (shape === undefined) return failed;
      shapes.delete(path);
      for (const [oldest] of shapes) if (shapes.size >= limits.schemas) shapes.delete(oldest);
      shapes.set(path, { until: clock.now() + limits.schemaMs, shape });
      return ok(shape);
    },
    async create(number, values) {
      // Exactly this content type: with a charset behind it the site refuses.
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(values) };
      const answer = await inTurn(limits.patienceMs, 1, () =>
        ask(`/api/public/v1/demarches/${number}/dossiers`, init, 201, limits.siteAnswer),
      );
      if (!answer.ok) return answer;
      const read = v.safeParse(created, answer.value);
      // A person is sent to no other host than the one that the operator named.
      if (!read.success || !URL.canParse(read.output.dossier_url)) return failed;
      const opened = new URL(read.output.dossier_url);
      if (opened.origin !== origin || opened.username !== "" || opened.password !== "") return failed;
      return ok({ url: opened.href, dossier: read.output.dossier_number, token: read.output.dossier_prefill_token });
    },
    async states(number, tokens) {
      const path = `/api/public/v1/demarches/${number}/dossiers?prefill_token=${tokens.map(encodeURIComponent).join()}`;
      const answer = await inTurn(0, 0.5, () => ask(path, {}, 200, limits.siteAnswer));
      if (!answer.ok) return answer;
      const read = v.safeParse(states, answer.value);
      if (!read.success) return failed;
      return ok(
        read.output.map(({ dossier_number, state, submitted_at, processed_at }) => ({
          dossier: dossier_number,
          state,
          submittedAt: submitted_at ?? null,
          processedAt: processed_at ?? null,
        })),
      );
    },
  };
}
