import { LINK_HASH_SQL } from "../audit/chain.ts";
import { BinaryColumns } from "../database/binary.ts";
import { inBoth } from "../database/dialect.ts";
import type { PostgresqlConnection } from "../database/postgresql/connection.ts";
import { type Batches, ChainTaken, type Held, NotReplicated } from "./batches.ts";
import { COLUMNS, columnsOf } from "./columns.ts";
import type { Writer } from "./row.ts";
import { storedColumns } from "./stored.ts";

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

// The logical message is a write of no consequence: it makes the commit of this read wait for the standby, and with it
// for everything older that the read has seen.
const READ_BACK = {
  name: "decisions.read-back",
  text: `with mark as materialized (select pg_logical_emit_message(true, 'validator', 'read-back'))
         select ${inBoth(storedColumns).postgresql}, idempotency_key
         from mark, decisions
         where id = any($1::uuid[]) or idempotency_key = any($2::text[])`,
};

/** Bytes; rows of the common kind take 1.5 KB each. */
const COLUMNS_MEMORY = 64 * 1024;

/** Rows and link are one statement. The memory that rows are written to is found once, and not for each batch. */
export function postgresqlBatches(writer: Writer): Batches {
  const columns = new BinaryColumns(COLUMNS_MEMORY);

  return {
    async insert(connection, rows, position) {
      const { chain, sequence, hash, follows } = position;
      const first = sequence === 0 ? follows : null;
      const previous = Buffer.from(hash, "hex");
      const place = [chain, sequence + 1, first?.chain ?? null, first?.sequence ?? null, previous];
      const by = [writer.zone, writer.replica, writer.engine];
      const values = [...by, ...place, ...columnsOf(columns, rows, writer)];
      const warned = (connection as PostgresqlConnection).hearWarnings();
      try {
        const inserted = await connection.query<{ hash: string; stored: number }>({ ...INSERT, values });
        // A warning means that the commit did not wait for the standby.
        return { link: inserted.rows[0], isDurable: !warned() };
      } catch (error) {
        throw (error as { table?: string }).table === "audit_links" ? new ChainTaken(position, error) : error;
      }
    },

    async readBack(connection, ids, keys) {
      const warned = (connection as PostgresqlConnection).hearWarnings();
      const { rows } = await connection.query<Held>({ ...READ_BACK, values: [ids, keys] });
      if (warned()) throw new NotReplicated();
      return rows;
    },

    async findKeys(session, keys) {
      const { rows } = await session.query<{ idempotency_key: string }>({ ...HAS_KEYS, values: [keys] });
      return rows.map((row) => row.idempotency_key);
    },
  };
}
