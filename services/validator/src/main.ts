// The service: `node services/validator/src/main.ts`, told everything by its environment.
import { setTimeout as delay } from "node:timers/promises";

import { buildApp } from "./app.ts";
import { measureProcess } from "./observability/metrics.ts";
import { serveMetrics } from "./observability/server.ts";
import { ConfigError, readConfig, type Config } from "./config.ts";

function fail(message: string): never {
  process.stdout.write(`${JSON.stringify({ level: 60, time: Date.now(), msg: message })}\n`);
  process.exit(1);
}

function configure(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}

const config = configure();
const { server, instruments, drain } = await buildApp(config);

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
    const metrics = await serveMetrics(instruments.registry, { host, port: metricsPort });
    server.log.info(metrics.address() as object, "metrics can be read");
    // What was counted can be read until the last answer is sent; a scrape holds nobody up.
    server.addHook("onClose", () => metrics.close());
  });
}
await open(port, () => server.listen({ host, port }));
