import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { Forwarder } from "./forwarder.ts";
import type { Address, Counters, Fault, Way } from "./messages.ts";

/** A server that hands every connection to `serve`; closed, with its connections, by `using`. */
export class Target {
  readonly sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(serve: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
      serve(socket);
    });
  }

  static async open(serve: (socket: Socket) => void): Promise<Target> {
    const target = new Target(serve);
    target.#server.listen(0, "127.0.0.1");
    await once(target.#server, "listening");
    return target;
  }

  get address(): Address {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => void this.#server.close(resolve));
  }
}

export function echo(socket: Socket): void {
  socket.pipe(socket);
}

/** Answers every connection with a word, so that a test sees which target it reached. */
export function saying(word: string): (socket: Socket) => void {
  return (socket) => void socket.on("data", () => void socket.write(word));
}

export async function freeAddress(): Promise<Address> {
  await using target = await Target.open(() => {});
  return target.address;
}

/** A client that remembers what it received. */
export class Client {
  readonly socket: Socket;
  readonly ended: Promise<unknown>;
  readonly closed: Promise<"reset" | "closed">;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #looking: (() => void)[] = [];

  constructor({ host, port }: Address) {
    this.socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const { promise, resolve } = Promise.withResolvers<"reset" | "closed">();
    this.closed = promise;
    this.socket.on("error", () => resolve("reset"));
    this.socket.on("close", () => resolve("closed"));
    this.ended = new Promise((done) => void this.socket.once("end", () => done(true)));
    this.socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      for (const look of this.#looking.splice(0)) look();
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Resolves once as many bytes were received. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#length < count) await new Promise<void>((look) => void this.#looking.push(look));
    return this.received;
  }

  /** Sends, and resolves with the answer's text of that length. */
  async exchange(text: string, length = text.length): Promise<string> {
    const before = this.#length;
    this.socket.write(text);
    return (await this.bytes(before + length)).subarray(before).toString();
  }
}

interface Forwarding {
  readonly listen: Address;
  readonly forwarder: Forwarder;
  readonly point: (to: Address | null) => Promise<unknown>;
  /** Leads to several places. */
  readonly spread: (...to: readonly Way[]) => Promise<unknown>;
  readonly fault: (fault: Fault | null) => Promise<unknown>;
  readonly counters: () => Promise<Counters>;
  readonly client: () => Client;
}

/** Makes forwarders with one route each, `db`; `end` is for a test file's afterEach. */
export function forwardings(): {
  readonly forwarding: (to: Address | null) => Promise<Forwarding>;
  readonly end: () => Promise<void>;
} {
  const forwarders: Forwarder[] = [];
  const clients: Client[] = [];

  async function forwarding(to: Address | null): Promise<Forwarding> {
    const forwarder = new Forwarder();
    forwarders.push(forwarder);
    const listen = await freeAddress();
    let [address, fault]: [Address | null, Fault | null] = [to, null];
    const spread = (...ways: readonly Way[]): Promise<unknown> =>
      forwarder.handle({ id: 1, kind: "routes", routes: [{ name: "db", listen, to: ways }] });
    const change = (): Promise<unknown> => (address ? spread({ address, fault }) : spread());
    await change();
    return {
      listen,
      forwarder,
      point: (next) => {
        address = next;
        return change();
      },
      spread,
      fault: (next) => {
        fault = next;
        return change();
      },
      counters: async () => {
        const answer = await forwarder.handle({ id: 3, kind: "counters" });
        if (answer.kind !== "counters" || !answer.routes["db"]) throw new Error("no counters");
        return answer.routes["db"];
      },
      client: () => {
        const client = new Client(listen);
        clients.push(client);
        return client;
      },
    };
  }

  async function end(): Promise<void> {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await Promise.all(forwarders.splice(0).map((forwarder) => forwarder.close()));
  }

  return { forwarding, end };
}
