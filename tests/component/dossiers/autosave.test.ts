import { describe, expect, test } from "vitest";
import {
  type AnswerPatch,
  type AutosaveState,
  createAutosave,
  leave,
  RETRY_MS,
  SAVE_AFTER_MS,
  settled,
} from "../../../src/app/features/dossiers/autosave.ts";
import { err, ok } from "../../../src/shared/result.ts";
import type { WorkerError } from "../../../src/workers/satchel.contract.ts";

const text = (value: string) => ({ v: "text", text: value }) as const;

function harness() {
  let due: { readonly at: number; readonly task: () => void }[] = [];
  let now = 0;
  const saves: AnswerPatch[] = [];
  const states: AutosaveState[] = [];
  const waiting: (() => void)[] = [];
  const world = { error: null as WorkerError | null, held: false };
  const autosave = createAutosave({
    save: async (patch) => {
      saves.push(patch);
      if (world.held) await new Promise<void>((resolve) => waiting.push(resolve));
      return world.error === null ? ok({ savedAt: 1000 + saves.length }) : err(world.error);
    },
    timers: {
      after(delayMs, task) {
        const entry = { at: now + delayMs, task };
        due.push(entry);
        return () => {
          due = due.filter((other) => other !== entry);
        };
      },
    },
    onState: (state) => states.push(state),
  });
  return {
    autosave,
    world,
    saves,
    states,
    last: () => states.at(-1),
    release() {
      for (const go of waiting.splice(0)) go();
    },
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((entry) => entry !== next);
        now = next.at;
        next.task();
      }
      now = end;
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

describe("autosave", () => {
  test("DESIGN 4: saves within half a second of the last key, once, with everything typed since", async () => {
    const { autosave, saves, pass } = harness();
    expect(SAVE_AFTER_MS).toBeLessThan(500);
    autosave.put({ answers: { a: text("C") } });
    await pass(SAVE_AFTER_MS - 1);
    autosave.put({ answers: { a: text("Ca"), b: null } });
    await pass(SAVE_AFTER_MS - 1);
    expect(saves).toEqual([]);
    await pass(1);
    expect(saves).toEqual([{ answers: { a: text("Ca"), b: null } }]);
  });

  test("INV-1: says kept only once the save has answered, with its own time", async () => {
    const { autosave, world, last, pass, release } = harness();
    world.held = true;
    autosave.put({ notForeseen: "x" });
    await pass(SAVE_AFTER_MS);
    expect(last()?.save).toEqual({ kind: "saving" });
    expect(last()?.unsaved).toBe(true);
    release();
    await pass(0);
    expect(last()).toEqual({ save: { kind: "kept", at: 1001 }, unsaved: false, error: null });
  });

  test("flush saves at once and waits for what is under way and for what was typed meanwhile", async () => {
    const { autosave, world, saves, release } = harness();
    world.held = true;
    autosave.put({ answers: { a: text("1") } });
    const first = autosave.flush();
    autosave.put({ answers: { a: text("12") } });
    const second = autosave.flush();
    world.held = false;
    release();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(saves.map((patch) => patch.answers?.a)).toEqual([text("1"), text("12")]);
  });

  test("INV-1: a save that fails loses nothing: it is tried again with what came since, the newest text winning", async () => {
    const { autosave, world, saves, last, pass } = harness();
    world.error = { type: "full" };
    autosave.put({ answers: { a: text("old"), b: text("kept") } });
    expect(await autosave.flush()).toBe(false);
    expect(last()).toEqual({ save: { kind: "failed" }, unsaved: true, error: { type: "full" } });
    world.error = null;
    autosave.put({ answers: { a: text("new") } });
    await pass(SAVE_AFTER_MS);
    expect(saves.at(-1)).toEqual({ answers: { a: text("new"), b: text("kept") } });
    expect(last()?.unsaved).toBe(false);
  });

  test("a failure that time can mend is tried again by itself; a closed satchel is not", async () => {
    const { autosave, world, saves, pass } = harness();
    world.error = { type: "unavailable", mark: "W-1" };
    autosave.put({ notForeseen: "x" });
    await pass(SAVE_AFTER_MS);
    await pass(RETRY_MS);
    expect(saves).toHaveLength(2);
    world.error = { type: "locked" };
    await pass(RETRY_MS);
    expect(saves).toHaveLength(3);
    await pass(RETRY_MS * 5);
    expect(saves).toHaveLength(3);
    expect(await autosave.flush()).toBe(false);
  });

  test("the next screen reads after the last save of the one before", async () => {
    const api = {};
    const order: string[] = [];
    let finish = (): void => undefined;
    leave(
      api,
      new Promise<void>((resolve) => (finish = resolve)).then(() => order.push("kept")),
    );
    const reading = settled(api).then(() => order.push("read"));
    finish();
    await reading;
    expect(order).toEqual(["kept", "read"]);
    await settled({});
  });
});
