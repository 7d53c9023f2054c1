import { describe, expect, test } from "vitest";
import { parseCron } from "./cron.ts";

function problemOf(text: string): string | null {
  const parsed = parseCron(text);
  return "problem" in parsed ? parsed.problem : null;
}

describe("a cron expression", () => {
  test("has lists, spans, steps and names", () => {
    expect(parseCron("0/20 8-10,20 1,15 JAN,3-5 ? 2026-2027")).toEqual({
      minutes: [0, 20, 40],
      hours: [8, 9, 10, 20],
      days: [
        { kind: "days", days: [1] },
        { kind: "days", days: [15] },
      ],
      months: [1, 3, 4, 5],
      years: [2026, 2027],
    });
  });

  test.each([
    ["0 8 L * ? *", { kind: "last-day" }],
    ["0 8 LW * ? *", { kind: "last-weekday" }],
    ["0 8 3W * ? *", { kind: "nearest-weekday", day: 3 }],
    ["0 8 ? * MON-FRI *", { kind: "days-of-week", days: [2, 3, 4, 5, 6] }],
    ["0 8 ? * L *", { kind: "days-of-week", days: [7] }],
    ["0 8 ? * 6L *", { kind: "last-day-of-week", day: 6 }],
    ["0 8 ? * 3#2 *", { kind: "nth-day-of-week", day: 3, nth: 2 }],
  ])("has AWS's wildcards: %s", (text, rule) => {
    expect(parseCron(text)).toMatchObject({ days: [rule] });
  });

  test.each([
    ["0 8 * * *", /six fields/],
    ["0 8 * * * *", /and not both/],
    ["0 8 ? * ? *", /and not both/],
    ["60 8 * * ? *", /"60" is no minutes: 0 to 59/],
    ["0 8 0 * ? *", /day of the month/],
    ["0 8 ? * MOON *", /SUN to SAT/],
    ["0 8 ? * 3#1,6#3 *", /one expression only/],
    ["0 8 ? * 3#6 *", /day of the week/],
    ["0/0 8 * * ? *", /minutes/],
    ["5-1 8 * * ? *", /minutes/],
    ["0 8 * * ? 1969", /1970 to 2199/],
  ])("is refused with the reason: %s", (text, reason) => {
    expect(problemOf(text)).toMatch(reason);
  });
});
