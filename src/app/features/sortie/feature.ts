/** Everything out, a sealed copy back in, two satchels joined. Kept apart from the shell (src/sw/groups.ts, group "out"). */
import { type Feature, paths, type Screen } from "../../feature.ts";
import { JoiningScreen } from "./JoiningScreen.tsx";
import { OutScreen } from "./OutScreen.tsx";
import { SealedScreen } from "./SealedScreen.tsx";
import { TakeInScreen } from "./TakeInScreen.tsx";

const words: Screen["areas"] = ["sortie", "papers", "papers-types", "opening", "errors"];

export const feature: Feature = {
  screens: [
    { path: paths.out, screen: OutScreen, tab: null, areas: words },
    { path: paths.outSealed, screen: SealedScreen, tab: null, areas: words },
    { path: paths.takeIn, screen: TakeInScreen, tab: null, areas: ["sortie", "card", "scan", "opening", "errors"] },
    { path: paths.joinSatchels, screen: JoiningScreen, tab: null, areas: ["sortie", "opening", "errors"] },
  ],
};
