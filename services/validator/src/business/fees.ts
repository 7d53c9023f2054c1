// What whoever runs this service earns by decisions: so much for each, and a share of what was approved.
import { minorUnitDigits } from "../reference/currencies.ts";
import { type Day, startOf } from "./days.ts";

export interface Fee {
  readonly currency: string;
  /** The first UTC day that it counts for, up to the next fee in the currency. */
  readonly from: Day;
  /** Thousandths of a minor unit for each decided transaction. */
  readonly perTransaction: bigint;
  /** Hundredths of a basis point, which are millionths, of the approved amount. */
  readonly share: bigint;
}

export type FeeSchedule = readonly Fee[];

/** What was decided of a currency. Minor units. */
export interface Decided {
  readonly transactions: bigint;
  readonly approved: bigint;
}

/** The fee in a currency on a day; undefined where there is none. */
export function feeOn(schedule: FeeSchedule, currency: string, day: Day): Fee | undefined {
  return schedule
    .filter((fee) => fee.currency === currency && fee.from <= day)
    .reduce<Fee | undefined>(
      (newest, fee) => (newest === undefined || fee.from > newest.from ? fee : newest),
      undefined,
    );
}

const MILLION = 1_000_000n;

/**
 * Revenue in minor units: the exact sum is rounded once, half to even (as IEEE 754 and accountants have it), so nothing
 * drifts however many transactions there are.
 */
export function revenueOf({ perTransaction, share }: Fee, { transactions, approved }: Decided): bigint {
  return halfToEven(transactions * perTransaction * 1000n + approved * share, MILLION);
}

/** The quotient of what is not negative. */
function halfToEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = 2n * (dividend % divisor);
  const isUp = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

const MEMBERS = new Set(["currency", "from", "perTransaction", "basisPoints"]);

/**
 * Reads a schedule such as [{"currency":"EUR","from":"2026-01-01","perTransaction":"1.5","basisPoints":"2.25"}]. What is
 * wrong with it is added to `problems`, each of which continues the name of where it comes from.
 */
export function readFees(text: string, problems: string[]): FeeSchedule {
  const list = parsed(text);
  if (!Array.isArray(list)) {
    problems.push("must be a JSON list of fees");
    return [];
  }
  const seen = new Set<string>();
  return list.flatMap((given: unknown, index) => {
    const wrong = (message: string) => problems.push(`[${index}] ${message}`);
    const fee = readFee(given, wrong);
    if (fee === undefined) return [];
    const name = `${fee.currency} from ${fee.from}`;
    if (seen.has(name)) wrong(`is a second fee in ${name}`);
    seen.add(name);
    return [fee];
  });
}

function readFee(given: unknown, wrong: (message: string) => void): Fee | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    wrong("must be an object");
    return undefined;
  }
  const { currency, from, perTransaction = "0", basisPoints = "0" } = given as Record<string, unknown>;
  const others = Object.keys(given).filter((name) => !MEMBERS.has(name));
  if (others.length > 0) wrong(`has ${others.join(" and ")}, which no fee has`);
  const isCurrency = typeof currency === "string" && minorUnitDigits.get(currency) !== undefined;
  if (!isCurrency) wrong("must have a currency of ISO 4217 with a minor unit");
  const isDay = typeof from === "string" && startOf(from) !== undefined;
  if (!isDay) wrong("must have the day from which it counts, such as 2026-01-01");
  const each = decimal(perTransaction, 9, 3);
  if (each === undefined) wrong("must have perTransaction in minor units, with three decimals at most");
  const share = decimal(basisPoints, 5, 2);
  if (share === undefined || share > MILLION)
    wrong("must have basisPoints from 0 to 10000, with two decimals at most");
  if (each === 0n && share === 0n) wrong("must have perTransaction or basisPoints");
  if (!isCurrency || !isDay || each === undefined || share === undefined) return undefined;
  return { currency, from, perTransaction: each, share };
}

/** A decimal number, given as text or as a JSON number, in units of its last decimal. */
function decimal(given: unknown, digits: number, decimals: number): bigint | undefined {
  if (typeof given !== "string" && typeof given !== "number") return undefined;
  const [, whole = "", fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(String(given)) ?? [];
  if (whole === "" || whole.length > digits || fraction.length > decimals) return undefined;
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
