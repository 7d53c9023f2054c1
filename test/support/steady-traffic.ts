/** A client that asks for the same page again and again, and remembers each answer that was not 200. */
export class SteadyTraffic implements AsyncDisposable {
  readonly failures: string[] = [];
  answered = 0;
  readonly #client: Promise<void>;
  #ended = false;

  constructor(url: string) {
    this.#client = this.#ask(url);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#client;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  async #ask(url: string): Promise<void> {
    while (!this.#ended) {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
        await response.text();
        if (response.status !== 200) this.failures.push(String(response.status));
      } catch (error) {
        this.failures.push(`${(error as Error).message} ${String((error as Error).cause ?? "")}`);
      }
      this.answered += 1;
      // A steady trickle, which leaves the machine's processors to the twin.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
