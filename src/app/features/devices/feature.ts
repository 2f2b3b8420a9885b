/** The devices of the satchel, bringing it to another one, and what two devices wrote differently. */
import { type Feature, paths } from "../../feature.ts";
import { AddDeviceScreen } from "./AddDeviceScreen.tsx";
import { DevicesScreen } from "./DevicesScreen.tsx";
import { JoinScreen } from "./JoinScreen.tsx";
import { OthersScreen } from "./OthersScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.devices, screen: DevicesScreen, tab: null, areas: ["devices", "errors"] },
    { path: paths.addDevice, screen: AddDeviceScreen, tab: null, areas: ["devices", "opening", "errors"] },
    { path: paths.join, screen: JoinScreen, tab: null, areas: ["devices", "opening", "errors"] },
    {
      path: paths.others,
      screen: OthersScreen,
      tab: null,
      areas: ["others", "papers", "papers-types", "dossiers", "errors"],
    },
  ],
};
