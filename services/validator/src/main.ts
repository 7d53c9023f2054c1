// The service: `node services/validator/src/main.ts`, told everything by its environment.
import { setTimeout as delay } from "node:timers/promises";

import { buildApp } from "./app.ts";
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
const { server, drain } = await buildApp(config);

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

try {
  await server.listen({ host: config.host, port: config.port });
} catch (error) {
  fail(`${config.host}:${config.port} could not be opened: ${(error as Error).message}`);
}
