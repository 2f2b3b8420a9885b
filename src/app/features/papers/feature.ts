/** Where the shell looks for this feature; the screens are listed in index.tsx. */
export { feature } from "./index.tsx";
