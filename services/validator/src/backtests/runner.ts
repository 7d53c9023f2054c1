import { randomUUID } from "node:crypto";
import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";

import type { Pool } from "../database/session.ts";
import { claimBacktest, failBacktest, releaseClaim, type ClaimedBacktest } from "./claims.ts";
import { BacktestFailure } from "./failure.ts";
import type { WorkerEnd, WorkerTask } from "./worker.ts";

export interface RunnerParts {
  readonly pool: Pool;
  /** What a thread is told beside its backtest. */
  readonly task: Omit<WorkerTask, "job">;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

/** Runs backtests on this replica, one at a time, each in a thread of its own. */
export interface Runner {
  start(): void;
  /** There may be something to run. */
  poke(): void;
  /** Backtests that run here at the moment. */
  readonly running: number;
  /** Ends; a backtest that runs goes on elsewhere, or here after the next start, from its last checkpoint. */
  stop(): Promise<void>;
}

/** Milliseconds between two looks for something to run. */
const POLL = 2000;
/** Claims without progress after which a backtest is given up. */
const MOST_ATTEMPTS = 3;
/** MiB of the thread's heap: what is beyond ends the thread, and not the replica. */
const HEAP = 1024;

const PROGRAM = join(import.meta.dirname, `worker${extname(import.meta.filename)}`);

export function createRunner({ pool, task, log }: RunnerParts): Runner {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let threads = 0;

  function look(): void {
    if (signal.aborted) return;
    clearTimeout(timer);
    running ??= runAll().finally(() => {
      running = undefined;
      // Replicas that started together do not look together.
      if (!signal.aborted) timer = setTimeout(look, POLL * (0.75 + 0.25 * Math.random()));
    });
  }

  async function runAll(): Promise<void> {
    try {
      for (let job; !signal.aborted && (job = await claimBacktest(pool, randomUUID()));) await runOne(job);
    } catch (error) {
      // Nothing is lost: the database has what is to be run, and this looks again.
      log.warn({ err: error }, "backtests could not be looked for");
    }
  }

  async function runOne(job: ClaimedBacktest): Promise<void> {
    const { id: backtest, version, done, attempts } = job;
    if (attempts > MOST_ATTEMPTS) {
      await fail(
        job,
        new BacktestFailure("gave_up", "the log of the replicas says why; a shorter time may do"),
      );
      return;
    }
    log.info({ backtest, version, done }, "a backtest runs");
    threads++;
    const ended = await runThread({ ...task, job }, signal);
    threads--;
    if (ended.end === "failed") await fail(job, ended);
    else if (ended.end === "broken") {
      if (!signal.aborted) log.warn({ backtest, reason: ended.message }, "a backtest broke off");
      await releaseClaim(pool, job, !signal.aborted);
    } else log.info({ backtest }, "a backtest is over");
  }

  async function fail(
    job: ClaimedBacktest,
    { code, message }: { code: string; message: string },
  ): Promise<void> {
    log.warn({ backtest: job.id, code, reason: message }, "a backtest failed");
    await failBacktest(pool, job, code, message);
  }

  return {
    start: look,
    poke: look,
    get running() {
      return threads;
    },
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

/** Resolves when the thread has ended, whatever ended it. */
function runThread(task: WorkerTask, signal: AbortSignal): Promise<WorkerEnd> {
  const { promise, resolve } = Promise.withResolvers<WorkerEnd>();
  const thread = new Worker(PROGRAM, {
    workerData: task,
    // The replica's flags are not the thread's.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP },
  });
  const stop = () => void thread.terminate();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  let end: WorkerEnd = { end: "broken", message: "the thread was ended" };
  thread.on("message", (told: WorkerEnd) => (end = told));
  thread.on("error", ({ message }) => (end = { end: "broken", message }));
  thread.on("exit", () => {
    signal.removeEventListener("abort", stop);
    resolve(end);
  });
  return promise;
}
