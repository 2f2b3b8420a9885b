/** Push and pull: one verdict per op, for ever the same; rows in order, in pages, and after a reset. */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyOp } from "../../../src/protocol/ops.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import type { Op, PullRow } from "../../../src/protocol/wire.ts";
import { utf8 } from "../../../src/shared/bytes.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, newBlobId, newOpId, newRecordId, random, type TestPerson } from "./people.ts";

let server: Harness;
let person: TestPerson;
let token: string;
beforeEach(async () => {
  server = await createHarness();
  person = await createPerson();
  await server.register(person);
  token = await server.session(person);
});
afterEach(() => server.close());

/** Every row, page after page. */
async function pullAll(limit?: number): Promise<{ readonly rows: readonly PullRow[]; readonly pages: number }> {
  const rows: PullRow[] = [];
  let cursor = "0.0";
  for (let pages = 1; ; pages += 1) {
    const page = await server.pull(token, cursor, limit);
    rows.push(...page.rows);
    cursor = page.cursor;
    if (!page.more) return { rows, pages };
  }
}

describe("push", () => {
  test("accepts a chain of ops in one request and gives each its sequence", async () => {
    const record = newRecordId();
    const first = await person.op({ record });
    const second = await person.op({ record, base: first.head.op });
    const { verdicts } = await server.push(first.op, second.op);
    expect(verdicts).toEqual([
      { op: first.head.op, type: "ok", seq: 1 },
      { op: second.head.op, type: "ok", seq: 2 },
    ]);
    expect((await pullAll()).rows).toEqual([{ seq: 2, type: "record", op: second.op }]);
  });

  test("INV-4: an op sent again gets its first verdict, also after the record moved on", async () => {
    const record = newRecordId();
    const first = await person.op({ record });
    const second = await person.op({ record, base: first.head.op });
    await server.push(first.op);
    await server.push(second.op);
    for (let times = 0; times < 3; times += 1)
      expect((await server.push(first.op)).verdicts).toEqual([{ op: first.head.op, type: "ok", seq: 1 }]);
    expect((await pullAll()).rows).toHaveLength(1);
  });

  test("answers a conflict with the current row and stores nothing", async () => {
    const record = newRecordId();
    const mine = await person.op({ record });
    const other = await person.op({ record });
    await server.push(mine.op);
    expect((await server.push(other.op)).verdicts).toEqual([
      { op: other.head.op, type: "conflict", current: mine.op, seq: 1 },
    ]);
    const orphan = await person.op({ base: newOpId() });
    expect((await server.push(orphan.op)).verdicts).toMatchObject([{ type: "conflict", current: null }]);
    expect((await pullAll()).rows).toEqual([{ seq: 1, type: "record", op: mine.op }]);
  });

  test("refuses an id in use for other bytes", async () => {
    const first = await person.op();
    await server.push(first.op);
    const other = await person.op({ op: first.head.op });
    expect((await server.push(other.op)).verdicts).toEqual([
      { op: first.head.op, type: "reject", code: "id-taken", retry: "never" },
    ]);
  });

  test("INV-5: a bad item in the middle changes nothing for the others", async () => {
    const [good, alsoGood, stranger] = [await person.op(), await person.op(), await createPerson()];
    const forged = await stranger.op({ satchel: person.id });
    const unknown = await stranger.op();
    const malformed = { ...(await person.op()).op, sig: "x" };
    const noHead = { head: b64(utf8(JSON.stringify({ op: newOpId() }))), body: good.op.body, sig: good.op.sig };
    const { verdicts } = await server.push(
      good.op,
      forged.op,
      unknown.op,
      malformed as never,
      noHead as Op,
      alsoGood.op,
    );
    expect(verdicts.map((verdict) => (verdict.type === "reject" ? verdict.code : verdict.type))).toEqual([
      "ok",
      "bad-signature",
      "unknown-principal",
      "bad-format",
      "bad-format",
      "ok",
    ]);
  });

  test("a changed byte anywhere is refused", async () => {
    const { op } = await person.op();
    for (const field of ["head", "body", "sig"] as const) {
      const bytes = Buffer.from(op[field], "base64url");
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      const answer = await server.post("/v1/push", { ops: [{ ...op, [field]: bytes.toString("base64url") }] });
      const code = answer.statusCode === 422 ? "bad-format" : answer.json().verdicts[0].code;
      expect(["bad-format", "bad-signature", "unknown-principal"]).toContain(code);
    }
    expect((await pullAll()).rows).toEqual([]);
  });

  test("the quota counts what is kept, not what was ever sent", async () => {
    const record = newRecordId();
    const first = await person.op({ record }, 4096);
    const { op, head } = first;
    const apply = (one: typeof first, quota: number) =>
      server.store.applyOp(one.op, one.head, b64(random.bytes(32)), quota, server.time.now as never);
    expect(await apply({ op, head }, 4000)).toEqual({ type: "quota" });
    expect(await apply({ op, head }, 6000)).toMatchObject({ type: "ok" });
    let base = head.op;
    for (let times = 0; times < 5; times += 1) {
      const next = await person.op({ record, base }, 4096);
      expect(await apply(next, 6000)).toMatchObject({ type: "ok" });
      base = next.head.op;
    }
    expect(await apply(await person.op({}, 4096), 6000)).toEqual({ type: "quota" });
    expect(await apply(await person.op({ record, base, deleted: true }, 256), 100)).toMatchObject({ type: "ok" });
  });

  test("forty requests at once: every sequence once, no row lost, one winner per record", async () => {
    const record = newRecordId();
    const rivals = await Promise.all(Array.from({ length: 10 }, () => person.op({ record })));
    const singles = await Promise.all(Array.from({ length: 30 }, () => person.op()));
    const answers = await Promise.all([...rivals, ...singles].map(({ op }) => server.push(op)));
    const verdicts = answers.flatMap((answer) => answer.verdicts);
    const won = verdicts.slice(0, 10).filter((verdict) => verdict.type === "ok");
    expect(won).toHaveLength(1);
    const seqs = verdicts.flatMap((verdict) => (verdict.type === "ok" ? [verdict.seq] : []));
    expect([...seqs].sort((a, b) => a - b)).toEqual(Array.from({ length: 31 }, (_, at) => at + 1));
    expect((await pullAll()).rows).toHaveLength(31);
  });
});

describe("pull", () => {
  test("comes in pages by size, in order, each row once", async () => {
    for (let at = 0; at < 6; at += 1) {
      const ops = await Promise.all(Array.from({ length: 5 }, () => person.op({}, 1024)));
      await server.push(...ops.map(({ op }) => op));
    }
    const { rows, pages } = await pullAll(6000);
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
    expect(pages).toBeGreaterThan(7);
    expect((await pullAll(1_000_000)).pages).toBe(1);
    // A page always carries at least one row, however small the wish.
    expect((await server.pull(token, "0.0", 0)).rows).toHaveLength(1);
  });

  test("from a cursor gives what came after it, and an empty page at the end keeps the cursor", async () => {
    await server.push((await person.op()).op);
    const { cursor } = await server.pull(token);
    expect(await server.pull(token, cursor)).toMatchObject({ rows: [], cursor, more: false, reset: false });
    const next = await person.op();
    await server.push(next.op);
    expect((await server.pull(token, cursor)).rows).toEqual([{ seq: 2, type: "record", op: next.op }]);
  });

  test("resets for another epoch and for a cursor ahead, never for a fresh start", async () => {
    const only = await person.op();
    await server.push(only.op);
    const epoch = await server.store.epoch();
    const rows = [{ seq: 1, type: "record", op: only.op }];
    expect(await server.pull(token, "0.0")).toMatchObject({ reset: false, rows });
    expect(await server.pull(token, "00ff.1")).toMatchObject({ reset: true, rows, cursor: `${epoch}.1` });
    expect(await server.pull(token, `${epoch}.2`)).toMatchObject({ reset: true, rows });
    expect(await server.pull(token, `${epoch}.0`)).toMatchObject({ reset: false, rows });
  });

  test("needs a session, and shows nobody else's rows", async () => {
    expect((await server.ask("GET", "/v1/pull")).statusCode).toBe(401);
    await server.push((await person.op()).op);
    const other = await createPerson();
    await server.register(other);
    expect((await server.pull(await server.session(other))).rows).toEqual([]);
  });
});

describe("a session", () => {
  test("ends with its time, and a challenge serves once", async () => {
    expect((await server.ask("GET", "/v1/pull", undefined, server.bearer(token))).statusCode).toBe(200);
    server.time.now += 13 * 3600 * 1000;
    expect((await server.ask("GET", "/v1/pull", undefined, server.bearer(token))).statusCode).toBe(401);
    const forged = `${token.slice(0, -2)}${token.endsWith("AA") ? "BB" : "AA"}`;
    expect((await server.ask("GET", "/v1/pull", undefined, server.bearer(forged))).statusCode).toBe(401);
  });

  test("is refused to a device that is not in the chain, and to another's signature", async () => {
    const stranger = await createPerson();
    const answer = await server.post("/v1/session", {
      principal: person.id,
      device: stranger.device,
      challenge: "AAAA",
      sig: b64(random.bytes(64)),
    });
    expect(answer.json()).toMatchObject({ error: "unknown-principal" });
    const wrong = await server.post("/v1/session", {
      principal: person.id,
      device: person.device,
      challenge: "AAAA",
      sig: b64(random.bytes(64)),
    });
    expect(wrong.json()).toMatchObject({ error: "bad-signature" });
  });

  test("of a device added later works; registering again, shorter or longer, loses nothing", async () => {
    const { statements, device, transport } = await person.withDevice();
    expect((await server.register(person, statements)).statusCode).toBe(200);
    expect((await server.register(person)).statusCode).toBe(200);
    expect((await server.store.principal(person.id))?.statements).toEqual(statements);
    expect(await server.session({ ...person, device, transport })).toMatch(/^[A-Za-z0-9_-]+$/);
    const { statements: fork } = await person.withDevice();
    expect((await server.register(person, fork)).json()).toMatchObject({ error: "id-taken" });
  });

  test("reads the chain of another principal by its id", async () => {
    const other = await createPerson("organisation");
    await server.register(other);
    const answer = await server.ask("GET", `/v1/principals/${other.id}`, undefined, server.bearer(token));
    expect(answer.json().statements).toEqual(other.statements);
    expect((await server.ask("GET", `/v1/principals/${other.id}`)).statusCode).toBe(401);
  });
});

test("an expired challenge, a challenge used twice, a challenge of somebody else", async () => {
  const { signBytes } = await import("../../../src/protocol/sign.ts");
  const { labels } = await import("../../../src/protocol/labels.ts");
  const { fromBase64Url } = await import("../../../src/shared/bytes.ts");
  const who = { principal: person.id, device: person.device };
  const challenge = async (of: object): Promise<string> => (await server.post("/v1/challenge", of)).json().challenge;
  const open = async (text: string) => {
    const sig = await signBytes(person.transport.privateKey, labels.session, fromBase64Url(text) ?? new Uint8Array());
    return (await server.post("/v1/session", { ...who, challenge: text, sig })).statusCode;
  };
  const once = await challenge(who);
  expect(await open(once)).toBe(200);
  expect(await open(once)).toBe(401);
  const other = await createPerson();
  expect(await open(await challenge({ principal: other.id, device: other.device }))).toBe(401);
  const late = await challenge(who);
  server.time.now += 6 * 60 * 1000;
  expect(await open(late)).toBe(401);
});

test("an op that names a collected blob is told so, and taken once the blob was created again", async () => {
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  await server.store.markCollected(person.id, blob.ref.blob, server.time.now as never);
  await server.store.bytesRemoved(person.id, blob.ref.blob);
  const [unseen, naming] = [await person.op({ blobs: [newBlobId()] }), await person.op({ blobs: [blob.ref.blob] })];
  expect((await server.push(unseen.op, naming.op)).verdicts).toEqual([
    { op: unseen.head.op, type: "ok", seq: 2 },
    { op: naming.head.op, type: "reject", code: "blob-missing", retry: "later" },
  ]);
  expect((await server.createUpload(person, blob)).statusCode).toBe(201);
  expect((await server.push(naming.op)).verdicts).toMatchObject([{ type: "ok" }]);
});

test("B10: an old deletion is told without its body, and what does not know of it is refused for ever", async () => {
  const first = await person.op();
  const { record, op: base } = first.head;
  const tombstone = await person.op({ record, base, deleted: true });
  await server.push(first.op, tombstone.op);
  await server.store.expireTombstoneBodies((server.time.now + 1) as never);
  const [row] = (await server.pull(token)).rows;
  if (row?.type !== "record") throw new Error("a tombstone is a record row");
  expect(row.op).toMatchObject({ head: tombstone.op.head, body: "", sig: tombstone.op.sig });
  expect(await verifyOp(row.op, person.principal.sign)).toMatchObject({ ok: true, value: { deleted: true, record } });
  const old = await person.op({ record, base });
  const fresh = await person.op({ record });
  expect((await server.push(old.op, fresh.op)).verdicts).toEqual(
    [old, fresh].map(({ head }) => ({ op: head.op, type: "reject", code: "gone", retry: "never" })),
  );
  expect((await server.push(tombstone.op)).verdicts).toMatchObject([{ type: "ok", seq: 2 }]);
});

test("a pull says what the newest backup covers, and since when a blob is verified", async () => {
  expect(await server.pull(token)).toMatchObject({ backup: null });
  await server.store.setLastBackup(5 as never);
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  expect(await server.pull(token)).toMatchObject({
    backup: 5,
    rows: [{ type: "blob", state: "verified", at: server.time.now }],
  });
});

test("another epoch, drawn while the server runs, makes every device pull all again", async () => {
  await server.push((await person.op()).op);
  const { cursor } = await server.pull(token);
  expect((await server.pull(token, cursor)).reset).toBe(false);
  await server.store.bumpEpoch();
  expect(await server.pull(token, cursor)).toMatchObject({ reset: true, rows: [{ type: "record" }] });
});
