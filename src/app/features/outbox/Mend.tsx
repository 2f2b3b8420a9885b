/** What "Mes envois" offers where something does not leave: comes after the shell (Later.tsx). */
export { Diagnostic } from "./Diagnostic.tsx";
export { Fix } from "./Fix.tsx";
