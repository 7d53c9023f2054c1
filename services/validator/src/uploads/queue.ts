import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

import { within } from "../database/backoff.ts";

/** Tells the replicas which uploads wait. It may forget: PostgreSQL has the truth, and uploads are told again. */
export interface UploadQueue {
  /** Tells of an upload; nothing happens where it has been told already. Rejects where Redis is away. */
  add(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface UploadQueueParts {
  readonly url: string;
  /** Runs an upload to its end or gives it up; never rejects. */
  readonly run: (id: string) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void };
}

const NAME = "uploads";
/** Keys in Redis begin with it. */
const PREFIX = "validator:queue";
/** Milliseconds until a connection must stand, and until a command must be answered. */
const TIMEOUT = 2000;
/** Milliseconds: a job whose worker has died is another worker's after about two of these. */
const LOCK = 10_000;

/** A queue of BullMQ in Redis, and the worker of this replica, which takes one upload at a time. */
export function openQueue({ url, run, log }: UploadQueueParts): UploadQueue {
  // What is added while Redis is away is refused at once: whoever adds has another way.
  const connection = { connectTimeout: TIMEOUT, retryStrategy: () => 1000 };
  const adding = new Redis(url, { ...connection, enableOfflineQueue: false, commandTimeout: TIMEOUT });
  const queue = new Queue(NAME, {
    prefix: PREFIX,
    connection: adding,
    skipVersionCheck: true,
    skipMetasUpdate: true,
  });
  const worker = new Worker(NAME, async ({ data }: { data: { id: string } }) => run(data.id), {
    prefix: PREFIX,
    connection: { ...connection, url, maxRetriesPerRequest: null },
    skipVersionCheck: true,
    concurrency: 1,
    lockDuration: LOCK,
    stalledInterval: LOCK,
    // After Redis was away.
    runRetryDelay: 1000,
  });
  let isWarned = false;
  const warn = (error: Error) => {
    if (!isWarned)
      log.warn({ reason: error.message }, "the queue of uploads is away; they go on from the database");
    isWarned = true;
  };
  adding.on("error", warn);
  queue.on("error", warn);
  worker.on("error", warn);
  worker.on("ready", () => (isWarned = false));

  return {
    async add(id) {
      // Its id is the upload's: one that waits or runs is not added again. Ended jobs are forgotten at once.
      const kept = { removeOnComplete: true, removeOnFail: true };
      await queue.add("validate", { id }, { jobId: id, ...kept });
    },
    async close() {
      // Nobody waits for a Redis that is away.
      const closing = Promise.all([worker.close(true), queue.close()]);
      await within(TIMEOUT, closing, () => new Error("Redis did not answer")).catch(() => {});
      adding.disconnect();
    },
  };
}
