import { hash, randomUUIDv7 } from "node:crypto";

import type { Session } from "../database/session.ts";
import { takeTurn } from "../database/turns.ts";
import { ACTS_CHAIN, LINK_HASH_SQL, NOTHING } from "./chain.ts";
import { enterEpoch } from "./epochs.ts";
import { linkOf } from "./links.ts";

/** One administrative act: who did what to what. */
export interface Act {
  /** UUID, where it is told again after an attempt whose outcome is unknown; made otherwise. */
  readonly id?: string;
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

const CLOCK = {
  name: "audit.clock",
  text: "select (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as at",
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
 * Writes the act and its link in the session's transaction, so that there is no act without its record and no record
 * without its act. Others who record an act wait until that transaction ends.
 */
export async function recordAct(
  session: Session,
  { id = randomUUIDv7(), actor, act, subject, details }: Act,
): Promise<void> {
  await takeTurn(session, "acts");
  if (session.engine === "mysql") return recordWithEpoch(session, { id, actor, act, subject, details });
  const at = (await session.query<{ at: string }>(CLOCK)).rows[0]?.at ?? "0";
  const row = { id, actor, act, subject, details: JSON.stringify(details), at };
  const values = [row.id, actor, act, subject, row.details, at, Buffer.from(hashAct(row), "hex")];
  await session.query({ ...RECORD, values });
}

const INSERT = `insert into audit_events (id, actor, act, subject, details, at, row_hash)
  values ($1, $2, $3, $4, $5, timestamp'1970-01-01 00:00:00' + interval $6 microsecond, $7)`;

const LAST = `select sequence, lower(hex(hash)) as hash from audit_links where chain = '${ACTS_CHAIN}'
  order by sequence desc limit 1`;

/** On MySQL, where a statement does not hand on what it has inserted. */
async function recordWithEpoch(session: Session, { id, actor, act, subject, details }: Act & { id: string }) {
  const { epoch, at } = await enterEpoch(session);
  const row = { id, actor, act, subject, details: JSON.stringify(details), at };
  const rowHash = hashAct(row);
  await session.query(INSERT, [id, actor, act, subject, row.details, at, Buffer.from(rowHash, "hex")]);
  const last = (await session.query<{ sequence: string; hash: string }>(LAST)).rows[0];
  await session.query(
    linkOf([id], {
      chain: ACTS_CHAIN,
      sequence: Number(last?.sequence ?? 0) + 1,
      follows: null,
      previous: last?.hash ?? NOTHING,
      rowHashes: rowHash,
      writtenAt: BigInt(at),
      transactionId: BigInt(epoch),
    }).statement,
  );
}

/** Whether the act of this id is recorded. */
export async function hasAct(session: Session, id: string): Promise<boolean> {
  const { rows } = await session.query({
    name: "audit.has-act",
    text: "select id from audit_events where id = $1",
    values: [id],
  });
  return rows.length > 0;
}
