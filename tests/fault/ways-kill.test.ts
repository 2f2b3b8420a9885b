/**
 * A try that was counted stays counted: SIGKILL the real server while codes are tried, and nobody gets an eleventh one.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ways as limits } from "../../src/protocol/limits.ts";
import { readServerBox } from "../../src/protocol/server-keys.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { Deployment, ErrorAnswer, KeyringAnswer, LookAnswer } from "../../src/protocol/wire.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { seeded } from "../support/simulation/random.ts";
import { newCard, newKeyring } from "../unit/server/keyrings.ts";
import { createPerson, random } from "../unit/server/people.ts";

const headers = { "besace-protocol": "1", "besace-nonce": "kill-test-nonce-00000", "content-type": "application/json" };
let folder: string;
let server: TestServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "besace-ways-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>ways</title>");
  server = await startServer({
    data: join(folder, "data"),
    env: { BESACE_DIST: join(folder, "dist"), BESACE_LOG_LEVEL: "warn", HOST: "127.0.0.1" },
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Undefined when the connection died before the whole answer was here. */
async function post<T>(path: string, body: unknown): Promise<T | undefined> {
  try {
    const answer = await fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return (await answer.json()) as T;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

test("kills in the middle of wrong codes: every one that was answered is counted, and ten are never eleven", async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const dice = seeded(seed);
  const person = await createPerson();
  const card = newCard();
  const deployment = (await (await fetch(`${server.url}/deployment.json`)).json()) as Deployment;
  const box = deployment.shareBox && (await readServerBox(deployment.shareBox, deployment.serverKeys));
  if (box === undefined) throw new Error("the server says where shares are sealed to");
  await post("/v1/register", { statements: person.statements });
  const { signed } = await newKeyring(person, box, { epoch: 1, card });
  expect((await post<KeyringAnswer>("/v1/keyring", { keyring: signed }))?.verdict).toEqual({ type: "ok", epoch: 1 });

  const { locator } = card;
  const look = () => post<LookAnswer & ErrorAnswer>("/v1/ways/look", { locator, card: card.card });
  const guess = () => post<ErrorAnswer>("/v1/ways/open", { locator, card: card.card, code: b64(random.bytes(32)) });
  let answered = 0;
  let kills = 0;
  for (let frozen = false; !frozen; kills += 1) {
    const tries = Promise.all([guess(), guess(), guess()]);
    await sleep(dice.below(12));
    await server.restart();
    const answers = await tries;
    const wrong = answers.filter((answer) => answer?.error === "wrong-code");
    answered += wrong.length;
    const seen = await look();
    frozen = seen?.error === "frozen";
    const counted = frozen ? limits.tries : limits.tries - (seen?.left ?? Number.NaN);
    // What was answered is counted; what was cut may be.
    expect(counted).toBeGreaterThanOrEqual(answered);
    expect(answered).toBeLessThanOrEqual(limits.tries);
    // One without a kill, so that some are answered for certain.
    if (!frozen) answered += (await guess())?.error === "wrong-code" ? 1 : 0;
    // On a slow machine every kill comes before a try was counted.
    expect(kills).toBeLessThanOrEqual(limits.tries);
  }
  expect((await guess())?.error).toBe("frozen");
  expect(answered).toBeGreaterThan(0);
  console.log(`${kills} kills, ${answered} wrong codes answered before it was frozen`);
}, 120_000);
