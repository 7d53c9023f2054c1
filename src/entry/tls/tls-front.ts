import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { ListenerTls } from "../configuration.ts";
import type { Handshake } from "../connection-facts.ts";
import { Certificates } from "./certificates.ts";
import { CIPHERS } from "./ciphers.ts";

/** How long a client may take to agree on keys, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

export interface TlsEvents {
  secured(socket: TLSSocket, handshake: Handshake): void;
  failed(): void;
}

/** The side of a listener that speaks TLS: accepted connections go in, secured ones come out. */
export class TlsFront {
  readonly #server: Server;
  /** Whoever has not agreed on keys yet, by address and port: what TLS makes of a connection does not lead back to it. */
  readonly #shaking = new Map<string, Socket>();
  #certificates: Certificates;

  constructor(settings: ListenerTls, listener: string, events: TlsEvents) {
    this.#certificates = new Certificates(settings, listener);
    this.#server = createServer({
      // The server is made once; what it offers by default is asked for each connection.
      SNICallback: (name, done) =>
        done(null, this.#certificates.contextFor(name) ?? this.#certificates.contextOfNobody),
      ALPNProtocols: settings.http2 ? ["h2", "http/1.1"] : ["http/1.1"],
      minVersion: settings.minimumVersion,
      ciphers: CIPHERS,
      honorCipherOrder: true,
      handshakeTimeout: HANDSHAKE_TIMEOUT,
      cert: settings.certificates[0]!.certificate,
      key: settings.certificates[0]!.key,
    });
    this.#server.on("secureConnection", (socket) => {
      this.#shaking.delete(peerOf(socket));
      events.secured(socket, this.#handshakeOf(socket));
    });
    this.#server.on("tlsClientError", (_, socket) => {
      socket.destroy();
      events.failed();
    });
  }

  /** New connections get these certificates. */
  configure(settings: ListenerTls, listener: string): void {
    this.#certificates = new Certificates(settings, listener);
    const [{ certificate: cert, key } = { certificate: "", key: "" }] = settings.certificates;
    this.#server.setSecureContext({
      cert,
      key,
      minVersion: settings.minimumVersion,
      ciphers: CIPHERS,
      honorCipherOrder: true,
    });
  }

  accept(socket: Socket): void {
    const peer = peerOf(socket);
    this.#shaking.set(peer, socket);
    socket.on("close", () => this.#shaking.delete(peer));
    this.#server.emit("connection", socket);
  }

  /** Ends those who have not asked for anything yet. One that has gone during the handshake is among them. */
  stop(): void {
    for (const socket of this.#shaking.values()) socket.destroy();
  }

  #handshakeOf(socket: TLSSocket): Handshake {
    return {
      cipher: socket.getCipher().name,
      protocol: socket.getProtocol() ?? "-",
      http2: socket.alpnProtocol === "h2",
      ...this.#certificates.named((socket as { servername?: string | false }).servername),
    };
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
