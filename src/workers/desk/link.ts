/**
 * The requests that only a desk makes: opening it with the one-time code, and reading pages of its letters. Runs in the
 * desk worker; fetch is handed in.
 */

import { parseEnrolAnswer, parseErrorAnswer, parseJson } from "../../protocol/parse.ts";
import { type EnrolAnswer, type EnrolRequest, routes } from "../../protocol/wire.ts";
import { type AskDeps, askWith, type BlobReader, bodyOf, createBlobReader } from "../common/blob-reader.ts";

export type EnrolOutcome =
  | { readonly type: "answer"; readonly value: EnrolAnswer }
  | { readonly type: "wrong-code" }
  | { readonly type: "too-many"; readonly waitMs: number }
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "no-network" };

export interface DeskLink extends BlobReader {
  readonly enrol: (slug: string, request: EnrolRequest) => Promise<EnrolOutcome>;
}

const defaultWaitMs = 60_000;

export function createDeskLink(deps: AskDeps): DeskLink {
  const ask = askWith(deps);
  return {
    ...createBlobReader(deps),
    async enrol(slug, request) {
      const asked = await ask(`${routes.organisations}/${encodeURIComponent(slug)}/enrol`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
      });
      const body = asked === undefined ? undefined : await bodyOf(asked.response, deps.timers);
      if (asked === undefined || body === undefined) return { type: "no-network" };
      const text = new TextDecoder().decode(body);
      if (asked.response.ok) {
        const answer = parseJson(text, parseEnrolAnswer);
        return answer.ok && answer.value.nonce === asked.nonce
          ? { type: "answer", value: answer.value }
          : { type: "no-network" };
      }
      const error = parseJson(text, parseErrorAnswer);
      if (!error.ok || error.value.nonce !== asked.nonce) return { type: "no-network" };
      if (error.value.error === "wrong-code") return { type: "wrong-code" };
      if (error.value.error === "too-many") {
        const seconds = Number(asked.response.headers.get("retry-after") ?? Number.NaN);
        return { type: "too-many", waitMs: Number.isFinite(seconds) ? seconds * 1000 : defaultWaitMs };
      }
      return { type: "refused", error: error.value.error };
    },
  };
}
