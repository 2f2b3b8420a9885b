/** An in-memory CarrierApi for component tests: plain objects, no worker. `data` may be changed; `change()` tells. */
import type { CarrierHandle } from "../../src/app/state/carrier.ts";
import type { B64 } from "../../src/shared/bytes.ts";
import { err, ok } from "../../src/shared/result.ts";
import type { CarriedView, CarrierApi, TakeRefusal } from "../../src/workers/carrier.contract.ts";
import type { WorkerError } from "../../src/workers/satchel.contract.ts";

export const FAKE_CARRIED: CarriedView = {
  file: "AAAAAAAAAAAAAAAAAAAAAQ" as B64,
  count: 12,
  bytes: 3_400_000,
  takenAt: Date.UTC(2026, 10, 21, 11),
  state: "waits",
  done: 0,
  missing: 12,
  saidAt: null,
  given: false,
  kept: "device",
  trouble: "none",
};

export const DELIVERED: Partial<CarriedView> = {
  state: "delivered",
  done: 3_400_000,
  missing: 0,
  saidAt: Date.UTC(2026, 10, 21, 13, 12),
};

export interface FakeCarrier {
  readonly handle: CarrierHandle;
  readonly data: {
    files: readonly CarriedView[];
    /** What the next pick is answered with. */
    refusal: TakeRefusal | WorkerError | null;
    known: boolean;
    failure: WorkerError | null;
    receipt: string;
  };
  readonly change: () => void;
  /** Name of each call so far, with its file. */
  readonly calls: readonly string[];
}

export function createFakeCarrier(files: readonly Partial<CarriedView>[] = []): FakeCarrier {
  const data: FakeCarrier["data"] = {
    files: files.map((file) => ({ ...FAKE_CARRIED, ...file })),
    refusal: null,
    known: false,
    failure: null,
    receipt: "BESACE-RECEPISSE-1 {}\n",
  };
  const listeners = new Set<(change: { readonly type: "carried" }) => void>();
  const calls: string[] = [];
  const change = (): void => {
    for (const listener of [...listeners]) listener({ type: "carried" });
  };
  const patch = (file: B64, more: Partial<CarriedView>): void => {
    data.files = data.files.map((each) => (each.file === file ? { ...each, ...more } : each));
    change();
  };
  const api: CarrierApi = {
    carried: async () => (data.failure === null ? ok(data.files) : err(data.failure)),
    take: async (file) => {
      calls.push(`take ${file.name}`);
      if (data.refusal !== null) return err(data.refusal);
      if (!data.known) data.files = [...data.files, FAKE_CARRIED];
      change();
      return ok({ view: data.files.at(-1) ?? FAKE_CARRIED, known: data.known });
    },
    deliver: async (file) => {
      calls.push(`deliver ${file}`);
      return ok(undefined);
    },
    receipt: async (file, words) => {
      calls.push(`receipt ${file}`);
      return ok(`${words.join("\n")}\n${data.receipt}`);
    },
    given: async (file) => {
      calls.push(`given ${file}`);
      patch(file, { given: true, kept: "gone" });
      return ok(undefined);
    },
    forget: async (file) => {
      calls.push(`forget ${file}`);
      data.files = data.files.filter((each) => each.file !== file);
      change();
      return ok(undefined);
    },
    hint: async () => {
      calls.push("hint");
      return ok(undefined);
    },
    onChange: async (listener) => void listeners.add(listener),
  };
  return {
    handle: {
      api,
      listen: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    data,
    change,
    calls,
  };
}
