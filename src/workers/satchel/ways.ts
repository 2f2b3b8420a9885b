/** What is rarely needed of the ways in, in one chunk beside the satchel worker (key-care.ts loads it). */

export { cardProofs } from "../../crypto/ways.ts";
export { readServerBox } from "../../protocol/server-keys.ts";
export { cardOfKeyring, createComeBack } from "./come-back.ts";
export { createKeyringLife } from "./keyring-life.ts";
