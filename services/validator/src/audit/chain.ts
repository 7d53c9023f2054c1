import { hash, randomUUID } from "node:crypto";

/** A link of a chain by its place. */
export interface LinkName {
  chain: string;
  sequence: number;
}

/**
 * Where a chain of links stands. Each link holds the hash of the one before, so that none can be altered, taken out or
 * put in between without all later ones. Hashes are hexadecimal.
 */
export interface Position extends LinkName {
  /** Hash of link `sequence`; where that is 0, of the link that the chain follows. */
  hash: string;
  /** The link of another chain that this one's first link follows; null for a chain that begins from nothing. */
  follows: LinkName | null;
}

/** Precedes the first link of a chain that follows no other. */
export const NOTHING = "0".repeat(64);

/** The one chain of the administrative acts; all others are of decisions. */
export const ACTS_CHAIN = "00000000-0000-0000-0000-000000000000";

/** A chain of a process that has written nothing yet. */
export function beginChain(): Position {
  return { chain: randomUUID(), sequence: 0, hash: NOTHING, follows: null };
}

/** After a link was durably written. */
export function advance(position: Position, linkHash: string): Position {
  return { ...position, sequence: position.sequence + 1, hash: linkHash };
}

/**
 * After a write whose outcome is unknown: nobody can say which hash the next link would have to follow, so a new chain
 * begins that follows the last link known. The write may still have left one more link on the old chain.
 */
export function forkChain({ chain, sequence, hash: last, follows }: Position): Position {
  return {
    chain: randomUUID(),
    sequence: 0,
    hash: last,
    follows: sequence === 0 ? follows : { chain, sequence },
  };
}

/** What a link's hash is taken of. */
export interface LinkContent extends LinkName {
  follows: LinkName | null;
  previous: string;
  /** Of the rows, in the order of their ids, one after the other. */
  rowHashes: string;
  /** Microseconds since 1970. */
  writtenAt: bigint;
  /** PostgreSQL's number of the transaction that wrote the link and its rows. */
  transactionId: bigint;
}

/** The same in PostgreSQL: `link` has the columns of audit_links. Only the last part varies in length. */
export const LINK_HASH_SQL = `sha256(
    uuid_send(link.chain) || int8send(link.sequence)
    || uuid_send(coalesce(link.follows_chain, '${ACTS_CHAIN}')) || int8send(coalesce(link.follows_sequence, 0))
    || int8send((extract(epoch from link.written_at) * 1000000)::bigint) || int8send(link.transaction_id)
    || link.previous || link.row_hashes)`;

/** Hash of a link, in hexadecimal. */
export function hashLink(link: LinkContent): string {
  const places = [link, link.follows ?? { chain: ACTS_CHAIN, sequence: 0 }];
  const head = places
    .map(({ chain, sequence }) => chain.replaceAll("-", "") + int8(BigInt(sequence)))
    .join("");
  const digits = head + int8(link.writtenAt) + int8(link.transactionId) + link.previous + link.rowHashes;
  return hash("sha256", Buffer.from(digits, "hex"), "hex");
}

/** Eight bytes, big end first, in hexadecimal. */
function int8(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, "0");
}
