import type { PricedSaving } from "#cost/types.ts";
import { digits, dollars } from "../amounts.ts";
import { checked, type Maker, unknown } from "./maker.ts";

/** Document and price list round differently. */
const ROUNDING = 0.5;

export const saving: Maker<"saving"> = (promised, { subject }) => {
  const { by, upTo, component } = promised;
  const title = `What ${by} saves of ${component}`;
  const source = "computed";
  const limit = { limit: upTo, sense: "at-least", unit: "percent" } as const;
  const seen = subject.savings();
  if ("why" in seen) return [unknown(promised, { title, source, why: seen.why, ...limit })];
  const priced = best(
    seen.value.filter((each) => each.saving === by),
    component,
  );
  if (priced === null)
    return [
      unknown(promised, {
        title,
        source,
        why: `the price list has nothing for ${by} of ${component}`,
        ...limit,
      }),
    ];
  const { percent, before, after, says, applies, references } = priced;
  const isEnough = percent >= upTo - ROUNDING;
  return [
    checked(promised, {
      ...limit,
      title,
      source,
      part: "billing.savings",
      figure: percent,
      verdict: isEnough && applies ? "holds" : "fails",
      says: `${digits(percent)} % of ${priced.component}, up to ${digits(upTo)} % is claimed: ${dollars(before)} a month become ${dollars(after)}. ${says}${applies ? "" : " As it stands, the architecture cannot take it."}`,
      remedy:
        isEnough && applies
          ? null
          : `Claim ${digits(Math.max(0, percent))} % in place of ${digits(upTo)} %${applies ? "" : ", and say what has to change first"}.`,
      remedyPerMonth: isEnough && applies ? null : 0,
      references,
    }),
  ];
};

/** The one of the component that is named; of several, the one that saves most. */
function best(savings: readonly PricedSaving[], component: string): PricedSaving | null {
  const named = savings.filter((each) => each.component === component);
  const [most] = (named.length > 0 ? named : savings).toSorted((a, b) => b.percent - a.percent);
  return most ?? null;
}
