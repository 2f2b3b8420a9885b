/** What the page keeps and hands out by itself: the mark in two places, several files as one archive. */
import { describe, expect, test } from "vitest";
import { markedKeep } from "../../../src/app/platform/mark.ts";
import { memoryKeep } from "../../../src/app/platform/world.ts";
import { zipOf } from "../../../src/app/platform/zip.ts";
import { crc32 } from "../../../src/satchel/export-zip.ts";

/** A jar that keeps name and value, as document.cookie does. */
function jarOf(): { cookie: string; readonly written: string[] } {
  const held = new Map<string, string>();
  const written: string[] = [];
  return {
    written,
    get cookie() {
      return [...held].map(([name, value]) => `${name}=${value}`).join("; ");
    },
    set cookie(text: string) {
      written.push(text);
      const [name = "", value = ""] = (text.split(";")[0] ?? "").split("=");
      if (/Max-Age=0/.test(text)) held.delete(name);
      else held.set(name, value);
    },
  };
}

describe("the mark that a satchel was here", () => {
  test("survives the loss of either place, says nothing, and goes when the person erases the satchel", () => {
    const jar = jarOf();
    const first = memoryKeep();
    markedKeep(first, jar, true).write("satchel", "1");
    expect(jar.written).toEqual(["besace=1; Max-Age=34560000; Path=/; SameSite=Strict; Secure"]);
    // The browser took localStorage along with the database.
    expect(markedKeep(memoryKeep(), jar, true).read("satchel")).toBe("1");
    // Or the cookies.
    expect(markedKeep(first, jarOf(), true).read("satchel")).toBe("1");
    const both = markedKeep(first, jar, false);
    both.remove("satchel");
    expect(both.read("satchel")).toBeNull();
    expect(jar.cookie).toBe("");
  });

  test("no other setting reaches the cookie", () => {
    const jar = jarOf();
    const keep = markedKeep(memoryKeep(), jar, true);
    keep.write("language", "ar");
    expect(jar.written).toEqual([]);
    expect(keep.read("theme")).toBeNull();
  });
});

describe("zip", () => {
  test("CRC-32 of the standard's own example", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  test("read from its end, as programs do: names in any script, every byte", async () => {
    const bytes = new Uint8Array(70_000).map((_, n) => (n * 7) % 251);
    const text = new TextEncoder().encode("réponses");
    const entries = [
      { name: "1-1.webp", bytes: bytes.buffer },
      { name: "أجوبة.txt", bytes: text.buffer },
    ];
    const zip = new Uint8Array(await zipOf(entries).arrayBuffer());
    const view = new DataView(zip.buffer);
    const end = zip.length - 22;
    expect(view.getUint32(end, true)).toBe(0x06054b50);
    let at = view.getUint32(end + 16, true);
    expect(at + view.getUint32(end + 12, true)).toBe(end);
    const read = [];
    for (let n = 0; n < view.getUint16(end + 10, true); n += 1) {
      expect(view.getUint32(at, true)).toBe(0x02014b50);
      const [length, nameLength, local] = [
        view.getUint32(at + 24, true),
        view.getUint16(at + 28, true),
        view.getUint32(at + 42, true),
      ];
      expect(view.getUint32(local, true)).toBe(0x04034b50);
      const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const content = zip.subarray(from, from + length);
      expect(view.getUint32(at + 16, true)).toBe(crc32(content));
      read.push({ name: new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameLength)), content });
      at += 46 + nameLength;
    }
    expect(at).toBe(end);
    expect(read).toEqual([
      { name: "1-1.webp", content: bytes },
      { name: "أجوبة.txt", content: text },
    ]);
  });
});
