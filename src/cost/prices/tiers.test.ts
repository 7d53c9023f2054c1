import fc from "fast-check";
import { expect, test } from "vitest";
import { priceOf } from "./price-list.ts";
import { CDN_OUT, graduated, TRANSFER_OUT } from "./tiers.ts";

const costOf = (gb: number, tiers: typeof TRANSFER_OUT) =>
  graduated(gb, tiers).reduce(
    (sum, { sku, quantity }) => sum + quantity * priceOf("us-east-1", sku, "test").value,
    0,
  );

test("the first 100 GB to the internet are free, then each step has its price", () => {
  expect(graduated(100, TRANSFER_OUT)).toEqual([]);
  expect(graduated(700, TRANSFER_OUT)).toEqual([{ sku: "transfer.out.first-10-tb", quantity: 600 }]);
  expect(graduated(20_000, TRANSFER_OUT)).toEqual([
    { sku: "transfer.out.first-10-tb", quantity: 10_140 },
    { sku: "transfer.out.next-40-tb", quantity: 9760 },
  ]);
});

test.each([
  ["the internet", TRANSFER_OUT, 100],
  ["CloudFront's viewers", CDN_OUT, 1024],
] as const)("to %s, all but the free part is billed once, and more is never cheaper", (_, tiers, free) => {
  const gigabytes = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(gigabytes, gigabytes, (one, other) => {
      const billed = graduated(one, tiers).reduce((sum, { quantity }) => sum + quantity, 0);
      expect(billed).toBeCloseTo(Math.max(0, one - free), 4);
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      expect(costOf(more, tiers)).toBeGreaterThanOrEqual(costOf(less, tiers) - 1e-6);
    }),
  );
});
