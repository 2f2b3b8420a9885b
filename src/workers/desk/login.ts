/**
 * Logging in at another site from an open desk (SPEC P-I5, decisions/0043): begins, looks how it stands, keeps the pass alive
 * while the desk is open, ends it when it closes. Runs in the desk worker.
 *
 * Surprising fact: the server cannot tell a desk that works from one that was left; this can. So the pass lives a quarter of an
 * hour, as long as a desk stays open without a gesture, and only an open desk renews it.
 */

import {
  loginCommit,
  loginRoutes,
  parseBeginAnswer,
  parseFinishAnswer,
  parseLoginStateAnswer,
  parsePassAnswer,
  signBinding,
} from "../../protocol/login.ts";
import { b64 } from "../../protocol/sign.ts";
import { parseDone } from "../../protocol/team.ts";
import type { Signed } from "../../protocol/wire.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { storageErr } from "../common/errors.ts";
import { createJsonCalls, type Heard } from "../common/json-calls.ts";
import type { DeskLogin, DeskLoginApi, LoginStep } from "../login-desk.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import type { Passes } from "./passes.ts";

type Fetch = WindowOrWorkerGlobalScope["fetch"];
type LoginError = WorkerError | { readonly type: "no-network" };

const MINUTE = 60_000;
const renewMs = 5 * MINUTE;
const renewAgainMs = MINUTE;
/** What is asked of this desk changes only when the operator changes it. */
const knownMs = 10 * MINUTE;
/** After a question that came to nothing. */
const deafMs = 10_000;
const noNetwork = { type: "no-network" } as const;

export interface DeskLoginModule {
  readonly api: DeskLoginApi;
  /** The desk closes: the pass ends here and at the server. */
  readonly end: () => void;
}

export function createDeskLogin(
  deps: Pick<DeskDeps, "random" | "clock" | "couriers" | "emit" | "log"> & {
    readonly fetch: Fetch;
    readonly timers: Timers;
    readonly passes: Passes;
  },
  within: <T, E>(use: (session: DeskSession) => Promise<Result<T, E>>) => Promise<Result<T, E | WorkerError>>,
): DeskLoginModule {
  const { passes, random, timers, clock, couriers, emit, log } = deps;
  // The server knows a login that is under way by its cookie: the one thing here that goes with cookies.
  const fetch: Fetch = (input, init) => deps.fetch(input, { ...init, credentials: "same-origin" });
  const calls = createJsonCalls({ fetch, random, timers });
  let secret: Bytes | null = null;
  let known: { readonly at: number; readonly database: string; readonly view: Omit<DeskLogin, "isIn"> } | null = null;
  let said: string | null = null;
  let deafUntil = 0;
  let cancelRenewal = (): void => undefined;

  async function tokenOf({ store }: DeskSession): Promise<Result<string, LoginError>> {
    const meta = await store.meta();
    if (!meta.ok) return storageErr(meta.error);
    said = meta.value.session;
    return said === null ? err(noNetwork) : ok(said);
  }
  const heardAs = <T>(heard: Heard<T>): Result<T, LoginError> => {
    if (heard.type === "answer") return ok(heard.value);
    return err(heard.type === "lost" ? noNetwork : { type: "unavailable", mark: `login-${heard.error}` });
  };

  function renewIn(ms: number): void {
    cancelRenewal();
    cancelRenewal = timers.after(ms, () => {
      renew().catch((error: unknown) =>
        log.note("login-renewal", { error: error instanceof Error ? error.name : "unknown" }),
      );
    });
  }
  async function renew(): Promise<void> {
    if (passes.text() === null || said === null) return;
    const heard = await calls.call(loginRoutes.renew, parsePassAnswer, {}, said);
    if (passes.text() === null) return;
    if (heard.type === "answer") {
      passes.set(heard.value.pass, heard.value.until);
      return renewIn(renewMs);
    }
    // A session that was renewed meanwhile, or no network: once more while the pass may live.
    const session = await within(tokenOf);
    const isOver = heard.type === "refused" && heard.error === "login-needed";
    if (!isOver && session.ok) return renewIn(renewAgainMs);
    passes.drop();
    emit({ type: "network" });
  }

  async function step(session: DeskSession): Promise<Result<LoginStep, LoginError>> {
    const mine = secret;
    if (mine === null || session.helper === null) return ok({ type: "refused", why: "stale" });
    const token = await tokenOf(session);
    if (!token.ok) return token;
    const finish = (binding: Signed | null) =>
      calls.call(loginRoutes.finish, parseFinishAnswer, { secret: b64(mine), binding }, token.value);
    let heard = heardAs(await finish(null));
    if (heard.ok && heard.value.state.type === "bind") {
      const { subject, at } = heard.value.state;
      const { helper, identity } = session;
      const facts = { organisation: identity.id, helper: helper.id, subject, at };
      heard = heardAs(await finish(await signBinding(helper.sign, facts)));
    }
    if (!heard.ok) return heard;
    const { state } = heard.value;
    if (state.type === "waiting" || state.type === "bind") return ok({ type: "waiting" });
    secret = null;
    if (state.type === "refused") return ok(state);
    passes.set(state.pass, state.until);
    renewIn(renewMs);
    couriers.kick("person", session.profile.database);
    emit({ type: "team" });
    emit({ type: "network" });
    return ok({ type: "in" });
  }

  return {
    api: {
      login: () =>
        within(async (session): Promise<Result<DeskLogin, LoginError>> => {
          const { database } = session.profile;
          const isFresh = known?.database === database && clock.now() - known.at < knownMs;
          if (known === null || !isFresh) {
            // The page asks at each change of the network's state, of which a long upload makes many.
            if (clock.now() < deafUntil) return err(noNetwork);
            const token = await tokenOf(session);
            if (!token.ok) return token;
            const heard = heardAs(await calls.call(loginRoutes.state, parseLoginStateAnswer, {}, token.value));
            if (!heard.ok) {
              deafUntil = clock.now() + deafMs;
              return heard;
            }
            const { needs, site, helper } = heard.value;
            known = { at: clock.now(), database, view: { needs, site, helper } };
          }
          return ok({ ...known.view, isIn: known.view.needs.length === 0 || passes.text() !== null });
        }),

      beginLogin: (language) =>
        within(async (session): Promise<Result<{ readonly page: string }, LoginError>> => {
          const token = await tokenOf(session);
          if (!token.ok) return token;
          const mine = random.bytes(32);
          const asked = { commit: await loginCommit(mine), language };
          const heard = heardAs(await calls.call(loginRoutes.begin, parseBeginAnswer, asked, token.value));
          if (!heard.ok) return heard;
          secret = mine;
          return ok({ page: heard.value.page });
        }),

      loginStep: () => within(step),
    },
    end() {
      cancelRenewal();
      secret = null;
      known = null;
      deafUntil = 0;
      // The header is set before this returns: the pass may be forgotten at once.
      if (passes.text() !== null && said !== null) void calls.call(loginRoutes.end, parseDone, {}, said);
      passes.drop();
    },
  };
}
