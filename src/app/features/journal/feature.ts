/** What others did with the person's papers, in plain sentences. Kept apart from the shell (group "out"). */
import { type Feature, paths } from "../../feature.ts";
import { PAPER_AREAS } from "../../ui/papers/names.ts";
import { JournalScreen } from "./JournalScreen.tsx";

export const feature: Feature = {
  screens: [{ path: paths.journal, screen: JournalScreen, tab: null, areas: ["journal", "mandats", ...PAPER_AREAS] }],
};
