/** The profile: everything it holds can be read, changed and taken out; drafts are asked, what was sent stays (F2). */
import { act, cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { paths } from "../../../src/app/feature.ts";
import { ClaimScreen } from "../../../src/app/features/profil/ClaimScreen.tsx";
import { ProfileScreen } from "../../../src/app/features/profil/ProfileScreen.tsx";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import { matchPath } from "../../../src/app/platform/router.ts";
import { claims } from "../../../src/forms/claims.ts";
import type { ProfileRecord } from "../../../src/satchel/model.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { reflectLikeBrowsers } from "../ui/harness.tsx";

reflectLikeBrowsers();
afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const text = (answer: object): string => JSON.stringify(answer);
const full: ProfileRecord = {
  t: "profile",
  given_name: "Amina",
  family_name: "Diallo",
  birthdate: "1984",
  known: {
    housing_status: text({ v: "choice", id: "hosted" }),
    nir: text({ v: "text", text: "184077510212345" }),
    address: text({
      v: "address",
      street: "3 rue du Pont",
      more: "",
      postal: "30190",
      city: "Brévigny",
      code: "30200",
      country: "",
    }),
    birthplace: text({ v: "place", code: "99352", name: "Oran" }),
    shoe_size: text({ v: "number", number: "39" }),
    broken: "{",
  },
};
const satchelWith = (profile: ProfileRecord = full, dossiers = [] as ReturnType<typeof fakeDossier>[]) =>
  createFakeSatchel({ profile, dossiers });
const areas = ["profil", "papers", "errors"] as const;
const list = (satchel: ReturnType<typeof satchelWith>) => showScreen(<ProfileScreen />, { satchel, areas });
const one = async (claim: string, satchel: ReturnType<typeof satchelWith>) => {
  await loadAreas("procedures");
  return showScreen(<ClaimScreen params={{ claim: claim.replaceAll("_", "-") }} />, { satchel, areas });
};
const lineOf = (name: string): HTMLElement => screen.getByText(name, { selector: "dt" }).parentElement as HTMLElement;
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const settle = () => act(() => new Promise<void>((resolve) => setTimeout(resolve)));

describe("the profile", () => {
  test("F2 each line of it has an address that leads to it", () => {
    for (const claim of [...claims.map(({ id }) => id), "shoe_size"])
      expect(matchPath(paths.profileClaim(":claim"), paths.profileClaim(claim))).toEqual({
        claim: claim.replaceAll("_", "-"),
      });
  });

  test("F2 shows everything it holds, by family, with what forms taught, what is blank, and what is sensitive", async () => {
    await list(satchelWith());
    expect(await screen.findByRole("heading", { level: 1, name: "Mon profil" })).toBeTruthy();
    await screen.findByText("Amina");
    expect(lineOf("Date de naissance").textContent).toMatch(/1984/);
    expect(lineOf("Logement").textContent).toMatch(/Quelqu’un m’héberge/);
    expect(lineOf("Adresse").textContent).toMatch(/3 rue du Pont\n30190 Brévigny/);
    expect(lineOf("Commune de naissance").textContent).toMatch(/Oran/);
    expect(lineOf("Autre information (shoe_size)").textContent).toMatch(/39/);
    expect(lineOf("Nationalité").textContent).toMatch(/Rien d’écrit/);
    expect(lineOf("Numéro de sécurité sociale").textContent).toMatch(/santé/);
    expect(within(lineOf("Prénoms")).getByRole("link").getAttribute("href")).toBe("/profil/given-name");
    expect(await axeProblems()).toEqual([]);
  });

  test("F2 empty, locked, failed have their own words", async () => {
    await list(satchelWith({ t: "profile" }));
    expect(await screen.findByText("Votre profil est vide.")).toBeTruthy();
    cleanup();
    const locked = satchelWith();
    locked.fail("profile", { type: "locked" });
    await list(locked);
    expect(await screen.findByRole("heading", { level: 2 })).toBeTruthy();
    cleanup();
    const failed = satchelWith();
    failed.fail("profile", { type: "unavailable", mark: "W-9" });
    await list(failed);
    expect(await screen.findByText(/W-9/)).toBeTruthy();
    failed.heal("profile");
    press("Essayer encore");
    expect(await screen.findByText("Amina")).toBeTruthy();
  });

  test("F2 a name is changed, all else stays; a year alone is a birth date; a wrong day is told first", async () => {
    const satchel = satchelWith();
    await one("given_name", satchel);
    fireEvent.input(await screen.findByLabelText("Prénoms"), { target: { value: "Amina Rose" } });
    press("Garder dans mon profil");
    await expect.poll(() => satchel.data.profile.given_name).toBe("Amina Rose");
    expect(satchel.data.profile).toEqual({ ...full, given_name: "Amina Rose" });
    cleanup();
    await one("birthdate", satchel);
    await screen.findByLabelText("Jour");
    fireEvent.input(screen.getByLabelText("Jour"), { target: { value: "31" } });
    fireEvent.input(screen.getByLabelText("Mois"), { target: { value: "2" } });
    press("Garder dans mon profil");
    expect((await screen.findAllByText(/Cette date n’existe pas/)).length).toBeGreaterThan(0);
    expect(satchel.data.profile.birthdate).toBe("1984");
    fireEvent.input(screen.getByLabelText("Jour"), { target: { value: "" } });
    press("Garder dans mon profil");
    await expect.poll(() => satchel.data.profile.birthdate).toBe("1984-02");
  });

  test("F2 taken out, and put back by the undo; what this version does not know can be taken out too", async () => {
    const satchel = satchelWith();
    const shown = await one("family_name", satchel);
    await screen.findByLabelText("Nom de famille");
    press("Enlever de mon profil");
    await expect.poll(() => "family_name" in satchel.data.profile).toBe(false);
    expect(satchel.data.profile.given_name).toBe("Amina");
    await expect.poll(() => shown.said.length).toBe(1);
    shown.said[0]?.onUndo?.();
    await expect.poll(() => satchel.data.profile.family_name).toBe("Diallo");
    expect(satchel.data.profile).toEqual(full);
    cleanup();
    await one("shoe_size", satchel);
    await screen.findByText("39");
    expect(screen.queryByRole("button", { name: "Garder dans mon profil" })).toBeNull();
    press("Enlever de mon profil");
    await expect.poll(() => satchel.data.profile.known?.shoe_size).toBeUndefined();
    expect(satchel.data.profile.known?.broken).toBe("{");
  });

  test("F2 an undo that could not be kept is said, and can be asked for again", async () => {
    const satchel = satchelWith();
    const shown = await one("family_name", satchel);
    await screen.findByLabelText("Nom de famille");
    press("Enlever de mon profil");
    await expect.poll(() => shown.said.length).toBe(1);
    satchel.fail("saveProfile", { type: "full" });
    shown.said[0]?.onUndo?.();
    await expect.poll(() => shown.said[1]?.text).toContain("presque plein");
    satchel.heal("saveProfile");
    shown.said[1]?.onUndo?.();
    await expect.poll(() => satchel.data.profile.family_name).toBe("Diallo");
  });

  test("F2 what another device taught meanwhile is not taken away by a change here", async () => {
    const satchel = satchelWith();
    await one("housing_status", satchel);
    fireEvent.click(await screen.findByLabelText("Je n’ai pas de logement"));
    satchel.data.profile = { ...full, known: { ...full.known, nationality: text({ v: "choice", id: "eu" }) } };
    press("Garder dans mon profil");
    await expect.poll(() => satchel.data.profile.known?.housing_status).toBe(text({ v: "choice", id: "no-home" }));
    expect(satchel.data.profile.known?.nationality).toBe(text({ v: "choice", id: "eu" }));
  });

  test("F2 an address keeps what it was written in; a town that changes has no code of the old one", async () => {
    const satchel = satchelWith();
    await one("address", satchel);
    fireEvent.input(await screen.findByLabelText("Ville"), { target: { value: "Nîmes" } });
    press("Garder dans mon profil");
    await expect.poll(() => JSON.parse(satchel.data.profile.known?.address ?? "{}").city).toBe("Nîmes");
    expect(JSON.parse(satchel.data.profile.known?.address ?? "{}")).toMatchObject({
      code: null,
      street: "3 rue du Pont",
    });
    cleanup();
    const free = satchelWith({ t: "profile", known: { address: text({ v: "text", text: "chez Rose" }) } });
    await one("address", free);
    expect(((await screen.findByRole("textbox")) as HTMLTextAreaElement).value).toBe("chez Rose");
  });

  test("F2 drafts that hold the old answer are asked, one by one; what was sent and what was written otherwise stays", async () => {
    const draft = (id: string, answers: object, more: object = {}) =>
      fakeDossier({ procedure: "domiciliation", answers: answers as never, ...more }, { id: id as RecordId });
    const old = { given_name: { v: "text", text: "Amina" } };
    const satchel = satchelWith(full, [
      draft("draft-old", old),
      draft("draft-own", { given_name: { v: "text", text: "Rose" } }),
      draft("draft-sent", old, { status: "queued", sent: { l: { n: 1 } } }),
    ]);
    const shown = await one("given_name", satchel);
    fireEvent.input(await screen.findByLabelText("Prénoms"), { target: { value: "Aminata" } });
    press("Garder dans mon profil");
    expect(await screen.findByRole("heading", { level: 1, name: /vos brouillons/ })).toBeTruthy();
    expect(screen.getAllByRole("checkbox").length).toBe(1);
    expect(satchel.data.dossiers[0]?.record.answers.given_name).toEqual(old.given_name);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("checkbox"));
    press("Mettre la nouvelle réponse");
    await expect.poll(() => shown.went.at(-1)).toBe("/profil");
    expect(satchel.data.dossiers.map(({ record }) => (record.answers.given_name as { text: string }).text)).toEqual([
      "Aminata",
      "Rose",
      "Amina",
    ]);
  });

  test("F2, INV-1: a draft that was answered otherwise while the question stood there keeps what it has", async () => {
    const satchel = satchelWith(full, [
      fakeDossier(
        { procedure: "domiciliation", answers: { given_name: { v: "text", text: "Amina" } } as never },
        { id: "draft-old" as RecordId },
      ),
    ]);
    const shown = await one("given_name", satchel);
    fireEvent.input(await screen.findByLabelText("Prénoms"), { target: { value: "Aminata" } });
    press("Garder dans mon profil");
    fireEvent.click(await screen.findByRole("checkbox"));
    const meanwhile = { v: "text", text: "Rose" } as const;
    await satchel.handle.api.saveAnswers("draft-old" as RecordId, { answers: { given_name: meanwhile } });
    press("Mettre la nouvelle réponse");
    await expect.poll(() => shown.went.at(-1)).toBe("/profil");
    expect(satchel.data.dossiers[0]?.record.answers.given_name).toEqual(meanwhile);
    expect(shown.said.map(({ text }) => text)).not.toContain("Brouillons changés.");
  });

  test("F2 drafts may stay as they are, and a failed save is told and tried again", async () => {
    const satchel = satchelWith();
    satchel.fail("saveProfile", { type: "full" });
    await one("email", satchel);
    fireEvent.input(await screen.findByLabelText("Adresse e-mail"), { target: { value: "amina" } });
    press("Garder dans mon profil");
    expect((await screen.findAllByText(/Il manque une partie de l’adresse/)).length).toBeGreaterThan(0);
    fireEvent.input(screen.getByLabelText("Adresse e-mail"), { target: { value: "amina@exemple.fr" } });
    press("Garder dans mon profil");
    await settle();
    expect(satchel.data.profile.email).toBeUndefined();
    satchel.heal("saveProfile");
    press("Essayer encore");
    await expect.poll(() => satchel.data.profile.email).toBe("amina@exemple.fr");
  });

  test("F2 in Arabic everything is said in Arabic, numbers keep their direction", async () => {
    await list(satchelWith());
    await screen.findByText("Amina");
    await act(async () => void (await setLanguage("ar")));
    expect(screen.getByRole("heading", { level: 1, name: "ملفي الشخصي" })).toBeTruthy();
    expect(screen.getByText("يستضيفني شخص")).toBeTruthy();
  });
});
