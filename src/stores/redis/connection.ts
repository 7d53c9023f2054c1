import { Socket } from "node:net";
import { PlumblineError } from "#model/errors.ts";
import { encodeCommand, readReply, RedisRefusal, type Reply } from "./resp.ts";

/** How to reach a Redis, and as whom. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

interface Asked {
  readonly resolve: (reply: Exclude<Reply, RedisRefusal>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A connection to one Redis. It is logged in by its first command; replies come in the order of the commands. What goes
 * wrong on it rejects everything that was asked and is not answered.
 */
export class Connection {
  readonly #socket = new Socket();
  readonly #asked: Asked[] = [];
  #received = Buffer.alloc(0);
  #failure: Error | null = null;

  constructor({ host, port, user, password }: Access) {
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (bytes) => this.#read(bytes as Buffer));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the connection was closed")));
    this.#socket.connect(port, host);
    // Refused while it loads its data; every later command is then refused too, and says so.
    this.ask("AUTH", user, password).catch(() => {});
  }

  /** @throws RedisRefusal what Redis says instead of doing it. */
  ask(...words: readonly string[]): Promise<Exclude<Reply, RedisRefusal>> {
    if (this.#failure) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<Exclude<Reply, RedisRefusal>>();
    this.#asked.push({ resolve, reject });
    this.#socket.write(encodeCommand(words));
    return promise;
  }

  /** Lets go of it at once. */
  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    try {
      for (let next = readReply(this.#received); next; next = readReply(this.#received)) {
        this.#received = this.#received.subarray(next.end);
        const asked = this.#asked.shift();
        if (next.reply instanceof RedisRefusal) asked?.reject(next.reply);
        else asked?.resolve(next.reply);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const { reject } of this.#asked.splice(0)) reject(this.#failure);
  }
}

/** Gives one command on a connection of its own. The time-out covers everything, from connecting to the answer. */
export async function ask(access: Access, timeoutMs: number, ...words: readonly string[]): Promise<Reply> {
  const connection = new Connection(access);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(notAnswering(access, timeoutMs)), timeoutMs);
  try {
    return await Promise.race([connection.ask(...words), late.promise]);
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}

function notAnswering({ host, port }: Access, timeoutMs: number): PlumblineError {
  return new PlumblineError(
    "STORE_NOT_ANSWERING",
    `Redis at ${host}:${port} did not answer within ${Math.round(timeoutMs)} ms.`,
    "See its log. If the machine is overloaded, run the twin with fewer replicas.",
  );
}
