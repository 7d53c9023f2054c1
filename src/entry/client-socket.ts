import type { Socket } from "node:net";
import { readInPlace } from "./accepted-socket.ts";
import type { Patience } from "./patience.ts";

/** How long a client may take to notice that all was said, after its last byte and in all, in milliseconds. */
const LINGER = 2_000;
const LINGER_AT_MOST = 30_000;

/**
 * A client's socket, which ends in good order: what still comes behind the last word is thrown away, because closing
 * on unread bytes would reset the answer.
 */
export class ClientSocket {
  readonly socket: Socket;
  /** Everything was said. */
  closing = false;
  paused = false;
  #closesBy = Infinity;
  readonly #secure: boolean;
  readonly #patience: Patience;

  /**
   * @param accepted a socket that was paused when it was accepted, or one of TLS.
   * @param receive gets what comes before the end.
   */
  constructor(
    accepted: Socket,
    secure: boolean,
    patience: Patience,
    receive: (bytes: Buffer, size: number) => void,
  ) {
    this.#secure = secure;
    this.#patience = patience;
    this.socket = readInPlace(accepted, secure, (bytes, size) => {
      if (!this.closing) receive(bytes, size);
      // Whoever is still sending has not read the answer yet.
      else if (this.#closesBy < Infinity)
        patience.deadline = Math.min(performance.now() + LINGER, this.#closesBy);
      return !this.paused;
    });
    this.socket.on("finish", () => this.#onFinish());
    // "close" always follows and says all that matters.
    this.socket.on("error", ignore);
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.resume();
  }

  /** Ends after what has been written. */
  end(): void {
    this.closing = true;
    this.#patience.expectAnything();
    this.socket.end();
    this.resume();
  }

  /**
   * Ends so that the client sees that something is missing: by a reset, because an orderly end would complete a body
   * that ends with the connection. TLS ends without its own farewell then, which says the same.
   */
  abort(): void {
    if (this.#secure) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  #onFinish(): void {
    if (!this.closing) return;
    this.#closesBy = performance.now() + LINGER_AT_MOST;
    this.#patience.expectWithin(LINGER);
  }
}

function ignore(): void {}
