/** Settings, erasing, and discreet mode, which is offered before any satchel too. */
import { type Feature, paths } from "../../feature.ts";
import { DiscreetScreen } from "./DiscreetScreen.tsx";
import { EraseScreen } from "./EraseScreen.tsx";
import { SettingsScreen } from "./SettingsScreen.tsx";

export const feature: Feature = {
  screens: [
    {
      path: paths.settings,
      screen: SettingsScreen,
      tab: null,
      areas: ["settings", "space", "errors", "porteur-entry"],
    },
    { path: paths.erase, screen: EraseScreen, tab: null, areas: ["erase", "opening", "errors"] },
    { path: paths.discreet, screen: DiscreetScreen, tab: null, areas: ["discret"] },
  ],
};
