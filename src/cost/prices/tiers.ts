/** One step of a graduated price: what goes beyond the step before and up to `upTo` costs what `sku` says. */
export interface Tier {
  readonly upTo: number;
  /** Null: it is free. */
  readonly sku: string | null;
}

/** How much of a quantity falls into each step that costs something. The last step has no end. */
export function graduated(
  quantity: number,
  tiers: readonly Tier[],
): { readonly sku: string; readonly quantity: number }[] {
  let from = 0;
  return tiers.flatMap(({ upTo, sku }) => {
    const within = Math.max(0, Math.min(quantity, upTo) - from);
    from = upTo;
    return sku === null || within === 0 ? [] : [{ sku, quantity: within }];
  });
}

const TB = 1024;

/** Data to the internet: an account's first 100 GB a month are free. https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer */
export const TRANSFER_OUT: readonly Tier[] = [
  { upTo: 100, sku: null },
  { upTo: 10 * TB, sku: "transfer.out.first-10-tb" },
  { upTo: 50 * TB, sku: "transfer.out.next-40-tb" },
  { upTo: 150 * TB, sku: "transfer.out.next-100-tb" },
  { upTo: Number.POSITIVE_INFINITY, sku: "transfer.out.over-150-tb" },
];

/** Data from CloudFront to viewers: an account's first TB a month is free. https://aws.amazon.com/cloudfront/pricing/ */
export const CDN_OUT: readonly Tier[] = [
  { upTo: TB, sku: null },
  { upTo: 10 * TB, sku: "cloudfront.out.first-10-tb" },
  { upTo: 50 * TB, sku: "cloudfront.out.next-40-tb" },
  { upTo: 150 * TB, sku: "cloudfront.out.next-100-tb" },
  { upTo: Number.POSITIVE_INFINITY, sku: "cloudfront.out.over-150-tb" },
];
