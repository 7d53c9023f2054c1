/**
 * Random numbers that a seed repeats: the sfc32 generator (128 bits of state, passes PractRand), fast because all of it
 * is 32-bit arithmetic. https://pracrand.sourceforge.net/
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    // The first numbers of similar seeds are similar.
    for (let round = 0; round < 12; round += 1) this.#draw();
  }

  /** At least 0 and below 1. */
  next(): number {
    return (this.#draw() >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(percent: number): boolean {
    return percent > 0 && this.next() * 100 < percent;
  }

  /** One of them; there is at least one. */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)] as Item;
  }

  /** A time until the next arrival of a Poisson process, whose arrivals are `mean` apart on average. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  #draw(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result;
  }
}

/**
 * A stream of its own for each name, from one seed: what one part draws does not change what another draws. So a
 * shorter schedule of faults stays comparable to the longer one that it was made from.
 */
export function streamOf(seed: number, name: string): RandomStream {
  return new RandomStream(seed, Math.floor(seed / 4_294_967_296), mixText(0x811c9dc5, name));
}

/** Takes a text into a 32-bit hash (FNV-1a, by UTF-16 units). */
export function mixText(hash: number, text: string): number {
  let mixed = hash;
  for (let index = 0; index < text.length; index += 1)
    mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  return mixed;
}
