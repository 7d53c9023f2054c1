import fc from "fast-check";
import { expect, test } from "vitest";

import { ConfigError, readConfig } from "../config.ts";
import { readBusinessConfig } from "./config.ts";
import { dayOf, daysFrom, DAY, SLICE, sliceOf, startOf } from "./days.ts";
import { feeOn, readFees, revenueOf } from "./fees.ts";

const fee = (perTransaction: string | number, basisPoints: string | number) => {
  const problems: string[] = [];
  const [read] = readFees(
    JSON.stringify([{ currency: "EUR", from: "2026-01-01", perTransaction, basisPoints }]),
    problems,
  );
  expect(problems).toEqual([]);
  if (read === undefined) throw new Error("no fee");
  return read;
};

test.each([
  ["5", "0", 3n, 0n, 15n],
  ["0", "1", 1n, 10_000n, 1n],
  ["0", "1", 1n, 5000n, 0n],
  ["0", "1", 1n, 15_000n, 2n],
  ["0", "1", 1n, 25_000n, 2n],
  ["0", "1", 1n, 25_001n, 3n],
  ["0.5", "0", 1n, 0n, 0n],
  ["0.5", "0", 3n, 0n, 2n],
  ["0.001", "0", 1500n, 0n, 2n],
  ["0.25", "0.01", 1n, 250_000n, 0n],
  ["0.25", "0.01", 1n, 250_001n, 1n],
  ["0", "10000", 1n, 10n ** 30n + 1n, 10n ** 30n + 1n],
])(
  "%s each and %s basis points, of %s transactions with %s approved: %s",
  (each, share, transactions, approved, revenue) => {
    expect(revenueOf(fee(each, share), { transactions, approved })).toBe(revenue);
  },
);

test("the exact sum is rounded once, to the nearest, of two the even one", () => {
  fc.assert(
    fc.property(
      fc.nat(10_000_000),
      fc.nat(1_000_000),
      fc.bigInt({ min: 0n, max: 10n ** 12n }),
      fc.bigInt({ min: 0n, max: 10n ** 24n }),
      (milli, hundredths, transactions, approved) => {
        fc.pre(milli > 0 || hundredths > 0);
        const given = fee((milli / 1000).toFixed(3), (hundredths / 100).toFixed(2));
        const revenue = revenueOf(given, { transactions, approved });
        // In millionths of a minor unit, exactly.
        const exact = transactions * BigInt(milli) * 1000n + approved * BigInt(hundredths);
        const twice = 2n * (revenue * 1_000_000n - exact);
        expect(twice >= -1_000_000n && twice <= 1_000_000n).toBe(true);
        const isHalf = twice === 1_000_000n || twice === -1_000_000n;
        expect(isHalf && revenue % 2n === 1n).toBe(false);
      },
    ),
  );
});

test("a fee counts from its day on, until the next one", () => {
  const fees = readFees(
    `[{"currency":"EUR","from":"2026-03-01","perTransaction":2},{"currency":"EUR","from":"2026-01-01","perTransaction":1},
      {"currency":"USD","from":"2026-02-01","basisPoints":3}]`,
    [],
  );
  const on = (currency: string, day: string) => feeOn(fees, currency, day)?.perTransaction;
  expect(on("EUR", "2025-12-31")).toBeUndefined();
  expect([on("EUR", "2026-01-01"), on("EUR", "2026-02-28")]).toEqual([1000n, 1000n]);
  expect([on("EUR", "2026-03-01"), on("EUR", "2030-01-01")]).toEqual([2000n, 2000n]);
  expect([on("USD", "2026-01-31"), on("USD", "2026-02-01"), on("JPY", "2026-02-01")]).toEqual([
    undefined,
    0n,
    undefined,
  ]);
});

test.each([
  ["{", ["must be a JSON list of fees"]],
  ['{"currency":"EUR"}', ["must be a JSON list of fees"]],
  ["[1]", ["[0] must be an object"]],
  [
    '[{"currency":"XXX","from":"2026-02-30","perTransaction":"-1","basisPoints":"10000.01","per":1}]',
    [
      "has per, which no fee has",
      "a currency of ISO 4217",
      "the day from which",
      "perTransaction in",
      "basisPoints from 0",
    ].map((text) => expect.stringContaining(text)),
  ],
  ['[{"currency":"EUR","from":"2026-01-01"}]', ["[0] must have perTransaction or basisPoints"]],
  [
    '[{"currency":"EUR","from":"2026-01-01","perTransaction":"0.0001"}]',
    [expect.stringContaining("three decimals")],
  ],
  [
    '[{"currency":"EUR","from":"2026-01-01","perTransaction":1e-7}]',
    [expect.stringContaining("three decimals")],
  ],
  [
    '[{"currency":"EUR","from":"2026-01-01","basisPoints":1},{"currency":"EUR","from":"2026-01-01","basisPoints":2}]',
    ["[1] is a second fee in EUR from 2026-01-01"],
  ],
])("%s is not a schedule, and it is told why", (text, expected) => {
  const problems: string[] = [];
  readFees(text, problems);
  expect(problems).toEqual(expected);
});

test("the environment says it, or nothing is known of revenue", () => {
  expect(readBusinessConfig({ BUSINESS_FEES: "" }, [])).toEqual({ fees: undefined });
  expect(readBusinessConfig({ BUSINESS_FEES: "[]" }, [])).toEqual({ fees: [] });
  const env = { DATABASE_URL: "postgresql://a@b/c", BUSINESS_FEES: "no" };
  expect(() => readConfig(env)).toThrow(ConfigError);
  expect(() => readConfig(env)).toThrow("BUSINESS_FEES must be a JSON list of fees");
});

test("any text is read or refused, and never breaks", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.array(fc.object()).map((list) => JSON.stringify(list)),
      ),
      (text) => {
        readFees(text, []);
      },
    ),
  );
});

test("days begin at midnight UTC, and slices make them up", () => {
  const time = fc.integer({ min: 0, max: Date.parse("9999-12-31T23:59:59.999Z") });
  fc.assert(
    fc.property(time, (at) => {
      const start = startOf(dayOf(at)) as number;
      expect([start % DAY, at - start >= 0, at - start < DAY]).toEqual([0, true, true]);
      expect([dayOf(sliceOf(at)), dayOf(sliceOf(at) + SLICE - 1)]).toEqual([dayOf(at), dayOf(at)]);
    }),
  );
  expect(daysFrom(startOf("2028-02-28") as number, startOf("2028-03-01") as number)).toEqual([
    "2028-02-28",
    "2028-02-29",
    "2028-03-01",
  ]);
  for (const text of ["2026-2-1", "2026-02-29", "1969-12-31", "20260201", "2026-02-01T00:00:00Z", ""])
    expect(startOf(text), `${text}`).toBeUndefined();
});
