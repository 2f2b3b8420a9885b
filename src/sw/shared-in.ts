/**
 * Files that another app of the phone hands over ("Partager vers Besace"): held in memory until a page takes them. Runs in the
 * service worker, without network (decisions/0030).
 *
 * Surprising: nothing is written. The satchel is usually closed then, and what is not sealed may not lie on the disk (INV-3); so the
 * files wait here for the page that opens, then in that page until the code is typed. Their app keeps them all the same.
 */
import type { Timers } from "../shared/ports.ts";

/** The page that asks for what was handed over; also the address that the manifests name (`share_target`). */
export const sharedPath = "/partage";
/** The name of the field in the manifests. */
const field = "files";
/** A phone without memory left opens the page in some seconds; a browser ends an event after five minutes. */
const waitMs = 120_000;
/** Nobody chooses more at once by hand. */
const maxFiles = 50;

export interface SharedIn {
  /** The answer to the system's POST, and what the event has to wait for. Never rejects. */
  readonly receive: (request: Request) => { readonly response: Response; readonly held: Promise<void> };
  /** What waits, once. */
  readonly take: () => Promise<readonly File[]>;
}

export function createSharedIn(timers: Timers): SharedIn {
  let waiting: Promise<readonly File[]> = Promise.resolve([]);
  let release = (): void => undefined;

  async function filesOf(request: Request): Promise<readonly File[]> {
    try {
      const form = await request.formData();
      return form
        .getAll(field)
        .filter((entry) => entry instanceof File)
        .filter((file) => file.size > 0 || file.name !== "")
        .slice(0, maxFiles);
    } catch (error) {
      // No form, or one that was cut: nothing came.
      if (error instanceof TypeError || error instanceof DOMException) return [];
      throw error;
    }
  }

  return {
    receive(request) {
      const before = waiting;
      const came = filesOf(request);
      // What nobody took yet is not lost to a second share.
      waiting = Promise.all([before, came]).then((all) => all.flat().slice(0, maxFiles));
      release();
      const held = new Promise<void>((resolve) => {
        const cancel = timers.after(waitMs, () => {
          waiting = Promise.resolve([]);
          resolve();
        });
        release = () => {
          cancel();
          resolve();
        };
      });
      return { response: Response.redirect(new URL(sharedPath, request.url).href, 303), held };
    },
    async take() {
      const taken = waiting;
      waiting = Promise.resolve([]);
      const files = await taken;
      release();
      return files;
    },
  };
}
