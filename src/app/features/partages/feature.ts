/** What is shared with organisations for a time: the list, a new share, one share. Kept apart from the shell (group "out"). */
import { type Feature, paths, type Screen } from "../../feature.ts";
import { PAPER_AREAS } from "../../ui/papers/names.ts";
import { NewScreen } from "./NewScreen.tsx";
import { OneScreen } from "./OneScreen.tsx";
import { SharesScreen } from "./SharesScreen.tsx";

const areas: Screen["areas"] = ["partages", ...PAPER_AREAS];

export const feature: Feature = {
  screens: [
    { path: paths.shares, screen: SharesScreen, tab: null, areas },
    { path: paths.newShare, screen: NewScreen, tab: null, areas },
    { path: paths.given(":share"), screen: OneScreen, tab: null, areas },
  ],
};
