/** Settings. */
import { type Feature, paths } from "../../feature.ts";
import { SettingsScreen } from "./SettingsScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.settings, screen: SettingsScreen, tab: null, areas: ["settings", "space", "errors", "porteur"] },
  ],
};
