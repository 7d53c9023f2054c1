import { doubleMetaphone } from "double-metaphone";

/** Half the weight of a word is lost below this: what is less alike is another word. */
export const LEAST_SIMILARITY = 0.7;

/** How a word sounds, by Lawrence Philips' double metaphone; empty where it has no consonants to tell. */
export function soundsOf(word: string): readonly string[] {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return [];
  const [primary, secondary] = doubleMetaphone(word);
  const sounds = primary === secondary ? [primary] : [primary, secondary];
  return sounds.filter((sound) => sound.length >= 2);
}

/**
 * How alike two words are, 0 to 1: by edit distance, and more where they sound alike, as transliterations of one name
 * do (`mohammed`, `muhamad`).
 */
export function similarity(one: string, other: string, soundAlike: boolean): number {
  if (one === other) return 1;
  const length = Math.max(one.length, other.length);
  const byLetters = 1 - editDistance(one, other) / length;
  if (!soundAlike || byLetters < 0.4) return byLetters;
  return Math.max(byLetters, byLetters < 0.6 ? 0.8 : 0.9);
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(one: string, other: string): number {
  let before = new Uint8Array(other.length + 1);
  let last = Uint8Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = new Uint8Array(other.length + 1);
    current[0] = row;
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      let least = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) least = Math.min(least, (before[column - 2] as number) + 1);
      current[column] = least;
    }
    before = last;
    last = current;
  }
  return last[other.length] as number;
}
