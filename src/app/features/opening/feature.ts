/** Choosing a code for a new satchel, or another one. The lock screen is beside it, without an address. */
import { type Feature, paths } from "../../feature.ts";
import { CodeScreen } from "./CodeScreen.tsx";
import { NewCodeScreen } from "./NewCodeScreen.tsx";
import { RecallScreen } from "./RecallScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.code, screen: CodeScreen, tab: null, areas: ["opening", "errors"] },
    { path: paths.newCode, screen: NewCodeScreen, tab: null, areas: ["opening", "errors"] },
    { path: paths.recallCode, screen: RecallScreen, tab: null, areas: ["opening", "errors"] },
  ],
};
