/**
 * Files that another app handed to Besace (share target): fetched from the service worker as soon as the page opens, and held in
 * this page's memory until the satchel is open. Runs in the page; one per page, like the page itself.
 *
 * Surprising: they are nowhere else of ours. When the page goes they go, and have to be shared again; the lock screen says so.
 */
const ANSWER_MS = 10_000;

export type Shared = { readonly state: "asking" } | { readonly state: "here"; readonly files: readonly File[] };

/** The answer of our own service worker, of this version or another. */
function filesOf(answer: unknown): readonly File[] {
  const files: unknown = Object(answer).files;
  return Array.isArray(files) ? files.filter((file) => file instanceof File) : [];
}

let shared: Shared = { state: "here", files: [] };
const listeners = new Set<() => void>();

function set(next: Shared): void {
  shared = next;
  for (const listener of [...listeners]) listener();
}

export const sharedNow = (): Shared => shared;

export function onShared(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** They were kept, or the person left them. */
export const dropShared = (): void => set({ state: "here", files: [] });

/** Asks the service worker what was handed over. What was here already stays in front. */
export async function collectShared(container: ServiceWorkerContainer | undefined): Promise<void> {
  const worker = container?.controller ?? null;
  if (worker === null) return;
  const before = shared.state === "here" ? shared.files : [];
  set({ state: "asking" });
  const files = await new Promise<readonly File[]>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve([]), ANSWER_MS);
    port1.onmessage = ({ data }) => {
      clearTimeout(timer);
      resolve(filesOf(data));
    };
    worker.postMessage({ type: "SHARED" }, [port2]);
  });
  set({ state: "here", files: [...before, ...files] });
}
