/** Opening by the phone at the server (SPEC P-V7 to P-V12): what it takes, until when, and from whom. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAsk, type OwnAsk } from "../../../src/crypto/approval.ts";
import {
  type ApprovalCertificate,
  type ApprovalDeed,
  approvalBodyHash,
  approvalServerOf,
  depositHash,
  signAct,
  signCertificate,
} from "../../../src/protocol/approval.ts";
import type { ApprovalAnswer, ApprovalsAnswer, SealedText } from "../../../src/protocol/approval-wire.ts";
import { approvals as limits } from "../../../src/protocol/limits.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import type { ErrorAnswer, ServerTime, Signed } from "../../../src/protocol/wire.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, random, type TestBlob, type TestPerson } from "./people.ts";

let server: Harness;
let person: TestPerson;
let token: string;
let ask: OwnAsk;
let blob: TestBlob;
let other: TestBlob;

const upload = async (owner: TestPerson): Promise<TestBlob> => {
  const made = await owner.blob(2000);
  await server.createUpload(owner, made);
  await server.patch(owner, made, 0);
  return made;
};
const question = async (): Promise<OwnAsk> =>
  createAsk(random, { server: await approvalServerOf(person.principal.sign), name: "Poste" });
const hpke = (bytes = 1000): SealedText => ({
  enc: b64(Uint8Array.from([4, ...random.bytes(64)])),
  sealed: b64(random.bytes(bytes)),
});
const path = (rest = "", of = ask) => `/v1/approvals/${of.id}${rest}`;
const codeOf = async (answer: ReturnType<Harness["ask"]>): Promise<string> => {
  const { statusCode, json } = await answer;
  return statusCode < 300 ? "ok" : json<ErrorAnswer>().error;
};
const post = (url: string, body: object, session: string | null = null) =>
  server.post(url, body, session === null ? {} : server.bearer(session));
const status = async (of = ask) => (await server.ask("GET", path("", of))).json<ApprovalAnswer>();
const list = async (session = token) =>
  (await server.ask("GET", "/v1/approvals", undefined, server.bearer(session))).json<ApprovalsAnswer>().approvals;

const shown = (of = ask) => post("/v1/approvals", { ask: b64(of.bytes) });
const hello = (session = token, of = ask, number = b64(random.bytes(16))) =>
  post(path("/hello", of), { number }, session);
const reveal = (of = ask, secret = of.secret) => post(path("/secret", of), { secret });
const certificate = (patch: Partial<ApprovalCertificate> = {}, of = ask, by = person) =>
  signCertificate(
    by.identity.privateKey,
    {
      principal: by.id,
      device: by.device,
      blobs: [blob.ref.blob],
      deposits: 2,
      from: server.time.now as ServerTime,
      until: (server.time.now + limits.lifetimeMs) as ServerTime,
      ...patch,
    },
    of,
  );
const grant = async (signed: Signed, session = token, of = ask) =>
  post(path("/grant", of), { certificate: signed, ...hpke() }, session);

/** The computer's own list of what it did. */
function kiosk(signed: Signed, of = ask) {
  let n = 0;
  let prev = approvalBodyHash(signed);
  const sign = async (deed: ApprovalDeed, key = of.signPair.privateKey): Promise<Signed> =>
    signAct(key, { session: of.id, n, prev: await prev }, deed);
  return {
    sign,
    say: async (act: Signed, deposit: SealedText | null = null) => {
      const answer = await post(path("/acts", of), { act, deposit });
      if (answer.statusCode === 200) {
        n += 1;
        prev = approvalBodyHash(act);
      }
      return answer;
    },
    read: async function (this: { sign: typeof sign }, name = blob.ref.blob) {
      return this.sign({ do: "read", blob: name });
    },
  };
}
const met = async (of = ask): Promise<void> => {
  expect(await codeOf(shown(of))).toBe("ok");
  expect(await codeOf(hello(token, of))).toBe("ok");
  expect(await codeOf(reveal(of))).toBe("ok");
};
const opened = async (patch: Partial<ApprovalCertificate> = {}) => {
  await met();
  const signed = await certificate(patch);
  expect(await codeOf(grant(signed))).toBe("ok");
  return kiosk(signed);
};

beforeEach(async () => {
  server = await createHarness();
  person = await createPerson();
  await server.register(person);
  token = await server.session(person);
  [blob, other] = [await upload(person), await upload(person)];
  ask = await question();
});
afterEach(() => server.close());

describe("meeting", () => {
  test("P-V7 a question is there for ten minutes, the phone's number and the computer's secret in this order only", async () => {
    expect(await codeOf(server.ask("GET", path()))).toBe("not-found");
    expect(await codeOf(hello())).toBe("not-found");
    await shown();
    expect(await status()).toMatchObject({ state: "asked", number: null, secret: null, grant: null });
    expect(await codeOf(reveal())).toBe("ended");
    const number = b64(random.bytes(16));
    expect(await codeOf(hello(token, ask, number))).toBe("ok");
    expect(await codeOf(hello(token, ask, number))).toBe("ok");
    expect(await codeOf(hello())).toBe("id-taken");
    expect(await codeOf(reveal(ask, b64(random.bytes(32))))).toBe("bad-signature");
    expect(await codeOf(reveal())).toBe("ok");
    expect(await status()).toMatchObject({ state: "greeted", number, secret: ask.secret, grant: null });
    server.time.now += limits.askMs;
    expect(await status()).toMatchObject({ state: "ended" });
    expect(await codeOf(grant(await certificate()))).toBe("ended");
  });

  test("P-V7 greeting and granting need a session; damaged questions and strangers' ids are refused", async () => {
    await shown();
    const number = b64(random.bytes(16));
    expect(await codeOf(post(path("/hello"), { number }))).toBe("unauthenticated");
    expect(await codeOf(post("/v1/approvals", { ask: b64(ask.bytes.slice(1)) }))).toBe("bad-format");
    expect(await codeOf(server.ask("GET", "/v1/approvals/nothing"))).toBe("not-found");
    expect(await codeOf(server.ask("GET", "/v1/approvals"))).toBe("unauthenticated");
  });
});

describe("the certificate", () => {
  test("P-V4 longer than 20 minutes, expired, too early, of another satchel or another question: nothing opens", async () => {
    await met();
    const now = server.time.now;
    const until = (ms: number) => (now + ms) as ServerTime;
    const stranger = await createPerson();
    expect(await codeOf(grant(await certificate({ until: until(limits.lifetimeMs + 1) })))).toBe("bad-format");
    expect(await codeOf(grant(await certificate({ from: until(-60_000), until: until(0) })))).toBe("ended");
    const late = { from: until(limits.aheadMs + 1), until: until(limits.lifetimeMs) };
    expect(await codeOf(grant(await certificate(late)))).toBe("not-yet");
    expect(await codeOf(grant(await certificate({}, ask, stranger)))).toBe("forbidden");
    expect(await codeOf(grant(await certificate({}, await question())))).toBe("forbidden");
    const forged = await signCertificate(
      stranger.identity.privateKey,
      JSON.parse(Buffer.from((await certificate()).body, "base64url").toString()),
      ask,
    );
    expect(await codeOf(grant(forged))).toBe("bad-signature");
    expect((await status()).state).toBe("greeted");
  });

  test("P-V8 only streams that are whole at the server, only by the device that it names, only by its reader, once", async () => {
    await met();
    const missing = await person.blob();
    expect(await codeOf(grant(await certificate({ blobs: [missing.ref.blob] })))).toBe("blob-missing");
    const more = await person.withDevice();
    await server.register(person, more.statements);
    const second = await server.session({ ...person, device: more.device, transport: more.transport });
    expect(await codeOf(grant(await certificate(), second))).toBe("forbidden");
    expect(await codeOf(grant(await certificate({ device: more.device }), second))).toBe("ended");
    const signed = await certificate();
    expect(await codeOf(grant(signed))).toBe("ok");
    expect(await codeOf(grant(signed))).toBe("ok");
    expect(await codeOf(grant(await certificate({ deposits: 1 })))).toBe("id-taken");
  });

  test("P-V8 a certificate is good for its own question once: played again to a later one it is refused", async () => {
    const first = await certificate();
    await met();
    expect(await codeOf(grant(first))).toBe("ok");
    const later = await question();
    await met(later);
    expect(await codeOf(grant(first, token, later))).toBe("forbidden");
  });
});

describe("acts", () => {
  test("P-V9 a read gives the sealed bytes and stands in the list; out of scope, unsigned, moved: nothing", async () => {
    const computer = await opened();
    const answer = await computer.say(await computer.read());
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.equals(Buffer.from(blob.bytes))).toBe(true);
    expect(await codeOf(computer.say(await computer.read(other.ref.blob)))).toBe("forbidden");
    const stranger = await question();
    const forged = await computer.sign({ do: "read", blob: blob.ref.blob }, stranger.signPair.privateKey);
    expect(await codeOf(computer.say(forged))).toBe("bad-signature");
    const moved = await signAct(
      ask.signPair.privateKey,
      { session: ask.id, n: 5, prev: b64(random.bytes(32)) },
      { do: "read", blob: blob.ref.blob },
    );
    expect(await codeOf(computer.say(moved))).toBe("offset");
    const [seen] = await list();
    expect(seen?.acts).toHaveLength(1);
    expect(seen?.acts[0]?.at).toBe(server.time.now);
  });

  test("P-V9 the last act said again, because its answer was lost, changes nothing", async () => {
    const computer = await opened();
    const page = hpke();
    const act = await computer.sign({ do: "deposit", hash: await depositHash(page) });
    expect(await codeOf(computer.say(act, page))).toBe("ok");
    expect(await codeOf(post(path("/acts"), { act, deposit: page }))).toBe("ok");
    const read = await computer.read();
    const twice = await Promise.all([1, 2, 3].map(() => post(path("/acts"), { act: read, deposit: null })));
    expect(twice.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    const [seen] = await list();
    expect(seen).toMatchObject({ waiting: [0] });
    expect(seen?.acts).toHaveLength(2);
  });

  test("P-V10 pages: as many as the certificate says, the bytes that were signed, for the satchel's devices until they keep them", async () => {
    const computer = await opened();
    const pages = [hpke(), hpke(), hpke()];
    const [first, second, third] = pages as [SealedText, SealedText, SealedText];
    const deposit = async (page: SealedText) => computer.sign({ do: "deposit", hash: await depositHash(page) });
    expect(await codeOf(computer.say(await deposit(first), second))).toBe("bad-format");
    expect(await codeOf(computer.say(await deposit(first)))).toBe("bad-format");
    expect(await codeOf(computer.say(await deposit(first), first))).toBe("ok");
    expect(await codeOf(computer.say(await deposit(second), second))).toBe("ok");
    expect(await codeOf(computer.say(await deposit(third), third))).toBe("forbidden");
    const page = (n: number, session = token) =>
      server.ask("GET", path(`/pages/${n}`), undefined, server.bearer(session));
    expect((await page(0)).json()).toMatchObject(first);
    const stranger = await createPerson();
    await server.register(stranger);
    const foreign = await server.session(stranger);
    expect(await codeOf(page(0, foreign))).toBe("not-found");
    expect(await codeOf(post(path("/pages/0/kept"), {}, foreign))).toBe("ok");
    expect(await codeOf(page(0))).toBe("ok");
    expect(await list(foreign)).toEqual([]);
    expect(await codeOf(post(path("/pages/0/kept"), {}, token))).toBe("ok");
    expect(await codeOf(page(0))).toBe("not-found");
    expect((await list())[0]?.waiting).toEqual([1]);
  });

  test("P-V11 after 20 minutes of server time nothing is read and nothing taken", async () => {
    const computer = await opened();
    server.time.now += limits.lifetimeMs - 1;
    expect(await codeOf(computer.say(await computer.read()))).toBe("ok");
    server.time.now += 1;
    expect(await codeOf(computer.say(await computer.read()))).toBe("ended");
    const page = hpke();
    const late = await computer.sign({ do: "deposit", hash: await depositHash(page) });
    expect(await codeOf(computer.say(late, page))).toBe("ended");
    expect(await status()).toMatchObject({ state: "ended", grant: null });
  });

  test("P-V11 after the phone has said that it is over, or the computer has, nothing more", async () => {
    const computer = await opened();
    const stranger = await createPerson();
    await server.register(stranger);
    expect(await codeOf(post(path("/end"), {}, await server.session(stranger)))).toBe("not-found");
    expect(await codeOf(computer.say(await computer.read()))).toBe("ok");
    expect(await codeOf(post(path("/end"), {}, token))).toBe("ok");
    expect(await codeOf(computer.say(await computer.read()))).toBe("ended");
    expect((await list())[0]?.endedAt).toBe(server.time.now);
    ask = await question();
    const next = await opened();
    expect(await codeOf(next.say(await next.sign({ do: "end", why: "asked" })))).toBe("ok");
    expect(await codeOf(next.say(await next.read()))).toBe("ended");
  });

  test("P-V11 a device that was put out since, or a satchel that was erased, has opened nothing", async () => {
    const computer = await opened();
    const { signDeviceRemoved } = await import("../../../src/protocol/statements.ts");
    const removal = await signDeviceRemoved(person.identity.privateKey, person.principal, person.device);
    expect(await codeOf(server.register(person, [...person.statements, removal]))).toBe("ok");
    expect(await codeOf(computer.say(await computer.read()))).toBe("device-removed");
    expect((await status()).state).toBe("ended");
  });
});

describe("what stays", () => {
  test("P-V12 questions go after their ten minutes, approvals after 30 days, pages that wait keep theirs; erasing takes all", async () => {
    const computer = await opened();
    const page = hpke();
    await computer.say(await computer.sign({ do: "deposit", hash: await depositHash(page) }), page);
    const unanswered = await question();
    await shown(unanswered);
    server.time.now += limits.lifetimeMs + 1;
    await server.app.collector.run();
    expect(await codeOf(server.ask("GET", path("", unanswered)))).toBe("not-found");
    expect(await list()).toHaveLength(1);
    server.time.now += limits.shownMs;
    await server.app.collector.run();
    token = await server.session(person);
    expect(await list()).toHaveLength(1);
    await post(path("/pages/0/kept"), {}, token);
    await server.app.collector.run();
    expect(await list()).toEqual([]);
  });

  test("P-V13 too much that waits is refused until some of it was kept", async () => {
    const big = hpke(limits.depositBytes - 100);
    for (let session = 0; ; session += 1) {
      ask = await question();
      await met();
      const signed = await certificate({ deposits: limits.deposits });
      await grant(signed);
      const computer = kiosk(signed);
      const codes: string[] = [];
      for (let n = 0; n < limits.deposits && codes.at(-1) !== "quota"; n += 1)
        codes.push(
          await codeOf(computer.say(await computer.sign({ do: "deposit", hash: await depositHash(big) }), big)),
        );
      if (codes.at(-1) !== "quota") continue;
      expect(session).toBeLessThan(2);
      expect(codes.slice(0, -1).every((code) => code === "ok")).toBe(true);
      return;
    }
  });

  test("the log says no id, and nothing of what was sent", async () => {
    const computer = await opened();
    await computer.say(await computer.read());
    for (const secret of [ask.id, person.id, blob.ref.blob, ask.secret])
      expect(server.logLines.join("\n")).not.toContain(secret);
  });
});
