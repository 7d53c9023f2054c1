import { connect, type Socket } from "node:net";
import type { Deadlined, Deadlines } from "./deadlines.ts";
import { BodyReader, type Framing } from "./http/body.ts";
import { INCOMPLETE } from "./http/fields.ts";
import { MessageRefused } from "./http/refused.ts";
import { ResponseHead } from "./http/response-head.ts";
import { hasEnded, keepReading } from "./keep-reading.ts";
import type { TargetFailure, TargetUser } from "./target-user.ts";

/** Where a connection belongs. */
export interface ConnectionHome {
  release(connection: TargetConnection): void;
  forget(connection: TargetConnection): void;
}

/**
 * All targets' bytes are read into this buffer: a read is dealt with, or copied, before the next one
 * happens, and no memory is allocated for it.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** In milliseconds. */
const LOOK_AGAIN = 20;

/** One HTTP/1.1 connection to a target, used for one request after another. */
export class TargetConnection implements Deadlined {
  readonly socket: Socket;
  isConnected = false;
  /** Whether the user's request is not the first one on this connection. */
  reused = false;
  /** Whether any byte of a response to the user's request has arrived. */
  answered = false;
  /** Whether the target has stopped reading, which a failed write has shown. */
  deaf = false;
  deadline: number;

  #user: TargetUser | undefined;
  #tunnel = false;
  #inBody = false;
  #reusable = false;
  #rest: Buffer | undefined;
  readonly #head = new ResponseHead();
  readonly #body = new BodyReader();
  readonly #home: ConnectionHome;
  readonly #deadlines: Deadlines;
  readonly #idleTimeout: number;
  /** What was told of them already. */
  #bytesSent = 0;
  #bytesReceived = 0;

  /** @param timeouts in milliseconds. */
  constructor(
    address: { host: string; port: number },
    timeouts: { connect: number; targetIdle: number },
    home: ConnectionHome,
    deadlines: Deadlines,
  ) {
    this.#home = home;
    this.#deadlines = deadlines;
    this.#idleTimeout = timeouts.targetIdle;
    this.deadline = performance.now() + timeouts.connect;
    deadlines.add(this);
    const callback = (size: number, bytes: Uint8Array): boolean => this.#read(bytes as Buffer, size);
    const { host, port } = address;
    const onread = { buffer: READ_BUFFER, callback };
    this.socket = keepReading(connect({ host, port, noDelay: true, allowHalfOpen: true, onread }));
    this.socket.on("connect", () => this.#onConnect());
    this.socket.on("drain", () => this.#user?.drained());
    this.socket.on("end", () => this.#onEnd());
    this.socket.on("error", () => this.#onError());
    this.socket.on("close", () => this.#onClose());
  }

  /** Takes the connection for one request. */
  begin(user: TargetUser): void {
    this.#user = user;
    this.answered = false;
    if (this.isConnected) this.deadline = Infinity;
  }

  /** Starts, or starts anew, the time in which the target has to do something. */
  expectProgress(): void {
    this.deadline = performance.now() + this.#idleTimeout;
  }

  /** The client is the one to wait for. */
  expectNothing(): void {
    this.deadline = Infinity;
  }

  /** How many bytes have gone and come since this was asked last. Node counts them anyway. */
  takeBytes(): { sent: number; received: number } {
    const { bytesWritten, bytesRead } = this.socket;
    const taken = { sent: bytesWritten - this.#bytesSent, received: bytesRead - this.#bytesReceived };
    this.#bytesSent = bytesWritten;
    this.#bytesReceived = bytesRead;
    return taken;
  }

  /** Gives the request up; its user is not told. */
  abandon(): void {
    this.#user = undefined;
    this.socket.destroy();
  }

  /** Ends the connection with whatever is going on. */
  cutOff(): void {
    if (this.#user === undefined) this.socket.destroy();
    else this.#fail("deregistered");
  }

  expire(): void {
    if (this.#user === undefined) this.socket.destroy();
    else this.#fail(this.isConnected ? "idle-timeout" : "connect-timeout");
  }

  #onConnect(): void {
    this.isConnected = true;
    this.deadline = Infinity;
    this.#user?.connected();
  }

  /**
   * A target may answer before it has the whole request, and close: the next write fails, and the answer is
   * what arrives in the turn of the event loop that follows. Without one, the connection is over.
   */
  #onError(): void {
    if (this.socket.destroyed) return;
    this.deaf = true;
    setImmediate(() => {
      if (!this.answered || this.#user === undefined || this.#tunnel) this.socket.destroy();
      else this.#lookForEnd();
    });
  }

  /** After a failed write Node does not tell any more that the other side has ended. */
  #lookForEnd(): void {
    if (this.#user === undefined || this.socket.destroyed) return;
    if (hasEnded(this.socket)) this.#onEnd();
    else setTimeout(() => this.#lookForEnd(), LOOK_AGAIN).unref();
  }

  #onEnd(): void {
    if (this.#tunnel && this.#user !== undefined && !this.socket.writableEnded) {
      this.#user.halfClosed();
      return;
    }
    const complete = this.#inBody && !this.#tunnel && this.#body.endsWithConnection();
    if (this.#user === undefined) this.socket.destroy();
    else if (complete) this.#complete(false);
    else this.#fail("closed");
  }

  #onClose(): void {
    this.#deadlines.delete(this);
    this.#home.forget(this);
    if (this.#user !== undefined) this.#fail(this.isConnected ? "closed" : "unreachable");
  }

  #fail(reason: TargetFailure): void {
    const user = this.#user;
    this.#user = undefined;
    this.socket.destroy();
    user?.failed(reason, this);
  }

  /** @returns whether to go on reading, as `onread` wants it. */
  #read(received: Buffer, size: number): boolean {
    if (this.#user === undefined) {
      // Nobody asked: what a target says now must not become the answer to the next request.
      this.socket.destroy();
      return true;
    }
    this.answered = true;
    let bytes = received;
    let to = size;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, received.subarray(0, size)]);
      to = bytes.length;
      this.#rest = undefined;
    }
    try {
      return this.#take(bytes, to, this.#user);
    } catch (error) {
      if (!(error instanceof MessageRefused)) throw error;
      this.#fail("invalid");
      return true;
    }
  }

  #take(bytes: Buffer, to: number, user: TargetUser): boolean {
    let from = 0;
    while (!this.#inBody) {
      const end = from < to ? this.#head.parse(bytes, from, to) : INCOMPLETE;
      if (end === INCOMPLETE) {
        if (from < to) this.#rest = Buffer.from(bytes.subarray(from, to));
        return this.#wait(user);
      }
      from = end;
      this.#readHead(user);
    }
    if (this.#tunnel) user.toClient.data(bytes, from, to);
    else {
      from = this.#body.read(bytes, from, to, user.toClient);
      if (this.#body.done) {
        // More than was asked for: nothing on this connection can be trusted any more.
        this.#complete(this.#reusable && from === to);
        return true;
      }
    }
    return this.#wait(user);
  }

  #wait(user: TargetUser): boolean {
    if (user.flush()) {
      // A target that answers before it has the whole request waits for the client, not the other way round.
      if (user.requestEnded && !this.#tunnel) this.expectProgress();
      return true;
    }
    this.expectNothing();
    this.socket.pause();
    return false;
  }

  #readHead(user: TargetUser): void {
    const head = this.#head;
    const { fields, status } = head;
    if (status < 200 || status === 204) {
      if (fields.contentLength > 0) throw new MessageRefused(502, "a body where none can be");
    }
    if (status === 101) {
      if (!user.switched(head)) throw new MessageRefused(502, "a switch of protocols that nobody asked for");
      this.#tunnel = true;
      this.#inBody = true;
      this.deadline = Infinity;
    } else if (status < 200) {
      user.interim(head);
      head.reset();
    } else {
      const framing = framingOf(head, user.isHead);
      this.#body.begin(framing, fields.contentLength);
      this.#inBody = true;
      this.#reusable = framing !== "until-close" && !fields.close && (!head.old || fields.keepAlive);
      user.begins(head, framing);
    }
  }

  #complete(reusable: boolean): void {
    const user = this.#user!;
    this.#user = undefined;
    this.#inBody = false;
    this.#head.reset();
    if (reusable && user.requestEnded) {
      this.reused = true;
      this.expectProgress();
      this.#home.release(this);
    } else this.socket.destroy();
    user.completed();
  }
}

/** RFC 9112 section 6.3, for responses. */
function framingOf(head: ResponseHead, isHead: boolean): Framing {
  if (isHead || head.status === 204 || head.status === 304) return "none";
  if (head.fields.chunked) return "chunked";
  return head.fields.contentLength === -1 ? "until-close" : "length";
}
