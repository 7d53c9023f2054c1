import type { BillComponent, BillItem } from "#cost/types.ts";
import { digits, dollars } from "./amounts.ts";

/** How near a figure has to be to a part of a bill, so that it can be said to pay for that part. */
const NEAR = 0.1;

/** `NAT gateways: 2 × 730 h × $0.045 = $65.70` */
export function itemText({ name, quantity, hours, unitPrice, perMonth }: BillItem): string {
  const factors = [digits(quantity), hours === null ? null : `${digits(hours)} h`, price(unitPrice)];
  return `${name}: ${factors.filter((factor) => factor !== null).join(" × ")} = ${dollars(perMonth)}`;
}

/**
 * What a claimed figure does pay for, as a sentence: fewer of something that there are several of, or one item and not the
 * others. Empty where it is near neither.
 */
export function paidPart(
  { perMonth, items }: Pick<BillComponent, "perMonth" | "items">,
  { to: claimed }: { readonly to: number },
): string {
  if (claimed <= 0 || perMonth <= claimed) return "";
  const [nearest] = [...fewer(items, perMonth), ...alone(items)].toSorted(
    (a, b) => distance(a.pays, claimed) - distance(b.pays, claimed),
  );
  return nearest && distance(nearest.pays, claimed) <= NEAR
    ? `${dollars(claimed)} pays for ${nearest.what(perMonth - nearest.pays)}.`
    : "";
}

interface Part {
  readonly pays: number;
  /** @param rest what it leaves out, in dollars. */
  readonly what: (rest: number) => string;
}

/** Of something that runs several times: fewer of them, alone or with all the rest. */
function fewer(items: readonly BillItem[], perMonth: number): Part[] {
  return items
    .filter(({ quantity, hours }) => hours !== null && Number.isInteger(quantity) && quantity > 1)
    .flatMap(({ name, quantity, perMonth: all }) =>
      Array.from({ length: quantity - 1 }, (_, index) => index + 1).flatMap((count) => {
        const what = () => `${count} of ${quantity} (${name})`;
        const missing = ((quantity - count) * all) / quantity;
        return [
          { pays: all - missing, what },
          { pays: perMonth - missing, what },
        ];
      }),
    );
}

/** One item, and none of the others. */
function alone(items: readonly BillItem[]): Part[] {
  const paid = items.filter(({ perMonth }) => perMonth > 0);
  return paid.length < 2
    ? []
    : paid.map((item) => ({
        pays: item.perMonth,
        what: (rest) =>
          `${item.name} alone, and leaves out ${dollars(rest)}: ${paid
            .filter((each) => each !== item)
            .map(({ name }) => name)
            .join(", ")}`,
      }));
}

function distance(amount: number, claimed: number): number {
  return Math.abs(amount - claimed) / claimed;
}

/** Prices of an hour have many digits: `$0.0116`. */
function price(amount: number): string {
  return amount >= 1 ? dollars(amount) : `$${Number(amount.toPrecision(4))}`;
}
