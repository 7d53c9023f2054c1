import { close, open, write } from "node:fs";
import { LF } from "../http/characters.ts";

/** How long lines wait for others, in milliseconds, and what is written at the latest when it comes together. */
const INTERVAL = 250;
const BATCH = 64 * 1024;

/**
 * A file that lines are appended to in batches, away from those who log. A line is copied into a buffer at once: as
 * text it would outlive the request, and the collector would move it about. One write is under way at a time, in
 * Node's thread pool; what comes meanwhile waits, up to a limit. Lines beyond that, and those of a write that failed
 * (a full disk), are dropped and counted, and requests go on.
 */
export class LogFile {
  readonly path: string;
  readonly limit: number;
  readonly #dropped: (lines: number) => void;
  /** Batches that wait for the one that is being written. */
  readonly #full: Buffer[] = [];
  /** The batch that is being filled, and how much of it is. */
  #batch: Buffer | undefined;
  #used = 0;
  /** A batch that was written and can be filled again. */
  #spare: Buffer | undefined;
  /** Bytes in all batches, also in the one that is being written. */
  #held = 0;
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
    const { length } = line;
    if (this.#held + length > this.limit) {
      this.#dropped(1);
      return;
    }
    if (this.#batch !== undefined && this.#used + length > this.#batch.length) this.#finishBatch();
    this.#batch ??= this.#emptyBatch(length);
    this.#used += this.#batch.write(line, this.#used, "latin1");
    this.#held += length;
    if (this.#writing) return;
    if (this.#full.length > 0) this.#write();
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

  #emptyBatch(size: number): Buffer {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare !== undefined && size <= BATCH ? spare : Buffer.allocUnsafeSlow(Math.max(BATCH, size));
  }

  #finishBatch(): void {
    if (this.#batch === undefined) return;
    this.#full.push(this.#batch.subarray(0, this.#used));
    this.#batch = undefined;
    this.#used = 0;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#full.length === 0) this.#finishBatch();
    const bytes = this.#full.shift();
    if (bytes === undefined) {
      this.#end();
      return;
    }
    this.#writing = true;
    if (this.#file !== undefined) this.#writeTo(this.#file, bytes, 0);
    else {
      open(this.path, "a", 0o640, (error, file) => {
        if (error) this.#wrote(bytes, 0);
        else {
          this.#file = file;
          this.#writeTo(file, bytes, 0);
        }
      });
    }
  }

  #writeTo(file: number, bytes: Buffer, offset: number): void {
    write(file, bytes, offset, bytes.length - offset, null, (error, written) => {
      if (error) this.#wrote(bytes, offset);
      else if (offset + written < bytes.length) this.#writeTo(file, bytes, offset + written);
      else this.#wrote(bytes, bytes.length);
    });
  }

  /** @param written how much of `bytes` is in the file; the rest is lost. */
  #wrote(bytes: Buffer, written: number): void {
    const lost = bytes.subarray(written).filter((byte) => byte === LF).length;
    if (lost > 0) this.#dropped(lost);
    this.#held -= bytes.length;
    if (bytes.buffer.byteLength === BATCH) this.#spare = Buffer.from(bytes.buffer);
    this.#writing = false;
    if (this.#closing !== undefined || this.#full.length > 0) this.#write();
    else if (this.#used > 0) this.#timer ??= setTimeout(() => this.#write(), INTERVAL).unref();
  }

  #end(): void {
    if (this.#closing === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) this.#closing();
    else close(file, this.#closing);
  }
}
