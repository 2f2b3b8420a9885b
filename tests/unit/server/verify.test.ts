/** The server's own verifier says exactly what WebCrypto says. */

import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { labels } from "../../../src/protocol/labels.ts";
import { verifyOp } from "../../../src/protocol/ops.ts";
import { b64, rawPublicKey, signBytes, webVerifier } from "../../../src/protocol/sign.ts";
import type { B64 } from "../../../src/protocol/wire.ts";
import { createNodeVerifier } from "../../../src/server/verify.ts";
import { damaged } from "../crypto/support.ts";
import { createPerson, random } from "./people.ts";

const node = createNodeVerifier();

test("the same yes and the same no as WebCrypto, for right, wrong and malformed", async () => {
  const person = await createPerson();
  const key = await rawPublicKey(person.identity);
  const other = await rawPublicKey((await createPerson()).identity);
  for (const length of [0, 1, 100, 5000]) {
    const bytes = random.bytes(length);
    const sig = await signBytes(person.identity.privateKey, labels.op, bytes);
    expect(await node.verify(key, labels.op, bytes, sig)).toBe(true);
    const zero = b64(new Uint8Array(64));
    const wrong: readonly (readonly [B64, keyof typeof labels, B64])[] = [
      [other, "op", sig],
      [key, "session", sig],
      [b64(random.bytes(65)), "op", sig],
      [b64(Uint8Array.of(4, ...new Uint8Array(64))), "op", sig],
      ["" as B64, "op", sig],
      [key, "op", zero],
      [key, "op", "" as B64],
      [key, "op", "not base64" as B64],
      ...damaged(sig).map((each) => [key, "op", each] as const),
    ];
    for (const [raw, label, text] of wrong) {
      const asked = [raw, labels[label], bytes, text] as const;
      expect([await node.verify(...asked), await webVerifier.verify(...asked)], text).toEqual([false, false]);
    }
    expect(await node.sha256(bytes)).toEqual(await webVerifier.sha256(bytes));
  }
});

test("a crowd is answered each for itself, by the worker and without it", async () => {
  const person = await createPerson();
  const key = await rawPublicKey(person.identity);
  const bytes = random.bytes(50);
  const right = await signBytes(person.identity.privateKey, labels.op, bytes);
  const wrong = await signBytes(person.identity.privateKey, labels.session, bytes);
  const dying = createNodeVerifier(() => new Worker("throw new Error('a worker that dies')", { eval: true }));
  for (const verifier of [node, dying]) {
    for (let round = 0; round < 3; round += 1) {
      const said = await Promise.all(
        Array.from({ length: 100 }, (_, at) => verifier.verify(key, labels.op, bytes, at % 3 === 0 ? wrong : right)),
      );
      expect(said).toEqual(said.map((_, at) => at % 3 !== 0));
    }
  }
});

test("an op that is right, cut or changed", async () => {
  const person = await createPerson();
  const { op, head } = await person.op({}, 1024);
  expect(await verifyOp(op, person.principal.sign, node)).toEqual({ ok: true, value: head });
  for (const field of ["head", "body", "sig"] as const)
    for (const text of damaged(op[field]).slice(0, 40)) {
      const changed = { ...op, [field]: text };
      const said = await verifyOp(changed, person.principal.sign, node);
      expect(said).toEqual(await verifyOp(changed, person.principal.sign));
      expect(said.ok).toBe(false);
    }
});
