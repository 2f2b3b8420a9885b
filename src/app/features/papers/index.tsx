/** Papers: list, adding, one paper, showing it, bin. Loaded when a path of it is asked for. */
import { type Feature, paths } from "../../feature.ts";
import { PAPER_AREAS } from "../../ui/papers/names.ts";
import { DetailsScreen } from "./DetailsScreen.tsx";
import { ListScreen } from "./ListScreen.tsx";
import { BinScreen, SpaceScreen } from "./later.tsx";
import { NewScreen } from "./NewScreen.tsx";
import { PagesScreen } from "./PagesScreen.tsx";
import { PaperScreen } from "./PaperScreen.tsx";
import { ShowScreen } from "./ShowScreen.tsx";

const WITH_SPACE = [...PAPER_AREAS, "space"] as const;

export const feature: Feature = {
  screens: [
    { path: paths.papers, screen: ListScreen, tab: "papers", areas: PAPER_AREAS },
    { path: paths.addPaper, screen: NewScreen, tab: null, areas: PAPER_AREAS },
    { path: paths.bin, screen: BinScreen, tab: "papers", areas: [...PAPER_AREAS, "errors"] },
    { path: paths.space, screen: SpaceScreen, tab: "papers", areas: [...WITH_SPACE, "errors"] },
    { path: paths.paper(":paper"), screen: PaperScreen, tab: "papers", areas: WITH_SPACE },
    { path: "/papiers/:paper/pages", screen: PagesScreen, tab: null, areas: PAPER_AREAS },
    { path: "/papiers/:paper/infos", screen: DetailsScreen, tab: null, areas: PAPER_AREAS },
    { path: "/papiers/:paper/voir", screen: ShowScreen, tab: null, areas: WITH_SPACE },
  ],
};
