import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { CodeScreen } from "../../../src/app/features/opening/CodeScreen.tsx";
import { NewCodeScreen } from "../../../src/app/features/opening/NewCodeScreen.tsx";
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

describe("another code", () => {
  test("is kept, said, and leads home", async () => {
    const satchel = createFakeSatchel();
    const shown = await showRootScreen(<NewCodeScreen />, { satchel, areas: ["opening"] });
    await typeTwice("902417");
    await waitFor(() => expect(shown.went).toEqual(["/accueil"]));
    expect(satchel.data.code).toBe("902417");
    expect(shown.said[0]?.text).toContain("Nouveau code gardé");
  });
});
