import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, test, vi } from "vitest";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { Button } from "../../../src/app/ui/Button.tsx";
import { Dialog } from "../../../src/app/ui/Dialog.tsx";
import { type HumanContact, HumanFooter } from "../../../src/app/ui/HumanFooter.tsx";
import { Item, List } from "../../../src/app/ui/List.tsx";
import { NetworkLine } from "../../../src/app/ui/NetworkLine.tsx";
import { openingAt } from "../../../src/app/ui/opening.ts";
import { Page } from "../../../src/app/ui/Page.tsx";
import { FilePicker } from "../../../src/app/ui/Pick.tsx";
import { QueueRow } from "../../../src/app/ui/Queue.tsx";
import { Rows } from "../../../src/app/ui/Rows.tsx";
import { FailedState, Loading } from "../../../src/app/ui/States.tsx";
import { TabBar } from "../../../src/app/ui/TabBar.tsx";
import { Toasts } from "../../../src/app/ui/Toast.tsx";
import { TopBar } from "../../../src/app/ui/TopBar.tsx";
import { createTestWorld } from "./harness.tsx";

const contact: HumanContact = {
  organisation: "CCAS de Brévigny",
  phone: "+33465711230",
  phoneDisplay: "04 65 71 12 30",
  address: "3 place du Marché, Brévigny",
  hours: [
    { day: 1, from: "09:00", to: "12:00" },
    { day: 1, from: "14:00", to: "17:30" },
    { day: 2, from: "09:00", to: "12:00" },
  ],
};

const paris = (day: number, hour: number, minute = 0) => Date.UTC(2026, 10, day, hour - 1, minute);

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

describe("Page", () => {
  const page = (
    <Page
      top={<TopBar back="/accueil" onQuit={() => undefined} />}
      human={<HumanFooter contact={contact} />}
      tabs={<TabBar current="papers" waiting={2} paths={{ home: "/a", papers: "/p", dossiers: "/d", outbox: "/e" }} />}
    >
      <h1>Mes papiers</h1>
    </Page>
  );

  test("back, quick exit and help have the visible word first; help leads to the phone", () => {
    createTestWorld().show(page);
    expect(screen.getByRole("link", { name: "Retour" }).getAttribute("href")).toBe("/accueil");
    expect(screen.getByRole("button", { name: /^Sortir\s: fermer/ }).textContent).toBe("Sortir");
    fireEvent.click(screen.getByRole("link", { name: /^Aide\s: parler/ }));
    expect(document.activeElement).toBe(screen.getByRole("contentinfo"));
  });

  test("the skip link is first and leads to the content", () => {
    createTestWorld().show(page);
    const links = screen.getAllByRole("link");
    expect(links[0]?.textContent).toBe("Aller au contenu");
    fireEvent.click(links[0] as HTMLElement);
    expect(document.activeElement).toBe(screen.getByRole("main"));
  });

  test("the current tab is marked and waiting items are spoken", () => {
    createTestWorld().show(page);
    const nav = within(screen.getByRole("navigation", { name: "Menu principal" }));
    expect(nav.getByRole("link", { name: "Papiers" }).getAttribute("aria-current")).toBe("page");
    expect(nav.getByRole("link", { name: "Envois , 2 en attente" })).toBeDefined();
  });

  test("in Arabic the page reads from right to left, numbers and names keep their direction", async () => {
    createTestWorld().show(page);
    await act(async () => {
      expect((await setLanguage("ar")).ok).toBe(true);
    });
    expect(document.documentElement.dir).toBe("rtl");
    expect(document.documentElement.lang).toBe("ar");
    expect(screen.getByRole("link", { name: "رجوع" })).toBeDefined();
    const phone = screen.getByText("04 65 71 12 30");
    expect(phone.tagName).toBe("BDI");
    expect(phone.getAttribute("dir")).toBe("ltr");
    expect(screen.getByText("CCAS de Brévigny").tagName).toBe("BDI");
    expect(screen.getByRole("link", { name: "رجوع" }).querySelector(".icon--flip")).not.toBeNull();
  });
});

describe("opening hours", () => {
  test.each([
    ["Monday 9:00", paris(23, 9), { kind: "open", until: "12:00" }],
    ["Monday 11:59", paris(23, 11, 59), { kind: "open", until: "12:00" }],
    ["Monday noon", paris(23, 12), { kind: "closed", at: "14:00", inDays: 0 }],
    ["Monday evening", paris(23, 20), { kind: "closed", at: "09:00", inDays: 1 }],
    ["Tuesday noon", paris(24, 12), { kind: "closed", at: "09:00", inDays: 6 }],
    ["Saturday", paris(21, 12), { kind: "closed", at: "09:00", inDays: 2 }],
  ])("%s", (_, now, opening) => {
    expect(openingAt(contact.hours, now)).toEqual(opening);
  });

  test("no hours: nothing is claimed", () => {
    expect(openingAt([], paris(23, 9))).toEqual({ kind: "unknown" });
  });

  test.each([
    [paris(21, 12), "Ouvert lundi à 9 h."],
    [paris(23, 9, 30), "Ouvert, ferme à 12 h."],
    [paris(23, 12, 30), "Ouvert aujourd’hui à 14 h."],
    [paris(23, 18), "Ouvert demain à 9 h."],
  ])("the footer says it in words (%#)", (now, words) => {
    createTestWorld(now).show(<HumanFooter contact={contact} />);
    expect(screen.getByText(words)).toBeDefined();
    expect(screen.getByRole("link", { name: /Appeler le 04 65 71 12 30/ }).getAttribute("href")).toBe(
      "tel:+33465711230",
    );
  });

  test("the footer notices that the desk closes", () => {
    const world = createTestWorld(paris(23, 11, 59));
    world.show(<HumanFooter contact={contact} />);
    world.pass(60_000);
    expect(screen.getByText("Ouvert aujourd’hui à 14 h.")).toBeDefined();
  });
});

describe("Button", () => {
  test("busy: says the verb in progress and does nothing", () => {
    const onPress = vi.fn();
    render(
      <Button busy="On garde votre réponse…" onPress={onPress}>
        Continuer
      </Button>,
    );
    const button = screen.getByRole("button", { name: "On garde votre réponse…" });
    fireEvent.click(button);
    expect(button.getAttribute("aria-busy")).toBe("true");
    expect(onPress).not.toHaveBeenCalled();
  });

  test("busy: keeps the width of its own words, which is read then and never while a screen is drawn", () => {
    const read = vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(240);
    try {
      const label = (n: number) => <span>Continuer {n}</span>;
      const shown = render(<Button>{label(1)}</Button>);
      shown.rerender(<Button>{label(2)}</Button>);
      expect(read).not.toHaveBeenCalled();
      const width = () => screen.getByRole("button").style.minInlineSize;
      for (const n of [3, 4]) {
        shown.rerender(<Button busy="On garde…">{label(n)}</Button>);
        expect(width()).toBe("240px");
      }
      expect(read).toHaveBeenCalledTimes(1);
      shown.rerender(<Button>{label(5)}</Button>);
      expect(width()).toBe("");
    } finally {
      read.mockRestore();
    }
  });

  test("not ready: stays reachable, says what is missing, leads there", () => {
    const onPress = vi.fn();
    const onMissing = vi.fn();
    render(
      <Button missing="Il manque 2 réponses" onMissing={onMissing} onPress={onPress}>
        Envoyer au CCAS
      </Button>,
    );
    const button = screen.getByRole<HTMLButtonElement>("button", { name: "Il manque 2 réponses" });
    fireEvent.click(button);
    expect(button.disabled).toBe(false);
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(onMissing).toHaveBeenCalledTimes(1);
    expect(onPress).not.toHaveBeenCalled();
  });
});

describe("rows", () => {
  test("a row is one link named title, detail", () => {
    render(
      <List>
        <Item href="/x" title="Bus à prix réduit" detail="6 réponses sur 9" icon="transport" />
      </List>,
    );
    expect(screen.getByRole("link", { name: "Bus à prix réduit 6 réponses sur 9" })).toBeDefined();
  });

  test("an answer's link says what it changes", () => {
    render(
      <Rows rows={[{ key: "a", name: "Où vivez-vous ?", value: "Dehors", edit: { href: "/q", subject: "Où" } }]} />,
    );
    expect(screen.getByRole("link", { name: /^Modifier\s: Où$/ }).textContent).toBe("Modifier");
  });

  test("a queue row has a progress bar only while something moves", () => {
    const { rerender } = render(<QueueRow state="waiting" title="Facture" detail="Attend le réseau" />);
    expect(screen.queryByRole("progressbar")).toBeNull();
    rerender(
      <QueueRow
        state="moving"
        title="Facture"
        detail="190 Ko sur 640 Ko"
        progress={{ done: 3, total: 10, label: "Envoi de la facture" }}
      />,
    );
    const bar = screen.getByRole("progressbar", { name: "Envoi de la facture" });
    expect([bar.getAttribute("aria-valuenow"), bar.getAttribute("aria-valuemax")]).toEqual(["3", "10"]);
  });
});

describe("FilePicker", () => {
  test("hands over the files and forgets them, so that the same one can be chosen again", () => {
    const onFiles = vi.fn();
    render(<FilePicker icon="fichier" title="Choisir un fichier" accept="image/*" multiple onFiles={onFiles} />);
    const input = screen.getByLabelText<HTMLInputElement>(/Choisir un fichier/);
    const file = new File(["x"], "a.jpg", { type: "image/jpeg" });
    Object.defineProperty(input, "files", { configurable: true, value: [file] });
    fireEvent.change(input);
    expect(onFiles).toHaveBeenCalledWith([file]);
    expect(input.value).toBe("");
  });
});

describe("NetworkLine", () => {
  test("says that the network is gone, then back for six seconds, then nothing", () => {
    const world = createTestWorld();
    const { rerender } = world.show(<NetworkLine state="offline" />);
    const region = screen.getByRole("status");
    expect(region.textContent).toBe("Pas de réseau. Vous pouvez tout faire.");
    rerender(world.wrap(<NetworkLine state="online" leaving={2} />));
    expect(screen.getByRole("status").textContent).toBe("Le réseau est revenu. 2 envois partent.");
    expect(screen.getByRole("status")).toBe(region);
    world.pass(6000);
    expect(screen.getByRole("status").textContent).toBe("");
  });

  test("says nothing about a network that was always there", () => {
    createTestWorld().show(<NetworkLine state="online" />);
    expect(screen.getByRole("status").textContent).toBe("");
  });
});

describe("Loading", () => {
  test("a sentence after 400 ms, grey lines after 1 s", () => {
    const world = createTestWorld();
    const { container } = world.show(<Loading text="On ouvre vos papiers…" />);
    world.pass(399);
    expect(screen.getByRole("status").textContent).toBe("");
    world.pass(1);
    expect(screen.getByText("On ouvre vos papiers…")).toBeDefined();
    expect(container.querySelector(".skel")).toBeNull();
    world.pass(600);
    expect(container.querySelectorAll(".skel")).toHaveLength(3);
  });
});

describe("FailedState", () => {
  test("says that nothing is erased, offers to try again, and has a mark to read out", () => {
    const onRetry = vi.fn();
    render(<FailedState title="Ce papier ne s’ouvre pas" mark="P-114" onRetry={onRetry} />);
    const alert = within(screen.getByRole("alert"));
    expect(alert.getByText(/Rien n’est effacé/).textContent).toMatch(/Repère\s: P-114/);
    fireEvent.click(alert.getByRole("button", { name: "Essayer encore" }));
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
});

describe("Toasts", () => {
  const message = { id: "1", text: "Papier mis à la corbeille" };

  test("ten seconds to undo, without taking the focus", () => {
    const world = createTestWorld();
    const onUndo = vi.fn();
    const onGone = vi.fn();
    world.show(<Toasts messages={[{ ...message, onUndo }]} onGone={onGone} />);
    expect(screen.getByRole("status").textContent).toContain("Papier mis à la corbeille");
    expect(document.activeElement).toBe(document.body);
    world.pass(9_999);
    expect(onGone).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Annuler" }));
    expect(onUndo).toHaveBeenCalledTimes(1);
    expect(onGone).toHaveBeenCalledWith("1");
  });

  test("without an act to undo, five seconds; one that came along stays, in its own place, until the person goes on", () => {
    const world = createTestWorld();
    const onGone = vi.fn();
    const messages = [message, { id: "2", text: "Papier gardé", arrived: true }];
    world.show(
      <>
        <Toasts arrived messages={messages} onGone={onGone} />
        <Toasts messages={messages} onGone={onGone} />
      </>,
    );
    expect(screen.getAllByRole("status").map((region) => region.textContent)).toEqual([
      "Papier gardé",
      "Papier mis à la corbeille",
    ]);
    world.pass(5_000);
    expect(onGone.mock.calls).toEqual([["1"]]);
    world.pass(60_000);
    expect(onGone).toHaveBeenCalledTimes(1);
  });

  test("stays while somebody is on its button", () => {
    const world = createTestWorld();
    const onGone = vi.fn();
    world.show(<Toasts messages={[{ ...message, onUndo: vi.fn() }]} onGone={onGone} />);
    screen.getByRole("button", { name: "Annuler" }).focus();
    world.pass(10_000);
    expect(onGone).not.toHaveBeenCalled();
    screen.getByRole("button", { name: "Annuler" }).blur();
    world.pass(10_000);
    expect(onGone).toHaveBeenCalledWith("1");
  });
});

describe("Dialog", () => {
  test("opens on its title; Escape keeps everything", () => {
    const onKeep = vi.fn();
    render(
      <Dialog
        open
        title="Retirer cet accord ?"
        onKeep={onKeep}
        actions={<Button kind="redo">Retirer cet accord</Button>}
      >
        <p>Le CCAS ne pourra plus ouvrir vos 3 papiers.</p>
      </Dialog>,
    );
    const title = screen.getByRole("heading", { name: "Retirer cet accord ?" });
    expect(document.activeElement).toBe(title);
    const cancel = new Event("cancel", { cancelable: true });
    screen.getByRole("dialog", { name: "Retirer cet accord ?" }).dispatchEvent(cancel);
    expect(cancel.defaultPrevented).toBe(true);
    expect(onKeep).toHaveBeenCalledTimes(1);
  });
});
