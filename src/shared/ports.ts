/**
 * What pure code may ask of the world. Real adapters are wired in composition roots only
 * (`main.tsx`, `*.worker.ts`, `sw.ts`, `server/main.ts`); tests pass seeded ones.
 */

export interface Clock {
  /** Milliseconds since the Unix epoch, as this device believes. Never used to order anything (DESIGN 4). */
  readonly now: () => number;
}

export interface Random {
  /** `length` fresh bytes; cryptographic in production, seeded in simulations. */
  readonly bytes: (length: number) => Uint8Array<ArrayBuffer>;
}

export interface Timers {
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
}

export interface Log {
  /** `event` is a fixed word, `fields` hold counts and codes only: a log can be shown to anybody (INV-3). */
  readonly note: (event: string, fields?: Readonly<Record<string, string | number | boolean>>) => void;
}
