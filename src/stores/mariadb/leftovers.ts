import { readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { PID_FILE } from "./configure.ts";

/**
 * Refuses a data directory on which a server runs, and clears what one that was killed left: its number may by now belong
 * to any other program. Elsewhere than on Linux InnoDB's own lock on its files refuses, later.
 * @throws PlumblineError DATA_IN_USE
 */
export function clearLeftovers(directory: string): void {
  const pid = runningOn(directory);
  if (pid !== undefined) {
    throw new PlumblineError(
      "DATA_IN_USE",
      `MariaDB (process ${pid}) is running on ${directory}.`,
      "Stop the twin that it belongs to with `plumbline down`, or end that process.",
    );
  }
  rmSync(join(directory, PID_FILE), { force: true });
}

/** The process that wrote the file, if its working directory is this one: that cannot belong to a stranger. */
function runningOn(directory: string): number | undefined {
  const pid = recordedPid(directory);
  if (pid === undefined) return undefined;
  const real = orUndefined(() => realpathSync(directory));
  return real !== undefined && orUndefined(() => readlinkSync(`/proc/${pid}/cwd`)) === real ? pid : undefined;
}

/** The number that a server writes down when it is about to take connections. */
export function recordedPid(directory: string): number | undefined {
  const pid = Number.parseInt(orUndefined(() => readFileSync(join(directory, PID_FILE), "utf8")) ?? "", 10);
  return pid > 0 ? pid : undefined;
}

/** Files and processes may go between two looks at them. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
