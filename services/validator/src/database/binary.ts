/** OIDs of the element types that are sent (PostgreSQL's catalog pg_type). */
export const ELEMENT = {
  json: 114,
  int8: 20,
  int4: 23,
  text: 25,
  bytea: 17,
  uuid: 2950,
  timestamptz: 1184,
  bool: 16,
} as const;

/** From 1970 to 2000, where PostgreSQL's time begins, in milliseconds. */
const EPOCH = Date.UTC(2000, 0, 1);

/**
 * Writes columns as PostgreSQL's binary arrays (array_send), which pg passes on as they are: the text form would cost
 * an escaped copy of every value here, and the reverse there. `column(…)` gives the parameter for `unnest($1::text[])`.
 */
export class BinaryColumns {
  #buffer: Buffer;
  #end = 0;

  /** `expected` bytes for all columns; more are found when they are needed. */
  constructor(expected: number) {
    this.#buffer = Buffer.allocUnsafe(expected);
  }

  /** One array of `values`, each written by `write`, which is one of the methods below. */
  column<T>(oid: number, values: readonly T[], write: (columns: this, value: T) => void): Buffer {
    this.#reserve(20);
    const start = this.#end;
    this.#int4(values.length === 0 ? 0 : 1);
    // "May contain nulls": array_recv looks for itself.
    this.#int4(1);
    this.#int4(oid);
    if (values.length > 0) {
      this.#int4(values.length);
      this.#int4(1);
    }
    for (const value of values) write(this, value);
    return this.#buffer.subarray(start, this.#end);
  }

  null(): void {
    this.#reserve(4);
    this.#int4(-1);
  }

  text(value: string | null): void {
    if (value === null) return this.null();
    this.#reserve(4 + value.length * 3);
    const length = this.#buffer.write(value, this.#end + 4);
    this.#buffer.writeInt32BE(length, this.#end);
    this.#end += 4 + length;
  }

  /** Bytes, given as hexadecimal digits. */
  hex(digits: string): void {
    const length = digits.length >> 1;
    this.#reserve(4 + length);
    this.#int4(length);
    this.#buffer.write(digits, this.#end, "hex");
    this.#end += length;
  }

  uuid(id: string): void {
    this.hex(id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24));
  }

  boolean(value: boolean): void {
    this.#reserve(5);
    this.#int4(1);
    this.#buffer[this.#end++] = value ? 1 : 0;
  }

  int4(value: number): void {
    this.#reserve(8);
    this.#int4(4);
    this.#int4(value);
  }

  int8(value: bigint): void {
    this.#reserve(12);
    this.#int4(8);
    this.#buffer.writeBigInt64BE(value, this.#end);
    this.#end += 8;
  }

  /** A timestamptz; milliseconds since 1970. */
  time(milliseconds: number): void {
    this.#reserve(12);
    this.#int4(8);
    const microseconds = (milliseconds - EPOCH) * 1000;
    // Two halves, because a BigInt would cost more than all the rest.
    this.#int4(Math.floor(microseconds / 2 ** 32));
    this.#int4(microseconds | 0);
  }

  #int4(value: number): void {
    this.#buffer.writeInt32BE(value, this.#end);
    this.#end += 4;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe((this.#end + bytes) * 2);
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}
