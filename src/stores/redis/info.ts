/** What a Redis says of its part in replication. */
export interface Replication {
  readonly role: "primary" | "replica";
  /** How far its copy of the stream of changes goes, in bytes. */
  readonly offset: number;
  /** Of a replica: whether it has a whole copy and receives what changes. */
  readonly follows: boolean;
  /** Of a primary: the addresses of the replicas that receive what changes, `127.0.0.1:6379`. */
  readonly replicas: readonly string[];
}

/** Reads the answer to INFO replication. https://redis.io/docs/latest/commands/info/ */
export function parseReplication(info: string): Replication {
  const fields = parseInfo(info);
  const isReplica = fields.get("role") === "slave";
  return {
    role: isReplica ? "replica" : "primary",
    offset: Number(fields.get(isReplica ? "slave_repl_offset" : "master_repl_offset") ?? 0),
    follows: fields.get("master_link_status") === "up" && fields.get("master_sync_in_progress") === "0",
    replicas: isReplica ? [] : onlineReplicas(fields),
  };
}

/** `slave0:ip=127.0.0.1,port=6380,state=online,offset=14,lag=0` */
function onlineReplicas(fields: ReadonlyMap<string, string>): string[] {
  return [...fields]
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(
      ([, value]) =>
        new Map(value.split(",").map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string])),
    )
    .filter((replica) => replica.get("state") === "online")
    .map((replica) => `${replica.get("ip")}:${replica.get("port")}`);
}

/** The lines `name:value` of an INFO; headings and what is no field are left out. */
export function parseInfo(info: string): Map<string, string> {
  const fields = info.split("\r\n").flatMap((line) => {
    const colon = line.indexOf(":");
    return colon > 0 && !line.startsWith("#") ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
  });
  return new Map(fields);
}
