import { expect, test } from "vitest";
import { everyEnvironment } from "#model/testing/references.ts";
import { billOf } from "../bill.ts";
import { RESERVED, SAVINGS_PLANS } from "./commitments.ts";
import { checkRegion, priceOf, PRICES } from "./price-list.ts";
import { percentBelowOnDemand } from "./spot.ts";

const TOLERANCE = 0.005;

test.each(PRICES.map((price) => [`${price.sku} in ${price.region}`, price] as const))(
  "%s is what its page prints",
  (_, { value, prints }) => {
    const printed = prints.dollars / prints.units;
    expect(Math.abs(value - printed) / printed).toBeLessThanOrEqual(TOLERANCE);
  },
);

test("each price has a unit, a page and a day, and costs something", () => {
  const wrong = PRICES.filter(
    ({ value, unit, page, asOf }) =>
      !(value > 0 && unit !== "" && page.startsWith("https://") && /^\d{4}-\d\d(-\d\d)?$/.test(asOf)),
  );
  expect(wrong).toEqual([]);
});

test("EC2 on spot is what the adviser prints below the on-demand price, and never counts as a price that was printed", () => {
  const spot = PRICES.filter(({ sku }) => sku.endsWith(".spot-hour"));
  expect(spot).toHaveLength(101);
  for (const { sku, value, basis } of spot) {
    const onDemand = priceOf("us-east-1", sku.replace(".spot-hour", ".hour"), "a test").value;
    const type = sku.slice("ec2.".length, -".spot-hour".length);
    expect(100 * (1 - value / onDemand)).toBeCloseTo(percentBelowOnDemand(type) ?? 0, 6);
    expect(basis).toBe("feed");
  }
});

test("prices that no source was found for say so, and are no more than these", () => {
  const names = PRICES.filter(({ basis }) => basis === "recalled").map(
    ({ region, sku }) => `${sku} in ${region}`,
  );
  expect(names).toEqual([
    "ec2.cpu-credits.arm64 in us-east-1",
    "documentdb.db.t4g.medium in us-east-1",
    "documentdb.db.r6g.large in us-east-1",
    "rds.storage.io2.single-zone in us-east-1",
    "rds.storage.io2.multi-zone in us-east-1",
    "rds.iops.io2.single-zone in us-east-1",
    "rds.iops.io2.multi-zone in us-east-1",
    "rds.extended-support.year-3 in us-east-1",
    "shield-advanced.subscription in us-east-1",
    "s3.standard-ia in us-west-2",
    "documentdb.backup in us-west-2",
  ]);
});

test("each product that the reference architectures use has exactly one price in its region", async () => {
  const used = (await everyEnvironment()).flatMap(({ architecture }) =>
    billOf(architecture).components.flatMap(({ items }) => items.map(({ price }) => price)),
  );
  const wrong = used.filter(
    ({ sku, region }) => PRICES.filter((price) => price.sku === sku && price.region === region).length !== 1,
  );
  expect(wrong).toEqual([]);
});

test("no product has two prices in a region", () => {
  const names = PRICES.map(({ sku, region }) => `${region} ${sku}`);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test("what has no price is an error that names what has one", () => {
  expect(() => priceOf("us-east-1", "rds.mysql.db.m6g.16xlarge.multi-zone", "stores.database")).toThrow(
    expect.objectContaining({
      code: "COST_PRICE_MISSING",
      message: expect.stringContaining("stores.database"),
      remedy: expect.stringContaining("rds.mysql.db.m6g.large.multi-zone"),
    }),
  );
  expect(() => priceOf("us-west-2", "nat.hour", "network.nat")).toThrow(
    expect.objectContaining({ remedy: "It has a price in us-east-1." }),
  );
  expect(() => priceOf("us-east-1", "moon.base", "stores.database")).toThrow(
    expect.objectContaining({ remedy: "Nothing of its kind has a price." }),
  );
});

test("a region without prices is refused with those that have them", () => {
  expect(() => checkRegion("eu-central-1")).toThrow(
    expect.objectContaining({ code: "COST_REGION_UNKNOWN", remedy: expect.stringContaining("us-east-1") }),
  );
});

const COMMITMENTS = [...Object.values(RESERVED), ...Object.values(SAVINGS_PLANS)];

test("what a commitment leaves of a price is what its page prints", () => {
  const wrong = COMMITMENTS.flat().filter(
    ({ value, prints }) => prints && Math.abs(value - prints.committed / prints.onDemand) > TOLERANCE * value,
  );
  expect(wrong).toEqual([]);
});

const WITH_THREE_YEARS = COMMITMENTS.filter((commitments) => commitments.some(({ years }) => years === 3));

test.each(WITH_THREE_YEARS)("three years cost less than one", (...commitments) => {
  const least = (years: 1 | 3) =>
    Math.min(...commitments.filter((each) => each.years === years).map(({ value }) => value));
  expect(least(3)).toBeLessThan(least(1));
});
