// One process of the service: all of it, or one of several workers that share its port.
import { flushCompileCache } from "node:module";
import { setTimeout as delay } from "node:timers/promises";

import { buildApp } from "./app.ts";
import { measureProcess } from "./observability/metrics.ts";
import { serveMetrics } from "./observability/server.ts";
import { fail, failOfConfig, readConfigOrExit } from "./configure.ts";
import { isWorker, lendMetrics, showLife } from "./workers/worker.ts";

const config = readConfigOrExit();
if (isWorker) showLife();
const { server, instruments, drain } = await buildApp(config).catch(failOfConfig);

let stopping = false;
async function stop(signal: NodeJS.Signals): Promise<void> {
  if (stopping) return;
  stopping = true;
  server.log.info({ signal }, "shutting down");
  setTimeout(() => {
    server.log.error({ deadline: config.shutdownDeadline }, "requests or connections outlived the deadline");
    process.exit(1);
  }, config.shutdownDeadline).unref();
  drain();
  await delay(config.drainDelay);
  await server.close();
  server.log.info("stopped");
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);

/** Opens a port; the process ends where that fails. */
async function open(port: number, listen: () => Promise<unknown>): Promise<void> {
  try {
    await listen();
  } catch (error) {
    fail(`${config.host}:${port} could not be opened: ${(error as Error).message}`);
  }
}

const { host, port } = config;
const { metricsPort } = config.observability;
if (metricsPort !== undefined) {
  await open(metricsPort, async () => {
    measureProcess(instruments);
    if (isWorker) return lendMetrics(instruments.registry);
    const metrics = await serveMetrics(instruments.registry, { host, port: metricsPort });
    server.log.info(metrics.address() as object, "metrics can be read");
    // What was counted can be read until the last answer is sent; a scrape holds nobody up.
    server.addHook("onClose", () => metrics.close());
  });
}
await open(port, () => server.listen({ host, port }));
// Whoever starts next finds the code compiled, also where this process is killed: what strips the types takes 25 MiB for as
// long as a process runs. Nothing happens where NODE_COMPILE_CACHE is not set.
flushCompileCache();
