/** What leaves the worker for a screen holds no key of a stream (INV-3, DESIGN 2). */
import { expect, test } from "vitest";
import type { BlobPointer } from "../../../src/satchel/model.ts";
import { shownPaper, withoutKeys } from "../../../src/satchel/shown.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import type { BlobId } from "../../../src/shared/ids.ts";

const pointer = (blob: string): BlobPointer => ({
  blob: blob as BlobId,
  key: "SECRET" as B64,
  hash: "h" as B64,
  bytes: 1,
  sealedLength: 2,
  root: "r" as B64,
  mime: "image/webp",
});

test("a paper is shown whole, but for what opens or proves its pages and other answers", () => {
  const open = { blob: "b", bytes: 1, mime: "image/webp" };
  const page = { position: 1, turn: 0, state: "ready", readable: pointer("b"), preview: null, original: null } as const;
  const paper = {
    t: "paper",
    kind: "identity-card",
    title: "Carte",
    holder: "me",
    expiry: null,
    pages: { p1: page },
    status: "kept",
    binnedAt: null,
    createdAt: 1,
    updatedAt: 2,
    others: { "pages.p1.readable": [pointer("c"), null], title: ["Autre"] },
  } as const;
  const seen = shownPaper(paper);
  expect(JSON.stringify(seen)).not.toContain("SECRET");
  expect(seen.pages).toEqual({ p1: { ...page, readable: open } });
  expect(seen.others).toEqual({ "pages.p1.readable": [{ ...open, blob: "c" }, null], title: ["Autre"] });
  expect(shownPaper(paper)).toBe(seen);
});

test("an answer whose question is called key is no key", () => {
  expect(withoutKeys({ answers: { key: { v: "text", text: "a" } } })).toEqual({
    answers: { key: { v: "text", text: "a" } },
  });
});
