/** Procedures and dossiers: choose, fill in, read again, send, follow. One lazy chunk; forms and their words have their own. */
import { type Feature, paths, type Screen } from "../../feature.ts";
import { CheckScreen } from "./CheckScreen.tsx";
import { DossierScreen } from "./DossierScreen.tsx";
import { beside, later } from "./later.tsx";
import { ProcedureScreen } from "./ProcedureScreen.tsx";
import { ProceduresScreen } from "./ProceduresScreen.tsx";
import { helpPath, lackPath, letterPath, needPath, patterns, sheetPath } from "./places.ts";
import { QuestionScreen } from "./QuestionScreen.tsx";
import { ReceiptScreen } from "./ReceiptScreen.tsx";
import { RowScreen } from "./RowScreen.tsx";

const areas: Screen["areas"] = ["dossiers", "errors", "others", "papers", "papers-types"];

export const feature: Feature = {
  screens: [
    { path: paths.procedures, screen: ProceduresScreen, tab: "dossiers", areas },
    { path: paths.procedure(":procedure"), screen: ProcedureScreen, tab: "dossiers", areas },
    { path: paths.dossier(":dossier"), screen: DossierScreen, tab: "dossiers", areas },
    { path: patterns.question, screen: QuestionScreen, tab: null, areas },
    { path: patterns.questionMode, screen: QuestionScreen, tab: null, areas },
    { path: patterns.row, screen: RowScreen, tab: null, areas },
    { path: paths.check(":dossier"), screen: CheckScreen, tab: null, areas },
    { path: paths.receipt(":dossier"), screen: ReceiptScreen, tab: "dossiers", areas },
    { path: lackPath(":dossier"), screen: later("LackScreen"), tab: "dossiers", areas },
    { path: sheetPath(":dossier"), screen: later("SheetScreen"), tab: "dossiers", areas },
    { path: letterPath(":dossier"), screen: beside("LetterScreen"), tab: "dossiers", areas },
    { path: needPath(":procedure"), screen: beside("NeedScreen"), tab: "dossiers", areas },
    { path: helpPath(":dossier"), screen: later("HelpScreen"), tab: "dossiers", areas },
  ],
};
