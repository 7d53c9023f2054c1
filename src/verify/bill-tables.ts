import type { Bill } from "#cost/types.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { dollars } from "./amounts.ts";
import { itemText } from "./bill-arithmetic.ts";
import { check } from "./checks.ts";
import type { Promised } from "./promises.ts";
import type { BillRow, BillTable, VerifyCheck } from "./report.ts";
import type { Subject } from "./subject.ts";

/** The bill of every environment that the document prices, beside the document's table; of this one where it prices none. */
export function billTables(subject: Subject): BillTable[] {
  return pricedEnvironments(subject.architecture).flatMap((environment) => {
    const seen = subject.bill(environment);
    return "why" in seen ? [] : [tableOf(seen.value, claimsIn(subject.architecture, environment))];
  });
}

function tableOf(bill: Bill, claims: readonly Promised<"cost">[]): BillTable {
  const total = claims.find(({ component }) => component === undefined);
  const claimOf = (name: string) => claims.find(({ component }) => component === name);
  const billed = bill.components.map(({ name, perMonth, items }): BillRow => ({
    component: name,
    perMonth,
    claimed: claimOf(name)?.perMonth ?? null,
    claimLine: claimOf(name)?.claim?.line ?? null,
    items: items.map(({ name: item, quantity, unit, hours, unitPrice, perMonth: amount, assumption }) => ({
      name: item,
      quantity,
      unit,
      hours,
      unitPrice,
      perMonth: amount,
      assumption,
    })),
  }));
  const unbilled = claims
    .filter(
      ({ component }) => component !== undefined && !bill.components.some(({ name }) => name === component),
    )
    .map(({ component = "", perMonth, claim }): BillRow => ({
      component,
      perMonth: null,
      claimed: perMonth,
      claimLine: claim?.line ?? null,
      items: [],
    }));
  return {
    environment: bill.environment,
    region: bill.region,
    pricesAsOf: bill.pricesAsOf,
    perMonth: bill.totalPerMonth,
    claimed: total?.perMonth ?? null,
    claimLine: total?.claim?.line ?? null,
    rows: [...billed, ...unbilled],
  };
}

/** What a document that has a table leaves out of it: every component of the bill without a row. */
export function leftOutChecks(subject: Subject): VerifyCheck[] {
  const { architecture } = subject;
  return pricedEnvironments(architecture).flatMap((environment) => {
    const rows = claimsIn(architecture, environment).filter(({ component }) => component !== undefined);
    const seen = subject.bill(environment);
    if (rows.length === 0 || "why" in seen) return [];
    const total = claimsIn(architecture, environment).find(({ component }) => component === undefined);
    const missing = seen.value.components.filter(({ inDocument, perMonth }) => !inDocument && perMonth > 0);
    const base = {
      kind: "cost-table",
      source: "computed",
      unit: "dollars",
      claim: total?.claim?.text ?? null,
      claimLine: total?.claim?.line ?? null,
      claimDocument: total?.claim?.document ?? null,
    } as const;
    if (missing.length === 0)
      return [
        check({
          ...base,
          id: `cost-table.${environment}`,
          title: `The cost table of ${environment} has a row for all that is billed`,
          verdict: "holds",
          figure: 0,
          limit: 0,
          says: `Each of the ${seen.value.components.length} components of the bill has a row.`,
        }),
      ];
    return missing.map(({ name, perMonth, items }) =>
      check({
        ...base,
        id: `cost-table.${environment}.${slug(name)}`,
        title: `The cost table of ${environment} has a row for ${name}`,
        part: items[0]?.part ?? null,
        figure: perMonth,
        verdict: "fails",
        says: `${name} is in the architecture and costs ${dollars(perMonth)} a month, and the table has no row for it. ${items.slice(0, 2).map(itemText).join("; ")}.`,
        remedy: `Add a row for ${name} to the table: ${dollars(perMonth)}.`,
        remedyPerMonth: 0,
        references: items.slice(0, 2).map(({ price: { page, asOf } }) => ({ page, asOf })),
      }),
    );
  });
}

function pricedEnvironments({ objectives, environment }: ResolvedArchitecture): string[] {
  const priced = objectives.flatMap((each) => (each.kind === "cost" ? [each.environment] : []));
  return priced.length === 0 ? [environment] : [...new Set(priced)];
}

function claimsIn({ objectives }: ResolvedArchitecture, environment: string): Promised<"cost">[] {
  return objectives.filter(
    (each) => each.kind === "cost" && each.environment === environment,
  ) as Promised<"cost">[];
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
