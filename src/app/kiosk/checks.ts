/** What a page can see of the computer that it runs on. What it cannot see is in CHECKLIST.md. Runs in the page. */

export type Seen = "yes" | "no" | "unknown";
export const checkNames = ["secure", "worker", "persisted", "kiosk", "room", "alone"] as const;
export type CheckName = (typeof checkNames)[number];

/** A private window of today's browsers is given little room; an ordinary profile has far more. */
const privateRoom = 1_000_000_000;

/** The person's app keeps its satchels under this name; the shared computer never makes it (storage/dexie). */
const ordinaryApp = "besace";

const seen = (value: boolean | undefined): Seen => (value === undefined ? "unknown" : value ? "yes" : "no");

export interface ChecksDeps {
  readonly isSecureContext: boolean;
  readonly matchMedia: (query: string) => { readonly matches: boolean };
  readonly serviceWorker: { readonly controller: unknown } | undefined;
  readonly storage: Pick<StorageManager, "persisted" | "estimate"> | undefined;
  readonly databases: () => Promise<readonly { readonly name?: string }[]>;
}

export async function runChecks(deps: ChecksDeps): Promise<Readonly<Record<CheckName, Seen>>> {
  const { storage } = deps;
  const quota = (await storage?.estimate())?.quota;
  const names = (await deps.databases()).map(({ name }) => name);
  const full = ["fullscreen", "standalone"].some((mode) => deps.matchMedia(`(display-mode: ${mode})`).matches);
  return {
    secure: seen(deps.isSecureContext),
    worker: seen(deps.serviceWorker === undefined ? false : deps.serviceWorker.controller !== null),
    persisted: seen(await storage?.persisted()),
    kiosk: seen(full),
    room: seen(quota === undefined ? undefined : quota >= privateRoom),
    alone: seen(!names.includes(ordinaryApp)),
  };
}
