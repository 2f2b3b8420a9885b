/**
 * Spoken answers of an open satchel (shared/voice.ts). Runs in the satchel worker, loaded when one is kept or erased.
 *
 * Surprising fact: a recording is kept before its dossier names it. Between the two it stands among the papers, so that a kill
 * there loses nothing; once named it is listed with its answer only (paper-list.ts).
 */
import type { PaperRecord } from "../../satchel/model.ts";
import * as paper from "../../satchel/paper.ts";
import { type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { isVoiceMime, longestVoiceMs, mostVoiceBytes, voicedKey, voiceKind, voiceSlot } from "../../shared/voice.ts";
import { putBlob } from "../common/blobs.ts";
import type { VoiceInput, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { type Dossiers, isDossier } from "./dossiers.ts";
import { isPaper } from "./paper-view.ts";
import type { Papers } from "./papers.ts";
import type { Space } from "./space.ts";

type Refused = { readonly type: "voice-unusable" };

export interface Voices {
  readonly add: (
    session: Session,
    dossier: RecordId,
    key: string,
    input: VoiceInput,
  ) => Promise<Result<RecordId, WorkerError | Refused>>;
  readonly remove: (
    session: Session,
    dossier: RecordId,
    key: string,
    voice: RecordId,
  ) => Promise<Result<void, WorkerError>>;
  /** Erases a dossier, then the recordings that no other one names. */
  readonly eraseDossier: Dossiers["erase"];
}

/** A recording may end a moment after it was told to. */
const lateMs = 5_000;

const isUsable = ({ bytes, mime, seconds }: VoiceInput): boolean =>
  isVoiceMime(mime) &&
  bytes.byteLength > 0 &&
  bytes.byteLength <= mostVoiceBytes &&
  Number.isInteger(seconds) &&
  seconds >= 0 &&
  seconds * 1000 <= longestVoiceMs + lateMs;

export function createVoices(
  deps: SatchelDeps,
  papers: Pick<Papers, "erase">,
  dossiers: Pick<Dossiers, "one" | "attach" | "erase">,
  space: Pick<Space, "makeRoom">,
): Voices {
  async function seal(session: Session, { bytes, mime }: VoiceInput) {
    const facts = { mime: mime.split(";")[0] ?? mime, sendClass: 4, localOnly: false } as const;
    const put = () => putBlob({ ...session, random: deps.random }, new Blob([bytes]), facts);
    const first = await put();
    if (first.ok || first.error.type !== "full") return first;
    const freed = await space.makeRoom(session);
    return freed.ok && freed.value > 0 ? put() : first;
  }

  /** Recordings that only this dossier names: what another one names stays. */
  async function only(session: Session, dossier: RecordId): Promise<Result<readonly RecordId[], WorkerError>> {
    const all = await session.records.list();
    if (!all.ok) return all;
    const named = (mine: boolean): readonly string[] =>
      all.value
        .filter(isDossier)
        .filter(({ id }) => (id === dossier) === mine)
        .flatMap(({ record }) =>
          Object.entries(record.attached).flatMap(([slot, { papers: held }]) =>
            voicedKey(slot) === undefined ? [] : held,
          ),
        );
    const others = new Set(named(false));
    const mine = new Set(named(true).filter((id) => !others.has(id)));
    return ok(
      all.value
        .filter(isPaper)
        .filter(({ id, record }) => record.kind === voiceKind && mine.has(id))
        .map(({ id }) => id),
    );
  }

  return {
    async add(session, dossier, key, input) {
      if (!isUsable(input)) return err({ type: "voice-unusable" });
      const asked = await dossiers.one(session, dossier);
      if (!asked.ok) return asked;
      const sealed = await seal(session, input);
      if (!sealed.ok) return err(sealed.error.type === "changed" ? { type: "voice-unusable" } : sealed.error);
      const { pointer, blob } = sealed.value;
      const id = randomId<RecordId>(deps.random);
      const at = deps.clock.now();
      const page = { turn: 0, state: "ready", readable: null, preview: null, original: pointer } as const;
      const record: PaperRecord = {
        ...paper.putPage(paper.createPaper(at, voiceKind), randomId<RecordId>(deps.random), page, at),
        title: input.title,
        facts: { seconds: String(input.seconds) },
        status: "kept",
      };
      const kept = await session.records.save<never>(id, () =>
        ok({ next: record, blobs: [blob], release: [pointer.blob] }),
      );
      if (!kept.ok) {
        await session.store.deleteBlobs([pointer.blob]);
        return kept;
      }
      const slot = voiceSlot(key);
      const now = await dossiers.one(session, dossier);
      const before = now.ok ? (now.value.record.attached[slot]?.papers ?? []) : [];
      const joined = now.ok ? await dossiers.attach(session, dossier, slot, [...before, id], false) : now;
      deps.emit({ type: "papers" });
      if (joined.ok) return ok(id);
      return err(joined.error.type === "stays-here" ? { type: "voice-unusable" } : joined.error);
    },

    async remove(session, dossier, key, voice) {
      const slot = voiceSlot(key);
      const now = await dossiers.one(session, dossier);
      if (!now.ok) return now;
      const before = now.value.record.attached[slot]?.papers ?? [];
      if (!before.includes(voice)) return err({ type: "not-found" });
      const rest = before.filter((other) => other !== voice);
      const own = await only(session, dossier);
      if (!own.ok) return own;
      const left = await dossiers.attach(session, dossier, slot, rest, false);
      // What stays on this device is never a recording: the answer is the worker's own.
      if (!left.ok) return err(left.error.type === "stays-here" ? { type: "not-found" } : left.error);
      return own.value.includes(voice) ? papers.erase(session, voice) : ok(undefined);
    },

    async eraseDossier(session, dossier) {
      const spoken = await only(session, dossier);
      if (!spoken.ok) return spoken;
      const erased = await dossiers.erase(session, dossier);
      if (!erased.ok) return erased;
      for (const voice of spoken.value) {
        const gone = await papers.erase(session, voice);
        if (!gone.ok) return gone;
      }
      return erased;
    },
  };
}
