/// <reference lib="esnext.temporal" />
/**
 * When a schedule comes next, as Application Auto Scaling runs scheduled actions.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-policy-overview.html
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 *
 * Cron and `at` follow the clocks of their time zone. A time that the clocks skip in spring is skipped, and one that
 * they show twice in autumn comes once, the first time.
 */
import { type Cron, type DayRule, parseCron } from "#model/cron.ts";

export type Schedule =
  | { readonly kind: "cron"; readonly cron: string; readonly timeZone: string }
  | { readonly kind: "at"; readonly at: string; readonly timeZone: string }
  | { readonly kind: "rate"; readonly everyMs: number };

/** Milliseconds since 1970, UTC. */
export type UnixTime = number;

const SATURDAY = 6;
const SUNDAY = 7;

/**
 * The first occurrence later than `after`; null where there is none.
 * @param since what a rate counts from.
 */
export function nextOccurrence(schedule: Schedule, after: UnixTime, since: UnixTime): UnixTime | null {
  switch (schedule.kind) {
    case "rate":
      return since + (Math.floor((after - since) / schedule.everyMs) + 1) * schedule.everyMs;
    case "at": {
      const at = Temporal.PlainDateTime.from(schedule.at).toZonedDateTime(schedule.timeZone);
      return at.epochMilliseconds > after ? at.epochMilliseconds : null;
    }
    case "cron": {
      const cron = parseCron(schedule.cron);
      return "problem" in cron ? null : nextOfCron(cron, schedule.timeZone, after);
    }
  }
}

function nextOfCron(cron: Cron, timeZone: string, after: UnixTime): UnixTime | null {
  const lastYear = cron.years.at(-1) ?? 0;
  // Clocks have fractions of milliseconds, which Temporal refuses.
  let date = Temporal.Instant.fromEpochMilliseconds(Math.floor(after))
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  while (date.year <= lastYear) {
    if (!cron.years.includes(date.year)) date = date.with({ month: 1, day: 1 }).add({ years: 1 });
    else if (!cron.months.includes(date.month)) date = date.with({ day: 1 }).add({ months: 1 });
    else {
      const found = cron.days.some((rule) => isMeant(date, rule))
        ? nextOnDay(cron, date, timeZone, after)
        : null;
      if (found !== null) return found;
      date = date.add({ days: 1 });
    }
  }
  return null;
}

function nextOnDay({ hours, minutes }: Cron, date: Temporal.PlainDate, timeZone: string, after: UnixTime) {
  for (const hour of hours) {
    for (const minute of minutes) {
      const local = date.toPlainDateTime({ hour, minute });
      const at = local.toZonedDateTime(timeZone, { disambiguation: "earlier" });
      const exists = at.toPlainDateTime().equals(local);
      if (exists && at.epochMilliseconds > after) return at.epochMilliseconds;
    }
  }
  return null;
}

/** Whether a rule means a day; ISO counts days of the week from Monday, AWS from Sunday. */
function isMeant(date: Temporal.PlainDate, rule: DayRule): boolean {
  const { day, daysInMonth } = date;
  const dayOfWeek = (date.dayOfWeek % 7) + 1;
  switch (rule.kind) {
    case "days":
      return rule.days.includes(day);
    case "last-day":
      return day === daysInMonth;
    case "last-weekday":
      return day === nearestWeekday(date, daysInMonth);
    case "nearest-weekday":
      return day === nearestWeekday(date, rule.day);
    case "days-of-week":
      return rule.days.includes(dayOfWeek);
    case "last-day-of-week":
      return rule.day === dayOfWeek && day + 7 > daysInMonth;
    case "nth-day-of-week":
      return rule.day === dayOfWeek && Math.ceil(day / 7) === rule.nth;
  }
}

/** The weekday that is nearest to a day of the date's month and in that month; null where it has no such day. */
function nearestWeekday(month: Temporal.PlainDate, day: number): number | null {
  const { daysInMonth } = month;
  if (day > daysInMonth) return null;
  switch (month.with({ day }).dayOfWeek) {
    case SATURDAY:
      return day === 1 ? 3 : day - 1;
    case SUNDAY:
      return day === daysInMonth ? day - 2 : day + 1;
    default:
      return day;
  }
}
