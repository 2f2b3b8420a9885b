/** Whose keys they are, checked at the desk (decisions/0047). Kept apart from the shell (group "rest"). */
import { type Feature, paths, type Screen } from "../../feature.ts";
import { DeskScreen } from "./DeskScreen.tsx";
import { DesksScreen } from "./DesksScreen.tsx";

const areas: Screen["areas"] = ["guichets", "scan", "opening"];

export const feature: Feature = {
  screens: [
    { path: paths.desks, screen: DesksScreen, tab: null, areas },
    { path: paths.desk(":desk"), screen: DeskScreen, tab: null, areas },
  ],
};
