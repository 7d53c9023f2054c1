// Days with what happened in them: what was counted, and of the newest minutes what is there.
import type { Pool, Session } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { OUTCOMES, type Outcome } from "../transactions/reasons.ts";
import { countDecisions, type DayCount, readDays, readProgress, readSignUps } from "./count-repository.ts";
import { DAY, type Day, dayOf, daysFrom } from "./days.ts";
import { feeOn, type FeeSchedule, revenueOf } from "./fees.ts";

export interface DayReport {
  readonly day: Day;
  /** Whether nothing can come in any more. */
  readonly isFinished: boolean;
  readonly signUps: number;
  readonly transactions: Readonly<Record<Outcome, bigint>>;
  /** Minor units, by currency in their order. */
  readonly volume: readonly {
    readonly currency: string;
    readonly decided: bigint;
    readonly approved: bigint;
  }[];
  /** Minor units, of currencies that have a fee; undefined where nothing is known of fees. */
  readonly revenue: readonly { readonly currency: string; readonly amount: bigint }[] | undefined;
}

export interface BusinessReport {
  /** Decisions of before are in it, but for those that come in late. Milliseconds since 1970. */
  readonly countedTo: number;
  readonly days: readonly DayReport[];
}

/** Milliseconds that are counted while somebody waits; where counting is behind by more, it is told instead. */
const TAIL = 900_000;

/** Reports the days from `first` to `last`, both their first millisecond since 1970, as one moment has them. */
export async function reportDays(
  pool: Pool,
  { first, last, fees }: { first: number; last: number; fees: FeeSchedule | undefined },
): Promise<BusinessReport> {
  return inTransaction(pool, "consistent read", async (session) => {
    const { counted, finished, now } = (await readProgress(session)) ?? EMPTY;
    const hasTail = now - counted <= TAIL;
    const counts = [
      ...(await readDays(session, dayOf(first), dayOf(last))),
      ...(hasTail ? await readTail(session, counted, { first, last, now }) : []),
    ];
    const signUps = Map.groupBy(await readSignUps(session, first, last + DAY), dayOf);
    const byDay = Map.groupBy(counts, ({ day }) => day);
    const days = daysFrom(first, last).map((day) => ({
      ...summary(day, byDay.get(day) ?? [], fees),
      signUps: signUps.get(day)?.length ?? 0,
      isFinished: day < dayOf(finished),
    }));
    return { countedTo: hasTail ? now : counted, days };
  });
}

const EMPTY = { counted: 0, checked: 0, finished: 0, now: 0 };

/** What was decided since it was counted last. A replica whose clock is ahead makes ids of tomorrow. */
async function readTail(
  session: Session,
  counted: number,
  { first, last, now }: { first: number; last: number; now: number },
): Promise<DayCount[]> {
  const tail: DayCount[] = [];
  for (let start = first; start <= Math.min(last, now + DAY); start += DAY) {
    if (start + DAY <= counted) continue;
    const counts = await countDecisions(session, Math.max(start, counted), start + DAY);
    tail.push(...counts.map((count) => ({ ...count, day: dayOf(start) })));
  }
  return tail;
}

/** What makes a day of its counts; pure. */
export function summary(
  day: Day,
  counts: readonly DayCount[],
  fees: FeeSchedule | undefined,
): Pick<DayReport, "day" | "transactions" | "volume" | "revenue"> {
  const ofOutcome = (outcome: Outcome) => counts.filter((count) => count.outcome === outcome);
  const byCurrency = [...Map.groupBy(counts, ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, own]) => ({
      currency,
      decided: sum(own, "volume"),
      approved: sum(
        own.filter(({ outcome }) => outcome === "approve"),
        "volume",
      ),
      transactions: sum(own, "transactions"),
    }));
  return {
    day,
    transactions: Object.fromEntries(
      OUTCOMES.map((outcome) => [outcome, sum(ofOutcome(outcome), "transactions")]),
    ) as Record<Outcome, bigint>,
    volume: byCurrency.map(({ currency, decided, approved }) => ({ currency, decided, approved })),
    revenue:
      fees &&
      byCurrency.flatMap((decided) => {
        const fee = feeOn(fees, decided.currency, day);
        return fee === undefined ? [] : [{ currency: decided.currency, amount: revenueOf(fee, decided) }];
      }),
  };
}

function sum(of: readonly DayCount[], what: "transactions" | "volume"): bigint {
  return of.reduce((total, count) => total + count[what], 0n);
}
