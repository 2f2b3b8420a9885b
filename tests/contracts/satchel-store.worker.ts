/** What satchel-store.browser.test.ts asks of a real browser's IndexedDB, in a worker as in the app. */

import { ok } from "../../src/shared/result.ts";
import { openDexieStore } from "../../src/storage/dexie/index.ts";
import type { SatchelStore } from "../../src/storage/ports.ts";
import { saving, storeCases } from "./satchel-store.ts";

const opened: SatchelStore[] = [];
let now = 0;

async function open(name: string): Promise<SatchelStore> {
  const store = await openDexieStore(name, { clock: { now: () => now } });
  if (!store.ok) throw new Error(JSON.stringify(store.error));
  opened.push(store.value);
  return store.value;
}

async function closeAll(): Promise<void> {
  for (const store of opened.splice(0)) await store.close();
}

const random = (length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length);
  // At most 64 KiB a call; random so that no file system shrinks it.
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(length, at + 65_536)));
  return bytes;
};

const tasks = {
  /** Every case of the contract; gives those that failed. */
  async contract(): Promise<readonly string[]> {
    const failed: string[] = [];
    for (const [n, { title, run }] of storeCases.entries()) {
      now = 0;
      try {
        await run({
          open: () => open(`contract-${n}`),
          setNow: (value) => {
            now = value;
          },
        });
      } catch (error) {
        failed.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await closeAll();
    }
    return failed;
  },

  /** Durability that the browser was asked for by a photo's bytes and by a form's save. */
  async durability(): Promise<readonly string[]> {
    const store = await open("durability");
    const asked: string[] = [];
    const original = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...args) {
      const transaction = original.apply(this, args);
      asked.push(`${transaction.mode} ${transaction.durability}`);
      return transaction;
    };
    await store.putSegments("photo" as never, 0, [random(10)]);
    await store.saveRecord(saving("a", null, 0));
    await store.getRecord("record-1" as never);
    IDBDatabase.prototype.transaction = original;
    await closeAll();
    return asked;
  },

  /** Fills the allowance with photos, then saves a form: what each was answered. */
  async full(name: string): Promise<{ readonly photo: string; readonly form: string; readonly kept: boolean }> {
    const store = await open(name);
    let photo = "never full";
    for (let n = 0; n < 400 && photo === "never full"; n += 1) {
      const put = await store.putSegments(`photo-${n}` as never, 0, [random(65_552), random(65_552)]);
      if (!put.ok) photo = put.error.type;
    }
    const saved = await store.saveRecord(saving("form", null, 0));
    const row = await store.getRecord("record-1" as never);
    await closeAll();
    return {
      photo,
      form: saved.ok ? "kept" : saved.error.type,
      kept: row.ok && row.value?.localOp === ("form" as string),
    };
  },

  /** Saves one record `times` times against another tab that does the same; gives how often the other was first. */
  async race(name: string, times: number): Promise<{ readonly stale: number; readonly heard: number }> {
    const store = await open(name);
    let stale = 0;
    let heard = 0;
    store.onChange((what) => {
      if (what === "records") heard += 1;
    });
    for (let done = 0; done < times; ) {
      const place = await store.baseFor("record-1" as never);
      if (!place.ok) throw new Error(place.error.type);
      const op = `${crypto.randomUUID()}`;
      const saved = await store.saveRecord(saving(op, place.value.base, place.value.revision));
      if (saved.ok) done += 1;
      else if (saved.error.type === "stale") stale += 1;
      else throw new Error(saved.error.type);
    }
    return { stale, heard };
  },

  async revision(name: string): Promise<number> {
    const row = await (await open(name)).getRecord("record-1" as never);
    return row.ok ? (row.value?.revision ?? 0) : -1;
  },
} as const;

addEventListener("message", (event: MessageEvent<{ readonly task: keyof typeof tasks; readonly args: unknown[] }>) => {
  const run = tasks[event.data.task] as (...args: unknown[]) => Promise<unknown>;
  run(...event.data.args).then(
    (value) => postMessage(ok(value)),
    (error: unknown) => postMessage({ ok: false, error: String(error) }),
  );
});
