import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { readFileSync } from "node:fs";

import type { Config } from "./config.ts";
import { readMigrations } from "./database/migrator.ts";
import { openPools } from "./database/pools.ts";
import { createReadiness } from "./health/readiness.ts";
import { healthRoutes } from "./health/routes.ts";
import { createServer, refuseOtherMethods } from "./http/server.ts";
import { createBatchWriter } from "./transactions/batch-writer.ts";
import { createRecorder } from "./transactions/idempotency.ts";
import { createRepository, type DecisionRow, type StoredDecision } from "./transactions/repository.ts";
import { transactionRoutes } from "./transactions/routes.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

export interface App {
  server: FastifyInstance;
  /** From now on /readyz says 503 and connections are not kept alive; everything is still answered. */
  drain(): void;
}

/** The whole service without a port: `server.listen` opens one, `server.inject` does without, `server.close` ends it. */
export async function buildApp(config: Config, now: () => number = Date.now): Promise<App> {
  const server = createServer(config);
  const pools = openPools(config, server.log);
  const repository = createRepository(pools, config);
  const readiness = createReadiness(pools.lookup, (await readMigrations()).length);
  const batches = createBatchWriter<DecisionRow, StoredDecision>({
    write: repository.write,
    maxRows: config.batchRows,
    maxInFlight: config.writerConnections,
    maxQueued: config.queueRows,
    deadline: config.storeDeadline,
    onFailure: (error, rows) => server.log.warn({ err: error, rows }, "a batch was not stored; trying again"),
  });

  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Transaction validator",
        version,
        description: "Decides payment transactions, durably.",
      },
    },
  });
  await server.register(async (scope) => {
    const app = scope.withTypeProvider<TypeBoxTypeProvider>();
    healthRoutes(app, { zone: config.zone, version, readiness });
    transactionRoutes(app, {
      policy: config.policy,
      recorder: createRecorder(batches.add),
      repository,
      readDeadline: config.storeDeadline,
      now,
    });
    app.get("/openapi.json", { schema: { hide: true } }, () => server.swagger());
    refuseOtherMethods(app, "/openapi.json", ["GET", "HEAD"]);
  });

  let draining = false;
  server.addHook("onSend", (_request, reply, payload, done) => {
    if (draining) reply.header("connection", "close");
    done(null, payload);
  });
  // Runs after the last request was answered, so every batch has been flushed already; idle() is for
  // requests whose clients went away.
  server.addHook("onClose", async () => {
    await batches.idle();
    await pools.close();
  });

  return {
    server,
    drain() {
      draining = true;
      readiness.drain();
    },
  };
}
