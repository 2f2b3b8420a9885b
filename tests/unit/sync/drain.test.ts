/** The drainer around the core: locks, slices, faults of the disk, runs that join (SPEC S-D). Virtual time. */

import { describe, expect, test } from "vitest";
import { opHeadBytes } from "../../../src/protocol/ops.ts";
import type { Cursor, Op, Signed } from "../../../src/protocol/wire.ts";
import { type B64, toBase64Url } from "../../../src/shared/bytes.ts";
import type { BlobId, DeviceId, OpId, PrincipalId, RecordId } from "../../../src/shared/ids.ts";
import { createMemoryDisk, createMemoryStore } from "../../../src/storage/memory/index.ts";
import { createDrainer, type DrainerDeps } from "../../../src/sync/drain.ts";
import type { Outcome, Transport } from "../../../src/sync/ports.ts";
import { seeded } from "../../support/simulation/random.ts";
import { createWorld } from "../../support/simulation/world.ts";

const op = (name: string): Op => ({ head: name as B64, body: "b" as B64, sig: "s" as B64 });
const lost: Outcome<never> = { type: "lost", reason: "unreachable" };

/** A server that says yes to everything, slowly; `over` replaces single routes. */
function bench(over: (yes: Transport) => Partial<Transport> = () => ({}), more: Partial<DrainerDeps> = {}) {
  const world = createWorld(1_000_000);
  const disk = createMemoryDisk();
  const clock = { now: world.now };
  const store = createMemoryStore({ clock, disk });
  // It has pulled before: this server shows nothing, which would be news to a device that asks for everything (S-R6).
  void store.setMeta({ cursor: "e.0" as Cursor });
  const calls: string[] = [];
  const yes = async <T>(name: string, value: T, ms = 100): Promise<Outcome<T>> => {
    calls.push(name);
    await new Promise<void>((resolve) => world.after(ms, resolve));
    return { type: "answer", value, time: world.now(), tookMs: ms };
  };
  const all: Transport = {
    register: () => yes("register", { epoch: "e" }),
    challenge: () => yes("challenge", { challenge: "YQ" as B64 }),
    session: () => yes("session", { token: "t", lifetimeMs: 1 }),
    push: (_session, ops) =>
      yes(`push ${ops.map((one) => one.head).join(",")}`, {
        verdicts: ops.map((one, i) => ({ op: one.head as string as OpId, type: "ok" as const, seq: i + 1 })),
      }),
    letter: () => yes("letter", { verdict: { type: "ok" as const, proofs: [] as Signed[] } }),
    proof: () => yes("proof", null),
    pull: () => yes("pull", { rows: [], cursor: "e.0" as Cursor, more: false, reset: false }),
    blobCreate: () => yes("create", null),
    blobHead: () => yes("head", { offset: 0, state: "incomplete" as const }),
    blobPatch: (_session, _name, offset, bytes) =>
      yes("patch", { offset: offset + bytes.length, state: "verified" as const }),
  };
  const drainer = createDrainer({
    identity: { principal: "p" as PrincipalId, device: "d" as DeviceId },
    store,
    transport: { ...all, ...over(all) },
    clock,
    random: seeded(1),
    timers: { after: world.after },
    signChallenge: async (challenge) => challenge,
    register: async () => [],
    ...more,
  });
  const keep = async (name: string): Promise<void> => {
    const saved = await store.saveRecord({
      record: name as RecordId,
      op: op(name),
      opId: name as OpId,
      base: null,
      deleted: false,
      expectedRevision: 0,
      blobs: [],
      letters: [],
      release: [],
      merged: null,
      now: world.now(),
    });
    expect(saved.ok).toBe(true);
  };
  return { world, disk, store, calls, drainer, keep };
}

describe("a run", () => {
  test("registers, opens a session, delivers, pulls, and says that nothing is left", async () => {
    const { world, drainer, calls, keep } = bench();
    await keep("a");
    const run = drainer.run({ reason: "commit" });
    await world.run(world.now() + 10_000);
    expect(await run).toEqual({ ended: "empty", nextInMs: null, answers: 4, left: 0, trouble: null });
    expect(calls).toEqual(["register", "push a", "challenge", "session", "pull"]);
  });

  test("S-D3 ends after its budget and says to go on", async () => {
    const { world, drainer, keep } = bench((yes) => ({
      pull: async (session, cursor, limit) => {
        const answer = await yes.pull(session, cursor, limit);
        return answer.type === "answer"
          ? { ...answer, value: { ...answer.value, more: true, cursor: `e.${world.now()}` as typeof cursor } }
          : answer;
      },
    }));
    await keep("a");
    const run = drainer.run({ reason: "sync", budgetMs: 5000 });
    await world.run(world.now() + 60_000);
    const report = await run;
    expect([report.ended, report.nextInMs]).toEqual(["budget", 0]);
  });

  test("without network it ends with the time of the next try; the item is not blamed", async () => {
    const { world, drainer, store, keep } = bench(() => ({ register: async () => lost }));
    await keep("a");
    const run = drainer.run({ reason: "timer" });
    await world.run(world.now() + 600_000);
    const report = await run;
    expect(report.ended).toBe("network");
    expect(report.nextInMs).toBeGreaterThan(0);
    expect(report.trouble).toBe("unreachable");
    const view = await store.queue();
    expect(view.ok && view.value.ops.map((row) => [row.attempts, row.state])).toEqual([[0, "waiting"]]);
  });

  test("S-T4 a call by the person joins the run under way and forgives its waiting", async () => {
    let up = false;
    const { world, drainer, keep, calls } = bench((yes) => ({
      register: async (statements) => (up ? await yes.register(statements) : lost),
    }));
    await keep("a");
    const first = drainer.run({ reason: "timer" });
    await world.run(world.now() + 500);
    up = true;
    const second = drainer.run({ reason: "person" });
    await world.run(world.now() + 3000);
    expect((await second).left).toBe(0);
    expect(await first).toEqual(await second);
    expect(calls.filter((call) => call === "push a")).toHaveLength(1);
  });

  test("S-T4 what the person asked to send goes on through cuts and slices; what is kept after it waits again", async () => {
    let up = false;
    const hints = () => ({ slow: false, metered: true });
    const { world, drainer, store, calls } = bench(
      (yes) => ({
        blobCreate: async (...create) => (up ? await yes.blobCreate(...create) : lost),
        blobHead: async (...head) => (up ? await yes.blobHead(...head) : lost),
      }),
      { hints },
    );
    await store.setMeta({ registered: true, photosOnWifi: true });
    const photo = async (name: string): Promise<void> => {
      const blob = name as BlobId;
      await store.putSegments(blob, 0, [new Uint8Array(100)]);
      const ticket = { body: "b" as B64, sig: "s" as B64 };
      const header = new Uint8Array(57);
      const sealed = { blob, header, segments: 1, length: 157, root: "r" as B64, ticket } as const;
      const saved = await store.saveRecord({
        record: name as RecordId,
        op: op(name),
        opId: name as OpId,
        base: null,
        deleted: false,
        expectedRevision: 0,
        blobs: [{ ...sealed, sendClass: 4, localOnly: false }],
        letters: [],
        release: [],
        merged: null,
        now: world.now(),
      });
      expect(saved.ok).toBe(true);
    };
    const leftAfter = async (reason: "person" | "timer"): Promise<number> => {
      const run = drainer.run({ reason });
      await world.run(world.now() + 400_000);
      return (await run).left;
    };
    await photo("first");
    expect(await leftAfter("timer"), "photos wait on a line that costs money").toBe(1);
    expect(await leftAfter("person"), "the line is down").toBe(1);
    up = true;
    expect(await leftAfter("timer"), "asked for, and up again").toBe(0);
    await photo("second");
    expect(await leftAfter("timer"), "kept later: not asked for").toBe(1);
    expect(calls.filter((call) => call === "patch")).toHaveLength(1);
  });

  test("S-D4 the network comes back while a run waits out a loss: one try at once", async () => {
    let up = false;
    const { world, drainer, keep, store, calls } = bench((yes) => ({
      register: async (statements) => (up ? await yes.register(statements) : lost),
    }));
    await store.setMeta({ networkAttempts: 1 });
    await keep("a");
    const first = drainer.run({ reason: "timer" });
    await world.run(world.now() + 50);
    await store.setMeta({ networkNextAt: world.now() + 14_000 });
    up = true;
    const second = drainer.run({ reason: "online" });
    await world.run(world.now() + 1000);
    expect(calls).toContain("push a");
    await world.run(world.now() + 10_000);
    expect((await first).left).toBe(0);
    expect((await second).left).toBe(0);
  });

  test.each(["online", "sync"] as const)(
    "S-D4 %s tries at once although the back-off of the network has long to go",
    async (reason) => {
      const { world, drainer, keep, store, calls } = bench();
      await store.setMeta({ networkAttempts: 6, networkNextAt: world.now() + 200_000 });
      await keep("a");
      const run = drainer.run({ reason });
      await world.run(world.now() + 10_000);
      expect((await run).left).toBe(0);
      expect(calls).toContain("push a");
    },
  );

  test("S-D6 a call that comes while a run is ending is followed by another run", async () => {
    /** One run; somebody commits "b" at its n-th look at the queue. @returns how often it looked, and what was sent. */
    const lookedAt = async (n: number): Promise<{ readonly looks: number; readonly calls: readonly string[] }> => {
      const { world, drainer, store, keep, calls } = bench();
      await keep("a");
      const queue = store.queue;
      let looks = 0;
      let late: Promise<unknown> | undefined;
      Object.assign(store, {
        queue: async () => {
          const view = await queue();
          looks += 1;
          if (looks === n) {
            await keep("b");
            late = drainer.run({ reason: "commit" });
          }
          return view;
        },
      });
      const run = drainer.run({ reason: "commit" });
      await world.run(world.now() + 30_000);
      await Promise.all([run, late]);
      return { looks, calls };
    };
    const { looks } = await lookedAt(Number.POSITIVE_INFINITY);
    expect(looks).toBeGreaterThan(2);
    for (let n = 1; n <= looks; n += 1) {
      const sent = (await lookedAt(n)).calls.filter((call) => call.startsWith("push")).join(" ");
      expect(sent, `committed at look ${n} of ${looks}`).toContain("b");
    }
  });

  test.each([
    { what: "was never here", head: null, isAside: ["aside", "blob-missing"], page: [] },
    {
      what: "had left this phone, and the server has it not",
      head: 404,
      isAside: ["aside", "blob-missing"],
      page: ["aside"],
    },
    {
      what: "had left this phone, and the server has it: another one is meant",
      head: "verified",
      isAside: ["frozen", "blob-missing"],
      page: ["away"],
    },
    {
      what: "had left this phone, and nobody answers",
      head: "lost",
      isAside: ["frozen", "blob-missing"],
      page: ["away"],
    },
  ] as const)("S-V8 an op that the server refuses as blob-missing, of a page that $what (INV-1)", async (one) => {
    const { world, disk, drainer, store } = bench((yes) => ({
      blobHead: async () => {
        if (one.head === "verified")
          return yes.blobPatch("", { owner: head.satchel, blob: blobId }, 5, new Uint8Array(0));
        if (one.head === "lost") return { type: "lost" as const, reason: "unreachable" as const };
        return {
          type: "refused" as const,
          status: 404,
          error: "not-found",
          retry: "never" as const,
          retryAfterMs: null,
          time: 0,
        };
      },
      push: () =>
        yes.push("", []).then(async (answer) =>
          answer.type === "answer"
            ? {
                ...answer,
                value: {
                  verdicts: [
                    { op: opId, type: "reject" as const, code: "blob-missing" as const, retry: "later" as const },
                  ],
                },
              }
            : answer,
        ),
    }));
    const id = (name: string): string => `${name.padEnd(21, "_")}A`;
    const opId = id("op") as OpId;
    const blobId = id("blob") as BlobId;
    const head = {
      v: 1 as const,
      suite: 1 as const,
      epoch: 0,
      satchel: toBase64Url(new Uint8Array(20)) as PrincipalId,
      record: id("record") as RecordId,
      op: opId,
      base: null,
      deleted: false,
      blobs: [blobId],
    };
    if (one.head !== null)
      disk.tables.blobs.set(blobId, {
        ...{
          blob: blobId,
          segments: 1,
          length: 5,
          offset: 5,
          root: "cm9vdA" as B64,
          ticket: { body: "", sig: "" } as never,
        },
        ...{ sendClass: "photo", state: "away", verifiedAt: 1, complete: true, localOnly: false, order: 1, seen: true },
        ...{ attempts: 0, nextAt: 0, queuedAt: 0, lastCode: null },
      } as never);
    const wire = { ...op("x"), head: toBase64Url(opHeadBytes(head)) as B64 };
    const saved = await store.saveRecord({
      ...{
        record: head.record,
        op: wire,
        opId,
        base: null,
        deleted: false,
        expectedRevision: 0,
        blobs: [],
        letters: [],
      },
      ...{ release: [], merged: null, now: world.now() },
    });
    expect(saved.ok).toBe(true);
    const run = drainer.run({ reason: "commit" });
    await world.run(world.now() + 10_000);
    await run;
    expect([...disk.tables.ops.values()].map((row) => [row.state, row.lastCode])).toEqual([one.isAside]);
    expect([...disk.tables.blobs.values()].map((row) => row.state)).toEqual(one.page);
  });

  test("a fault of the disk ends the run as such; nothing is lost and the next run delivers", async () => {
    const { world, disk, drainer, keep } = bench((yes) => ({
      push: async (session, ops) => {
        const answer = await yes.push(session, ops);
        disk.fault = { type: "unavailable", detail: "UnknownError" };
        return answer;
      },
    }));
    await keep("a");
    const run = drainer.run({ reason: "commit" });
    await world.run(world.now() + 10_000);
    expect(await run).toMatchObject({ ended: "storage", left: 1 });
    expect([...disk.tables.ops.values()].map((row) => row.state)).toEqual(["frozen"]);
  });
});

describe("S-D2 the lock is an optimisation", () => {
  test("taken by a live tab: elsewhere; by one that got no answer for long: the run goes on without it", async () => {
    const { world, drainer, store, calls } = bench(undefined, { locks: { tryHold: async () => "taken" } });
    await store.setMeta({ lastAnswerAt: world.now() });
    expect((await drainer.run({ reason: "timer" })).ended).toBe("elsewhere");
    expect(calls).toEqual([]);
    await store.setMeta({ lastAnswerAt: world.now() - 200_000 });
    const run = drainer.run({ reason: "timer" });
    await world.run(world.now() + 10_000);
    expect((await run).ended).toBe("empty");
    await store.setMeta({ lastAnswerAt: world.now(), networkNextAt: world.now() + 200_000 });
    expect((await drainer.run({ reason: "online" })).ended).toBe("elsewhere");
    const meta = await store.meta();
    expect(meta.ok && meta.value.networkNextAt, "the hint is not lost with the lock").toBe(0);
    const byPerson = drainer.run({ reason: "person" });
    await world.run(world.now() + 10_000);
    expect((await byPerson).ended).toBe("empty");
  });
});
