/**
 * Has our server prepare a dossier on another site, keeps where the draft is, asks what became of it (SPEC P-F). Runs in the
 * satchel worker, loaded when it is needed.
 *
 * Surprising fact: this is the one place from which answers leave unsealed. No session goes along; it is called by a person's
 * act alone, and what was lost is not said again by itself.
 */

import { prefill as limits } from "../../protocol/limits.ts";
import {
  type PrefillShape,
  parsePrefillCreateAnswer,
  parsePrefillShapeAnswer,
  parsePrefillStateAnswer,
} from "../../protocol/prefill.ts";
import { routes } from "../../protocol/wire.ts";
import { isSettled, learned, withHandOff } from "../../satchel/hand-off.ts";
import type { DossierRecord } from "../../satchel/model.ts";
import type { RecordId } from "../../shared/ids.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { AskDeps } from "../common/blob-reader.ts";
import { createJsonCalls, type Heard } from "../common/json-calls.ts";
import type { DossierView, HandOffInput, HandOffRefusal, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import type { Dossiers } from "./dossiers.ts";

export interface HandOffDeps extends SatchelDeps {
  readonly fetch: AskDeps["fetch"];
  readonly timers: Timers;
}

type Problem = WorkerError | HandOffRefusal;

export interface HandOffPart {
  readonly shape: (path: string) => Promise<Result<PrefillShape, Problem>>;
  readonly prepare: (session: Session, id: RecordId, input: HandOffInput) => Promise<Result<DossierView, Problem>>;
  readonly follow: (session: Session, id: RecordId) => Promise<Result<DossierView, Problem>>;
}

const AGAIN_SECONDS = 15;

/** What a person can act upon, out of what the server said. */
function refusal(heard: Exclude<Heard<unknown>, { readonly type: "answer" }>): HandOffRefusal {
  if (heard.type === "lost") return { type: "no-network" };
  switch (heard.error) {
    case "prefill-off":
    // A server of an older version knows no such route.
    case "not-found":
      return { type: "off" };
    case "prefill-unknown":
      return { type: "unknown-procedure" };
    case "too-many":
    case "busy":
      return { type: "wait", seconds: heard.seconds ?? AGAIN_SECONDS };
    default:
      return { type: "site-failed" };
  }
}

export function createHandOff(deps: HandOffDeps, dossiers: Pick<Dossiers, "change" | "one">): HandOffPart {
  const { call } = createJsonCalls(deps);

  async function kept(
    session: Session,
    id: RecordId,
    apply: (record: DossierRecord) => DossierRecord,
  ): Promise<Result<DossierView, Problem>> {
    const changed = await dossiers.change(session, id, apply);
    return changed.ok ? dossiers.one(session, id) : changed;
  }

  return {
    async shape(path) {
      const heard = await call(`${routes.prefill}/shape`, parsePrefillShapeAnswer, { path });
      return heard.type === "answer" ? ok(heard.value.shape) : err(refusal(heard));
    },

    async prepare(session, id, { site, procedure, values, left, unsure }) {
      // Before anything leaves: the dossier is there, and can be written.
      const there = await dossiers.one(session, id);
      if (!there.ok) return there;
      const heard = await call(`${routes.prefill}/create`, parsePrefillCreateAnswer, { number: procedure, values });
      if (heard.type !== "answer") return err(refusal(heard));
      const { url, token, dossier } = heard.value;
      const handOff = { site, procedure, url, token, at: deps.clock.now(), left, unsure };
      return kept(session, id, (record) => withHandOff(record, dossier, handOff));
    },

    async follow(session, id) {
      const there = await dossiers.one(session, id);
      if (!there.ok) return there;
      const open = Object.entries(there.value.record.handOffs ?? {}).filter(([, handOff]) => !isSettled(handOff));
      const procedures = new Set(open.map(([, handOff]) => handOff.procedure));
      const now = deps.clock.now();
      let view = there.value;
      for (const number of procedures) {
        const asked = open.filter(([, handOff]) => handOff.procedure === number).slice(-limits.tokens);
        const tokens = asked.map(([, handOff]) => handOff.token);
        const heard = await call(`${routes.prefill}/state`, parsePrefillStateAnswer, { number, tokens });
        if (heard.type !== "answer") return err(refusal(heard));
        const said = new Map(heard.value.dossiers.map((one) => [String(one.dossier), one]));
        const saved = await kept(session, id, (record) =>
          asked.reduce((before, [key]) => {
            const handOff = before.handOffs?.[key];
            return handOff === undefined
              ? before
              : withHandOff(before, Number(key), learned(handOff, said.get(key), now));
          }, record),
        );
        if (!saved.ok) return saved;
        view = saved.value;
      }
      return ok(view);
    },
  };
}
