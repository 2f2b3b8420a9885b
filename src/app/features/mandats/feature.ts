/** Mandates: who may act for the person, for what and until when (decisions/0041). Kept apart from the shell (group "rest"). */
import { type Feature, paths, type Screen } from "../../feature.ts";
import { MandateScreen } from "./MandateScreen.tsx";
import { MandatesScreen } from "./MandatesScreen.tsx";
import { NewScreen } from "./NewScreen.tsx";
import { SheetScreen } from "./SheetScreen.tsx";

const areas: Screen["areas"] = ["mandats"];

export const feature: Feature = {
  screens: [
    { path: paths.mandates, screen: MandatesScreen, tab: null, areas },
    { path: paths.newMandate, screen: NewScreen, tab: null, areas },
    { path: paths.mandate(":mandate"), screen: MandateScreen, tab: null, areas },
    { path: paths.renewMandate(":mandate"), screen: NewScreen, tab: null, areas },
    { path: paths.mandateSheet(":mandate"), screen: SheetScreen, tab: null, areas },
  ],
};
