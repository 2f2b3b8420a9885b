/** What satchel-store.browser.test.ts asks of a real browser's IndexedDB, in a worker as in the app. */

import { toBase64Url } from "../../src/shared/bytes.ts";
import { ok } from "../../src/shared/result.ts";
import { openDexieStore, openRegistry } from "../../src/storage/dexie/index.ts";
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
    const asked: string[] = [];
    const original = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...args) {
      const transaction = original.apply(this, args);
      asked.push(`${transaction.mode} ${transaction.durability}`);
      return transaction;
    };
    // Dexie binds the method while it opens.
    const store = await open("durability");
    asked.length = 0;
    const answers = [
      await store.putSegments("photo" as never, 0, [random(10)]),
      await store.saveRecord(saving("a", null, 0)),
      await store.getRecord("record-1" as never),
    ];
    if (!answers.every((answer) => answer.ok)) throw new Error(JSON.stringify(answers));
    IDBDatabase.prototype.transaction = original;
    await closeAll();
    return asked;
  },

  /**
   * Fills the allowance with photos until not even 1 KiB goes in, then saves a form of 20 KiB ten times: what was answered
   * to the last photo and to each save, and whether the form is there when the database is opened again.
   */
  async full(name: string) {
    const store = await open(name);
    const photos: string[] = [];
    let blob = 0;
    for (const size of [65_552, 8192, 1024]) {
      let answer = "kept";
      for (let n = 0; n < 400 && answer === "kept"; n += 1) {
        blob += 1;
        const put = await store.putSegments(`photo-${blob}` as never, 0, [random(size)]);
        if (!put.ok) answer = put.error.type;
      }
      photos.push(answer);
    }
    const forms: string[] = [];
    let body = "";
    for (let n = 0; n < 10; n += 1) {
      const place = await store.baseFor("record-1" as never);
      body = toBase64Url(random(15_000));
      const op = { ...saving(`form-${n}`, null, place.ok ? place.value.revision : -1) };
      const saved = await store.saveRecord({ ...op, op: { ...op.op, body: body as never } });
      forms.push(saved.ok ? "kept" : saved.error.type);
    }
    await closeAll();
    const row = await (await open(name)).getRecord("record-1" as never);
    await closeAll();
    return { photos, forms: [...new Set(forms)], same: row.ok && row.value?.local.body === (body as string) };
  },

  /**
   * Counts tries of a code on a disk that is full, then on one where not even the registry's ballast helps: what each was
   * answered, and what a second opening of the registry knows of them.
   */
  async tries() {
    const opening = () =>
      openRegistry({ name: "tries" }).then((made) => (made.ok ? made.value : Promise.reject(made.error)));
    const registry = await opening();
    const deviceKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    const added = await registry.add({
      database: "b",
      principal: "p",
      kind: "satchel",
      pictogram: "boat",
      device: "d",
      statements: [],
      sealedIdentity: random(700),
      wraps: [],
      deviceKey,
      sealedDeviceFactor: random(60),
      transportKey: pair.privateKey,
      cardDrilled: false,
      sealedCard: random(400),
      wrongTries: 0,
      nextTryAt: 0,
      createdAt: 1,
      revision: 1,
    });
    if (!added.ok) throw new Error(added.error.type);
    await tasks.full("tries-store");
    let revision = 1;
    const count = async (): Promise<string> => {
      const counted = await registry.update("b", revision, { wrongTries: revision });
      if (counted.ok) revision = counted.value.revision;
      return counted.ok ? "counted" : counted.error.type;
    };
    const first = [await count(), await count()];
    let more = "counted";
    for (let n = 0; n < 2000 && more === "counted"; n += 1) more = await count();
    const written = revision;
    const spent: string[] = [];
    while (spent.at(-1) !== "full") {
      const taken = await registry.spendTry("b", revision);
      if (taken.ok) revision = taken.value.revision;
      spent.push(taken.ok ? "taken" : taken.error.type);
    }
    await registry.close();
    const again = await opening();
    const held = await again.get("b");
    await again.close();
    const seen = held.ok ? [held.value?.wrongTries, held.value?.uncounted] : held.error.type;
    return { first, more, spent, seen, expected: [written - 1, 3] };
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
