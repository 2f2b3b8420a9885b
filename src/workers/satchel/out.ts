/**
 * The door to export-out.ts: loads it when it is asked for, and gives it what it needs of the open satchel. Runs in the
 * satchel worker.
 *
 * Surprising fact: without network and before that part was kept on the phone it cannot be loaded; that is told as
 * "unavailable", and nothing else of the satchel needs it.
 */

import { readCardText } from "../../crypto/card.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { storageErr } from "../common/errors.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelApi, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import type { Dossiers } from "./dossiers.ts";
import type { LetterTakers } from "./inbox.ts";
import type { Joining } from "./joining.ts";
import type { KeyCare } from "./key-care.ts";
import type { Opening } from "./opening.ts";
import { pinsOf } from "./pins.ts";
import type { Space } from "./space.ts";

type Given<K extends keyof SatchelApi> = SatchelApi[K] extends (input: infer I) => unknown ? I : never;

export interface Out {
  readonly exportAll: (session: Session, words: Given<"exportAll">) => ReturnType<SatchelApi["exportAll"]>;
  readonly exportSealed: (session: Session, input: Given<"exportSealed">) => ReturnType<SatchelApi["exportSealed"]>;
  readonly lookSealed: SatchelApi["lookSealed"];
  readonly importSealed: (session: Session, input: Given<"importSealed">) => ReturnType<SatchelApi["importSealed"]>;
  readonly join: Joining["join"];
  readonly joinable: (session: Session) => ReturnType<SatchelApi["joinable"]>;
  readonly aliases: Joining["aliases"];
  readonly eraseThere: Joining["eraseThere"];
  /** After opening, and when an alias has heard something; loads nothing where there is none. */
  readonly follow: Joining["follow"];
}

export function createOut(
  given: SatchelDeps,
  parts: {
    readonly opening: Opening;
    readonly care: KeyCare;
    readonly space: Space;
    readonly dossiers: Dossiers;
    readonly takers: LetterTakers;
  },
): Out {
  const { opening, space } = parts;
  const deps = { ...given, ...parts };
  const load = createLoader(deps, "out-not-loaded", async () => {
    const out = await import("./export-out.ts");
    return { out, joining: out.createJoining(deps) };
  });

  async function withAliases<T, E = never>(
    session: Session,
    none: T,
    use: (joining: Joining) => Promise<Result<T, E | WorkerError>>,
  ): Promise<Result<T, E | WorkerError>> {
    const pins = await pinsOf(session);
    if (!pins.ok) return pins;
    if (Object.keys(pins.value.aliases ?? {}).length === 0) return ok(none);
    const tool = await load();
    return tool.ok ? use(tool.value.joining) : tool;
  }

  return {
    async exportAll(session, words) {
      const tool = await load();
      return tool.ok ? tool.value.out.exportAll(session, { clock: deps.clock, space }, words) : tool;
    },

    async exportSealed(session, { code, words }) {
      const tool = await load();
      if (!tool.ok) return tool;
      const shown = await opening.card();
      if (!shown.ok) return shown.error.type === "not-found" ? err({ type: "no-card" }) : shown;
      const card = await readCardText(shown.value.qr);
      if (!card.ok) return err({ type: "no-card" });
      const right = await opening.verifyCode(code);
      if (!right.ok) return right;
      const { secret, set } = card.value;
      const codeKind = session.profile.codeKind ?? "digits";
      const sealed = await tool.value.out.exportSealed(session, deps, {
        code,
        codeKind,
        card: { secret, set, drilled: shown.value.drilled },
        words,
      });
      secret.wipe();
      return sealed;
    },

    async lookSealed(file) {
      const tool = await load();
      return tool.ok ? tool.value.out.lookSealed(file) : tool;
    },

    async importSealed(session, input) {
      const tool = await load();
      if (!tool.ok) return tool;
      const taken = await tool.value.out.importSealed(session, deps, input);
      deps.emit({ type: "papers" });
      deps.emit({ type: "dossiers" });
      return taken;
    },

    async join(session, input) {
      const tool = await load();
      return tool.ok ? tool.value.joining.join(session, input) : tool;
    },

    async joinable({ profile: open }) {
      const listed = await deps.registry.list();
      if (!listed.ok) return storageErr(listed.error);
      const others = listed.value.filter(
        ({ kind, database, principal, aliasOf }) =>
          kind === "satchel" &&
          database !== open.database &&
          principal !== open.principal &&
          aliasOf !== open.principal,
      );
      return ok(others.map(({ database, pictogram, codeKind = "digits" }) => ({ database, pictogram, codeKind })));
    },

    aliases: (session) => withAliases(session, [], (joining) => joining.aliases(session)),
    eraseThere: (session, say) => withAliases(session, undefined, (joining) => joining.eraseThere(session, say)),
    follow: (session) => withAliases(session, undefined, (joining) => joining.follow(session)),
  };
}
