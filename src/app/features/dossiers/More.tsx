/** What of the journey comes after the shell: the parts of a long form, what is missing, the sheet, help, the profile. */
export { Given } from "./more/Given.tsx";
export { HelpScreen } from "./more/HelpScreen.tsx";
export { Keep } from "./more/Keep.tsx";
export { LackScreen } from "./more/LackScreen.tsx";
export { PublishedForms } from "./more/PublishedForms.tsx";
export { SheetScreen } from "./more/SheetScreen.tsx";
export { TaskList } from "./more/TaskList.tsx";
export { NotSent, Renewed } from "./Renewed.tsx";
