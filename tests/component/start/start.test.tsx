import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { renderToString } from "preact-render-to-string";
import { afterEach, describe, expect, test } from "vitest";
import { StartScreen } from "../../../src/app/features/start/StartScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { firstScreen } from "../../../src/app/shell/written.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel } from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const show = () =>
  showRootScreen(<StartScreen />, {
    satchel: createFakeSatchel({ opening: { type: "none" } }),
    shell: { open: false },
    path: "/",
  });

describe("the first screen", () => {
  test("one main act, no question about the person, someone to call", async () => {
    await show();
    expect(screen.getByRole("link", { name: "Commencer sans réseau" }).getAttribute("href")).toBe("/code");
    expect(screen.queryAllByRole("textbox")).toHaveLength(0);
    expect(screen.getByText("04 65 71 12 30")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Sortir/ })).toBeNull();
    expect(await axeProblems()).toEqual([]);
  });

  test("Arabic turns the page to right-to-left, English back", async () => {
    await show();
    fireEvent.click(screen.getByRole("radio", { name: "العربية" }));
    await expect.poll(() => document.documentElement.dir).toBe("rtl");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("أوراقكم");
    fireEvent.click(screen.getByRole("radio", { name: "English" }));
    await expect.poll(() => document.documentElement.dir).toBe("ltr");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("Your papers");
  });

  test("a satchel that exists comes back by card and code, or from the other device", async () => {
    await show();
    fireEvent.click(screen.getByRole("button", { name: "J’ai déjà une besace" }));
    expect(screen.getByRole("link", { name: "J’ai ma carte et mon code" }).getAttribute("href")).toBe("/revenir");
    expect(screen.getByRole("link", { name: "J’ai l’autre appareil" }).getAttribute("href")).toBe("/rejoindre");
    expect(await axeProblems()).toEqual([]);
  });

  test("discreet mode is offered before anything is made or installed", async () => {
    await show();
    expect(screen.getByRole("link", { name: /Mode discret/ }).getAttribute("href")).toBe("/discret");
  });
});

describe("the first screen written into index.html", () => {
  const html = renderToString(firstScreen());

  test("is the French screen, with its links, and needs no style attribute or script (the policy forbids both)", () => {
    expect(html).toContain("Vos papiers avec vous. Même sans réseau.");
    expect(html).toContain('href="/code"');
    expect(html).not.toMatch(/ style=|<script|onclick/);
  });

  test("is what the script draws in its place, but for the person to call", async () => {
    const shown = await show();
    const shape = (root: Element): readonly string[] =>
      [...root.querySelectorAll("main *")].map((element) => `${element.tagName} ${element.className}`);
    const written = document.createElement("div");
    written.innerHTML = html;
    expect(shape(written)).toEqual(shape(shown.view.container));
  });
});
