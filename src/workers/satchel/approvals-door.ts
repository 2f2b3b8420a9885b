/**
 * The door to approvals.ts: loaded when the person opens papers at a shared computer, or has done so a moment ago and
 * something may have been added there. Runs in the satchel worker.
 */

import { ok, type Result } from "../../shared/result.ts";
import type { ApprovalRefusal, PhoneApprovalApi } from "../approval.contract.ts";
import { createLoader } from "../common/loaded.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { Approvals, ApprovalsDeps } from "./approvals.ts";
import type { Session } from "./deps.ts";
import { createDeskWatch } from "./desk-watch.ts";

export interface ApprovalDoor {
  readonly api: PhoneApprovalApi;
  /** Looks for what was added where this device approved, until that has ended. */
  readonly watch: () => void;
}

type Within = <T, E>(use: (session: Session) => Promise<Result<T, E>>) => Promise<Result<T, E | WorkerError>>;

const oftenMs = 10_000;

export function createApprovalDoor(deps: ApprovalsDeps, within: Within): ApprovalDoor {
  let loaded: Approvals | undefined;
  const load = createLoader(deps, "approvals-not-loaded", async () => {
    loaded ??= (await import("./approvals.ts")).createApprovals(deps);
    return loaded;
  });
  const use = <T>(
    work: (approvals: Approvals, session: Session) => Promise<Result<T, WorkerError | ApprovalRefusal>>,
  ): Promise<Result<T, WorkerError | ApprovalRefusal>> =>
    within<T, WorkerError | ApprovalRefusal>(async (session) => {
      const approvals = await load();
      return approvals.ok ? work(approvals.value, session) : approvals;
    });

  async function look(): Promise<boolean> {
    try {
      const waits = await use(async (approvals, session) => {
        const held = await deps.registry.get(session.profile.database);
        return held.ok && held.value?.approvalsSince != null ? approvals.work(session) : ok(false);
      });
      // Without network it is asked again; locked, at the next opening.
      return waits.ok ? waits.value : waits.error.type === "no-network";
    } catch (error) {
      deps.log.note("approvals-look", { error: error instanceof Error ? error.name : "unknown" });
      return true;
    }
  }
  const { now: watch } = createDeskWatch({ timers: deps.timers, random: deps.random, look, oftenMs });

  return {
    watch,
    api: {
      approvalRead: (text) => use((approvals, session) => approvals.read(session, text)),
      async approvalGive(papers) {
        const given = await use((approvals, session) => approvals.give(session, papers));
        if (given.ok) watch();
        return given;
      },
      async approvalForget() {
        loaded?.forget();
        return ok(undefined);
      },
      approvals: () => use((approvals, session) => approvals.list(session)),
      approvalEnd: (id) => use((approvals, session) => approvals.end(session, id)),
    },
  };
}
