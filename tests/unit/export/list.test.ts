/** The list inside a sealed copy (C-X7): what is no list, or speaks of bytes that are not there, is refused; no key goes along. */

import { describe, expect, test } from "vitest";
import {
  type CopyManifest,
  copyListBytes,
  copyListLength,
  readCopyList,
  withoutKeys,
} from "../../../src/satchel/export-manifest.ts";
import type { PaperRecord } from "../../../src/satchel/model.ts";
import { type B64, type Bytes, concat, u32, utf8 } from "../../../src/shared/bytes.ts";
import { type BlobId, type PrincipalId, type RecordId, randomId } from "../../../src/shared/ids.ts";
import { exportWords } from "../../support/export-words.ts";
import { anIdentity, random } from "../crypto/support.ts";

const blob = randomId<BlobId>(random);
const pointer = {
  blob,
  key: "SECRET" as B64,
  hash: "hash" as B64,
  bytes: 10,
  sealedLength: 100,
  root: "root" as B64,
  mime: "image/webp",
};
const paper: PaperRecord = {
  t: "paper",
  kind: "other",
  title: "Carte",
  holder: "me",
  expiry: null,
  pages: { p1: { position: 1, turn: 0, state: "ready", readable: pointer, preview: null, original: null } },
  status: "kept",
  binnedAt: null,
  createdAt: 1,
  updatedAt: 1,
  others: { "pages.p1.readable": [{ ...pointer, blob: randomId<BlobId>(random) }], title: ["Autre"] },
};

async function manifest(more: object = {}): Promise<CopyManifest> {
  return {
    format: "besace-sealed-copy",
    version: 1,
    made: 1,
    satchel: (await anIdentity()).id as PrincipalId,
    words: exportWords(),
    records: [{ id: randomId<RecordId>(random), record: withoutKeys(paper) }],
    files: [{ blob, at: 0, bytes: 10, hash: "hash", mime: "image/webp" }],
    proofs: {},
    ...more,
  };
}

const read = (bytes: Bytes, after = 10): string => {
  const list = readCopyList(bytes, bytes.length + after);
  return list.ok ? "ok" : list.error.type;
};

describe("C-X7: the list of a sealed copy", () => {
  test("comes back, and its length is known from its first four bytes", async () => {
    const made = await manifest();
    const bytes = copyListBytes(made);
    expect(copyListLength(bytes.slice(0, 4), bytes.length + 10)).toBe(bytes.length);
    const list = readCopyList(bytes, bytes.length + 10);
    if (!list.ok) throw new Error(list.error.type);
    expect(list.value.filesAt).toBe(bytes.length);
    expect(list.value.manifest).toEqual(made);
  });

  test("holds no key of a stream, wherever a record keeps one", () => {
    expect(JSON.stringify(paper)).toContain("SECRET");
    expect(JSON.stringify(withoutKeys(paper))).not.toContain("SECRET");
    expect(withoutKeys(paper).others?.title).toEqual(["Autre"]);
  });

  test("of a newer version is newer; what is no list is damaged", async () => {
    const text = (value: unknown): Bytes => {
      const json = utf8(JSON.stringify(value));
      return concat(u32(json.length), json);
    };
    expect(read(text(await manifest({ version: 2, records: "other" })))).toBe("newer");
    for (const value of [null, 1, "x", [], {}, { format: "other", version: 9 }])
      expect(read(text(value))).toBe("damaged");
    expect(read(concat(u32(3), utf8("{x}")))).toBe("damaged");
    expect(read(concat(u32(2), Uint8Array.of(0xff, 0xfe)))).toBe("damaged");
    for (const record of [{ t: "paper" }, { t: "other" }, { ...paper, pages: { p: { position: "1" } } }, null])
      expect(read(text(await manifest({ records: [{ id: randomId<RecordId>(random), record }] })))).toBe("damaged");
    expect(read(text(await manifest({ satchel: "../../etc" })))).toBe("damaged");
  });

  test("that names bytes beyond the copy is damaged, and no length is believed", async () => {
    const bytes = copyListBytes(await manifest());
    expect(read(bytes, 9)).toBe("damaged");
    expect(copyListLength(u32(0xffff_ffff), 0xffff)).toBeUndefined();
    expect(copyListLength(new Uint8Array(2), 100)).toBeUndefined();
  });
});
