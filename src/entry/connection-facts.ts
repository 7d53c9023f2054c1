import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { ConnectionFacts } from "./access-log/line.ts";
import { originOf } from "./forwarded-heads.ts";

const prefix = randomBytes(8).toString("hex");
let connections = 0;

/** What TLS has agreed on with a client. */
export interface Handshake {
  readonly cipher: string;
  readonly protocol: string;
  readonly domain: string;
  readonly certificate: string;
  readonly http2: boolean;
}

const PLAIN: Handshake = { cipher: "-", protocol: "-", domain: "-", certificate: "-", http2: false };

export function factsOf(
  socket: Socket,
  listener: { host: string; port: number },
  handshake: Handshake | undefined,
): ConnectionFacts {
  const address = socket.remoteAddress?.replace(/^::ffff:/, "") ?? "unknown";
  const client = { address, port: socket.remotePort ?? 0 };
  return {
    origin: originOf(client, listener, handshake !== undefined),
    port: listener.port,
    trace: `TID_${prefix}${(connections++).toString(16).padStart(16, "0")}`,
    ...(handshake ?? PLAIN),
  };
}
