/** Bugs, not failures: an assertion names the rule or invariant that was broken and reaches the top. */

/** @throws Error when `condition` is false. `rule` names the invariant (for example "INV-4: ..."), never any content. */
export function assert(condition: unknown, rule: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${rule}`);
}

/** Ends an exhaustive switch: a new variant that nobody handled does not compile. */
export function unreachable(value: never, rule = "unhandled variant"): never {
  throw new Error(`assertion failed: ${rule} (${typeof value})`);
}
