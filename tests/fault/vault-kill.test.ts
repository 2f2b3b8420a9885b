/**
 * INV-1 with verified blobs on S3: SIGKILL the real server while many small uploads come to their end, so that it dies
 * between the steps of promotion. Whatever was told "verified" is in the S3, byte for byte, and nothing is left behind.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startMemoryS3 } from "../support/s3.ts";
import { startServer } from "../support/server.ts";
import { seeded } from "../support/simulation/random.ts";
import { createAsker, openSession, uploadAll } from "../support/uploader.ts";
import { createPerson, type TestBlob } from "../unit/server/people.ts";

const kills = 6;

test(`INV-1: ${kills} kills while uploads are verified and moved to S3`, async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const dice = seeded(seed);
  const folder = mkdtempSync(join(tmpdir(), "besace-vault-kill-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>kill</title>");
  const s3 = await startMemoryS3();
  const BLOB_URL = await s3.newBucket();
  const env = { BESACE_DIST: join(folder, "dist"), BESACE_LOG_LEVEL: "warn", HOST: "127.0.0.1", BLOB_URL };
  const server = await startServer({ data: join(folder, "data"), env });
  try {
    const person = await createPerson();
    const verified: TestBlob[] = [];
    let unanswered = 0;
    let killed = 0;
    const uploadMany = async (): Promise<void> => {
      while (killed < kills) {
        const blob = await person.blob(70_000);
        const done = await uploadAll({ url: server.url, person, blob, partBytes: 64 * 1024, perConnection: 50 });
        unanswered += done.unanswered;
        expect(done.restarts).toBe(0);
        verified.push(blob);
      }
    };
    const work = Promise.all(Array.from({ length: 6 }, uploadMany));
    for (; killed < kills; killed += 1) {
      await sleep(300 + dice.below(500));
      await server.restart();
    }
    await work;
    // The test is worth something only if it was killed in the middle of something.
    expect(unanswered).toBeGreaterThan(kills);
    expect(verified.length).toBeGreaterThan(kills);
    const reader = createAsker(server.url, 100);
    const session = { authorization: `Bearer ${await openSession(reader, person)}` };
    for (const blob of verified) {
      const answer = await reader.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, session);
      expect(answer?.body.equals(blob.bytes)).toBe(true);
    }
    reader.close();
    expect(readdirSync(join(server.data, "blobs"))).toEqual([]);
    expect(await s3.count(BLOB_URL)).toBe(Math.min(verified.length, 1000));
    console.log(`${verified.length} blobs verified over ${kills} kills, ${unanswered} requests without an answer`);
  } finally {
    await server.close();
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
