import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Bill, BillComponent, BillItem } from "#cost/types.ts";
import { table } from "../output.ts";
import { style } from "../style.ts";
import { formatChange, formatDollars, formatQuantity, formatUnitPrice, right } from "./money.ts";

/** What the document says that a component costs. */
export interface Claimed {
  readonly from: number;
  readonly to: number;
}

/** A bill for people: the document's own table with what stands behind each row, and every assumption as a footnote. */
export function renderBill(bill: Bill, architecture: ResolvedArchitecture): string {
  const notes = new Footnotes();
  const claims = claimsOf(architecture);
  const rows = bill.components.flatMap((component) => [
    componentRow(component, claims.get(component.name)),
    ...component.items.map((item) => itemRow(item, notes)),
  ]);
  const total = [
    "Total",
    "",
    "",
    style.bold(right(formatDollars(bill.totalPerMonth))),
    ...claimCells(bill.totalPerMonth, claims.get(null)),
  ];
  const outside = bill.components.filter(({ inDocument }) => !inDocument);
  const heading = `${style.bold(bill.architecture)} (${bill.environment}) in ${bill.region}: ${style.bold(formatDollars(bill.totalPerMonth))} a month`;
  return [
    heading,
    table([
      ["", "", "", right("a month"), ...(claims.size > 0 ? ["document", "difference"] : [])].map(style.dim),
      ...rows,
      total,
    ]),
    ...(claims.size > 1 && outside.length > 0 ? [leftOut(outside)] : []),
    ...bill.unmatched.map((row) =>
      style.yellow(`Nothing in the architecture is billed under the document's "${row}".`),
    ),
    notes.render(),
    `List prices before tax, for months of 730 hours; the oldest is of ${bill.pricesAsOf}. --json has the page and the day of each.`,
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}

function leftOut(outside: readonly BillComponent[]): string {
  const amount = outside.reduce((sum, { perMonth }) => sum + perMonth, 0);
  return `The document's table leaves out ${outside.map(({ name }) => name).join(", ")}: ${formatDollars(amount)} a month.`;
}

function componentRow({ name, perMonth }: BillComponent, claimed: Claimed | undefined): string[] {
  return [
    style.cyan(name),
    "",
    "",
    style.bold(right(formatDollars(perMonth))),
    ...claimCells(perMonth, claimed),
  ];
}

function itemRow(
  { name, quantity, unit, hours, unitPrice, perMonth, assumption }: BillItem,
  notes: Footnotes,
): string[] {
  const amount =
    hours === null ? formatQuantity(quantity) : `${formatQuantity(quantity)} × ${formatQuantity(hours)} h`;
  const note = assumption === null ? "" : style.dim(notes.mark(assumption));
  return [
    `  ${name} ${note}`.trimEnd(),
    amount,
    `× ${formatUnitPrice(unitPrice)} per ${unit}`,
    right(formatDollars(perMonth)),
  ];
}

/** The document's figure, and how far the bill is from it: from the nearer end of a span. */
function claimCells(perMonth: number, claimed: Claimed | undefined): string[] {
  if (!claimed) return [];
  const { from, to } = claimed;
  const said = from === to ? formatDollars(from) : `${formatDollars(from)}–${formatDollars(to)}`;
  const nearest = Math.min(to, Math.max(from, perMonth));
  if (nearest === perMonth) return [said, style.green("within")];
  return [said, nearest === 0 ? "" : formatChange((100 * (perMonth - nearest)) / nearest)];
}

/** What the document claims of each component in this environment; null is the total. */
function claimsOf({ objectives, environment }: ResolvedArchitecture): Map<string | null, Claimed> {
  return new Map(
    objectives.flatMap((each) =>
      each.kind === "cost" && each.environment === environment
        ? [[each.component ?? null, each.perMonth] as const]
        : [],
    ),
  );
}

/** Sentences that several items share have one number. */
class Footnotes {
  readonly #numbers = new Map<string, number>();

  mark(sentence: string): string {
    const number = this.#numbers.get(sentence) ?? this.#numbers.size + 1;
    this.#numbers.set(sentence, number);
    return `[${number}]`;
  }

  render(): string {
    return [...this.#numbers].map(([sentence, number]) => style.dim(`[${number}] ${sentence}`)).join("\n");
  }
}
