import type { ResolvedArchitecture, ResolvedObjective } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails, type Found, holds } from "../finding.ts";
import { caches, databases, objectivesOf, replicated } from "../parts.ts";
import { count, grouped, list, rounded } from "../words.ts";

type Cost = Extract<ResolvedObjective, { readonly kind: "cost" }>;

/** A table of costs by itself: whether its rows add up to its total, and whether it prices what the architecture has. */
export const costTable: Check = (architecture) => {
  const costs = objectivesOf(architecture, "cost");
  const environments = [...new Set(costs.map(({ environment }) => environment))];
  return [
    ...environments.flatMap((environment) => sum(costs.filter((cost) => cost.environment === environment))),
    ...costs
      .filter(({ environment }) => environment === architecture.environment)
      .flatMap((cost) => priced(architecture, cost)),
  ];
};

/** A cent of difference is rounding. */
const ROUNDING = 0.01;

function sum(costs: readonly Cost[]): Finding[] {
  const rows = costs.filter(({ component }) => component !== undefined);
  const totals = costs.filter(({ component }) => component === undefined);
  if (rows.length === 0) return [];
  return totals.map(({ id, perMonth }) => {
    const from = rounded(rows.reduce((all, row) => all + row.perMonth.from, 0));
    const to = rounded(rows.reduce((all, row) => all + row.perMonth.to, 0));
    const isRight = Math.abs(from - perMonth.from) <= ROUNDING && Math.abs(to - perMonth.to) <= ROUNDING;
    const found: Found = {
      check: "cost-table-sum",
      part: `objectives.${id}`,
      figure: to,
      limit: perMonth.to,
      unit: "dollars",
      says: `The ${rows.length} rows of the table add up to ${span(from, to)} a month; the total says ${span(perMonth.from, perMonth.to)}.`,
    };
    return isRight
      ? holds(found)
      : fails(found, `Write ${span(from, to)} as the total, or find the row that is wrong.`);
  });
}

function span(from: number, to: number): string {
  return from === to ? `$${grouped(from)}` : `$${grouped(from)} to $${grouped(to)}`;
}

/** What a row's own words name, and what the architecture has: an instance class, a number of tasks or of NAT gateways. */
function priced(architecture: ResolvedArchitecture, { id, claim }: Cost): Finding[] {
  const part = `objectives.${id}`;
  return [...classes(architecture, part, claim.text), ...counts(architecture, part, claim.text)];
}

const CLASS = /\b(db|cache)\.[a-z0-9]+\.[a-z0-9]+\b/g;

function classes(architecture: ResolvedArchitecture, part: string, text: string): Finding[] {
  const declared = new Set([
    ...databases(architecture).map(([, { instance }]) => instance),
    ...caches(architecture).flatMap(([, { instance }]) => instance ?? []),
  ]);
  return [...new Set(text.match(CLASS) ?? [])].map((named) => {
    const isThere = declared.has(named);
    const found: Found = {
      check: "cost-table-parts",
      part,
      says: isThere
        ? `The table prices ${named}, which is what ${architecture.environment} has.`
        : `The table prices ${named}; ${architecture.environment} has ${list([...declared].filter((each) => each.split(".")[0] === named.split(".")[0]))}.`,
    };
    return isThere ? holds(found) : fails(found, "Price what is declared.");
  });
}

/** Numbers of things that the model can count. */
function counts(architecture: ResolvedArchitecture, part: string, text: string): Finding[] {
  const { network, zoneNames } = architecture;
  const gateways = { "per-zone": zoneNames.length, single: 1, none: 0 }[network.nat];
  const tasks = replicated(architecture).reduce((all, [, { replicas }]) => all + replicas.desired, 0);
  const patterns: readonly [RegExp, string, number][] = [
    [/\bNAT\b[^(]*\((\d+)\)/i, "NAT gateway", gateways],
    [/(\d+)\s*×?\s*NAT\b/i, "NAT gateway", gateways],
    [/\((\d+) (?:tasks|pods|instances)\b/i, "replica", tasks],
  ];
  return patterns.flatMap(([pattern, what, there]) => {
    const named = pattern.exec(text)?.[1];
    if (named === undefined) return [];
    const figure = Number(named);
    const found: Found = {
      check: "cost-table-parts",
      part,
      figure: there,
      limit: figure,
      unit: "count",
      says: `The table prices ${count(figure, what)}; the architecture has ${there} in ${architecture.environment}.`,
    };
    return [figure === there ? holds(found) : fails(found, `Price ${there}.`)];
  });
}
