// A process of the service as far as its windows go, and what its windows should say by the database.
import { randomUUIDv7 } from "node:crypto";

import { payment } from "../../../test/payments.ts";
import type { Cache } from "../../cache/cache.ts";
import { openRedis } from "../../cache/redis.ts";
import { connect } from "../../database/open.ts";
import type { Pool } from "../../database/session.ts";
import type { AggregateDefinition, Aggregates } from "../aggregate.ts";
import { createKeeper, type Keeper } from "../keeper.ts";
import { createMemoryWindows } from "../memory.ts";
import { createRedisVelocity, type RedisVelocity } from "../redis.ts";
import { OBSERVED_COLUMNS, observationOfRow, type ObservedRow } from "../stored.ts";
import { quiet, sorted } from "./windows.ts";

export interface Replica {
  cache: Cache;
  velocity: RedisVelocity;
  keeper: Keeper;
  /** Observes and stores as a decision does. */
  decide(change?: { at?: number; key?: string }): Promise<Aggregates>;
  /** How many figures it is told now. */
  figures(): Promise<number>;
  close(): Promise<void>;
}

export interface ReplicaOptions {
  redis: string;
  database: string;
  pool: Pool;
  definitions: readonly AggregateDefinition[];
}

/** The account that all decisions are about, and one of observations that are no decisions. */
export const ACCOUNT = "12345";
const PROBE = "probe";

export function startReplica({ redis, database, pool, definitions }: ReplicaOptions): Replica {
  const cache = openRedis({ url: redis, timeout: 5000, log: quiet, name: "test" });
  const velocity = createRedisVelocity({ cache, owner: randomUUIDv7(), claimTtl: 1000, timeout: 2000 });
  velocity.define(definitions);
  const keeper = createKeeper({
    cache,
    velocity,
    pool,
    connect: () => connect({ url: database, name: "test", connectTimeout: 5000 }),
    // Longer than a decision takes here on a busy machine.
    settle: 1500,
    storeDeadline: 200,
    now: Date.now,
    log: quiet,
    period: 50,
  });
  return {
    cache,
    velocity,
    keeper,
    async decide({ at = Date.now(), key } = {}) {
      const row = newRow(ACCOUNT, at, key);
      const { aggregates, observed } = await velocity.observe(observationOfRow(row), false);
      await store(pool, row, observed);
      return aggregates;
    },
    async figures() {
      const probe = observationOfRow(newRow(PROBE, Date.now()));
      return (await velocity.observe(probe, false)).aggregates.size;
    },
    async close() {
      await keeper.stop();
      cache.close();
    },
  };
}

let made = 0;

/** A row of a decision that nobody has made yet. */
export function newRow(account: string, at: number, key?: string): ObservedRow {
  made++;
  const value = String(((made * 7) % 1000) + 1);
  const transaction = payment({ instructedAmount: { value, currency: "EUR" } });
  transaction.debtor.account = { other: account };
  transaction.creditor.account = { other: account === PROBE ? PROBE : `creditor ${made % 5}` };
  return {
    id: randomUUIDv7(),
    idempotency_key: key ?? null,
    received_at: new Date(at),
    amount: value,
    currency: "EUR",
    transaction,
  };
}

const NO_FINGERPRINT = Buffer.alloc(32);

export async function store(pool: Pool, row: ObservedRow, observed: boolean): Promise<void> {
  await pool.query(
    `insert into decisions (${OBSERVED_COLUMNS}, observed, fingerprint, outcome, reasons, decided_at, zone, replica)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'approve', '[]', $3, 'a', 'test')`,
    [
      row.id,
      row.idempotency_key,
      row.received_at,
      row.amount,
      row.currency,
      JSON.stringify(row.transaction),
      observed,
      NO_FINGERPRINT,
    ],
  );
}

/** What a transaction is told now, and what it should be by the decisions that are stored. It is none of them. */
export async function compare(pool: Pool, replica: Replica, definitions: readonly AggregateDefinition[]) {
  const { rows } = await pool.query<ObservedRow>({
    text: `select ${OBSERVED_COLUMNS} from decisions order by received_at`,
    json: ["transaction"],
  });
  const memory = createMemoryWindows(definitions);
  for (const row of rows) memory.observe(observationOfRow(row));
  const probe = observationOfRow(newRow(ACCOUNT, Date.now()));
  const { aggregates } = await replica.velocity.observe(probe, false);
  return { seen: sorted(aggregates), expected: sorted(memory.observe(probe)) };
}
