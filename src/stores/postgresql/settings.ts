import { PlumblineError } from "#model/errors.ts";

export type Settings = Readonly<Record<string, string>>;

/** What the caller derives from the declared instance, as far as the machine's budget allows it. */
export interface Sizing {
  readonly sharedBuffersBytes: number;
  readonly maxConnections: number;
  /** How much write-ahead log is kept for a standby that is away. Beyond it the standby must be rebuilt. */
  readonly walKeepBytes?: number;
}

/** What a twin depends on, and no parameter of the architecture may change. */
const RESERVED = new Set([
  "archive_cleanup_command",
  "config_file",
  "data_directory",
  "external_pid_file",
  "fsync",
  "hba_file",
  "hot_standby",
  "ident_file",
  "include",
  "include_dir",
  "include_if_exists",
  "listen_addresses",
  "log_destination",
  "logging_collector",
  "port",
  "primary_conninfo",
  "primary_slot_name",
  "promote_trigger_file",
  "recovery_end_command",
  "recovery_target",
  "recovery_target_timeline",
  "restore_command",
  "ssl",
  "synchronous_standby_names",
  "unix_socket_directories",
]);

/**
 * The settings of a server in a twin, with the architecture's own parameters over them.
 *
 * Time-outs of replication are short, because a drill's outage is measured in hundreds of milliseconds; what guards
 * data (fsync, full_page_writes, synchronous_commit) is as on AWS.
 * https://www.postgresql.org/docs/15/runtime-config.html
 */
export function twinSettings(sizing: Sizing, parameters: Settings = {}): Settings {
  for (const name of Object.keys(parameters)) assertParameter(name);
  return {
    ...memory(sizing),
    ...writeAheadLog(sizing),
    ...replication(),
    ...liveness(),
    log_line_prefix: "%m [%p] %q%a ",
    log_timezone: "UTC",
    timezone: "UTC",
    password_encryption: "scram-sha-256",
    ...lowerCased(parameters),
  };
}

function memory({ sharedBuffersBytes, maxConnections }: Sizing): Settings {
  return {
    shared_buffers: kilobytes(Math.max(sharedBuffersBytes, 1024 * 1024)),
    max_connections: String(maxConnections),
  };
}

function writeAheadLog({ walKeepBytes = 512 * 1024 * 1024 }: Sizing): Settings {
  return {
    wal_level: "replica",
    wal_log_hints: "on",
    wal_keep_size: megabytes(walKeepBytes),
    // A slot whose standby is gone must not fill the disk either.
    max_slot_wal_keep_size: megabytes(walKeepBytes),
    fsync: "on",
    synchronous_commit: "on",
  };
}

function replication(): Settings {
  return {
    hot_standby: "on",
    max_wal_senders: "10",
    max_replication_slots: "10",
    wal_receiver_status_interval: "1s",
    wal_receiver_timeout: "3s",
    wal_sender_timeout: "3s",
    wal_retrieve_retry_interval: "200ms",
  };
}

/** Connections whose other end is gone would otherwise hold locks and connection slots for two hours. */
function liveness(): Settings {
  const keepalives = { tcp_keepalives_idle: "5", tcp_keepalives_interval: "1", tcp_keepalives_count: "3" };
  return process.platform === "linux" ? { ...keepalives, tcp_user_timeout: "5s" } : keepalives;
}

/** PostgreSQL's own names: letters, digits and underscores, with one dot for an extension's parameters. */
function assertParameter(name: string): void {
  if (!/^[a-z_]\w*(\.[a-z_]\w*)?$/i.test(name)) {
    throw new PlumblineError(
      "SETTING_INVALID",
      `${JSON.stringify(name)} is not the name of a PostgreSQL parameter.`,
      "Write it as the PostgreSQL documentation does, for example work_mem or pg_stat_statements.max.",
    );
  }
  if (RESERVED.has(name.toLowerCase())) {
    throw new PlumblineError(
      "SETTING_RESERVED",
      `The parameter ${name} is set by the twin itself.`,
      "Remove it from the store's parameters: the twin sets addresses, replication and durability.",
    );
  }
}

/**
 * The text of a configuration file. In a quoted value a quote is doubled and a backslash begins an escape, and a
 * raw newline would end the line.
 * https://www.postgresql.org/docs/15/config-setting.html#CONFIG-SETTING-CONFIGURATION-FILE
 */
export function settingsText(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${quoted(value)}\n`)
    .join("");
}

function quoted(value: string): string {
  if (value.includes("\0")) {
    throw new PlumblineError(
      "SETTING_INVALID",
      "A PostgreSQL parameter's value holds a null byte.",
      "Remove it: no PostgreSQL setting can hold one.",
    );
  }
  const escaped = value.replaceAll("\\", String.raw`\\`).replaceAll("'", "''");
  return `'${escaped.replaceAll("\n", String.raw`\n`).replaceAll("\r", String.raw`\r`)}'`;
}

function lowerCased(parameters: Settings): Settings {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
}

function kilobytes(bytes: number): string {
  return `${Math.floor(bytes / 1024)}kB`;
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)}MB`;
}
