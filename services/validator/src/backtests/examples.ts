/** Ids that a report shows of each group. */
const MOST = 20;

/**
 * Up to 20 ids of all that were added, by nothing but chance and yet always the same ones: those whose last digits,
 * which are random in a UUIDv7, are the smallest. The order in which they come does not matter.
 */
export class Examples {
  readonly #ids: string[] = [];

  constructor(ids: readonly string[] = []) {
    for (const id of ids) this.add(id);
  }

  add(id: string): void {
    const last = this.#ids[MOST - 1];
    if (last !== undefined && !precedes(id, last)) return;
    const index = this.#ids.findIndex((other) => precedes(id, other));
    this.#ids.splice(index === -1 ? this.#ids.length : index, 0, id);
    if (this.#ids.length > MOST) this.#ids.pop();
  }

  /** Oldest first. */
  toJSON(): string[] {
    return this.#ids.toSorted();
  }
}

/** Characters at the end of an id that are random. */
const TAIL = 12;

function precedes(a: string, b: string): boolean {
  const [ofA, ofB] = [a.slice(-TAIL), b.slice(-TAIL)];
  return ofA === ofB ? a < b : ofA < ofB;
}
