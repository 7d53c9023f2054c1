import { PlumblineError } from "#model/errors.ts";
import type { How } from "./store-backups.ts";

/** One piece of work at a time. What is done in the background gives way to what somebody waits for. */
export class Turns {
  readonly #ended = new AbortController();
  #background = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #underWay: string | null = null;

  /** `backs up database`; null while nothing is done. */
  get underWay(): string | null {
    return this.#underWay;
  }

  /** Aborted when the twin stops. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Does what somebody waits for, after what others wait for. */
  urgently<Result>(what: string, work: (how: How) => Promise<Result>): Promise<Result> {
    this.giveWay();
    return this.#next(what, () => work({ signal: this.ended, urgent: true }));
  }

  /** Does what nobody waits for. It is called off when somebody wants something. */
  inBackground(what: string, work: (how: How) => Promise<void>): Promise<void> {
    this.#background = new AbortController();
    const signal = AbortSignal.any([this.#background.signal, this.ended]);
    return this.#next(what, () => work({ signal, urgent: false }));
  }

  /** Calls off what is done in the background. */
  giveWay(): void {
    this.#background.abort(new Error("Something else has precedence."));
  }

  /** Calls off everything, and returns when nothing is done any more. */
  async end(): Promise<void> {
    const why = "The twin is being stopped.";
    this.#ended.abort(new PlumblineError("BACKUP_INTERRUPTED", why, "Start it, and run the command again."));
    await this.#last;
  }

  #next<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(async () => {
      this.ended.throwIfAborted();
      this.#underWay = what;
      try {
        return await work();
      } finally {
        this.#underWay = null;
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
