/** F6: the profile filled from FranceConnect, line by line, where the operator turned it on (SPEC P-I8, P-I9). */
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { FromSite } from "../../../src/app/features/profil/FromSite.tsx";
import { createIdentity, type Identity, type IdentityStep } from "../../../src/app/platform/identity.ts";
import type { ProfileRecord } from "../../../src/satchel/model.ts";
import { ok } from "../../../src/shared/result.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_DEPLOYMENT } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
const areas = ["profil", "papers", "errors"] as const;
const deployment = { ...FAKE_DEPLOYMENT, identity: { name: "FranceConnect" } };
const record: ProfileRecord = { t: "profile", given_name: "Amina", family_name: "Diallo" };
const saidBy = (step: IdentityStep): Identity => ({
  begin: async () => ok({ page: "/connexion/personne/partir", step: async () => ok(step) }),
});
async function asked(step: IdentityStep) {
  const tabs = vi.spyOn(window, "open").mockImplementation(() => null);
  const satchel = createFakeSatchel({ profile: record, deployment });
  const { pass } = await showScreen(<FromSite record={record} identity={saidBy(step)} />, {
    satchel,
    areas: [...areas],
  });
  fireEvent.click(await screen.findByRole("button", { name: "Continuer vers FranceConnect" }));
  await screen.findByRole("link", { name: "Ouvrir la page de FranceConnect" });
  expect(tabs.mock.calls[0]?.[0]).toBe("/connexion/personne/partir");
  // The effect that looks runs a frame after the drawing.
  await act(() => new Promise<void>((resolve) => setTimeout(resolve, 60)));
  pass(2500);
  return satchel;
}

test("F6 each line is kept or left; a year alone, no place for who was born abroad; what is known is not asked", async () => {
  const claims = {
    given_name: "Amina",
    family_name: "DIALLO",
    birthdate: "1984-00-00",
    birthcountry: "99341",
    gender: "female",
  };
  const satchel = await asked({ type: "claims", claims });
  const lines = await screen.findAllByRole("listitem");
  expect(lines).toHaveLength(4);
  expect(screen.queryByText("Amina")).toBeNull();
  expect(screen.getByText("1984")).toBeTruthy();
  expect(screen.getByText("Sénégal")).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
  const family = screen.getByText("DIALLO").closest("li");
  if (family === null) throw new Error("a line");
  expect(within(family).getByText(/Diallo/)).toBeTruthy();
  fireEvent.click(within(family).getByRole("button", { name: /^Ne pas garder/ }));
  await waitFor(() => expect(screen.queryByText("DIALLO")).toBeNull());
  for (const word of ["1984", "Sénégal"]) {
    const line = screen.getByText(word).closest("li");
    if (line === null) throw new Error("a line");
    fireEvent.click(within(line).getByRole("button", { name: /^Garder/ }));
    await waitFor(() => expect(screen.queryByText(word)).toBeNull());
  }
  const [first, second] = satchel.calls("saveProfile").map(([patch]) => patch);
  expect(first).toMatchObject({ birthdate: "1984" });
  expect(second).toMatchObject({
    known: { birthcountry: JSON.stringify({ v: "place", code: "99341", name: "Sénégal" }) },
  });
  const out = screen.getByRole("link", { name: "Sortir de FranceConnect" });
  expect(out.getAttribute("href")).toBe("/connexion/personne/sortir");
});

test.each([
  ["cancelled", /Vous avez arrêté/],
  ["failed", /n’a pas répondu/],
  ["stale", /a trop attendu/],
] as const)("F6 %s is said, and begun again", async (why, words) => {
  await asked({ type: "refused", why });
  expect((await screen.findByRole("alert")).textContent).toMatch(words);
  expect(screen.getByRole("button", { name: "Recommencer avec FranceConnect" })).toBeTruthy();
});

test("F6 off: nothing is shown; without network it says that the profile is filled in by hand too", async () => {
  const deaf = createIdentity({
    fetch: async () => Promise.reject(new TypeError("no network")),
    random: (length) => new Uint8Array(length),
  });
  await showScreen(<FromSite record={record} identity={deaf} />, { satchel: createFakeSatchel(), areas: [...areas] });
  expect(screen.queryByRole("button")).toBeNull();
  cleanup();
  const satchel = createFakeSatchel({ deployment });
  await showScreen(<FromSite record={record} identity={deaf} />, { satchel, areas: [...areas] });
  fireEvent.click(await screen.findByRole("button", { name: "Continuer vers FranceConnect" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/à la main/);
});

test("P-I8 what is asked says no satchel; only an answer to this very question is believed", async () => {
  const sent: { readonly path: string; readonly init: RequestInit }[] = [];
  let nonce = "";
  const identity = createIdentity({
    fetch: async (path, init) => {
      sent.push({ path, init });
      nonce = nonce === "" ? (new Headers(init.headers).get("besace-nonce") ?? "") : nonce;
      const body = path.endsWith("begin")
        ? { nonce, page: "/connexion/personne/partir" }
        : { nonce, state: { type: "claims", claims: { given_name: "Mallory" } } };
      return Response.json(body, { headers: { "besace-protocol": "1" } });
    },
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  const begun = await identity.begin("fr");
  if (!begun.ok) throw new Error("it began");
  // The nonce of the question before.
  expect((await begun.value.step()).ok).toBe(false);
  for (const { init } of sent) {
    expect(new Headers(init.headers).has("authorization")).toBe(false);
    expect(init.credentials).toBe("same-origin");
  }
  expect(JSON.parse(String(sent[0]?.init.body))).toEqual({
    commit: expect.stringMatching(/^[\w-]{43}$/),
    language: "fr",
  });
});
