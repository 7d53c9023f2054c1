import { join } from "node:path";
import { type Account, makeOwned, replaceFile } from "../account.ts";
import { ownAccountsText } from "./accounts.ts";
import { temporaryFolder } from "./initialise.ts";
import { type Settings, settingsText } from "./settings.ts";

/** The passwords of the supervisor's own accounts. */
export interface OwnPasswords {
  readonly supervisor: string;
  readonly replication: string;
}

/**
 * What a server is started as.
 * - `primary`: what its log holds is committed, however it ended.
 * - `replica`: what only its log holds, because no standby had confirmed it, is taken back: nobody was told of it.
 * - `reader`: such a replica that no commit waits for.
 * - `heir`: a replica that is being promoted. What it has received and not yet applied is kept.
 */
export type Part = "primary" | "replica" | "reader" | "heir";

export interface Configuration {
  readonly basedir: string;
  readonly directory: string;
  readonly account: Account | undefined;
  readonly host: string;
  readonly port: number;
  /** Its name, and its number among the servers of the store, from 1. */
  readonly name: string;
  readonly serverId: number;
  readonly part: Part;
  readonly settings: Settings;
  readonly passwords: OwnPasswords;
}

const CONFIGURATION = "plumbline.cnf";
export const PID_FILE = "mariadbd.pid";

/**
 * Writes the whole configuration before every start: a node's part in replication is what the supervisor says, never what
 * the node itself remembers. It starts read-only and follows nobody until it is told otherwise.
 *
 * @returns the file to start the server with
 */
export function configure(wanted: Configuration): string {
  const { directory, account, passwords } = wanted;
  const accounts = join(directory, "accounts.sql");
  makeOwned(temporaryFolder(directory), account);
  replaceFile(accounts, ownAccountsText(passwords), account);
  const file = join(directory, CONFIGURATION);
  const text = settingsText({ ...place(wanted, accounts), ...wanted.settings, ...partOf(wanted.part) });
  replaceFile(file, `# Written by Plumbline at every start.\n${text}`, account);
  return file;
}

function place(
  { basedir, directory, host, port, name, serverId }: Configuration,
  accounts: string,
): Record<string, string> {
  return {
    basedir,
    datadir: directory,
    tmpdir: temporaryFolder(directory),
    bind_address: host,
    port: String(port),
    // Relative to the data directory: a socket's path may not be long.
    socket: "mariadbd.sock",
    pid_file: PID_FILE,
    init_file: accounts,
    server_id: String(serverId),
    report_host: name,
    skip_name_resolve: "1",
    skip_slave_start: "1",
    read_only: "1",
  };
}

/**
 * A replica does not wait for the disk: what a power cut would take from it the primary still has. It does so from the
 * moment it is promoted. `init_rpl_role` decides what a recovery does with what only the log holds; before 10.11.8 it is
 * the semi-synchronous replica's setting that does.
 * https://jira.mariadb.org/browse/MDEV-33465
 */
function partOf(part: Part): Record<string, string> {
  const replica = part === "replica" || part === "reader";
  return {
    loose_init_rpl_role: replica ? "SLAVE" : "MASTER",
    rpl_semi_sync_slave_enabled: part === "replica" ? "1" : "0",
    rpl_semi_sync_master_enabled: "0",
    sync_binlog: replica ? "0" : "1",
    innodb_flush_log_at_trx_commit: replica ? "2" : "1",
  };
}
