/** The rescue card and its drill. */
import { type Feature, paths } from "../../feature.ts";
import { CardScreen } from "./CardScreen.tsx";
import { DrillScreen } from "./DrillScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.card, screen: CardScreen, tab: null, areas: ["opening", "errors"] },
    { path: paths.drill, screen: DrillScreen, tab: null, areas: ["opening", "errors"] },
  ],
};
