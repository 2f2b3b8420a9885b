/** The screens of procedures and dossiers; found by src/app/shell/routes.ts. */
export { feature } from "./index.tsx";
