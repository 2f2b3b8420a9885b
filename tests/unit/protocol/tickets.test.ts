import { expect, test } from "vitest";
import { sealStream } from "../../../src/crypto/stream.ts";
import { readTicket, signTicket, ticketClaim } from "../../../src/protocol/tickets.ts";
import { anIdentity, cut, damaged, random } from "../crypto/support.ts";

async function aTicket() {
  const me = await anIdentity();
  const { blob, length, root } = await sealStream(random.bytes(2000), random);
  const facts = { owner: me.id, blob, length, root };
  return { me, facts, signed: await signTicket(me.sign, facts) };
}

test("a ticket is verifiable alone, and says whose key to ask for", async () => {
  const { me, facts, signed } = await aTicket();
  const ticket = { ok: true, value: { t: "ticket", v: 1, ...facts } };
  expect(ticketClaim(signed)).toEqual(ticket);
  expect(await readTicket(signed, me.principal.sign)).toEqual(ticket);
  expect(await readTicket(signed, (await anIdentity()).principal.sign)).toEqual({
    ok: false,
    error: { type: "bad-signature" },
  });
});

test("every changed or cut byte is refused", async () => {
  const { me, signed } = await aTicket();
  for (const field of ["body", "sig"] as const)
    for (const text of [...damaged(signed[field]), ...cut(signed[field])])
      expect((await readTicket({ ...signed, [field]: text }, me.principal.sign)).ok, field).toBe(false);
});

test("a sealed stream's own length is always one that a ticket may name", async () => {
  const me = await anIdentity();
  for (const length of [0, 1, 65_528, 65_529, 200_000]) {
    const blob = await sealStream(random.bytes(length), random);
    const signed = await signTicket(me.sign, { owner: me.id, blob: blob.blob, length: blob.length, root: blob.root });
    expect((await readTicket(signed, me.principal.sign)).ok, `${length}`).toBe(true);
  }
});
