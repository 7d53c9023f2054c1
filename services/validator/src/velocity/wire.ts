import { hash } from "node:crypto";

import type { Observation } from "./aggregate.ts";
import type { Layout, Place } from "./layout.ts";

// What goes to the script (velocity/lua/batch.lua), and what comes back. A client, and Redis, take about as long for an
// argument as for a hundred characters of one: so all transactions are one, and all numbers are one answer.

/** Longer values are hashed: Redis hashes and compares a key for each command. */
const LONGEST_VALUE = 64;
/** Bytes that entries of one kind all take: of them Redis makes strings that are searched without being taken apart. */
const MEMBER_LENGTH = 22;
const COUNTED_LENGTH = 28;
const HALF = 1_000_000_000n;

/** A transaction as the script reads it, a byte each character (latin1). */
export function packTransaction({ keys }: Layout, observation: Observation, claim: boolean): string {
  const { at, member, amount, currency, field } = observation;
  let packed = (claim ? "1" : "0") + stamp(at) + fixedMember(member) + halves(amount) + currency;
  for (const { field: key, prefix, of: fields } of keys) {
    const value = keyValue(field(key));
    packed += value === "" ? "\0" : preceded(prefix + value);
    for (const of of fields) packed += preceded(fixedValue(field(of)));
  }
  return packed;
}

function stamp(at: number): string {
  const low = at % 0x1_0000_0000;
  return word((at - low) / 0x1_0000_0000).slice(2) + word(low);
}

/** Amounts have up to 18 digits, which a double does not hold: their last nine and the rest are kept apart. */
function halves(amount: bigint): string {
  const number = Number(amount);
  if (number > Number.MAX_SAFE_INTEGER) return word(Number(amount / HALF)) + word(Number(amount % HALF));
  const low = number % 1_000_000_000;
  return word((number - low) / 1_000_000_000) + word(low);
}

/** Four bytes, the highest first. */
function word(number: number): string {
  return String.fromCharCode(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);
}

/** A value of up to 255 bytes after its length. */
function preceded(value: string): string {
  return String.fromCharCode(value.length) + value;
}

function fixedMember(member: string): string {
  return /^[!-~]{22}$/.test(member) ? member : shortened(member, MEMBER_LENGTH);
}

function keyValue(value = ""): string {
  if (value.length > LONGEST_VALUE) return shortened(value, COUNTED_LENGTH);
  return /^[ -~]*$/.test(value) ? value : Buffer.from(value).toString("latin1");
}

/** Padded by what text does not contain, so that no two values become one. */
function fixedValue(value: string | undefined): string {
  if (value === undefined) return "";
  return /^[!-~]{1,28}$/.test(value) ? value.padEnd(COUNTED_LENGTH, "\0") : shortened(value, COUNTED_LENGTH);
}

function shortened(value: string, length: number): string {
  return hash("sha256", value, "base64url").slice(0, length);
}

/** The numbers of an answer: since when each group is complete, then those of all transactions. */
export function readNumbers(answer: Buffer): Float64Array {
  // A copy, because a buffer may begin anywhere.
  return new Float64Array(Uint8Array.from(answer).buffer);
}

/** A figure from the numbers of a transaction, which begin at `start`; undefined where Redis could not tell it in time. */
export function figureAt(numbers: Float64Array, start: number, place: Place): bigint | undefined {
  const at = start + place.offset;
  const first = numbers[at] as number;
  if (first < 0) return undefined;
  if (place.function === "count" || place.function === "countDistinct") return BigInt(first);
  if (place.function === "maximum") return joined(first, numbers[at + 1] as number);
  const sum = joined(numbers[at + 1] as number, numbers[at + 2] as number);
  if (place.function === "sum") return sum;
  return first === 0 ? 0n : sum / BigInt(first);
}

function joined(high: number, low: number): bigint {
  // Nearly all sums are small enough for a double.
  return high < 8_000_000 ? BigInt(high * 1_000_000_000 + low) : BigInt(high) * HALF + BigInt(low);
}
