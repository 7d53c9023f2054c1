// The order of links over all chains, and the horizon: what lies below it is there to stay, and nothing comes in between.
import type { Session } from "../database/session.ts";
import { settleEpochs } from "./epochs.ts";

/** A place in the order of the links. */
export interface LinkPosition {
  readonly transactionId: string;
  /** Microseconds since 1970; only on MySQL. */
  readonly writtenAt?: string | undefined;
  readonly chain: string;
  readonly sequence: string;
}

/** Before all links. */
export const START: LinkPosition = {
  transactionId: "0",
  chain: "00000000-0000-0000-0000-000000000000",
  sequence: "0",
};

export interface SettledLink extends LinkPosition {
  /** Of decisions; of audit_events in the chain of the acts. */
  readonly ids: readonly string[];
}

const HORIZON = {
  name: "audit.horizon",
  text: {
    // Transactions below the oldest one in progress have ended, whatever clocks say and however long a commit waits.
    postgresql: "select pg_snapshot_xmin(pg_current_snapshot())::text as horizon",
    mysql: "select min(number) as horizon from audit_epochs",
  },
};

/** The transaction id below which every link is committed, and none will be any more. */
export async function readHorizon(session: Session): Promise<string> {
  return (await session.query<{ horizon: string | null }>(HORIZON)).rows[0]?.horizon ?? "0";
}

const WRITTEN_AT = "timestamp'1970-01-01 00:00:00' + interval $6 microsecond";

// What is decided after somebody has had an answer follows what was answered: in PostgreSQL its transaction has a higher
// number. In MySQL many transactions share an epoch, and the database's clock tells which of them began first.
const AFTER = {
  name: "audit.settled-links",
  text: {
    postgresql: `select transaction_id::text as "transactionId", chain, sequence::text as sequence, ids::text[] as ids
      from audit_links
      where transaction_id < $1 and (transaction_id, chain, sequence) > ($2, $3, $4)
      order by transaction_id, chain, sequence limit $5`,
    // Rows that are compared as a whole do not lead MySQL into the index; their first column does.
    mysql: `select transaction_id as "transactionId", timestampdiff(microsecond, '1970-01-01', written_at) as "writtenAt",
        chain, sequence, ids
      from audit_links
      where transaction_id < $1 and transaction_id >= $2
        and (transaction_id > $2 or written_at > ${WRITTEN_AT}
          or (written_at = ${WRITTEN_AT} and (chain > $3 or (chain = $3 and sequence > $4))))
      order by transaction_id, written_at, chain, sequence limit $5`,
  },
  json: ["ids"],
};

/**
 * Links after a position that are there to stay, in the order that they have for good: whoever has read up to one of
 * them has missed none. `settler` is in no transaction, for decisions would wait until that ends; it is `session` unless
 * that is in one.
 */
export async function readSettledLinks(
  session: Session,
  { transactionId, writtenAt = "0", chain, sequence }: LinkPosition,
  limit: number,
  settler: Session = session,
): Promise<SettledLink[]> {
  await settleEpochs(settler);
  const values = [await readHorizon(session), transactionId, chain, sequence, limit];
  if (session.engine === "mysql") values.push(writtenAt);
  return (await session.query<SettledLink>({ ...AFTER, values })).rows;
}
