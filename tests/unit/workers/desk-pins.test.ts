/** Which server keys a desk believes (INV-2). */
import { expect, test } from "vitest";
import { createIdentity } from "../../../src/crypto/identity.ts";
import { type RecordId, randomId } from "../../../src/shared/ids.ts";
import { createMemoryDisk, createMemoryStore } from "../../../src/storage/memory/index.ts";
import { createRecords } from "../../../src/workers/common/records.ts";
import { createDeskPins } from "../../../src/workers/desk/pins.ts";
import type { DeskRecord } from "../../../src/workers/desk/records.ts";
import { createClock, createServer, must, quietLog, random } from "./world.ts";

test("the keys seen first stand; of two browsers' pins the older; without a deployment nothing is believed", async () => {
  const clock = createClock();
  const identity = await createIdentity("organisation", random);
  const disk = createMemoryDisk();
  const browser = () => ({
    records: createRecords<DeskRecord>({
      store: createMemoryStore({ clock, disk }),
      identity,
      random,
      clock,
      log: quietLog,
      blobsOf: () => [],
    }),
  });
  const [one, other] = [await (await createServer()).deployment(), await (await createServer()).deployment()];
  const session = browser();
  const pins = createDeskPins({ random, clock });
  expect(must(await pins.serverKeys(session, null))).toEqual([]);
  const asked = await Promise.all([one, other, null].map((deployment) => pins.serverKeys(session, deployment)));
  expect(asked.map(must)).toEqual([one.serverKeys, one.serverKeys, one.serverKeys]);
  expect(must(await session.records.listNow())).toHaveLength(1);
  expect(must(await createDeskPins({ random, clock }).serverKeys(browser(), other))).toEqual(one.serverKeys);
  // Another browser pinned before it heard of this one.
  clock.pass(-1000);
  const at = clock.now();
  must(
    await session.records.save(randomId<RecordId>(random), () => ({
      ok: true,
      value: { next: { t: "pins", at, serverKeys: other.serverKeys } },
    })),
  );
  must(
    await session.records.save(randomId<RecordId>(random), () => ({
      ok: true,
      value: { next: { t: "pins", at: at + 9000, serverKeys: [] } },
    })),
  );
  expect(must(await pins.serverKeys(session, one))).toEqual(other.serverKeys);
});
