/**
 * Everything of the satchel worker that a person rarely needs: copies that leave, copies that come in, joining. Loaded when
 * one of them is asked for, so that it does not weigh on the first load (src/sw/groups.ts, group "out").
 */

export { exportAll } from "./export.ts";
export { createJoining, type Joining } from "./joining.ts";
export { exportSealed, importSealed, lookSealed } from "./sealed-copy.ts";
