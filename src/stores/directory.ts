import { PlumblineError } from "#model/errors.ts";
import type { Account } from "./account.ts";

/** The coded error where a directory cannot be made or written for a reason of the system's, else the error itself. */
export function unmakeable(error: unknown, directory: string, account: Account | undefined): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR") {
    return new PlumblineError(
      "DIRECTORY_UNWRITABLE",
      `${directory} cannot be made${account ? ` for the user ${account.name}` : ""}: ${message}.`,
      "Choose a state directory that can be written, or make this one writable.",
      { cause: error },
    );
  }
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new PlumblineError(
    "DISK_FULL",
    `${directory} cannot be made: ${message}.`,
    "Free space on that disk, or put the state directory on another one.",
    { cause: error },
  );
}
