/**
 * The shipped path data equals the drawings. After a change in `icons/svg`, write it anew with
 * `npx vitest run --project component tests/component/ui/icons.test.tsx -u`.
 */
import { render } from "@testing-library/preact";
import { describe, expect, test } from "vitest";
import { FIRST_ICONS } from "../../../src/app/ui/icons/first.ts";
import { Icon } from "../../../src/app/ui/icons/Icon.tsx";
import { FLIPPED, type IconName } from "../../../src/app/ui/icons/names.ts";
import { REST_ICONS } from "../../../src/app/ui/icons/rest.ts";
import "../../../src/app/ui/app.ts";
import { renderModule, svgToPath } from "./icon-source.ts";

const FIRST = new Set([
  "appeler",
  "argent",
  "attention",
  "cadenas",
  "chevron",
  "cle-carte",
  "ecouter",
  "envoi",
  "fleche",
  "guichet",
  "hors-ligne",
  "information",
  "langue",
  "parler",
  "plus",
  "retour",
  "sortie-rapide",
  "telephone",
  "valider",
]);

const drawings = import.meta.glob<string>("../../../src/app/ui/icons/svg/*.svg", {
  query: "?raw",
  import: "default",
  eager: true,
});

const drawn = new Map(
  Object.entries(drawings)
    .map(([file, svg]) => [file.replace(/^.*\/(.*)\.svg$/, "$1"), svgToPath(svg)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

const part = (first: boolean) => new Map([...drawn].filter(([name]) => FIRST.has(name) === first));

describe("icons", () => {
  test("the first screen's path data is what was drawn", async () => {
    const text = renderModule(
      "Icons of the first screen: path data on a 24 x 24 grid. Generated from svg/ by tests/component/ui/icons.test.tsx.",
      "FIRST_ICONS",
      part(true),
    );
    await expect(text).toMatchFileSnapshot("../../../src/app/ui/icons/first.ts");
  });

  test("the other path data is what was drawn", async () => {
    const text = renderModule(
      "Icons after the first screen: path data on a 24 x 24 grid. Generated from svg/ by tests/component/ui/icons.test.tsx.",
      "REST_ICONS",
      part(false),
    );
    await expect(text).toMatchFileSnapshot("../../../src/app/ui/icons/rest.ts");
  });

  test("every drawn icon has a name and every name draws something", () => {
    const names = [...Object.keys(FIRST_ICONS), ...Object.keys(REST_ICONS)].sort();
    expect(names).toEqual([...drawn.keys()]);
    expect(names.length).toBe(84);
    for (const name of names) {
      const { container, unmount } = render(<Icon name={name as IconName} />);
      expect(container.querySelector("path")?.getAttribute("d"), name).toBe(drawn.get(name));
      expect(container.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
      unmount();
    }
  });

  test("arrows and speech are mirrored from right to left; checks, clocks, papers and the camera are not", () => {
    for (const name of FLIPPED) expect(drawn.has(name), name).toBe(true);
    const mirrored = render(<Icon name="retour" />).container.querySelector("svg");
    const fixed = render(<Icon name="valider" />).container.querySelector("svg");
    expect(mirrored?.classList.contains("icon--flip")).toBe(true);
    expect(fixed?.classList.contains("icon--flip")).toBe(false);
  });
});
