/** What is dear to build and always the same for the same words, such as an Intl formatter (1 ms each on a phone). Pure. */

/** `build`, called once for each set of arguments. For small, closed sets only: nothing is ever forgotten. */
export function remembered<Args extends readonly (string | number | undefined)[], T>(
  build: (...args: Args) => T,
): (...args: Args) => T {
  const made = new Map<string, T>();
  return (...args) => {
    const key = args.join("\n");
    const held = made.get(key);
    if (held !== undefined) return held;
    const fresh = build(...args);
    made.set(key, fresh);
    return fresh;
  };
}
