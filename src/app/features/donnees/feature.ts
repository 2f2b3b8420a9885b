/** What is kept, where, for how long, and by whom; what happens when the service ends. Kept apart from the shell (group "rest"). */
import { type Feature, paths } from "../../feature.ts";
import { DataScreen } from "./DataScreen.tsx";
import { EndScreen } from "./EndScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.data, screen: DataScreen, tab: null, areas: ["donnees"] },
    { path: paths.end, screen: EndScreen, tab: null, areas: ["donnees"] },
  ],
};
