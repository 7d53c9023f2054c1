import { Socket } from "node:net";
import pg from "pg";
import { PlumblineError } from "#model/errors.ts";

/** How to reach a database server, and as whom. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export type Session = Pick<pg.Client, "query" | "escapeIdentifier" | "escapeLiteral">;

/**
 * Opens a connection for one piece of work and closes it afterwards, however the work ends. The time-out covers
 * everything from connecting to the last answer: a stopped server accepts connections and never answers.
 */
export async function inSession<T>(
  access: Access,
  timeoutMs: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  // A socket of our own, because the client has no way to let go of a server that does not answer.
  const socket = new Socket();
  const { host, port, user, password, database } = access;
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database,
    ssl: false,
    application_name: "plumbline",
    stream: () => socket,
  });
  // What goes wrong while a query runs is reported by that query; the rest concerns nobody any more.
  client.on("error", () => {});

  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    expired.reject(notAnswering(access, timeoutMs));
    socket.destroy();
  }, timeoutMs);
  try {
    const done = client.connect().then(() => work(client));
    const result = await Promise.race([done, expired.promise]);
    sayGoodbye(client, socket);
    return result;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Says goodbye, so that the server's log shows no broken connection, and does not wait for the answer. */
function sayGoodbye(client: pg.Client, socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), 1000);
  socket.once("close", () => clearTimeout(timer));
  client.end().catch(() => socket.destroy());
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  access: Access,
  timeoutMs: number,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return inSession(access, timeoutMs, async (session) => (await session.query<Row>(text, values)).rows);
}

function notAnswering({ host, port }: Access, timeoutMs: number): PlumblineError {
  return new PlumblineError(
    "STORE_NOT_ANSWERING",
    `PostgreSQL at ${host}:${port} did not answer within ${Math.round(timeoutMs)} ms.`,
    "See its log. If the machine is overloaded, run the twin with fewer replicas.",
  );
}
