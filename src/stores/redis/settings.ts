import { createHash } from "node:crypto";

/** How a node of a cache is run: what the architecture declares, as far as the machine's budget allows it. */
export interface RedisSettings {
  readonly maxMemoryBytes: number;
  /** What happens at that limit: keys that would expire go first, or writes are refused. */
  readonly eviction: "volatile-lru" | "noeviction";
  readonly appendOnly: boolean;
  /** How often changes are written to a snapshot; null for never. */
  readonly snapshotEveryMs: number | null;
  /** Commands that services may not give. */
  readonly refused: readonly string[];
}

/** The passwords of a store, each for one purpose. */
export interface RedisPasswords {
  /** For services: Redis's user `default`, whom also clients reach that know of no users. */
  readonly application: string;
  /** Others that are good for services as well, while they are rotated. */
  readonly alsoApplication?: readonly string[];
  readonly supervisor: string;
  readonly replication: string;
}

/** As whom the supervisor asks. */
export const SUPERVISOR = "plumbline";
const REPLICATION = "replication";

/**
 * What ElastiCache takes from its users: persistence, replication and users are its own affair. It leaves a few
 * subcommands of ACL, which Redis 6 could not tell apart.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html
 */
export const REFUSED_BY_ELASTICACHE: readonly string[] =
  "acl bgrewriteaof bgsave config debug migrate psync replicaof save shutdown slaveof sync".split(" ");

/** Where a node is, and whom it follows; null for the primary. */
export interface RedisPlace {
  /** Of the program: `7.0.15`. */
  readonly version: string;
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly upstream: { readonly host: string; readonly port: number } | null;
}

/**
 * The text of redis.conf. It is written before every start: a node's part in replication is what the supervisor says,
 * never what the node itself remembers.
 *
 * Time-outs of replication are short, because a drill's outage is measured in hundreds of milliseconds. As with
 * ElastiCache, the primary takes writes without any replica (min-replicas-to-write 0), and replicas refuse them.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/config/
 */
export function configurationText(
  place: RedisPlace,
  settings: RedisSettings,
  passwords: RedisPasswords,
): string {
  const lines = [
    ...server(place),
    ...replication(place, passwords),
    ...persistence(settings),
    ["maxmemory", String(settings.maxMemoryBytes)],
    ["maxmemory-policy", settings.eviction],
    ...users(place, settings, passwords),
  ];
  const text = lines.map((words) => `${words.map(quoted).join(" ")}\n`);
  return `# Written by Plumbline at every start.\n${text.join("")}`;
}

function server({ directory, host, port }: RedisPlace): string[][] {
  return [
    ["bind", host],
    ["port", String(port)],
    // Everyone needs a password; the mode would refuse clients that come by another loopback address.
    ["protected-mode", "no"],
    ["dir", directory],
    ["daemonize", "no"],
    ["logfile", ""],
  ];
}

function replication({ host, port, upstream }: RedisPlace, passwords: RedisPasswords): string[][] {
  return [
    ...(upstream ? [["replicaof", upstream.host, String(upstream.port)]] : []),
    ["masteruser", REPLICATION],
    ["masterauth", passwords.replication],
    // A replica connects through its zone's forwarder: by its connection the primary could not tell which one it is.
    ["replica-announce-ip", host],
    ["replica-announce-port", String(port)],
    ["replica-read-only", "yes"],
    ["min-replicas-to-write", "0"],
    ["repl-diskless-sync", "yes"],
    ["repl-diskless-sync-delay", "0"],
    // A replica has its old copy until the whole of the new one is there: either may be promoted.
    ["repl-diskless-load", "disabled"],
    ["repl-ping-replica-period", "1"],
    ["repl-timeout", "5"],
    // A replica that was away for a while fetches what it missed, and not everything.
    ["repl-backlog-size", "16mb"],
    // Data that is to be in memory only is not left on the disk by a replica that fetched it.
    ["rdb-del-sync-files", "yes"],
  ];
}

function persistence({ appendOnly, snapshotEveryMs }: RedisSettings): string[][] {
  const seconds = snapshotEveryMs === null ? 0 : Math.max(1, Math.round(snapshotEveryMs / 1000));
  return [
    ["appendonly", appendOnly ? "yes" : "no"],
    ["appendfsync", "everysec"],
    ["save", ...(seconds > 0 ? [String(seconds), "1"] : [""])],
  ];
}

function users({ version }: RedisPlace, { refused }: RedisSettings, passwords: RedisPasswords): string[][] {
  // Redis 6.0 does not know permissions for channels.
  const channels = /^6\.0\b/.test(version) ? [] : ["&*"];
  const user = (name: string, accepted: readonly string[], commands: readonly string[]) => [
    "user",
    name,
    "reset",
    "on",
    ...accepted.map((password) => `#${sha256(password)}`),
    "~*",
    ...channels,
    ...commands,
  ];
  return [
    user(
      "default",
      [passwords.application, ...(passwords.alsoApplication ?? [])],
      ["+@all", ...refused.map((command) => `-${command}`)],
    ),
    user(SUPERVISOR, [passwords.supervisor], ["+@all"]),
    user(REPLICATION, [passwords.replication], ["+psync", "+replconf", "+ping"]),
  ];
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Redis splits a line at spaces, and reads a quoted word with backslashes as JavaScript does. */
function quoted(word: string): string {
  return /^[\w.:@#~*&+|/-]+$/.test(word) ? word : JSON.stringify(word);
}
