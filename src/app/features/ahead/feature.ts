/** "À prévoir": what lies ahead, dates of one's own, the rights that one follows. Loaded when a path of it is asked for. */
import { type Feature, paths } from "../../feature.ts";
import { PAPER_AREAS } from "../../ui/papers/names.ts";
import { AheadScreen } from "./AheadScreen.tsx";
import { DateScreen } from "./DateScreen.tsx";
import { RightsScreen } from "./RightsScreen.tsx";

const AREAS = ["ahead", "reminders", ...PAPER_AREAS] as const;

export const feature: Feature = {
  screens: [
    { path: paths.ahead, screen: AheadScreen, tab: "home", areas: AREAS },
    { path: paths.aheadRights, screen: RightsScreen, tab: null, areas: AREAS },
    { path: paths.aheadDate(":date"), screen: DateScreen, tab: null, areas: AREAS },
  ],
};
