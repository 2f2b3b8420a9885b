/** Runs the frozen vectors of a shared computer's carrier file (make-bundles.ts) against the code as it is now. No Node import. */

import { readCarried } from "../../src/protocol/carried.ts";
import { readCarrier } from "../../src/protocol/carrier.ts";
import type { B64, Signed } from "../../src/protocol/wire.ts";
import { err, ok, type Result } from "../../src/shared/result.ts";
import bundles from "./bundles.json" with { type: "json" };
import carried2 from "./carried-2.json" with { type: "json" };
import { bytesOf, family, seen } from "./family.ts";

interface Pack {
  readonly file: B64;
  readonly from: string;
  readonly payloadAt: number;
}

async function packsIn(bytes: Uint8Array): Promise<Result<readonly Pack[], { readonly type: string }>> {
  const packs: Pack[] = [];
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 211) yield bytes.subarray(at, at + 211);
  }
  const read = await readCarrier(pieces(), {
    opened: async ({ manifest: { file, from }, payloadAt }) => {
      packs.push({ file, from, payloadAt });
      return ok(undefined);
    },
    bytes: async () => ok(undefined),
  });
  return read.ok ? ok(packs) : read;
}

export const bundleRuns = [
  () =>
    family<{ file: string }>("bundles", bundles, async ({ file }) =>
      seen(await packsIn(bytesOf(file)), (packs) => packs),
    ),
  () =>
    family<{ signed: Signed; keys: readonly B64[] }>("carried about packs", carried2, async ({ signed, keys }) => {
      const read = await readCarried(
        signed,
        keys.map((sign) => ({ sign })),
      );
      return seen(read.ok ? read : err({ type: read.error }), ({ t, v, ...said }) => ({ t, v, ...said }));
    }),
];
