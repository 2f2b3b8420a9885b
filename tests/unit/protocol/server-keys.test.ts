/** A server changes its key: who pinned the old one follows, and nobody else's key slips in (SPEC P-K). */
import { expect, test } from "vitest";
import { parseDeployment } from "../../../src/protocol/parse.ts";
import { endorseServerKey, followServerKeys } from "../../../src/protocol/server-keys.ts";
import { generateSignPair, rawPublicKey, signBody } from "../../../src/protocol/sign.ts";
import type { B64, ServerKey, Signed } from "../../../src/protocol/wire.ts";

const key = async () => {
  const pair = await generateSignPair(false);
  const sign = await rawPublicKey(pair);
  const entry = (endorsed?: Signed): ServerKey => ({ id: sign.slice(0, 22) as B64, sign, endorsed });
  return { pair, sign, entry };
};

test("P-K2 a chain of endorsements is followed in any order of the list, from whichever key was pinned", async () => {
  const [first, second, third] = [await key(), await key(), await key()];
  const two = second.entry(await endorseServerKey(first.pair.privateKey, first.sign, second.sign));
  const three = third.entry(await endorseServerKey(second.pair.privateKey, second.sign, third.sign));
  expect(await followServerKeys([first.sign], [three, two, first.entry()])).toEqual([two, three]);
  expect(await followServerKeys([second.sign], [first.entry(), three, two])).toEqual([three]);
  expect(await followServerKeys([third.sign], [three, two, first.entry()])).toEqual([]);
  expect(await followServerKeys([first.sign], [three, first.entry()])).toEqual([]);
});

test("P-K2 a key without a line to a pinned one is not believed, whatever it carries", async () => {
  const [pinned, other, wanted] = [await key(), await key(), await key()];
  const byOther = await endorseServerKey(other.pair.privateKey, other.sign, wanted.sign);
  const claimed = await endorseServerKey(other.pair.privateKey, pinned.sign, wanted.sign);
  const forAnother = await endorseServerKey(pinned.pair.privateKey, pinned.sign, other.sign);
  const underAnotherLabel = await signBody(pinned.pair.privateKey, "besace/v1/proof", {
    t: "server-key",
    v: 1,
    by: pinned.sign,
    sign: wanted.sign,
  });
  const longer = await signBody(pinned.pair.privateKey, "besace/v1/server-key", {
    t: "server-key",
    v: 1,
    by: pinned.sign,
    sign: wanted.sign,
    more: true,
  });
  const garbage: Signed = { body: "AAAA" as B64, sig: "AAAA" as B64 };
  for (const endorsed of [undefined, byOther, claimed, forAnother, underAnotherLabel, longer, garbage])
    expect(await followServerKeys([pinned.sign], [wanted.entry(endorsed), pinned.entry()])).toEqual([]);
});

test("a deployment without the new field, and one with it, are both read", async () => {
  const one = await key();
  const human = {
    name: "x",
    phone: "+33465711230",
    phoneShown: "x",
    hours: [],
    timeZone: "Europe/Paris",
    address: "x",
  };
  const read = (entry: object) =>
    parseDeployment({
      v: 1,
      operator: "x",
      human,
      urls: { app: "a", desk: "b", kiosk: "c" },
      languages: ["fr"],
      serverKeys: [entry],
      organisations: [],
      legal: { publisher: "x", privacy: "x" },
      quotas: { satchelBytes: 1, blobBytes: 1 },
    });
  const endorsed = await endorseServerKey(one.pair.privateKey, one.sign, one.sign);
  expect(read({ id: "abc", sign: one.sign })).toMatchObject({ ok: true });
  expect(read({ id: "abc", sign: one.sign, endorsed })).toMatchObject({ value: { serverKeys: [{ endorsed }] } });
});
