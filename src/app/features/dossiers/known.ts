/** What the profile knows, as forms/profile.ts reads it. Pure. */
import type { Profile } from "../../../forms/profile.ts";
import type { ProfileRecord } from "../../../satchel/model.ts";

/** What was kept as text becomes an answer again; what is none is left out. */
function answerIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export const knownProfile = (profile: ProfileRecord): Profile => ({
  ...profile,
  known: Object.fromEntries(Object.entries(profile.known ?? {}).map(([claim, text]) => [claim, answerIn(text)])),
});
