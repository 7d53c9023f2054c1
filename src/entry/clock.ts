import { randomBytes } from "node:crypto";

let second = 0;
let date = "";
let traceTime = "";
let prefix = randomBytes(8).toString("hex");
let counter = 0;
let isoSecond = "";
let isoAt = Number.NaN;
/** From the scale of performance.now() to that of Date.now(), looked at once a second. */
let wallOffset = 0;

function look(): void {
  const now = Math.floor(Date.now() / 1000);
  if (now === second) return;
  second = now;
  wallOffset = Date.now() - performance.now();
  date = new Date(now * 1000).toUTCString();
  traceTime = now.toString(16).padStart(8, "0");
}

/** The value of a Date field (RFC 9110 section 5.6.7), made once a second. */
export function httpDate(): string {
  look();
  return date;
}

/**
 * An identifier for X-Amzn-Trace-Id: version, time in seconds as 8 hexadecimal digits, 24 more that no
 * other request has. Those are 16 random ones of this process and a count, which costs less than
 * fresh randomness for every request.
 * Source: "Request tracing for your Application Load Balancer".
 */
export function traceId(): string {
  look();
  if (counter >= 0xefff_ffff) {
    counter = 0;
    prefix = randomBytes(8).toString("hex");
  }
  // The offset makes every count eight digits long.
  return `1-${traceTime}-${prefix}${(0x1000_0000 + counter++).toString(16)}`;
}

/** A moment on the scale of performance.now() as ISO 8601 with microseconds: "2018-07-02T22:23:00.186641Z". */
export function isoTime(moment: number): string {
  look();
  const wall = moment + wallOffset;
  const whole = Math.floor(wall / 1000);
  if (whole !== isoAt) {
    isoAt = whole;
    isoSecond = new Date(whole * 1000).toISOString().slice(0, 20);
  }
  const micros = Math.floor((wall - whole * 1000) * 1000);
  return `${isoSecond}${String(1_000_000 + micros).slice(1)}Z`;
}
