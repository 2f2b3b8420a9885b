/** Rights worth asking about, and what can be done after a decision. Loaded when a path of it is asked for. */
import { type Feature, paths } from "../../feature.ts";
import { DecisionScreen } from "./DecisionScreen.tsx";
import { RightsScreen } from "./RightsScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.rights, screen: RightsScreen, tab: null, areas: ["rights"] },
    { path: paths.decision, screen: DecisionScreen, tab: null, areas: ["remedies", "papers"] },
  ],
};
