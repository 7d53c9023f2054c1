import { Socket } from "node:net";
import pg from "pg";
import type { Access } from "./connection.ts";
import type { Role } from "./replication.ts";

/** What a server said of itself, or why it said nothing. */
export type Look =
  | {
      readonly ok: true;
      readonly role: Role;
      /** The standbys that stream from it now, by name. */
      readonly streaming: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

const QUESTION = `SELECT pg_is_in_recovery() AS standby,
  ARRAY(SELECT application_name FROM pg_stat_replication WHERE state = 'streaming') AS streaming`;

/**
 * Asks a server again and again whether it lives and what it is, on a connection that is kept: several questions a
 * second would otherwise cost a login each. A question that fails, or is not answered in time, gives the connection up,
 * and the next one opens another.
 */
export class Monitor {
  readonly #access: Access;
  #open: { readonly client: pg.Client; readonly socket: Socket } | undefined;

  constructor(access: Access) {
    this.#access = access;
  }

  /** A failure is an answer and not an error, and there is always one in time. */
  async look(timeoutMs: number): Promise<Look> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      const { rows } = await Promise.race([this.#ask(), late.promise]);
      const [row] = rows;
      return { ok: true, role: row?.standby ? "standby" : "primary", streaming: row?.streaming ?? [] };
    } catch (error) {
      this.close();
      return { ok: false, reason: (error as Error).message };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#open?.socket.destroy();
    this.#open = undefined;
  }

  async #ask() {
    if (!this.#open) {
      // A socket of our own, because the client has no way to let go of a server that does not answer.
      const socket = new Socket();
      const client = new pg.Client({
        ...this.#access,
        ssl: false,
        application_name: "plumbline",
        stream: () => socket,
      });
      // What goes wrong between two questions is noticed by the next one.
      client.on("error", () => {});
      this.#open = { client, socket };
      await client.connect();
    }
    return this.#open.client.query<{ standby: boolean; streaming: string[] }>({
      name: "look",
      text: QUESTION,
    });
  }
}
