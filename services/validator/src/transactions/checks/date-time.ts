const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const MINUTE = 60_000;

/**
 * RFC 3339 date-time (section 5.6) to milliseconds since 1970; undefined where it is none.
 * Strict: a date that exists, an offset, at most nine digits of a second. A leap second is
 * taken only where one can be (section 5.7: 23:59:60 UTC at the end of June or December)
 * and counts as the second after it, since milliseconds since 1970 have no place for it.
 */
export function parseDateTime(text: string): number | undefined {
  const found = DATE_TIME.exec(text);
  if (found === null) return undefined;
  const year = Number(found[1]);
  const month = Number(found[2]);
  const day = Number(found[3]);
  const hour = Number(found[4]);
  const minute = Number(found[5]);
  const second = Number(found[6]);
  const fraction = found[7] === undefined ? 0 : Math.floor(Number(found[7]) * 1000);
  const offsetHours = Number(found[9] ?? 0);
  const offsetMinutes = Number(found[10] ?? 0);

  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined;

  const offset = (found[8] === "-" ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * MINUTE;
  const utc = utcMilliseconds(year, month, day, hour, minute, second) - offset;
  if (second === 60 && !followsLeapSecond(utc)) return undefined;
  return utc + fraction;
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS[month - 1] as number);
}

/** Date.UTC takes the years 0 to 99 for 1900 to 1999; setUTCFullYear does not. */
function utcMilliseconds(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
) {
  if (year > 99) return Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(Date.UTC(2000, month - 1, day, hour, minute, second)).setUTCFullYear(year, month - 1, day);
}

function followsLeapSecond(utc: number): boolean {
  const after = new Date(utc);
  const month = after.getUTCMonth();
  return utc % 86_400_000 === 0 && after.getUTCDate() === 1 && (month === 0 || month === 6);
}
