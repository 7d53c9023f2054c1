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

/** Bytes: what a few huge rows have taken is not kept. */
const MOST_KEPT = 1024 * 1024;

/** Values of hexadecimal digits, by their character codes. */
const DIGITS = new Uint8Array(128);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

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

  /** Begins anew, in the same memory: what `column` gave before has been sent, or is not sent any more. */
  clear(): void {
    this.#end = 0;
    if (this.#buffer.length > MOST_KEPT) this.#buffer = Buffer.allocUnsafe(MOST_KEPT);
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
    this.#digits(digits, 0, digits.length);
  }

  uuid(id: string): void {
    this.#reserve(20);
    this.#int4(16);
    this.#digits(id, 0, 8);
    this.#digits(id, 9, 13);
    this.#digits(id, 14, 18);
    this.#digits(id, 19, 23);
    this.#digits(id, 24, 36);
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

  /** A few digits are read sooner here than by a call into the runtime. */
  #digits(text: string, from: number, to: number): void {
    const buffer = this.#buffer;
    let end = this.#end;
    for (let index = from; index < to; index += 2) {
      buffer[end++] =
        ((DIGITS[text.charCodeAt(index)] as number) << 4) | (DIGITS[text.charCodeAt(index + 1)] as number);
    }
    this.#end = end;
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
