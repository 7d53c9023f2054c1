/** `$1,234.50`; a negative amount has its sign before the dollar. */
export function formatDollars(dollars: number): string {
  const amount = Math.abs(dollars).toLocaleString("en-US", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return `${dollars < -0.005 ? "-" : ""}$${amount}`;
}

/** A unit price in all its digits: `$0.004445`. */
export function formatUnitPrice(dollars: number): string {
  return `$${Number(dollars.toPrecision(6)).toLocaleString("en-US", { maximumFractionDigits: 8 })}`;
}

/** `+20 %`, `-3 %`. */
export function formatChange(percent: number): string {
  const rounded = Math.round(percent);
  return `${rounded > 0 ? "+" : ""}${rounded} %`;
}

/** A quantity with three digits behind the point at most. */
export function formatQuantity(quantity: number): string {
  return quantity.toLocaleString("en-US", { maximumFractionDigits: quantity < 1 ? 4 : 2 });
}

/** Amounts stand below each other. */
export function right(amount: string): string {
  return amount.padStart(10);
}
