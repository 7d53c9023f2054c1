import { type Connection, createConnection } from "mysql2";
import { within } from "./deadline.ts";
import type { ProbeTarget } from "./messages.ts";
import type { Writer } from "./writer.ts";

/** Inserts rows into MySQL through the writer endpoint, each in a transaction of its own. */
export class MysqlWriter implements Writer {
  readonly #url: string;
  readonly #insert: string;
  readonly #timeoutMs: number;
  #client: Connection | null = null;

  constructor({ url, table }: Extract<ProbeTarget, { kind: "sql" }>, timeoutMs: number) {
    this.#url = url;
    this.#insert = `insert into ${table} (number) values (?)`;
    this.#timeoutMs = timeoutMs;
  }

  async write(sequence: number): Promise<void> {
    await within(this.#timeoutMs, this.#insertRow(sequence), () => this.close());
  }

  async #insertRow(sequence: number): Promise<void> {
    if (!this.#client) {
      const client = createConnection({ uri: this.#url, connectTimeout: this.#timeoutMs });
      this.#client = client;
      // A connection that breaks while nothing is asked: the next write opens another one.
      const forget = () => {
        if (this.#client === client) this.#client = null;
      };
      client.on("error", forget);
      client.on("end", forget);
    }
    await this.#client.promise().query(this.#insert, [sequence]);
  }

  /** At once, without a word to a server that may not listen. */
  close(): void {
    this.#client?.destroy();
    this.#client = null;
  }
}
