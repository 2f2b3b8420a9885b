/** What every family of vectors is run with: its shape, its comparison. No Node import: it works in a browser. */

import type { Principal } from "../../src/protocol/statements.ts";
import { type Bytes, fromBase64Url } from "../../src/shared/bytes.ts";
import type { Result } from "../../src/shared/result.ts";

export interface VectorFailure {
  readonly name: string;
  readonly expected: string;
  readonly seen: string;
}

export interface Vector<Input> {
  readonly name: string;
  readonly input: Input;
  /** "ok" or the type of the refusal. */
  readonly expect: string;
  /** Compared as JSON when present. */
  readonly value?: unknown;
}

export interface Seen {
  readonly result: string;
  readonly value?: unknown;
}

export const bytesOf = (text: string): Bytes => {
  const bytes = fromBase64Url(text);
  if (bytes === undefined) throw new Error("a vector holds base64url");
  return bytes;
};

export const seen = <T>(result: Result<T, { readonly type: string }>, value: (of: T) => unknown): Seen =>
  result.ok ? { result: "ok", value: value(result.value) } : { result: result.error.type, value: result.error };

/** Runs one family of vectors; `run` is told the family's JSON as it was written by make.ts. */
export async function family<Input>(
  name: string,
  vectors: readonly unknown[],
  run: (input: Input) => Promise<Seen>,
): Promise<{ passed: number; failed: VectorFailure[] }> {
  const failed: VectorFailure[] = [];
  let passed = 0;
  for (const vector of vectors as readonly Vector<Input>[]) {
    let got: Seen;
    try {
      got = await run(vector.input);
    } catch (error) {
      got = { result: `thrown: ${error instanceof Error ? error.message : String(error)}` };
    }
    const expected = JSON.stringify([vector.expect, vector.value]);
    const actual = JSON.stringify([got.result, vector.value === undefined ? undefined : got.value]);
    if (expected === actual) passed += 1;
    else failed.push({ name: `${name}: ${vector.name}`, expected, seen: actual });
  }
  return { passed, failed };
}

/** As the first vectors wrote it; box keys, removed devices, helpers and former keys are said where there are some. */
export const principalText = ({ devices, removed, helpers, putOut, former, ...principal }: Principal): unknown => {
  const { head, ...first } = principal;
  const listed = [...devices].map(([id, { transport, box }]) => [
    id,
    box === null ? { transport } : { transport, box },
  ]);
  return {
    ...first,
    devices: listed,
    head,
    ...(removed.size === 0 ? {} : { removed: [...removed] }),
    ...(helpers.size === 0 ? {} : { helpers: [...helpers] }),
    ...(putOut.size === 0 ? {} : { putOut: [...putOut] }),
    ...(former.length === 0 ? {} : { former }),
  };
};
