// The order of links over all chains, and the horizon: what lies below it is there to stay, and nothing comes in between.
import type { Session } from "../database/session.ts";
import { settleEpochs } from "./epochs.ts";

/** A place in the order of `audit_links_in_order`. */
export interface LinkPosition {
  readonly transactionId: string;
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

const AFTER = {
  name: "audit.settled-links",
  text: {
    postgresql: `select transaction_id::text as "transactionId", chain, sequence::text as sequence, ids::text[] as ids
      from audit_links
      where transaction_id < $1 and (transaction_id, chain, sequence) > ($2, $3, $4)
      order by transaction_id, chain, sequence limit $5`,
    // Rows that are compared as a whole do not lead MySQL into the index; their first column does.
    mysql: `select transaction_id as "transactionId", chain, sequence, ids
      from audit_links
      where transaction_id < $1 and transaction_id >= $2
        and (transaction_id > $2 or chain > $3 or (chain = $3 and sequence > $4))
      order by transaction_id, chain, sequence limit $5`,
  },
  json: ["ids"],
};

/**
 * Links after a position that are there to stay, in the order that they have for good: whoever has read up to one of
 * them has missed none. `session` is in no transaction.
 */
export async function readSettledLinks(
  session: Session,
  { transactionId, chain, sequence }: LinkPosition,
  limit: number,
): Promise<SettledLink[]> {
  await settleEpochs(session);
  const values = [await readHorizon(session), transactionId, chain, sequence, limit];
  return (await session.query<SettledLink>({ ...AFTER, values })).rows;
}
