/**
 * One question to the server and its authentic answer (SPEC P-W2), for what is asked beside the sync. Runs in the workers that
 * hold keys; fetch is handed in.
 *
 * Surprising fact: what is not an authentic answer (a portal, a cut line) is "lost", like a dead line.
 */

import { parseErrorAnswer, parseJson } from "../../protocol/parse.ts";
import { type Answered, headers } from "../../protocol/wire.ts";
import { type Bytes, utf8ToText } from "../../shared/bytes.ts";
import type { Result } from "../../shared/result.ts";
import { type AskDeps, askWith, bodyOf } from "./blob-reader.ts";

export type Heard<T> =
  | { readonly type: "answer"; readonly value: T }
  /** `error`: a code of protocol/errors.ts. `seconds`: when it may be asked again, where the server said. */
  | { readonly type: "refused"; readonly error: string; readonly seconds: number | null }
  | { readonly type: "lost" };

export type Parser<T> = (input: unknown) => Result<T, "bad-format">;

/** Bytes with all that is needed to read them. */
export interface RawAnswer {
  readonly bytes: Bytes;
  readonly type: string;
  readonly isOk: boolean;
  readonly nonce: string;
  readonly seconds: number | null;
}

const lost = { type: "lost" } as const;

export interface JsonCalls {
  /** Undefined: lost. `json` null asks with GET. */
  readonly raw: (path: string, json: object | null, token: string | null) => Promise<RawAnswer | undefined>;
  readonly read: <T extends Answered>(raw: RawAnswer, parse: Parser<T>) => Heard<T>;
  readonly call: <T extends Answered>(
    path: string,
    parse: Parser<T>,
    json?: object | null,
    token?: string | null,
  ) => Promise<Heard<T>>;
}

export function createJsonCalls(deps: AskDeps): JsonCalls {
  const ask = askWith(deps);

  const raw: JsonCalls["raw"] = async (path, json, token) => {
    const asked = await ask(path, {
      method: json === null ? "GET" : "POST",
      ...(json === null ? {} : { body: JSON.stringify(json) }),
      headers: {
        ...(json === null ? {} : { "content-type": "application/json" }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    // Without our own nonce it is an old answer, or somebody else's.
    if (asked === undefined || asked.response.headers.get(headers.nonce) !== asked.nonce) return undefined;
    const bytes = await bodyOf(asked.response, deps.timers);
    const type = asked.response.headers.get("content-type") ?? "";
    const said = asked.response.headers.get("retry-after") ?? "";
    const seconds = /^\d{1,5}$/.test(said) ? Number(said) : null;
    return bytes === undefined ? undefined : { bytes, type, isOk: asked.response.ok, nonce: asked.nonce, seconds };
  };

  const read: JsonCalls["read"] = ({ bytes, type, isOk, nonce, seconds }, parse) => {
    if (!/^application\/json(;|$)/i.test(type)) return lost;
    const text = utf8ToText(bytes) ?? "";
    if (!isOk) {
      const error = parseJson(text, parseErrorAnswer);
      return error.ok && error.value.nonce === nonce ? { type: "refused", error: error.value.error, seconds } : lost;
    }
    const answer = parseJson(text, parse);
    return answer.ok && answer.value.nonce === nonce ? { type: "answer", value: answer.value } : lost;
  };

  return {
    raw,
    read,
    async call(path, parse, json = null, token = null) {
      const heard = await raw(path, json, token);
      return heard === undefined ? lost : read(heard, parse);
    },
  };
}
