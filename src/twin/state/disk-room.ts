import { statfsSync } from "node:fs";
import { PlumblineError } from "#model/errors.ts";

/** A segment of PostgreSQL's write-ahead log, which it needs whole at any time. */
const LEAST_BYTES = 16 * 2 ** 20;

/** @throws PlumblineError DISK_FULL where what has failed had no room to succeed, or to say why. */
export function assertRoom(folder: string, failed: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= LEAST_BYTES) return;
  throw new PlumblineError(
    "DISK_FULL",
    `${failed}\nThere is no space left on the disk of ${folder}: ${(free / 2 ** 20).toFixed(1)} MiB.`,
    "Free space on that disk, or put the state directory on another one.",
  );
}
