/** SPEC P-E: a notice that the service ends is believed by a server's key, and in no other way. */
import { expect, test } from "vitest";
import { isOrigin, readEnding, signEnding } from "../../../src/protocol/ending.ts";
import { generateSignPair, rawPublicKey, signBody } from "../../../src/protocol/sign.ts";
import type { ServerTime } from "../../../src/protocol/wire.ts";

const key = async () => {
  const pair = await generateSignPair(false);
  return { private: pair.privateKey, sign: await rawPublicKey(pair) };
};
const ending = { at: 1_900_000_000_000 as ServerTime, next: "https://besace.exemple.fr" };

test("P-E1 read back as it was signed, by whichever of the server's keys", async () => {
  const [older, newer] = [await key(), await key()];
  const signed = await signEnding(older.private, older.sign, ending);
  expect(await readEnding(signed, [newer, older])).toEqual({ ok: true, value: ending });
  const last = await signEnding(newer.private, newer.sign, { ...ending, next: null });
  expect(await readEnding(last, [newer])).toEqual({ ok: true, value: { ...ending, next: null } });
});

test("P-E2 by another key, for another key, of another shape, under another label, with another address: not believed", async () => {
  const [server, thief] = [await key(), await key()];
  const no = { ok: false, error: "not-believed" };
  const body = { t: "ending", v: 1, by: server.sign, ...ending };
  for (const signed of [
    await signEnding(thief.private, thief.sign, ending),
    await signEnding(thief.private, server.sign, ending),
    await signEnding(server.private, thief.sign, ending),
    await signBody(server.private, "besace/v1/server-box", body),
    await signBody(server.private, "besace/v1/ending", { ...body, v: 2 }),
    await signBody(server.private, "besace/v1/ending", { ...body, more: 1 }),
    await signBody(server.private, "besace/v1/ending", { ...body, next: "javascript:alert(1)" }),
    await signBody(server.private, "besace/v1/ending", { ...body, next: "https://besace.exemple.fr/chemin" }),
    await signBody(server.private, "besace/v1/ending", { ...body, at: -1 }),
  ])
    expect(await readEnding(signed, [server])).toEqual(no);
  expect(await readEnding(await signEnding(server.private, server.sign, ending), [])).toEqual(no);
});

test("an origin is https, a host, nothing after it", () => {
  expect(["https://a.fr", "https://a.fr:8443"].every(isOrigin)).toBe(true);
  expect(
    ["http://a.fr", "https://a.fr/", "https://", "https://a b", "//a.fr", `https://${"a".repeat(200)}`].some(isOrigin),
  ).toBe(false);
});
