// The gateway: `node services/gateway/src/main.ts`, told everything by its environment.
import { ConfigError } from "../../proxy/src/environment.ts";
import { listen, live } from "../../proxy/src/life.ts";
import { fail } from "../../proxy/src/log.ts";
import { buildApp } from "./app.ts";
import { type Config, readConfig } from "./config.ts";

function configure(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}

const config = configure();
const app = buildApp(config);
const { host } = config.life;
if (config.metricsPort !== undefined) {
  const address = await listen(app.metrics.serve(), host, config.metricsPort).catch((error: Error) =>
    fail(`${host}:${config.metricsPort} could not be opened: ${error.message}`),
  );
  app.log.info(address, "metrics can be read");
}
await live(app, config.life);
