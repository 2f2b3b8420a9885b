/**
 * What the sync asks of the world: one request at a time over a transport that says honestly whether an answer was
 * authentic (SPEC S-A). Types only; http.ts is the one implementation that knows fetch.
 */
export {};
