/** What every CarriedStore must do (src/storage/carried-ports.ts), on memory and on IndexedDB. Runs in Node. */
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { describe, expect, test } from "vitest";
import type { B64, Signed } from "../../src/protocol/wire.ts";
import type { Bytes } from "../../src/shared/bytes.ts";
import type { Result } from "../../src/shared/result.ts";
import type { CarriedStore } from "../../src/storage/carried-ports.ts";
import { openCarried } from "../../src/storage/dexie/carried.ts";
import { createCarriedDisk, createMemoryCarried } from "../../src/storage/memory/carried.ts";

const must = async <T>(promise: Promise<Result<T, unknown>>): Promise<T> => {
  const result = await promise;
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
};
const file = (name: string): B64 => name as B64;
const signed: Signed = { body: "b" as B64, sig: "s" as B64 };
const row = (name: string, takenAt = 1) => ({
  file: file(name),
  database: `db-${name}-${takenAt}`,
  manifest: signed,
  count: 3,
  bytes: 10,
  takenAt,
});
const piece = (...bytes: number[]): Bytes => new Uint8Array(bytes);

/** A second call opens the same disk again. */
type Bench = () => Promise<CarriedStore>;
const benches: Readonly<Record<string, () => Bench>> = {
  memory: () => {
    const disk = createCarriedDisk();
    return async () => createMemoryCarried(disk);
  },
  dexie: () => {
    const indexedDB = new IDBFactory();
    return () => must(openCarried({ indexedDB, IDBKeyRange }));
  },
};

describe.each(Object.keys(benches))("the carrier's store on %s", (name) => {
  const bench = (): Bench => (benches[name] as () => Bench)();

  test("keeps a file through a restart: row, pieces, what the server said", async () => {
    const open = bench();
    const store = await open();
    await must(store.begin(row("f")));
    await must(store.putPieces("db-f-1", 0, [piece(1, 2), piece(3)]));
    await must(store.putPieces("db-f-1", 2, [piece(4)]));
    await must(store.update(file("f"), { state: "kept" }));
    await store.close();
    const again = await open();
    expect(await must(again.list())).toEqual([
      { ...row("f"), state: "kept", said: null, saidAt: null, missing: 3, given: false },
    ]);
    expect(await must(again.piece("db-f-1", 2))).toEqual(piece(4));
    expect(await must(again.piece("db-f-1", 3))).toBeUndefined();
    const said = { statement: signed, proofs: [] };
    await must(again.update(file("f"), { said, saidAt: 7, missing: 0 }));
    expect(await must(again.get(file("f")))).toMatchObject({ said, saidAt: 7, missing: 0, state: "kept" });
  });

  test("taking the same file again drops what an earlier try had left", async () => {
    const store = await bench()();
    await must(store.begin(row("f")));
    await must(store.putPieces("db-f-1", 0, [piece(1)]));
    await must(store.begin(row("f", 2)));
    expect(await must(store.piece("db-f-1", 0))).toBeUndefined();
    expect(await must(store.list())).toHaveLength(1);
  });

  test("bytes go and the row stays; then the row goes; what is not there is no fault", async () => {
    const store = await bench()();
    await must(store.begin(row("g", 5)));
    await must(store.begin(row("f", 1)));
    await must(store.putPieces("db-f-1", 0, [piece(1)]));
    expect((await must(store.list())).map((each) => each.file)).toEqual(["f", "g"]);
    await must(store.dropPieces(file("f")));
    expect(await must(store.piece("db-f-1", 0))).toBeUndefined();
    expect(await must(store.get(file("f")))).toBeDefined();
    await must(store.remove(file("f")));
    await must(store.remove(file("f")));
    await must(store.update(file("f"), { given: true }));
    expect((await must(store.list())).map((each) => each.file)).toEqual(["g"]);
  });
});
