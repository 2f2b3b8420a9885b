/**
 * The requests that only a desk makes: opening it with the one-time code, and reading pages of its letters. Runs in the
 * desk worker; fetch is handed in.
 */

import { type InactiveAnswer, parseInactiveAnswer } from "../../protocol/inactive.ts";
import { parseEnrolAnswer, parseErrorAnswer, parseJson } from "../../protocol/parse.ts";
import {
  type CardAnswer,
  type InvitationsAnswer,
  type JoinAnswer,
  type JoinRequest,
  parseCardAnswer,
  parseDone,
  parseInvitationsAnswer,
  parseJoinAnswer,
  parseTeamAnswer,
  type TeamAnswer,
  type TeamRequest,
} from "../../protocol/team.ts";
import {
  type Answered,
  type B64,
  type EnrolAnswer,
  type EnrolRequest,
  routes,
  type Signed,
} from "../../protocol/wire.ts";
import type { Result } from "../../shared/result.ts";
import { type AskDeps, askWith, type BlobReader, bodyOf, createBlobReader } from "../common/blob-reader.ts";

export type EnrolOutcome =
  | { readonly type: "answer"; readonly value: EnrolAnswer }
  | { readonly type: "wrong-code" }
  | { readonly type: "too-many"; readonly waitMs: number }
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "no-network" };

/** What became of a question about the team: the answer, the server's refusal by its code, or nothing authentic. */
export type TeamOutcome<T> =
  | { readonly type: "answer"; readonly value: T }
  | { readonly type: "refused"; readonly error: string; readonly waitMs: number }
  | { readonly type: "no-network" };

export interface DeskLink extends BlobReader {
  readonly enrol: (slug: string, request: EnrolRequest) => Promise<EnrolOutcome>;
  readonly changeTeam: (request: TeamRequest) => Promise<TeamOutcome<Answered>>;
  readonly team: (session: string) => Promise<TeamOutcome<TeamAnswer>>;
  readonly invite: (invitation: Signed) => Promise<TeamOutcome<Answered>>;
  readonly invitations: (session: string) => Promise<TeamOutcome<InvitationsAnswer>>;
  readonly join: (slug: string, request: JoinRequest) => Promise<TeamOutcome<JoinAnswer>>;
  readonly inactive: (session: string) => Promise<TeamOutcome<InactiveAnswer>>;
  readonly card: (slug: string, auth: B64) => Promise<TeamOutcome<CardAnswer>>;
}

const defaultWaitMs = 60_000;

export function createDeskLink(deps: AskDeps): DeskLink {
  const ask = askWith(deps);

  async function teamCall<T extends Answered>(
    path: string,
    parse: (input: unknown) => Result<T, "bad-format">,
    said: { readonly body: object } | { readonly session: string },
  ): Promise<TeamOutcome<T>> {
    const init =
      "body" in said
        ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said.body) }
        : { headers: { authorization: `Bearer ${said.session}` } };
    const asked = await ask(path, init);
    const body = asked === undefined ? undefined : await bodyOf(asked.response, deps.timers);
    if (asked === undefined || body === undefined) return { type: "no-network" };
    const text = new TextDecoder().decode(body);
    if (asked.response.ok) {
      const answer = parseJson(text, parse);
      return answer.ok && answer.value.nonce === asked.nonce
        ? { type: "answer", value: answer.value }
        : { type: "no-network" };
    }
    const error = parseJson(text, parseErrorAnswer);
    if (!error.ok || error.value.nonce !== asked.nonce) return { type: "no-network" };
    const seconds = Number(asked.response.headers.get("retry-after") ?? Number.NaN);
    const waitMs = Number.isFinite(seconds) ? seconds * 1000 : defaultWaitMs;
    return { type: "refused", error: error.value.error, waitMs };
  }
  const slugPath = (slug: string, what: string): string =>
    `${routes.organisations}/${encodeURIComponent(slug)}/${what}`;

  return {
    ...createBlobReader(deps),
    changeTeam: (request) => teamCall(routes.team, parseDone, { body: request }),
    team: (session) => teamCall(routes.team, parseTeamAnswer, { session }),
    invite: (invitation) => teamCall(routes.invitations, parseDone, { body: { invitation } }),
    invitations: (session) => teamCall(routes.invitations, parseInvitationsAnswer, { session }),
    join: (slug, request) => teamCall(slugPath(slug, "join"), parseJoinAnswer, { body: request }),
    inactive: (session) => teamCall(routes.inactive, parseInactiveAnswer, { session }),
    card: (slug, auth) => teamCall(slugPath(slug, "card"), parseCardAnswer, { body: { auth } }),
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
