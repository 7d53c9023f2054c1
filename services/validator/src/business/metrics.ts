// Business figures for Prometheus: what this replica has seen since it started. The exact figures are in the database.
import type { DecisionObserver } from "../observability/decisions.ts";
import type { Instruments } from "../observability/instruments.ts";
import type { SignUp } from "../people/sign-up.ts";
import { minorUnitDigits } from "../reference/currencies.ts";
import { OUTCOMES, type Outcome } from "../transactions/reasons.ts";
import { dayOf } from "./days.ts";
import { type Fee, feeOn, type FeeSchedule } from "./fees.ts";

export interface BusinessMeterParts {
  readonly instruments: Pick<Instruments, "counter">;
  readonly fees: FeeSchedule | undefined;
  readonly now: () => number;
}

/** Whoever sends transactions chooses their currencies: those that do not exist are one series. */
const currencyLabel = (currency: string) => (minorUnitDigits.has(currency) ? currency : "other");

/** Volume and revenue of what is decided; how many there are is counted by their outcome already. */
export function meterVolume(
  { instruments: { counter }, fees, now }: BusinessMeterParts,
  observer: DecisionObserver,
): DecisionObserver {
  const volumes = counter<"currency" | "outcome">(
    "validator_volume_minor_units_total",
    "Amounts of the transactions that were decided.",
  );
  const revenues =
    fees &&
    counter<"currency">(
      "validator_revenue_minor_units_total",
      "What decisions earned, before it is rounded.",
    );

  const series = new Map<string, ReturnType<typeof make>>();
  function make(currency: string) {
    const label = currencyLabel(currency);
    return {
      volumes: Object.fromEntries(
        OUTCOMES.map((outcome) => [outcome, volumes({ currency: label, outcome })]),
      ) as Record<Outcome, ReturnType<typeof volumes>>,
      revenue: fees?.some((fee) => fee.currency === currency) ? revenues?.({ currency: label }) : undefined,
    };
  }
  function seriesOf(currency: string) {
    const label = currencyLabel(currency);
    let found = series.get(label);
    if (found === undefined) series.set(label, (found = make(currency)));
    return found;
  }

  return {
    ...observer,
    decided(decision) {
      observer.decided(decision);
      const { outcome, currency } = decision;
      const amount = Number(decision.amount);
      const { volumes, revenue } = seriesOf(currency);
      volumes[outcome].inc(amount);
      if (revenue === undefined || fees === undefined) return;
      const fee = feeOn(fees, currency, dayOf(now()));
      if (fee !== undefined) revenue.inc(earned(fee, outcome === "approve" ? amount : 0));
    },
  };
}

/** Of one transaction, in minor units and fractions of them. */
function earned({ perTransaction, share }: Fee, approved: number): number {
  return Number(perTransaction) / 1000 + (approved * Number(share)) / 1_000_000;
}

/** Counts people who sign up, for the first time: whoever was reset is not new. */
export function meterSignUps({ counter }: Pick<Instruments, "counter">, signUp: SignUp): SignUp {
  const signUps = counter("validator_sign_ups_total", "People who signed up.")({});
  return {
    choose: signUp.choose,
    async confirm(...given) {
      const confirmed = await signUp.confirm(...given);
      if (confirmed.isFirst) signUps.inc();
      return confirmed;
    },
  };
}
