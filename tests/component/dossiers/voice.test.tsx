/** A spoken answer in the page, over a microphone, a recorder and a loudspeaker that are made up. */
import { act, cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CheckScreen } from "../../../src/app/features/dossiers/CheckScreen.tsx";
import { QuestionScreen } from "../../../src/app/features/dossiers/QuestionScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import { longestVoiceMs, voiceSlot } from "../../../src/shared/voice.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { reflectLikeBrowsers } from "../ui/harness.tsx";
import { DOSSIER, deployment, show } from "./show.tsx";

reflectLikeBrowsers();

/** What the microphone does, and whether it is on. */
const microphone = { refuses: null as string | null, on: 0, heard: "une voix" };
const played: ArrayBuffer[] = [];

class Recorder {
  static isTypeSupported = (kind: string): boolean => kind === "audio/mp4";
  state = "inactive";
  mimeType = "audio/mp4";
  ondataavailable: (event: { data: Blob }) => void = () => undefined;
  onstop: () => void = () => undefined;
  start(): void {
    this.state = "recording";
  }
  stop(): void {
    this.state = "inactive";
    this.ondataavailable({ data: new Blob([microphone.heard]) });
    this.onstop();
  }
}

class Loudspeaker {
  decodeAudioData = async (bytes: ArrayBuffer): Promise<ArrayBuffer> => {
    if (new TextDecoder().decode(bytes) === "illisible") throw new DOMException("", "EncodingError");
    return bytes;
  };
  createBufferSource = () => ({
    buffer: null as ArrayBuffer | null,
    connect: () => undefined,
    start(): void {
      if (this.buffer !== null) played.push(this.buffer);
    },
  });
  close = async (): Promise<void> => undefined;
}

beforeEach(() => {
  Object.assign(microphone, { refuses: null, on: 0, heard: "une voix" });
  played.length = 0;
  vi.stubGlobal("MediaRecorder", Recorder);
  vi.stubGlobal("AudioContext", Loudspeaker);
  const getUserMedia = async () => {
    if (microphone.refuses !== null) throw new DOMException("", microphone.refuses);
    microphone.on += 1;
    const stop = (): void => {
      microphone.on -= 1;
    };
    return { getTracks: () => [{ stop }] };
  };
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
});
afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  Object.defineProperty(navigator, "mediaDevices", { value: undefined, configurable: true });
  await setLanguage("fr");
});

const satchelWith = (record: Partial<DossierRecord> = {}) =>
  createFakeSatchel({
    dossiers: [fakeDossier({ procedure: "demande-libre", page: "request", ...record }, { id: DOSSIER })],
    deployment: deployment(),
  });
const ask = (satchel: ReturnType<typeof satchelWith>, page = "request") =>
  show(QuestionScreen, { dossier: DOSSIER, page }, satchel);
const press = async (name: string | RegExp) => fireEvent.click(await screen.findByRole("button", { name }));
const settle = () => act(() => new Promise<void>((resolve) => setTimeout(resolve)));

test("recorded, said to be kept only once it is, heard again, erased after a question; axe agrees", async () => {
  const satchel = satchelWith();
  const shown = await ask(satchel);
  await press("Enregistrer ma voix");
  await screen.findByText("On vous écoute. Parlez.");
  expect(microphone.on).toBe(1);
  shown.pass(2000);
  const release = satchel.stall("addVoice");
  await press("J’ai fini");
  await settle();
  expect(microphone.on).toBe(0);
  expect(screen.queryByText("Réponse parlée gardée.")).toBeNull();
  release();
  await screen.findByText("Réponse parlée gardée.");
  const [call] = satchel.calls("addVoice");
  expect(call?.[1]).toBe("request");
  expect(call?.[2]).toMatchObject({ mime: "audio/mp4", title: expect.stringContaining("Réponse parlée") });
  expect(satchel.data.dossiers[0]?.record.attached[voiceSlot("request")]?.papers).toHaveLength(1);
  await screen.findByRole("button", { name: /^Écouter ma réponse \(0\smin\s0\d\)$/ });
  expect(await axeProblems()).toEqual([]);
  await press(/^Écouter ma réponse/);
  await press("Arrêter");
  expect(played).toHaveLength(1);
  await press("Effacer ma voix");
  fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Effacer ma voix" }));
  await screen.findByRole("button", { name: "Enregistrer ma voix" });
  expect(satchel.data.dossiers[0]?.record.attached[voiceSlot("request")]?.papers).toEqual([]);
});

test.each([
  ["NotAllowedError", /Le micro n’est pas permis/],
  ["NotFoundError", /Pas de micro ici/],
  ["NotReadableError", /Le micro ne répond pas/],
])("%s is said plainly, and the box of words stays", async (name, words) => {
  microphone.refuses = name;
  await ask(satchelWith());
  await press("Enregistrer ma voix");
  expect((await screen.findByText(words)).closest("[role=alert]")).toBeTruthy();
  expect(screen.getAllByRole("textbox").length).toBeGreaterThan(0);
  expect(screen.getByRole("button", { name: "Enregistrer ma voix" })).toBeTruthy();
});

test("no room, nothing heard: said, and nothing is called kept", async () => {
  const satchel = satchelWith();
  satchel.fail("addVoice", { type: "full" });
  await ask(satchel);
  await press("Enregistrer ma voix");
  await press("J’ai fini");
  await screen.findByText(/Plus de place sur ce téléphone/);
  microphone.heard = "";
  await press("Enregistrer ma voix");
  await press("J’ai fini");
  await screen.findByText(/Rien n’a été entendu/);
  expect(screen.queryByText("Réponse parlée gardée.")).toBeNull();
});

test("three minutes end it and it is kept; leaving keeps what was said", async () => {
  const satchel = satchelWith();
  const shown = await ask(satchel);
  await press("Enregistrer ma voix");
  await screen.findByText("On vous écoute. Parlez.");
  await act(async () => shown.pass(longestVoiceMs + 1000));
  await screen.findByText(/Trois minutes sont passées/);
  cleanup();
  const other = satchelWith();
  await ask(other);
  await press("Enregistrer ma voix");
  await screen.findByText("On vous écoute. Parlez.");
  cleanup();
  await expect.poll(() => other.calls("addVoice").length).toBe(1);
  expect(microphone.on).toBe(0);
});

test("another app, a lock and a press that come together keep it once", async () => {
  const satchel = satchelWith();
  await ask(satchel);
  await press("Enregistrer ma voix");
  await screen.findByText("On vous écoute. Parlez.");
  const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  document.dispatchEvent(new Event("visibilitychange"));
  fireEvent.click(screen.getByRole("button", { name: "J’ai fini" }));
  await screen.findByText("Réponse parlée gardée.");
  seen.mockRestore();
  expect(satchel.calls("addVoice")).toHaveLength(1);
  expect(microphone.on).toBe(0);
});

test("a spoken answer is an answer: the question lets go on, and the list says that it is to be heard", async () => {
  const attached = { [voiceSlot("request")]: { papers: ["AAAAAAAAAAAAAAAAAAAAAA" as never], missing: false } };
  await show(CheckScreen, { dossier: DOSSIER }, satchelWith({ page: "check", attached }));
  expect((await screen.findAllByText("Réponse parlée, à écouter")).length).toBe(1);
});

test("without a microphone to offer, nothing is offered", async () => {
  vi.stubGlobal("MediaRecorder", undefined);
  await ask(satchelWith());
  await screen.findAllByRole("textbox");
  await settle();
  expect(screen.queryByRole("button", { name: "Enregistrer ma voix" })).toBeNull();
});
