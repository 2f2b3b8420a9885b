/**
 * What this deployment says of itself (deployment.json): the copy at hand first, a fresher one in the background. Runs in
 * the workers that hold keys. What is not a deployment (a portal's page, a half file) changes nothing.
 */

import { parseDeployment } from "../../protocol/parse.ts";
import type { Deployment } from "../../protocol/wire.ts";
import type { Timers } from "../../shared/ports.ts";

export interface DeploymentSource {
  /** The copy kept in this browser; undefined when there is none or it cannot be read. */
  readonly kept: () => Promise<unknown>;
  /** What the server says now; undefined when it cannot be asked. */
  readonly fresh: () => Promise<unknown>;
  readonly keep: (deployment: Deployment) => Promise<void>;
}

export interface Deployments {
  /** The copy at hand. Without any it gives the network a moment, no more (INV-9). Null when none can be had. */
  readonly current: () => Promise<Deployment | null>;
  /** Asks the server; listeners hear of a change. */
  readonly refresh: () => Promise<void>;
  readonly onChange: (listener: (deployment: Deployment) => void) => void;
}

/** How long a question waits for the first copy of all, ms. */
const patienceMs = 800;

export function createDeployments(source: DeploymentSource, timers: Timers): Deployments {
  const listeners = new Set<(deployment: Deployment) => void>();
  let held: Deployment | null = null;
  let asking: Promise<void> | undefined;
  let waited = false;

  function refresh(): Promise<void> {
    asking ??= (async () => {
      const parsed = parseDeployment(await source.fresh());
      if (!parsed.ok) return;
      const changed = JSON.stringify(parsed.value) !== JSON.stringify(held);
      held = parsed.value;
      if (!changed) return;
      await source.keep(parsed.value);
      for (const listener of listeners) listener(parsed.value);
    })().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  return {
    refresh,
    onChange: (listener) => void listeners.add(listener),
    async current() {
      if (held !== null) return held;
      const parsed = parseDeployment(await source.kept());
      if (parsed.ok) {
        held ??= parsed.value;
        void refresh();
        return held;
      }
      // One question waits once; what the line brings later comes as a change.
      if (asking !== undefined && waited) return held;
      waited = true;
      await Promise.race([refresh(), new Promise<void>((resolve) => void timers.after(patienceMs, resolve))]);
      return held;
    },
  };
}
