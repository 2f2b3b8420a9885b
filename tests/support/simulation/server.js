/**
 * A small, faithful model of the server's verdicts (protocol SPEC): one counter a satchel, compare-and-swap on op ids,
 * stored verdicts, letters accepted once, uploads by offset. Its switches break one rule each, to test the harness.
 */
import { letterHead } from "../../../src/protocol/letters.ts";
import { opHead } from "../../../src/protocol/ops.ts";
import { assert } from "../../../src/shared/assert.ts";
import { toBase64Url, utf8 } from "../../../src/shared/bytes.ts";
export const proofText = (kind, letter, at) => ({
  body: toBase64Url(utf8(JSON.stringify({ t: kind, letter, at }))),
  sig: "server",
});
export function createModelServer(faults) {
  let counter = 0;
  const rows = new Map();
  const applied = new Map();
  const letters = new Map();
  const deposits = new Map();
  const blobs = new Map();
  const feed = [];
  const publish = (row, now) => {
    counter += 1;
    feed.push({ row: row(counter), visibleAt: now });
  };
  const complete = (now) => {
    for (const [id, letter] of letters) {
      if (letter.whole || !letter.blobs.every((blob) => blobs.get(blob)?.verified === true)) continue;
      letter.whole = true;
      const proof = proofText("complete", id, now);
      letter.proofs.push(proof);
      publish((seq) => ({ seq, type: "proof", letter: id, proof }), now);
    }
  };
  return {
    records: rows,
    deposits,
    push: (ops, now) =>
      ops.map((wire) => {
        const head = opHead(wire);
        assert(head.ok, "the client sends well-formed ops");
        const { op, record, base } = head.value;
        const stored = applied.get(op);
        if (stored !== undefined) return { op, type: "ok", seq: stored.seq };
        const row = rows.get(record);
        if (!faults.lastWriterWins && (row?.op ?? null) !== base)
          return { op, type: "conflict", current: row?.wire ?? null, seq: row?.seq ?? 0 };
        counter += 1;
        const seq = counter;
        applied.set(op, { seq, body: wire.body });
        rows.set(record, { op, wire, seq, visibleAt: now + (faults.commitDelayMs?.() ?? 0) });
        return { op, type: "ok", seq };
      }),
    letter: (letter, now) => {
      const head = letterHead(letter);
      assert(head.ok, "the client sends well-formed letters");
      const id = head.value.letter;
      const known = letters.get(id);
      if (known !== undefined) return known.proofs;
      deposits.set(id, (deposits.get(id) ?? 0) + 1);
      const stored = {
        blobs: head.value.blobs.map((ref) => ref.blob),
        proofs: [proofText("deposited", id, now)],
        whole: false,
      };
      letters.set(id, stored);
      publish((seq) => ({ seq, type: "proof", letter: id, proof: stored.proofs[0] }), now);
      complete(now);
      return stored.proofs;
    },
    pull: (cursor, limit, now) => {
      const after = Number(cursor.split(".")[1]);
      const all = [
        ...feed,
        ...[...rows.values()].map((row) => ({
          row: { seq: row.seq, type: "record", op: row.wire },
          visibleAt: row.visibleAt,
        })),
      ];
      const found = all
        .filter(({ row, visibleAt }) => row.seq > after && visibleAt <= now)
        .sort((a, b) => a.row.seq - b.row.seq);
      const most = Math.max(1, Math.floor(limit / 4096));
      const page = found.slice(0, most).map(({ row }) => row);
      const last = page.at(-1)?.seq ?? after;
      return { rows: page, cursor: `m.${last}`, more: found.length > most, reset: false };
    },
    create: (blob, length) => {
      if (blobs.has(blob)) return "exists";
      blobs.set(blob, { length, bytes: new Uint8Array(length), offset: 0, verified: false });
      return "created";
    },
    head: (blob) => {
      const held = blobs.get(blob);
      return held === undefined ? undefined : { offset: held.offset, state: held.verified ? "verified" : "incomplete" };
    },
    patch: (blob, offset, bytes, now) => {
      const held = blobs.get(blob);
      if (held === undefined) return "absent";
      if (held.verified || held.offset !== offset) return "offset";
      held.bytes.set(bytes, offset);
      held.offset += bytes.length;
      if (held.offset < held.length) return { offset: held.offset, state: "incomplete" };
      held.verified = true;
      publish((seq) => ({ seq, type: "blob", blob, state: "verified" }), now);
      complete(now);
      return { offset: held.offset, state: "verified" };
    },
    bytesOf: (blob) => {
      const held = blobs.get(blob);
      return held?.verified === true ? held.bytes : undefined;
    },
    loseUpload: (blob, back) => {
      const held = blobs.get(blob);
      if (held === undefined || held.verified) return;
      if (back >= held.offset) blobs.delete(blob);
      else held.offset -= back;
    },
  };
}
export const serverTime = (now) => now;
