/**
 * Keyrings for the tests of the server: real signatures, shares and locks, made-up wraps (the server cannot tell, which is
 * the point). Runs in Node.
 */

import {
  type KeyringBody,
  type KeyringCard,
  type KeyringDesk,
  keyringLockOf,
  signKeyring,
} from "../../../src/protocol/keyring.ts";
import { sealShare } from "../../../src/protocol/share.ts";
import { b64, bodyBytes } from "../../../src/protocol/sign.ts";
import { blockVerifierOf, cardVerifierOf, codeVerifierOf, writeBlockNumber } from "../../../src/protocol/ways.ts";
import type { B64, Signed } from "../../../src/protocol/wire.ts";
import { floor, type Pair, type Wrap } from "../../../src/protocol/wrap-head.ts";
import { type Bytes, fromBase64Url } from "../../../src/shared/bytes.ts";
import type { PrincipalId } from "../../../src/shared/ids.ts";
import { random, type TestPerson } from "./people.ts";

/** What only the person's paper and head hold, and the share. */
export interface TestCard {
  readonly locator: B64;
  /** Proofs, as they are sent. */
  readonly card: B64;
  readonly code: B64;
  /** Twelve digits. */
  readonly number: string;
  readonly share: Bytes;
}

const digits = () => Array.from(random.bytes(11), (byte) => byte % 10).join("");

export const newCard = (): TestCard => ({
  locator: b64(random.bytes(20)),
  card: b64(random.bytes(32)),
  code: b64(random.bytes(32)),
  number: writeBlockNumber(digits()).replaceAll(" ", ""),
  share: random.bytes(32),
});

const bytes = (text: B64) => fromBase64Url(text) ?? new Uint8Array(0);

export interface KeyringOptions {
  readonly epoch: number;
  readonly root?: number;
  readonly card?: TestCard | null;
  /** Of the keyring before. */
  readonly opens?: B64 | null;
  /** Organisations that hold the other half of an S+O, and its share. */
  readonly desks?: readonly { readonly organisation: PrincipalId; readonly share: Bytes }[];
  /** Changes the body before it is signed. */
  readonly change?: (body: Omit<KeyringBody, "proof">) => Omit<KeyringBody, "proof">;
  readonly signer?: TestPerson;
}

export interface TestKeyring {
  readonly signed: Signed;
  /** What the next one has to show. */
  readonly key: B64;
}

export async function newKeyring(person: TestPerson, box: B64, options: KeyringOptions): Promise<TestKeyring> {
  const { epoch, root = 0, card = null, opens = null, desks = [], change = (body) => body, signer = person } = options;
  const salt = b64(random.bytes(16));
  const wrap = (pair: Pair): Wrap => ({
    head: b64(
      bodyBytes({
        v: 1,
        suite: 1,
        pair,
        principal: person.id,
        epoch: root,
        params: pair === "C+P+S" ? floor : null,
        salt,
        order: epoch,
      }),
    ),
    sealed: b64(random.bytes(60)),
  });
  const seal = async (use: "card" | "desk", name: B64 | PrincipalId, share: Bytes) => {
    const sealed = await sealShare(box, { use, principal: person.id, root, name }, share);
    if (sealed === undefined) throw new Error("a box key is a point");
    return sealed;
  };
  const point = (): B64 => {
    const raw = random.bytes(65);
    raw[0] = 4;
    return b64(raw);
  };
  const key = random.bytes(32);
  const cardPart: KeyringCard | null =
    card === null
      ? null
      : {
          set: 1,
          locator: card.locator,
          card: await cardVerifierOf(bytes(card.card)),
          code: await codeVerifierOf(bytes(card.code)),
          salt,
          params: floor,
          wrap: wrap("C+P+S"),
          share: await seal("card", card.locator, card.share),
          block: await blockVerifierOf(card.number),
        };
  const deskParts: readonly KeyringDesk[] = await Promise.all(
    desks.map(async ({ organisation, share }) => ({
      organisation,
      pair: "S+O" as const,
      enc: point(),
      sealed: b64(random.bytes(48)),
      wrap: wrap("S+O"),
      share: await seal("desk", organisation, share),
    })),
  );
  const body: Omit<KeyringBody, "proof"> = {
    t: "keyring",
    v: 1,
    suite: 1,
    principal: person.id,
    chain: 0,
    epoch,
    root,
    keys: b64(random.bytes(300)),
    past: b64(random.bytes(4 + 12 + 16 + 32 * root)),
    card: cardPart,
    desks: deskParts,
    devices: [],
    at: 1,
    opens,
    lock: await keyringLockOf(key),
  };
  const signed = await signKeyring(signer.identity.privateKey, change(body), async () => b64(random.bytes(32)));
  return { signed, key: b64(key) };
}
