import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";
import { AnswerReader } from "./answer-reader.ts";

/** Where requests go. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Null for plain HTTP. `name`: the certificate's, empty for an address; `authorities`: PEM, whom to trust. */
  readonly tls: { readonly name: string; readonly authorities: readonly string[] } | null;
}

export interface ConnectionEvents {
  /** It can be asked. */
  opened(connection: Connection): void;
  /** The answer is there: the connection is free again. */
  answered(connection: Connection, status: number): void;
  /** It ended, or could not be opened. @param error why. @param asked whether it had a request, which has no answer. */
  broken(connection: Connection, error: Error, asked: boolean): void;
}

/** Answers are read into it one after the other, whichever connection they come by. */
const READ = Buffer.allocUnsafeSlow(64 * 1024);

/** An HTTP/1.1 connection to one host that carries one request at a time, and takes next to no processor time for it. */
export class Connection {
  /** What is under way: its number, and when it was to be sent and was sent, in milliseconds. */
  sequence = 0;
  intended = 0;
  sent = 0;
  busy = false;
  isOpen = false;
  readonly #endpoint: Endpoint;
  readonly #events: ConnectionEvents;
  readonly #reader = new AnswerReader();
  #socket: Socket | undefined;

  constructor(endpoint: Endpoint, events: ConnectionEvents) {
    this.#endpoint = endpoint;
    this.#events = events;
  }

  /** Opens it, or opens it again; `opened` or `broken` tells how that went. */
  open(): void {
    const { host, port, tls } = this.#endpoint;
    const onread = { buffer: READ, callback: (length: number) => this.#read(length) };
    const options = { host, port, onread };
    const socket =
      tls === null
        ? connectTcp({ ...options, noDelay: true })
        : connectTls({
            ...options,
            secureContext: contextOf(tls),
            ...(tls.name === "" ? {} : { servername: tls.name }),
          }).setNoDelay();
    this.#socket = socket;
    this.#reader.restart();
    let reason = new Error("the connection was closed");
    socket.once(tls === null ? "connect" : "secureConnect", () => {
      this.isOpen = true;
      this.#events.opened(this);
    });
    socket.on("error", (error) => (reason = error));
    socket.on("close", () => {
      // One that was given up has been told of already.
      if (this.#socket === socket) this.#ended(reason);
    });
  }

  send(request: string): void {
    this.busy = true;
    this.#reader.restart();
    this.#socket!.write(request, "latin1");
  }

  /** Gives it up, with what it was asked: nothing is told of it any more until it is opened again. */
  abandon(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    [this.busy, this.isOpen] = [false, false];
    socket?.destroy();
  }

  #read(length: number): boolean {
    const status = this.busy ? this.#reader.read(READ.toString("latin1", 0, length)) : null;
    if (status !== null) this.#answered(status);
    return true;
  }

  #answered(status: number): void {
    this.busy = false;
    if (this.#reader.closes) {
      this.isOpen = false;
      this.#socket?.destroy();
    }
    this.#events.answered(this, status);
  }

  #ended(reason: Error): void {
    const status = this.busy ? this.#reader.end() : null;
    if (status !== null) this.#answered(status);
    const asked = this.busy;
    [this.busy, this.isOpen] = [false, false];
    this.#socket = undefined;
    this.#events.broken(this, reason, asked);
  }
}

const contexts = new WeakMap<object, SecureContext>();

/** One for all connections to an endpoint: reading a list of authorities takes longer than a handshake. */
function contextOf(tls: NonNullable<Endpoint["tls"]>): SecureContext {
  const context = contexts.get(tls) ?? createSecureContext({ ca: [...tls.authorities] });
  contexts.set(tls, context);
  return context;
}
