import { createConnection, type RowDataPacket } from "mysql2";
import { PlumblineError } from "#model/errors.ts";

/** How to reach a server, and as whom. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database?: string;
}

/** One connection; statements go one after the other. Placeholders are `?`. */
export interface Session {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A connection that is kept. It is opened by its first question. */
export class Connection implements Session {
  readonly #client;

  constructor({ host, port, user, password, database }: Access) {
    this.#client = createConnection({
      host,
      port,
      user,
      password,
      ...(database === undefined ? {} : { database }),
      // Whoever asks has a deadline of its own.
      connectTimeout: 60_000,
      supportBigNumbers: true,
    });
    // What goes wrong between two questions is noticed by the next one.
    this.#client.on("error", () => {});
  }

  async query<Row = Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#client.query<RowDataPacket[]>(text, [...values], (error, rows) =>
      error ? reject(error) : resolve(rows),
    );
    const rows = await promise;
    return Array.isArray(rows) ? (rows as Row[]) : [];
  }

  /** Lets go of it at once, without a word to a server that may not listen. */
  close(): void {
    this.#client.destroy();
  }

  /** Says goodbye, so that the server's log shows no broken connection, and does not wait for the answer. */
  leave(): void {
    const timer = setTimeout(() => this.close(), 1000);
    this.#client.end(() => clearTimeout(timer));
  }
}

/**
 * Opens a connection for one piece of work and closes it afterwards, however the work ends. The time-out covers
 * everything from connecting to the last answer: a stopped server accepts connections and never answers.
 */
export async function inSession<T>(
  access: Access,
  timeoutMs: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const connection = new Connection(access);
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => expired.reject(notAnswering(access, timeoutMs)), timeoutMs);
  try {
    const result = await Promise.race([work(connection), expired.promise]);
    connection.leave();
    return result;
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one statement on a connection of its own. */
export function query<Row = Record<string, unknown>>(
  access: Access,
  timeoutMs: number,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return inSession(access, timeoutMs, (session) => session.query<Row>(text, values));
}

function notAnswering({ host, port }: Access, timeoutMs: number): PlumblineError {
  return new PlumblineError(
    "STORE_NOT_ANSWERING",
    `MariaDB at ${host}:${port} did not answer within ${Math.round(timeoutMs)} ms.`,
    "See its log. If the machine is overloaded, run the twin with fewer replicas.",
  );
}
