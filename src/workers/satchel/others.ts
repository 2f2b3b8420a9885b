/**
 * "Une autre réponse existe" (DESIGN 4): what other devices of the person had written where this one had written too, and
 * the person's choice. Runs in the satchel worker.
 *
 * Surprising fact: a choice is itself a save, and travels: the other devices stop asking.
 */

import type { ProfileRecord, SatchelRecord } from "../../satchel/model.ts";
import { chooseOther, otherAt, othersOf, type PagePictures, settleOther } from "../../satchel/others.ts";
import { binPaper } from "../../satchel/paper.ts";
import { withoutKeys } from "../../satchel/shown.ts";
import type { RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { readBlob } from "../common/blobs.ts";
import type { Bytes64, OtherView, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import type { Dossiers } from "./dossiers.ts";
import { type Papers, serverTimeSeen } from "./papers.ts";
import { saveProfile } from "./pins.ts";

export interface OtherChoice {
  readonly id: RecordId;
  readonly path: string;
  readonly choice: number | null;
}

export interface Others {
  readonly list: (session: Session) => Promise<Result<readonly OtherView[], WorkerError>>;
  readonly picture: (
    session: Session,
    input: OtherChoice & { readonly choice: number },
  ) => Promise<Result<Bytes64, WorkerError>>;
  readonly settle: (session: Session, input: OtherChoice) => Promise<Result<void, WorkerError>>;
}

interface OthersParts {
  readonly papers: Pick<Papers, "change" | "erase">;
  readonly dossiers: Pick<Dossiers, "change" | "erase">;
}

export function createOthers(deps: SatchelDeps, { papers, dossiers }: OthersParts): Others {
  const done = <T>(result: Result<T, WorkerError>): Result<void, WorkerError> => (result.ok ? ok(undefined) : result);

  async function settlePaper(session: Session, { id, path, choice }: OtherChoice): Promise<Result<void, WorkerError>> {
    const time = await serverTimeSeen(session);
    if (!time.ok) return time;
    const now = deps.clock.now();
    return done(
      await papers.change(session, id, (record) => {
        if (choice === null) return ok(settleOther(record, path));
        if (path === "status") return ok(settleOther(binPaper(record, time.value, now), path));
        return ok(chooseOther(record, path, choice, now));
      }),
    );
  }

  const decided = <R extends SatchelRecord>(record: R, { path, choice }: OtherChoice): R =>
    choice === null ? settleOther(record, path) : chooseOther(record, path, choice, deps.clock.now());

  return {
    async list(session) {
      const all = await session.records.list();
      if (!all.ok) return all;
      const inOrder = [...all.value].sort((a, b) => (a.id < b.id ? -1 : 1));
      return ok(
        inOrder.flatMap(({ id, record }) => {
          const what = record.t;
          if (what === "share") return [];
          return othersOf(record).map(({ path, mine, others }): OtherView => {
            const shown = { mine: withoutKeys(mine), others: others.map(withoutKeys) };
            return { id, what, path, ...shown };
          });
        }),
      );
    },

    async picture(session, { id, path, choice }) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept;
      const other = path.startsWith("pages.") ? otherAt(kept.value.record, path)?.others[choice] : undefined;
      const pictures = other as PagePictures | null | undefined;
      const pointer = pictures?.preview ?? pictures?.readable ?? pictures?.original;
      if (pointer == null) return err({ type: "not-found" });
      const bytes = await readBlob(session.store, pointer);
      return bytes.ok ? ok({ bytes: bytes.value.buffer, mime: pointer.mime }) : bytes;
    },

    async settle(session, input) {
      const kept = await session.records.get(input.id);
      if (!kept.ok) return kept;
      const { record } = kept.value;
      const erased = input.path === "erased" && input.choice !== null;
      if (record.t === "paper") return erased ? papers.erase(session, input.id) : await settlePaper(session, input);
      if (record.t === "dossier") {
        if (erased) return done(await dossiers.erase(session, input.id));
        return done(await dossiers.change(session, input.id, (current) => decided(current, input)));
      }
      if (record.t !== "profile") return err({ type: "not-found" });
      const saved = await saveProfile(session, deps, (profile) => decided<ProfileRecord>(profile, input));
      return done(saved);
    },
  };
}
