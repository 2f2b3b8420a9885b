/** What the profile knows, as forms read it. Pure. */
export { parsedProfile as knownProfile } from "../../../forms/profile.ts";
