import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { CodeScreen } from "../../../src/app/features/opening/CodeScreen.tsx";
import { NewCodeScreen } from "../../../src/app/features/opening/NewCodeScreen.tsx";
import { RecallScreen } from "../../../src/app/features/opening/RecallScreen.tsx";
import { PICTURES, pictureCode, picturesOf } from "../../../src/app/ui/pictures.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_PROFILE } from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(cleanup);

function type(code: string): void {
  for (const digit of code) fireEvent.click(screen.getByRole("button", { name: digit }));
  fireEvent.click(screen.getByRole("button", { name: /^Valider/ }));
}

async function typeTwice(first: string, second = first): Promise<void> {
  type(first);
  await screen.findByRole("heading", { level: 1, name: "Écrivez encore le même code" });
  type(second);
}

describe("choosing a code", () => {
  test("is asked twice; the satchel is made with it, in the language shown, under a picture", async () => {
    const satchel = createFakeSatchel({ opening: { type: "none" } });
    await showRootScreen(<CodeScreen />, { satchel, areas: ["opening"] });
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Choisissez un code");
    expect(await axeProblems()).toEqual([]);
    type("417233");
    await screen.findByRole("heading", { level: 1, name: "Écrivez encore le même code" });
    expect(satchel.calls("create")).toHaveLength(0);
    type("417233");
    await waitFor(() => expect(satchel.calls("create")).toHaveLength(1));
    expect(satchel.calls("create")[0]?.[0]).toMatchObject({ code: "417233", language: "fr" });
    expect(satchel.data.opening.type).toBe("open");
  });

  test("two different codes start again and say why", async () => {
    const satchel = createFakeSatchel({ opening: { type: "none" } });
    await showRootScreen(<CodeScreen />, { satchel, areas: ["opening"] });
    await typeTwice("417233", "417234");
    expect(screen.getByRole("alert").textContent).toContain("Les 2 codes ne sont pas les mêmes");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Choisissez un code");
    expect(satchel.calls("create")).toHaveLength(0);
  });

  test("a code that is too easy is refused before it is typed again, and another one can be chosen", async () => {
    const satchel = createFakeSatchel({ opening: { type: "none" } });
    await showRootScreen(<CodeScreen />, { satchel, areas: ["opening"] });
    type("123456");
    expect((await screen.findByRole("alert")).textContent).toContain("trop facile à deviner");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Choisissez un code");
    expect(satchel.calls("create")).toHaveLength(0);
    await typeTwice("417233");
    await waitFor(() => expect(satchel.data.opening.type).toBe("open"));
  });

  test("a full phone is said, and nothing is claimed", async () => {
    const satchel = createFakeSatchel({ opening: { type: "none" } });
    satchel.fail("create", { type: "full" });
    await showRootScreen(<CodeScreen />, { satchel, areas: ["opening"] });
    await typeTwice("417233");
    expect((await screen.findByRole("alert")).textContent).toContain("presque plein");
  });

  test("the picture can be changed; one that another person of this phone has is not proposed", async () => {
    const taken = ["code-arbre", "code-bateau"];
    const satchel = createFakeSatchel({
      opening: {
        type: "locked",
        profiles: taken.map((pictogram) => ({ ...FAKE_PROFILE, database: pictogram, pictogram })),
      },
    });
    await showRootScreen(<CodeScreen />, { satchel, areas: ["opening"] });
    await waitFor(() => expect(screen.getByText(/^Votre image/).textContent).not.toMatch(/Arbre|Bateau/));
    fireEvent.click(screen.getByRole("button", { name: "Changer" }));
    fireEvent.click(screen.getByRole("button", { name: "Lune" }));
    expect(screen.getByText(/^Votre image/).textContent).toContain("Lune");
    await typeTwice("417233");
    await waitFor(() => expect(satchel.calls("create")[0]?.[0]).toMatchObject({ pictogram: "code-lune" }));
  });

  test("a code typed halfway keeps updates away", async () => {
    const satchel = createFakeSatchel({ opening: { type: "none" } });
    const shown = await showRootScreen(<CodeScreen />, { satchel, areas: ["opening"] });
    expect(shown.held()).toBe(0);
    type("417233");
    await waitFor(() => expect(shown.held()).toBe(1));
  });
});

/** Touches pictures by their names. */
function touch(...names: readonly string[]): void {
  for (const name of names) fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${name}`) }));
}
const valider = (): void => void fireEvent.click(screen.getByRole("button", { name: "Valider" }));

describe("a code of four pictures (mock-up 02b)", () => {
  const choosePictures = async () => {
    const satchel = createFakeSatchel({ opening: { type: "none" } });
    await showRootScreen(<CodeScreen />, { satchel, areas: ["opening"] });
    fireEvent.click(screen.getByRole("button", { name: "4 images" }));
    return satchel;
  };

  test("is touched in order, numbered, named, taken back, and entered twice", async () => {
    const satchel = await choosePictures();
    expect(screen.getByText("Touchez 4 images, dans l’ordre.")).toBeTruthy();
    touch("Vélo", "Lune");
    expect(screen.getByText("2 images choisies sur 4 : Vélo et Lune.")).toBeTruthy();
    expect(screen.getByRole("button", { name: /^Lune\W+numéro 2$/ })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Il manque 2 images" }).getAttribute("aria-disabled")).toBe("true");
    expect(await axeProblems()).toEqual([]);
    touch("Clé");
    fireEvent.click(screen.getByRole("button", { name: "Effacer la dernière image" }));
    fireEvent.keyDown(screen.getByRole("button", { name: "Arbre" }), { key: "Backspace" });
    expect(screen.getByText("1 image choisie sur 4 : Vélo.")).toBeTruthy();
    touch("Lune", "Vélo", "Arbre", "Poisson");
    // A fifth picture is not taken.
    expect(screen.getByText("4 images choisies sur 4 : Vélo, Lune, Vélo et Arbre.")).toBeTruthy();
    valider();
    await screen.findByRole("heading", { level: 1, name: "Touchez encore les mêmes images" });
    expect(satchel.calls("checkCode")).toEqual([["i11041100"]]);
    touch("Vélo", "Lune", "Vélo", "Arbre");
    valider();
    await waitFor(() => expect(satchel.calls("create")[0]?.[0]).toMatchObject({ code: "i11041100" }));
  });

  test("in another order is another code", async () => {
    await choosePictures();
    touch("Vélo", "Lune", "Clé", "Arbre");
    valider();
    await screen.findByRole("heading", { level: 1, name: "Touchez encore les mêmes images" });
    touch("Lune", "Vélo", "Clé", "Arbre");
    valider();
    expect((await screen.findByRole("alert")).textContent).toContain("ne sont pas les mêmes");
  });

  test("twelve satchels take every picture: told, and no thirteenth is begun", async () => {
    const satchel = createFakeSatchel({
      opening: {
        type: "locked",
        profiles: PICTURES.map((pictogram) => ({ ...FAKE_PROFILE, database: pictogram, pictogram })),
      },
    });
    await showRootScreen(<CodeScreen />, { satchel, areas: ["opening"] });
    expect(await screen.findByText(/Il n’y a plus d’image libre/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "1" })).toBeNull();
  });
});

test("a code in pictures reads back as it was written", () => {
  expect(pictureCode([])).toBe("");
  expect(pictureCode(["code-cle", "code-velo"])).toBe("i0211");
  expect(picturesOf("i0211")).toEqual(["code-cle", "code-velo"]);
  expect(picturesOf("i1299")).toEqual([]);
  expect(picturesOf("417233")).toEqual([]);
  // A picture's place is part of every code ever chosen: never another order.
  expect(PICTURES.join(" ")).toBe(
    "code-arbre code-bateau code-cle code-etoile code-lune code-montagne code-parapluie code-poisson code-pomme code-soleil code-tasse code-velo",
  );
});

describe("the gentle question", () => {
  const ask = async () => {
    const satchel = createFakeSatchel({ asks: { code: true, drill: false } });
    const shown = await showRootScreen(<RecallScreen />, { satchel, areas: ["opening"] });
    await screen.findByRole("button", { name: "1" });
    return { satchel, shown };
  };
  const enter = (code: string): void => {
    for (const digit of code) fireEvent.click(screen.getByRole("button", { name: digit }));
  };

  test("a right answer goes home with a word", async () => {
    const { satchel, shown } = await ask();
    expect(await axeProblems()).toEqual([]);
    enter("417233");
    await waitFor(() => expect(shown.went).toEqual(["/accueil"]));
    expect(satchel.calls("answerCode")).toEqual([[{ code: "417233" }]]);
    expect(shown.said[0]?.text).toContain("C’est le bon code");
  });

  test("a wrong answer is no try: the satchel stays open, and another code is offered", async () => {
    const { satchel, shown } = await ask();
    enter("902417");
    expect((await screen.findByRole("alert")).textContent).toContain("Rien n’est perdu");
    expect(screen.getByRole("link", { name: "Choisir un nouveau code" }).getAttribute("href")).toBe("/code/nouveau");
    expect(satchel.data.opening.type).toBe("open");
    expect(shown.went).toEqual([]);
  });

  test("later is always possible", async () => {
    const { satchel, shown } = await ask();
    fireEvent.click(screen.getByRole("button", { name: "Plus tard" }));
    expect(satchel.calls("postponeCode")).toHaveLength(1);
    expect(shown.went).toEqual(["/accueil"]);
  });
});

describe("another code", () => {
  test("is kept, said, and leads home", async () => {
    const satchel = createFakeSatchel();
    const shown = await showRootScreen(<NewCodeScreen />, { satchel, areas: ["opening"] });
    await screen.findByRole("button", { name: "1" });
    await typeTwice("902417");
    await waitFor(() => expect(shown.went).toEqual(["/accueil"]));
    expect(satchel.data.code).toBe("902417");
    expect(shown.said[0]?.text).toContain("Nouveau code gardé");
  });

  test("says that card and code together still go with the code before, where the server has not confirmed", async () => {
    const satchel = createFakeSatchel();
    satchel.data.cardState = { ...satchel.data.cardState, atServer: "waits" };
    const shown = await showRootScreen(<NewCodeScreen />, { satchel, areas: ["opening"] });
    await screen.findByRole("button", { name: "1" });
    await typeTwice("902417");
    await waitFor(() => expect(shown.said[0]?.text).toContain("il faut encore le code d’avant"));
  });

  test("who has a code in pictures is shown pictures first", async () => {
    const satchel = createFakeSatchel();
    if (satchel.data.opening.type === "open")
      satchel.data.opening = { ...satchel.data.opening, profile: { ...FAKE_PROFILE, codeKind: "pictures" } };
    await showRootScreen(<NewCodeScreen />, { satchel, areas: ["opening"] });
    expect(await screen.findByRole("button", { name: "Vélo" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "4 images" }).getAttribute("aria-pressed")).toBe("true");
  });
});
