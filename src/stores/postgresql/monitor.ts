import { Socket } from "node:net";
import pg from "pg";
import { type Line, LoginMonitor, type Look as LookOf } from "../monitor.ts";
import type { Access } from "./connection.ts";
import type { Role } from "./replication.ts";

interface Said {
  readonly role: Role;
  /** The standbys that stream from it now, by name. */
  readonly streaming: readonly string[];
}

export type Look = LookOf<Said>;

interface Row {
  readonly standby: boolean;
  readonly streaming: string[];
}

const QUESTION = `SELECT pg_is_in_recovery() AS standby,
  ARRAY(SELECT application_name FROM pg_stat_replication WHERE state = 'streaming') AS streaming`;

/** Looks at a PostgreSQL server. */
export class Monitor extends LoginMonitor<Said> {
  constructor(access: Access) {
    super(() => lineTo(access));
  }
}

function lineTo(access: Access): Line<Said> {
  // A socket of our own, because the client has no way to let go of a server that does not answer.
  const socket = new Socket();
  const client = new pg.Client({
    ...access,
    ssl: false,
    application_name: "plumbline",
    stream: () => socket,
  });
  // What goes wrong between two questions is noticed by the next one.
  client.on("error", () => {});
  let isConnected = false;
  return {
    async ask() {
      if (!isConnected) await client.connect();
      isConnected = true;
      const { rows } = await client.query<Row>({ name: "look", text: QUESTION });
      const [row] = rows;
      return { role: row?.standby ? "standby" : "primary", streaming: row?.streaming ?? [] };
    },
    close: () => socket.destroy(),
  };
}
