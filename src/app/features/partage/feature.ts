/** Files that come from another app, and copies that go out. Kept apart from the shell (src/sw/groups.ts, group "out"). */
import { type Feature, paths, type Screen } from "../../feature.ts";
import { PAPER_AREAS } from "../../ui/papers/names.ts";
import { ReceiveScreen } from "./ReceiveScreen.tsx";
import { ShareScreen } from "./ShareScreen.tsx";

const words: Screen["areas"] = ["partage", ...PAPER_AREAS];

export const feature: Feature = {
  screens: [
    { path: paths.sharedIn, screen: ReceiveScreen, tab: null, areas: words },
    { path: paths.shareOut(":paper"), screen: ShareScreen, tab: null, areas: words },
  ],
};
