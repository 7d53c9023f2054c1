import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import type { Configuration, TargetDescription } from "./configuration.ts";
import { type LoadBalancer, type LoadBalancerEvents, startLoadBalancer } from "./load-balancer.ts";

/** How long a condition may take to come true, in milliseconds. */
const PATIENCE = 10_000;

/** Things that change, and those who wait for them to be as they want. */
export class Watched {
  readonly #waiting = new Set<() => void>();

  protected changed(): void {
    for (const look of this.#waiting) look();
  }

  /** @throws when `holds` stays false for too long; `describe` says what was there instead. */
  async until(holds: () => boolean, describe: () => string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new Error(`waited in vain: ${describe()}`))),
        PATIENCE,
      );
      const look = (): void => {
        if (holds()) settle(resolve);
      };
      const settle = (done: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        done();
      };
      this.#waiting.add(look);
    });
  }
}

/** A client that writes exactly the bytes it is given. */
export class RawClient extends Watched {
  readonly socket: Socket;
  text = "";
  closed = false;

  constructor(port: number) {
    super();
    this.socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.socket.on("data", (bytes) => {
      this.text += bytes.toString("latin1");
      this.changed();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.closed = true;
      this.changed();
    });
    onTestFinished(() => void this.socket.destroy());
  }

  write(text: string): this {
    this.socket.write(text, "latin1");
    return this;
  }

  /** @returns everything received so far, once it holds `part`. */
  async receives(part: string | RegExp): Promise<string> {
    const holds = (): boolean => (typeof part === "string" ? this.text.includes(part) : part.test(this.text));
    await this.until(holds, () => `for ${part} in ${JSON.stringify(this.text)}`);
    return this.text;
  }

  async closes(): Promise<string> {
    await this.until(
      () => this.closed,
      () => `for a close after ${JSON.stringify(this.text)}`,
    );
    return this.text;
  }
}

/** What a target does with one complete request: the bytes it answers, or nothing. */
export type Behaviour = (request: string, socket: Socket) => string | undefined;

/** A target that records the bytes it gets. */
export class RawTarget extends Watched {
  readonly id: string;
  /** Complete requests, head and body. */
  readonly requests: string[] = [];
  /** Everything that arrived, over all connections. */
  bytes = "";
  connections = 0;
  readonly open = new Set<Socket>();
  /** Called for the first bytes of every connection, which hold a head in all tests that use it. */
  onHead: ((text: string, socket: Socket) => void) | undefined;
  /** Called with everything in place of the behaviour, by targets that do not look for requests. */
  onData: ((text: string, socket: Socket) => void) | undefined;
  readonly #server: Server;
  readonly #behaviour: Behaviour;

  private constructor(id: string, behaviour: Behaviour) {
    super();
    this.id = id;
    this.#behaviour = behaviour;
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  static async start(behaviour: Behaviour = () => okay("hello"), id = "a"): Promise<RawTarget> {
    const target = new RawTarget(id, behaviour);
    await new Promise<void>((resolve) => void target.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => target.stop());
    return target;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.open) socket.destroy();
  }

  described(state: TargetDescription["state"] = "healthy"): TargetDescription {
    return { id: this.id, host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port, state };
  }

  async sees(count: number): Promise<void> {
    await this.until(
      () => this.requests.length >= count,
      () => `for ${count} requests in ${JSON.stringify(this.bytes)}`,
    );
  }

  async holds(connections: number): Promise<void> {
    await this.until(
      () => this.open.size === connections,
      () => `for ${connections} open connections where ${this.open.size} are`,
    );
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.open.add(socket);
    let text = "";
    socket.on("error", () => {});
    socket.on("close", () => {
      this.open.delete(socket);
      this.changed();
    });
    socket.once("data", (bytes) => this.onHead?.(bytes.toString("latin1"), socket));
    socket.on("data", (bytes) => {
      if (this.onData !== undefined) {
        this.onData(bytes.toString("latin1"), socket);
        return;
      }
      text += bytes.toString("latin1");
      this.bytes += bytes.toString("latin1");
      for (let end = requestEnd(text); end !== -1; end = requestEnd(text)) {
        const request = text.slice(0, end);
        text = text.slice(end);
        this.requests.push(request);
        const answer = this.#behaviour(request, socket);
        if (answer !== undefined) socket.write(answer, "latin1");
      }
      this.changed();
    });
    this.changed();
  }
}

/** The index behind the first complete request, or -1. */
function requestEnd(text: string): number {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd === -1) return -1;
  const head = text.slice(0, headEnd);
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    const end = /(?:^|\r\n)0\r\n\r\n/.exec(text.slice(headEnd + 4));
    return end === null ? -1 : headEnd + 4 + end.index + end[0].length;
  }
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  return text.length >= headEnd + 4 + length ? headEnd + 4 + length : -1;
}

export function okay(body: string, fields = ""): string {
  return `HTTP/1.1 200 OK\r\nDate: now\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** An answer without what differs from run to run. */
export function status(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]);
}

export const GET = "GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n";

export interface Balanced {
  readonly balancer: LoadBalancer;
  readonly port: number;
  client(): RawClient;
}

/** A load balancer with one listener and one target group, `group`. */
export async function balance(
  targets: readonly (RawTarget | TargetDescription)[],
  changes: Partial<Configuration> & { rules?: Configuration["listeners"][number]["rules"] } = {},
  events: LoadBalancerEvents = {},
): Promise<Balanced> {
  const { rules = [], ...rest } = changes;
  const defaultAction = { kind: "forward", group: "group" } as const;
  const listeners = [{ name: "http", host: "127.0.0.1", port: 0, rules, defaultAction }];
  const balancer = await startLoadBalancer({ listeners, ...rest }, events);
  onTestFinished(() => balancer.stop(0));
  balancer.setTargets(
    "group",
    targets.map((target) => (target instanceof RawTarget ? target.described() : target)),
  );
  const { port } = balancer.addresses()[0]!;
  return { balancer, port, client: () => new RawClient(port) };
}
