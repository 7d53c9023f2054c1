import { PlumblineError } from "#model/errors.ts";

export type Settings = Readonly<Record<string, string>>;

/** What the caller derives from the declared instance, as far as the machine's budget allows it. */
export interface Sizing {
  readonly bufferPoolBytes: number;
  readonly maxConnections: number;
}

/** What a twin depends on, and no parameter of the architecture may change. */
const RESERVED = new Set([
  "basedir",
  "bind_address",
  "binlog_format",
  "datadir",
  "gtid_domain_id",
  "gtid_strict_mode",
  "init_file",
  "init_rpl_role",
  "innodb_flush_log_at_trx_commit",
  "log_bin",
  "log_slave_updates",
  "pid_file",
  "port",
  "read_only",
  "relay_log",
  "report_host",
  "server_id",
  "skip_name_resolve",
  "skip_slave_start",
  "socket",
  "sync_binlog",
  "tmpdir",
]);

/**
 * The settings of a server in a twin, with the architecture's own parameters over them.
 *
 * What MySQL 8.4 does otherwise than MariaDB by itself is as MySQL has it, as far as MariaDB can. Time-outs of replication
 * are short, because a drill's outage is measured in hundreds of milliseconds.
 *
 * @param parameters those that MariaDB knows; see `knownParameters`
 * https://mariadb.com/kb/en/server-system-variables/
 */
export function twinSettings(sizing: Sizing, parameters: Settings = {}): Settings {
  for (const name of Object.keys(parameters)) assertParameter(name);
  return {
    ...memory(sizing),
    ...asMysql(),
    ...logs(),
    ...replication(),
    ...liveness(),
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

/** A twin's servers share a machine with everything else: what is small enough for a development database. */
function memory({ bufferPoolBytes, maxConnections }: Sizing): Settings {
  return {
    max_connections: String(maxConnections),
    innodb_buffer_pool_size: String(bufferPoolBytes),
    innodb_log_file_size: LOG_FILE_SIZE,
    innodb_buffer_pool_dump_at_shutdown: "0",
    innodb_buffer_pool_load_at_startup: "0",
    aria_pagecache_buffer_size: "8M",
    key_buffer_size: "1M",
    table_open_cache: "400",
    performance_schema: "0",
  };
}

/** Of the write-ahead log; a data directory is made with it, so that no start has to resize it. */
export const LOG_FILE_SIZE = "32M";

/**
 * MySQL's defaults. Its collation utf8mb4_0900_ai_ci is of a newer Unicode and does not pad; the nearest of MariaDB's is
 * of Unicode 14 and does not pad either.
 * https://dev.mysql.com/doc/refman/8.4/en/charset-unicode-sets.html
 */
function asMysql(): Settings {
  return {
    character_set_server: "utf8mb4",
    loose_collation_server: "utf8mb4_uca1400_nopad_ai_ci",
    default_time_zone: "+00:00",
    max_allowed_packet: "64M",
    sql_mode:
      "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
  };
}

function logs(): Settings {
  return {
    // Kept for a standby that was away; one that misses more of it gets a whole copy.
    max_binlog_size: "64M",
    binlog_expire_logs_seconds: "3600",
    log_warnings: "1",
  };
}

/**
 * A commit waits for the standby after it is in the log and before anybody sees it (AFTER_SYNC), and for as long as it
 * takes: only the supervisor decides that it waits no more.
 * https://mariadb.com/kb/en/semisynchronous-replication/
 */
function replication(): Settings {
  return {
    log_bin: "binlog",
    relay_log: "relay",
    log_slave_updates: "1",
    binlog_format: "ROW",
    gtid_strict_mode: "1",
    gtid_domain_id: "0",
    slave_net_timeout: "3",
    // A standby that stops fetching tells its primary so, which may be gone: a promotion waits for that.
    rpl_semi_sync_slave_kill_conn_timeout: "1",
    rpl_semi_sync_master_wait_point: "AFTER_SYNC",
    rpl_semi_sync_master_timeout: "4000000000",
    rpl_semi_sync_master_wait_no_slave: "1",
  };
}

/** Connections whose other end is gone would otherwise hold locks and connection slots for two hours. */
function liveness(): Settings {
  return { tcp_keepalive_time: "5", tcp_keepalive_interval: "1", tcp_keepalive_probes: "3" };
}

function assertParameter(name: string): void {
  if (!/^[a-z_]\w*$/i.test(name)) {
    throw new PlumblineError(
      "SETTING_INVALID",
      `${JSON.stringify(name)} is not the name of a MySQL parameter.`,
      "Write it as the MySQL documentation does, for example innodb_lock_wait_timeout.",
    );
  }
  if (RESERVED.has(name.toLowerCase()) || /^rpl_semi_sync_/i.test(name)) {
    throw new PlumblineError(
      "SETTING_RESERVED",
      `The parameter ${name} is set by the twin itself.`,
      "Remove it from the store's parameters: the twin sets addresses, replication and durability.",
    );
  }
}

/**
 * The text of an option file. In a quoted value a backslash begins an escape, and a raw newline would end the line.
 * https://mariadb.com/kb/en/configuring-mariadb-with-option-files/
 */
export function settingsText(settings: Settings): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}\n`);
  return `[mariadbd]\n${lines.join("")}`;
}

function quoted(value: string): string {
  if (/[\0\r\n]/.test(value)) {
    throw new PlumblineError(
      "SETTING_INVALID",
      "A MySQL parameter's value holds a line break or a null byte.",
      "Remove it: no option file can hold one.",
    );
  }
  return `"${value.replaceAll("\\", String.raw`\\`).replaceAll('"', String.raw`\"`)}"`;
}
