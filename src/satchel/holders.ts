/**
 * Whose papers these are. Today a holder is "me" or a free name; these rules find the same person behind two spellings, and the
 * names to propose. Pure.
 *
 * Surprising fact: a name is never corrected. Two spellings count as one person where something is compared, and each paper keeps the
 * one that was written on it.
 */

/** The person who owns the satchel. */
export const me = "me";

/** Equal for spellings of one name: case, accents, spaces, hyphens and apostrophes do not matter. */
export function holderKey(holder: string): string {
  if (holder === me || holder.trim() === "") return me;
  const plain = holder.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  // A name without any letter or digit is still a name of its own. The sign in front: nobody else is "me".
  return `=${plain.replace(/[^\p{L}\p{N}]+/gu, " ").trim() || plain.trim()}`;
}

export const sameHolder = (a: string, b: string): boolean => holderKey(a) === holderKey(b);

export interface KnownHolder {
  /** As it was written most often; of equally frequent ones the first in the list. */
  readonly name: string;
  readonly papers: number;
}

/** Other people who have papers here: most papers first, then in the order in which they came. The person is not among them. */
export function knownHolders(papers: readonly { readonly holder: string }[]): readonly KnownHolder[] {
  const people = new Map<string, Map<string, number>>();
  for (const { holder } of papers) {
    const key = holderKey(holder);
    if (key === me) continue;
    const spellings = people.get(key) ?? new Map<string, number>();
    people.set(key, spellings.set(holder.trim(), (spellings.get(holder.trim()) ?? 0) + 1));
  }
  return [...people.values()]
    .map((spellings) => {
      const counts = [...spellings];
      const most = Math.max(...counts.map(([, count]) => count));
      const name = counts.find(([, count]) => count === most)?.[0] ?? "";
      return { name, papers: counts.reduce((sum, [, count]) => sum + count, 0) };
    })
    .sort((a, b) => b.papers - a.papers);
}
