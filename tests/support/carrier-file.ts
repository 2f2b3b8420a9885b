/**
 * Carrier's files for tests: whole ones made of random sealed bytes by a principal of people.ts, and ones that are wrong
 * in one way. Runs in Node.
 */
import {
  blobItem,
  type CarrierItem,
  type CarrierManifest,
  composeCarrier,
  packChain,
  packLetter,
  packOp,
  packProof,
  packTicket,
} from "../../src/protocol/carrier.ts";
import { composeBundle, type PackFacts } from "../../src/protocol/carrier-bundle.ts";
import type { PageText } from "../../src/protocol/carrier-page.ts";
import { letterHead } from "../../src/protocol/letters.ts";
import { opHead } from "../../src/protocol/ops.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { B64, Letter, Op, Signed } from "../../src/protocol/wire.ts";
import { type Bytes, concat } from "../../src/shared/bytes.ts";
import type { LetterId } from "../../src/shared/ids.ts";
import { random, type TestBlob, type TestPerson } from "../unit/server/people.ts";

export const PAGE: PageText = {
  title: "Un envoi Besace à porter",
  paragraphs: ["Ce fichier est fermé.", "Donnez-le à quelqu’un qui a du réseau."],
};

export interface CarrierContents {
  readonly ops?: readonly Op[];
  readonly letters?: readonly Letter[];
  readonly proofs?: readonly { readonly letter: LetterId; readonly proof: Signed }[];
  readonly blobs?: readonly TestBlob[];
}

export interface CarrierFacts {
  readonly keys: readonly B64[];
  readonly url?: string;
  readonly madeAt?: number;
  /** Changes the list after it was made, before it is signed. */
  readonly items?: (items: readonly CarrierItem[]) => readonly CarrierItem[];
  /** Changes the bytes of one item after it was hashed. */
  readonly payload?: (parts: readonly Bytes[]) => readonly Bytes[];
}

export interface CarrierFile {
  readonly bytes: Bytes;
  readonly before: Bytes;
  readonly after: Bytes;
  readonly file: CarrierManifest["file"];
}

const idOf = <T>(read: { readonly ok: boolean; readonly value?: T }): T => {
  if (!read.ok || read.value === undefined) throw new Error("a head of a test reads");
  return read.value;
};

export async function carrierFile(
  person: TestPerson,
  contents: CarrierContents,
  facts: CarrierFacts,
): Promise<CarrierFile> {
  const packed = [
    await packChain(person.id, person.statements),
    ...(await Promise.all((contents.ops ?? []).map((op) => packOp(idOf(opHead(op)).op, op)))),
    ...(await Promise.all((contents.letters ?? []).map((each) => packLetter(idOf(letterHead(each)).letter, each)))),
    ...(await Promise.all((contents.proofs ?? []).map((each) => packProof(each.letter, each.proof)))),
  ];
  const items: CarrierItem[] = packed.map((each) => each.item);
  const parts: Bytes[] = packed.map((each) => each.bytes);
  for (const { ref, bytes } of contents.blobs ?? []) {
    const ticket = await packTicket(ref, await person.ticket(ref));
    items.push(ticket.item, blobItem(ref));
    parts.push(ticket.bytes, bytes);
  }
  const file = b64(random.bytes(16));
  const { before, after } = await composeCarrier(
    person.identity.privateKey,
    {
      file,
      from: person.id,
      madeAt: facts.madeAt ?? 1_800_000_000_000,
      home: { url: facts.url ?? "https://besace.example/", keys: facts.keys },
      items: facts.items?.(items) ?? items,
    },
    PAGE,
  );
  return { bytes: concat(before, ...(facts.payload?.(parts) ?? parts), after), before, after, file };
}

/** What a postbox holds of one satchel. */
export interface BundlePart {
  readonly person: TestPerson;
  readonly contents: Pick<CarrierContents, "letters" | "blobs">;
  readonly keyring?: Signed;
}

export interface BundleFacts {
  readonly keys: readonly B64[];
  readonly madeAt?: number;
  readonly set?: B64;
  /** Changes what is packed, before it is signed. */
  readonly packs?: (packs: readonly PackFacts[]) => readonly PackFacts[];
}

/** A shared computer's file (P-C11), and where the items of each pack begin. */
export async function bundleFile(
  parts: readonly BundlePart[],
  facts: BundleFacts,
): Promise<{ readonly bytes: Bytes; readonly files: readonly B64[]; readonly starts: readonly number[] }> {
  const packs: { readonly pack: PackFacts; readonly bytes: Bytes }[] = [];
  for (const { person, contents, keyring } of parts) {
    const packed = [
      await packChain(person.id, person.statements, keyring ?? null),
      ...(await Promise.all((contents.letters ?? []).map((each) => packLetter(idOf(letterHead(each)).letter, each)))),
    ];
    const items: CarrierItem[] = packed.map((each) => each.item);
    const bytes: Bytes[] = packed.map((each) => each.bytes);
    for (const { ref, bytes: sealed } of contents.blobs ?? []) {
      const ticket = await packTicket(ref, await person.ticket(ref));
      items.push(ticket.item, blobItem(ref));
      bytes.push(ticket.bytes, sealed);
    }
    packs.push({ pack: { file: b64(random.bytes(16)), from: person.id, items }, bytes: concat(...bytes) });
  }
  const given = packs.map(({ pack }) => pack);
  const { heads, after } = await composeBundle(
    {
      set: facts.set ?? b64(random.bytes(16)),
      madeAt: facts.madeAt ?? 1_800_000_000_000,
      home: { url: "https://besace.example/", keys: facts.keys },
    },
    facts.packs?.(given) ?? given,
    PAGE,
  );
  const pieces: Bytes[] = [];
  const starts: number[] = [];
  for (const [n, head] of heads.entries()) {
    pieces.push(head);
    starts.push(concat(...pieces).length);
    pieces.push(packs[n]?.bytes ?? new Uint8Array(0));
  }
  return { bytes: concat(...pieces, after), files: given.map(({ file }) => file), starts };
}

/** The bytes in pieces of chance sizes. */
export async function* inChunks(bytes: Uint8Array, sizes: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes());
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
