import { Socket } from "node:net";
import pg from "pg";

const CONNECTED_WITHIN_MS = 500;
const WRITTEN_WITHIN_MS = 5_000;

/** A client of a PostgreSQL store that writes one number after the other, and remembers which were acknowledged. */
export class StoreWriter {
  /** The numbers that were acknowledged, and when (performance.now()). */
  readonly acknowledged: { readonly number: number; readonly at: number }[] = [];
  readonly #url: string;
  readonly #table: string;
  #number = 0;
  #ended = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(url: string, table: string) {
    this.#url = url;
    this.#table = table;
  }

  static async start(url: string, table = "written"): Promise<StoreWriter> {
    const writer = new StoreWriter(url, table);
    await writer.#query(`CREATE TABLE IF NOT EXISTS ${table} (number int)`);
    writer.#writing = writer.#write();
    return writer;
  }

  /** The longest time without an acknowledgement since an instant, in milliseconds. */
  outageSince(since: number): number {
    const times = [since, ...this.acknowledged.map(({ at }) => at).filter((at) => at > since)];
    return Math.max(...times.map((at, index) => at - (times[index - 1] ?? at)));
  }

  /** Ends it, and finds the numbers that were acknowledged and are not there. */
  async lost(): Promise<number[]> {
    this.#ended = true;
    await this.#writing;
    const rows = await this.#query(`SELECT number FROM ${this.#table}`);
    const there = new Set(rows.map(({ number }) => number));
    return this.acknowledged.map(({ number }) => number).filter((number) => !there.has(number));
  }

  async #write(): Promise<void> {
    let client: pg.Client | null = null;
    while (!this.#ended) {
      const number = ++this.#number;
      try {
        client ??= await connect(this.#url);
        await client.query(`INSERT INTO ${this.#table} VALUES ($1)`, [number]);
        this.acknowledged.push({ number, at: performance.now() });
      } catch {
        // Whether it was written nobody knows; the next one goes to a new connection.
        client?.connection.stream.destroy();
        client = null;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await client?.end();
  }

  async #query(text: string): Promise<{ number: number }[]> {
    const client = await connect(this.#url);
    try {
      return (await client.query<{ number: number }>(text)).rows;
    } finally {
      await client.end();
    }
  }
}

async function connect(url: string): Promise<pg.Client> {
  // A socket of our own: the client cannot let go of a server that does not answer.
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    ssl: false,
    query_timeout: WRITTEN_WITHIN_MS,
    stream: () => socket,
  });
  client.on("error", () => {});
  const timer = setTimeout(() => socket.destroy(), CONNECTED_WITHIN_MS);
  try {
    await client.connect();
    return client;
  } finally {
    clearTimeout(timer);
  }
}
