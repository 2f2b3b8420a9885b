/** Screens of papers that a day does not need, in a chunk that comes after the shell (later.tsx). */
export { BinScreen } from "./BinScreen.tsx";
export { PaperOthers } from "./PaperOthers.tsx";
export { SpaceScreen } from "./SpaceScreen.tsx";
