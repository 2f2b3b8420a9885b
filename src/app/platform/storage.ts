/** What only a page may ask of the browser's storage: to be kept, and how much is there. Runs in the page. */

export interface Room {
  /** Bytes used by this origin, and how many it may use; null where the browser does not say. */
  readonly used: number | null;
  readonly quota: number | null;
  /** The browser promised not to erase it by itself. */
  readonly persisted: boolean;
}

/** Asks that nothing be erased without the person; asked after the first kept paper. True when the browser promises. */
export async function askToKeep(): Promise<boolean> {
  const { storage } = navigator;
  if (storage?.persist === undefined) return false;
  return (await storage.persisted()) || storage.persist();
}

export async function readRoom(): Promise<Room> {
  const { storage } = navigator;
  if (storage?.estimate === undefined) return { used: null, quota: null, persisted: false };
  const { usage, quota } = await storage.estimate();
  return { used: usage ?? null, quota: quota ?? null, persisted: (await storage.persisted?.()) ?? false };
}
