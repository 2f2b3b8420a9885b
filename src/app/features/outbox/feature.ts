/** The screen of "Mes envois"; found by src/app/shell/routes.ts. */
export { feature } from "./index.tsx";
