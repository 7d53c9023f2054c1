import { PlumblineError } from "#model/errors.ts";

/** A file of a backup is not what was written: the message names it. */
export function corrupt(file: string, how: string, cause?: unknown): PlumblineError {
  return new PlumblineError(
    "BACKUP_CORRUPT",
    `${file} is not what was backed up: ${how}.`,
    "Restore from another backup or from the copy in another region; `plumbline backup --list` names them.",
    { cause },
  );
}
