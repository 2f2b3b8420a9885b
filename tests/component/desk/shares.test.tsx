/** Shares at the desk: the list, one with its pages, one that is over. */
import { cleanup, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeDesk, fakeDeskShare } from "../../support/fake-desk.ts";
import { plain, settled } from "../papers/support.ts";
import { showDesk } from "./harness.tsx";

beforeEach(() => void watchCanvas());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
const text = (): string => plain(document.querySelector("main")?.textContent ?? "");

test("the list: who, what for, until when; of what is over nothing but that it was", async () => {
  const shares = [
    fakeDeskShare(),
    fakeDeskShare({ state: "ended", name: "", purpose: "", papers: 0 }),
    fakeDeskShare({ state: "over", name: "", purpose: "", papers: 0 }),
  ];
  await showDesk(createFakeDesk({ shares }), { path: "/guichet/partages" });
  await settled();
  expect(text()).toContain("Camille Morel");
  expect(text()).toContain("Aide pour le loyer");
  expect(text()).toContain("Arrêté par la personne");
  expect(screen.getByText("1 partage pas encore ouvert")).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
});

test("nobody shares: said", async () => {
  await showDesk(createFakeDesk(), { path: "/guichet/partages" });
  await settled();
  expect(text()).toContain("Personne ne partage de papiers");
});

test("one share: opened, its limits and that the person sees it are said, its papers shown", async () => {
  const share = fakeDeskShare();
  const desk = createFakeDesk({ shares: [share] });
  await showDesk(desk, { path: `/guichet/partages/${share.row.letter}` });
  await settled();
  expect(desk.calls("openShare").length).toBeGreaterThan(0);
  expect(text()).toContain("À lire seulement pour ce but");
  expect(text()).toContain("La personne voit que vous ouvrez ce partage");
  expect(screen.getByRole("button", { name: /Avis d’impôt/ })).toBeTruthy();
  expect(desk.calls("page").map(([letter]) => letter)).toContain(share.row.letter);
  expect(await axeProblems()).toEqual([]);
});

test("F3: one that ended says so and shows nothing", async () => {
  const share = fakeDeskShare({ state: "ended" });
  await showDesk(createFakeDesk({ shares: [share] }), { path: `/guichet/partages/${share.row.letter}` });
  await settled();
  expect(text()).toContain("Ce partage est terminé");
  expect(text()).not.toContain("Camille Morel");
});
