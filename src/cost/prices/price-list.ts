import { PlumblineError } from "#model/errors.ts";
import { COMPUTE_PRICES } from "./compute.ts";
import { DATABASE_PRICES } from "./databases.ts";
import { NETWORK_PRICES } from "./network.ts";
import { OPERATIONS_PRICES } from "./operations.ts";
import type { Price } from "./price.ts";
import { STORAGE_PRICES } from "./storage.ts";

/** Every price that is known. */
export const PRICES: readonly Price[] = [
  ...COMPUTE_PRICES,
  ...DATABASE_PRICES,
  ...NETWORK_PRICES,
  ...STORAGE_PRICES,
  ...OPERATIONS_PRICES,
];

/** Regions that an architecture can be priced in; others have the prices of copies alone. */
export const PRICED_REGIONS: readonly string[] = ["us-east-1"];

const bySku: ReadonlyMap<string, Price> = new Map(PRICES.map((each) => [`${each.region} ${each.sku}`, each]));

/** @throws PlumblineError COST_REGION_UNKNOWN */
export function checkRegion(region: string): void {
  if (PRICED_REGIONS.includes(region)) return;
  throw new PlumblineError(
    "COST_REGION_UNKNOWN",
    `There are no prices for the region ${region}.`,
    `Regions with prices: ${PRICED_REGIONS.join(", ")}. To compare, set \`region\` to one of them in a copy of the architecture.`,
  );
}

/** @throws PlumblineError COST_PRICE_MISSING: what has no price is never free. */
export function priceOf(region: string, sku: string, part: string): Price {
  const found = bySku.get(`${region} ${sku}`);
  if (found) return found;
  throw new PlumblineError(
    "COST_PRICE_MISSING",
    `There is no price for ${sku} in ${region}, which ${part} needs.`,
    likelyRemedy(region, sku),
  );
}

/** What of its kind has a price: `rds.mysql.db.m6g.large` for `rds.mysql.db.m6g.xlarge`. */
function likelyRemedy(region: string, sku: string): string {
  const parts = sku.split(".");
  for (let kept = parts.length - 1; kept > 0; kept--) {
    const prefix = `${parts.slice(0, kept).join(".")}.`;
    const alike = PRICES.filter((each) => each.region === region && each.sku.startsWith(prefix));
    if (alike.length > 0)
      return `Prices of its kind: ${alike
        .map((each) => each.sku)
        .slice(0, 12)
        .join(", ")}. Choose one of them.`;
  }
  const regions = PRICES.filter((each) => each.sku === sku).map((each) => each.region);
  return regions.length > 0 ? `It has a price in ${regions.join(", ")}.` : "Nothing of its kind has a price.";
}
