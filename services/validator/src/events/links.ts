// Which decisions are new: told by the audit links, which are written with the decisions in one statement. So a decision
// is in no outbox, and telling of it costs nothing on its way.
import { ACTS_CHAIN } from "../audit/chain.ts";
import { type LinkPosition, readHorizon, readSettledLinks, START } from "../audit/order.ts";
import type { Session } from "../database/session.ts";

/** A place in the order of the links, and what is left out of those that follow. */
interface Place extends LinkPosition {
  /** Milliseconds since 1970: decisions from before were told already, in another cluster. */
  readonly floor?: number;
}

export interface ReadLinks {
  /** Ids of decisions that were written together. */
  readonly links: readonly (readonly string[])[];
  /** From where to read on. */
  readonly position: string;
  /** Whether there may be more. */
  readonly isPage: boolean;
}

/** Links of decisions after a position, in the order that they have for good. `settler` is in no transaction. */
export async function readLinks(
  session: Session,
  position: string,
  limit: number,
  settler: Session = session,
): Promise<ReadLinks> {
  const place = parse(position);
  const found = await readSettledLinks(session, place, limit, settler);
  const { floor } = place;
  const last = found.at(-1);
  return {
    links: found
      .filter(({ chain, ids }) => chain !== ACTS_CHAIN && timeOf(ids[0] ?? "") >= (floor ?? 0))
      .map(({ ids }) => ids),
    position: last === undefined ? position : format(last, floor),
    isPage: found.length === limit,
  };
}

/** Whether there is anything after a position. */
export async function hasUnread(session: Session, position: string): Promise<boolean> {
  return (await readSettledLinks(session, parse(position), 1)).length > 0;
}

/** When the oldest decision was made that is not read yet, in milliseconds since 1970; undefined where all are read. */
export async function oldestUnread(session: Session, position: string): Promise<number | undefined> {
  const { links } = await readLinks(session, position, 20);
  const id = links[0]?.[0];
  return id === undefined ? undefined : timeOf(id);
}

/** Milliseconds: the clocks of replicas differ, and a decision is committed seconds after its id was made. */
const FLOOR_MARGIN = 60_000;

/**
 * The position in this cluster. Transaction numbers of PostgreSQL that went back are another cluster's, into which this
 * database was copied: what follows has lower ones, and is read from the first one on, without what is older than the
 * newest event that was told.
 */
export async function positionHere(
  session: Session,
  position: string,
  newest: Date | undefined,
): Promise<string> {
  if (session.engine !== "postgresql") return position;
  if (BigInt(parse(position).transactionId) <= BigInt(await readHorizon(session))) return position;
  return format(START, newest === undefined ? undefined : newest.getTime() - FLOOR_MARGIN);
}

function parse(position: string): Place {
  return position === "" ? START : (JSON.parse(position) as Place);
}

function format(
  { transactionId, writtenAt, chain, sequence }: LinkPosition,
  floor: number | undefined,
): string {
  return JSON.stringify({ transactionId, writtenAt, chain, sequence, floor });
}

/** The time in a UUIDv7 (RFC 9562, section 5.7). */
function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 13).replace("-", ""), 16);
}
