/**
 * What the short-lived worker computes that stretches codes (stretch.worker.ts): one code, then it is ended. It may be
 * started a little earlier, while the code is typed (decisions/0021).
 */

import type { Bytes } from "../shared/bytes.ts";
import type { Result } from "../shared/result.ts";

/** Argon2id, one lane (SPEC C-A). */
export interface CodeParameters {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: 1;
}

/** "broken": this device computes wrongly or cannot compute now: no code may be called wrong because of it. */
export type StretchTrouble = { readonly type: "broken" };

export interface StretchApi {
  /** 32 bytes for opening. `salt`: 16 bytes of the wrap. */
  readonly derive: (code: string, salt: Bytes, parameters: CodeParameters) => Promise<Result<Bytes, StretchTrouble>>;
  /** 32 bytes for sealing, derived twice; without `parameters` they are chosen for this device (1.5 s). */
  readonly enrol: (
    code: string,
    salt: Bytes,
    parameters: CodeParameters | null,
  ) => Promise<Result<{ readonly output: Bytes; readonly parameters: CodeParameters }, StretchTrouble>>;
}

/** As the worker answers it. */
export interface StretchWorkerApi extends StretchApi {
  /** Computes the known answer (SPEC C-A4) ahead of the code; false where this device computes wrongly. */
  readonly prove: () => Promise<boolean>;
}

/** As a key-holding worker has it: calls, and the worker's life around them. */
export interface Stretching extends StretchApi {
  /** Somebody types a code: the worker is started and proves itself meanwhile. Renewed by each call, else soon ended. */
  readonly expect: () => void;
  /** Nobody does any more: a worker that stretches nothing is ended. */
  readonly dismiss: () => void;
}
