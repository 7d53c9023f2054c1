import type { ResolvedService } from "#model/architecture.ts";
import { type Cron, type DayRule, parseCron } from "#model/cron.ts";
import { DAY_MS } from "../month.ts";

export type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;

type Policy = Replicated["scaling"][number];

/** Any year that does not begin or end a schedule: what is asked for is a share of time. */
const YEAR = 2027;
const HOUR_MS = 3_600_000;

export interface Average {
  readonly replicas: number;
  /** Null where nothing but the load moves them. */
  readonly says: string | null;
}

/**
 * How many replicas run on average: the desired number, within the bounds that scheduled scaling sets over a year. What the
 * load adds and takes away is not known; it is taken to leave the desired number on average.
 */
export function averageReplicas({ replicas, scaling }: Pick<Replicated, "replicas" | "scaling">): Average {
  const changes = scaling.flatMap((policy) => {
    if (policy.kind !== "scheduled" || policy.cron === undefined) return [];
    const { min, max } = policy;
    const bounded = Math.min(max, Math.max(min, replicas.desired));
    return strikesOf(policy, policy.cron).map((at) => ({ at, replicas: bounded }));
  });
  if (changes.length === 0) return { replicas: replicas.desired, says: null };
  const inOrder = changes.toSorted((a, b) => a.at - b.at);
  const end = Date.UTC(YEAR + 1, 0, 1);
  // What is in force at the new year is what the last change of the year before left.
  let running = inOrder.at(-1)?.replicas ?? replicas.desired;
  let from = Date.UTC(YEAR, 0, 1);
  let replicaTime = 0;
  for (const change of [...inOrder, { at: end, replicas: 0 }]) {
    replicaTime += running * (change.at - from);
    from = change.at;
    running = change.replicas;
  }
  const average = replicaTime / (end - Date.UTC(YEAR, 0, 1));
  return {
    replicas: average,
    says: `${Number(average.toPrecision(3))} replicas run on average, as scheduled scaling sets them.`,
  };
}

/** Each schedule is gone through once: savings draw up some twenty bills with the same ones. */
const strikes = new WeakMap<Policy, readonly number[]>();

/** When a schedule strikes in the year; never where its expression cannot be read, which validation tells. */
function strikesOf(policy: Policy, expression: string): readonly number[] {
  const known = strikes.get(policy);
  if (known) return known;
  const cron = parseCron(expression);
  const times = "problem" in cron ? [] : timesOf(cron);
  strikes.set(policy, times);
  return times;
}

/** As if its time zone were UTC: a share of time is the same in all of them. */
function timesOf({ minutes, hours, days, months }: Cron): number[] {
  return daysOfYear()
    .filter((date) => months.includes(date.month) && days.some((rule) => isMeant(rule, date)))
    .flatMap(({ at }) =>
      hours.flatMap((hour) => minutes.map((minute) => at + hour * HOUR_MS + minute * 60_000)),
    );
}

interface Day {
  readonly at: number;
  /** From 1, as in cron expressions; so are days of the week, from Sunday. */
  readonly month: number;
  readonly day: number;
  readonly dayOfWeek: number;
  readonly lastDay: number;
}

let year: readonly Day[] | undefined;

function daysOfYear(): readonly Day[] {
  year ??= Array.from({ length: 12 }, (_, month) => {
    const lastDay = new Date(Date.UTC(YEAR, month + 1, 0)).getUTCDate();
    const first = new Date(Date.UTC(YEAR, month, 1));
    return Array.from({ length: lastDay }, (__, index) => ({
      at: first.getTime() + index * DAY_MS,
      month: month + 1,
      day: index + 1,
      dayOfWeek: ((first.getUTCDay() + index) % 7) + 1,
      lastDay,
    }));
  }).flat();
  return year;
}

function isMeant(rule: DayRule, { month, day, dayOfWeek, lastDay }: Day): boolean {
  switch (rule.kind) {
    case "days":
      return rule.days.includes(day);
    case "last-day":
      return day === lastDay;
    case "last-weekday":
      return day === nearestWeekday(month, lastDay, lastDay);
    case "nearest-weekday":
      return day === nearestWeekday(month, rule.day, lastDay);
    case "days-of-week":
      return rule.days.includes(dayOfWeek);
    case "last-day-of-week":
      return dayOfWeek === rule.day && day > lastDay - 7;
    case "nth-day-of-week":
      return dayOfWeek === rule.day && Math.ceil(day / 7) === rule.nth;
  }
}

/** A Saturday gives way to Friday and a Sunday to Monday, without leaving the month. */
function nearestWeekday(month: number, wanted: number, lastDay: number): number {
  const day = Math.min(wanted, lastDay);
  const weekday = new Date(Date.UTC(YEAR, month - 1, day)).getUTCDay();
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === lastDay ? day - 2 : day + 1;
  return day;
}
