/**
 * A database of the first version becomes one of today, with nothing lost and every reference known; run on each
 * implementation. The rows are written as the first version wrote them.
 */

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { b64 } from "../../src/protocol/sign.ts";
import type { Op } from "../../src/protocol/wire.ts";
import { migrations } from "../../src/server/stores/migrations.ts";
import type { Store } from "../../src/server/stores/ports.ts";
import { type Driver, kept, run, type Value, type Work } from "../../src/server/stores/work.ts";
import type { BlobId } from "../../src/shared/ids.ts";
import { createPerson, newBlobId, newLetterId, random } from "../unit/server/people.ts";

export interface OldStoreCase {
  readonly driver: Driver;
  /** Ends the driver and opens what it wrote with the server of today. */
  readonly open: () => Promise<Store>;
  readonly close: () => Promise<void>;
}

/** What each version was when it was released; a step that is work of its own is null here. */
const released = [
  "ac0531c5289db7de19e2fddcedc8dca476bd1db77e8bd1c85ead0de1147dfc62",
  "64c2fd5e6a52ff3611e1d899dbb7b8e603a477924d6915e0fe750e9ebec47a72",
  "4a2be1a68b652d7d27601c2874ce4b5f1e03a845b1cd0542cfe73c040f29b5fd",
];
const sumOf = (steps: (typeof migrations)[number] | undefined): string =>
  createHash("sha256").update(JSON.stringify(steps)).digest("hex");

export function oldStoreContract(name: string, begin: () => Promise<OldStoreCase>): void {
  test(`server store: ${name}: a database of the first version is migrated whole`, async () => {
    expect(migrations.slice(0, released.length).map(sumOf)).toEqual(released);
    const person = await createPerson();
    const desk = await createPerson("organisation");
    const blobs = Array.from({ length: 4 }, () => newBlobId());
    const [byRecord, byLetter, byNobody, unfinished] = blobs as [BlobId, BlobId, BlobId, BlobId];
    const record = await person.op({ blobs: [byRecord, newBlobId()] });
    const deleted = await person.op({ deleted: true });
    const others = await Promise.all(Array.from({ length: 250 }, () => person.op()));
    const letterId = newLetterId();
    const { letter, manifest } = await person.letter(desk, [], letterId);
    const proof = { body: b64(random.bytes(30)), sig: b64(random.bytes(64)) };

    function* insert(table: string, row: Readonly<Record<string, Value>>): Work<void> {
      const names = Object.keys(row);
      const places = names.map((_, at) => `$${at + 1}`);
      yield* run(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${places.join(", ")})`, ...Object.values(row));
    }
    const one = await begin();
    await one.driver.write(function* () {
      yield* run("CREATE TABLE migration (number BIGINT PRIMARY KEY, at BIGINT NOT NULL)");
      for (const step of migrations[0] ?? []) if (typeof step === "string") yield* run(step);
      yield* insert("migration", { number: 1, at: 1 });
      yield* insert("setting", { name: "epoch", value: "abc" });
      for (const who of [person, desk])
        yield* insert("principal", {
          id: who.id,
          kind: who.kind,
          sign: who.principal.sign,
          statements: JSON.stringify(who.statements),
          length: who.statements.length,
          seq: 1000,
          used: 100_000,
          created_at: 1,
        });
      let seq = 0;
      for (const made of [record, deleted, ...others]) {
        seq += 1;
        const { op, record: id } = made.head;
        const common = { principal: person.id, op, seq };
        yield* insert("applied", { ...common, digest: op });
        yield* insert("record", {
          ...common,
          record: id,
          size: 100,
          head: made.op.head,
          body: made.op.body,
          sig: made.op.sig,
        });
        yield* insert("feed", { principal: person.id, seq, kind: "record", ref: id });
      }
      for (const blob of blobs) {
        const state = blob === unfinished ? "staged" : "verified";
        yield* insert("blob", { owner: person.id, blob, length: 10, root: "r", state, created_at: 2, changed_at: 3 });
        seq += 1;
        if (state === "verified") yield* insert("feed", { principal: person.id, seq, kind: "blob", ref: blob });
      }
      yield* insert("letter", {
        sender: person.id,
        letter: letterId,
        receiver: desk.id,
        manifest,
        digest: "d",
        ...letter,
        deposited_at: 4,
        complete: 0,
      });
      yield* insert("letter_blob", { sender: person.id, letter: letterId, blob: byLetter, length: 10, root: "r" });
      yield* insert("proof", { sender: person.id, letter: letterId, type: "deposited", ...proof, at: 4 });
      yield* insert("feed", { principal: desk.id, seq: 1, kind: "letter", ref: `${person.id}.${letterId}` });
      yield* insert("feed", {
        principal: person.id,
        seq: 900,
        kind: "proof",
        ref: `${person.id}.${letterId}.deposited`,
      });
      return kept(undefined);
    });

    const store = await one.open();
    try {
      const rows: unknown[] = [];
      for (let from = 0; ; ) {
        const page = await store.pull(person.id, "abc", from, 20_000);
        expect(page.reset).toBe(false);
        expect(page.rows.length).toBeLessThan(60);
        rows.push(...page.rows);
        from = page.next;
        if (!page.more) break;
      }
      const ops: readonly Op[] = [record, deleted, ...others].map(({ op }) => op);
      expect(rows).toEqual([
        ...ops.map((op, at) => ({ seq: at + 1, type: "record", op })),
        ...[byRecord, byLetter, byNobody].map((blob, at) => ({
          seq: ops.length + at + 1,
          type: "blob",
          blob,
          state: "verified",
          at: 3,
        })),
        { seq: 900, type: "proof", letter: letterId, proof },
      ]);
      expect((await store.pull(desk.id, "0", 0, 1000)).rows).toEqual([{ seq: 1, type: "letter", letter, at: 4 }]);
      // What nothing names counts from the migration (time 50), never from before.
      const since = async (blob: BlobId) => (await store.blob(person.id, blob))?.unreferencedSince;
      expect(await Promise.all(blobs.map(since))).toEqual([null, null, 50, 50]);
      expect((await store.collectable(51 as never, 10)).map(({ blob }) => blob)).toEqual([byNobody]);
      expect((await store.wholeLetters(null)).map((whole) => whole.letter)).toEqual([letterId]);
      // Tombstones are known, and count from the migration too.
      expect(await store.expireTombstoneBodies(50 as never)).toBe(0);
      expect(await store.expireTombstoneBodies(51 as never)).toBe(1);
      const next = await person.op({ record: record.head.record, base: record.head.op });
      expect(await store.applyOp(next.op, next.head, "x" as never, 1e9, 60 as never)).toEqual({
        type: "ok",
        seq: 1001,
      });
      expect(await since(byRecord)).toBe(60);
    } finally {
      await store.close();
      await one.close();
    }
  });

  test(`server store: ${name}: a satchel of the third version goes on, open, with its devices and without a card`, async () => {
    const person = await createPerson();
    const desk = await createPerson("organisation");
    const one = await begin();
    await one.driver.write(function* () {
      yield* run("CREATE TABLE migration (number BIGINT PRIMARY KEY, at BIGINT NOT NULL)");
      for (const [index, steps] of migrations.slice(0, 3).entries()) {
        for (const step of steps) {
          if (typeof step === "string") yield* run(step);
          if (typeof step === "function") yield* step(1);
        }
        yield* run("INSERT INTO migration (number, at) VALUES ($1, 1)", index + 1);
      }
      yield* run("INSERT INTO setting (name, value) VALUES ('epoch', 'abc')");
      for (const who of [person, desk]) {
        yield* run(
          `INSERT INTO principal (id, kind, sign, statements, length, seq, used, created_at)
           VALUES ($1, $2, $3, $4, $5, 3, 0, 1)`,
          who.id,
          who.kind,
          who.principal.sign,
          JSON.stringify(who.statements),
          who.statements.length,
        );
        yield* run(
          "INSERT INTO device (principal, device, transport) VALUES ($1, $2, $3)",
          who.id,
          who.device,
          who.principal.devices.get(who.device)?.transport ?? "",
        );
      }
      return kept(undefined);
    });
    const store = await one.open();
    try {
      expect(await store.standing(person.id, person.device)).toEqual({
        closed: null,
        sessionsFrom: 0,
        visitsFrom: 0,
        device: "here",
        keyring: 0,
        chain: 2,
        way: { tries: 0, frozen: false, blockedAt: null, openedAt: null, visitedAt: null, escrow: null },
      });
      expect((await store.principal(person.id))?.closed).toBeNull();
      const { op, head } = await person.op();
      expect(await store.applyOp(op, head, "x" as never, 1e9, 60 as never)).toEqual({ type: "ok", seq: 4 });
      const put = {
        principal: person.id,
        epoch: 1,
        hash: "h" as never,
        signed: { body: "b" as never, sig: "s" as never },
        after: null,
        card: null,
        desks: [],
        at: 60 as never,
      };
      expect(await store.putKeyring(put)).toBe("ok");
      expect((await store.usage()).cards).toBe(0);
    } finally {
      await store.close();
      await one.close();
    }
  });
}
