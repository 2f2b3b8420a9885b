/** The vector runner as a dedicated worker, the place where keys live in the app. Bundled by browser.test.ts. */

import { runVectors } from "./run.ts";

try {
  postMessage(await runVectors());
} catch (error) {
  postMessage({ passed: 0, failed: [{ name: "the run", expected: "an end", seen: String(error) }] });
}
