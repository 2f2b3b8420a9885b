/** What the tests of papers share: choosing files, object URLs that are counted, and the screens' shapes. */
import { fireEvent, screen } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { vi } from "vitest";
import type { ShownPage } from "../../../src/satchel/model.ts";
import { fakeId, fakePage } from "../../support/fake-satchel.ts";

export const AREAS = ["papers", "papers-types"] as const;

/** `n` pages that can be shown, by random id, in order. */
export const pages = (n: number, patch: Partial<ShownPage> = {}): Record<string, ShownPage> =>
  Object.fromEntries(
    Array.from({ length: n }, (_, at) => [fakeId<string>(), fakePage({ position: at + 1, ...patch })]),
  );

export const pointer = (mime: string): NonNullable<ShownPage["original"]> =>
  ({ blob: fakeId(), hash: "", bytes: 1, sealedLength: 1, root: "", mime }) as NonNullable<ShownPage["original"]>;

export const photo = (name = "photo.jpg"): File => new File(["x"], name, { type: "image/jpeg" });

/** Picks files in the field with that label, as the system's chooser does. */
export async function choose(label: RegExp, ...files: readonly File[]): Promise<void> {
  const input = screen.getByLabelText<HTMLInputElement>(label);
  Object.defineProperty(input, "files", { configurable: true, value: files });
  await act(async () => void fireEvent.change(input));
  await settled();
}

/** Lets answers of the satchel arrive: an effect asks, the answer draws, and what was drawn may ask again. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await act(async () => new Promise((done) => setTimeout(done, 0)));
}

/** Object URLs that are alive now. Restored by `vi.restoreAllMocks`. */
export function watchUrls(): ReadonlySet<string> {
  const alive = new Set<string>();
  let serial = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => {
    serial += 1;
    const url = `blob:test/${serial}`;
    alive.add(url);
    return url;
  });
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void alive.delete(url));
  return alive;
}

/** A text with ordinary spaces, as people compare it. */
export const plain = (text: string | null): string =>
  (text ?? "").replace(/[\u00a0\u2068\u2069]/g, (c) => (c === "\u00a0" ? " " : ""));
