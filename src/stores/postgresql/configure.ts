import { join } from "node:path";
import { replaceFile } from "../account.ts";
import type { Account } from "../account.ts";
import { settingsText } from "./settings.ts";
import type { Settings } from "./settings.ts";

/** The role that standbys connect as: its name stands in pg_hba.conf as well. */
export const REPLICATION_ROLE = "plumbline_replication";

export interface Configuration {
  readonly directory: string;
  readonly account: Account | undefined;
  readonly host: string;
  readonly port: number;
  readonly settings: Settings;
}

/**
 * Writes the whole configuration before every start, so that a copied or re-sized data directory needs no editing.
 * What ALTER SYSTEM sets stands in postgresql.auto.conf and still wins.
 */
export function configure({ directory, account, host, port, settings }: Configuration): void {
  const text = settingsText({
    ...settings,
    listen_addresses: host,
    port: String(port),
    unix_socket_directories: settings["unix_socket_directories"] ?? "",
  });
  replaceFile(join(directory, "postgresql.conf"), `# Written by Plumbline at every start.\n${text}`, account);
  replaceFile(join(directory, "pg_hba.conf"), HOST_RULES, account);
}

/**
 * Everyone needs a password, and only this machine may ask.
 * https://www.postgresql.org/docs/15/auth-pg-hba-conf.html
 */
const HOST_RULES = `# Written by Plumbline at every start.
host all all 127.0.0.0/8 scram-sha-256
host all all ::1/128 scram-sha-256
host replication ${REPLICATION_ROLE} 127.0.0.0/8 scram-sha-256
host replication ${REPLICATION_ROLE} ::1/128 scram-sha-256
`;
