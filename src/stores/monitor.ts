import { lateAfter } from "./wait.ts";

/** What a server said of itself, or why it said nothing. */
export type Look<Said> = ({ readonly ok: true } & Said) | { readonly ok: false; readonly reason: string };

/** A connection that is kept for one question; it is opened by the first asking. */
export interface Line<Said> {
  ask(): Promise<Said>;
  /** Lets go of it at once, without a word to a server that may not listen. */
  close(): void;
}

/** After so long without an answer the connection itself is doubted: a healed network may have forgotten it. */
const GIVEN_UP_AFTER_MS = 2_000;

/**
 * Asks a server again and again whether it lives and what it is, on a connection that is kept: several questions a second
 * would otherwise cost a login each. A question that is not answered in time stays asked, and its late answer is the next
 * look's: on a machine that is busy, another login would only take longer still. One that fails gives the connection up,
 * and the next one opens another.
 */
export class LoginMonitor<Said> {
  readonly #openLine: () => Line<Said>;
  #line: Line<Said> | undefined;
  #asked: { readonly answer: Promise<Said>; readonly at: number } | undefined;

  constructor(openLine: () => Line<Said>) {
    this.#openLine = openLine;
  }

  /** A failure is an answer and not an error, and there is always one in time. */
  async look(timeoutMs: number): Promise<Look<Said>> {
    const asked = (this.#asked ??= { answer: this.#ask(), at: performance.now() });
    const late = lateAfter(timeoutMs);
    try {
      const answer = await Promise.race([asked.answer, late.promise]);
      if (answer === null) {
        if (performance.now() - asked.at > GIVEN_UP_AFTER_MS) this.close();
        return { ok: false, reason: `no answer within ${timeoutMs} ms` };
      }
      this.#asked = undefined;
      return { ok: true, ...answer };
    } catch (error) {
      this.close();
      return { ok: false, reason: (error as Error).message };
    } finally {
      late.cancel();
    }
  }

  close(): void {
    this.#line?.close();
    this.#line = undefined;
    this.#asked = undefined;
  }

  #ask(): Promise<Said> {
    const answer = (this.#line ??= this.#openLine()).ask();
    // It may be given up before it fails, and then nobody waits for it.
    answer.catch(() => {});
    return answer;
  }
}
