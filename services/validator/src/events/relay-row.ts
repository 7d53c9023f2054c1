// The one row of the relay: who holds it, and how far it has come.
import type { Session } from "../database/session.ts";

/** Numbers are those of the log. */
export interface RelayRow {
  readonly holder: string | null;
  /** Whether nobody holds it, or whoever did has not renewed it in time. */
  readonly isFree: boolean;
  /** Another one where events after number `termFrom` may be others than those that were told before. */
  readonly term: string | null;
  readonly termFrom: number;
  readonly linksRead: string;
  readonly logged: number;
  readonly durable: number;
  readonly published: number;
  /** The database's clock. */
  readonly now: Date;
}

type Stored = Omit<RelayRow, "isFree"> & { readonly leaseUntil: Date | null };

const COLUMNS = `holder, lease_until as "leaseUntil", term, term_from as "termFrom", links_read as "linksRead", logged,
  durable, published`;

/** `lock` keeps others from changing it until the transaction ends. */
export async function readRelay(session: Session, lock: "" | "for update" = ""): Promise<RelayRow> {
  const { rows } = await session.query<Stored>({
    name: `events.relay ${lock}`.trim(),
    text: {
      postgresql: `select ${COLUMNS}, clock_timestamp() as now from event_relay ${lock}`,
      mysql: `select ${COLUMNS}, sysdate(6) as now from event_relay ${lock}`,
    },
    numbers: ["termFrom", "logged", "durable", "published"],
  });
  const row = rows[0];
  if (row === undefined) throw new Error("The table event_relay has lost its row.");
  const { leaseUntil, ...rest } = row;
  return { ...rest, isFree: rest.holder === null || leaseUntil === null || leaseUntil < rest.now };
}

/** What a round of the relay has changed; the lease begins anew. The row is locked by the session's transaction. */
export async function saveRound(
  session: Session,
  holder: string,
  round: Pick<RelayRow, "linksRead" | "logged" | "term" | "termFrom"> & { readonly leaseUntil: Date },
): Promise<void> {
  const { leaseUntil, linksRead, logged, term, termFrom } = round;
  await session.query({
    name: "events.save-round",
    text: `update event_relay set holder = $1, lease_until = $2, links_read = $3, logged = $4, term = $5,
             term_from = $6`,
    values: [holder, leaseUntil, linksRead, logged, term, termFrom],
  });
}

/** Notes what may be told, and what was published; false where somebody else holds it by now. */
export async function saveTold(
  session: Session,
  holder: string,
  { durable, published }: Pick<RelayRow, "durable" | "published">,
): Promise<boolean> {
  const { rowCount } = await session.query({
    name: "events.save-told",
    text: "update event_relay set durable = $2, published = $3 where holder = $1",
    values: [holder, durable, published],
  });
  return rowCount === 1;
}

/** Lets another replica go on at once. */
export async function releaseRelay(session: Session, holder: string): Promise<void> {
  await session.query("update event_relay set holder = null, lease_until = null where holder = $1", [holder]);
}
