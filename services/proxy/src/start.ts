import { flushCompileCache } from "node:module";

import { ConfigError } from "./environment.ts";
import { type LifeSettings, listen, live, type Living } from "./life.ts";
import { fail } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** A service without a port: what it serves, what is counted of it, and what ends it. */
export interface App extends Living {
  readonly metrics: Metrics;
}

interface Settings {
  readonly life: LifeSettings;
  /** Port of /metrics, of its own; undefined is none. */
  readonly metricsPort: number | undefined;
}

/** Runs a service by what its environment says, until a signal ends it. The process ends where the environment is wrong. */
export async function start<Config extends Settings>(
  readConfig: (environment: NodeJS.ProcessEnv) => Config,
  buildApp: (config: Config) => App,
): Promise<void> {
  const config = configured(readConfig);
  const app = buildApp(config);
  const { host } = config.life;
  if (config.metricsPort !== undefined) {
    const address = await listen(app.metrics.serve(), host, config.metricsPort).catch((error: Error) =>
      fail(`${host}:${config.metricsPort} could not be opened: ${error.message}`),
    );
    app.log.info(address, "metrics can be read");
  }
  await live(app, config.life);
  // Whoever starts next finds the code compiled, also where this process is killed: without it, what strips the types
  // takes 25 MiB for as long as a process runs. Nothing happens where NODE_COMPILE_CACHE is not set.
  flushCompileCache();
}

function configured<Config>(readConfig: (environment: NodeJS.ProcessEnv) => Config): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}
