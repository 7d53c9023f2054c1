import type { PlumblineError } from "#model/errors.ts";
import { failureOf, type KnownFailure } from "../output.ts";

const KNOWN: readonly KnownFailure[] = [
  {
    says: /error while loading shared libraries|Library not loaded|image not found/,
    code: "STORE_PROGRAM_UNUSABLE",
    remedy: "Install MariaDB anew (`plumbline install mariadb`), or name another one with PLUMBLINE_MARIADB.",
  },
  {
    says: /Unable to lock \.\/ibdata1|Can't lock aria control file/,
    code: "DATA_IN_USE",
    remedy: "Stop the twin that it belongs to with `plumbline down`, or end the process that uses it.",
  },
  {
    says: /Upgrade after a crash is not supported|Unsupported redo log format|is too new|created with (?:MariaDB|MySQL) [\d.]+/i,
    code: "DATA_OTHER_VERSION",
    remedy: "Use the MariaDB that wrote the data, or forget it with `plumbline down --purge`.",
  },
  {
    says: /Error while setting value|unknown option|ambiguous option|Unknown suffix|invalid value/i,
    code: "SETTING_REFUSED",
    remedy: "Correct the store's parameters; MariaDB's message names the one it does not accept.",
  },
];

/** The coded error for a program that failed, with the end of what it said itself. */
export function failure(what: string, output: string, otherwise = "STORE_START_FAILED"): PlumblineError {
  const remedy = "MariaDB's own message above says why. Mend that, then run the command again.";
  return failureOf(what, output, KNOWN, { code: otherwise, remedy });
}
