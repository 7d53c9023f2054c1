import { type Line, LoginMonitor, type Look as LookOf } from "../monitor.ts";
import { type Access, Connection } from "./connection.ts";
import { lostReplica, replicaStatus } from "./replica.ts";

interface Said {
  /** Up to where its own log goes; of what it received that it has applied. */
  readonly position: string;
  /** Of one that follows: up to where it has received, and whether both of its threads do their work. */
  readonly following: {
    readonly received: string;
    readonly works: boolean;
    /** Why it can never follow with the data that it has; null where nothing says so. */
    readonly lost: string | null;
  } | null;
  /** The numbers of the servers that fetch from it now. */
  readonly replicas: readonly number[];
}

export type Look = LookOf<Said>;

/** Looks at a MariaDB server. */
export class Monitor extends LoginMonitor<Said> {
  constructor(access: Access) {
    super(() => lineTo(access));
  }
}

function lineTo(access: Access): Line<Said> {
  const session = new Connection(access);
  return {
    async ask() {
      const status = await replicaStatus(session);
      const [row] = await session.query<{ position: string }>("SELECT @@GLOBAL.gtid_binlog_pos AS position");
      // A replica of a replica is nothing that a twin has.
      const hosts = status ? [] : await session.query<{ Server_id: number }>("SHOW SLAVE HOSTS");
      return {
        position: row?.position ?? "",
        following: status && {
          received: status.received,
          works: status.receives && status.applying,
          lost: lostReplica(status),
        },
        replicas: hosts.map(({ Server_id: id }) => Number(id)),
      };
    },
    close: () => session.close(),
  };
}
