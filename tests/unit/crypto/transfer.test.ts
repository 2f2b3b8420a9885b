/** The same satchel on a second device (SPEC C-T): what opens, and everything that must not. */
import { describe, expect, test } from "vitest";
import {
  certifyDevice,
  createIdentity,
  type Identity,
  rotateRoot,
  withStatements,
} from "../../../src/crypto/identity.ts";
import {
  createTransferRequest,
  drawTransferNumber,
  isTransferNumber,
  openTransferAnswer,
  readTransferRequest,
  sealTransferAnswer,
  type TransferSettings,
  transferCheck,
} from "../../../src/crypto/transfer.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import type { Random } from "../../../src/shared/ports.ts";

const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
const number = "402913";
const settings: TransferSettings = {
  at: Date.UTC(2026, 10, 22),
  pictogram: "code-bateau",
  profile: "AAAAAAAAAAAAAAAAAAAAAA" as RecordId,
  card: "BSC1.TEST",
  serverKeys: {},
};

async function oldDevice(request: Parameters<typeof sealTransferAnswer>[1]): Promise<Identity> {
  const identity = await createIdentity("satchel", random);
  const statements = await certifyDevice(identity, identity.statements, request.device, request.transport);
  const longer = await withStatements(identity, statements);
  if (!longer.ok) throw new Error("a chain that was just extended reads");
  return longer.value;
}

const made = async () => {
  const own = await createTransferRequest(random);
  const request = await readTransferRequest(own.text);
  if (!request.ok) throw new Error("an own request reads");
  const identity = await oldDevice(request.value);
  return { own, request: request.value, identity };
};

describe("a request", () => {
  test("C-T1 says public keys only, and reads as it was written, also with line ends and in small letters", async () => {
    const own = await createTransferRequest(random);
    expect(own.text).toMatch(/^BSR1\.[0-9A-HJKMNP-TV-Z]+$/);
    expect(own.boxPair.privateKey.extractable).toBe(false);
    expect(own.transportPair.privateKey.extractable).toBe(false);
    const folded = own.text.toLowerCase().replace(/(.{40})/g, "$1\n ");
    const read = await readTransferRequest(folded);
    expect(read.ok && read.value).toMatchObject({ device: own.device, box: own.box, transport: own.transport });
  });

  test("C-T2 another text, another version, a wrong letter, a point off the curve: refused by name", async () => {
    const own = await createTransferRequest(random);
    const typeOf = async (text: string) => {
      const read = await readTransferRequest(text);
      return read.ok ? "ok" : read.error.type;
    };
    expect(await typeOf("bonjour")).toBe("not-a-request");
    expect(await typeOf("BSA1.0000")).toBe("not-a-request");
    expect(await typeOf(own.text.replace("BSR1.", "BSR2."))).toBe("other-version");
    expect(await typeOf(own.text.slice(0, -3))).toBe("damaged");
    const at = 60;
    const other = own.text[at] === "A" ? "B" : "A";
    expect(await typeOf(own.text.slice(0, at) + other + own.text.slice(at + 1))).toBe("damaged");
  });
});

describe("number and pictures", () => {
  test("C-T3 six digits, drawn evenly: what would favour small ones is drawn again", () => {
    expect(isTransferNumber(drawTransferNumber(random))).toBe(true);
    const draws = [Uint8Array.of(255, 255, 255, 255), Uint8Array.of(0, 0, 0, 7)];
    expect(drawTransferNumber({ bytes: () => draws.shift() ?? new Uint8Array(4) })).toBe("000007");
  });

  test("C-T4 equal for the same request and number, and they depend on both", async () => {
    const { own, request } = await made();
    expect(await transferCheck(own, number)).toEqual(await transferCheck(request, number));
    expect(await transferCheck(own, number)).toHaveLength(4);
    const many = new Set<string>();
    for (let n = 0; n < 40; n += 1) many.add(String(await transferCheck(own, String(n).padStart(6, "0"))));
    expect(many.size).toBeGreaterThan(35);
  });
});

describe("an answer", () => {
  test("C-T5, C-T6 opens on the device that asked: same principal, same chain, its own certificate in it", async () => {
    const { own, request, identity } = await made();
    const text = await sealTransferAnswer(identity, request, number, settings, random);
    expect(text).toMatch(/^BSA1\.[0-9A-HJKMNP-TV-Z]+$/);
    const opened = await openTransferAnswer(own, number, text);
    if (!opened.ok) throw new Error(opened.error.type);
    expect(opened.value.settings).toEqual(settings);
    expect(opened.value.identity.id).toBe(identity.id);
    expect(opened.value.identity.statements).toEqual(identity.statements);
    expect(Buffer.from(opened.value.identity.root.reveal())).toEqual(Buffer.from(identity.root.reveal()));
  });

  test("C-T5 after rotations the new device has every root, and opens what was sealed before it came", async () => {
    const { own, request, identity } = await made();
    const turned = await rotateRoot(await rotateRoot(identity, random), random);
    const opened = await openTransferAnswer(
      own,
      number,
      await sealTransferAnswer(turned, request, number, settings, random),
    );
    if (!opened.ok) throw new Error(opened.error.type);
    const { roots, epoch, root } = opened.value.identity;
    expect(epoch).toBe(2);
    expect(roots.get(2)).toBe(root);
    for (const [at, known] of turned.roots) expect(roots.get(at)?.reveal()).toEqual(known.reveal());
    expect(opened.value.settings).toEqual(settings);
  });

  test("INV-3 the texts hold no root key, neither as bytes nor spelled", async () => {
    const { own, request, identity } = await made();
    const text = await sealTransferAnswer(identity, request, number, settings, random);
    const { fromBase32 } = await import("../../../src/crypto/base32.ts");
    const root = Buffer.from(identity.root.reveal());
    for (const shown of [own.text, text]) {
      const bytes = Buffer.from(fromBase32(shown.slice(5)) ?? new Uint8Array(0));
      expect(bytes.length).toBeGreaterThan(100);
      expect(bytes.includes(root)).toBe(false);
    }
    // The search finds what is there.
    expect(Buffer.concat([root, Buffer.from("x")]).includes(root)).toBe(true);
  });

  test("C-T6 replayed to a later request, to another device, with another number, cut or changed: refused by name", async () => {
    const { own, request, identity } = await made();
    const text = await sealTransferAnswer(identity, request, number, settings, random);
    const typeOf = async (who: typeof own, said: string, shown: string) => {
      const opened = await openTransferAnswer(who, said, shown);
      return opened.ok ? "ok" : opened.error.type;
    };
    expect(await typeOf(await createTransferRequest(random), number, text)).toBe("other-request");
    expect(await typeOf(own, "402914", text)).toBe("cannot-open");
    expect(await typeOf(own, number, own.text)).toBe("not-an-answer");
    expect(await typeOf(own, number, text.slice(0, -8))).toBe("damaged");
    expect(await typeOf(own, number, text.replace("BSA1.", "BSA7."))).toBe("other-version");
    // Two requests that only differ in keys that this device does not hold: the sealed part does not open.
    const stranger = { ...own, boxPair: (await createTransferRequest(random)).boxPair };
    expect(await typeOf(stranger, number, text)).toBe("cannot-open");
  });

  test("C-T6 a chain that certifies another transport key is refused though it opens", async () => {
    const { own, request, identity } = await made();
    const other = await createTransferRequest(random);
    // As if the request had been changed on its way and only the device id kept.
    const text = await sealTransferAnswer(identity, request, number, settings, random);
    const wrongKey = { ...own, transport: other.transport as B64 };
    expect(await openTransferAnswer(wrongKey, number, text)).toEqual({ ok: false, error: { type: "bad-content" } });
  });

  test("C-T5 is refused by an assertion when the chain does not name the device", async () => {
    const { request } = await made();
    const identity = await createIdentity("satchel", random);
    await expect(sealTransferAnswer(identity, request, number, settings, random)).rejects.toThrow("C-T5");
  });
});
