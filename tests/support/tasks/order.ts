/**
 * The order of test files: what takes long begins first, so that no core is idle while the last one ends. Runs in Node, inside
 * Vitest, which without memory of an earlier run would go by the size of a file.
 *
 * Surprising: these figures decide nothing but the order. A wrong one costs seconds, never a result.
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Seconds on two cores. Whatever is not named takes less. */
const seconds: Readonly<Record<string, number>> = {
  "tests/fault/sync-simulation.test.ts": 110,
  "tests/fault/sync-simulation-bugs.test.ts": 30,
  "tests/fault/matrix.test.ts": 25,
  "tests/fault/server-kill.test.ts": 25,
  "tests/unit/support/link.test.ts": 15,
  "tests/unit/joining/rotation.test.ts": 14,
  "tests/unit/workers/kiosk.test.ts": 13,
  "tests/unit/workers/recovery.test.ts": 12,
  "tests/fault/vault-kill.test.ts": 10,
  "tests/e2e/screens.test.ts": 116,
  "tests/e2e/thread.test.ts": 80,
  "tests/e2e/bad-input.test.ts": 75,
  "tests/e2e/carrier.test.ts": 70,
  "tests/e2e/background-sync.test.ts": 60,
  "tests/e2e/wrong-codes.test.ts": 50,
  "tests/e2e/two-devices.test.ts": 50,
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const root = `${this.ctx.config.root}/`;
    const of = ({ moduleId }: TestSpecification): number => seconds[moduleId.replace(root, "")] ?? 0;
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return usual.sort((a, b) => group(a) - group(b) || of(b) - of(a));
  }
}
