import type { ScreeningMatch } from "../rules/facts.ts";
import { LEGAL_FORMS, spellings } from "./name-tokens.ts";
import { type LikeWord, Vocabulary } from "./vocabulary.ts";

/** A name or alias on a list. */
export interface ListedName {
  readonly entry: string;
  readonly name: string;
}

/** A word that was asked for. */
interface Asked {
  readonly like: readonly LikeWord[];
  readonly weight: number;
}

/** A word of the list that may stand for the asked word with this index, and what both weigh as alike as they are. */
interface Pair {
  readonly index: number;
  readonly word: number;
  readonly gain: number;
}

/** Scores below this are not told: nobody would look at them. */
export const LEAST_SCORE = 75;
const MOST_MATCHES = 10;
/** Names that are compared word for word, of those that share the most. */
const MOST_CANDIDATES = 100;
/** Names that are indexed before others get their turn: building must not hold up decisions. */
const NAMES_A_TURN = 100;

/**
 * Finds names like a given one. A name's score is the weight of the words that both have, as alike as they are, in
 * proportion to the weight of all words of both, and, where they share two words or more, half of it in proportion to the
 * shorter name: payments leave out second names, and add branches and titles. A rare word weighs more than a frequent
 * one, and the legal form of a company hardly anything. 100 is the same name, in whatever order.
 */
export class NameIndex {
  readonly #names: ListedName[] = [];
  readonly #vocabulary = new Vocabulary();
  /** The words of each spelling, and the name that it is of. */
  readonly #spellings: { readonly name: number; readonly words: readonly number[] }[] = [];
  /** The spellings that have each word. */
  readonly #postings: number[][] = [];
  readonly #isLegalForm: boolean[] = [];
  /** Of each word, and of each spelling's words together. */
  #weights = new Float32Array(0);
  #spellingWeights = new Float32Array(0);
  /** What each spelling has gathered in the search that is under way. */
  #gathered = new Float32Array(0);
  #countedFor = new Int32Array(0);

  /** @param turn is awaited now and then, to let others work. */
  static async build(
    names: Iterable<ListedName> | AsyncIterable<ListedName>,
    turn: () => Promise<unknown>,
  ): Promise<NameIndex> {
    const index = new NameIndex();
    for await (const name of names) {
      index.#add(name);
      if (index.#names.length % NAMES_A_TURN === 0) await turn();
    }
    index.#finish();
    return index;
  }

  get size(): number {
    return this.#names.length;
  }

  #add(listed: ListedName): void {
    const name = this.#names.push(listed) - 1;
    for (const tokens of spellings(listed.name)) {
      const words = tokens.map((token) => {
        const word = this.#vocabulary.add(token);
        this.#isLegalForm[word] = LEGAL_FORMS.has(token);
        return word;
      });
      const spelling = this.#spellings.push({ name, words }) - 1;
      for (const word of words) (this.#postings[word] ??= []).push(spelling);
    }
  }

  #finish(): void {
    const count = this.#spellings.length;
    // Inverse document frequency.
    this.#weights = Float32Array.from(this.#postings, ({ length }, word) =>
      weightOf(count / length, this.#isLegalForm[word] === true),
    );
    this.#spellingWeights = Float32Array.from(this.#spellings, ({ words }) =>
      words.reduce((sum, word) => sum + this.#weight(word), 0),
    );
    this.#gathered = new Float32Array(count);
    this.#countedFor = new Int32Array(count);
  }

  /** Entries with a name like this one, best first, each with its best name. */
  search(name: string): ScreeningMatch[] {
    const best = new Map<string, ScreeningMatch>();
    const written = spellings(name);
    const spaced = written.flatMap((tokens) => this.#respace(tokens) ?? []);
    for (const tokens of [...written, ...spaced]) {
      for (const match of this.#searchSpelling(tokens)) {
        const held = best.get(match.entry);
        if (held === undefined || held.score < match.score) best.set(match.entry, match);
      }
    }
    return [...best.values()]
      .toSorted((a, b) => b.score - a.score || (a.entry < b.entry ? -1 : 1))
      .slice(0, MOST_MATCHES);
  }

  /** With words that the list does not have taken apart into two that it has; undefined where there are none. */
  #respace(tokens: readonly string[]): [string[]] | undefined {
    const respaced = tokens.flatMap((token) => this.#vocabulary.split(token) ?? [token]);
    return respaced.length === tokens.length ? undefined : [respaced];
  }

  #searchSpelling(tokens: readonly string[]): ScreeningMatch[] {
    const asked = tokens.map((token) => {
      const like = this.#vocabulary.like(token);
      // A word that the list does not have weighs as much as its rarest ones.
      const weight = like[0]
        ? this.#weight(like[0].word)
        : weightOf(this.#spellings.length, LEGAL_FORMS.has(token));
      return { like, weight };
    });
    const total = asked.reduce((sum, { weight }) => sum + weight, 0);
    const pairs = this.#pairs(asked);
    return this.#gather(asked, total)
      .map((spelling) => {
        const { name } = this.#spellings[spelling] as { name: number };
        const { entry, name: text } = this.#names[name] as ListedName;
        return { entry, name: text, score: Math.round(100 * this.#agreement(pairs, total, spelling)) };
      })
      .filter(({ score }) => score >= LEAST_SCORE);
  }

  /**
   * The spellings that share half of what was asked, or may. The heaviest words come first: once the rest weighs less
   * than half, a spelling that has none of the words so far cannot have half any more. So the frequent words, which
   * thousands of names have, are seldom followed.
   */
  #gather(asked: readonly Asked[], total: number): number[] {
    const heaviest = asked.toSorted((a, b) => b.weight - a.weight);
    const half = total / 2;
    let rest = total;
    const touched: number[] = [];
    for (const [index, { like, weight }] of heaviest.entries()) {
      if (rest < half) break;
      rest -= weight;
      for (const { word, similarity } of like) {
        const gain = similarity * this.#weight(word);
        for (const spelling of this.#postings[word] as number[]) {
          // The first is the best: likes are sorted.
          if (this.#countedFor[spelling] === index + 1) continue;
          if (this.#gathered[spelling] === 0) touched.push(spelling);
          this.#countedFor[spelling] = index + 1;
          this.#gathered[spelling] = (this.#gathered[spelling] as number) + gain;
        }
      }
    }
    const most = touched
      .filter((spelling) => (this.#gathered[spelling] as number) + rest >= half)
      .map((spelling) => [spelling, this.#gathered[spelling] as number] as const)
      .toSorted((a, b) => b[1] - a[1]);
    for (const spelling of touched) {
      this.#gathered[spelling] = 0;
      this.#countedFor[spelling] = 0;
    }
    return most.slice(0, MOST_CANDIDATES).map(([spelling]) => spelling);
  }

  /** By each word of the list, the asked words that it is like. */
  #pairs(asked: readonly Asked[]): ReadonlyMap<number, readonly Pair[]> {
    const pairs = new Map<number, Pair[]>();
    for (const [index, { like, weight }] of asked.entries()) {
      for (const { word, similarity } of like) {
        const pair = { index, word, gain: similarity * (weight + this.#weight(word)) };
        const held = pairs.get(word);
        if (held) held.push(pair);
        else pairs.set(word, [pair]);
      }
    }
    return pairs;
  }

  /** 0 to 1; each word of the one is paired with at most one of the other. */
  #agreement(likePairs: ReadonlyMap<number, readonly Pair[]>, askedWeight: number, spelling: number): number {
    const { words } = this.#spellings[spelling] as { words: readonly number[] };
    const pairs: Pair[] = [];
    for (const word of words) {
      const like = likePairs.get(word);
      if (like) pairs.push(...like);
    }
    pairs.sort((a, b) => b.gain - a.gain);
    const [usedAsked, usedWords]: [number[], number[]] = [[], []];
    let shared = 0;
    for (const { index, word, gain } of pairs) {
      if (usedAsked.includes(index) || usedWords.includes(word)) continue;
      usedAsked.push(index);
      usedWords.push(word);
      shared += gain;
    }
    const listedWeight = this.#spellingWeights[spelling] as number;
    const both = shared / (askedWeight + listedWeight);
    // One word alone says too little about who is meant, however rare it is.
    if (usedWords.length < 2) return Math.min(1, both);
    const shorter = Math.min(1, shared / 2 / Math.min(askedWeight, listedWeight));
    return Math.min(1, (both + shorter) / 2);
  }

  #weight(word: number): number {
    return this.#weights[word] as number;
  }
}

function weightOf(rarity: number, isLegalForm: boolean): number {
  const weight = Math.log(1 + rarity);
  return isLegalForm ? weight / 8 : weight;
}
