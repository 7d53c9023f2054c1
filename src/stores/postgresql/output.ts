import type { PlumblineError } from "#model/errors.ts";
import { failureOf, type KnownFailure } from "../output.ts";

const KNOWN: readonly KnownFailure[] = [
  {
    says: /could not extend file/,
    code: "DISK_FULL",
    remedy: "Free space on that disk, or put the state directory on another one.",
  },
  {
    says: /error while loading shared libraries|Library not loaded|image not found/,
    code: "STORE_PROGRAM_UNUSABLE",
    remedy:
      "Install PostgreSQL anew, or name another installation with PLUMBLINE_POSTGRESQL_<major version>.",
  },
  {
    says: /data directory was initialized by PostgreSQL version|database files are incompatible with server/,
    code: "DATA_OTHER_VERSION",
    remedy:
      "Restore a backup into a new state directory, or declare the version that the data was made with.",
  },
  {
    says: /unrecognized configuration parameter|invalid value for parameter|is outside the valid range|configuration file .* contains errors/,
    code: "SETTING_REFUSED",
    remedy: "Correct the store's parameters; PostgreSQL's message names the one it does not accept.",
  },
];

/** The coded error for a program that failed, with the end of what it said itself. */
export function failure(what: string, output: string, otherwise = "STORE_START_FAILED"): PlumblineError {
  const remedy = "PostgreSQL's own message above says why. Mend that, then run the command again.";
  return failureOf(what, output, KNOWN, { code: otherwise, remedy });
}
