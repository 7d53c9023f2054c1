/**
 * Work on the nodes of a store: what is done to one node is done in the order in which it was asked for, and different
 * nodes do not wait for each other.
 */
export class InOrder {
  readonly #work = new Map<string, Promise<void>>();
  readonly #onFailure: (node: string, error: Error) => void;
  #ended = false;

  /** @param onFailure a failure is an answer too: the controller asks again when its deadline is over. */
  constructor(onFailure: (node: string, error: Error) => void) {
    this.#onFailure = onFailure;
  }

  run(node: string, work: () => Promise<void>): void {
    const before = this.#work.get(node) ?? Promise.resolve();
    this.#work.set(
      node,
      before.then(() => (this.#ended ? undefined : work())).catch((error) => this.#onFailure(node, error)),
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Begins nothing any more; returns when what was under way is over. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.allSettled(this.#work.values());
  }
}
