import type { FastifyBaseLogger } from "fastify";

import type { Access } from "../access/access.ts";
import type { Config } from "../config.ts";
import type { Pools } from "../database/pools.ts";
import type { Pipeline } from "../decisions/pipeline.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { MakeChange } from "../rule-sets/changes.ts";
import { TransactionBody } from "../transactions/schema.ts";
import { createUploadActs } from "./acts.ts";
import { openBucket } from "./bucket/open.ts";
import { createRowDecider, type ValidateBody } from "./decide-row.ts";
import { createReceiver } from "./receiver.ts";
import { uploadRoutes } from "./routes.ts";
import { createRunner } from "./runner.ts";

export interface UploadsParts {
  config: Config;
  pools: Pools;
  pipeline: Pipeline;
  access: Access;
  change: MakeChange;
  log: FastifyBaseLogger;
  now: () => number;
}

/** Files of payments: taken into a bucket, validated, and their results read. */
export interface Uploads {
  /**
   * Registers /v1/uploads; without a bucket no file is taken. Once the server is ready, what waits is taken up, unless
   * none is to be validated on this replica.
   */
  routes(app: FastifyTypeBox): void;
  /** Those that are validated on this replica at the moment. */
  readonly running: number;
  stop(): Promise<void>;
}

export async function createUploads(parts: UploadsParts): Promise<Uploads> {
  const { config, pools, pipeline, access, change, log, now } = parts;
  const { uploads: limits, cacheUrl, storeDeadline } = config;
  const { bucketUrl, share, concurrency } = limits;
  const pool = pools.administration;
  const bucket = bucketUrl === undefined ? undefined : await openBucket(bucketUrl);
  const decider = createRowDecider(pipeline, now);
  const runner =
    bucket === undefined || share === 0
      ? undefined
      : createRunner({ validating: { pool, bucket, decider, concurrency, share }, cacheUrl, log });
  const acts = createUploadActs(change, pool, storeDeadline);
  const receiver = createReceiver({ bucket, acts, limits, log, onStored: (id) => runner?.announce(id) });

  return {
    routes(app) {
      uploadRoutes(app, { pool, acts, access, receiver });
      app.addHook("onReady", async () => {
        // The check that the body of a request gets.
        const route = { schema: TransactionBody, method: "POST", url: "/v1/transactions", httpPart: "body" };
        decider.checkBy(app.validatorCompiler?.(route) as ValidateBody);
        await runner?.start();
      });
    },
    get running() {
      return runner?.running ?? 0;
    },
    async stop() {
      await runner?.stop();
      bucket?.close();
    },
  };
}
