/**
 * A model of the server's verdicts (protocol SPEC P-W): one counter a principal, compare-and-swap on op ids, stored
 * verdicts, letters accepted once, opened or withdrawn, uploads by offset, collection of what nothing names, quotas,
 * epochs and restored backups. tests/fault/sync-simulation-model.test.ts plays it against the real server.
 *
 * Its faults break one rule each, to test the harness.
 */

import type {
  B64,
  Cursor,
  Letter,
  LetterAnswer,
  Op,
  ProofBody,
  PullAnswer,
  PullRow,
  RejectCode,
  ServerTime,
  Signed,
  Verdict,
} from "../../../src/protocol/wire.ts";
import type { Bytes } from "../../../src/shared/bytes.ts";
import type { BlobId, LetterId, OpId, PrincipalId, RecordId } from "../../../src/shared/ids.ts";
import type { BlobStatus } from "../../../src/sync/ports.ts";
import { headOf, letterHeadOf, proofOf } from "./sealing.ts";

export interface ServerFaults {
  /** Any op is accepted, whatever its base. */
  readonly lastWriterWins: boolean;
  /** Sequences are handed out before commit; this many ms pass in between. */
  readonly commitDelayMs: (() => number) | null;
  /** "verified" is said when the last byte came, whatever the root. */
  readonly verifiesTooEarly: boolean;
  /** Answers before the disk has it: a crash of the server takes back what was said. */
  readonly ackBeforeSync: boolean;
}
export const soundServer: ServerFaults = {
  lastWriterWins: false,
  commitDelayMs: null,
  verifiesTooEarly: false,
  ackBeforeSync: false,
};

type FeedKind = "record" | "letter" | "proof" | "blob";
interface FeedRow {
  readonly seq: number;
  readonly kind: FeedKind;
  readonly ref: string;
  readonly visibleAt: number;
}
interface StoredOp {
  readonly op: OpId;
  readonly wire: Op;
  readonly seq: number;
  readonly blobs: readonly BlobId[];
}
interface StoredLetter {
  readonly letter: LetterId;
  readonly from: PrincipalId;
  readonly to: PrincipalId;
  readonly manifest: B64;
  readonly at: number;
  readonly digest: string;
  readonly blobs: readonly { readonly blob: BlobId; readonly length: number; readonly root: B64 }[];
  /** Null once its body went: withdrawn, or a deposit that was acknowledged. */
  readonly wire: Letter | null;
  readonly proofs: Readonly<Partial<Record<ProofBody["t"], Signed>>>;
}
export interface ModelBlob {
  readonly owner: PrincipalId;
  readonly blob: BlobId;
  readonly length: number;
  readonly root: B64;
  readonly state: "staged" | "again" | "verified" | "collected";
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly createdAt: number;
  readonly verifiedAt: number | null;
  /** Since when nothing names it. */
  readonly freeSince: number;
}
interface Vault {
  readonly seq: number;
  readonly feed: ReadonlyMap<string, FeedRow>;
  readonly applied: ReadonlyMap<OpId, { readonly seq: number; readonly digest: string }>;
  readonly records: ReadonlyMap<RecordId, StoredOp>;
}
/** All that the server has on its disk. Values never change: a copy of it is a backup. */
export interface ServerState {
  readonly epoch: string;
  readonly vaults: ReadonlyMap<PrincipalId, Vault>;
  readonly letters: ReadonlyMap<LetterId, StoredLetter>;
  readonly blobs: ReadonlyMap<BlobId, ModelBlob>;
}

export interface ModelDeps {
  readonly faults?: ServerFaults;
  /** Signs as the server does. */
  readonly sign: (body: ProofBody) => Signed;
  /** SHA-256 of a letter's head bytes. */
  readonly manifestOf: (letter: Letter) => B64;
  /** Who is registered. */
  readonly principals: readonly PrincipalId[];
  /** True when these bytes give this root. */
  readonly rootHolds: (root: B64, bytes: Uint8Array) => boolean;
  /** True when the disk keeps another byte than it was given. */
  readonly spoils?: () => boolean;
  /** Space for blobs of one principal, in bytes. */
  readonly quota?: () => number;
}

export interface ModelServer {
  readonly push: (ops: readonly Op[], now: number) => readonly Verdict[];
  readonly letter: (letter: Letter, now: number) => LetterAnswer["verdict"];
  readonly proof: (proof: Signed, now: number) => RejectCode | null;
  readonly pull: (
    who: PrincipalId,
    cursor: Cursor,
    limit: number,
    now: number,
  ) => Pick<PullAnswer, "rows" | "cursor" | "more" | "reset"> & { readonly backup: ServerTime | null };
  readonly create: (
    owner: PrincipalId,
    blob: BlobId,
    length: number,
    root: B64,
    now: number,
  ) => "created" | "known" | "id-taken" | "quota";
  readonly head: (blob: BlobId) => BlobStatus | undefined;
  readonly patch: (blob: BlobId, offset: number, bytes: Bytes, now: number) => BlobStatus | "offset" | "absent";
  /** Collection of what nothing has named for 30 days, and of uploads unfinished for 60. */
  readonly collect: (now: number) => void;
  /** A backup begins and ends now. */
  readonly backUp: (now: number) => void;
  /** The newest backup comes back; with `epoch` as it should be, without as it should not. */
  readonly restore: (epoch: string | null) => boolean;
  readonly setEpoch: (epoch: string) => void;
  /** Power goes and comes back: what was on the disk is there. `back`: what a server without fsync had then. */
  readonly crash: () => void;
  /** Throws away one unfinished upload, or its last bytes: HEAD has to be believed. */
  readonly harmUpload: (blob: BlobId, back: number) => void;
  readonly epoch: () => string;
  /** Numbers of the rows of records and letters after one cursor, up to and with another, that can be told (I5). Empty for cursors of another epoch. */
  readonly between: (who: PrincipalId, from: Cursor, to: Cursor) => readonly number[];
  readonly state: () => ServerState;
  /** True when this letter lies here, with or without its body. */
  readonly has: (letter: LetterId) => boolean;
  /** How often each op, letter and blob changed the state (I3), over all lives of the store. */
  readonly changes: ReadonlyMap<string, number>;
}

export const GC_MS = 30 * 24 * 3_600_000;
export const UNFINISHED_MS = 60 * 24 * 3_600_000;

const weight = (...texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);
const digestOf = (wire: Op): string => `${wire.head}.${wire.body}`;

const emptyVault: Vault = { seq: 0, feed: new Map(), applied: new Map(), records: new Map() };

export function createModelServer(deps: ModelDeps): ModelServer {
  const faults = deps.faults ?? soundServer;
  const changes = new Map<string, number>();
  let epoch = "m0";
  // Plain maps inside; `state()` and backups copy them.
  const vaults = new Map<
    PrincipalId,
    {
      seq: number;
      feed: Map<string, FeedRow>;
      applied: Map<OpId, { seq: number; digest: string }>;
      records: Map<RecordId, StoredOp>;
    }
  >();
  let letters = new Map<LetterId, StoredLetter>();
  let blobs = new Map<BlobId, ModelBlob>();
  for (const who of deps.principals)
    vaults.set(who, { seq: 0, feed: new Map(), applied: new Map(), records: new Map() });
  let backup: { readonly at: number; readonly state: ServerState } | null = null;
  let synced: ServerState | null = null;

  const copy = (): ServerState => ({
    epoch,
    vaults: new Map(
      [...vaults].map(([who, vault]) => [
        who,
        {
          seq: vault.seq,
          feed: new Map(vault.feed),
          applied: new Map(vault.applied),
          records: new Map(vault.records),
        },
      ]),
    ),
    letters: new Map(letters),
    blobs: new Map(
      [...blobs].map(([id, blob]) => [id, blob.state === "verified" ? blob : { ...blob, bytes: blob.bytes.slice() }]),
    ),
  });
  const load = (state: ServerState): void => {
    epoch = state.epoch;
    for (const who of vaults.keys()) {
      const held = state.vaults.get(who) ?? emptyVault;
      vaults.set(who, {
        seq: held.seq,
        feed: new Map(held.feed),
        applied: new Map(held.applied),
        records: new Map(held.records),
      });
    }
    letters = new Map(state.letters);
    blobs = new Map(
      [...state.blobs].map(([id, blob]) => [
        id,
        blob.state === "verified" ? blob : { ...blob, bytes: blob.bytes.slice() },
      ]),
    );
  };
  const changed = (id: string): void => void changes.set(id, (changes.get(id) ?? 0) + 1);
  const vaultOf = (who: PrincipalId) => {
    const vault = vaults.get(who);
    if (vault === undefined) throw new Error("assertion failed: a registered principal");
    return vault;
  };
  const addRow = (who: PrincipalId, kind: FeedKind, ref: string, now: number, known?: number): number => {
    const vault = vaultOf(who);
    if (known === undefined) vault.seq += 1;
    const seq = known ?? vault.seq;
    vault.feed.set(`${kind}:${ref}`, { seq, kind, ref, visibleAt: now + (faults.commitDelayMs?.() ?? 0) });
    return seq;
  };

  const named = (blob: BlobId, owner: PrincipalId): boolean => {
    for (const row of vaultOf(owner).records.values()) if (row.blobs.includes(blob)) return true;
    for (const letter of letters.values())
      if (letter.from === owner && letter.wire !== null && letter.blobs.some((ref) => ref.blob === blob)) return true;
    return false;
  };
  const collected = (ids: readonly BlobId[]): boolean => ids.some((id) => blobs.get(id)?.state === "collected");
  /** After references went or came. */
  const recount = (ids: readonly BlobId[], owner: PrincipalId, now: number): void => {
    for (const id of ids) {
      const blob = blobs.get(id);
      if (blob !== undefined && !named(id, owner)) blobs.set(id, { ...blob, freeSince: now });
    }
  };

  const complete = (from: PrincipalId, now: number): void => {
    for (const letter of letters.values()) {
      if (letter.from !== from || letter.proofs.complete !== undefined || letter.wire === null) continue;
      const whole = letter.blobs.every((ref) => {
        const blob = blobs.get(ref.blob);
        return blob?.state === "verified" && blob.length === ref.length && blob.root === ref.root;
      });
      if (!whole) continue;
      const at = now as ServerTime;
      const proof = deps.sign({
        t: "complete",
        v: 1,
        letter: letter.letter,
        manifest: letter.manifest,
        to: letter.to,
        depositedAt: letter.at as ServerTime,
        at,
      });
      letters.set(letter.letter, { ...letter, proofs: { ...letter.proofs, complete: proof } });
      for (const who of [...new Set([letter.from, letter.to])].sort())
        addRow(who, "proof", `${letter.letter}.complete`, now);
    }
  };

  const used = (owner: PrincipalId): number => {
    let sum = 0;
    for (const blob of blobs.values()) if (blob.owner === owner && blob.state !== "collected") sum += blob.length;
    return sum;
  };

  const bodyOf = (row: FeedRow, who: PrincipalId): PullRow | undefined => {
    const { seq, ref } = row;
    if (row.kind === "record") {
      const stored = vaultOf(who).records.get(ref as RecordId);
      return stored && { seq, type: "record", op: stored.wire };
    }
    if (row.kind === "letter") {
      const letter = letters.get(ref as LetterId);
      if (letter?.wire == null) return undefined;
      return { seq, type: "letter", letter: letter.wire, at: letter.at as ServerTime };
    }
    if (row.kind === "proof") {
      const [id = "", type = ""] = ref.split(".");
      const proof = letters.get(id as LetterId)?.proofs[type as ProofBody["t"]];
      return proof && { seq, type: "proof", letter: id as LetterId, proof };
    }
    const blob = blobs.get(ref as BlobId);
    if (blob === undefined || blob.state === "staged" || blob.state === "collected") return undefined;
    return blob.state === "verified"
      ? { seq, type: "blob", blob: blob.blob, state: "verified", at: (blob.verifiedAt ?? 0) as ServerTime }
      : { seq, type: "blob", blob: blob.blob, state: "again" };
  };
  const rowWeight = (row: PullRow): number => {
    if (row.type === "record") return 60 + weight(row.op.head, row.op.body, row.op.sig);
    if (row.type === "letter") return 120 + weight(row.letter.head, row.letter.enc, row.letter.body, row.letter.sig);
    return row.type === "proof" ? 100 + weight(row.proof.body, row.proof.sig) : 80;
  };

  const push = (wire: Op, now: number): Verdict => {
    const head = headOf(wire);
    const { op, record, base } = head;
    const vault = vaultOf(head.satchel);
    const before = vault.applied.get(op);
    if (before !== undefined)
      return before.digest === digestOf(wire)
        ? { op, type: "ok", seq: before.seq }
        : { op, type: "reject", code: "id-taken", retry: "never" };
    const row = vault.records.get(record);
    if (!faults.lastWriterWins && (row?.op ?? null) !== base)
      return { op, type: "conflict", current: row?.wire ?? null, seq: row?.seq ?? vault.seq };
    if (collected(head.blobs)) return { op, type: "reject", code: "blob-missing", retry: "later" };
    vault.seq += 1;
    const { seq } = vault;
    vault.applied.set(op, { seq, digest: digestOf(wire) });
    vault.records.set(record, { op, wire, seq, blobs: head.blobs });
    addRow(head.satchel, "record", record, now, seq);
    // What the person deleted goes at once, what was merely replaced after a month.
    recount(row?.blobs ?? [], head.satchel, head.deleted ? 0 : now);
    changed(op);
    return { op, type: "ok", seq };
  };

  return {
    changes,
    epoch: () => epoch,
    between: (who, from, to) => {
      const [askedEpoch, after = "0"] = from.split(".");
      const [toldEpoch, upTo = "0"] = to.split(".");
      if (toldEpoch !== epoch || (askedEpoch !== epoch && from !== "0.0")) return [];
      return [...vaultOf(who).feed.values()].flatMap((row) =>
        (row.kind === "record" || row.kind === "letter") &&
        row.seq > Number(after) &&
        row.seq <= Number(upTo) &&
        bodyOf(row, who) !== undefined
          ? [row.seq]
          : [],
      );
    },
    state: copy,
    has: (letter) => letters.has(letter),
    push: (ops, now) => ops.map((op) => push(op, now)),

    letter: (letter, now) => {
      const head = letterHeadOf(letter);
      const id = head.letter;
      const digest = `${letter.head}.${letter.enc}.${letter.body}`;
      const known = letters.get(id);
      const ok = (): LetterAnswer["verdict"] => {
        const { proofs } = letters.get(id) as StoredLetter;
        return { type: "ok", proofs: Object.values(proofs) };
      };
      if (known !== undefined)
        return known.digest === digest ? ok() : { type: "reject", code: "id-taken", retry: "never" };
      if (collected(head.blobs.map((ref) => ref.blob))) return { type: "reject", code: "blob-missing", retry: "later" };
      const at = now as ServerTime;
      const manifest = deps.manifestOf(letter);
      const have = head.blobs.flatMap((ref) => {
        const blob = blobs.get(ref.blob);
        return blob?.state === "verified" && blob.length === ref.length && blob.root === ref.root ? [ref.blob] : [];
      });
      const deposited = deps.sign({
        t: "deposited",
        v: 1,
        letter: id,
        manifest,
        to: head.to,
        at,
        have,
        of: head.blobs.length,
      });
      letters.set(id, {
        letter: id,
        from: head.from,
        to: head.to,
        manifest,
        at: now,
        digest,
        blobs: head.blobs,
        wire: letter,
        proofs: { deposited },
      });
      changed(id);
      for (const who of [...new Set([head.from, head.to])].sort()) {
        if (who === head.to) addRow(who, "letter", id, now);
        if (who === head.from) addRow(who, "proof", `${id}.deposited`, now);
      }
      complete(head.from, now);
      return ok();
    },

    proof: (signed, now) => {
      const body = proofOf(signed);
      if (body.t !== "opened" && body.t !== "withdrawn") return "bad-format";
      const letter = letters.get(body.letter);
      const party = body.t === "opened" ? letter?.to : letter?.from;
      if (letter === undefined || party !== body.by || letter.manifest !== body.manifest) return "unknown-receiver";
      if (letter.proofs[body.t] !== undefined) return null;
      if (body.t === "withdrawn" && letter.proofs.opened !== undefined) return "opened";
      if (body.t === "opened" && letter.proofs.withdrawn !== undefined) return "gone";
      const dropped = body.t === "withdrawn" || letter.from === letter.to;
      letters.set(letter.letter, {
        ...letter,
        proofs: { ...letter.proofs, [body.t]: signed },
        wire: dropped ? null : letter.wire,
      });
      changed(`${letter.letter}.${body.t}`);
      if (dropped) {
        vaultOf(letter.to).feed.delete(`letter:${letter.letter}`);
        recount(
          letter.blobs.map((ref) => ref.blob),
          letter.from,
          body.t === "withdrawn" ? 0 : now,
        );
      }
      for (const who of [...new Set([letter.from, letter.to])].sort())
        addRow(who, "proof", `${letter.letter}.${body.t}`, now);
      return null;
    },

    pull: (who, cursor, limit, now) => {
      const vault = vaultOf(who);
      const [askedEpoch, seqText = "0"] = cursor.split(".");
      const asked = Number(seqText);
      const fresh = cursor === "0.0";
      const reset = !fresh && (askedEpoch !== epoch || asked > vault.seq);
      const after = reset || fresh ? 0 : asked;
      const found = [...vault.feed.values()]
        .filter((row) => row.seq > after && row.visibleAt <= now)
        .sort((a, b) => a.seq - b.seq);
      const rows: PullRow[] = [];
      let total = 0;
      let next = faults.commitDelayMs === null ? vault.seq : (found.at(-1)?.seq ?? after);
      let more = false;
      for (const entry of found) {
        const row = bodyOf(entry, who);
        if (row === undefined) continue;
        total += rowWeight(row);
        if (rows.length > 0 && (total > limit || rows.length >= 500)) {
          more = true;
          next = rows.at(-1)?.seq ?? next;
          break;
        }
        rows.push(row);
      }
      const covers = backup === null ? null : (backup.at as ServerTime);
      return { rows, cursor: `${epoch}.${next}` as Cursor, more, reset, backup: covers };
    },

    create: (owner, id, length, root, now) => {
      const known = blobs.get(id);
      if (known !== undefined && (known.length !== length || known.root !== root)) return "id-taken";
      if (known !== undefined && known.state !== "collected") return "known";
      if (used(owner) + length > (deps.quota?.() ?? Number.MAX_SAFE_INTEGER)) return "quota";
      blobs.set(id, {
        owner,
        blob: id,
        length,
        root,
        state: "staged",
        offset: 0,
        bytes: new Uint8Array(length),
        createdAt: now,
        verifiedAt: null,
        freeSince: now,
      });
      return "created";
    },
    head: (id) => {
      const blob = blobs.get(id);
      if (blob === undefined || blob.state === "collected") return undefined;
      if (blob.state === "again" && blob.offset === 0) return { offset: 0, state: "again" };
      return { offset: blob.offset, state: blob.state === "verified" ? "verified" : "incomplete" };
    },
    patch: (id, offset, bytes, now) => {
      const blob = blobs.get(id);
      if (blob === undefined || blob.state === "collected") return "absent";
      if (blob.state === "verified" || blob.offset !== offset) return "offset";
      blob.bytes.set(bytes, offset);
      if (deps.spoils?.() === true) blob.bytes[offset] = (blob.bytes[offset] ?? 0) ^ 1;
      const arrived = { ...blob, offset: offset + bytes.length };
      blobs.set(id, arrived);
      if (arrived.offset < blob.length) return { offset: arrived.offset, state: "incomplete" };
      if (!faults.verifiesTooEarly && !deps.rootHolds(blob.root, blob.bytes)) {
        blobs.set(id, { ...arrived, state: "again", offset: 0 });
        addRow(blob.owner, "blob", id, now);
        return { offset: 0, state: "again" };
      }
      blobs.set(id, { ...arrived, state: "verified", verifiedAt: now, freeSince: now });
      changed(id);
      addRow(blob.owner, "blob", id, now);
      complete(blob.owner, now);
      return { offset: arrived.offset, state: "verified" };
    },

    collect: (now) => {
      for (const [id, blob] of blobs) {
        if (blob.state === "verified" && blob.freeSince + GC_MS < now && !named(id, blob.owner)) {
          blobs.set(id, { ...blob, state: "collected", bytes: new Uint8Array(0), offset: 0 });
          vaultOf(blob.owner).feed.delete(`blob:${id}`);
        } else if ((blob.state === "staged" || blob.state === "again") && blob.createdAt + UNFINISHED_MS < now) {
          blobs.delete(id);
          vaultOf(blob.owner).feed.delete(`blob:${id}`);
        }
      }
    },
    backUp: (now) => {
      backup = { at: now, state: copy() };
    },
    restore: (next) => {
      if (backup === null) return false;
      load(backup.state);
      if (next !== null) epoch = next;
      else epoch = backup.state.epoch;
      return true;
    },
    setEpoch: (next) => {
      epoch = next;
    },
    crash: () => {
      if (!faults.ackBeforeSync) return;
      if (synced !== null) load(synced);
      synced = copy();
    },
    harmUpload: (id, back) => {
      const blob = blobs.get(id);
      if (blob === undefined || blob.state === "verified" || blob.state === "collected") return;
      if (back >= blob.offset) blobs.delete(id);
      else blobs.set(id, { ...blob, offset: blob.offset - back });
    },
  };
}
