// A link as MySQL is told to insert it; PostgreSQL makes it in the statement that writes the rows.
import type { Statement } from "../database/session.ts";
import { hashLink, type LinkContent } from "./chain.ts";

/** A link and its hash, which is that of what the link holds. */
export interface WrittenLink {
  readonly statement: Statement;
  /** In hexadecimal. */
  readonly hash: string;
}

const INSERT = `insert into audit_links (chain, sequence, follows_chain, follows_sequence, previous, ids, row_hashes,
    written_at, transaction_id, hash)
  values ($1, $2, $3, $4, $5, $6, $7, timestamp'1970-01-01 00:00:00' + interval $8 microsecond, $9, $10)`;

/** `ids` are those of the rows in ascending order, as `content.rowHashes` are. */
export function linkOf(ids: readonly string[], content: LinkContent): WrittenLink {
  const { chain, sequence, follows, previous, rowHashes, writtenAt, transactionId } = content;
  const hash = hashLink(content);
  const hashes = [Buffer.from(previous, "hex"), ids, Buffer.from(rowHashes, "hex")];
  const first = [chain, sequence, follows?.chain ?? null, follows?.sequence ?? null];
  const values = [...first, ...hashes, writtenAt, transactionId, Buffer.from(hash, "hex")];
  return { statement: { text: INSERT, values }, hash };
}
