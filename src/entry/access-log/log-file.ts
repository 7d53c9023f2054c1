import { close, open, write } from "node:fs";

/** How long lines wait for others, in milliseconds, and what is written at the latest when it comes together. */
const INTERVAL = 250;
const BATCH = 64 * 1024;

/**
 * A file that lines are appended to in batches, away from those who log: a line is an addition to a text. One
 * write is under way at a time, in Node's thread pool; what comes meanwhile waits, up to a limit. Lines beyond
 * that, and those of a write that failed (a full disk), are dropped and counted, and requests go on.
 */
export class LogFile {
  readonly path: string;
  readonly limit: number;
  readonly #dropped: (lines: number) => void;
  #text = "";
  #lines = 0;
  #writing = false;
  #timer: NodeJS.Timeout | undefined;
  #file: number | undefined;
  #closing: (() => void) | undefined;

  /** @param limit in bytes. @param dropped is told how many lines were lost. */
  constructor(path: string, limit: number, dropped: (lines: number) => void) {
    this.path = path;
    this.limit = limit;
    this.#dropped = dropped;
  }

  /** @param line latin1, with its LF. */
  append(line: string): void {
    if (this.#text.length + line.length > this.limit) {
      this.#dropped(1);
      return;
    }
    this.#text += line;
    this.#lines++;
    if (this.#writing) return;
    if (this.#text.length >= BATCH) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), INTERVAL).unref();
  }

  /** Writes what is left. @param deadline in milliseconds, after which a disk that does not answer is left alone. */
  async close(deadline: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closing = resolve;
    const timer = setTimeout(resolve, deadline);
    if (!this.#writing) this.#write();
    await promise;
    clearTimeout(timer);
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === 0) {
      this.#end();
      return;
    }
    this.#writing = true;
    if (this.#file !== undefined) this.#writeTo(this.#file);
    else {
      open(this.path, "a", 0o640, (error, file) => {
        if (error) this.#wrote(this.#take().lines);
        else {
          this.#file = file;
          this.#writeTo(file);
        }
      });
    }
  }

  #writeTo(file: number): void {
    const bytes = Buffer.from(this.#take().text, "latin1");
    const from = (offset: number): void => {
      write(file, bytes, offset, bytes.length - offset, null, (error, written) => {
        if (error) this.#wrote(bytes.subarray(offset).filter((byte) => byte === 0x0a).length);
        else if (offset + written < bytes.length) from(offset + written);
        else this.#wrote(0);
      });
    };
    from(0);
  }

  #take(): { text: string; lines: number } {
    const taken = { text: this.#text, lines: this.#lines };
    this.#text = "";
    this.#lines = 0;
    return taken;
  }

  #wrote(lost: number): void {
    if (lost > 0) this.#dropped(lost);
    this.#writing = false;
    if (this.#closing !== undefined && lost === 0) this.#write();
    else if (this.#closing !== undefined) this.#end();
    else if (this.#text.length >= BATCH) this.#write();
    else if (this.#lines > 0) this.#timer ??= setTimeout(() => this.#write(), INTERVAL).unref();
  }

  #end(): void {
    if (this.#closing === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) this.#closing();
    else close(file, this.#closing);
  }
}
