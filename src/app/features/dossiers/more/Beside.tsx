/** What stands beside a form and comes after the shell: the letter of an appeal, the papers to have before one begins. */
export { LetterScreen } from "./LetterScreen.tsx";
export { NeedScreen } from "./NeedScreen.tsx";
