import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { PlumblineError } from "#model/errors.ts";

/** The end of what a file has gained since it was `from` bytes long. */
export function tailOf(file: string, from = 0, limit = 4096): string {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(from, size - limit);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    readSync(descriptor, buffer, 0, buffer.length, start);
    return buffer.toString("utf8").trim();
  } finally {
    closeSync(descriptor);
  }
}

const KNOWN: readonly { says: RegExp; code: string; remedy: string }[] = [
  {
    says: /No space left on device|Disk quota exceeded|could not extend file/,
    code: "DISK_FULL",
    remedy: "Free space on that disk, or put the state directory on another one.",
  },
  {
    says: /Address already in use/,
    code: "PORT_TAKEN",
    remedy: "Stop the program that listens there (`ss -ltnp` names it), or give the twin other addresses.",
  },
  {
    says: /error while loading shared libraries|Library not loaded|image not found/,
    code: "STORE_PROGRAM_UNUSABLE",
    remedy:
      "Install PostgreSQL anew, or name another installation with PLUMBLINE_POSTGRESQL_<major version>.",
  },
  {
    says: /Permission denied|Read-only file system|Operation not permitted/,
    code: "DIRECTORY_UNWRITABLE",
    remedy: "Give the directory to the user that runs the store, or choose another state directory.",
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
  const known = KNOWN.find(({ says }) => says.test(output));
  const said = output.trim().split("\n").slice(-8).join("\n");
  return new PlumblineError(
    known?.code ?? otherwise,
    said ? `${what} It said:\n${said}` : `${what} It said nothing.`,
    known?.remedy ?? "PostgreSQL's own message above says why. Mend that, then run the command again.",
  );
}
