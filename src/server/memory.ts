/**
 * A bounded memory of what was found out about a text, for facts that can never change: what a token says, the keys
 * behind an id. Runs in Node.
 */

export interface Memory<T> {
  readonly get: (text: string) => T | undefined;
  /** @returns `value`. When the memory is full, the oldest leaves. */
  readonly keep: (text: string, value: T) => T;
}

export function createMemory<T>(most: number): Memory<T> {
  const known = new Map<string, T>();
  return {
    get: (text) => known.get(text),
    keep: (text, value) => {
      if (known.size >= most)
        for (const oldest of known.keys()) {
          known.delete(oldest);
          break;
        }
      known.set(text, value);
      return value;
    },
  };
}
