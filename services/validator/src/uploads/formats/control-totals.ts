import { FileFault } from "./row.ts";
import { textAt, type Element } from "./xml-tree.ts";

/** ISO 20022 decimals have at most 17 digits behind the point. */
const SCALE = 17;

/** Number and sum of transactions, as NbOfTxs and CtrlSum tell them: irrespective of currencies. */
export class ControlTotals {
  #count = 0;
  #sum = 0n;

  /** An amount that is none counts as zero: its transaction is refused by itself. */
  count(amount: string | undefined): void {
    this.#count++;
    this.#sum += readDecimal(amount ?? "") ?? 0n;
  }

  add(other: ControlTotals): void {
    this.#count += other.#count;
    this.#sum += other.#sum;
  }

  /** Throws FileFault where the element says something else. CtrlSum may always be left out. */
  require(element: Element, { isRequired }: { isRequired: boolean }): void {
    const place = { line: element.line, column: 1 };
    const count = textAt(element, "NbOfTxs");
    if (count === undefined && isRequired) throw new FileFault("control_totals", place, "NbOfTxs is missing");
    if (count !== undefined && (!/^\d{1,15}$/.test(count) || Number(count) !== this.#count)) {
      throw new FileFault(
        "control_totals",
        place,
        `NbOfTxs is ${count.slice(0, 20)}, and there are ${this.#count}`,
      );
    }
    const sum = textAt(element, "CtrlSum");
    if (sum !== undefined && readDecimal(sum) !== this.#sum) {
      throw new FileFault(
        "control_totals",
        place,
        `CtrlSum is ${sum.slice(0, 40)}, and the sum is ${decimalText(this.#sum)}`,
      );
    }
  }
}

function readDecimal(text: string): bigint | undefined {
  const [, whole = "", fraction = ""] = /^\+?(\d{1,18})?(?:\.(\d{0,17}))?$/.exec(text) ?? [];
  if (whole === "" && fraction === "") return undefined;
  return BigInt(whole + fraction.padEnd(SCALE, "0"));
}

function decimalText(scaled: bigint): string {
  const text = scaled.toString().padStart(SCALE + 1, "0");
  const fraction = text.slice(-SCALE).replace(/0+$/, "");
  return fraction === "" ? text.slice(0, -SCALE) : `${text.slice(0, -SCALE)}.${fraction}`;
}
