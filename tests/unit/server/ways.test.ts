/**
 * Ways back in at the server (SPEC P-Y, issue 4): keyrings, cards, blocks, escrows, erasing; and the clients that mean
 * harm. Through inject, on SQLite; what concerns several processes is in ways.postgres.test.ts.
 */

import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BoxKey } from "../../../src/protocol/hpke.ts";
import { ways as limits, rates as rateLimits } from "../../../src/protocol/limits.ts";
import { openShareBytes } from "../../../src/protocol/share.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import { readChain, signDeviceRemoved } from "../../../src/protocol/statements.ts";
import {
  blockVerifierOf,
  escrowClaim,
  signErase,
  signEscrow,
  signEscrowAsk,
  signUnblock,
} from "../../../src/protocol/ways.ts";
import type {
  B64,
  ErrorAnswer,
  EscrowAnswer,
  HeldKeyringAnswer,
  KeyringAnswer,
  LetterAnswer,
  LookAnswer,
  Signed,
  WayOpenAnswer,
} from "../../../src/protocol/wire.ts";
import { demonstration } from "../../../src/server/deployment.ts";
import type { PrincipalId } from "../../../src/shared/ids.ts";
import { aPerson, aTeam, type Person, withHelper } from "../crypto/team.ts";
import { createHarness, type Harness } from "./harness.ts";
import { type KeyringOptions, newCard, newKeyring, type TestCard, type TestKeyring } from "./keyrings.ts";
import { createPerson, random, type TestPerson } from "./people.ts";

let server: Harness;
let person: TestPerson;
beforeEach(async () => {
  server = await createHarness();
  person = await createPerson();
  await server.register(person);
});
afterEach(() => server.close());

const make = (options: KeyringOptions, who = person): Promise<TestKeyring> =>
  newKeyring(who, server.keys.box.box, options);
const put = async (keyring: Signed) => (await server.post("/v1/keyring", { keyring })).json<KeyringAnswer>().verdict;
/** A keyring that is taken. */
const keep = async (options: KeyringOptions, who = person): Promise<TestKeyring> => {
  const made = await make(options, who);
  expect(await put(made.signed)).toEqual({ type: "ok", epoch: options.epoch });
  return made;
};
const held = async (who = person) =>
  (
    await server.ask("GET", "/v1/keyring", undefined, server.bearer(await server.session(who)))
  ).json<HeldKeyringAnswer>();
const look = ({ locator, card }: Pick<TestCard, "locator" | "card">) => server.post("/v1/ways/look", { locator, card });
const open = ({ locator, card, code }: Pick<TestCard, "locator" | "card" | "code">) =>
  server.post("/v1/ways/open", { locator, card, code });
const wrong = (): B64 => b64(random.bytes(32));
const refusal = (answer: Awaited<ReturnType<typeof open>>) => {
  const { error, left } = answer.json<ErrorAnswer>();
  return [answer.statusCode, error, ...(left === undefined ? [] : [left])];
};
const block = (number: string) => server.post("/v1/block", { number });

describe("keyrings", () => {
  test("P-Y3 the first, the same again, the next; an older one or another one of the same number hears the current", async () => {
    const first = await keep({ epoch: 1 });
    expect(await put(first.signed)).toEqual({ type: "ok", epoch: 1 });
    const second = await keep({ epoch: 2, opens: first.key });
    const conflict = { type: "conflict", current: second.signed };
    expect(await put(first.signed)).toEqual(conflict);
    expect(await put((await make({ epoch: 2, opens: first.key })).signed)).toEqual(conflict);
    expect(await held()).toMatchObject({ keyring: second.signed, way: { tries: 0, frozen: false, blockedAt: null } });
    const { keyring } = await server.pull(await server.session(person));
    expect(keyring).toBe(2);
  });

  test("P-Y3 of two devices that follow at once one is taken, and the other hears which", async () => {
    const first = await keep({ epoch: 1 });
    const made = await Promise.all(Array.from({ length: 6 }, () => make({ epoch: 2, opens: first.key })));
    const verdicts = await Promise.all(made.map(({ signed }) => put(signed)));
    const taken = verdicts.findIndex(({ type }) => type === "ok");
    expect(verdicts.filter(({ type }) => type === "ok").length).toBe(1);
    const conflicts = verdicts.filter(({ type }) => type === "conflict");
    expect(conflicts).toEqual(Array(5).fill({ type: "conflict", current: made[taken]?.signed }));
  });

  test("P-Y3 who does not know the root before it, as a device that was put out, changes nothing", async () => {
    const first = await keep({ epoch: 1, root: 3 });
    for (const bad of [{ opens: wrong() }, { opens: null }, { opens: first.key, root: 2 }])
      expect(await put((await make({ epoch: 2, root: 3, ...bad })).signed)).toMatchObject({
        type: "reject",
        code: "other-root",
        retry: "after-person",
      });
    expect((await held()).keyring).toEqual(first.signed);
  });

  test("P-Y3 after a restored backup a device goes on from its own number, and a replayed older one does not stop it", async () => {
    const first = await keep({ epoch: 1 });
    // The server forgot 2 to 5; somebody says 2 again.
    const second = await keep({ epoch: 2, opens: first.key });
    await keep({ epoch: 6, opens: second.key });
    const far = await make({ epoch: 6 + limits.keyringGap + 1, opens: second.key });
    expect((await put(far.signed)).type).toBe("conflict");
    const lost = await createPerson();
    await server.register(lost);
    await keep({ epoch: 9, opens: wrong() }, lost);
  });

  test("B10 a restored backup says its lower number; the phone's next keyring is taken, a replayed one of between is not", async () => {
    const card = newCard();
    const first = await keep({ epoch: 1, root: 0, card });
    const copy = `${server.folder}/copy`;
    mkdirSync(copy);
    await server.store.backupTo?.(`${copy}/besace.sqlite`);
    const between = await keep({ epoch: 2, root: 1, card: newCard(), opens: first.key });
    const keyFile = `${copy}/server.json`;
    copyFileSync(`${server.folder}/server.json`, keyFile);
    const before = await server.pull(await server.session(person));
    const restored = await createHarness({ folder: copy });
    const left = server;
    server = restored;
    await left.close(true);
    await server.store.bumpEpoch();
    const page = await server.pull(await server.session(person), before.cursor);
    expect(page).toMatchObject({ reset: true, keyring: 1 });
    // It knows 2, and the root of 1: what it signs goes on from its own number and opens what is stored.
    const next = { epoch: 3, root: 1, card: newCard(), opens: first.key } as const;
    await keep(next);
    expect((await put(between.signed)).type).toBe("conflict");
    expect(refusal(await open(card))).toEqual([410, "card-replaced"]);
    expect((await open(next.card)).statusCode).toBe(200);
    rmSync(left.folder, { recursive: true });
  });

  test("C2 forged, swapped, foreign, early, weak and malformed ones are refused, each with its code, and change nothing", async () => {
    const other = await createPerson();
    const desk = await createPerson("organisation");
    await server.register(other);
    await server.register(desk);
    const card = newCard();
    const first = await keep({ epoch: 1, card });
    const next = { epoch: 2, opens: first.key, card } as const;
    const code = async (keyring: Signed) => {
      const verdict = await put(keyring);
      return verdict.type === "reject" ? `${verdict.code} ${verdict.retry}` : verdict.type;
    };
    expect(await code((await make({ ...next, signer: other })).signed)).toBe("bad-signature never");
    expect(await code((await make({ ...next, change: (body) => ({ ...body, principal: other.id }) })).signed)).toBe(
      "bad-format never",
    );
    expect(await code((await make(next, await createPerson())).signed)).toBe("unknown-principal later");
    expect(await code((await make({ epoch: 1 }, desk)).signed)).toBe("bad-format never");
    expect(await code((await make({ ...next, change: (body) => ({ ...body, chain: 7 }) })).signed)).toBe(
      "unknown-principal later",
    );
    expect(await code((await make({ ...next, change: (body) => ({ ...body, epoch: 0 }) })).signed)).toBe(
      "bad-format never",
    );
    const good = await make(next);
    const sig = b64(random.bytes(64));
    expect(await code({ ...good.signed, sig })).toBe("bad-signature never");
    const weak = (body: Parameters<NonNullable<KeyringOptions["change"]>>[0]) => {
      const head = JSON.parse(Buffer.from(body.card?.wrap.head ?? "", "base64url").toString());
      const wrap = {
        head: b64(Buffer.from(JSON.stringify({ ...head, params: { memoryKiB: 8, passes: 1, lanes: 1 } }))),
      };
      const changed = body.card && { ...body.card, params: { memoryKiB: 8, passes: 1, lanes: 1 as const } };
      return { ...body, card: changed && { ...changed, wrap: { ...changed.wrap, ...wrap } } };
    };
    expect(await code((await make({ ...next, change: weak })).signed)).toBe("weak-parameters never");
    expect((await server.post("/v1/keyring", { keyring: { body: "e30", sig } })).json().verdict.code).toBe(
      "bad-format",
    );
    for (const body of [{}, { keyring: good.signed, more: 1 }, { keyring: { ...good.signed, more: 1 } }, "[]", "{"])
      expect((await server.post("/v1/keyring", body)).statusCode).toBe(422);
    expect((await server.post("/v1/keyring", { keyring: { body: "A".repeat(70_000), sig } })).statusCode).toBe(413);
    expect((await held()).keyring).toEqual(first.signed);
    expect(await code(good.signed)).toBe("ok");
  });

  test("P-Y7 a share that the server cannot open for this satchel, root and card is refused before it is needed", async () => {
    const [card, other] = [newCard(), await createPerson()];
    const foreign = await createPerson();
    const verdict = async (change: KeyringOptions["change"], box = server.keys.box.box) =>
      put((await newKeyring(person, box, { epoch: 1, card, ...(change === undefined ? {} : { change }) })).signed);
    const bad = { type: "reject", code: "bad-share" };
    expect(await verdict(undefined, foreign.principal.box)).toMatchObject(bad);
    // Sealed for somebody else, or for another card of the same person.
    const theirs = await make({ epoch: 1, card }, other);
    const body = JSON.parse(Buffer.from(theirs.signed.body, "base64url").toString());
    expect(
      await verdict((own) => ({ ...own, card: own.card && { ...own.card, share: body.card.share } })),
    ).toMatchObject(bad);
    expect(
      await verdict((own) => ({ ...own, card: own.card && { ...own.card, locator: newCard().locator } })),
    ).toMatchObject(bad);
    expect(
      await verdict((own) => ({
        ...own,
        card: own.card && { ...own.card, share: { ...own.card.share, hash: wrong() } },
      })),
    ).toMatchObject(bad);
    expect((await held()).keyring).toBeNull();
  });

  test("C2 the card of another satchel cannot be taken over, nor one that was replaced brought back", async () => {
    const other = await createPerson();
    await server.register(other);
    const card = newCard();
    const first = await keep({ epoch: 1, card });
    expect(
      await put((await make({ epoch: 1, card: { ...newCard(), locator: card.locator } }, other)).signed),
    ).toMatchObject({
      type: "reject",
      code: "id-taken",
    });
    expect((await open(card)).json<WayOpenAnswer>().principal).toBe(person.id);
    const second = await keep({ epoch: 2, card: newCard(), opens: first.key });
    expect(await put((await make({ epoch: 3, card, opens: second.key })).signed)).toMatchObject({ code: "id-taken" });
    expect(refusal(await open(card))).toEqual([410, "card-replaced"]);
  });

  test("a session is needed to be given one's own, and nobody is given another's", async () => {
    await keep({ epoch: 1 });
    expect((await server.ask("GET", "/v1/keyring")).statusCode).toBe(401);
    const other = await createPerson();
    await server.register(other);
    expect(await held(other)).toMatchObject({ keyring: null, way: { tries: 0, frozen: false, openedAt: null } });
  });
});

describe("cards", () => {
  test("C+P+S: card and code are given salt and parameters, then chain, keyring and share; the person's devices see it", async () => {
    const card = newCard();
    const first = await keep({ epoch: 1, card });
    const seen = await look(card);
    expect(seen.json<LookAnswer>()).toMatchObject({ params: { memoryKiB: 19 * 1024, passes: 2, lanes: 1 }, left: 10 });
    server.time.now += 1000;
    const opened = (await open(card)).json<WayOpenAnswer>();
    expect(opened).toMatchObject({ principal: person.id, statements: person.statements, keyring: first.signed });
    expect(opened.share).toBe(b64(card.share));
    const { way } = await server.pull(await server.session(person));
    expect(way).toEqual({
      tries: 0,
      frozen: false,
      blockedAt: null,
      openedAt: server.time.now,
      visitedAt: null,
      escrow: null,
    });
    // A new keyring with the same card: when it last opened is known still.
    await keep({ epoch: 2, card, opens: first.key });
    expect((await held()).way).toEqual(way);
  });

  test("C1 neither the card alone, nor the code alone, nor both of others open anything", async () => {
    const card = newCard();
    await keep({ epoch: 1, card });
    const stranger = newCard();
    expect(refusal(await look({ ...card, card: wrong() }))).toEqual([404, "unknown-card"]);
    expect(refusal(await look(stranger))).toEqual([404, "unknown-card"]);
    expect(refusal(await open({ ...card, card: wrong() }))).toEqual([404, "unknown-card"]);
    expect(refusal(await open({ ...card, locator: stranger.locator }))).toEqual([404, "unknown-card"]);
    expect(refusal(await open({ ...card, card: card.code, code: card.card }))).toEqual([404, "unknown-card"]);
    // None of these was a try.
    expect((await look(card)).json<LookAnswer>().left).toBe(10);
    expect(refusal(await open({ ...card, code: wrong() }))).toEqual([403, "wrong-code", 9]);
  });

  test("ten wrong codes freeze it for the right one too, until a new keyring; every device sees it", async () => {
    const card = newCard();
    const first = await keep({ epoch: 1, card });
    for (let left = 9; left >= 0; left -= 1)
      expect(refusal(await open({ ...card, code: wrong() }))).toEqual([403, "wrong-code", left]);
    expect(refusal(await open(card))).toEqual([423, "frozen"]);
    expect(refusal(await look(card))).toEqual([423, "frozen"]);
    expect((await held()).way).toMatchObject({ tries: 10, frozen: true });
    server.time.now += 400 * 24 * 3600_000;
    expect(refusal(await open(card))).toEqual([423, "frozen"]);
    await keep({ epoch: 2, card, opens: first.key });
    expect((await held()).way).toMatchObject({ tries: 0, frozen: false });
    expect((await open(card)).statusCode).toBe(200);
  });

  test("the right code forgets the wrong ones before it", async () => {
    const card = newCard();
    await keep({ epoch: 1, card });
    for (let turn = 0; turn < 3; turn += 1) {
      for (let at = 0; at < 6; at += 1) await open({ ...card, code: wrong() });
      expect((await look(card)).json<LookAnswer>().left).toBe(4);
      expect((await open(card)).statusCode).toBe(200);
    }
  });

  test("forty wrong codes at once: ten are compared, the others find it frozen", async () => {
    const card = newCard();
    await keep({ epoch: 1, card });
    const answers = await Promise.all(Array.from({ length: 40 }, () => open({ ...card, code: wrong() })));
    const said = answers.map((answer) => answer.json<ErrorAnswer>().error);
    expect(said.filter((error) => error === "wrong-code").length).toBe(10);
    expect(said.filter((error) => error === "frozen").length).toBe(30);
    expect(new Set(answers.flatMap((answer) => answer.json<ErrorAnswer>().left ?? [])).size).toBe(10);
  });

  test("a replaced card hears that it is one, for 400 days; its share is gone at once", async () => {
    const [old, card] = [newCard(), newCard()];
    const first = await keep({ epoch: 1, card: old });
    const second = await keep({ epoch: 2, card, opens: first.key });
    expect(refusal(await look(old))).toEqual([410, "card-replaced"]);
    expect(refusal(await open(old))).toEqual([410, "card-replaced"]);
    expect(refusal(await look({ ...old, card: wrong() }))).toEqual([404, "unknown-card"]);
    expect((await open(card)).statusCode).toBe(200);
    await keep({ epoch: 3, card: null, opens: second.key });
    expect(refusal(await open(card))).toEqual([410, "card-replaced"]);
    server.time.now += 399 * 24 * 3600_000;
    await server.app.collector.run();
    expect(refusal(await open(old))).toEqual([410, "card-replaced"]);
    server.time.now += 2 * 24 * 3600_000;
    await server.app.collector.run();
    expect(refusal(await open(old))).toEqual([404, "unknown-card"]);
  });

  test("malformed and oversized requests are refused", async () => {
    const card = newCard();
    await keep({ epoch: 1, card });
    const { locator } = card;
    for (const body of [{}, { locator }, { locator, card: "x" }, { ...card }, { locator: "", card: card.card }, "null"])
      expect((await server.post("/v1/ways/look", body)).statusCode).toBe(422);
    for (const body of [
      { locator, card: card.card },
      { locator, card: card.card, code: card.code, share: "x" },
    ])
      expect((await server.post("/v1/ways/open", body)).statusCode).toBe(422);
    for (const url of ["/v1/ways/look", "/v1/ways/open", "/v1/block", "/v1/unblock", "/v1/escrow", "/v1/erase"])
      expect((await server.post(url, { locator: "A".repeat(20_000) })).statusCode).toBe(413);
    expect((await held()).way.tries).toBe(0);
  });

  test("who asks too often is told to wait: by address, and for one card wherever it is asked from", async () => {
    const card = newCard();
    await keep({ epoch: 1, card });
    const { perName } = rateLimits.way.card;
    for (let at = 0; at < perName; at += 1) expect((await look(card)).statusCode).toBe(200);
    const refused = await look(card);
    expect([refused.statusCode, Number(refused.headers["retry-after"]) > 60]).toEqual([429, true]);
    expect((await open(card)).statusCode).toBe(429);
    expect((await look(newCard())).statusCode).toBe(404);
    server.time.now += rateLimits.wayWindowMs + 1;
    expect((await open(card)).statusCode).toBe(200);
  });

  test("a share kept under another key file opens nothing, and says what helps: a new keyring", async () => {
    const card = newCard();
    await keep({ epoch: 1, card });
    const { folder } = server;
    await server.close(true);
    server = await createHarness({ folder, keyFile: `${folder}/other.json` });
    expect(refusal(await open(card))).toEqual([423, "frozen"]);
    expect(server.logLines.join("")).toContain("share-lost");
  });
});

describe("blocking", () => {
  const statement = async (desk: TestPerson, number: string, at = server.time.now) =>
    signUnblock(desk.identity.privateKey, { block: await blockVerifierOf(number), by: desk.id, at });
  const openDesk = async (): Promise<TestPerson> => {
    const desk = await createPerson("organisation");
    await server.register(desk);
    await server.store.setDeskCode("ccas-brevigny", "hash" as never);
    await server.store.openDesk("ccas-brevigny", desk.id, "sealed" as never, 1 as never);
    return desk;
  };

  test("the number on the card stops S, sessions, pushes, letters, uploads, keyrings and erasing; a desk ends it", async () => {
    const desk = await openDesk();
    const card = newCard();
    const first = await keep({ epoch: 1, card });
    const early = await person.letter(desk);
    expect((await server.post("/v1/letters", { letter: early.letter })).json<LetterAnswer>().verdict.type).toBe("ok");
    const token = await server.session(person);
    server.time.now += 1000;
    const said = await block(card.number);
    expect(said.json()).toMatchObject({ blockedAt: server.time.now });
    server.time.now += 1000;
    // Said again: it began when it began.
    expect((await block(card.number)).json()).toMatchObject({ blockedAt: server.time.now - 1000 });

    const blocked = [423, "blocked"];
    expect(refusal(await look(card))).toEqual(blocked);
    expect(refusal(await open(card))).toEqual(blocked);
    for (const url of ["/v1/pull?cursor=0.0", "/v1/keyring", `/v1/principals/${person.id}`])
      expect(refusal(await server.ask("GET", url, undefined, server.bearer(token)))).toEqual(blocked);
    await expect(server.session(person)).resolves.toBeUndefined();
    const { op } = await person.op();
    expect((await server.push(op)).verdicts[0]).toMatchObject({
      type: "reject",
      code: "blocked",
      retry: "after-person",
    });
    const letter = (await person.letter(desk)).letter;
    const verdict = (await server.post("/v1/letters", { letter })).json<LetterAnswer>().verdict;
    expect(verdict).toMatchObject({ type: "reject", code: "blocked", retry: "after-person" });
    const withdrawn = await person.withdrawn(early.id, early.manifest);
    expect(refusal(await server.post("/v1/proofs", { proof: withdrawn }))).toEqual(blocked);
    expect(refusal(await server.createUpload(person, await person.blob()))).toEqual(blocked);
    const second = await make({ epoch: 2, card, opens: first.key });
    expect(await put(second.signed)).toMatchObject({ type: "reject", code: "blocked", retry: "after-person" });
    expect(refusal(await server.register(person, (await person.withDevice()).statements))).toEqual(blocked);
    expect((await server.register(person)).statusCode).toBe(200);
    const erase = await signErase(person.identity.privateKey, person.id, server.time.now);
    expect(refusal(await server.post("/v1/erase", { statement: erase }))).toEqual(blocked);
    // What others write to it is kept for it.
    const answer = await desk.letter(person);
    expect((await server.post("/v1/letters", { letter: answer.letter })).json<LetterAnswer>().verdict.type).toBe("ok");

    expect((await server.post("/v1/unblock", { statement: await statement(desk, card.number) })).json()).toMatchObject({
      unblocked: true,
    });
    expect((await open(card)).statusCode).toBe(200);
    expect(await put(second.signed)).toEqual({ type: "ok", epoch: 2 });
    // The token of before stays void; whoever has the device's key gets another.
    expect((await server.ask("GET", "/v1/keyring", undefined, server.bearer(token))).statusCode).toBe(401);
    server.time.now += 1;
    expect((await held()).way.blockedAt).toBeNull();
    expect((await server.push(op)).verdicts[0]).toMatchObject({ type: "ok" });
  });

  test("only an organisation of the deployment ends a block, only with a fresh statement, and not one that began after it", async () => {
    const desk = await openDesk();
    const stranger = await createPerson("organisation");
    await server.register(stranger);
    const card = newCard();
    await keep({ epoch: 1, card });
    const before = await statement(desk, card.number);
    server.time.now += 1000;
    await block(card.number);
    const ask = async (signed: Signed) => server.post("/v1/unblock", { statement: signed });
    expect(refusal(await ask(await statement(stranger, card.number)))).toEqual([403, "forbidden"]);
    expect(refusal(await ask(await statement(person, card.number)))).toEqual([422, "bad-format"]);
    expect(refusal(await ask(await statement(await createPerson("organisation"), card.number)))).toEqual([
      422,
      "unknown-principal",
    ]);
    expect(refusal(await ask({ ...before, sig: b64(random.bytes(64)) }))).toEqual([422, "bad-signature"]);
    expect((await ask(before)).json()).toMatchObject({ unblocked: false });
    const old = await statement(desk, card.number, server.time.now - limits.statementMs - 1);
    expect(refusal(await ask(old))).toEqual([422, "bad-format"]);
    expect(refusal(await ask(await statement(desk, newCard().number)))).toEqual([404, "unknown-number"]);
    expect(refusal(await open(card))).toEqual([423, "blocked"]);
    expect((await ask(await statement(desk, card.number))).json()).toMatchObject({ unblocked: true });
  });

  test("a number that nobody has, a replaced card's, or a mistyped one blocks nobody; guessing is slow", async () => {
    const [old, card] = [newCard(), newCard()];
    const first = await keep({ epoch: 1, card: old });
    await keep({ epoch: 2, card, opens: first.key });
    expect(refusal(await block(old.number))).toEqual([404, "unknown-number"]);
    const typo = `${card.number.slice(0, 4)}${(Number(card.number[4]) + 1) % 10}${card.number.slice(5)}`;
    expect((await block(typo)).statusCode).toBe(422);
    const statuses: number[] = [];
    for (let at = 0; at < rateLimits.way.number.perAddress; at += 1)
      statuses.push((await block(newCard().number)).statusCode);
    expect([statuses[0], statuses.at(-1)]).toEqual([404, 429]);
    expect((await held()).way.blockedAt).toBeNull();
  });
});

describe("devices", () => {
  test("a device that was put out has no session any more: not the one it has, and not a new one", async () => {
    const more = await person.withDevice();
    await server.register(person, more.statements);
    const thief: TestPerson = { ...person, device: more.device, transport: more.transport };
    const token = await server.session(thief);
    const pull = () => server.ask("GET", "/v1/pull?cursor=0.0", undefined, server.bearer(token));
    expect((await pull()).statusCode).toBe(200);
    const chain = await readChain(more.statements);
    if (!chain.ok) throw new Error("the chain reads");
    const removal = await signDeviceRemoved(person.identity.privateKey, chain.value, more.device);
    await server.register(person, [...more.statements, removal]);
    expect(refusal(await pull())).toEqual([403, "device-removed"]);
    await expect(server.session(thief)).resolves.toBeUndefined();
    expect((await server.pull(await server.session(person))).rows).toEqual([]);
    // A shorter chain, said again, brings nothing back.
    await server.register(person, more.statements);
    expect(refusal(await pull())).toEqual([403, "device-removed"]);
  });
});

describe("escrow (S+O)", () => {
  const day = 24 * 3600_000;
  interface Body {
    readonly id: PrincipalId;
    readonly key: CryptoKey;
  }
  let desk: Body & { readonly box: BoxKey };
  let anne: Person;
  let bruno: Person;
  let claire: Person;
  let share: ReturnType<typeof random.bytes>;
  let first: TestKeyring;
  /** An organisation with three helpers and its card, whom its own chain names. */
  beforeEach(async () => {
    [anne, bruno, claire] = [await aPerson(), await aPerson(), await aPerson()];
    let team = await aTeam(anne);
    for (const each of [bruno, claire]) team = await withHelper(team, anne, each, "helper");
    const { organisation, epochs, boxes } = team;
    share = random.bytes(32);
    const { principal, statements } = organisation;
    await server.post("/v1/register", { statements: statements.slice(0, 1) });
    await server.store.setDeskCode("ccas-brevigny", "hash" as never);
    await server.store.openDesk("ccas-brevigny", principal.id, "sealed" as never, 1 as never);
    const sealed = [...boxes].map(([helper, box]) => ({ helper, enc: box.enc, sealed: box.sealed }));
    const change = { statements, from: 0, epochs, boxes: sealed, card: null, invitation: null };
    expect((await server.post("/v1/team", change)).statusCode).toBe(200);
    const box = { privateKey: organisation.box, box: principal.box };
    desk = { id: principal.id, key: organisation.sign, box };
    first = await keep({ epoch: 1, desks: [{ organisation: desk.id, share }] });
  });
  const send = (statement: Signed) => server.post("/v1/escrow", { statement });
  const facts = (who: Body) => ({ principal: person.id, by: who.id, at: server.time.now });
  const ask = async (by: Person, who: Body = desk) => send(await signEscrowAsk(who.key, by.identity, facts(who)));
  const give = async (to: B64 = person.principal.box) =>
    send(
      await signEscrow(desk.key, {
        t: "escrow-open",
        v: 2,
        principal: person.id,
        by: desk.id,
        to,
        at: server.time.now,
      }),
    );
  const bodyOf = ({ id, identity }: TestPerson): Body => ({ id, key: identity.privateKey });

  test("two helpers, 72 hours of server time after the second, then the share, sealed to the person's device; all of it shown", async () => {
    expect(refusal(await give())).toEqual([425, "not-yet"]);
    const asked = (await ask(anne)).json<EscrowAnswer>().escrow;
    expect(asked).toMatchObject({ by: desk.id, asks: [server.time.now], opensAt: null });
    const began = server.time.now;
    server.time.now += 10 * day;
    // The same helper twice is one helper.
    expect((await ask(anne)).json<EscrowAnswer>().escrow).toMatchObject({ asks: [began], opensAt: null });
    expect(refusal(await give())).toEqual([425, "not-yet"]);
    const second = (await ask(bruno)).json<EscrowAnswer>().escrow;
    expect(second).toMatchObject({ asks: [began, server.time.now], opensAt: server.time.now + 3 * day });
    expect((await held()).way.escrow).toMatchObject(second ?? {});
    server.time.now += 3 * day - 1;
    expect(refusal(await give())).toEqual([425, "not-yet"]);
    server.time.now += 1;
    // To the organisation itself, in the old way, it is given no more: both halves would be in one hand.
    const toDesk = { t: "escrow-open", v: 1, ...facts(desk) } as const;
    expect(refusal(await send(await signEscrow(desk.key, toDesk)))).toEqual([403, "forbidden"]);
    expect((await held()).way.escrow?.openedAt).toBeNull();

    // To the person's own device, which then proves with it that everything else is hers to have (P-Y8, P-Y13).
    const device = await createPerson();
    const mine = (await give(device.principal.box)).json<EscrowAnswer>().share;
    if (mine === undefined) throw new Error("the share is given");
    expect(mine.keyring).toEqual(first.signed);
    expect((await held()).way.escrow?.openedAt).toBe(server.time.now);
    const context = { use: "escrow", principal: person.id, root: 0, name: desk.id } as const;
    const own = await openShareBytes(device.boxKey, context, mine);
    expect(own && b64(own)).toBe(b64(share));
    expect(await openShareBytes(desk.box, context, mine)).toBeUndefined();
    const way = await server.post("/v1/ways/desk", { principal: person.id, share: b64(share) });
    expect(way.json()).toMatchObject({ principal: person.id, keyring: first.signed, statements: person.statements });
    expect(way.body).not.toContain(b64(share));
    expect(refusal(await give("A".repeat(87) as B64))).toEqual([422, "bad-format"]);
  });

  test("F5 the organisation's key alone asks for nobody: a made-up helper, a card, one signature, a second one borrowed", async () => {
    const stranger = await aPerson();
    const said = facts(desk);
    const v1 = { t: "escrow-ask", v: 1, ...said, helper: b64(random.bytes(16)) } as const;
    const signed = await signEscrowAsk(desk.key, anne.identity, said);
    const body = escrowClaim(signed);
    if (!body.ok || body.value.t !== "escrow-ask" || body.value.v !== 2) throw new Error("an ask");
    // Bruno named, with what Anne signed.
    const borrowed = { ...body.value, helper: bruno.identity.id };
    const asBruno = { id: bruno.identity.id, sign: anne.identity.sign };
    for (const statement of [
      await signEscrow(desk.key, v1),
      await signEscrow(desk.key, borrowed),
      await signEscrowAsk(desk.key, asBruno, said),
      await signEscrowAsk(desk.key, stranger.identity, said),
    ])
      expect(refusal(await send(statement))).toEqual([403, "forbidden"]);
    expect((await held()).way.escrow).toBeNull();
    expect(refusal(await server.post("/v1/ways/desk", { principal: person.id, share: b64(share) }))).toEqual([
      404,
      "not-found",
    ]);
    // She signed for this moment: another organisation's key, or another time, does not carry it.
    expect(refusal(await send(await signEscrow(desk.key, { ...body.value, at: said.at + 1 })))).toEqual([
      403,
      "forbidden",
    ]);
  });

  test("the person stops it, and nobody asks again until a new keyring", async () => {
    await ask(anne);
    await ask(bruno);
    const stop = { t: "escrow-stop", v: 1, principal: person.id, at: server.time.now } as const;
    expect((await send(await signEscrow(person.identity.privateKey, stop))).json<EscrowAnswer>().escrow).toBeNull();
    server.time.now += 4 * day;
    expect(refusal(await give())).toEqual([403, "forbidden"]);
    expect(refusal(await ask(claire))).toEqual([403, "forbidden"]);
    expect((await held()).way.escrow).toBeNull();
    await keep({ epoch: 2, desks: [{ organisation: desk.id, share }], opens: first.key });
    expect(refusal(await give())).toEqual([425, "not-yet"]);
    expect((await ask(claire)).json<EscrowAnswer>().escrow?.asks.length).toBe(1);
  });

  test("C2 strangers, other organisations, satchels, old statements, and one body that holds both factors are refused", async () => {
    const stranger = await createPerson("organisation");
    const other = await createPerson();
    await server.register(stranger);
    await server.register(other);
    expect(refusal(await ask(anne, bodyOf(stranger)))).toEqual([403, "forbidden"]);
    expect(refusal(await ask(anne, bodyOf(person)))).toEqual([422, "bad-format"]);
    const stop = { t: "escrow-stop", v: 1, principal: person.id, at: server.time.now } as const;
    expect(refusal(await send(await signEscrow(other.identity.privateKey, stop)))).toEqual([422, "bad-signature"]);
    const to = person.principal.box;
    const at = server.time.now - 2 * day;
    const late = { t: "escrow-open", v: 2, principal: person.id, by: desk.id, to, at } as const;
    expect(refusal(await send(await signEscrow(desk.key, late)))).toEqual([422, "bad-format"]);
    const { folder } = server;
    const base = demonstration("http://localhost:8080");
    const organisations = base.organisations.map((one) => ({ ...one, operates: true }));
    await server.close(true);
    server = await createHarness({ folder, deployment: { ...base, organisations } });
    expect(refusal(await ask(claire))).toEqual([403, "forbidden"]);
    await server.close(true);
    server = await createHarness({ folder });
    const noSuch = { t: "escrow-open", v: 2, principal: other.id, by: desk.id, to, at: server.time.now } as const;
    expect(refusal(await send(await signEscrow(desk.key, noSuch)))).toEqual([404, "not-found"]);
  });
});

describe("erasing everywhere", () => {
  const erase = async (who = person, principal = person.id) =>
    server.post("/v1/erase", { statement: await signErase(who.identity.privateKey, principal, server.time.now) });

  test("records, blobs, keyring, card and sessions go at once; what an organisation received stays whole", async () => {
    const desk = await createPerson("organisation");
    await server.register(desk);
    const card = newCard();
    await keep({ epoch: 1, card });
    const [own, sent, deposit] = [await person.blob(), await person.blob(), await person.blob()];
    for (const blob of [own, sent, deposit]) {
      await server.createUpload(person, blob);
      await server.patch(person, blob, 0);
    }
    const { op } = await person.op({ blobs: [own.ref.blob, sent.ref.blob] });
    await server.push(op);
    const letter = await person.letter(desk, [sent.ref]);
    await server.post("/v1/letters", { letter: letter.letter });
    await server.post("/v1/letters", { letter: (await person.letter(person, [deposit.ref])).letter });
    await server.post("/v1/letters", { letter: (await desk.letter(person)).letter });
    const [token, deskToken] = [await server.session(person), await server.session(desk)];
    server.time.now += 1000;
    expect((await erase()).json()).toMatchObject({ erasedAt: server.time.now });
    const first = server.time.now;
    server.time.now += 1000;
    expect((await erase()).json()).toMatchObject({ erasedAt: first });

    const gone = [410, "gone"];
    expect(refusal(await server.ask("GET", "/v1/pull?cursor=0.0", undefined, server.bearer(token)))).toEqual(gone);
    await expect(server.session(person)).resolves.toBeUndefined();
    expect(refusal(await open(card))).toEqual([404, "unknown-card"]);
    expect((await server.push((await person.op()).op)).verdicts[0]).toMatchObject({ type: "reject", code: "gone" });
    expect(refusal(await server.register(person))).toEqual(gone);
    expect(refusal(await server.register(person, (await person.withDevice()).statements))).toEqual(gone);
    expect(await put((await make({ epoch: 2, card })).signed)).toMatchObject({ type: "reject", code: "gone" });
    expect(refusal(await server.createUpload(person, await person.blob()))).toEqual(gone);
    const again = (
      await server.post("/v1/letters", { letter: (await person.letter(desk)).letter })
    ).json<LetterAnswer>();
    expect(again.verdict).toMatchObject({ type: "reject", code: "gone" });
    const reply = (
      await server.post("/v1/letters", { letter: (await desk.letter(person)).letter })
    ).json<LetterAnswer>();
    expect(reply.verdict).toMatchObject({ type: "reject", code: "unknown-receiver" });

    await server.app.collector.run();
    expect((await server.store.blob(person.id, own.ref.blob))?.state).toBe("collected");
    expect((await server.store.blob(person.id, deposit.ref.blob))?.state).toBe("collected");
    expect((await server.store.blob(person.id, sent.ref.blob))?.state).toBe("verified");
    expect(() => server.readBlobFile(person, own)).toThrow();
    const rows = (await server.pull(deskToken)).rows;
    expect(rows.filter(({ type }) => type === "letter")).toMatchObject([{ letter: letter.letter }]);
    const bytes = await server.ask(
      "GET",
      `/v1/blobs/${person.id}.${sent.ref.blob}`,
      undefined,
      server.bearer(deskToken),
    );
    expect(bytes.rawPayload.equals(Buffer.from(sent.bytes))).toBe(true);
    const chain = await server.ask("GET", `/v1/principals/${person.id}`, undefined, server.bearer(deskToken));
    expect(chain.json().statements).toEqual(person.statements);
  });

  test("C2 nobody else erases it", async () => {
    const other = await createPerson();
    await server.register(other);
    await keep({ epoch: 1 });
    expect(refusal(await erase(other))).toEqual([422, "bad-signature"]);
    expect(refusal(await erase(await createPerson(), (await createPerson()).id))).toEqual([422, "unknown-principal"]);
    expect((await held()).keyring).not.toBeNull();
  });
});

test("INV-3 log and metrics hold no id, locator, number or proof, and say how many cards are frozen", async () => {
  const card = newCard();
  await keep({ epoch: 1, card });
  for (let at = 0; at < 10; at += 1) await open({ ...card, code: wrong() });
  await look(card);
  await block(card.number);
  const metrics = (await server.http.inject({ method: "GET", url: "/metrics" })).body;
  expect(metrics).toContain('besace_cards{state="frozen"} 1');
  expect(metrics).toContain('besace_cards{state="all"} 1');
  expect(metrics).toContain('besace_cards{state="blocked"} 1');
  const shown = metrics + server.logLines.join("");
  for (const secret of [person.id, card.locator, card.card, card.code, card.number, b64(card.share)])
    expect(shown).not.toContain(secret);
});

test("neither the database nor a backup of it gives a share: it lies there under the key file's key only", async () => {
  const card = newCard();
  await keep({ epoch: 1, card });
  const file = Buffer.concat(["", "-wal"].map((end) => readFileSync(`${server.folder}/besace.sqlite${end}`)));
  for (const form of [
    b64(card.share),
    Buffer.from(card.share).toString("hex"),
    Buffer.from(card.share).toString("latin1"),
  ])
    expect(file.includes(form, 0, "latin1")).toBe(false);
  expect(file.includes(card.locator)).toBe(true);
});
