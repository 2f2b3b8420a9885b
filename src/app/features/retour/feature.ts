/** "J'ai déjà une besace": coming back with card and code on a phone that has never seen it. */
import { type Feature, paths } from "../../feature.ts";
import { ComeBackScreen } from "./ComeBackScreen.tsx";
import { DeskBackScreen } from "./DeskBackScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.comeBack, screen: ComeBackScreen, tab: null, areas: ["retour", "card", "scan", "opening", "errors"] },
    {
      path: paths.comeBackDesk,
      screen: DeskBackScreen,
      tab: null,
      areas: ["returns", "retour", "devices", "card", "scan", "opening", "errors"],
    },
  ],
};
