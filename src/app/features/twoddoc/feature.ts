/** The code that an office printed on a paper (2D-Doc): read, shown field by field, kept or not. A later group of its own. */
import { type Feature, paths } from "../../feature.ts";
import { PAPER_AREAS } from "../../ui/papers/names.ts";
import { CodeScreen } from "./CodeScreen.tsx";

export const feature: Feature = {
  screens: [{ path: paths.paperCode(":paper"), screen: CodeScreen, tab: "papers", areas: [...PAPER_AREAS, "twoddoc"] }],
};
