/**
 * A spoken answer: a recording that stands where words would. Pure, runs everywhere.
 *
 * Surprising fact: it is kept as a paper with one page of sound, joined to its dossier under the answer's name: so that whatever keeps,
 * copies, sends, proves and takes out papers does so with it (decisions/0038).
 */

/** The step where a person says that no question fits (forms/engine.ts), and the key of what was said there. */
export const notForeseenStep = "not-foreseen";

/** The kind of such a paper: no person chooses it. */
export const voiceKind = "voice";

/** Milliseconds that one answer may last. */
export const longestVoiceMs = 180_000;
/** Bytes: three minutes as the loosest browser writes them. */
export const mostVoiceBytes = 6_000_000;

const before = "voice:";

/** Where the recordings of an answer are joined: no requirement of a form has a colon in its id. */
export const voiceSlot = (key: string): string => before + key;

/** The answer's key; undefined for the slot of a requirement. */
export const voicedKey = (slot: string): string | undefined =>
  slot.startsWith(before) ? slot.slice(before.length) : undefined;

/** Sound that a browser records; what comes after ";" says how and is not asked. */
export const isVoiceMime = (mime: string): boolean => /^audio\/(webm|mp4|ogg)(;|$)/.test(mime);
