import type { ResolvedService } from "#model/architecture.ts";
import { type Cron, type DayRule, parseCron } from "#model/cron.ts";
import { DAY_MS } from "../month.ts";

export type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;

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
    const cron = parseCron(policy.cron);
    if ("problem" in cron) return [];
    const { min, max } = policy;
    return timesOf(cron).map((at) => ({ at, replicas: Math.min(max, Math.max(min, replicas.desired)) }));
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

/** When a schedule strikes in a year, as if its time zone were UTC: a share of time is the same in all of them. */
function timesOf({ minutes, hours, days, months }: Cron): number[] {
  const times: number[] = [];
  for (let day = Date.UTC(YEAR, 0, 1); day < Date.UTC(YEAR + 1, 0, 1); day += DAY_MS) {
    const date = new Date(day);
    if (!months.includes(date.getUTCMonth() + 1) || !days.some((rule) => isMeant(rule, date))) continue;
    for (const hour of hours)
      for (const minute of minutes) times.push(day + hour * HOUR_MS + minute * 60_000);
  }
  return times;
}

function isMeant(rule: DayRule, date: Date): boolean {
  const day = date.getUTCDate();
  const dayOfWeek = date.getUTCDay() + 1;
  const lastDay = new Date(Date.UTC(YEAR, date.getUTCMonth() + 1, 0)).getUTCDate();
  switch (rule.kind) {
    case "days":
      return rule.days.includes(day);
    case "last-day":
      return day === lastDay;
    case "last-weekday":
      return day === nearestWeekday(date, lastDay, lastDay);
    case "nearest-weekday":
      return day === nearestWeekday(date, rule.day, lastDay);
    case "days-of-week":
      return rule.days.includes(dayOfWeek);
    case "last-day-of-week":
      return dayOfWeek === rule.day && day > lastDay - 7;
    case "nth-day-of-week":
      return dayOfWeek === rule.day && Math.ceil(day / 7) === rule.nth;
  }
}

/** A Saturday gives way to Friday and a Sunday to Monday, without leaving the month. */
function nearestWeekday(date: Date, wanted: number, lastDay: number): number {
  const day = Math.min(wanted, lastDay);
  const weekday = new Date(Date.UTC(YEAR, date.getUTCMonth(), day)).getUTCDay();
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === lastDay ? day - 2 : day + 1;
  return day;
}
