import { randomUUID } from "node:crypto";

import { isFaultOfRows } from "../database/errors.ts";
import type { Pool } from "../database/session.ts";
import { claimUpload, failUpload, listFree, releaseClaim, type ClaimedUpload } from "./claims.ts";
import { FileFault } from "./formats/row.ts";
import type { UploadQueue } from "./queue.ts";
import { validateUpload, type ValidateParts } from "./validate.ts";

export interface RunnerParts {
  readonly validating: ValidateParts;
  /** Redis of the queue; without, uploads are found in PostgreSQL only. */
  readonly cacheUrl: string | undefined;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

/** Validates uploads on this replica, one at a time. */
export interface Runner {
  start(): Promise<void>;
  /** An upload waits. */
  announce(id: string): void;
  readonly running: number;
  /** Ends; an upload that runs goes on elsewhere, or here after the next start, from its last row. */
  stop(): Promise<void>;
}

/** Milliseconds between two looks for uploads that wait. */
const SWEEP = 2000;
/** Uploads that are looked at in one sweep. */
const MOST = 100;
/** Claims without progress after which an upload is given up. */
const MOST_ATTEMPTS = 5;
/** Milliseconds before another attempt. */
const WAIT = 2000;

export function createRunner({ validating, cacheUrl, log }: RunnerParts): Runner {
  const { pool }: { pool: Pool } = validating;
  const stopping = new AbortController();
  const { signal } = stopping;
  let queue: UploadQueue | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;
  let running: Promise<void> | undefined;

  function run(id: string): Promise<void> {
    // Its turn comes again: the upload still waits in PostgreSQL.
    if (signal.aborted || running !== undefined) return Promise.resolve();
    running = attempt(id).finally(() => (running = undefined));
    return running;
  }

  async function attempt(id: string): Promise<void> {
    try {
      const job = await claimUpload(pool, id, randomUUID());
      if (job !== undefined) await runClaimed(job);
    } catch (error) {
      // Nothing is lost: the claim runs out, and the upload waits again.
      log.warn({ err: error, upload: id }, "an upload could not be taken up");
    }
  }

  async function runClaimed(job: ClaimedUpload): Promise<void> {
    const { id: upload, done, attempts } = job;
    if (attempts > MOST_ATTEMPTS) {
      const message = "was given up after several attempts; the log of the replicas says why";
      await failUpload(pool, job, { code: "gave_up", message, place: undefined });
      return;
    }
    log.info({ upload, done }, "an upload is validated");
    try {
      await validateUpload(job, validating, signal);
      log.info({ upload }, "the validation of an upload is over");
    } catch (error) {
      if (error instanceof FileFault) {
        const { code, message, place } = error;
        log.info({ upload, code, place }, "an upload was refused");
        await failUpload(pool, job, { code, message, place });
        return;
      }
      if (!signal.aborted) log.warn({ err: error, upload }, "the validation of an upload broke off");
      await releaseClaim(pool, job, { wait: signal.aborted ? 0 : WAIT, countsAsAttempt: mayRepeat(error) });
    }
  }

  // Whatever the queue has forgotten is told to it again; and where it is away, this replica goes on without.
  async function sweep(): Promise<void> {
    for (const id of await listFree(pool, MOST)) {
      if (signal.aborted) return;
      const isQueued = queue !== undefined && (await added(queue, id));
      if (!isQueued) await run(id);
    }
  }

  function look(): void {
    if (signal.aborted) return;
    clearTimeout(timer);
    sweeping ??= sweep()
      .catch((error: unknown) => log.warn({ err: error }, "uploads could not be looked for"))
      .finally(() => {
        sweeping = undefined;
        // Replicas that started together do not look together.
        if (!signal.aborted) timer = setTimeout(look, SWEEP * (0.75 + 0.25 * Math.random()));
      });
  }

  return {
    async start() {
      if (cacheUrl !== undefined) {
        // Read where it is used: BullMQ takes about 20 MiB.
        const { openQueue } = await import("./queue.ts");
        queue = openQueue({ url: cacheUrl, run, log });
      }
      look();
    },
    announce(id) {
      if (queue === undefined) look();
      else void added(queue, id).then((isAdded) => isAdded || look());
    },
    get running() {
      return running === undefined ? 0 : 1;
    },
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await sweeping;
      await running;
      await queue?.close();
    },
  };
}

/** Whether the next attempt is likely to fail as this one did. */
function mayRepeat(error: unknown): boolean {
  return isFaultOfRows(error) || error instanceof TypeError || error instanceof RangeError;
}

async function added(queue: UploadQueue, id: string): Promise<boolean> {
  return queue.add(id).then(
    () => true,
    () => false,
  );
}
