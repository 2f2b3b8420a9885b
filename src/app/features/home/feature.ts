/** Home. */
import { type Feature, paths } from "../../feature.ts";
import { HomeScreen } from "./HomeScreen.tsx";

export const feature: Feature = {
  screens: [
    {
      path: paths.home,
      screen: HomeScreen,
      tab: "home",
      areas: ["home", "errors", "papers", "papers-types"],
    },
  ],
};
