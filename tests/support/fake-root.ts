/** What useRoot gives in component tests: a root that remembers what it was asked. */
import type { RootHandle } from "../../src/app/state/root.ts";

/** @param acts words of what is asked are added: "lock", "print", "forget", "theme dark". */
export function createFakeRoot(acts: string[], change: Partial<RootHandle> = {}): RootHandle {
  let theme: "auto" | "light" | "dark" = "auto";
  return {
    version: "0.1.0 (test)",
    random: { bytes: (length) => new Uint8Array(length) },
    theme: {
      get: () => theme,
      set(next) {
        theme = next;
        acts.push(`theme ${next}`);
      },
    },
    operator: null,
    lockReason: "asked",
    evicted: false,
    readiness: async () => ({
      texts: true,
      photos: true,
      codes: false,
      ways: true,
      carrier: true,
      pdf: false,
      twoddoc: false,
    }),
    room: async () => ({ used: 12_000_000, quota: 1_000_000_000, persisted: true }),
    askToKeep: async () => {
      acts.push("ask-to-keep");
      return true;
    },
    lock: () => void acts.push("lock"),
    diagnostics: (mark) => `facts ${mark}`,
    copy: async () => true,
    print: () => void acts.push("print"),
    discreet: { on: false, set: (on) => void acts.push(`discreet ${on ? "on" : "off"}`) },
    wipe: async () => {
      acts.push("wipe");
      return { ok: true, value: undefined };
    },
    forget: () => void acts.push("forget"),
    ...change,
  };
}
