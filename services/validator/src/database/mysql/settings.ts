import { readFileSync } from "node:fs";

import type { ConnectionOptions } from "mysql2";

/** The address cannot be used: what about it is wrong, without the password. */
export class MysqlAddressError extends Error {}

/** How much TLS a client asks for, by the words of MySQL's own clients and URIs. */
const SSL_MODES = ["DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"] as const;

/** Milliseconds that a connection is silent before the system asks whether the other side is still there. */
const KEEP_ALIVE = 5000;

/**
 * What mysql2 is told for mysql://user:password@host:port/database. `?ssl-mode=REQUIRED` encrypts, as RDS asks for where
 * `require_secure_transport` is on; VERIFY_CA and VERIFY_IDENTITY also check the certificate against `ssl-ca`, a file
 * (such as RDS's bundle), or else against the authorities of Node.js. Throws MysqlAddressError.
 */
export function settingsOf(address: string): ConnectionOptions {
  const url = new URL(address);
  const database = decodeURIComponent(url.pathname.slice(1));
  const ssl = tlsOf(url);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(database !== "" && { database }),
    ...(ssl && { ssl }),
    charset: "utf8mb4_bin",
    timezone: "Z",
    // As PostgreSQL's: whoever wants a number says so.
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    // As in PostgreSQL's simple protocol; values are escaped wherever they come from.
    multipleStatements: true,
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE,
  };
}

function tlsOf({ searchParams }: URL): ConnectionOptions["ssl"] | undefined {
  const mode = (searchParams.get("ssl-mode") ?? "DISABLED").toUpperCase() as (typeof SSL_MODES)[number];
  if (!SSL_MODES.includes(mode)) {
    throw new MysqlAddressError(`ssl-mode must be one of ${SSL_MODES.join(", ")}`);
  }
  if (mode === "DISABLED") return undefined;
  if (mode === "REQUIRED") return { rejectUnauthorized: false };
  const file = searchParams.get("ssl-ca");
  return {
    rejectUnauthorized: true,
    verifyIdentity: mode === "VERIFY_IDENTITY",
    ...(file !== null && { ca: readAuthorities(file) }),
  };
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new MysqlAddressError(`ssl-ca cannot be read: ${(error as Error).message}`);
  }
}
