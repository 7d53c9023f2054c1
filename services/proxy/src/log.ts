import { destination, type Logger, pino } from "pino";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** JSON lines on stdout. */
export function createLog(level: string, base: { readonly zone: string; readonly replica: string }): Logger {
  return pino({ level, base }, destination({ dest: 1, sync: true }));
}

/** For what fails before there is a configuration. */
export function fail(message: string): never {
  process.stdout.write(`${JSON.stringify({ level: 60, time: Date.now(), msg: message })}\n`);
  process.exit(1);
}
