import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type ListenerFacts, type Origin, originOf } from "./forwarded-heads.ts";

const prefix = randomBytes(8).toString("hex");
let connections = 0;

/** What TLS has agreed on with a client. */
export interface Handshake {
  /** As OpenSSL names them; "-" without TLS. */
  readonly cipher: string;
  readonly protocol: string;
  /** The name that the client asked for in its handshake, and the certificate that it got. */
  readonly domain: string;
  readonly certificate: string;
  readonly http2: boolean;
}

const PLAIN: Handshake = { cipher: "-", protocol: "-", domain: "-", certificate: "-", http2: false };

/** What a connection says of itself in each of its lines of the access log. */
export class ConnectionFacts {
  readonly origin: Origin;
  readonly handshake: Handshake;
  /** The listener's. */
  readonly port: number;
  readonly #number = connections++;
  #client: string | undefined;
  #trace: string | undefined;

  constructor(socket: Socket, listener: ListenerFacts, handshake: Handshake = PLAIN) {
    const address = socket.remoteAddress?.replace(/^::ffff:/, "") ?? "unknown";
    this.origin = originOf({ address, port: socket.remotePort ?? 0 }, listener);
    this.handshake = handshake;
    this.port = listener.port;
  }

  // Made when the first line is written: a connection that asks nothing does without.

  get client(): string {
    return (this.#client ??= `${this.origin.address}:${this.origin.port}`);
  }

  /** "TID_" and 32 hexadecimal digits. */
  get trace(): string {
    return (this.#trace ??= `TID_${prefix}${this.#number.toString(16).padStart(16, "0")}`);
  }
}
