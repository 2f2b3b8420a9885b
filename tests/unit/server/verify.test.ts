/** The server's own check of a pushed op says exactly what `verifyOp` says on WebCrypto. */

import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { verifyOp } from "../../../src/protocol/ops.ts";
import { parsePushItems } from "../../../src/protocol/parse.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import type { B64, Op } from "../../../src/protocol/wire.ts";
import { type CheckOp, createCheckOp } from "../../../src/server/verify.ts";
import { damaged } from "../crypto/support.ts";
import { createPerson, random } from "./people.ts";

const check = createCheckOp();

/** As the route does: what `parsePushItems` refuses is never asked. */
async function said(by: CheckOp, op: Op, key: B64): Promise<string> {
  const items = parsePushItems({ ops: [op] });
  const read = items.ok ? items.value[0]?.read : null;
  if (read === null || read === undefined) return "bad-format";
  return by({ key, op: read.op });
}
async function wanted(op: Op, key: B64): Promise<string> {
  const verified = await verifyOp(op, key);
  return verified.ok ? createHash("sha256").update(`${op.head}.${op.body}`).digest("base64url") : verified.error.type;
}

test("an op that is right, of every size; with another key, and with one that is no key", async () => {
  const person = await createPerson();
  const other = (await createPerson()).principal.sign;
  const noKeys = [b64(random.bytes(65)), b64(Uint8Array.of(4, ...new Uint8Array(64))), "" as B64, "not base64" as B64];
  for (const bytes of [256, 1024, 4096, 262_144]) {
    const { op } = await person.op({}, bytes);
    const digest = await said(check, op, person.principal.sign);
    expect(digest).toBe(await wanted(op, person.principal.sign));
    expect(digest).toMatch(/^[A-Za-z0-9_-]{43}$/);
    for (const key of [other, ...noKeys])
      expect([await said(check, op, key), await wanted(op, key)]).toEqual(["bad-signature", "bad-signature"]);
  }
});

test("an op that is cut or changed, in its head, its body or its signature", async () => {
  const person = await createPerson();
  const key = person.principal.sign;
  const { op } = await person.op({}, 1024);
  const { op: another } = await person.op({}, 256);
  const texts = (field: "head" | "body" | "sig"): readonly B64[] => [
    ...damaged(op[field]).slice(0, 60),
    another[field],
    `${op[field]}AAAA` as B64,
    op[field].slice(4) as B64,
    "" as B64,
  ];
  for (const field of ["head", "body", "sig"] as const)
    for (const text of texts(field)) {
      const changed = { ...op, [field]: text };
      const verdict = await said(check, changed, key);
      expect(verdict.startsWith("bad-")).toBe(true);
      // A signature of another length is refused before it is looked at, as another form.
      if (field !== "sig" || text.length === op.sig.length) expect(verdict).toBe(await wanted(changed, key));
    }
  // Nothing of a large op is left where a small one comes after it.
  const small = await person.op({}, 256);
  await said(check, (await person.op({}, 65_536)).op, key);
  expect(await said(check, small.op, key)).toBe(await wanted(small.op, key));
});

test("a crowd is answered each for itself, by the worker and without it", async () => {
  const person = await createPerson();
  const key = person.principal.sign;
  const ops = await Promise.all(Array.from({ length: 10 }, async () => (await person.op({}, 256)).op));
  const dying = createCheckOp(() => new Worker("throw new Error('a worker that dies')", { eval: true }));
  for (const by of [check, dying]) {
    for (let round = 0; round < 3; round += 1) {
      const asked = Array.from({ length: 100 }, (_, at) => {
        const [op, before] = [ops[at % 10], ops[(at + 9) % 10]];
        if (op === undefined || before === undefined) throw new Error("there are ten");
        return at % 3 === 0 ? { ...op, sig: before.sig } : op;
      });
      const verdicts = await Promise.all(asked.map((op) => by({ key, op })));
      expect(verdicts).toEqual(await Promise.all(asked.map((op) => wanted(op, key))));
    }
  }
});
