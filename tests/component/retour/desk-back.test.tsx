/** Coming back at a desk: the question, the number, the pictures, the answer, a new code; and what is refused; axe. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { DeskBackScreen } from "../../../src/app/features/retour/DeskBackScreen.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { FAKE_NUMBER } from "../../support/fake-returns.ts";
import { createFakeSatchel, FAKE_CARD, FAKE_CODE } from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

vi.mock("../../../src/app/platform/scan.ts", () => ({
  canUseCamera: () => false,
  openCamera: async () => ({ ok: false, error: { type: "no-camera" } }),
  scanQr: async () => undefined,
}));
afterEach(cleanup);

const areas = ["returns", "retour", "devices", "card", "scan", "opening"] as const;
const heading = () => screen.getByRole("heading", { level: 1 }).textContent;
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
async function show() {
  const satchel = createFakeSatchel({ opening: { type: "none" } });
  await showRootScreen(<DeskBackScreen />, { satchel, areas, shell: { open: false, network: "online" } });
  return satchel;
}

test("F5 with the card: question, number, pictures, answer, a code of her choice, then the new card", async () => {
  const satchel = await show();
  expect(await axeProblems()).toEqual([]);
  press(/J’ai ma carte/);
  fireEvent.input(screen.getByLabelText("Groupe 1 sur 10"), { target: { value: FAKE_CARD.join(" ") } });
  press("Continuer");
  await waitFor(() => expect(heading()).toBe("Montrez ce dessin au guichet"));
  press("Le guichet l’a lu");
  fireEvent.input(screen.getByLabelText("Le nombre du guichet"), { target: { value: "12" } });
  press("Voir les images");
  await waitFor(() => expect(screen.getByText("Il faut 6 chiffres.")).toBeTruthy());
  fireEvent.input(screen.getByLabelText("Le nombre du guichet"), { target: { value: FAKE_NUMBER } });
  press("Voir les images");
  await waitFor(() => expect(heading()).toBe("Les mêmes images\u00a0?"));
  expect(screen.getAllByRole("listitem").filter((item) => item.className === "pic")).toHaveLength(4);
  const answer = screen.getByLabelText("La réponse du guichet");
  fireEvent.input(answer, { target: { value: "bonjour" } });
  press("Ouvrir");
  await waitFor(() => expect(screen.getByText("Ce texte n’est pas la réponse du guichet.")).toBeTruthy());
  fireEvent.input(answer, { target: { value: "BSF1.AAAA" } });
  press("Ouvrir");
  await waitFor(() => expect(heading()).toBe("Choisissez un nouveau code"));
  for (const digit of FAKE_CODE) press(digit);
  press(/^Valider/);
  await waitFor(() => expect(heading()).toBe("Écrivez encore le même code"));
  for (const digit of FAKE_CODE) press(digit);
  press(/^Valider/);
  await waitFor(() => expect(heading()).toBe("Votre besace est là"));
  expect(satchel.calls("returnFinish")[0]?.[0]).toMatchObject({ code: FAKE_CODE });
  expect(screen.getByRole("link", { name: /nouvelle carte/ }).getAttribute("href")).toBe("/carte/nouvelle");
  expect(await axeProblems()).toEqual([]);
});

test("F5 with nothing left the question needs no card; leaving forgets what was begun", async () => {
  const satchel = await show();
  press(/Je n’ai plus rien/);
  await waitFor(() => expect(heading()).toBe("Montrez ce dessin au guichet"));
  expect(satchel.calls("returnQuestion")).toEqual([[null]]);
  press("Recommencer");
  expect(heading()).toBe("Revenir avec une structure");
  cleanup();
  await waitFor(() => expect(satchel.calls("returnForget")).toHaveLength(1));
});
