/** Opening by the phone at a shared computer: the code, the pictures, the papers, the end; words and axe. */
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { formatTime } from "../../../src/app/i18n/format.ts";
import { loadAreas, rephrase, setLanguage } from "../../../src/app/i18n/i18n.ts";
import { Approval } from "../../../src/app/kiosk/approval/Approval.tsx";
import { carefulConfig, type KioskDeployment } from "../../../src/app/kiosk/config.ts";
import type { KioskDeps } from "../../../src/app/kiosk/deps.ts";
import { atSharedComputer } from "../../../src/app/kiosk/words.ts";
import { addIcons } from "../../../src/app/ui/icons/registry.ts";
import { REST_ICONS } from "../../../src/app/ui/icons/rest.ts";
import { UiWorld } from "../../../src/app/ui/world.ts";
import { err, ok } from "../../../src/shared/result.ts";
import type { AddedPaper, KioskApproval } from "../../../src/workers/approval.contract.ts";
import type { Change } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { FAKE_NOW, fakeId } from "../../support/fake-satchel.ts";
import { reflectLikeBrowsers } from "../ui/harness.tsx";

reflectLikeBrowsers();
addIcons(REST_ICONS);

const paper = {
  record: fakeId(),
  title: "Titre de séjour",
  kind: null,
  pages: [
    { turn: 0, mime: "image/webp" },
    { turn: 90, mime: "application/pdf" },
  ],
} as const;
const openState = (added: readonly AddedPaper[] = []): KioskApproval => ({
  type: "open",
  until: FAKE_NOW + 20 * 60_000,
  papers: [paper],
  added,
  pagesLeft: 24 - added.length,
});

function stage(first: KioskApproval, printing = true) {
  let state = first;
  let now = FAKE_NOW;
  let due: { at: number; task: () => void }[] = [];
  const listeners = new Set<(change: Change) => void>();
  const ends: string[] = [];
  const api = {
    approvalAsk: vi.fn(async () => ok(undefined) as unknown),
    approvalState: async () => ok(state),
    approvalPage: vi.fn(async () => ok({ bytes: new ArrayBuffer(4), mime: "image/webp" }) as unknown),
    approvalAdd: vi.fn(async () => ok({ paper: 0 }) as unknown),
    approvalStop: vi.fn(async () => ok(undefined)),
  };
  const clock = { now: () => now };
  const timers = {
    after(ms: number, task: () => void) {
      const entry = { at: now + ms, task };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
  };
  const deps = {
    clock,
    timers,
    kiosk: {
      api,
      listen(listener: (change: Change) => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    feedIdle: () => () => undefined,
    print: vi.fn(),
  } as unknown as KioskDeps;
  const deployment: KioskDeployment = { config: { ...carefulConfig, name: "Médiathèque", printing }, operator: null };
  const onBack = vi.fn();
  render(
    <UiWorld value={{ clock, timers }}>
      <Approval
        deps={deps}
        deployment={deployment}
        online
        idleMs={120_000}
        onBack={onBack}
        onEnd={(why, words) => {
          ends.push(why);
          void words();
        }}
      />
    </UiWorld>,
  );
  return {
    api,
    deps,
    ends,
    onBack,
    become(next: KioskApproval) {
      state = next;
      act(() => {
        for (const listener of [...listeners]) listener({ type: "approvals" });
      });
    },
    pass(ms: number) {
      const until = now + ms;
      act(() => {
        for (let next = due.sort((a, b) => a.at - b.at)[0]; next !== undefined && next.at <= until; next = due[0]) {
          now = next.at;
          due = due.filter((each) => each !== next).sort((a, b) => a.at - b.at);
          next.task();
        }
        now = until;
      });
    },
  };
}

const asking: KioskApproval = { type: "asking", text: `BSK1.${"7K2QF9M".repeat(45)}`, until: FAKE_NOW + 600_000 };
/** The clock of the machine may be anywhere. */
const openTitle = (): string => `Vos papiers, jusqu’à ${formatTime(FAKE_NOW + 20 * 60_000)}`;
const title = (name: string) => screen.findByRole("heading", { level: 1, name });

beforeEach(async () => {
  await loadAreas("common", "errors", "poste", "approbation", "opening", "papers-types");
  rephrase(atSharedComputer);
  watchCanvas();
});
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

describe("opening by the phone", () => {
  test("a code with the computer's name, no address in it, and until when; cancelling forgets it", async () => {
    const { api, onBack } = stage(asking);
    await title("Ouvrez avec votre téléphone");
    expect(api.approvalAsk).toHaveBeenCalledWith("Médiathèque");
    expect(await screen.findByRole("img", { name: "Dessin à lire avec votre téléphone" })).toBeTruthy();
    expect(screen.getByText(/Ce code sert jusqu’à \d/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Annuler" }));
    expect(api.approvalStop).toHaveBeenCalledWith("asked");
    expect(onBack).toHaveBeenCalled();
  });

  test("the pictures of the phone; other ones stop it", async () => {
    const { api, become, onBack } = stage(asking);
    await title("Ouvrez avec votre téléphone");
    become({ type: "met", pictures: [0, 3, 7, 11], until: FAKE_NOW + 600_000 });
    await title("Comparez les images");
    expect(screen.getByRole("list", { name: "Images à comparer" }).children).toHaveLength(4);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: /Ce n’est pas pareil/ }));
    expect(api.approvalStop).toHaveBeenCalled();
    expect(onBack).toHaveBeenCalled();
  });

  test("without network, run out, refused: said, with a way on", async () => {
    const { api, become } = stage({ type: "none" });
    await waitFor(() => expect(api.approvalAsk).toHaveBeenCalledTimes(1));
    api.approvalAsk.mockResolvedValue(err({ type: "no-network" }));
    become({ type: "over" });
    await title("Ce code ne sert plus");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Nouveau code" }));
    expect(await screen.findByText(/ouvrir avec votre téléphone n’est pas possible maintenant/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    api.approvalAsk.mockResolvedValue(ok(undefined));
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    become({ type: "refused" });
    await title("Rien ne s’est ouvert");
  });

  test("the papers until a time, their pages, a print where it is allowed, and what cannot be done here", async () => {
    const { api, ends } = stage(openState());
    await title(openTitle());
    expect(screen.getByText(/on ne peut pas remplir ni envoyer un dossier/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: /Titre de séjour/ }));
    await title("Titre de séjour");
    const page = await screen.findByRole("img", { name: "Page 1 de Titre de séjour" });
    expect(screen.getByText(/Ce fichier ne s’affiche pas ici/)).toBeTruthy();
    expect(api.approvalPage.mock.calls).toEqual([[paper.record, 0]]);
    expect(await screen.findByRole("button", { name: "Imprimer" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Retour aux papiers" }));
    await title(openTitle());
    expect(page.isConnected).toBe(false);
    fireEvent.click(screen.getByRole("button", { name: "Terminer et tout effacer" }));
    expect(ends).toEqual(["asked"]);
    expect(api.approvalStop).toHaveBeenCalledWith("asked");
  });

  test("no print where it is forbidden", async () => {
    stage(openState(), false);
    await title(openTitle());
    fireEvent.click(screen.getByRole("button", { name: /Titre de séjour/ }));
    expect(await screen.findByRole("img", { name: "Page 1 de Titre de séjour" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Imprimer" })).toBeNull();
  });

  test("a paper is added with its name, another page to it; what is refused is said", async () => {
    const { api, become } = stage(openState());
    await title(openTitle());
    fireEvent.input(screen.getByLabelText("Nom du papier, si vous voulez"), { target: { value: "Facture" } });
    const file = new File(["x"], "facture.jpg", { type: "image/jpeg" });
    fireEvent.change(screen.getByLabelText(/Choisir un fichier ou une photo/), { target: { files: [file] } });
    await waitFor(() => expect(api.approvalAdd).toHaveBeenCalledWith({ paper: null, title: "Facture", file }));
    become(openState([{ paper: 0, title: "Facture", pages: 1 }]));
    expect(await screen.findByText("Au serveur, fermé à clé : Facture")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    api.approvalAdd.mockResolvedValue(err({ type: "too-large" }));
    fireEvent.change(await screen.findByLabelText(/Ajouter une page/), { target: { files: [file] } });
    expect(await screen.findByText(/trop lourd pour passer d’ici/)).toBeTruthy();
    expect(api.approvalAdd).toHaveBeenLastCalledWith({ paper: 0, title: "", file });
  });

  test.each([
    ["phone", { type: "ended", why: "phone" }],
    ["time", { type: "ended", why: "time" }],
  ] as const)("closed by the %s: the session ends here", async (why, state) => {
    const { become, ends } = stage(openState());
    await title(openTitle());
    become(state);
    await waitFor(() => expect(ends).toEqual([why]));
  });

  test("nobody touches it: a question, then the end", async () => {
    const { pass, ends, api } = stage(openState());
    await title(openTitle());
    // What begins with the screen has begun.
    await act(async () => undefined);
    pass(95_000);
    expect(await screen.findByRole("dialog", { name: /encore là/ })).toBeTruthy();
    pass(30_000);
    expect(ends).toEqual(["idle"]);
    expect(api.approvalStop).toHaveBeenCalledWith("idle");
  });

  test.each(["ar", "en"] as const)("in %s nothing is left in French", async (language) => {
    await setLanguage(language);
    stage(openState([{ paper: 0, title: "", pages: 2 }]));
    await screen.findByRole("heading", { level: 1, name: /20/ });
    expect(document.body.textContent).not.toMatch(/papiers|Ajouter|Terminer/);
    expect(await axeProblems()).toEqual([]);
  });
});
