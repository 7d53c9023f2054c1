import { LEAST_SIMILARITY, similarity, soundsOf } from "./similarity.ts";

/** A word of the list, and how alike it is to the one that was asked for, 0 to 1. */
export interface LikeWord {
  readonly word: number;
  readonly similarity: number;
}

/** Of shorter words, half are one edit away from each other. */
const FUZZY_LENGTH = 3;
/** Almost anything can be taken apart into shorter words. */
const SPLIT_LENGTH = 3;
/** Words whose answers are kept: names in payments repeat. */
const REMEMBERED = 20_000;

/**
 * The words of a list. A word's likes are found without comparing it with all: those within one edit share a form with
 * one letter left out, and those that sound alike share a sound.
 */
export class Vocabulary {
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #bySound = new Map<string, number[]>();
  readonly #byForm = new Map<string, number | number[]>();
  readonly #remembered = new Map<string, readonly LikeWord[]>();

  get size(): number {
    return this.#words.length;
  }

  /** The number of a word, which is added if it is new. */
  add(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    const number = this.#words.push(word) - 1;
    this.#numbers.set(word, number);
    for (const sound of soundsOf(word)) {
      const others = this.#bySound.get(sound);
      if (others) others.push(number);
      else this.#bySound.set(sound, [number]);
    }
    for (const form of formsOf(word)) {
      const held = this.#byForm.get(form);
      if (held === undefined) this.#byForm.set(form, number);
      else if (typeof held === "number") this.#byForm.set(form, [held, number]);
      else held.push(number);
    }
    return number;
  }

  /** Two words that make this one when the space between them is lost; undefined for a word that is known or not such. */
  split(word: string): [string, string] | undefined {
    if (this.#numbers.has(word)) return undefined;
    for (let at = word.length - SPLIT_LENGTH; at >= SPLIT_LENGTH; at--) {
      const [first, second] = [word.slice(0, at), word.slice(at)];
      if (this.#numbers.has(first) && this.#numbers.has(second)) return [first, second];
    }
    return undefined;
  }

  /** The words like this one, the most alike first. */
  like(word: string): readonly LikeWord[] {
    const remembered = this.#remembered.get(word);
    if (remembered) return remembered;
    const found = this.#compare(word);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(word, found);
    return found;
  }

  #compare(word: string): LikeWord[] {
    const sounding = new Set(soundsOf(word).flatMap((sound) => this.#bySound.get(sound) ?? []));
    const candidates = new Set(sounding);
    const same = this.#numbers.get(word);
    if (same !== undefined) candidates.add(same);
    for (const form of formsOf(word)) {
      const held = this.#byForm.get(form) ?? [];
      for (const number of typeof held === "number" ? [held] : held) candidates.add(number);
    }
    return [...candidates]
      .map((number) => ({
        word: number,
        similarity: similarity(word, this.#words[number] as string, sounding.has(number)),
      }))
      .filter((like) => like.similarity >= LEAST_SIMILARITY)
      .toSorted((a, b) => b.similarity - a.similarity);
  }
}

/** The word, and the word without each of its letters: two words within one edit have one of these in common. */
function formsOf(word: string): string[] {
  if (word.length < FUZZY_LENGTH) return [];
  const forms = [word];
  if (word.length === FUZZY_LENGTH) return forms;
  for (let index = 0; index < word.length; index++) forms.push(word.slice(0, index) + word.slice(index + 1));
  return forms;
}
