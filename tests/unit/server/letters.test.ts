/** Letters and proofs: deposited before the blobs, complete after them, opened by the receiver; dates that stay. */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { letterHead } from "../../../src/protocol/letters.ts";
import { proofFits, readOpenedProof, readServerProof } from "../../../src/protocol/proofs.ts";
import type { Letter, LetterAnswer, Signed } from "../../../src/protocol/wire.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, type TestPerson } from "./people.ts";

let server: Harness;
let person: TestPerson;
let desk: TestPerson;
let personToken: string;
let deskToken: string;
beforeEach(async () => {
  server = await createHarness();
  person = await createPerson();
  desk = await createPerson("organisation");
  await server.register(person);
  await server.register(desk);
  personToken = await server.session(person);
  deskToken = await server.session(desk);
});
afterEach(() => server.close());

const send = async (letter: Letter) => (await server.post("/v1/letters", { letter })).json<LetterAnswer>().verdict;

async function readAll(proofs: readonly Signed[]) {
  const read = await Promise.all(proofs.map((proof) => readServerProof(proof, [server.keys.public])));
  return read.map((result) => {
    if (!result.ok) throw new Error(`a proof does not verify: ${result.error.type}`);
    return result.value;
  });
}

async function deposited(letter: Letter) {
  const verdict = await send(letter);
  if (verdict.type !== "ok") throw new Error(verdict.code);
  return readAll(verdict.proofs);
}

test("INV-2: deposited first, complete when the last blob is verified, and the first date counts", async () => {
  const [one, two] = [await person.blob(), await person.blob(70_000)];
  const { letter, id, manifest } = await person.letter(desk, [one.ref, two.ref]);
  await server.createUpload(person, one);
  await server.patch(person, one, 0);

  const at = server.time.now;
  const proofs = await deposited(letter);
  expect(proofs).toEqual([
    { t: "deposited", v: 1, letter: id, manifest, to: desk.id, at, have: [one.ref.blob], of: 2 },
  ]);
  const head = letterHead(letter);
  expect(head.ok && proofs[0] && proofFits(proofs[0], head.value, manifest)).toBe(true);

  // The receiver sees the letter before its blobs.
  const inbox = await server.pull(deskToken);
  expect(inbox.rows).toEqual([{ seq: 1, type: "letter", letter, at }]);

  server.time.now += 3_600_000;
  await server.createUpload(person, two);
  await server.patch(person, two, 0);
  // Nobody asks: the last byte itself makes the letter complete, for both sides.
  const types = async (token: string, cursor?: string) => {
    const page = await server.pull(token, cursor);
    const signed = page.rows.flatMap((row) => (row.type === "proof" ? [row.proof] : []));
    return (await readAll(signed)).map((proof) => proof.t);
  };
  expect(await types(personToken)).toEqual(["deposited", "complete"]);
  expect(await types(deskToken, inbox.cursor)).toEqual(["complete"]);
  expect(await deposited(letter)).toEqual([
    proofs[0],
    { t: "complete", v: 1, letter: id, manifest, to: desk.id, depositedAt: at, at: server.time.now },
  ]);
});

test("a letter without blobs, or whose blobs came first, is complete at once", async () => {
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  for (const refs of [[], [blob.ref]]) {
    const { letter } = await person.letter(desk, refs);
    expect((await deposited(letter)).map((proof) => proof.t)).toEqual(["deposited", "complete"]);
  }
});

test("a blob with the right id but other bytes does not complete a letter", async () => {
  const [named, stored] = [await person.blob(), await person.blob()];
  const { letter } = await person.letter(desk, [{ ...named.ref, blob: stored.ref.blob }]);
  await server.createUpload(person, stored);
  await server.patch(person, stored, 0);
  expect(await deposited(letter)).toMatchObject([{ t: "deposited", have: [], of: 1 }]);
});

test("INV-4: the same letter again gives the same proofs and no second row; other bytes under its id are refused", async () => {
  const { letter, id } = await person.letter(desk);
  const first = await send(letter);
  server.time.now += 1000;
  expect(await send(letter)).toEqual(first);
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(letter)));
  expect(answers.every((answer) => JSON.stringify(answer) === JSON.stringify(first))).toBe(true);
  const other = await person.letter(desk, [], id);
  expect(await send(other.letter)).toEqual({ type: "reject", code: "id-taken", retry: "never" });
  expect((await server.pull(deskToken)).rows.filter((row) => row.type === "letter")).toHaveLength(1);
});

test("five senders of one new letter at once: one row, one date", async () => {
  const { letter } = await person.letter(desk);
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(letter)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect((await server.pull(deskToken)).rows.filter((row) => row.type === "letter")).toHaveLength(1);
});

describe("who may write to whom", () => {
  test("a person to a desk, a desk to a person, a person to itself", async () => {
    expect((await send((await person.letter(desk)).letter)).type).toBe("ok");
    expect((await send((await desk.letter(person)).letter)).type).toBe("ok");
    expect((await send((await person.letter(person)).letter)).type).toBe("ok");
    const kinds = (await server.pull(personToken)).rows.map((row) => row.type);
    expect(kinds.filter((kind) => kind === "letter")).toHaveLength(2);
  });

  test("no other way, no unknown receiver, no unknown sender, no forged sender", async () => {
    const other = await createPerson();
    const code = async (letter: Letter) => {
      const verdict = await send(letter);
      return verdict.type === "reject" ? verdict.code : verdict.type;
    };
    expect(await code((await person.letter(other)).letter)).toBe("unknown-receiver");
    await server.register(other);
    expect(await code((await person.letter(other)).letter)).toBe("unknown-receiver");
    expect(await code((await desk.letter(desk)).letter)).toBe("unknown-receiver");
    expect(await code((await (await createPerson()).letter(desk)).letter)).toBe("unknown-principal");
    const { letter } = await person.letter(desk);
    const { sig } = (await other.letter(desk)).letter;
    expect(await code({ ...letter, sig })).toBe("bad-signature");
  });
});

describe("opened", () => {
  test("is stored once, and reaches the person verifiable with the desk's key", async () => {
    const { letter, id, manifest } = await person.letter(desk);
    await send(letter);
    const proof = await desk.opened(id, manifest);
    expect((await server.post("/v1/proofs", { proof })).statusCode).toBe(200);
    expect((await server.post("/v1/proofs", { proof: await desk.opened(id, manifest) })).statusCode).toBe(200);
    const rows = (await server.pull(personToken)).rows.flatMap((row) => (row.type === "proof" ? [row.proof] : []));
    expect(rows.filter((row) => row.body === proof.body)).toEqual([proof]);
    expect((await readOpenedProof(proof, desk.principal)).ok).toBe(true);
  });

  test("is refused from another organisation, for another manifest, and from the server's own types", async () => {
    const { letter, id, manifest } = await person.letter(desk);
    await send(letter);
    const stranger = await createPerson("organisation");
    const code = async (proof: Signed) => (await server.post("/v1/proofs", { proof })).json<{ error?: string }>().error;
    expect(await code(await stranger.opened(id, manifest))).toBe("unknown-principal");
    await server.register(stranger);
    expect(await code(await stranger.opened(id, manifest))).toBe("unknown-receiver");
    const { manifest: other } = await person.letter(desk);
    expect(await code(await desk.opened(id, other))).toBe("unknown-receiver");
    const { sig } = await stranger.opened(id, manifest);
    expect(await code({ ...(await desk.opened(id, manifest)), sig })).toBe("bad-signature");
    expect((await server.pull(personToken)).rows.filter((row) => row.type === "proof")).toHaveLength(2);
  });
});

describe("P-P5: withdrawn", () => {
  const post = (proof: Signed) => server.post("/v1/proofs", { proof });
  const codeOf = async (proof: Signed) => (await post(proof)).json<{ error?: string }>().error;

  test("takes the letter out of the receiver's rows, is told to both, and what was opened stays", async () => {
    const blob = await person.blob();
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0);
    const { letter, id, manifest } = await person.letter(desk, [blob.ref]);
    await send(letter);
    expect(await server.store.mayRead(desk.id, person.id, blob.ref.blob, server.time.now as never)).toBe(true);
    const proof = await person.withdrawn(id, manifest);
    expect((await post(proof)).statusCode).toBe(200);
    expect((await post(await person.withdrawn(id, manifest))).statusCode).toBe(200);
    const rows = (await server.pull(deskToken)).rows;
    expect(rows.map((row) => row.type)).toEqual(["proof", "proof"]);
    expect(rows.at(-1)).toMatchObject({ type: "proof", letter: id, proof });
    expect((await server.pull(personToken)).rows.at(-1)).toMatchObject({ type: "proof", letter: id, proof });
    expect(await server.store.mayRead(desk.id, person.id, blob.ref.blob, server.time.now as never)).toBe(false);
    // For ever: the desk that had it in hand is told so, and the letter that comes again is known.
    const late = await post(await desk.opened(id, manifest));
    expect([late.statusCode, late.json<{ error: string }>().error]).toEqual([410, "gone"]);
    const again = await send(letter);
    expect(again.type === "ok" && again.proofs.at(-1)).toEqual(proof);
    expect((await server.pull(deskToken)).rows.map((row) => row.type)).toEqual(["proof", "proof"]);
  });

  test("comes too late once the receiver opened it", async () => {
    const { letter, id, manifest } = await person.letter(desk);
    await send(letter);
    await post(await desk.opened(id, manifest));
    const late = await post(await person.withdrawn(id, manifest));
    expect([late.statusCode, late.json<{ error: string }>().error]).toEqual([409, "opened"]);
    expect((await server.pull(deskToken)).rows.map((row) => row.type)).toEqual(["letter", "proof", "proof"]);
  });

  test("P-P7: what an organisation gave to a person it cannot take back", async () => {
    await send((await person.letter(desk)).letter);
    const blob = await desk.blob();
    const given = await desk.letter(person, [blob.ref]);
    expect((await deposited(given.letter))[0]).toMatchObject({ t: "deposited", of: 1 });
    expect(await codeOf(await desk.withdrawn(given.id, given.manifest))).toBe("bad-format");
    const { rows } = await server.pull(personToken);
    expect(rows.filter(({ type }) => type === "letter")).toMatchObject([{ letter: given.letter }]);
  });

  test("opened and withdrawn at once: exactly one of them is kept", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { letter, id, manifest } = await person.letter(desk);
      await send(letter);
      const proofs = [await desk.opened(id, manifest), await person.withdrawn(id, manifest)];
      const statuses = (await Promise.all(proofs.map(post))).map(({ statusCode }) => statusCode);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      const kept = await server.store.proofs(person.id, id);
      expect(kept).toHaveLength(3);
      expect(proofs).toContainEqual(kept[2]);
    }
  });

  test("is the sender's alone, over the letter that it was", async () => {
    const { letter, id, manifest } = await person.letter(desk);
    await send(letter);
    const stranger = await createPerson();
    expect(await codeOf(await stranger.withdrawn(id, manifest))).toBe("unknown-principal");
    await server.register(stranger);
    expect(await codeOf(await stranger.withdrawn(id, manifest))).toBe("unknown-receiver");
    expect(await codeOf(await desk.withdrawn(id, manifest))).toBe("bad-format");
    expect(await codeOf(await person.withdrawn(id, (await person.letter(desk)).manifest))).toBe("unknown-receiver");
    const { sig } = await stranger.withdrawn(id, manifest);
    expect(await codeOf({ ...(await person.withdrawn(id, manifest)), sig })).toBe("bad-signature");
    expect((await server.pull(deskToken)).rows.some((row) => row.type === "letter")).toBe(true);
  });
});

test("a deposit that the satchel acknowledged loses its body and keeps its id", async () => {
  const { letter, id, manifest } = await person.letter(person);
  await send(letter);
  const before = await server.pull(personToken);
  expect(before.rows.some((row) => row.type === "letter")).toBe(true);
  const proof = await person.opened(id, manifest);
  expect((await server.post("/v1/proofs", { proof })).statusCode).toBe(200);
  const after = await server.pull(personToken);
  expect(after.rows.some((row) => row.type === "letter")).toBe(false);
  expect((await server.pull(personToken, before.cursor)).rows).toMatchObject([{ type: "proof", letter: id, proof }]);
  const again = await send(letter);
  expect(again.type === "ok" && again.proofs).toContainEqual(proof);
  expect((await server.pull(personToken)).rows.some((row) => row.type === "letter")).toBe(false);
});

test("a letter that names a collected blob has to wait until the blob was sent again", async () => {
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  await server.store.markCollected(person.id, blob.ref.blob, server.time.now as never);
  await server.store.bytesRemoved(person.id, blob.ref.blob);
  const { letter } = await person.letter(desk, [blob.ref]);
  expect(await send(letter)).toEqual({ type: "reject", code: "blob-missing", retry: "later" });
  expect((await server.createUpload(person, blob)).statusCode).toBe(201);
  expect((await send(letter)).type).toBe("ok");
});

test("a crash between the last blob and the proof: the sweep says complete", async () => {
  const blob = await person.blob();
  const { letter } = await person.letter(desk, [blob.ref]);
  await send(letter);
  await server.createUpload(person, blob);
  await server.store.markBlob(person.id, blob.ref.blob, "verified", server.time.now as never);
  await server.close(true);
  server = await createHarness({ folder: server.folder });
  await server.sweep();
  expect((await deposited(letter)).map((proof) => proof.t)).toEqual(["deposited", "complete"]);
});
