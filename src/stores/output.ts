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

/** What a store's program says when something is wrong that has a code and a remedy of its own. */
export interface KnownFailure {
  readonly says: RegExp;
  readonly code: string;
  readonly remedy: string;
}

/** What the system says through any program. */
const OF_THE_SYSTEM: readonly KnownFailure[] = [
  {
    says: /No space left on device|Disk quota exceeded/,
    code: "DISK_FULL",
    remedy: "Free space on that disk, or put the state directory on another one.",
  },
  {
    says: /Address already in use/,
    code: "PORT_TAKEN",
    remedy: "Stop the program that listens there (`ss -ltnp` names it), or give the twin other addresses.",
  },
  {
    says: /Permission denied|Read-only file system|Operation not permitted/,
    code: "DIRECTORY_UNWRITABLE",
    remedy: "Give the directory to the user that runs the store, or choose another state directory.",
  },
];

/** The coded error for a program that failed, with the end of what it said itself. */
export function failureOf(
  what: string,
  output: string,
  known: readonly KnownFailure[],
  otherwise: Omit<KnownFailure, "says">,
): PlumblineError {
  const { code, remedy } = [...known, ...OF_THE_SYSTEM].find(({ says }) => says.test(output)) ?? otherwise;
  const said = output.trim().split("\n").slice(-8).join("\n");
  return new PlumblineError(code, said ? `${what} It said:\n${said}` : `${what} It said nothing.`, remedy);
}
