import pg from "pg";
import { within } from "./deadline.ts";
import type { ProbeTarget } from "./messages.ts";
import type { Writer } from "./writer.ts";

/** Inserts rows into PostgreSQL through the writer endpoint, each in a transaction of its own. */
export class SqlWriter implements Writer {
  readonly #url: string;
  readonly #insert: string;
  readonly #timeoutMs: number;
  #client: pg.Client | null = null;

  constructor({ url, table }: Extract<ProbeTarget, { kind: "sql" }>, timeoutMs: number) {
    this.#url = url;
    this.#insert = `insert into ${table} (number) values ($1)`;
    this.#timeoutMs = timeoutMs;
  }

  async write(sequence: number): Promise<void> {
    await within(this.#timeoutMs, this.#insertRow(sequence), () => this.close());
  }

  async #insertRow(sequence: number): Promise<void> {
    if (!this.#client) {
      const client = new pg.Client({ connectionString: this.#url });
      this.#client = client;
      // A connection that breaks while nothing is asked: the next write opens another one.
      client.on("error", () => this.#forget(client));
      client.on("end", () => this.#forget(client));
      await client.connect();
    }
    await this.#client.query({ name: "insert", text: this.#insert, values: [sequence] });
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = null;
  }

  /** At once, without a word to a server that may not listen. */
  close(): void {
    const client = this.#client;
    this.#client = null;
    client?.connection.stream.destroy();
  }
}
