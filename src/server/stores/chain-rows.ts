/** The rows of a principal's chain: written when it registers, and with what changes an organisation's team. Runs in Node. */

import type { ServerTime } from "../../protocol/wire.ts";
import type { CheckedChain } from "./ports.ts";
import { run, type Work } from "./work.ts";

/** @returns false when the stored chain has not `knownLength` statements any more, or is of one that is closed by now. */
export function* storeChain(chain: CheckedChain, knownLength: number, at: ServerTime): Work<boolean> {
  // One statement decides: two processes that register the same chain at once must not both believe they were first.
  const saved =
    knownLength === 0
      ? yield* run(
          `INSERT INTO principal (id, kind, sign, statements, length, seq, used, created_at, seen_on)
           VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $6) ON CONFLICT (id) DO NOTHING`,
          chain.id,
          chain.kind,
          chain.sign,
          JSON.stringify(chain.statements),
          chain.statements.length,
          at,
        )
      : yield* run(
          `UPDATE principal SET statements = $2, length = $3, sign = $5
           WHERE id = $1 AND length = $4 AND blocked_at IS NULL AND erased_at IS NULL`,
          chain.id,
          JSON.stringify(chain.statements),
          chain.statements.length,
          knownLength,
          chain.sign,
        );
  if (saved === 0) return false;
  for (const [device, { transport }] of chain.devices)
    yield* run(
      `INSERT INTO device (principal, device, transport) VALUES ($1, $2, $3)
       ON CONFLICT (principal, device) DO UPDATE SET transport = excluded.transport`,
      chain.id,
      device,
      transport,
    );
  for (const device of chain.removed ?? [])
    yield* run(
      "UPDATE device SET removed_at = $3 WHERE principal = $1 AND device = $2 AND removed_at IS NULL",
      chain.id,
      device,
      at,
    );
  return true;
}
