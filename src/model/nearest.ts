/**
 * The candidate that differs from the word by the fewest edits, if they are no more than a third of the word; two are
 * allowed from four letters on, because exchanging neighbours counts as two.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // A name has at most 32 characters; what is far longer is no misspelling, and would only take time.
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let fewest = Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Levenshtein's distance: insertions, deletions and replacements. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
