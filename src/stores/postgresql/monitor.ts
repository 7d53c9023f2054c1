import { Socket } from "node:net";
import pg from "pg";
import { lateAfter } from "../wait.ts";
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

interface Row {
  readonly standby: boolean;
  readonly streaming: string[];
}

const QUESTION = `SELECT pg_is_in_recovery() AS standby,
  ARRAY(SELECT application_name FROM pg_stat_replication WHERE state = 'streaming') AS streaming`;

/** After so long without an answer the connection itself is doubted: a healed network may have forgotten it. */
const GIVEN_UP_AFTER_MS = 2_000;

/**
 * Asks a server again and again whether it lives and what it is, on a connection that is kept: several questions a
 * second would otherwise cost a login each. A question that is not answered in time stays asked, and its late answer is
 * the next look's: on a machine that is busy, another login would only take longer still. One that fails gives the
 * connection up, and the next one opens another.
 */
export class Monitor {
  readonly #access: Access;
  #open: { readonly client: pg.Client; readonly socket: Socket } | undefined;
  #asked: { readonly answer: Promise<pg.QueryResult<Row>>; readonly at: number } | undefined;

  constructor(access: Access) {
    this.#access = access;
  }

  /** A failure is an answer and not an error, and there is always one in time. */
  async look(timeoutMs: number): Promise<Look> {
    const asked = (this.#asked ??= { answer: this.#ask(), at: performance.now() });
    const late = lateAfter(timeoutMs);
    try {
      const answer = await Promise.race([asked.answer, late.promise]);
      if (answer === null) {
        if (performance.now() - asked.at > GIVEN_UP_AFTER_MS) this.close();
        return { ok: false, reason: `no answer within ${timeoutMs} ms` };
      }
      this.#asked = undefined;
      const [row] = answer.rows;
      return { ok: true, role: row?.standby ? "standby" : "primary", streaming: row?.streaming ?? [] };
    } catch (error) {
      this.close();
      return { ok: false, reason: (error as Error).message };
    } finally {
      late.cancel();
    }
  }

  close(): void {
    this.#open?.socket.destroy();
    this.#open = undefined;
    this.#asked = undefined;
  }

  #ask(): Promise<pg.QueryResult<Row>> {
    const answer = this.#query();
    // It may be given up before it fails, and then nobody waits for it.
    answer.catch(() => {});
    return answer;
  }

  async #query(): Promise<pg.QueryResult<Row>> {
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
    return this.#open.client.query<Row>({
      name: "look",
      text: QUESTION,
    });
  }
}
