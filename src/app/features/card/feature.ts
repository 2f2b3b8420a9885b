/** The rescue card: shown, taken along, tried, replaced, switched off here, and the number that blocks. */
import { type Feature, paths, type Screen } from "../../feature.ts";
import { BlockScreen } from "./BlockScreen.tsx";
import { CardScreen } from "./CardScreen.tsx";
import { BigScreen, HandScreen } from "./CopyScreens.tsx";
import { DrillScreen } from "./DrillScreen.tsx";
import { HereScreen } from "./HereScreen.tsx";
import { ReplaceScreen } from "./ReplaceScreen.tsx";
import { ReturnsScreen } from "./ReturnsScreen.tsx";

const areas: Screen["areas"] = ["card", "scan", "opening", "errors"];

export const feature: Feature = {
  screens: [
    { path: paths.card, screen: CardScreen, tab: null, areas },
    { path: paths.drill, screen: DrillScreen, tab: null, areas },
    { path: paths.bigCard, screen: BigScreen, tab: null, areas },
    { path: paths.handCard, screen: HandScreen, tab: null, areas },
    { path: paths.newCard, screen: ReplaceScreen, tab: null, areas },
    { path: paths.cardHere, screen: HereScreen, tab: null, areas },
    { path: paths.blockCard, screen: BlockScreen, tab: null, areas },
    { path: paths.returns, screen: ReturnsScreen, tab: null, areas: ["returns", "opening", "errors"] },
  ],
};
