/** Opening chosen papers at a shared computer from this phone, and what was done there. */
import { type Feature, paths } from "../../feature.ts";
import { ApproveScreen } from "./ApproveScreen.tsx";
import { FollowScreen } from "./FollowScreen.tsx";

const areas = ["approbation", "papers", "papers-types", "errors"] as const;

export const feature: Feature = {
  screens: [
    { path: paths.approve, screen: ApproveScreen, tab: null, areas: [...areas, "opening", "scan"] },
    { path: paths.approvals, screen: FollowScreen, tab: null, areas },
  ],
};
