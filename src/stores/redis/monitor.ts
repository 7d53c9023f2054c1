import { lateAfter } from "../wait.ts";
import { type Access, Connection } from "./connection.ts";
import { parseReplication, type Replication } from "./info.ts";

/** What a Redis said of itself, or why it said nothing. */
export type Look = ({ readonly ok: true } & Replication) | { readonly ok: false; readonly reason: string };

/** After so long without an answer the connection itself is doubted: a healed network may have forgotten it. */
const GIVEN_UP_AFTER_MS = 2_000;

/**
 * Asks a Redis again and again whether it lives and what it is, on a connection that is kept. A question that is not
 * answered in time is asked again behind itself, so that each answer says what is so after its look has begun. One that
 * fails gives the connection up, and the next one opens another.
 */
export class Monitor {
  readonly #access: Access;
  #open: Connection | undefined;
  /** Since when it has been asked without an answer. */
  #silentSince: number | undefined;

  constructor(access: Access) {
    this.#access = access;
  }

  /** A failure is an answer and not an error, and there is always one in time. */
  async look(timeoutMs: number): Promise<Look> {
    const late = lateAfter(timeoutMs);
    this.#silentSince ??= performance.now();
    try {
      this.#open ??= new Connection(this.#access);
      const answer = this.#open.ask("INFO", "replication");
      // When it is late, nobody waits for it any more.
      answer.catch(() => {});
      const info = await Promise.race([answer, late.promise]);
      if (info === null) {
        if (performance.now() - this.#silentSince > GIVEN_UP_AFTER_MS) this.close();
        return { ok: false, reason: `no answer within ${timeoutMs} ms` };
      }
      this.#silentSince = undefined;
      return { ok: true, ...parseReplication(String(info)) };
    } catch (error) {
      this.close();
      return { ok: false, reason: (error as Error).message };
    } finally {
      late.cancel();
    }
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
    this.#silentSince = undefined;
  }
}
