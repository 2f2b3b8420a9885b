/** A spoken answer at the desk: heard from memory, saved after a warning, part of what is taken out. */
import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deskPaths } from "../../../src/app/desk/state.ts";
import type { BlobId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeDesk, fakeDeskDossier, fakeDeskPaper } from "../../support/fake-desk.ts";
import { fakeId } from "../../support/fake-satchel.ts";
import { showDesk } from "./harness.tsx";

const loudspeaker = { decodes: true, playing: 0 };

beforeEach(() => {
  Object.assign(loudspeaker, { decodes: true, playing: 0 });
  const start = (): void => {
    loudspeaker.playing += 1;
  };
  class Loudspeaker {
    decodeAudioData = async (bytes: ArrayBuffer): Promise<ArrayBuffer> => {
      if (!loudspeaker.decodes) throw new DOMException("", "EncodingError");
      return bytes;
    };
    createBufferSource = () => ({ connect: () => undefined, start });
    async close(): Promise<void> {
      loudspeaker.playing = 0;
    }
  }
  vi.stubGlobal("AudioContext", Loudspeaker);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function open() {
  const page = { blob: fakeId<BlobId>(), preview: null, mime: "audio/webm", turn: 0, here: true };
  const paper = fakeDeskPaper({
    requirement: "voice:request",
    kind: "voice",
    title: "Réponse parlée\u00a0: Votre demande",
    pages: [page],
  });
  const listed = { ...paper, pages: [], seconds: 102 };
  const dossier = fakeDeskDossier({ procedure: "demande-libre", papers: [paper], payload: { papers: [listed] } });
  const desk = createFakeDesk({ dossiers: [dossier] });
  const shown = await showDesk(desk, { path: deskPaths.dossier(dossier.row.letter) });
  return { desk, shown };
}

test("it stands with the answers, is heard and stopped; axe agrees", async () => {
  await open();
  const pane = await screen.findByRole("region", { name: "Réponses parlées" });
  const listen = () => within(pane).findByRole("button", { name: "Écouter la réponse (1\u00a0min\u00a042)" });
  expect(screen.getByRole("cell", { name: "Réponse parlée, à écouter" })).toBeTruthy();
  expect(within(screen.getByRole("region", { name: "Papiers" })).queryByText(/Réponse parlée/)).toBeNull();
  fireEvent.click(await listen());
  fireEvent.click(await within(pane).findByRole("button", { name: "Arrêter" }));
  await listen();
  expect(loudspeaker.playing).toBe(0);
  expect(await axeProblems()).toEqual([]);
});

test("one that this browser cannot play is said, and is saved after a warning", async () => {
  loudspeaker.decodes = false;
  const { shown } = await open();
  fireEvent.click(await screen.findByRole("button", { name: /^Écouter la réponse/ }));
  await screen.findByText(/ne sait pas jouer cet enregistrement/);
  const pane = screen.getByRole("region", { name: "Réponses parlées" });
  fireEvent.click(within(pane).getByRole("button", { name: "Enregistrer une copie" }));
  expect(shown.saved).toEqual([]);
  fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Enregistrer une copie" }));
  await expect.poll(() => shown.saved.map(({ name }) => name)).toEqual([expect.stringContaining("-voix-1")]);
});
