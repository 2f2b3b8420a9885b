/** Is this receipt true? Without an account, without network. Kept apart from the shell (group "rest"). */
import { type Feature, paths } from "../../feature.ts";
import { VerifierScreen } from "./VerifierScreen.tsx";

export const feature: Feature = {
  screens: [{ path: paths.verifier, screen: VerifierScreen, tab: null, areas: ["verifier", "scan"] }],
};
