/** The order in which a paper's streams leave a full phone. */
import { expect, test } from "vitest";
import { inLeavingOrder, streamRoles } from "../../../src/satchel/leaving.ts";
import type { BlobPointer } from "../../../src/satchel/model.ts";
import { keptPaper, page } from "./fixtures.ts";

const sized = (pointer: BlobPointer | null, sealedLength: number): BlobPointer | null =>
  pointer === null ? null : { ...pointer, sealedLength };

test("originals leave before readable pages, previews last; inside a kind the largest first", () => {
  const one = page("p1");
  const two = page("p2");
  const original = sized(one.readable, 9000);
  const paper = keptPaper({
    pages: {
      p1: { ...one, original, readable: sized(one.readable, 100), preview: sized(one.preview, 50) },
      p2: { ...two, readable: sized(two.readable, 300), preview: sized(two.preview, 60) },
    },
  });
  expect(inLeavingOrder(paper).map(({ role, pointer }) => [role, pointer.sealedLength])).toEqual([
    ["original", 9000],
    ["readable", 300],
    ["readable", 100],
    ["preview", 60],
    ["preview", 50],
  ]);
});

test("a picture that could not be reduced is what one reads: it does not leave as an original", () => {
  const raw = { ...page("p1"), state: "raw" as const, original: page("p1").readable, readable: null, preview: null };
  expect(streamRoles(keptPaper({ pages: { p1: raw } })).map(({ role }) => role)).toEqual(["readable"]);
});
