import { randomUUID } from "node:crypto";

import { recordAct } from "../audit/acts.ts";
import type { Pool, Session } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { recordChange } from "../snapshots/record.ts";
import type { Change as Whole } from "../snapshots/snapshot.ts";
import { takeTurn } from "../database/turns.ts";

/** How far the rules have come. The token tells a change from another one that has its number after a failover. */
export interface Stamp {
  readonly stamp: number;
  readonly token: string;
}

/** A change under way: everything that it writes, it writes by `client`. */
export interface Change {
  readonly client: Session;
  readonly actor: string;
  /** The database's clock, read after the changes before this one were committed. */
  readonly at: Date;
  /** The number of this change among those that decisions see. */
  readonly stamp: number;
  /**
   * Records what was done, and of what it was done to all of it, before and after. What `decides` is announced to all
   * replicas once it is committed.
   */
  record(
    act: string,
    subject: string,
    details: object,
    effect?: "decides" | undefined,
    whole?: Whole,
  ): Promise<void>;
}

export type MakeChange = <T>(actor: string, make: (change: Change) => Promise<T>) => Promise<T>;

/** Makes changes one at a time over all replicas, each with its audit events in one transaction. */
export function createChanges(pool: Pool, announce: (stamp: number) => void): MakeChange {
  return async (actor, make) => {
    const { result, decides, stamp } = await inTransaction(pool, "write", (client) =>
      changeIn(client, actor, make),
    );
    if (decides) announce(stamp);
    return result;
  };
}

const NEXT = {
  text: {
    postgresql: "select coalesce(max(stamp), 0) + 1 as stamp, clock_timestamp() as at from rule_changes",
    mysql: "select coalesce(max(stamp), 0) + 1 as stamp, current_timestamp(6) as at from rule_changes",
  },
  numbers: ["stamp"],
};

/** A change in a transaction that the caller has begun and will commit. */
export async function changeIn<T>(client: Session, actor: string, make: (change: Change) => Promise<T>) {
  await takeTurn(client, "rules");
  const { rows } = await client.query<{ stamp: number; at: Date }>(NEXT);
  const { stamp, at } = rows[0] as { stamp: number; at: Date };
  let decides = false;
  const result = await make({
    client,
    actor,
    at,
    stamp,
    async record(act, subject, details, effect, whole) {
      decides ||= effect === "decides";
      if (whole !== undefined) return recordChange(client, { actor, act, subject, details }, whole);
      await recordAct(client, { actor, act, subject, details });
    },
  });
  if (decides)
    await client.query("insert into rule_changes (stamp, token) values ($1, $2)", [stamp, randomUUID()]);
  return { result, decides, stamp };
}

/** The newest change that is committed; undefined where there is none. A question of one row, asked again and again. */
export async function readStamp(client: Session): Promise<Stamp | undefined> {
  const { rows } = await client.query<Stamp>({
    name: "rules.stamp",
    text: "select stamp, token from rule_changes order by stamp desc limit 1",
  });
  return rows[0];
}
