import { hash, randomUUIDv7 } from "node:crypto";

import type pg from "pg";

import { ACTS_CHAIN, LINK_HASH_SQL, NOTHING } from "./chain.ts";

/** One administrative act: who did what to what. */
export interface Act {
  readonly actor: string;
  /** Such as `rule_set.published`. */
  readonly act: string;
  /** What it was done to, such as `rule-sets/7`. */
  readonly subject: string;
  /** What else is to be known of it; JSON. */
  readonly details: object;
}

/** What the row hash of an act is taken of; every name is one of the table's columns. */
export interface HashedAct {
  id: string;
  actor: string;
  act: string;
  subject: string;
  /** JSON, byte for byte. */
  details: string;
  /** Microseconds since 1970. */
  at: string;
}

/** SHA-256 in hexadecimal, in the form of a decision's (`hashColumns`). */
export function hashAct({ id, actor, act, subject, details, at }: HashedAct): string {
  const form = `act 1\0=${id}\0=${actor}\0=${act}\0=${subject}\0=${details}\0=${at}`;
  return hash("sha256", form, "hex");
}

/** Any number that nobody else locks by: acts are one chain, so they take turns. */
const LOCK = 7_201_845_333;

const TAKE_TURN = {
  name: "audit.take-turn",
  text: `select pg_advisory_xact_lock($1), (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as at`,
  values: [LOCK],
};

const RECORD = {
  name: "audit.record-act",
  text: `with act as (
           insert into audit_events (id, actor, act, subject, details, at, row_hash)
           values ($1, $2, $3, $4, $5, timestamptz 'epoch' + $6::bigint * interval '1 microsecond', $7)
           returning id, row_hash
         ), last as (
           select sequence, hash from audit_links where chain = '${ACTS_CHAIN}' order by sequence desc limit 1
         ), link as (
           select '${ACTS_CHAIN}'::uuid as chain, coalesce(last.sequence, 0) + 1 as sequence,
             null::uuid as follows_chain, null::bigint as follows_sequence,
             coalesce(last.hash, decode('${NOTHING}', 'hex')) as previous,
             array[act.id] as ids, act.row_hash as row_hashes,
             now() as written_at, pg_current_xact_id()::text::bigint as transaction_id
           from act left join last on true
         )
         insert into audit_links (chain, sequence, follows_chain, follows_sequence, previous, ids, row_hashes, written_at,
           transaction_id, hash)
         select link.*, ${LINK_HASH_SQL} from link`,
};

/**
 * Writes the act and its link in the client's transaction, so that there is no act without its record and no record
 * without its act. Others who record an act wait until that transaction ends.
 */
export async function recordAct(client: pg.ClientBase, { actor, act, subject, details }: Act): Promise<void> {
  // A statement of its own: the next one must see the link that was written before the lock was had.
  const { rows } = await client.query<{ at: string }>(TAKE_TURN);
  const at = rows[0]?.at ?? "0";
  const row = { id: randomUUIDv7(), actor, act, subject, details: JSON.stringify(details), at };
  const values = [row.id, actor, act, subject, row.details, at, Buffer.from(hashAct(row), "hex")];
  await client.query({ ...RECORD, values });
}
