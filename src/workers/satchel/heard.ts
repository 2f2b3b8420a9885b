/** One question with a session of this device, a fresh one where the old one is over. Runs in the satchel worker. */

import { err, ok, type Result } from "../../shared/result.ts";
import { newSession } from "../common/blob-reader.ts";
import { storageErr } from "../common/errors.ts";
import type { Heard } from "../common/json-calls.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";

export type HeardError =
  | WorkerError
  | { readonly type: "no-network" }
  | { readonly type: "refused"; readonly error: string };

export async function askAsDevice<T>(
  { couriers }: Pick<SatchelDeps, "couriers">,
  { store, profile }: Pick<Session, "store" | "profile">,
  use: (token: string) => Promise<Heard<T>>,
): Promise<Result<T, HeardError>> {
  for (let tries = 0; tries < 2; tries += 1) {
    const meta = await store.meta();
    if (!meta.ok) return storageErr(meta.error);
    const token = meta.value.session;
    if (token !== null) {
      const heard = await use(token);
      if (heard.type === "answer") return ok(heard.value);
      if (heard.type === "lost") return err({ type: "no-network" });
      if (heard.error !== "unauthenticated") return err({ type: "refused", error: heard.error });
      const forgotten = await store.setMeta({ session: null });
      if (!forgotten.ok) return storageErr(forgotten.error);
    }
    await newSession({ store, database: profile.database, couriers });
  }
  return err({ type: "no-network" });
}
