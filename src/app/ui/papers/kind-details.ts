/** What may be written on a paper of a kind, and what helps to photograph it: comes with the camera, after the shell. In the page. */
export { paperTypeDetails } from "../../../satchel/types/catalogue.ts";
