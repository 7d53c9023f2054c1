import { digits, dollars } from "../../amounts.ts";
import type { BillRow, BillTable, VerifyCheck, VerifyReport } from "../../report.ts";
import { claimedText, dateText, differenceText, outsideOf, unitPriceText } from "../figures.ts";
import { checkLink } from "../check-link.ts";
import { html, type Markup } from "../markup.ts";
import { linearPlace, type Place } from "../plots/scale.ts";
import { folded, section } from "./parts.ts";

export function bills({ bills, checks }: VerifyReport): Markup | null {
  if (bills.length === 0) return null;
  const judged = checks.filter(({ kind }) => kind === "cost");
  return section("bill", "What it costs", html`${bills.map((bill) => table(bill, judged))}`);
}

/** The document's table beside the bill, row by row, largest first. */
function table(bill: BillTable, judged: readonly VerifyCheck[]): Markup {
  const { environment, region, pricesAsOf, perMonth, claimed, claimLine } = bill;
  const rows = [...bill.rows].sort((a, b) => (b.perMonth ?? 0) - (a.perMonth ?? 0));
  const place = linearPlace(rows.flatMap((row) => [row.perMonth ?? 0, row.claimed?.to ?? 0]));
  return html`<div class="bill">
    <table class="wide">
      <caption>
        ${environment}, ${region}: US dollars a month at list prices, the oldest of ${dateText(pricesAsOf)}.
        In each row the upper bar is the bill, the lower one the document.
      </caption>
      <thead>
        <tr>
          <th scope="col">Component</th>
          <th scope="col" class="number">Document</th>
          <th scope="col" class="number">Bill</th>
          <th scope="col" class="number">Outside by</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => amounts(row, judged, bars(row, place)))}
      </tbody>
      <tfoot>
        ${amounts({ component: "Total", perMonth, claimed, claimLine, items: [] }, judged, null)}
      </tfoot>
    </table>
    ${lines(rows)}
  </div>`;
}

function amounts(
  { component, perMonth, claimed, claimLine }: BillRow,
  judged: readonly VerifyCheck[],
  plot: Markup | null,
): Markup {
  const line = claimLine === null ? null : html` <span class="line">line ${claimLine}</span>`;
  const document = claimed === null ? html`<span class="absent">no row</span>` : claimedText(claimed);
  const bill = perMonth === null ? html`<span class="absent">no such part</span>` : dollars(perMonth);
  const outside = outsideOf(perMonth ?? 0, claimed ?? { from: 0, to: 0 });
  const difference = Math.abs(outside) < 0.005 ? "within" : differenceText(outside);
  const check = judged.find((each) => claimLine !== null && each.claimLine === claimLine);
  return html`<tr>
    <th scope="row">${component}${line}${plot}</th>
    <td class="number">${document}</td>
    <td class="number">${bill}</td>
    <td class="number ${check?.verdict ?? null}">
      ${check === undefined ? difference : checkLink(check.id, difference)}
    </td>
  </tr>`;
}

function bars({ perMonth, claimed }: BillRow, place: Place): Markup {
  const bill =
    perMonth === null ? null : html`<rect class="billed" y="1" height="5" width="${place(perMonth)}%" />`;
  if (claimed === null)
    return html`<svg class="bars" width="100%" height="14" aria-hidden="true">${bill}</svg>`;
  // A span ends at its upper end; from its lower end on it is hollow.
  const [from, to] = [place(claimed.from), place(claimed.to)];
  const span =
    to > from
      ? html`<rect
          class="claimed-span"
          y="8.5"
          height="4"
          x="${from}%"
          width="${Number((to - from).toFixed(2))}%"
        />`
      : null;
  return html`<svg class="bars" width="100%" height="14" aria-hidden="true">
    ${bill}
    <rect class="claimed" y="8" height="5" width="${from}%" />
    ${span}
  </svg>`;
}

/** Every line that the bill adds up, with what was assumed. */
function lines(rows: readonly BillRow[]): Markup | null {
  const withLines = rows.filter(({ items }) => items.length > 0);
  if (withLines.length === 0) return null;
  const bodies = withLines.map(
    ({ component, items }) =>
      html`<tbody>
        <tr class="component">
          <th scope="rowgroup" colspan="4">${component}</th>
        </tr>
        ${items.map(
          ({ name, quantity, unit, hours, unitPrice, perMonth, assumption }) =>
            html`<tr>
              <th scope="row">${name}${assumption === null ? null : html`<small>${assumption}</small>`}</th>
              <td class="number">
                ${digits(quantity)}${hours === null ? null : html` × ${digits(hours)} h`}
              </td>
              <td class="number">${unitPriceText(unitPrice)}<small>${unit}</small></td>
              <td class="number">${dollars(perMonth)}</td>
            </tr>`,
        )}
      </tbody>`,
  );
  return folded(
    "Every line of the bill, with what was assumed",
    html`<div class="scroll" tabindex="0" role="region" aria-label="Every line of the bill">
      <table class="wide lines">
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" class="number">Quantity</th>
            <th scope="col" class="number">Price of a unit</th>
            <th scope="col" class="number">A month</th>
          </tr>
        </thead>
        ${bodies}
      </table>
    </div>`,
  );
}
