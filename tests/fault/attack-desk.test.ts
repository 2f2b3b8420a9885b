/**
 * F4: a server that lies about the desk. Another key under the desk's name, a helper whom no manager took in, a dossier that the desk never
 * sees, a receipt that it had no right to sign (an old answer under a new date: attack-letters.test.ts). Each is seen by the person's phone; the words on the
 * screens are held by component tests named F4. A journal that went back: tests/unit/workers/journal.test.ts.
 */
import { afterEach, describe, expect, test } from "vitest";
import { createIdentity } from "../../src/crypto/identity.ts";
import { letterManifest } from "../../src/protocol/letters.ts";
import { signProof } from "../../src/protocol/proofs.ts";
import { generateSignPair } from "../../src/protocol/sign.ts";
import type { Deployment, PullAnswer, ServerTime, Signed } from "../../src/protocol/wire.ts";
import { overdueOf } from "../../src/satchel/overdue.ts";
import { prepareDesk } from "../../src/server/desks.ts";
import { localDay } from "../../src/shared/day.ts";
import type { LetterId, RecordId } from "../../src/shared/ids.ts";
import { addedBy, aPerson, aTeam, principalOf, withHelper } from "../unit/crypto/team.ts";
import { createHarness } from "../unit/server/harness.ts";
import {
  createBrowser,
  createConnectedBrowser,
  createLine,
  createServer,
  eventually,
  must,
  openDesk,
  openTab,
  random,
} from "../unit/workers/world.ts";

const DAY = 86_400_000;

/** A phone whose deployment.json says what the test wants it to. */
async function phone(first: Deployment) {
  const browser = createBrowser();
  browser.deployment = first;
  const tab = openTab(browser);
  await tab.refresh();
  const { database } = must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const store = await tab.store(database);
  const send = async () => {
    const { id } = must(
      await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
    );
    return must(await tab.api.send(id, null));
  };
  const shown = async (deployment: Deployment) => {
    browser.deployment = deployment;
    await tab.refresh();
  };
  return { tab, store, send, shown };
}

describe("F4 a server that lies about who the desk is", () => {
  test("F4 swapped key: under a name that is known nothing is sealed, and the dossier needs the person", async () => {
    const [server, other] = [await createServer(), await createServer()];
    const { send, shown, store } = await phone(await server.deployment());
    expect((await send()).stage).toBe("waits");
    await shown(await other.deployment());
    const stopped = await send();
    expect([stopped.stage, stopped.record.status]).toEqual(["needs-you", "ready"]);
    expect(must(await store.queue()).letters).toHaveLength(1);
    // What was pinned is still good for whoever it belongs to.
    await shown(await server.deployment());
    expect((await send()).stage).toBe("waits");
  });

  test("F4 injected helper: whom no manager took in stands in no chain; nothing is sealed to it", async () => {
    const server = await createServer();
    const [manager, second, stranger] = [await aPerson(), await aPerson(), await aPerson()];
    const team = await withHelper(await aTeam(manager), manager, second, "helper");
    const { organisation } = team;
    const { send, shown, store } = await phone(await server.deployment(organisation.statements));
    expect((await send()).stage).toBe("waits");
    // With the organisation's own key, which every leaver has had, and by a helper who is no manager.
    for (const by of [stranger.identity, second.identity]) {
      const forged: readonly Signed[] = [
        ...organisation.statements,
        await addedBy(organisation, by, stranger, "manager"),
      ];
      await expect(principalOf(forged)).rejects.toThrow();
      await shown(await server.deployment(forged));
      expect((await send()).stage).toBe("needs-you");
      expect(must(await store.queue()).letters).toHaveLength(1);
    }
    // A right change by the manager is followed.
    const grown = await withHelper(team, manager, await aPerson(), "helper");
    await shown(await server.deployment(grown.organisation.statements));
    expect((await send()).stage).toBe("waits");
  });

  test("F4 forged receipt: signed by a key that was never pinned, or about other papers, it is no arrival", async () => {
    const server = await createServer();
    const { send, tab, store } = await phone(await server.deployment());
    const { id, record } = await send();
    const letter = Object.keys(record.sent)[0] as LetterId;
    must(await store.freezeLetter(letter));
    const wire = must(await store.readLetter(letter))?.wire;
    if (wire === undefined) throw new Error("the letter is kept");
    const proof = {
      t: "deposited",
      v: 1,
      letter,
      manifest: await letterManifest(wire),
      to: server.organisation.id,
      at: 7000 as ServerTime,
      have: [],
      of: 0,
    } as const;
    const stranger = await generateSignPair(false);
    const other = await createIdentity("organisation", random);
    const forged = [
      await signProof(stranger.privateKey, proof),
      await signProof(server.keys.privateKey, { ...proof, of: 3 }),
      await signProof(server.keys.privateKey, { ...proof, to: other.id }),
    ];
    must(await store.setLetter(letter, { state: "accepted", proofs: forged }));
    expect(must(await tab.api.dossier(id))).toMatchObject({ stage: "waits", proofs: [] });
  });
});

describe("F4 a server that keeps things from the desk", { timeout: 120_000 }, () => {
  let close: () => Promise<void> = async () => undefined;
  afterEach(() => close());

  test("F4 withheld dossier: never opened, it shows by the promised date, and not once it was opened", async () => {
    const server = await createHarness();
    close = () => server.close();
    const base = await server.http.listen({ port: 0, host: "127.0.0.1" });
    const slug = "ccas-brevigny";
    const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
    const line = createLine(base);
    let withheld = true;
    const honest = line.fetch;
    Object.defineProperty(line, "fetch", {
      value: async (path: string, init?: RequestInit) => {
        const response = await honest(path, init);
        if (!withheld || !path.startsWith("/v1/pull")) return response;
        const answer = (await response.json()) as PullAnswer;
        const rows = answer.rows.filter(({ type }) => type !== "letter");
        return new Response(JSON.stringify({ ...answer, rows }), {
          status: response.status,
          headers: response.headers,
        });
      },
    });
    const desk = openDesk(createConnectedBrowser(line));
    must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
    const tab = openTab(createConnectedBrowser(createLine(base)));
    await tab.refresh();
    must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
    const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
    must(await tab.api.send(id, null));
    const view = async (dossier: RecordId = id) => must(await tab.api.dossier(dossier));
    await eventually(async () => {
      must(await tab.api.sendNow());
      return (await view()).stage === "complete" ? true : undefined;
    });
    must(await desk.api.refresh());
    expect(must(await desk.api.inbox()).rows).toEqual([]);
    // The server's clock, which the receipt has.
    const at = server.time.now;
    expect(overdueOf(await view(), undefined, at + 55 * DAY, localDay)).toBeNull();
    expect(overdueOf(await view(), undefined, at + 65 * DAY, localDay)).toMatchObject({ why: "not-opened" });
    expect(overdueOf(await view(), { months: 4 }, at + 65 * DAY, localDay)).toBeNull();
    withheld = false;
    // Given after all: what was said as late ends by itself.
    server.time.now += 66 * DAY;
    const late = openDesk(createConnectedBrowser(createLine(base)));
    must(await late.api.enrol({ slug, deskCode, code: "582914" }));
    const row = await eventually(async () => {
      must(await late.api.refresh());
      return must(await late.api.inbox()).rows[0];
    });
    must(await late.api.open(row.letter));
    await eventually(async () => {
      must(await tab.api.sendNow());
      return (await view()).stage === "opened" ? true : undefined;
    });
    expect(overdueOf(await view(), undefined, at + 70 * DAY, localDay)).toMatchObject({ why: "not-answered" });
  });
});
