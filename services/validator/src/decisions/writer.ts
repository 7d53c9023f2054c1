import type pg from "pg";

import { advance, beginChain, forkChain, LINK_HASH_SQL, type Position } from "../audit/chain.ts";
import { hearWarnings, withClient } from "../database/clients.ts";
import { isFaultOfRows } from "../database/errors.ts";
import type { Pools } from "../database/pools.ts";
import { BinaryColumns } from "../database/binary.ts";
import { COLUMNS, columnsOf } from "./columns.ts";
import type { DecisionRow, StoredDecision, Writer } from "./row.ts";
import { STORED_COLUMNS, toStored, type StoredColumns } from "./stored.ts";

export interface DecisionWriter {
  /**
   * Writes rows durably. For each, what the database now holds: itself, or the decision that had its idempotency key
   * before. May be repeated with the same rows after any failure.
   */
  write(rows: readonly DecisionRow[]): Promise<StoredDecision[]>;
  /** What is stored under these keys, durably; those without a decision are left out. */
  findByKeys(keys: readonly string[]): Promise<Map<string, StoredDecision>>;
}

// Rows and the link that chains them are one statement: there is no row without its link, and a row that was there
// before is not linked again.
const INSERT = {
  name: "decisions.insert",
  text: `with stored as (
           insert into decisions (${COLUMNS.names}, zone, replica, engine, link_chain, link_sequence)
           select row.*, $1::text, $2::text, $3::text, $4::uuid, $5::bigint
           from unnest(${COLUMNS.parameters(9)}) as row
           on conflict do nothing
           returning id, row_hash
         ), link as (
           select $4::uuid as chain, $5::bigint as sequence,
             $6::uuid as follows_chain, $7::bigint as follows_sequence, $8::bytea as previous,
             array_agg(id order by id) as ids, string_agg(row_hash, ''::bytea order by id) as row_hashes,
             now() as written_at, pg_current_xact_id()::text::bigint as transaction_id
           from stored having count(*) > 0
         )
         insert into audit_links (chain, sequence, follows_chain, follows_sequence, previous, ids, row_hashes, written_at,
           transaction_id, hash)
         select link.*, ${LINK_HASH_SQL} from link
         returning encode(hash, 'hex') as hash, cardinality(ids) as stored`,
};

const HAS_KEYS = {
  name: "decisions.has-keys",
  text: "select idempotency_key from decisions where idempotency_key = any($1::text[])",
};

// A row can be visible here and yet not be on the synchronous standby: its commit was cut off while it waited
// for the standby. The logical message is a write of no consequence: it makes the commit of this read wait for
// the standby, and with it for everything older that the read has seen. Only then may the rows be acknowledged.
const READ_BACK = {
  name: "decisions.read-back",
  text: `with mark as materialized (select pg_logical_emit_message(true, 'validator', 'read-back'))
         select ${STORED_COLUMNS}, idempotency_key
         from mark, decisions
         where id = any($1::uuid[]) or idempotency_key = any($2::text[])`,
};

/** What one write at a time uses: a chain, and memory that is found once and not for each batch. */
interface Lane {
  position: Position;
  columns: BinaryColumns;
}

/** Bytes; rows of the common kind take 1.5 KB each. */
const COLUMNS_MEMORY = 64 * 1024;

function beginLane(position: Position): Lane {
  return { position, columns: new BinaryColumns(COLUMNS_MEMORY) };
}

/**
 * Each write in flight has a chain of its own, so that writes and replicas never wait for each other; as many chains
 * are begun as writes are ever in flight at once.
 */
export function createDecisionWriter(pools: Pools, writer: Writer): DecisionWriter {
  const idle: Lane[] = [];

  async function write(rows: readonly DecisionRow[]): Promise<StoredDecision[]> {
    const { position, columns } = idle.pop() ?? beginLane(beginChain());
    // Until it is known where the chain stands: what was not rolled back for certain may have left a link.
    let next: Position | undefined;
    try {
      return await withClient(pools.writer, pools.lookup, async (client) => {
        const insertWarned = hearWarnings(client);
        const link = await insert(client, rows.toSorted(byKeyThenId), { position, columns, writer });
        const reached = link === undefined ? position : advance(position, link.hash);
        // A warning means that the commit did not wait for the standby.
        const isDurable = !insertWarned();
        if (isDurable) next = reached;
        // The common case: all rows are new.
        if (isDurable && link?.stored === rows.length) return rows.slice();
        const held = await readBack(
          client,
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
      idle.push(next === undefined ? beginLane(forkChain(position)) : { position: next, columns });
    }
  }

  async function findByKeys(keys: readonly string[]): Promise<Map<string, StoredDecision>> {
    const { rows } = await pools.lookup.query<{ idempotency_key: string }>({ ...HAS_KEYS, values: [keys] });
    if (rows.length === 0) return new Map();
    const stored = rows.map((row) => row.idempotency_key);
    const held = await withClient(pools.writer, pools.lookup, (client) => readBack(client, [], stored));
    return new Map(held.map((row) => [row.idempotency_key ?? "", toStored(row)]));
  }

  return { write, findByKeys };
}

/** Somebody else has written to a chain that is this process's alone: no fault of the rows, and the next chain is new. */
class ChainTaken extends Error {
  constructor({ chain, sequence }: Position, cause: unknown) {
    super(`link ${sequence + 1} of chain ${chain} was written by somebody else`, { cause });
  }
}

async function insert(
  client: pg.PoolClient,
  rows: readonly DecisionRow[],
  { position, columns, writer }: Lane & { writer: Writer },
): Promise<{ hash: string; stored: number } | undefined> {
  const { chain, sequence, hash, follows } = position;
  const first = sequence === 0 ? follows : null;
  const place = [
    chain,
    sequence + 1,
    first?.chain ?? null,
    first?.sequence ?? null,
    Buffer.from(hash, "hex"),
  ];
  const values = [writer.zone, writer.replica, writer.engine, ...place, ...columnsOf(columns, rows, writer)];
  try {
    return (await client.query<{ hash: string; stored: number }>({ ...INSERT, values })).rows[0];
  } catch (error) {
    throw (error as pg.DatabaseError).table === "audit_links" ? new ChainTaken(position, error) : error;
  }
}

type Held = StoredColumns & { idempotency_key: string | null };

async function readBack(client: pg.PoolClient, ids: string[], keys: string[]): Promise<Held[]> {
  const warned = hearWarnings(client);
  const { rows } = await client.query<Held>({ ...READ_BACK, values: [ids, keys] });
  if (warned()) throw new Error("a commit was cut off before the standby had it");
  return rows;
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
