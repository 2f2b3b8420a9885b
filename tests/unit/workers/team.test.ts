/**
 * Helpers of one organisation in their browsers, over the real server: the first one, invitations, leaving, the card; and a
 * browser or a line that dies in the middle of each (F1, F4; decisions/0034).
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { PrincipalId } from "../../../src/shared/ids.ts";
import { withSession } from "../../../src/workers/desk/session-fetch.ts";
import type { DeskApi } from "../../../src/workers/desk.contract.ts";
import { aPerson, aTeam } from "../crypto/team.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import {
  type Browser,
  createConnectedBrowser,
  createLine,
  eventually,
  type Line,
  must,
  openDesk,
  openTab,
  random,
} from "./world.ts";

const slug = "ccas-brevigny";
const text = (value: string) => ({ v: "text", text: value }) as const;
let server: Harness;
let base: string;
let deskCode: string;
beforeEach(async () => {
  server = await createHarness();
  // Invitations are dated by a browser's clock.
  server.time.now = Date.now();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
});
afterEach(() => server.close());

interface Desk {
  readonly browser: Browser;
  readonly line: Line & { lose: string | null; rewrite: ((body: object) => Promise<object>) | null };
  readonly code: string;
  /** The worker that runs now. */
  api: DeskApi;
}

/** A line that can lose the answer to one path after the server has heard the question. */
function aDesk(code: string): Desk {
  const inner = createLine(base);
  const line: Desk["line"] = Object.assign(inner, {
    lose: null as string | null,
    rewrite: null as Desk["line"]["rewrite"],
  });
  const send = inner.fetch;
  const lossy: typeof fetch = async (path, init) => {
    const answer = await send(path, init);
    if (line.lose === path && init?.method === "POST") {
      line.lose = null;
      throw new TypeError("the answer is lost");
    }
    if (line.rewrite === null || path !== "/v1/team" || init?.method === "POST") return answer;
    const body = await line.rewrite((await answer.json()) as object);
    return new Response(JSON.stringify(body), { status: answer.status, headers: answer.headers });
  };
  const own = Object.defineProperty(line, "fetch", { value: lossy });
  const browser = createConnectedBrowser(own);
  return { browser, line: own, code, api: openDesk(browser).api };
}
/** The browser is killed and opened again. */
async function again(desk: Desk): Promise<void> {
  desk.api = openDesk(desk.browser).api;
  must(await desk.api.unlock(desk.code));
}
/** The worker has signed in: what it is told from now on comes with a session. */
const signedIn = (desk: Desk): Promise<unknown> =>
  eventually(async () => (must(await desk.api.inbox()).lastAnswerAt > 0 ? true : undefined));
/** The team once it has as many helpers; the person at the desk asks for news, so no pause is waited for. */
const hasHelpers = (desk: Desk, count: number): Promise<unknown> =>
  eventually(async () => {
    must(await desk.api.refresh());
    return must(await desk.api.team()).helpers.length === count ? true : undefined;
  });

async function first(name = "Anne"): Promise<Desk> {
  const desk = aDesk("582914");
  must(await desk.api.enrol({ slug, deskCode, code: desk.code }));
  must(await desk.api.becomeFirstHelper({ name, code: desk.code }));
  await signedIn(desk);
  return desk;
}
const askedOf = (manager: Desk, name: string) =>
  eventually(async () => must(await manager.api.team()).invitations.find(({ asked }) => asked?.name === name));
const idOf = async (desk: Desk, name: string): Promise<PrincipalId> => {
  const found = must(await desk.api.team()).helpers.find((helper) => helper.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found.id;
};

async function aDossier(): Promise<{ readonly stage: () => Promise<string>; readonly refresh: () => Promise<void> }> {
  const line = createLine(base);
  const tab = openTab(createConnectedBrowser(line));
  await tab.refresh();
  must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
  must(await tab.api.saveAnswers(id, { answers: { subject: text("Une question"), message: text("Bonjour") } }));
  const sent = must(await tab.api.send(id, "Je certifie"));
  let { stage } = sent;
  return {
    stage: async () => {
      stage = must(await tab.api.dossier(id)).stage;
      return stage;
    },
    refresh: tab.refresh,
  };
}
const rowsOf = async (desk: Desk) => {
  must(await desk.api.refresh());
  return must(await desk.api.inbox()).rows;
};

test("the first helper has keys of her own, the code is spent, and a dossier waits until a card was typed back", {
  timeout: 120_000,
}, async () => {
  const desk = aDesk("582914");
  must(await desk.api.enrol({ slug, deskCode, code: desk.code }));
  expect(must(await desk.api.team())).toMatchObject({ state: "old", receives: true });
  expect(await desk.api.becomeFirstHelper({ name: "Anne", code: "111222" })).toMatchObject({
    error: { type: "wrong-code" },
  });
  expect(await desk.api.becomeFirstHelper({ name: " ", code: desk.code })).toMatchObject({ error: { type: "name" } });
  must(await desk.api.becomeFirstHelper({ name: "Anne Marqueur-Nom", code: desk.code }));
  await signedIn(desk);
  const { helpers, receives, mayManage } = must(await desk.api.team());
  expect([receives, mayManage]).toEqual([false, true]);
  expect(helpers).toEqual([{ id: expect.any(String), role: "manager", name: "Anne Marqueur-Nom", isMe: true }]);
  const other = aDesk("693025");
  expect(await other.api.enrol({ slug, deskCode, code: other.code })).toMatchObject({ error: { mark: "ended" } });

  const dossier = await aDossier();
  expect(await dossier.stage()).toBe("awaiting-desk");
  const { groups } = must(await desk.api.makeOrganisationCard());
  expect(await desk.api.drillOrganisationCard(deskCode)).toMatchObject({ error: { type: "other-card" } });
  expect(must(await desk.api.team()).receives).toBe(false);
  must(await desk.api.drillOrganisationCard(groups.join(" ").toLowerCase()));
  expect(must(await desk.api.team()).receives).toBe(true);
  await eventually(async () => {
    await dossier.refresh();
    return (await dossier.stage()) === "awaiting-desk" ? undefined : true;
  });
  expect(await eventually(async () => (await rowsOf(desk))[0])).toMatchObject({ procedure: "demande-libre" });
  // Her name and her code open this browser as before; nobody else reads the name.
  await again(desk);
  expect(must(await desk.api.team()).helpers[0]?.name).toBe("Anne Marqueur-Nom");
  expect(desk.line.sent.join("\n")).not.toContain("Marqueur-Nom");

  // Every browser is lost: the card makes another manager.
  const saved = aDesk("820461");
  const input = { slug, name: "Claire", code: saved.code };
  expect(await saved.api.openWithOrganisationCard({ ...input, deskCode })).toMatchObject({
    error: { type: "wrong-desk-code" },
  });
  must(await saved.api.openWithOrganisationCard({ ...input, deskCode: groups.join(" ") }));
  await signedIn(saved);
  expect(await eventually(async () => (await rowsOf(saved))[0])).toMatchObject({ procedure: "demande-libre" });
  const lost = must(await saved.api.team()).helpers.find(({ role, isMe }) => role === "manager" && !isMe);
  must(await saved.api.removeHelper(lost?.id as PrincipalId));
  expect(must(await saved.api.team()).helpers.map(({ role }) => role)).toEqual(["card", "manager"]);
});

test("F1 invited, compared, confirmed; and after she has left she opens nothing new", {
  timeout: 120_000,
}, async () => {
  const anne = await first();
  const { groups } = must(await anne.api.invite("helper"));
  const bruno = aDesk("693025");
  const asked = must(await bruno.api.join({ slug, deskCode: groups.join(" "), name: "Bruno", code: bruno.code }));
  const seen = await askedOf(anne, "Bruno");
  expect(asked).toEqual({ type: "asked", pictures: seen.asked?.pictures, digits: seen.asked?.digits });
  // Another browser with the same code is told so, and nothing else.
  const thief = aDesk("820461");
  expect(await thief.api.join({ slug, deskCode: groups.join(" "), name: "Bruno", code: thief.code })).toMatchObject({
    error: { type: "taken" },
  });
  expect(must(await thief.api.opening())).toEqual({ type: "none" });
  must(await anne.api.confirmHelper(seen.id));
  expect(must(await bruno.api.joining())).toEqual({ type: "in" });
  await signedIn(bruno);
  const view = must(await bruno.api.team());
  expect(view).toMatchObject({ mayManage: false, receives: true, invitations: [] });
  expect(view.helpers.map(({ role, isMe }) => [role, isMe])).toEqual([
    ["manager", false],
    ["helper", true],
  ]);
  for (const asking of [
    () => bruno.api.invite("manager"),
    () => bruno.api.makeOrganisationCard(),
    async () => bruno.api.removeHelper(await idOf(anne, "Anne")),
  ])
    expect(await asking()).toMatchObject({ error: { type: "not-allowed" } });

  await aDossier();
  for (const desk of [anne, bruno])
    expect(await eventually(async () => (await rowsOf(desk))[0])).toMatchObject({ name: "" });
  must(await anne.api.changeRole(await idOf(anne, "Bruno"), "manager"));
  expect(must(await bruno.api.team()).mayManage).toBe(true);
  must(await anne.api.changeRole(await idOf(anne, "Bruno"), "helper"));

  must(await anne.api.removeHelper(await idOf(anne, "Bruno")));
  await aDossier();
  // One helper alone again: the second dossier waits on its phone, and Bruno's browser hears nothing any more.
  expect(must(await anne.api.team()).receives).toBe(false);
  expect(await bruno.api.team()).toMatchObject({ error: { type: "unavailable", mark: "team-left" } });
});

test("P-H14 what is handed in carries the session that was last used for reading, nothing else does", async () => {
  const seen: string[] = [];
  const send = withSession(async (path, init) => {
    seen.push(`${path} ${new Headers(init?.headers).get("authorization")}`);
    return new Response();
  });
  await send("/v1/push", { method: "POST" });
  await send("/v1/pull?cursor=0.0", { headers: { authorization: "Bearer one" } });
  for (const path of ["/v1/push", "/v1/letters", "/v1/proofs", "/v1/register", "/v1/blobs"]) await send(path, {});
  expect(seen).toEqual([
    "/v1/push null",
    "/v1/pull?cursor=0.0 Bearer one",
    "/v1/push Bearer one",
    "/v1/letters Bearer one",
    "/v1/proofs Bearer one",
    "/v1/register null",
    "/v1/blobs null",
  ]);
});

test("killed or cut off at each step, a team goes on from where the server is", { timeout: 120_000 }, async () => {
  const anne = aDesk("582914");
  must(await anne.api.enrol({ slug, deskCode, code: anne.code }));
  anne.line.lose = "/v1/team";
  expect(await anne.api.becomeFirstHelper({ name: "Anne", code: anne.code })).toMatchObject({
    error: { type: "no-network" },
  });
  await again(anne);
  await hasHelpers(anne, 1);

  const { groups } = must(await anne.api.invite("manager"));
  const bruno = aDesk("693025");
  bruno.line.lose = `/v1/organisations/${slug}/join`;
  const input = { slug, deskCode: groups.join(" "), name: "Bruno", code: bruno.code };
  expect(await bruno.api.join(input)).toMatchObject({ error: { type: "no-network" } });
  await again(bruno);
  expect(must(await bruno.api.joining())).toMatchObject({ type: "asked" });
  const { id } = await askedOf(anne, "Bruno");
  anne.line.lose = "/v1/team";
  expect(await anne.api.confirmHelper(id)).toMatchObject({ error: { type: "no-network" } });
  await again(anne);
  await hasHelpers(anne, 2);
  await again(bruno);
  bruno.line.lose = `/v1/organisations/${slug}/join`;
  expect(await bruno.api.joining()).toMatchObject({ error: { type: "no-network" } });
  expect(must(await bruno.api.joining())).toEqual({ type: "in" });
  await signedIn(bruno);
  expect(must(await bruno.api.team())).toMatchObject({ mayManage: true, receives: true });

  bruno.line.lose = "/v1/team";
  const other = must(await bruno.api.team()).helpers.find(({ isMe }) => !isMe);
  expect(await bruno.api.removeHelper(other?.id as PrincipalId)).toMatchObject({ error: { type: "no-network" } });
  await again(bruno);
  await hasHelpers(bruno, 1);
  await aDossier();
  const { groups: card } = must(await bruno.api.makeOrganisationCard());
  await again(bruno);
  // A card that was not typed back before the browser closed is none.
  expect(await bruno.api.drillOrganisationCard(card.join(" "))).toMatchObject({ error: { type: "other-card" } });
  const next = must(await bruno.api.makeOrganisationCard());
  must(await bruno.api.drillOrganisationCard(next.groups.join(" ")));
  expect(must(await bruno.api.team()).receives).toBe(true);
});

test("F1 INV-1 what comes for new keys waits in a browser that has not heard of them, and is read once it has", {
  timeout: 120_000,
}, async () => {
  const anne = await first();
  const { groups } = must(await anne.api.invite("helper"));
  const bruno = aDesk("693025");
  must(await bruno.api.join({ slug, deskCode: groups.join(" "), name: "Bruno", code: bruno.code }));
  must(await anne.api.confirmHelper((await askedOf(anne, "Bruno")).id));
  must(await bruno.api.joining());
  await signedIn(bruno);
  bruno.line.rewrite = async () => {
    throw new TypeError("this answer never comes");
  };
  // The second card changes the keys.
  for (const _ of [1, 2]) {
    const card = must(await anne.api.makeOrganisationCard());
    must(await anne.api.drillOrganisationCard(card.groups.join(" ")));
  }
  await aDossier();
  const { letter } = await eventually(async () => (await rowsOf(anne))[0]);
  const waiting = await eventually(async () => (await rowsOf(bruno))[0]);
  expect(waiting).toMatchObject({ letter, trouble: "other-key" });
  bruno.line.rewrite = null;
  const read = await eventually(async () => (await rowsOf(bruno)).find(({ trouble }) => trouble === null));
  expect(read).toMatchObject({ letter, procedure: "demande-libre" });
  await eventually(async () => {
    const names = must(await bruno.api.team()).helpers.map(({ name }) => name);
    return names.sort().join() === ",Anne,Bruno" ? true : undefined;
  });
});

test("F4 a server that shows another team, or none of hers, is refused and said", { timeout: 60_000 }, async () => {
  const anne = await first();
  const foreign = await aTeam(await aPerson());
  const before = must(await anne.api.team());
  anne.line.rewrite = async (body) => {
    const { statements } = body as { readonly statements: readonly object[] };
    // Its own helper behind the true chain, signed with keys of its own.
    return { ...body, statements: [...statements, foreign.organisation.statements.at(-1)] };
  };
  expect(await anne.api.team()).toMatchObject({ error: { mark: "team-bad-signature" } });
  anne.line.rewrite = async (body) => {
    const { statements } = body as { readonly statements: readonly object[] };
    const length = statements.length + 1;
    return { ...body, statements: Array.from({ length }, () => foreign.organisation.statements[0]) };
  };
  expect(await anne.api.team()).toMatchObject({ ok: false, error: { type: "unavailable" } });
  anne.line.rewrite = null;
  expect(must(await anne.api.team())).toEqual(before);
});
