import { type Config, ConfigError, readConfig } from "./config.ts";

/** Says in a line of the log why the process cannot go on, and ends it. */
export function fail(message: string): never {
  process.stdout.write(`${JSON.stringify({ level: 60, time: Date.now(), msg: message })}\n`);
  process.exit(1);
}

/** What the environment says; the process ends where it does not make a configuration. */
export function readConfigOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    return failOfConfig(error);
  }
}

/** Ends the process where the error says that the environment does not make a configuration. */
export function failOfConfig(error: unknown): never {
  if (error instanceof ConfigError) fail(error.message);
  throw error;
}
