import { randomBytes } from "node:crypto";

/** "000" to "999": a number becomes text of three digits by looking it up. */
export const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, number) =>
  String(number).padStart(3, "0"),
);

/** When the wall clock's second is over, on the scale of performance.now(). */
let secondOver = -Infinity;
let date = "";
let prefix = randomBytes(8).toString("hex");
/** Version, time and `prefix` of a trace identifier. */
let traceStart = "";
let counter = 0;
let isoSecond = "";
let isoAt = Number.NaN;
/** From the scale of performance.now() to that of Date.now(), looked at once a second. */
let wallOffset = 0;

/** @param now on the scale of performance.now(). */
function look(now: number): void {
  if (now < secondOver) return;
  const wall = Date.now();
  const second = Math.floor(wall / 1000);
  wallOffset = wall - performance.now();
  secondOver = (second + 1) * 1000 - wallOffset;
  date = new Date(second * 1000).toUTCString();
  traceStart = `1-${second.toString(16).padStart(8, "0")}-${prefix}`;
}

/** The value of a Date field (RFC 9110 section 5.6.7), made once a second. */
export function httpDate(): string {
  look(performance.now());
  return date;
}

/**
 * An identifier for X-Amzn-Trace-Id: version, time in seconds as 8 hexadecimal digits, 24 more that no
 * other request has. Those are 16 random ones of this process and a count, which costs less than
 * fresh randomness for every request.
 * Source: "Request tracing for your Application Load Balancer".
 * @param now on the scale of performance.now().
 */
export function traceId(now: number): string {
  if (counter >= 0xefff_ffff) {
    counter = 0;
    prefix = randomBytes(8).toString("hex");
    secondOver = -Infinity;
  }
  look(now);
  // The offset makes every count eight digits long.
  return traceStart + (0x1000_0000 + counter++).toString(16);
}

/** A moment on the scale of performance.now() as ISO 8601 with microseconds: "2018-07-02T22:23:00.186641Z". */
export function isoTime(moment: number): string {
  look(moment);
  const wall = moment + wallOffset;
  const whole = Math.floor(wall / 1000);
  if (whole !== isoAt) {
    isoAt = whole;
    isoSecond = new Date(whole * 1000).toISOString().slice(0, 20);
  }
  const micros = Math.floor((wall - whole * 1000) * 1000);
  const millis = Math.floor(micros / 1000);
  return `${isoSecond}${THREE_DIGITS[millis]}${THREE_DIGITS[micros - millis * 1000]}Z`;
}
