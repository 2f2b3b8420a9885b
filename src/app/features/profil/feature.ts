/** Everything that the profile holds: to read, to change, to take out. One lazy chunk, after the shell. */
import { type Feature, paths } from "../../feature.ts";
import { ClaimScreen } from "./ClaimScreen.tsx";
import { ProfileScreen } from "./ProfileScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.profile, screen: ProfileScreen, tab: null, areas: ["profil", "papers", "errors"] },
    { path: paths.profileClaim(":claim"), screen: ClaimScreen, tab: null, areas: ["profil", "papers", "errors"] },
  ],
};
