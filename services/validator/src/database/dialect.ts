// What the engines say in different words, so that the rest of a statement need be written only once.
import type { Texts } from "./session.ts";

export interface Dialect {
  /** Bytes as hexadecimal digits, small letters. */
  hex(column: string): string;
  /** Microseconds since 1970, as decimal text. */
  microseconds(column: string): string;
  /** The moment at which the statement runs, whenever its transaction began. */
  readonly now: string;
  /** The time that lies so many microseconds after the beginning of 1970. */
  timeOf(microseconds: string): string;
  /** A time, and so many milliseconds; the time of the transaction, or of the statement, is `current_timestamp(6)`. */
  after(time: string, milliseconds: string): string;
  /** Seconds from one time to another, with decimals. */
  secondsBetween(from: string, to: string): string;
  /** The end of an insert that leaves rows alone which are there already; `column` is any of the table's. */
  unlessThere(column: string): string;
  /** A number, an id or JSON as text, in the spelling that it was stored in. */
  text(column: string): string;
}

const POSTGRESQL: Dialect = {
  hex: (column) => `encode(${column}, 'hex')`,
  microseconds: (column) => `(extract(epoch from ${column}) * 1000000)::bigint::text`,
  now: "clock_timestamp()",
  timeOf: (microseconds) => `timestamptz 'epoch' + ${microseconds} * interval '1 microsecond'`,
  after: (time, milliseconds) => `${time} + ${milliseconds} * interval '1 millisecond'`,
  secondsBetween: (from, to) => `extract(epoch from ${to} - ${from})::float8`,
  unlessThere: () => "on conflict do nothing",
  text: (column) => `${column}::text`,
};

const MYSQL: Dialect = {
  hex: (column) => `lower(hex(${column}))`,
  microseconds: (column) => `timestampdiff(microsecond, '1970-01-01', ${column})`,
  now: "utc_timestamp(6)",
  timeOf: (microseconds) => `timestamp'1970-01-01 00:00:00' + interval ${microseconds} microsecond`,
  after: (time, milliseconds) => `${time} + interval ${milliseconds} * 1000 microsecond`,
  secondsBetween: (from, to) => `timestampdiff(microsecond, ${from}, ${to}) / 1000000`,
  // Not "insert ignore", which would also cut off what is too long.
  unlessThere: (column) => `on duplicate key update ${column} = ${column}`,
  // JSON is stored as text, and bigint is read as it.
  text: (column) => column,
};

/** The same statement for both engines. */
export function inBoth(write: (say: Dialect) => string): Texts {
  return { postgresql: write(POSTGRESQL), mysql: write(MYSQL) };
}
