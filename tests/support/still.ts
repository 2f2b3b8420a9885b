/**
 * Waits until a screen stands still, so that nobody looks at one that is half drawn: a busy machine draws in pieces. Runs in
 * Node over a Playwright page; nothing here depends on Vitest.
 */
import type { Page } from "playwright-core";

/** Resolves when nothing was drawn for `quietMs` and no movement is under way; after ten seconds in any case. */
export const standsStill = (page: Page, quietMs = 100): Promise<void> =>
  page.evaluate(
    (forMs) =>
      new Promise<void>((resolve) => {
        const end = performance.now() + 10_000;
        const isMoving = (): boolean =>
          document
            .getAnimations()
            .some(
              ({ effect, playState }) =>
                playState === "running" && effect?.getTiming().iterations !== Number.POSITIVE_INFINITY,
            );
        const look = (): void => {
          if (isMoving() && performance.now() < end) {
            quiet = setTimeout(look, forMs);
            return;
          }
          watch.disconnect();
          resolve();
        };
        let quiet = setTimeout(look, forMs);
        const watch = new MutationObserver(() => {
          if (performance.now() > end) return;
          clearTimeout(quiet);
          quiet = setTimeout(look, forMs);
        });
        watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      }),
    quietMs,
  );
