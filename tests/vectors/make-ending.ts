/**
 * Makes the frozen vectors of notices that a service ends (SPEC P-E), once: `node tests/vectors/make-ending.ts`. A file that
 * exists is never written again. Node only. As in make-ways.ts, nothing here is made with the code under test.
 */

import { utf8 } from "../../src/shared/bytes.ts";
import { json, pair, sign } from "./signed.ts";
import { flipped, write } from "./spec.ts";

const server = await pair();
const older = await pair();
const thief = await pair();
const label = "besace/v1/ending";
const at = Date.UTC(2027, 5, 30);
const body = (patch: object = {}): object => ({ t: "ending", v: 1, by: server.raw, at, next: null, ...patch });
const keys = [server.raw, older.raw];
const right = await sign(server, label, json(body()));
const refused = async (name: string, patch: object, by = server, under = label) => ({
  name,
  input: { keys, statement: await sign(by, under, json(body(patch))) },
  expect: "not-believed",
});

write("endings", [
  { name: "by the newest key", input: { keys, statement: right }, expect: "ok", value: { at, next: null } },
  {
    name: "by an older key, with an address",
    input: {
      keys,
      statement: await sign(older, label, json(body({ by: older.raw, next: "https://besace.exemple.fr" }))),
    },
    expect: "ok",
    value: { at, next: "https://besace.exemple.fr" },
  },
  { name: "a key that is not pinned", input: { keys: [older.raw], statement: right }, expect: "not-believed" },
  await refused("signed by another", {}, thief),
  await refused("another speaks, signed by the server", { by: thief.raw }),
  await refused("under another label", {}, server, "besace/v1/server-box"),
  await refused("another kind", { t: "server-box" }),
  await refused("a newer version", { v: 2 }),
  await refused("a word more", { more: 1 }),
  await refused("an address with a path", { next: "https://besace.exemple.fr/x" }),
  await refused("an address without TLS", { next: "http://besace.exemple.fr" }),
  await refused("a time that is none", { at: -1 }),
  await refused("no address at all", { next: undefined }),
  {
    name: "not JSON",
    input: { keys, statement: await sign(server, label, utf8("ending")) },
    expect: "not-believed",
  },
  {
    name: "one bit of the signature",
    input: { keys, statement: { ...right, sig: flipped(right.sig) } },
    expect: "not-believed",
  },
]);
