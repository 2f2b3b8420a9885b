import fc from "fast-check";
import { expect, test } from "vitest";
import { createCard, isHome, readCardGroups, readCardText } from "../../../src/crypto/card.ts";
import { groupAlphabet } from "../../../src/protocol/groups.ts";
import { labels } from "../../../src/protocol/labels.ts";
import { labelled, sha256 } from "../../../src/protocol/sign.ts";
import { concat, utf8 } from "../../../src/shared/bytes.ts";
import { random } from "./support.ts";

const home = "besace.example:8080";

test("scanned or typed, it is the same secret and set", async () => {
  for (const set of [0, 7, 15]) {
    const card = await createCard(random, { home, set });
    const [typed, scanned] = [await readCardGroups(card.groups), await readCardText(card.qr)];
    expect(typed.ok && typed.value.secret.reveal()).toEqual(card.secret.reveal());
    expect(scanned.ok && scanned.value.secret.reveal()).toEqual(card.secret.reveal());
    expect(typed.ok && typed.value.set).toBe(set);
    expect(scanned.ok && scanned.value.home).toBe(home);
  }
});

test("ten groups of four without I, O, 0, 1; a QR text of QR's alphanumeric letters that is no address", async () => {
  for (let run = 0; run < 20; run += 1) {
    const card = await createCard(random, { home, set: 1 });
    expect(card.groups.join(" ")).toMatch(/^(?:[A-HJ-NP-Z2-9]{4} ){9}[A-HJ-NP-Z2-9]{4}$/);
    expect(card.qr).toMatch(/^BSC1\.[0-9A-HJKMNP-TV-Z]+$/);
  }
});

test("C5 one wrong character, whichever, names its own group and no other", async () => {
  const card = await createCard(random, { home, set: 2 });
  for (let place = 0; place < 10; place += 1) {
    const group = card.groups[place] ?? "";
    for (let at = 0; at < 4; at += 1) {
      for (const letter of groupAlphabet) {
        if (letter === group.charAt(at)) continue;
        const typed = card.groups.with(place, group.slice(0, at) + letter + group.slice(at + 1));
        expect(await readCardGroups(typed.join(""))).toEqual({
          ok: false,
          error: { type: "wrong-groups", groups: [place + 1] },
        });
      }
    }
  }
});

test("two neighbours swapped within a group, and two groups swapped, are seen", async () => {
  const card = await createCard(random, { home, set: 2 });
  for (let place = 0; place < 10; place += 1) {
    const group = card.groups[place] ?? "";
    for (let at = 0; at < 3; at += 1) {
      if (group.charAt(at) === group.charAt(at + 1)) continue;
      const swapped = group.slice(0, at) + group.charAt(at + 1) + group.charAt(at) + group.slice(at + 2);
      expect(await readCardGroups(card.groups.with(place, swapped))).toMatchObject({ error: { groups: [place + 1] } });
    }
  }
  const [a = "", b = ""] = card.groups;
  expect(await readCardGroups([b, a, ...card.groups.slice(2)])).toMatchObject({ error: { groups: [1, 2] } });
});

test("several wrong groups are all named; a misread group never becomes another secret", async () => {
  const card = await createCard(random, { home, set: 0 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...groupAlphabet, "0", "O", "1", "I"), { minLength: 40, maxLength: 40 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { maxLength: 8 }),
      async (letters, places) => {
        const right = Array.from(card.groups.join(""));
        const typed = right.map((letter, at) => (places.includes(at) ? (letters[at] ?? letter) : letter)).join("");
        const read = await readCardGroups(typed);
        if (read.ok) expect(read.value.secret.reveal()).toEqual(card.secret.reveal());
        else expect(["wrong-groups", "wrong-checksum"]).toContain(read.error.type);
      },
    ),
    { numRuns: 300 },
  );
});

test("C5 O, 0, I and 1 are read as the letters that look like them, when the group says which", async () => {
  let healed = 0;
  for (let run = 0; run < 20; run += 1) {
    const card = await createCard(random, { home, set: 0 });
    const text = card.groups.join(" ");
    const misread = text.replace(/[QD]/, "0").replace(/[LT]/, "1");
    const read = await readCardGroups(misread);
    if (misread !== text && read.ok) {
      expect(read.value.secret.reveal()).toEqual(card.secret.reveal());
      healed += 1;
    }
  }
  expect(healed).toBeGreaterThan(5);
});

test("C5 lower case, spaces, dashes and Arabic or Persian digits are the same card", async () => {
  const card = await createCard(random, { home: "besace.example", set: 3 });
  const text = card.groups.join("");
  const foreign = (zero: number) =>
    text.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit))).toLowerCase();
  for (const typed of [
    text.toLowerCase(),
    card.groups.join(" - "),
    ` ${card.groups.join("\n")} `,
    foreign(0x660),
    foreign(0x6f0),
  ]) {
    const read = await readCardGroups(typed);
    expect(read.ok && read.value.secret.reveal()).toEqual(card.secret.reveal());
  }
});

test("two misread letters in one group are healed or their group is named, never guessed", async () => {
  let tried = 0;
  while (tried < 60) {
    const card = await createCard(random, { home, set: 0 });
    const place = card.groups.findIndex((group) => (group.match(/[QDCG]/g) ?? []).length > 1);
    if (place < 0) continue;
    tried += 1;
    const read = await readCardGroups(card.groups.with(place, (card.groups[place] ?? "").replace(/[QDCG]/g, "0")));
    if (read.ok) expect(read.value.secret.reveal()).toEqual(card.secret.reveal());
    else expect(read.error).toEqual({ type: "wrong-groups", groups: [place + 1] });
  }
});

test("any other text is refused without an exception", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.base64String()), async (text) => {
      expect((await readCardText(text)).ok).toBe(false);
      expect((await readCardText(`BSC1.${text}`)).ok).toBe(false);
      expect((await readCardGroups(text)).ok).toBe(false);
    }),
  );
});

test("every changed or cut letter of the QR text is refused", async () => {
  const card = await createCard(random, { home, set: 5 });
  for (let at = 5; at < card.qr.length; at += 1) {
    const other = card.qr.charAt(at) === "A" ? "B" : "A";
    expect((await readCardText(card.qr.slice(0, at) + other + card.qr.slice(at + 1))).ok).toBe(false);
    expect((await readCardText(card.qr.slice(0, at))).ok).toBe(false);
  }
});

test("home is a host, never a URL", async () => {
  for (const host of ["besace.fr", "localhost", "127.0.0.1:8080", "[::1]:8080"]) expect(isHome(host)).toBe(true);
  for (const host of ["", "https://besace.fr", "besace.fr/", "Besace.fr", "a b", "-a.fr"])
    expect(isHome(host)).toBe(false);
  await expect(createCard(random, { home: "https://x.fr", set: 0 })).rejects.toThrow("SPEC C-C3");
});

/** SPEC C-C3 once more, by hand: content bytes and their checksum as a QR text. */
async function qrOf(content: Uint8Array): Promise<string> {
  const hash = await sha256(labelled(labels.cardTextChecksum, content));
  const bytes = Array.from(concat(content, hash.slice(0, 4)), (byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bytes.match(/.{1,5}/g) ?? [];
  const letters = groups.map((bits) =>
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ".charAt(Number.parseInt(bits.padEnd(5, "0"), 2)),
  );
  return `BSC1.${letters.join("")}`;
}

test("a QR text with a right checksum over a wrong content is refused", async () => {
  const secret = random.bytes(16);
  const typeOf = async (...parts: Uint8Array[]) => {
    const read = await readCardText(await qrOf(concat(...parts)));
    return read.ok ? "ok" : read.error.type;
  };
  const host = utf8("besace.fr");
  expect(await typeOf(Uint8Array.of(0x13), secret, Uint8Array.of(9), host)).toBe("ok");
  expect(await typeOf(Uint8Array.of(0x13), secret, Uint8Array.of(8), host)).toBe("wrong-checksum");
  expect(await typeOf(Uint8Array.of(0x13), secret, Uint8Array.of(12), utf8("https://a.fr"))).toBe("wrong-checksum");
  expect(await typeOf(Uint8Array.of(0x23), secret, Uint8Array.of(9), host)).toBe("other-version");
  expect(await typeOf(Uint8Array.of(0x13), secret)).toBe("wrong-checksum");
});
