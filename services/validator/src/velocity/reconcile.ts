import type { Cache } from "../cache/cache.ts";
import type { Pool } from "../database/session.ts";
import { BACKLOG_KEY, longestWindow } from "./layout.ts";
import type { RedisVelocity } from "./redis.ts";
import { OBSERVED_COLUMNS, observationOfRow, type ObservedRow } from "./stored.ts";

/** Milliseconds that figures may lack the decisions of a replica that cannot reach Redis; beyond, they are away. */
export const STALENESS = 5000;
/** Milliseconds that the mark of a backlog lasts, unless it is set again. */
const BACKLOG_TTL = 3000;
/** Decisions of one transaction. */
const PAGE = 500;

// Newest first: they are in most windows. Replicas that do the same at once take different rows.
const SELECT = {
  name: "velocity.unobserved",
  text: `select ${OBSERVED_COLUMNS} from decisions
         where observed = false and received_at > $1
         order by received_at desc limit ${PAGE} for update skip locked`,
  json: ["transaction"],
};
const UPDATE = {
  name: "velocity.observed",
  text: "update decisions set observed = true where id = any($1::uuid[])",
};
const OLDEST = {
  name: "velocity.oldest-unobserved",
  text: "select received_at from decisions where observed = false and received_at > $1 order by received_at limit 1",
};

/** Says that decisions are missing from the windows: figures are away for `milliseconds`, unless it is said again. */
export async function markBacklog(cache: Cache, milliseconds = BACKLOG_TTL): Promise<void> {
  await cache.call("SET", BACKLOG_KEY, "1", "PX", milliseconds);
}

/**
 * Adds the decisions that could not be observed when they were made, a page of them. Returns how many there were.
 * Rejects where Redis or the database is away; then it may be repeated.
 */
export async function reconcilePage(
  pool: Pool,
  cache: Cache,
  velocity: RedisVelocity,
  now: number,
): Promise<number> {
  const since = new Date(now - longestWindow(velocity.layout));
  const oldest = (await pool.query<{ received_at: Date }>({ ...OLDEST, values: [since] })).rows[0];
  if (oldest === undefined) return 0;
  if (now - oldest.received_at.getTime() > STALENESS) await markBacklog(cache);

  const client = await pool.connect();
  try {
    await client.begin("write");
    // Were the marks lost, the rows would be added again, and count once.
    if (client.engine === "postgresql") await client.query("set local synchronous_commit = off");
    const { rows } = await client.query<ObservedRow>({ ...SELECT, values: [since] });
    await velocity.add(rows.map(observationOfRow));
    await client.query({ ...UPDATE, values: [rows.map(({ id }) => id)] });
    await client.commit();
    client.release();
    return rows.length;
  } catch (error) {
    // Losing the connection is the surest way to roll back.
    client.release(true);
    throw error;
  }
}
