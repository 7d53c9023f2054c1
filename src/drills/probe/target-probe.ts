import { setTimeout as delay } from "node:timers/promises";
import { clock, type Sample } from "../samples.ts";
import { isMysql } from "../sql.ts";
import { HttpWriter } from "./http-writer.ts";
import type { ProbeState, ProbeTarget } from "./messages.ts";
import { MysqlWriter } from "./mysql-writer.ts";
import { SqlWriter } from "./sql-writer.ts";
import type { Writer } from "./writer.ts";

/** Several, so that one that waits for a connection to time out does not hide what the others see. */
const WRITERS = 4;
/** From the beginning of one write to that of the next, unless the answer takes longer. */
const PACE_MS = 20;
/** Short: whoever waits for a dead connection sees a recovery late. */
const TIMEOUT_MS = { http: 1000, sql: 500 } as const;

/** Writes to one target with several writers, and notes each write. */
export class TargetProbe {
  readonly samples: Sample[] = [];
  #target: ProbeTarget;
  readonly #sending = new Set<number>();
  #sequence = 0;
  #failed = 0;
  #lastFailureAt = clock();
  #lastError: string | null = null;
  #isStopped = false;

  constructor(target: ProbeTarget) {
    this.#target = target;
  }

  /** Returns when it was stopped, and the last write has ended. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: WRITERS }, (_, index) => this.#runWriter(index)));
  }

  stop(): void {
    this.#isStopped = true;
  }

  redirect(target: ProbeTarget): void {
    this.#target = target;
  }

  get state(): ProbeState {
    const oldest = Math.min(...this.#sending);
    const isStuck = clock() - oldest > TIMEOUT_MS[this.#target.kind] / 2;
    return {
      succeeded: this.samples.length - this.#failed,
      failed: this.#failed,
      wellSince: isStuck ? clock() : this.#lastFailureAt,
      lastError: this.#lastError,
    };
  }

  async #runWriter(index: number): Promise<void> {
    let target = this.#target;
    let writer = open(target);
    // Apart, so that their requests are spread over the time between.
    await delay((index * PACE_MS) / WRITERS);
    while (!this.#isStopped) {
      if (target !== this.#target) {
        writer.close();
        target = this.#target;
        writer = open(target);
      }
      const sample = await this.#write(writer);
      const rest = PACE_MS - (clock() - sample.sentAt);
      // A turn of the event loop at least: a refused connection must not make a busy loop.
      await delay(Math.max(sample.error === null ? 0 : 1, rest));
    }
    writer.close();
  }

  async #write(writer: Writer): Promise<Sample> {
    const sequence = this.#sequence++;
    const sentAt = clock();
    this.#sending.add(sentAt);
    const error = await writer.write(sequence).then(
      () => null,
      (reason: Error) => reason.message,
    );
    this.#sending.delete(sentAt);
    const sample = { sequence, sentAt, endedAt: clock(), error };
    this.samples.push(sample);
    if (error !== null) {
      this.#failed++;
      this.#lastFailureAt = sample.endedAt;
      this.#lastError = error;
    }
    return sample;
  }
}

function open(target: ProbeTarget): Writer {
  if (target.kind === "http") return new HttpWriter(target, TIMEOUT_MS.http);
  return isMysql(target.url)
    ? new MysqlWriter(target, TIMEOUT_MS.sql)
    : new SqlWriter(target, TIMEOUT_MS.sql);
}
