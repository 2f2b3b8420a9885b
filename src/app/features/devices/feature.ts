/** The devices of the satchel, bringing it to another one, and what two devices wrote differently. */
import { type Feature, paths } from "../../feature.ts";
import { AddDeviceScreen } from "./AddDeviceScreen.tsx";
import { DevicesScreen } from "./DevicesScreen.tsx";
import { JoinScreen } from "./JoinScreen.tsx";
import { OthersScreen } from "./OthersScreen.tsx";
import { PutOutScreen } from "./PutOutScreen.tsx";
import { RemoveScreen } from "./RemoveScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.devices, screen: DevicesScreen, tab: null, areas: ["devices", "errors"] },
    { path: paths.addDevice, screen: AddDeviceScreen, tab: null, areas: ["devices", "scan", "opening", "errors"] },
    { path: paths.join, screen: JoinScreen, tab: null, areas: ["devices", "scan", "opening", "errors"] },
    { path: paths.putOut, screen: PutOutScreen, tab: null, areas: ["devices", "errors"] },
    { path: paths.removeDevice(":device"), screen: RemoveScreen, tab: null, areas: ["devices", "opening", "errors"] },
    {
      path: paths.others,
      screen: OthersScreen,
      tab: null,
      areas: ["others", "papers", "papers-types", "dossiers", "errors"],
    },
  ],
};
