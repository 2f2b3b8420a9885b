/**
 * `npm run bench:load` (F10): two hundred phones and ten desks on one server for five minutes, over real sockets and the
 * real protocol: every signature, every blob's root, every proof. No error, no loss, memory flat; p99 by route. Runs in
 * Node on Linux.
 *
 * A phone pushes a change, or signs off a dossier (letter first, then its blobs, as the queue does), pulls, and holds
 * what it is told against what it did. A desk pulls, waits for "complete", reads every blob, checks its root, says
 * "opened" and writes back. At the end the phones stop, the desks empty their inbox, and everything is counted.
 *
 * Surprising: bodies are random bytes of the right sizes. The server cannot tell, which is the point.
 *
 * `-- --minutes 5 --phones 200 --desks 10 --write` (into tests/results). The load runs on the server's own cores.
 */

import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { blobRootOf } from "../../src/protocol/blob-root.ts";
import { deskAuthOf, readDeskCode } from "../../src/protocol/desk-code.ts";
import { letterHead, letterManifest } from "../../src/protocol/letters.ts";
import { proofClaim, readServerProof } from "../../src/protocol/proofs.ts";
import { b64, rawPublicKey } from "../../src/protocol/sign.ts";
import { readChain, signDevice } from "../../src/protocol/statements.ts";
import type { Deployment, LetterAnswer, PullAnswer, PushAnswer, Signed } from "../../src/protocol/wire.ts";
import { type DeviceId, type LetterId, type PrincipalId, randomId } from "../../src/shared/ids.ts";
import { ROOT, startServer } from "../support/server.ts";
import { type Answer, type Asker, createAsker, openSession } from "../support/uploader.ts";
import { createPerson, random, type TestBlob, type TestPerson } from "../unit/server/people.ts";
import { percentile } from "./server-load.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    phones: { type: "string", default: "200" },
    desks: { type: "string", default: "10" },
    write: { type: "boolean", default: false },
  },
});
const runMs = Number(values.minutes) * 60_000;
const phoneCount = Number(values.phones);
const deskCount = Number(values.desks);

/** Between two acts of one phone: two hundred of them make about thirty requests a second. */
const thinkMs = { least: 4_000, most: 12_000 } as const;
const deskThinkMs = 2_000;
const partBytes = 64 * 1024;
const slug = "ccas-brevigny";

const problems: string[] = [];
const wrong = (what: string): void => {
  if (problems.length < 50) problems.push(what);
};

/* ---- what is asked, and how long it took ---- */

const times = new Map<string, number[]>();

/** An asker that keeps the milliseconds of each answer by route, and calls anything unexpected a problem. */
function createTimed(url: string) {
  const asker = createAsker(url, 100_000);
  const ask = async (
    route: string,
    expected: readonly number[],
    ...request: Parameters<Asker["ask"]>
  ): Promise<Answer | undefined> => {
    const from = performance.now();
    const answer = await asker.ask(...request);
    const known = times.get(route);
    if (known === undefined) times.set(route, [performance.now() - from]);
    else known.push(performance.now() - from);
    if (answer === undefined) wrong(`${route}: no answer`);
    else if (!expected.includes(answer.status))
      wrong(`${route}: ${answer.status} ${answer.body.toString().slice(0, 120)}`);
    return answer !== undefined && expected.includes(answer.status) ? answer : undefined;
  };
  const json = async <T>(
    route: string,
    method: "GET" | "POST",
    path: string,
    token: string | undefined,
    body?: unknown,
  ): Promise<T | undefined> => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const answer = await ask(
      route,
      [200],
      method,
      path,
      headers,
      body === undefined ? undefined : JSON.stringify(body),
    );
    return answer === undefined ? undefined : (JSON.parse(answer.body.toString()) as T);
  };
  return { asker, ask, json, close: asker.close };
}
type Timed = ReturnType<typeof createTimed>;

/** All rows after `cursor`, and the new cursor. */
async function pull(
  timed: Timed,
  token: string,
  cursor: string,
  onRow: (row: PullAnswer["rows"][number]) => void,
): Promise<string> {
  let at = cursor;
  for (;;) {
    const answer = await timed.json<PullAnswer>("pull", "GET", `/v1/pull?cursor=${at}`, token);
    if (answer === undefined) return at;
    if (answer.reset && cursor !== "0.0") wrong("pull: the server forgot where this cursor stood");
    for (const row of answer.rows) onRow(row);
    at = answer.cursor;
    if (!answer.more) return at;
  }
}

/* ---- phones ---- */

interface Sent {
  deposited: boolean;
  complete: boolean;
  opened: boolean;
}

interface Phone {
  readonly person: TestPerson;
  readonly sent: Map<LetterId, Sent>;
  /** One turn: an act and a pull. */
  readonly turn: () => Promise<void>;
  readonly look: () => Promise<void>;
  readonly close: () => void;
  readonly pushed: () => number;
  /** Letters that a desk wrote back. */
  readonly answers: () => number;
}

async function createPhone(
  url: string,
  organisation: TestPerson,
  serverKeys: Deployment["serverKeys"],
): Promise<Phone> {
  const person = await createPerson();
  const timed = createTimed(url);
  await timed.json("register", "POST", "/v1/register", undefined, { statements: person.statements });
  const token = await openSession(timed.asker, person);
  const sent = new Map<LetterId, Sent>();
  const received = new Set<LetterId>();
  let [cursor, pushed] = ["0.0", 0];

  const note = async (letter: LetterId, proof: Signed): Promise<void> => {
    const known = sent.get(letter);
    const body = proofClaim(proof);
    if (!body.ok) return wrong("a proof that does not read");
    // "Complete" is a row of both sides: it may speak of a letter that a desk wrote.
    if (known === undefined) {
      if (!received.has(letter)) wrong("a proof of a letter that nobody wrote");
      return;
    }
    if (body.value.t === "opened") known.opened = true;
    else if (!(await readServerProof(proof, serverKeys)).ok) wrong("a server's proof does not verify");
    else if (body.value.t === "complete") known.complete = true;
    else known.deposited = true;
  };

  const look = async (): Promise<void> => {
    const proofs: [LetterId, Signed][] = [];
    cursor = await pull(timed, token, cursor, (row) => {
      if (row.type === "proof") proofs.push([row.letter, row.proof]);
      const head = row.type === "letter" ? letterHead(row.letter) : undefined;
      if (head?.ok === true) received.add(head.value.letter);
      if (row.type === "blob" && row.state === "again") wrong("a blob was asked for again");
    });
    for (const [letter, proof] of proofs) await note(letter, proof);
  };

  const push = async (): Promise<void> => {
    const { op } = await person.op({}, [256, 1024, 4096][randomInt(3)]);
    const answer = await timed.json<PushAnswer>("push", "POST", "/v1/push", token, { ops: [op] });
    if (answer === undefined) return;
    if (answer.verdicts[0]?.type === "ok") pushed += 1;
    else wrong(`push: ${JSON.stringify(answer.verdicts[0])?.slice(0, 120)}`);
  };

  const upload = async ({ ref, bytes }: TestBlob): Promise<void> => {
    const tus = { "tus-resumable": "1.0.0" };
    const ticket = Buffer.from(JSON.stringify(await person.ticket(ref))).toString("base64");
    const metadata = { ...tus, "upload-length": String(ref.length), "upload-metadata": `ticket ${ticket}` };
    if ((await timed.ask("blob create", [201], "POST", "/v1/blobs", metadata)) === undefined) return;
    for (let offset = 0; offset < ref.length; offset += partBytes) {
      const headers = { ...tus, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" };
      const part = bytes.slice(offset, offset + partBytes);
      const path = `/v1/blobs/${person.id}.${ref.blob}`;
      const answer = await timed.ask("blob part", [204], "PATCH", path, headers, part);
      if (answer === undefined) return;
      if (offset + partBytes >= ref.length && answer.headers["besace-blob"] !== "verified")
        wrong("a whole blob is not verified");
    }
  };

  const signOff = async (): Promise<void> => {
    const blobs = await Promise.all(
      Array.from({ length: 1 + randomInt(3) }, () => person.blob(20_000 + randomInt(80_000))),
    );
    const { id, letter } = await person.letter(
      organisation,
      blobs.map((blob) => blob.ref),
    );
    sent.set(id, { deposited: false, complete: false, opened: false });
    const answer = await timed.json<LetterAnswer>("letter", "POST", "/v1/letters", token, { letter });
    if (answer !== undefined && answer.verdict.type !== "ok")
      wrong(`letter: ${JSON.stringify(answer.verdict).slice(0, 120)}`);
    for (const blob of blobs) await upload(blob);
  };

  return {
    person,
    sent,
    look,
    turn: async () => {
      await (randomInt(4) === 0 ? signOff() : push());
      await look();
    },
    close: timed.close,
    pushed: () => pushed,
    answers: () => received.size,
  };
}

/* ---- desks ---- */

interface Desk {
  readonly turn: () => Promise<void>;
  readonly close: () => void;
  /** Letters that were seen and not opened yet, and how many were. */
  readonly waiting: () => number;
  readonly opened: () => number;
  readonly answered: () => number;
}

/** Desk number `index` of `deskCount` opens the letters whose number falls to it, as helpers share an inbox. */
async function createDesk(
  url: string,
  organisation: TestPerson,
  device: TestPerson,
  index: number,
  people: ReadonlyMap<PrincipalId, TestPerson>,
): Promise<Desk> {
  const timed = createTimed(url);
  const token = await openSession(timed.asker, device);
  const letters = new Map<LetterId, PullAnswer["rows"][number] & { readonly type: "letter" }>();
  const complete = new Set<LetterId>();
  let [cursor, opened, answered, seen] = ["0.0", 0, 0, 0];

  const read = async (letter: LetterId): Promise<void> => {
    const row = letters.get(letter);
    const head = row === undefined ? undefined : letterHead(row.letter);
    if (row === undefined || head?.ok !== true) return wrong("a letter without a head");
    const sender = people.get(head.value.from);
    if (sender === undefined) return wrong("a letter of nobody");
    for (const ref of head.value.blobs) {
      const path = `/v1/blobs/${head.value.from}.${ref.blob}`;
      const answer = await timed.ask("blob read", [200], "GET", path, { authorization: `Bearer ${token}` });
      if (answer !== undefined && (await blobRootOf([answer.body])).root !== ref.root)
        wrong("a blob came back changed");
    }
    const proof = await organisation.opened(letter, await letterManifest(row.letter));
    if ((await timed.json("proof", "POST", "/v1/proofs", token, { proof })) === undefined) return;
    opened += 1;
    letters.delete(letter);
    const back = await organisation.letter(sender);
    const answer = await timed.json<LetterAnswer>("letter back", "POST", "/v1/letters", token, { letter: back.letter });
    if (answer?.verdict.type === "ok") answered += 1;
    else wrong("a desk's letter was not accepted");
  };

  return {
    turn: async () => {
      cursor = await pull(timed, token, cursor, (row) => {
        if (row.type === "letter" && seen++ % deskCount === index) {
          const head = letterHead(row.letter);
          if (head.ok) letters.set(head.value.letter, row);
        }
        if (row.type === "proof") {
          const body = proofClaim(row.proof);
          if (body.ok && body.value.t === "complete") complete.add(row.letter);
        }
      });
      for (const letter of [...letters.keys()]) if (complete.has(letter)) await read(letter);
    },
    close: timed.close,
    waiting: () => letters.size,
    opened: () => opened,
    answered: () => answered,
  };
}

/** The organisation with one device per desk, as the server's one-time code opens it. */
async function openOrganisation(url: string, groups: readonly string[]) {
  const organisation = await createPerson("organisation");
  const devices: TestPerson[] = [organisation];
  let statements = organisation.statements;
  while (devices.length < deskCount) {
    const read = await readChain(statements);
    if (!read.ok) throw new Error("a chain of our own reads");
    const transport = (await createPerson()).transport;
    const device = randomId<DeviceId>(random);
    const publicKey = await rawPublicKey(transport);
    statements = [...statements, await signDevice(organisation.identity.privateKey, read.value, device, publicKey)];
    devices.push({ ...organisation, device, transport });
  }
  const secret = await readDeskCode(groups);
  if (!secret.ok) throw new Error("the printed code reads");
  const timed = createTimed(url);
  const body = { auth: await deskAuthOf(secret.value), statements, sealedRoot: b64(random.bytes(60)) };
  await timed.json("enrol", "POST", `/v1/organisations/${slug}/enrol`, undefined, body);
  timed.close();
  return { organisation, devices };
}

/* ---- the run ---- */

const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1024;

const median = (list: readonly number[]): number =>
  percentile(
    [...list].sort((a, b) => a - b),
    0.5,
  );

const loadBefore = loadavg()[0]?.toFixed(1) ?? "";
const server = await startServer();
const code = await server.waitForLine(/((?:[0-9A-Z]{4}[ -]){9}[0-9A-Z]{4})/);
const { organisation, devices } = await openOrganisation(server.url, (code[1] ?? "").split(/[ -]/));
const deployment = (await (await fetch(`${server.url}/deployment.json`)).json()) as Deployment;

const phones: Phone[] = [];
for (let n = 0; n < phoneCount; n += 1) phones.push(await createPhone(server.url, organisation, deployment.serverKeys));
const people = new Map(phones.map((phone) => [phone.person.id, phone.person]));
const desks: Desk[] = [];
for (const [index, device] of devices.entries())
  desks.push(await createDesk(server.url, organisation, device, index, people));
console.log(`${phones.length} phones and ${desks.length} desks are registered; ${values.minutes} minutes begin`);

const started = performance.now();
const memory: { readonly at: number; readonly megabytes: number }[] = [];
const phase: { is: "run" | "end" | "over" } = { is: "run" };
const watching = (async () => {
  for (; phase.is !== "over"; await sleep(2000)) {
    const pid = server.pid();
    if (pid === undefined) wrong("the server ended");
    else if (phase.is === "run") memory.push({ at: performance.now() - started, megabytes: memoryOf(pid) });
  }
})();
const desksAtWork = desks.map(async (desk) => {
  for (; phase.is !== "over"; await sleep(deskThinkMs)) await desk.turn();
});
await Promise.all(
  phones.map(async (phone) => {
    // Not all at once: people are not.
    await sleep(randomInt(thinkMs.most));
    while (performance.now() - started < runMs) {
      await phone.turn();
      await sleep(thinkMs.least + randomInt(thinkMs.most - thinkMs.least));
    }
  }),
);
phase.is = "end";
const written = phones.reduce((sum, phone) => sum + phone.sent.size, 0);
const openedBy = (): number => desks.reduce((sum, desk) => sum + desk.opened(), 0);
for (const end = performance.now() + 60_000; openedBy() < written && performance.now() < end; ) await sleep(500);
phase.is = "over";
await Promise.all([watching, ...desksAtWork]);
for (const phone of phones) await phone.look();

/* ---- what is lost ---- */

const all = phones.flatMap((phone) => [...phone.sent.values()]);
const missing = (what: "deposited" | "complete" | "opened"): number => all.filter((one) => !one[what]).length;
for (const what of ["deposited", "complete", "opened"] as const)
  if (missing(what) > 0) wrong(`${missing(what)} of ${all.length} dossiers without "${what}"`);
const answered = desks.reduce((sum, desk) => sum + desk.answered(), 0);
const heard = phones.reduce((sum, phone) => sum + phone.answers(), 0);
if (heard !== answered) wrong(`${answered} answers were written, ${heard} arrived`);

const fifth = memory.filter((one) => one.at > runMs * 0.2 && one.at < runMs * 0.4).map((one) => one.megabytes);
const last = memory.filter((one) => one.at > runMs * 0.8).map((one) => one.megabytes);
const growth = median(last) - median(fifth);
/** What a heap may swing between two collections; a leak of one request's worth each would be many times this. */
const flatWithin = 40;
if (!(growth < flatWithin)) wrong(`memory grew by ${growth.toFixed(0)} MB`);

const pushed = phones.reduce((sum, phone) => sum + phone.pushed(), 0);
const requests = [...times.values()].reduce((sum, list) => sum + list.length, 0);
const lines = [
  `| route | answers | p50 ms | p99 ms | worst ms |`,
  `|---|---:|---:|---:|---:|`,
  ...[...times].map(([route, list]) => {
    list.sort((a, b) => a - b);
    const cells = [percentile(list, 0.5), percentile(list, 0.99), list.at(-1) ?? Number.NaN].map((one) =>
      one.toFixed(1),
    );
    return `| ${route} | ${list.length} | ${cells.join(" | ")} |`;
  }),
];
const report = [
  `# ${phones.length} phones, ${desks.length} desks, ${values.minutes} minutes`,
  "",
  `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, load before ${loadBefore}; the load runs on the same cores.`,
  "",
  `${requests} requests, ${pushed} changes, ${all.length} dossiers: ${all.length - missing("deposited")} deposited, ` +
    `${all.length - missing("complete")} complete, ${all.length - missing("opened")} opened; ${heard} of ${answered} answers arrived.`,
  `Memory of the server: ${median(fifth).toFixed(0)} MB in the second fifth, ${median(last).toFixed(0)} MB in the last.`,
  "",
  ...lines,
  "",
  problems.length === 0 ? "No error, no loss." : `Problems:\n${problems.map((one) => `- ${one}`).join("\n")}`,
  "",
].join("\n");
console.log(report);
if (values.write) {
  const folder = join(ROOT, "tests", "results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `bench-load-${new Date().toISOString().slice(0, 10)}.md`), report);
}
for (const one of [...phones, ...desks]) one.close();
await server.close();
process.exitCode = problems.length === 0 ? 0 : 1;
