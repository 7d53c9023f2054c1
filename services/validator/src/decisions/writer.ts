import { advance, beginChain, forkChain, type Position } from "../audit/chain.ts";
import { withConnection } from "../database/connections.ts";
import { isFaultOfRows } from "../database/errors.ts";
import type { Pools } from "../database/pools.ts";
import type { Batches, Held } from "./batches.ts";
import { mysqlBatches } from "./mysql-batches.ts";
import { postgresqlBatches } from "./postgresql-batches.ts";
import type { DecisionRow, StoredDecision, Writer } from "./row.ts";
import { toStored } from "./stored.ts";

export interface DecisionWriter {
  /**
   * Writes rows durably. For each, what the database now holds: itself, or the decision that had its idempotency key
   * before. May be repeated with the same rows after any failure.
   */
  write(rows: readonly DecisionRow[]): Promise<StoredDecision[]>;
  /** What is stored under these keys, durably; those without a decision are left out. */
  findByKeys(keys: readonly string[]): Promise<Map<string, StoredDecision>>;
}

/** What one write at a time uses: a chain, and what is found once and not for each batch. */
interface Lane {
  position: Position;
  batches: Batches;
}

/**
 * Each write in flight has a chain of its own, so that writes and replicas never wait for each other; as many chains
 * are begun as writes are ever in flight at once.
 */
export function createDecisionWriter(pools: Pools, writer: Writer): DecisionWriter {
  const begin = () => (pools.writer.engine === "mysql" ? mysqlBatches(writer) : postgresqlBatches(writer));
  const idle: Lane[] = [];

  async function write(rows: readonly DecisionRow[]): Promise<StoredDecision[]> {
    const { position, batches } = idle.pop() ?? { position: beginChain(), batches: begin() };
    // Until it is known where the chain stands: what was not rolled back for certain may have left a link.
    let next: Position | undefined;
    try {
      return await withConnection(pools.writer, pools.lookup, async (connection) => {
        const { link, isDurable } = await batches.insert(connection, rows.toSorted(byKeyThenId), position);
        const reached = link === undefined ? position : advance(position, link.hash);
        if (isDurable) next = reached;
        // The common case: all rows are new.
        if (isDurable && link?.stored === rows.length) return rows.slice();
        const held = await batches.readBack(
          connection,
          rows.map(({ id }) => id),
          keysOf(rows),
        );
        next = reached;
        return pick(rows, held);
      });
    } catch (error) {
      if (isFaultOfRows(error)) next ??= position;
      throw error;
    } finally {
      // What may still be on its way to the server must not be written over.
      idle.push(
        next === undefined
          ? { position: forkChain(position), batches: begin() }
          : { position: next, batches },
      );
    }
  }

  const { findKeys, readBack } = begin();

  async function findByKeys(keys: readonly string[]): Promise<Map<string, StoredDecision>> {
    const stored = await findKeys(pools.lookup, keys);
    if (stored.length === 0) return new Map();
    const held = await withConnection(pools.writer, pools.lookup, (connection) =>
      readBack(connection, [], stored),
    );
    return new Map(held.map((row) => [row.idempotency_key ?? "", toStored(row)]));
  }

  return { write, findByKeys };
}

/** For each row what is held in its place: the row itself, or the one that had its key before. */
function pick(rows: readonly DecisionRow[], held: readonly Held[]): StoredDecision[] {
  const byId = new Map(held.map((row) => [row.id, row]));
  const byKey = new Map(held.map((row) => [row.idempotency_key, row]));
  return rows.map(({ id, idempotencyKey }) => {
    const found = byId.get(id) ?? (idempotencyKey === null ? undefined : byKey.get(idempotencyKey));
    if (found === undefined) throw new Error(`decision ${id} is neither stored nor in conflict`);
    return toStored(found);
  });
}

function keysOf(rows: readonly DecisionRow[]): string[] {
  return rows.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
}

/**
 * One order for every batch of every replica: two batches that share keys wait for each other
 * instead of deadlocking. Columns go in this order; answers go back in the caller's.
 */
function byKeyThenId(a: DecisionRow, b: DecisionRow): number {
  if (a.idempotencyKey !== b.idempotencyKey) {
    if (a.idempotencyKey === null) return 1;
    if (b.idempotencyKey === null) return -1;
    return a.idempotencyKey < b.idempotencyKey ? -1 : 1;
  }
  return a.id < b.id ? -1 : 1;
}
