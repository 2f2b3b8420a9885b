/**
 * Logins at another site (F6, SPEC P-I), against oidc-provider on loopback in the place of ProConnect and FranceConnect: what
 * opens, what is refused, what nobody learns. The site runs by the real clock, the server by the test's.
 */

import { createHmac, generateKeyPairSync, sign as signWith } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createDeskCode, deskAuthOf } from "../../../src/protocol/desk-code.ts";
import {
  bindingHash,
  type FinishState,
  type IdentityState,
  loginCommit,
  loginLimits,
  loginPages,
  loginRoutes,
  parseFinishAnswer,
  parseIdentityAnswer,
  parseLoginStateAnswer,
  parsePassAnswer,
  passHeader,
  signBinding,
  signUnbinding,
} from "../../../src/protocol/login.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import type { Signed } from "../../../src/protocol/wire.ts";
import { demonstration } from "../../../src/server/deployment.ts";
import { authHashOf } from "../../../src/server/desks.ts";
import { createOidc, type OidcSite } from "../../../src/server/oidc.ts";
import { createCookieJar, startOidcSite, type TestOidcSite } from "../../support/oidc-site.ts";
import { freePort } from "../../support/server.ts";
import { aPerson, aTeam, must, type Person, type Team, withHelper } from "../crypto/team.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, random } from "./people.ts";

const slug = "ccas-brevigny";
const app = "https://besace.test";
const siret = "21480042300018";
const accounts = {
  anne: { given_name: "Anne", usual_name: "Mårtin <b>", email: "anne@ccas.example", uid: "77", siret },
  bruno: { given_name: "Bruno", usual_name: "Petit", email: "bruno@ccas.example", uid: "78", siret },
  elsewhere: { given_name: "Clara", usual_name: "Noir", email: "c@autre.example", uid: "79", siret: "13002526500013" },
  samia: {
    given_name: "Samia Leïla",
    family_name: "BENSAÏD",
    gender: "female",
    birthdate: "1985-07-00",
    birthplace: "2A004",
    birthcountry: "99100",
    email: "samia@mail.example",
  },
  abroad: { given_name: "Ahmad", family_name: "SAÏD", birthdate: "1979-00-00", birthplace: "", birthcountry: "99352" },
};
const back = (what: "guichet" | "personne") => `${app}${loginPages.back(what)}`;

let site: TestOidcSite;
/** Changes what the server hears of the site, and tells what it asked. */
let meddle: ((url: string, response: Response) => Promise<Response> | Response) | undefined;
let isDown = false;
beforeAll(async () => {
  site = await startOidcSite({
    port: await freePort(),
    accounts,
    redirects: [back("guichet"), back("personne")],
    afterLogout: [`${app}${loginPages.gone("guichet")}`, `${app}${loginPages.gone("personne")}`],
  });
  await startServer();
});
afterAll(async () => {
  await server.close();
  await site.close();
});

let server: Harness;
let anne: Person;
let bruno: Person;
let team: Team;
let token: string;
let browser: ReturnType<typeof createCookieJar>;

const siteSettings = (): OidcSite => ({
  issuer: site.issuer,
  clientId: site.clientId,
  clientSecret: site.clientSecret,
  name: "ProConnect",
  scope: "openid given_name usual_name email uid siret",
  alg: "ES256",
  more: {},
});
const personScope = "openid given_name family_name preferred_username gender birthdate birthplace birthcountry";

/** One server and one team for all: what a test binds is taken away after it. */
async function startServer(): Promise<void> {
  server = await createHarness({
    publicUrl: app,
    rates: { perPrincipal: 100_000, perAddress: 100_000 },
    deployment: demonstration(app),
    logins: {
      sites: {
        organisations: new Map([[slug, { ...siteSettings(), siret }]]),
        person: { ...siteSettings(), name: "FranceConnect", scope: personScope, more: { acr_values: "eidas1" } },
      },
      fetch: async (url, init) => {
        if (isDown) throw new TypeError("fetch failed");
        const response = await fetch(url, init);
        return meddle === undefined ? response : meddle(url, response);
      },
    },
  });
  const { secret } = await createDeskCode(random);
  const auth = await deskAuthOf(secret);
  await server.store.setDeskCode(slug, await authHashOf(auth));
  anne = await aPerson();
  bruno = await aPerson();
  const alone = await aTeam(anne);
  const [genesis] = alone.organisation.statements;
  await server.post(`/v1/organisations/${slug}/enrol`, {
    auth,
    statements: [genesis],
    sealedRoot: b64(random.bytes(60)),
  });
  team = await withHelper(alone, anne, bruno, "helper");
  const boxes = [...team.boxes].map(([helper, { enc, sealed }]) => ({ helper, enc, sealed }));
  const { statements } = team.organisation;
  const request = { statements, from: 0, epochs: team.epochs, boxes, card: null, invitation: null };
  expect((await server.post("/v1/team", request)).statusCode).toBe(200);
}
beforeEach(async () => {
  browser = createCookieJar();
  token = await sessionOf(anne);
});
afterEach(async () => {
  [meddle, isDown] = [undefined, false];
  vi.useRealTimers();
  const { id } = team.organisation;
  for (const { helper, subject } of await server.store.loginBindings(id))
    await server.store.unbindLogin(id, helper, subject);
});

const sessionOf = (person: Person) =>
  server.session({ id: team.organisation.id, device: person.device, transport: person.transportKeys });
const pull = (session: string, pass?: string) =>
  server.ask("GET", "/v1/pull?cursor=0.0", undefined, {
    ...server.bearer(session),
    ...(pass === undefined ? {} : { [passHeader]: pass }),
  });

/** A request of the app's page or worker, with the browser's cookies. */
async function say(url: string, body: object, session?: string, jar = browser) {
  const cookie = jar.header(app);
  const extra = { ...(session === undefined ? {} : server.bearer(session)), ...(cookie === "" ? {} : { cookie }) };
  const answer = await server.post(url, body, extra);
  jar.take(app, [answer.headers["set-cookie"] ?? []].flat());
  return answer;
}
/** The browser goes to an address of ours. */
async function visit(path: string, jar = browser) {
  const answer = await server.http.inject({ url: path, headers: { cookie: jar.header(app), accept: "text/html" } });
  jar.take(app, [answer.headers["set-cookie"] ?? []].flat());
  return answer;
}
/** From the site's first page, met by a browser that it does not know yet, to our address that it sends the browser back to. */
async function atSite(first: string, choice: string): Promise<string> {
  const there = createCookieJar();
  let url = first;
  for (let step = 0; step < 12; step++) {
    const response = await fetch(url, { redirect: "manual", headers: { cookie: there.header(url) } });
    there.take(url, response.headers.getSetCookie());
    await response.arrayBuffer();
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${response.status} at ${url}`);
    url = new URL(location, url).href;
    if (url.startsWith(app)) return url.slice(app.length);
    if (/\/interaction\/[\w-]+$/.test(url)) url = `${url}/${choice}`;
  }
  throw new Error("the site goes round in circles");
}

const secretOf = async () => {
  const secret = random.bytes(32);
  return { secret: b64(secret), commit: await loginCommit(secret) };
};
/** "begin", and the way to the site: its first page's address. */
async function begun(session = token) {
  const { secret, commit } = await secretOf();
  const answer = await say(loginRoutes.begin, { commit, language: "fr" }, session);
  expect(answer.statusCode).toBe(200);
  const left = await visit(answer.json().page);
  return { secret, left, url: String(left.headers.location ?? "") };
}
const finish = async (secret: string, session = token, binding: Signed | null = null): Promise<FinishState> =>
  must(parseFinishAnswer((await say(loginRoutes.finish, { secret, binding }, session)).json())).state;

async function bound(person: Person, secret: string, session: string): Promise<FinishState> {
  const state = await finish(secret, session);
  if (state.type !== "bind") return state;
  const facts = { organisation: team.organisation.id, helper: person.identity.id };
  const binding = await signBinding(person.identity.sign, { ...facts, subject: state.subject, at: state.at });
  return finish(secret, session, binding);
}
/** A whole login. */
async function login(account: string, person = anne, session = token): Promise<FinishState> {
  const { secret, url } = await begun(session);
  const landed = await visit(await atSite(url, `login/${account}`));
  expect(landed.headers["content-security-policy"]).toContain("default-src 'none'");
  return bound(person, secret, session);
}
const passOf = (state: FinishState): string => {
  if (state.type !== "in") throw new Error(JSON.stringify(state));
  return state.pass;
};

/** What every answer from the site does to a login when it was forged. */
async function refusedWhy(forge: typeof meddle): Promise<FinishState> {
  const { secret, url } = await begun();
  const returned = await atSite(url, "login/anne");
  meddle = forge;
  expect((await visit(returned)).statusCode).toBe(400);
  return finish(secret);
}

const jsonOf = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
const partOf = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const forgeToken =
  (change: (token: string) => string): NonNullable<typeof meddle> =>
  async (url, response) => {
    if (!url.endsWith("/token")) return response;
    const body = (await response.json()) as { id_token: string };
    return Response.json({ ...body, id_token: change(body.id_token) });
  };
const forgeUser =
  (change: (token: string) => string): NonNullable<typeof meddle> =>
  async (url, response) =>
    url.endsWith("/me")
      ? new Response(change(await response.text()), { headers: { "content-type": "application/jwt" } })
      : response;
const resigned =
  (header: object, sign: (input: string) => string, claims: object = {}) =>
  (jwt: string): string => {
    const [head = "", body = ""] = jwt.split(".");
    const input = `${partOf({ ...jsonOf(head), ...header })}.${partOf({ ...jsonOf(body), ...claims })}`;
    return `${input}.${sign(input)}`;
  };

test("F6 happy path: without a login nothing is handed out, with one all is; it is bound, renewed, ended", async () => {
  expect((await pull(token)).json()).toMatchObject({ error: "login-needed" });
  const blob = await server.ask("GET", `/v1/blobs/${anne.identity.id}.x`, undefined, server.bearer(token));
  expect(blob.json()).toMatchObject({ error: "login-needed" });
  const asked = must(parseLoginStateAnswer((await say(loginRoutes.state, {}, token)).json()));
  expect(asked).toMatchObject({ needs: ["oidc"], site: "ProConnect", until: null, helper: true });

  const { secret, url } = await begun();
  const first = new URL(url).searchParams;
  expect(first.get("scope")?.split(" ")).toEqual(["openid", "given_name", "usual_name", "email", "uid", "siret"]);
  for (const name of ["state", "nonce", "code_challenge"]) expect(first.get(name)?.length).toBeGreaterThanOrEqual(32);
  expect([first.get("code_challenge_method"), first.get("response_type")]).toEqual(["S256", "code"]);
  expect(await finish(secret)).toEqual({ type: "waiting" });
  const landed = await visit(await atSite(url, "login/anne"));
  expect(landed.statusCode).toBe(200);
  expect(landed.body).toContain("Anne Mårtin &#60;b&#62;");
  expect(landed.body).not.toContain("<script");

  const pass = passOf(await bound(anne, secret, token));
  expect((await pull(token, pass)).statusCode).toBe(200);
  // Of her browser alone.
  expect((await pull(await sessionOf(bruno), pass)).json()).toMatchObject({ error: "login-needed" });
  // Once: the cookie is used up.
  expect(await finish(secret)).toEqual({ type: "refused", why: "stale" });

  server.time.now += loginLimits.passMs - 1000;
  const renewed = must(
    parsePassAnswer((await server.post(loginRoutes.renew, {}, { ...server.bearer(token), [passHeader]: pass })).json()),
  ).pass;
  server.time.now += 2000;
  expect((await pull(token, pass)).json()).toMatchObject({ error: "login-needed" });
  expect((await pull(token, renewed)).statusCode).toBe(200);
  await server.post(loginRoutes.end, {}, { ...server.bearer(token), [passHeader]: renewed });
  expect((await pull(token, renewed)).json()).toMatchObject({ error: "login-needed" });
  expect((await login("anne")).type).toBe("in");
});

test("F6 after twelve hours no renewal helps; a satchel's session needs nothing of this", async () => {
  let pass = passOf(await login("anne"));
  for (let hours = 0; hours < 12; hours += 0.2) {
    server.time.now += 0.2 * 3_600_000;
    if (hours % 6 === 0) token = await sessionOf(anne);
    const answer = await server.post(loginRoutes.renew, {}, { ...server.bearer(token), [passHeader]: pass });
    if (answer.statusCode === 200) pass = answer.json().pass;
  }
  expect((await pull(await sessionOf(anne), pass)).json()).toMatchObject({ error: "login-needed" });
  const person = await createPerson();
  await server.register(person);
  expect((await pull(await server.session(person))).statusCode).toBe(200);
});

test("F6 flags of the cookie, and nothing of a login in the log, in an address of ours or in the database", async () => {
  const { commit } = await secretOf();
  const answer = await server.post(loginRoutes.begin, { commit, language: "ar" }, server.bearer(token));
  const [cookie = ""] = [answer.headers["set-cookie"] ?? []].flat();
  expect(cookie).toMatch(/^__Host-besace-login-guichet=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/);
  const heard: string[] = [];
  meddle = async (url, response) => {
    heard.push(await response.clone().text(), url);
    return response;
  };
  const pass = passOf(await login("anne"));
  const tokens = heard.flatMap((text) => /"id_token":"([^"]+)"/.exec(text)?.[1] ?? []);
  expect(tokens).toHaveLength(1);
  const log = server.logLines.join("\n");
  for (const word of ["Anne", "anne", siret, "code=", "state=", pass, ...tokens]) expect(log).not.toContain(word);
  const [binding] = await server.store.loginBindings(team.organisation.id);
  expect(Buffer.from(binding?.statement.body ?? "", "base64url").toString()).not.toContain("anne");
});

test("F6 wrong state: a login that was begun elsewhere ends nothing here", async () => {
  const { secret, url } = await begun();
  const returned = await atSite(url, "login/anne");
  const wrong = new URL(returned, app);
  wrong.searchParams.set("state", "x".repeat(43));
  expect((await visit(`${wrong.pathname}${wrong.search}`)).statusCode).toBe(400);
  expect(await finish(secret)).toEqual({ type: "waiting" });
  // Another browser, without the cookie.
  expect((await visit(returned, createCookieJar())).statusCode).toBe(400);
});

test("F6 wrong nonce, wrong issuer, wrong audience", async () => {
  const failed = { type: "refused", why: "failed" };
  // Signed rightly, for another login: the other login's token in this one's answer.
  const other = await begun();
  const otherReturn = await atSite(other.url, "login/anne");
  let stolen = "";
  meddle = forgeToken((jwt) => {
    stolen = jwt;
    return jwt;
  });
  await visit(otherReturn);
  expect(stolen).not.toBe("");
  expect(await refusedWhy(forgeToken(() => stolen))).toEqual(failed);
  const bySite = (claims: object) => forgeToken(resigned({}, (input) => site.signES256(input), claims));
  expect(await refusedWhy(bySite({ iss: "https://elsewhere.example" }))).toEqual(failed);
  expect(await refusedWhy(bySite({ aud: "another-service" }))).toEqual(failed);
  // The forging itself is right: unchanged claims signed anew are taken.
  meddle = bySite({});
  expect((await login("anne")).type).toBe("in");
});

test("F6 alg confusion: none, HS256 with the public key, another key, an unsigned answer about the person", async () => {
  const failed = { type: "refused", why: "failed" };
  const hs = (secret: string) => (input: string) => createHmac("sha256", secret).update(input).digest("base64url");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const es = (input: string) =>
    signWith("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
  const forgeries = [
    resigned({ alg: "none" }, () => ""),
    resigned({ alg: "HS256" }, hs(site.publicKey)),
    resigned({ alg: "HS256" }, hs(site.clientSecret)),
    resigned({}, es),
  ];
  for (const forge of forgeries) {
    expect(await refusedWhy(forgeToken(forge))).toEqual(failed);
    expect(await refusedWhy(forgeUser(forge))).toEqual(failed);
  }
  const plain: typeof meddle = async (url, response) =>
    url.endsWith("/me") ? Response.json(jsonOf((await response.text()).split(".")[1] ?? "")) : response;
  expect(await refusedWhy(plain)).toEqual(failed);
  expect((await server.store.loginBindings(team.organisation.id)).length).toBe(0);
});

test("F6 an expired code, and a code that comes twice", async () => {
  const { secret, url } = await begun();
  const late = await atSite(url, "login/anne");
  // The site is in this process: its 30 seconds go by at once.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
  expect((await visit(late)).statusCode).toBe(400);
  vi.useRealTimers();
  expect(await finish(secret)).toEqual({ type: "refused", why: "stale" });

  const again = await begun();
  const jar = createCookieJar();
  browser.copyTo(jar, app);
  const returned = await atSite(again.url, "login/anne");
  expect((await visit(returned)).statusCode).toBe(200);
  // The same address from a copy of the browser as it was before.
  expect((await visit(returned, jar)).statusCode).toBe(400);
  expect((await bound(anne, again.secret, token)).type).toBe("in");
});

test("F6 given up at the site, the site down before and after, a login that was left lying", async () => {
  const given = await begun();
  const page = await visit(await atSite(given.url, "abort"));
  expect([page.statusCode, page.body]).toEqual([400, expect.stringContaining("ProConnect")]);
  expect(await finish(given.secret)).toEqual({ type: "refused", why: "cancelled" });

  const cut = await begun();
  const returned = await atSite(cut.url, "login/anne");
  isDown = true;
  expect((await visit(returned)).statusCode).toBe(400);
  expect(await finish(cut.secret)).toEqual({ type: "refused", why: "failed" });
  isDown = false;

  const lying = await begun();
  const much = await atSite(lying.url, "login/anne");
  server.time.now += loginLimits.loginMs + 1;
  expect((await visit(much)).statusCode).toBe(400);
  expect(await finish(lying.secret)).toEqual({ type: "refused", why: "stale" });
});

test("F6 a site that never answered: said, and tried again", async () => {
  // What is known of a site is asked anew each hour.
  server.time.now += 3_600_000;
  isDown = true;
  const down = await begun();
  expect([down.left.statusCode, down.url]).toEqual([400, ""]);
  expect(await finish(down.secret)).toEqual({ type: "refused", why: "failed" });
  isDown = false;
  expect((await login("anne")).type).toBe("in");
});

test("F6 another establishment, another person: refused in words; only a manager unbinds", async () => {
  expect(await login("elsewhere")).toEqual({ type: "refused", why: "other-siret" });
  const annesPass = passOf(await login("anne"));
  expect(await login("bruno")).toEqual({ type: "refused", why: "other-person" });
  expect((await pull(token, annesPass)).statusCode).toBe(200);
  const hers = await sessionOf(bruno);
  passOf(await login("bruno", bruno, hers));

  const bindings = await server.store.loginBindings(team.organisation.id);
  const annes = bindings.find(({ helper }) => helper === anne.identity.id);
  if (annes === undefined) throw new Error("a binding");
  const facts = { organisation: team.organisation.id, binding: await bindingHash(annes.statement) };
  const byBruno = await signUnbinding(bruno.identity.sign, { ...facts, by: bruno.identity.id });
  expect((await server.post(loginRoutes.bindings, { unbinding: byBruno })).json()).toMatchObject({
    error: "forbidden",
  });
  const asAnne = await signUnbinding(bruno.identity.sign, { ...facts, by: anne.identity.id });
  expect((await server.post(loginRoutes.bindings, { unbinding: asAnne })).json()).toMatchObject({
    error: "bad-signature",
  });
  const byAnne = await signUnbinding(anne.identity.sign, { ...facts, by: anne.identity.id });
  expect((await server.post(loginRoutes.bindings, { unbinding: byAnne })).statusCode).toBe(200);
  // What the other account had opened is shut at once.
  expect((await pull(token, annesPass)).json()).toMatchObject({ error: "login-needed" });
  passOf(await login("bruno"));
  expect(await login("anne")).toEqual({ type: "refused", why: "other-person" });
});

test("F6 a login is the browser's that began it, and bound by its helper's own key", async () => {
  const { secret, url } = await begun();
  await visit(await atSite(url, "login/anne"));
  const hers = await sessionOf(bruno);
  // A colleague's browser with Anne's cookie; then Anne's without what she drew.
  expect((await finish(secret, hers)).type).toBe("refused");
  const again = await begun();
  await visit(await atSite(again.url, "login/anne"));
  expect((await finish((await secretOf()).secret)).type).toBe("refused");
  const third = await begun();
  await visit(await atSite(third.url, "login/anne"));
  const state = await finish(third.secret);
  if (state.type !== "bind") throw new Error(state.type);
  const facts = { organisation: team.organisation.id, helper: anne.identity.id, subject: state.subject, at: state.at };
  const forged = await signBinding(bruno.identity.sign, facts);
  expect(await finish(third.secret, token, forged)).toEqual({ type: "refused", why: "stale" });
});

test("F6 logout: to the site with the token that it gave, and back to a page of ours; without a login nothing", async () => {
  expect((await visit(loginPages.out("guichet"))).statusCode).toBe(200);
  passOf(await login("anne"));
  const away = await visit(loginPages.out("guichet"));
  const url = new URL(String(away.headers.location));
  expect(url.href.startsWith(site.issuer)).toBe(true);
  expect(url.searchParams.get("post_logout_redirect_uri")).toBe(`${app}${loginPages.gone("guichet")}`);
  expect(url.searchParams.get("state")?.length).toBeGreaterThanOrEqual(32);
  const page = await fetch(url);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("logout");
  expect((await visit(loginPages.gone("guichet"))).body).toContain("Session fermée");
  // Once.
  expect((await visit(loginPages.out("guichet"))).headers.location).toBeUndefined();
});

async function asked(account: string, choice = `login/${account}`): Promise<IdentityState> {
  const { secret, commit } = await secretOf();
  const answer = await say(loginRoutes.identityBegin, { commit, language: "fr" });
  const left = await visit(answer.json().page);
  await visit(await atSite(String(left.headers.location), choice));
  const heard = await say(loginRoutes.identityFinish, { secret, binding: null });
  const { state } = must(parseIdentityAnswer(heard.json()));
  const again = await say(loginRoutes.identityFinish, { secret, binding: null });
  expect(must(parseIdentityAnswer(again.json())).state).toEqual({ type: "refused", why: "stale" });
  return state;
}

test("P-I8 deployment.json says the site where a person may ask, and only where the operator turned it on", async () => {
  const said = async (harness: Harness) => (await harness.http.inject("/deployment.json")).json().identity;
  expect(await said(server)).toEqual({ name: "FranceConnect" });
  const plain = await createHarness({ deployment: { ...demonstration(app), identity: { name: "Mallory" } } });
  try {
    expect(await said(plain)).toBeUndefined();
  } finally {
    await plain.close();
  }
});

test("F6 FranceConnect: claims come once to the browser that asked, month alone, in Corsica; no email", async () => {
  expect(await asked("samia")).toEqual({
    type: "claims",
    claims: {
      gender: "female",
      given_name: "Samia Leïla",
      family_name: "BENSAÏD",
      birthdate: "1985-07-00",
      birthplace: "2A004",
      birthcountry: "99100",
    },
  });
  expect(server.logLines.join("\n")).not.toContain("Samia");
});

test("F6 FranceConnect: only the year, born abroad with an empty place; given up; no way into a desk", async () => {
  expect(await asked("abroad")).toEqual({
    type: "claims",
    claims: { given_name: "Ahmad", family_name: "SAÏD", birthdate: "1979-00-00", birthcountry: "99352" },
  });
  expect(await asked("abroad", "abort")).toEqual({ type: "refused", why: "cancelled" });
  // Its cookie opens no desk's login and the other way round.
  const { secret, commit } = await secretOf();
  await say(loginRoutes.identityBegin, { commit, language: "fr" });
  expect((await finish(secret)).type).toBe("refused");
});

test("F6 without a setting there is no such route, no such page, and nothing is needed", async () => {
  const plain = await createHarness();
  try {
    const { commit } = await secretOf();
    const answer = await plain.post(loginRoutes.identityBegin, { commit, language: "fr" });
    expect(answer.json()).toMatchObject({ error: "not-found" });
    expect((await plain.http.inject(loginPages.leave("guichet"))).statusCode).toBe(404);
  } finally {
    await plain.close();
  }
});

test("P-I4 a login of an organisation that the deployment does not have stops the start: nobody would be asked for it", async () => {
  const sites = { organisations: new Map([["ccas-brevigni", { ...siteSettings(), siret }]]), person: undefined };
  await expect(createHarness({ logins: { sites, fetch } })).rejects.toThrow(/deployment file does not have/);
});

test("P-I5 a site that is down is asked once at a time, however many wait for it", async () => {
  let asked = 0;
  const down = async (): Promise<Response> => {
    asked += 1;
    throw new TypeError("fetch failed");
  };
  const oidc = createOidc(siteSettings(), { fetch: down, clock: { now: () => 1 }, random });
  const leave = () => oidc.leave(oidc.draw(), back("personne"));
  const all = await Promise.all([leave(), leave(), leave()]);
  expect([all.every(({ ok }) => !ok), asked]).toEqual([true, 1]);
  await leave();
  expect(asked).toBe(2);
});
