/**
 * The simulation is worth what its model of the server is worth: random sequences of requests, signed as real ones, are
 * given to the model and to the real server, and every verdict and every page of a pull has to be the same.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { B64, Letter, LetterAnswer, Op, PullAnswer, PullRow, Signed } from "../../src/protocol/wire.ts";
import type { BlobId, RecordId } from "../../src/shared/ids.ts";
import { type Dice, seeded } from "../support/simulation/random.ts";
import { headOf, letterHeadOf, proofOf, signProofAs } from "../support/simulation/sealing.ts";
import { createModelServer } from "../support/simulation/server.ts";
import { createHarness, type Harness } from "../unit/server/harness.ts";
import { createPerson, newRecordId, type TestBlob, type TestPerson } from "../unit/server/people.ts";

let server: Harness;
beforeAll(async () => {
  server = await createHarness();
});
afterAll(() => server.close());

/** What must be equal of a row; proofs of the server are signed by different keys. */
const rowText = (row: PullRow): string => {
  if (row.type === "record") return `${row.seq} record ${headOf(row.op).op}`;
  if (row.type === "letter") return `${row.seq} letter ${letterHeadOf(row.letter).letter}`;
  return row.type === "proof" ? `${row.seq} proof ${proofOf(row.proof).t}` : `${row.seq} blob ${row.state}`;
};
const proofTypes = (proofs: readonly Signed[]): readonly string[] => proofs.map((proof) => proofOf(proof).t).sort();

async function play(seed: number): Promise<void> {
  const dice: Dice = seeded(seed);
  const person: TestPerson = await createPerson();
  const desk: TestPerson = await createPerson("organisation");
  await server.register(person);
  await server.register(desk);
  const tokens = new Map([
    [person, await server.session(person)],
    [desk, await server.session(desk)],
  ]);
  const truth = new Map<B64, TestBlob>();
  const manifests = new Map<string, B64>();
  const model = createModelServer({
    sign: (body) => signProofAs("server", body),
    manifestOf: (letter: Letter) => manifests.get(letterHeadOf(letter).letter) ?? ("" as B64),
    principals: [person.id, desk.id],
    rootHolds: (root, bytes) => Buffer.compare(truth.get(root)?.bytes ?? new Uint8Array(), bytes) === 0,
  });
  const records: readonly RecordId[] = [newRecordId(), newRecordId()];
  const ops: Op[] = [];
  const letters: { readonly letter: Letter; readonly id: never; readonly manifest: B64 }[] = [];
  const blobs: TestBlob[] = [];
  const proofs: Signed[] = [];
  const now = (): number => server.time.now;

  for (let step = 0; step < 28; step += 1) {
    server.time.now += 1000 + dice.below(5000);
    const what = dice.pick([
      "op",
      "op",
      "op",
      "letter",
      "blob",
      "blob",
      "part",
      "part",
      "proof",
      "again",
      "pull",
      "pull",
    ]);
    if (what === "op") {
      const record = dice.pick(records);
      const known = ops.filter((op) => headOf(op).record === record).map((op) => headOf(op).op);
      const base = dice.chance(0.2) || known.length === 0 ? null : (known.at(dice.chance(0.8) ? -1 : 0) ?? null);
      const named = blobs.filter(() => dice.chance(0.3)).map((blob) => blob.ref.blob as BlobId);
      // What the person deletes is collected within a second of real time: here only what frees no blob is deleted.
      const { op } = await person.op({ record, base, deleted: blobs.length === 0 && dice.chance(0.2), blobs: named });
      ops.push(op);
      const [real] = (await server.push(op)).verdicts;
      expect(model.push([op], now())[0]).toEqual(real);
    } else if (what === "again" && ops.length > 0) {
      const op = dice.pick(ops);
      expect(model.push([op], now())).toEqual((await server.push(op)).verdicts);
    } else if (what === "letter") {
      const old = letters.length > 0 && dice.chance(0.3) ? dice.pick(letters) : undefined;
      const made =
        old ??
        (await person.letter(
          desk,
          blobs.filter(() => dice.chance(0.4)).map((blob) => blob.ref),
        ));
      if (old === undefined) letters.push(made as never);
      manifests.set(made.id, made.manifest);
      const answer = (await server.post("/v1/letters", { letter: made.letter })).json<LetterAnswer>().verdict;
      const told = model.letter(made.letter, now());
      expect(told.type).toBe(answer.type);
      if (told.type === "ok" && answer.type === "ok")
        expect(proofTypes(told.proofs)).toEqual(proofTypes(answer.proofs));
      else expect(told).toEqual(answer);
    } else if (what === "blob") {
      const blob = blobs.length > 0 && dice.chance(0.3) ? dice.pick(blobs) : await person.blob(dice.pick([50, 400]));
      if (!blobs.includes(blob)) blobs.push(blob);
      truth.set(blob.ref.root, blob);
      const { statusCode } = await server.createUpload(person, blob);
      const told = model.create(person.id, blob.ref.blob, blob.ref.length, blob.ref.root, now());
      expect([statusCode, told]).toEqual(told === "created" ? [201, told] : [409, "known"]);
    } else if (what === "part" && blobs.length > 0) {
      const blob = dice.pick(blobs);
      const head = await server.head(person, blob);
      const told = model.head(blob.ref.blob);
      expect(head.headers["upload-offset"]).toBe(told === undefined ? undefined : String(told.offset));
      expect(head.headers["besace-blob"]).toBe(told?.state);
      if (told === undefined || told.state === "verified") continue;
      const from = dice.chance(0.85) ? told.offset : 0;
      const end = dice.chance(0.5) ? blob.ref.length : Math.min(blob.ref.length, from + 1 + dice.below(100));
      // A disk or a middle box that changes a byte: the root does not hold.
      const bytes = Uint8Array.from(blob.bytes);
      if (dice.chance(0.15)) bytes[from] = (bytes[from] ?? 0) ^ 1;
      const answer = await server.patch(person, blob, from, end, bytes);
      const status = model.patch(blob.ref.blob, from, bytes.slice(from, end), now());
      if (status === "offset" || status === "absent") expect(answer.statusCode).toBe(409);
      else {
        expect(answer.headers["upload-offset"]).toBe(String(status.offset));
        expect(answer.headers["besace-blob"]).toBe(status.state);
      }
    } else if (what === "proof" && letters.length > 0) {
      const { id, manifest, letter } = dice.pick(letters);
      const frees = letterHeadOf(letter).blobs.length > 0;
      const proof =
        proofs.length > 0 && dice.chance(0.2)
          ? dice.pick(proofs)
          : await (frees || dice.chance(0.5) ? desk.opened(id, manifest) : person.withdrawn(id, manifest));
      proofs.push(proof);
      const answer = await server.post("/v1/proofs", { proof });
      const code = model.proof(proof, now());
      expect(answer.statusCode === 200 ? null : answer.json<{ error: string }>().error).toBe(code);
    } else if (what === "pull") {
      const who = dice.pick([person, desk]);
      const cursor = dice.pick(["0.0", "0.0", "ahead"]);
      const asked = cursor === "ahead" ? `${await server.store.epoch()}.9999` : cursor;
      const real: PullAnswer = await server.pull(tokens.get(who) ?? "", asked, 1_000_000);
      model.setEpoch(await server.store.epoch());
      const told = model.pull(who.id, asked as PullAnswer["cursor"], 1_000_000, now());
      expect(told.rows.map(rowText)).toEqual(real.rows.map(rowText));
      expect([told.cursor, told.more, told.reset]).toEqual([real.cursor, real.more, real.reset]);
    }
  }
}

for (let batch = 0; batch < 4; batch += 1)
  test(`the model says what the real server says (lives ${batch * 12 + 1} to ${batch * 12 + 12})`, async () => {
    for (let seed = batch * 12 + 1; seed <= batch * 12 + 12; seed += 1) await play(seed);
  });
