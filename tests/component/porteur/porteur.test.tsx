import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CarrierScreen } from "../../../src/app/features/porteur/CarrierScreen.tsx";
import { PackScreen } from "../../../src/app/features/porteur/PackScreen.tsx";
import { ReceiptScreen } from "../../../src/app/features/porteur/ReceiptScreen.tsx";
import { carrierPageText, receiptWords } from "../../../src/app/features/porteur/words.ts";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { canShareFile, shareFile } from "../../../src/app/platform/share.ts";
import { CarrierContext } from "../../../src/app/state/carrier.ts";
import type { OutboxLine } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeCarrier, DELIVERED, type FakeCarrier } from "../../support/fake-carrier.ts";
import { createFakeSatchel, EMPTY_OUTBOX, FAKE_NOW, type FakeSatchel, fakeId } from "../../support/fake-satchel.ts";
import { type ShownScreen, type ShowOptions, showScreen } from "../../support/fake-shell.tsx";

const AREAS = ["porteur", "errors"] as const;
const WAITING = { ...EMPTY_OUTBOX, waiting: 2, bytesLeft: 98_000 };

beforeEach(() => {
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => undefined }));
});
afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

const plain = (): string =>
  (document.querySelector("main")?.textContent ?? "").replace(/[\u2066-\u2069]/g, "").replace(/[\u00a0\u202f]/g, " ");
const pdf = (name = "besace-a-porter.pdf") => new File(["x"], name, { type: "application/pdf" });
const choose = (label: RegExp, file: File): void => {
  const input = screen.getByLabelText(label) as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [file], configurable: true });
  fireEvent.change(input);
};

const carry = (carrier: FakeCarrier, options: Partial<ShowOptions> = {}): Promise<ShownScreen> =>
  showScreen(
    <CarrierContext.Provider value={carrier.handle}>
      <CarrierScreen />
    </CarrierContext.Provider>,
    { satchel: createFakeSatchel(), areas: [...AREAS], ...options },
  );
const pack = (satchel: FakeSatchel, options: Partial<ShowOptions> = {}): Promise<ShownScreen> =>
  showScreen(<PackScreen />, { satchel, areas: [...AREAS], ...options });
const receipt = (satchel: FakeSatchel, options: Partial<ShowOptions> = {}): Promise<ShownScreen> =>
  showScreen(<ReceiptScreen />, { satchel, areas: [...AREAS], ...options });

describe("Porter un envoi", () => {
  test("empty: what it is, how to take a file, no accessibility fault", async () => {
    await carry(createFakeCarrier());
    expect(await screen.findByRole("heading", { level: 1, name: "Porter un envoi" })).toBeTruthy();
    expect(await screen.findByText("Aucun envoi à porter")).toBeTruthy();
    expect(plain()).toContain("Vous ne pouvez rien lire dedans.");
    expect(await axeProblems()).toEqual([]);
  });

  test("a taken file shows count and size and nothing else, and waits for the network", async () => {
    const carrier = createFakeCarrier();
    await carry(carrier, { shell: { network: "offline" } });
    choose(/Choisir le fichier à porter/, pdf());
    expect(await screen.findByText("Fichier pris.")).toBeTruthy();
    const [file] = await screen.findAllByRole("listitem");
    expect(file?.textContent?.replace(/\u00a0/g, " ")).toContain("12 éléments fermés. Taille : 3,4 Mo.");
    expect(within(file as HTMLElement).getByText("Attend le réseau")).toBeTruthy();
    expect(plain()).not.toMatch(/rendre le récépissé de/i);
    expect(screen.queryByRole("button", { name: "Enregistrer le récépissé" })).toBeNull();
    expect(await axeProblems()).toEqual([]);
  });

  test("each wrong file has words of its own", async () => {
    const carrier = createFakeCarrier();
    await carry(carrier);
    const cases = [
      [{ type: "not-carrier" }, "Ce fichier n’est pas un envoi de Besace."],
      [{ type: "cut" }, "Ce fichier n’est pas entier."],
      [{ type: "damaged" }, "Ce fichier a été changé ou abîmé."],
      [{ type: "newer" }, "Ce fichier vient d’une Besace plus récente."],
      [{ type: "no-home" }, "Cet appareil ne connaît pas encore son serveur."],
      [{ type: "foreign", home: "https://ailleurs.example/" }, "https://ailleurs.example/"],
      [{ type: "old", madeAt: Date.UTC(2016, 10, 21, 12) }, "21 novembre 2016"],
      [{ type: "full" }, "Besace n’a pas pu le faire"],
    ] as const;
    for (const [refusal, words] of cases) {
      carrier.data.refusal = refusal;
      choose(/Choisir le fichier à porter/, pdf());
      const alert = await screen.findByRole("alert");
      await vi.waitFor(() => expect(plain()).toContain(words), 20_000);
      expect(alert.textContent?.length).toBeGreaterThan(20);
    }
    expect(await axeProblems()).toEqual([]);
  });

  test("a file that was delivered before is said to be, and nothing is done again", async () => {
    const carrier = createFakeCarrier([DELIVERED]);
    carrier.data.known = true;
    await carry(carrier);
    await screen.findByText("Arrivé au serveur");
    choose(/Choisir le fichier à porter/, pdf());
    expect(await screen.findByText("Vous avez déjà pris ce fichier.")).toBeTruthy();
    expect(plain()).toContain("Tout est déjà arrivé.");
  });

  test("INV-2: the receipt is offered only with the server's statement; handing it over is noted", async () => {
    const carrier = createFakeCarrier([DELIVERED]);
    await carry(carrier);
    fireEvent.click(await screen.findByRole("button", { name: "Enregistrer le récépissé" }));
    await vi.waitFor(() => expect(carrier.calls).toContain("given AAAAAAAAAAAAAAAAAAAAAQ"), 20_000);
    expect(await screen.findByText("Le récépissé est sorti d’ici")).toBeTruthy();
    expect(plain()).toContain("Signé par le serveur le 21 novembre 2026");
    expect(await axeProblems()).toEqual([]);
  });

  test("partly, moving, refused by a portal, kept on the page only: each is said", async () => {
    const carrier = createFakeCarrier([
      { file: "AAAAAAAAAAAAAAAAAAAAAQ" as never, state: "partly", missing: 2, saidAt: FAKE_NOW, done: 3_000_000 },
      { file: "AAAAAAAAAAAAAAAAAAAAAg" as never, state: "moving", done: 1_000_000 },
      { file: "AAAAAAAAAAAAAAAAAAAAAw" as never, state: "waits", trouble: "not-let-through", kept: "page" },
    ]);
    await carry(carrier);
    await screen.findByText("Arrivé en partie");
    expect(plain()).toContain("2 éléments n’ont pas pu arriver.");
    expect(screen.getByText("Part maintenant")).toBeTruthy();
    expect(screen.getByText("Ce réseau ne laisse pas passer")).toBeTruthy();
    expect(plain()).toContain("Gardez cette page ouverte jusqu’à la fin.");
    const bars = screen.getAllByRole("progressbar").map((bar) => bar.getAttribute("aria-valuenow"));
    expect(bars).toEqual(["3000000", "1000000", "0"]);
    fireEvent.click(screen.getByRole("button", { name: "Envoyer maintenant Envoi fermé 3" }));
    expect(carrier.calls).toContain("deliver AAAAAAAAAAAAAAAAAAAAAw");
    expect(await axeProblems()).toEqual([]);
  });

  test("removing what has not arrived is asked first, and says what is lost and what is not", async () => {
    HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
      this.open = true;
    };
    const carrier = createFakeCarrier([{}]);
    await carry(carrier);
    fireEvent.click(await screen.findByRole("button", { name: "Retirer de cet appareil" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("La personne garde tout sur son téléphone.");
    fireEvent.click(within(dialog).getByRole("button", { name: "Retirer de cet appareil" }));
    await vi.waitFor(() => expect(carrier.calls).toContain("forget AAAAAAAAAAAAAAAAAAAAAQ"), 20_000);
  });

  test("failed: said with its mark, and asked again", async () => {
    const carrier = createFakeCarrier();
    carrier.data.failure = { type: "unavailable", mark: "not-loaded" };
    await carry(carrier);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("not-loaded");
    carrier.data.failure = null;
    fireEvent.click(within(alert).getByRole("button", { name: "Essayer encore" }));
    expect(await screen.findByText("Aucun envoi à porter")).toBeTruthy();
  });

  test("in Arabic, from right to left", async () => {
    await setLanguage("ar");
    await carry(createFakeCarrier([DELIVERED]));
    expect(document.documentElement.dir).toBe("rtl");
    expect(await screen.findByText("وصل إلى الخادم")).toBeTruthy();
    expect(plain()).not.toMatch(/[a-z]+\.[a-z]+/i);
    expect(await axeProblems()).toEqual([]);
  });
});

describe("Donner à un porteur", () => {
  test("nothing waits: said, with the way back", async () => {
    await pack(createFakeSatchel());
    expect(await screen.findByText("Rien n’attend")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Voir mes envois" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("offline: prepared, then handed over; the page of the file says the server's address and no name", async () => {
    const satchel = createFakeSatchel({ outbox: WAITING });
    await pack(satchel, { shell: { network: "offline" } });
    expect(await screen.findByText(/2 envois attendent/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Préparer le fichier" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Le fichier est prêt" })).toBeTruthy();
    const [page] = satchel.calls("packCarrier")[0] as [{ title: string; paragraphs: readonly string[] }];
    expect(page.title).toBe("Un envoi Besace à porter");
    expect(page.paragraphs.join(" ")).toContain("http://localhost:8080");
    fireEvent.click(screen.getByRole("button", { name: "Enregistrer le fichier" }));
    expect(await screen.findByText("Le fichier est enregistré.")).toBeTruthy();
    // INV-2: a file that was made has arrived nowhere.
    expect(plain()).not.toMatch(/déposé|envoyé|reçu\b/i);
    expect(screen.getByRole("link", { name: "Lire un récépissé de porteur" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("a phone that never saw its server says what is missing", async () => {
    const satchel = createFakeSatchel({ outbox: WAITING });
    satchel.refuse("packCarrier", { type: "no-home" });
    await pack(satchel);
    fireEvent.click(await screen.findByRole("button", { name: "Préparer le fichier" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Il faut du réseau une fois");
  });

  test("INV-1: what cannot be carried is said before and after: no desk to seal to, or the person is needed", async () => {
    const line = (state: OutboxLine["state"]): OutboxLine => ({
      id: fakeId(),
      what: "dossier",
      title: "K7QF2M9D",
      state,
      parts: { done: 0, of: 1 },
      bytesLeft: 0,
      reason: null,
      at: null,
      waits: null,
      pieces: [],
    });
    const lines = [line("awaiting-desk"), line("needs-you")];
    await pack(createFakeSatchel({ outbox: { ...WAITING, lines } }));
    const said = "1 dossier attend l’ouverture du guichet. Il n’est pas dans ce fichier.";
    await vi.waitFor(() => expect(plain()).toContain(said), 20_000);
    expect(plain()).toContain("1 envoi a besoin de vous.");
    fireEvent.click(screen.getByRole("button", { name: "Préparer le fichier" }));
    await screen.findByRole("heading", { level: 1, name: "Le fichier est prêt" });
    expect(plain()).toContain(said);
  });

  test("loading, locked, failed", async () => {
    const satchel = createFakeSatchel({ outbox: WAITING });
    const release = satchel.stall("outbox");
    const shown = await pack(satchel);
    shown.pass(1000);
    expect(await screen.findByText("On ouvre…")).toBeTruthy();
    release();
    cleanup();
    satchel.fail("outbox", { type: "locked" });
    await pack(satchel);
    expect(await screen.findByRole("button", { name: "Ouvrir ma besace" })).toBeTruthy();
    cleanup();
    satchel.fail("outbox", { type: "unavailable", mark: "E-7" });
    await pack(satchel);
    expect((await screen.findByRole("alert")).textContent).toContain("E-7");
  });

  test("the page is in French, and in the person's language where Latin letters do", async () => {
    await pack(createFakeSatchel());
    expect(carrierPageText("https://b.example/").paragraphs).toHaveLength(4);
    await setLanguage("en");
    const english = carrierPageText("https://b.example/").paragraphs;
    expect(english[0]).toContain("Ce fichier contient");
    expect(english.join(" ")).toContain("This file holds sealed items");
    await setLanguage("ar");
    expect(carrierPageText("https://b.example/").paragraphs).toHaveLength(4);
    expect(receiptWords().join(" ")).toContain("إيصال");
  });
});

describe("Lire un récépissé de porteur", () => {
  const give = (): void => choose(/Choisir le récépissé/, new File(["x"], "besace-recepisse.txt"));

  test("all arrived; read before; part of it", async () => {
    const satchel = createFakeSatchel({ outbox: WAITING });
    await receipt(satchel, { shell: { network: "offline" } });
    await screen.findByText(/Le porteur vous a rendu un fichier/);
    expect(await axeProblems()).toEqual([]);
    give();
    expect(await screen.findByText("Tout est arrivé au serveur.")).toBeTruthy();
    expect(plain()).toContain("2 éléments, le 21 novembre 2026");
    give();
    expect(await screen.findByText("Ce récépissé est déjà lu.")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("each wrong receipt has words of its own, and says that nothing changed", async () => {
    const satchel = createFakeSatchel({ outbox: WAITING });
    await receipt(satchel);
    await screen.findByText(/Le porteur vous a rendu un fichier/);
    for (const type of ["not-receipt", "newer", "damaged", "not-believed", "not-mine"] as const) {
      satchel.refuse("takeReceipt", { type });
      give();
      const alert = await screen.findByRole("alert");
      await vi.waitFor(() => expect(satchel.calls("takeReceipt").length).toBeGreaterThan(0), 20_000);
      expect(alert.textContent).toMatch(type === "not-receipt" ? /Choisissez/ : /récépissé/);
    }
  });

  test("locked: what waits is kept, the code is asked", async () => {
    const satchel = createFakeSatchel();
    satchel.fail("outbox", { type: "locked" });
    await receipt(satchel);
    expect(await screen.findByText("Votre besace est fermée")).toBeTruthy();
  });
});

describe("the share sheet", () => {
  const file = pdf();
  test("takes a file only if it says so, and none that is large", () => {
    const share = async () => undefined;
    expect(canShareFile(file, {})).toBe(false);
    expect(canShareFile(file, { share, canShare: () => false })).toBe(false);
    expect(canShareFile(file, { share, canShare: () => true })).toBe(true);
    const large = Object.defineProperty(pdf(), "size", { value: 60 * 1024 * 1024 });
    expect(canShareFile(large, { share, canShare: () => true })).toBe(false);
  });

  test("closed by the person is no refusal; anything else asks for a download", async () => {
    const sharer = (error: Error | null) => ({
      canShare: () => true,
      share: async () => {
        if (error !== null) throw error;
      },
    });
    expect(await shareFile(file, sharer(null))).toBe("shared");
    expect(await shareFile(file, sharer(new DOMException("", "AbortError")))).toBe("closed");
    expect(await shareFile(file, sharer(new DOMException("", "NotAllowedError")))).toBe("refused");
    expect(await shareFile(file, sharer(new TypeError("no files")))).toBe("refused");
    await expect(shareFile(file, sharer(new Error("a bug")))).rejects.toThrow("a bug");
  });
});
