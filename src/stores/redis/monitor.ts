import { type Access, Connection } from "./connection.ts";
import { parseReplication, type Replication } from "./info.ts";

/** What a Redis said of itself, or why it said nothing. */
export type Look = ({ readonly ok: true } & Replication) | { readonly ok: false; readonly reason: string };

/**
 * Asks a Redis again and again whether it lives and what it is, on a connection that is kept. A question that fails, or
 * is not answered in time, gives the connection up, and the next one opens another.
 */
export class Monitor {
  readonly #access: Access;
  #open: Connection | undefined;

  constructor(access: Access) {
    this.#access = access;
  }

  /** A failure is an answer and not an error, and there is always one in time. */
  async look(timeoutMs: number): Promise<Look> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      this.#open ??= new Connection(this.#access);
      const info = await Promise.race([this.#open.ask("INFO", "replication"), late.promise]);
      return { ok: true, ...parseReplication(String(info)) };
    } catch (error) {
      this.close();
      return { ok: false, reason: (error as Error).message };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }
}
