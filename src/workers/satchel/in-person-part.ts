/**
 * The sheet on a desk held against the keys that this satchel believes (SPEC C-Q, decisions/0047). Runs in the satchel worker,
 * loaded when it is asked for (in-person.ts). Needs no network.
 *
 * Surprising fact: each look is a new entry with an id of its own, never a changed one, so that two devices of the person cannot
 * mix half of a stop with half of a match. The newest entry of an organisation counts.
 */

import { type DeskSheet, heldAgainst, readSheet, sheetCheck, sheetOf } from "../../crypto/desk-sheet.ts";
import { type Principal, readChain } from "../../protocol/statements.ts";
import { type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { DeskKeys, SheetVerdict } from "../in-person.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isHeldBack, judge, lookOf, noPins, type Pinnable, type Pins, pinWhatIsNew, saveProfile } from "./pins.ts";

export interface InPerson {
  readonly list: (session: Session) => Promise<Result<readonly DeskKeys[], WorkerError>>;
  readonly check: (
    session: Session,
    input: { readonly organisation: string; readonly text: string },
  ) => Promise<Result<SheetVerdict, WorkerError>>;
  readonly settle: (session: Session, organisation: string) => Promise<Result<void, WorkerError>>;
}

/** The keys that this satchel believes, whatever the deployment says by now. */
async function believed(pins: Pins, deployment: Pinnable | null, slug: string): Promise<Principal | null> {
  const trust = await judge(pins, deployment, slug);
  if (trust.type === "trusted") return trust.principal;
  const chain = await readChain(pins.organisations[slug]?.statements ?? []);
  return chain.ok ? chain.value : null;
}

export function createInPerson(deps: SatchelDeps): InPerson {
  async function facts(session: Session) {
    const deployment = await deps.deployments.current();
    const pins = await pinWhatIsNew(session, deps, deployment);
    return pins.ok ? ok({ deployment, pins: pins.value }) : pins;
  }

  /** Older entries about the same organisation go. */
  async function keep(
    session: Session,
    organisation: string,
    said: "verified" | "stopped" | "settled",
    sheet: DeskSheet | null,
  ): Promise<Result<void, WorkerError>> {
    const saved = await saveProfile(session, deps, (profile) => {
      const pinned = profile.pinned ?? noPins;
      const looks = Object.entries(pinned.looks ?? {}).filter(([, look]) => look.organisation !== organisation);
      const last = lookOf(pinned, organisation)?.at ?? 0;
      const look = { organisation, said, at: Math.max(deps.clock.now(), last + 1), sheet };
      return {
        ...profile,
        pinned: { ...pinned, looks: { ...Object.fromEntries(looks), [randomId<RecordId>(deps.random)]: look } },
      };
    });
    if (!saved.ok) return saved;
    deps.emit({ type: "dossiers" });
    deps.emit({ type: "outbox" });
    deps.emit({ type: "shares" });
    return ok(undefined);
  }

  return {
    async list(session) {
      const known = await facts(session);
      if (!known.ok) return known;
      const { pins, deployment } = known.value;
      const all: DeskKeys[] = [];
      for (const { slug, name, human } of deployment?.organisations ?? []) {
        const principal = await believed(pins, deployment, slug);
        const look = lookOf(pins, slug);
        let said: DeskKeys["said"] = null;
        if (look?.said === "verified") said = { type: "verified", at: look.at };
        else if (look?.said === "stopped" && look.sheet !== null && (await isHeldBack(pins, slug, principal)))
          said = { type: "stopped", at: look.at, sheet: await sheetCheck(look.sheet) };
        all.push({
          slug,
          name,
          human,
          known: principal && (await sheetCheck(await sheetOf(principal))),
          said,
        });
      }
      return ok(all);
    },

    async check(session, { organisation, text }) {
      const sheet = readSheet(text);
      if (sheet === undefined) return ok({ type: /^\s*BSC1\./i.test(text) ? "card" : "no-sheet" });
      const known = await facts(session);
      if (!known.ok) return known;
      const { pins, deployment } = known.value;
      const principal = await believed(pins, deployment, organisation);
      if (principal === null) return ok({ type: "no-keys" });
      const held = await heldAgainst(sheet, principal);
      if (held === "no") {
        for (const { slug, name } of deployment?.organisations ?? []) {
          const other = slug === organisation ? null : await believed(pins, deployment, slug);
          if (other !== null && (await heldAgainst(sheet, other)) !== "no") return ok({ type: "other-desk", name });
        }
      }
      const kept = await keep(session, organisation, held === "no" ? "stopped" : "verified", sheet);
      if (!kept.ok) return kept;
      return ok(held === "no" ? { type: "stopped" } : { type: "verified", older: held === "before" });
    },

    async settle(session, organisation) {
      const known = await facts(session);
      if (!known.ok) return known;
      if (lookOf(known.value.pins, organisation)?.said !== "stopped") return err({ type: "not-found" });
      return keep(session, organisation, "settled", null);
    },
  };
}
