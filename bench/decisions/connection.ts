import { connect, type Socket } from "node:net";

export interface ConnectionEvents {
  /** The answer is there: the connection is free again. */
  answered(connection: Connection, status: number): void;
  /** The connection broke; what it was asked has no answer. */
  broken(connection: Connection): void;
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
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  /** The part of an answer that is there. */
  #begun = "";

  constructor(host: string, port: number, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: READ,
        callback: (length, buffer) => {
          this.#read((buffer as Buffer).toString("latin1", 0, length));
          return true;
        },
      },
    });
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => events.broken(this));
  }

  /** Resolves when it is connected. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => this.#socket.once("connect", resolve).once("error", reject));
  }

  send(request: string): void {
    this.busy = true;
    this.#socket.write(request, "latin1");
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    const answer = this.#begun + text;
    const end = answer.indexOf("\r\n\r\n");
    const length = end === -1 ? -1 : Number(/\r\ncontent-length: (\d+)/i.exec(answer)?.[1]);
    if (Number.isNaN(length)) throw new Error(`An answer does not tell its length: ${answer.slice(0, end)}`);
    if (end === -1 || answer.length < end + 4 + length) {
      this.#begun = answer;
      return;
    }
    this.#begun = "";
    this.busy = false;
    this.#events.answered(this, Number(answer.slice(9, 12)));
  }
}
