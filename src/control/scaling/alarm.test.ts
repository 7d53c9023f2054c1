import { describe, expect, test } from "vitest";
import { type Alarm, alarmState } from "./alarm.ts";

/** `X` breaches, `0` does not, `-` is missing; the newest is on the right, as in CloudWatch's tables. */
function judge(text: string, periods: number, datapoints: number): string {
  const alarm: Alarm = { when: "above", threshold: 80, periods, datapoints };
  const points = [...text].map((point) => ({ X: 90, 0: 80, "-": null })[point] ?? null);
  return alarmState(alarm, points);
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
describe("an alarm", () => {
  test.each([
    ["0-X-X", "ok"],
    ["0----", "ok"],
    ["-----", "insufficient-data"],
    ["0XX-X", "alarm"],
    ["--X--", "alarm"],
  ])("of 3 out of 3 points: %s is %s", (points, state) => {
    expect(judge(points, 3, 3)).toBe(state);
  });

  test.each([
    ["0-X-X", "alarm"],
    ["00X0X", "alarm"],
    ["0-X--", "ok"],
    ["----0", "ok"],
    ["---X-", "alarm"],
  ])("of 2 out of 3 points: %s is %s", (points, state) => {
    expect(judge(points, 3, 2)).toBe(state);
  });

  test("does not fire for a new point alone", () => {
    expect(["X", "----X", "XX", "XXX"].map((points) => judge(points, 3, 3))).toEqual([
      "insufficient-data",
      "insufficient-data",
      "insufficient-data",
      "alarm",
    ]);
  });

  test("compares strictly", () => {
    const below: Alarm = { when: "below", threshold: 20, periods: 1, datapoints: 1 };
    expect([19.9, 20].map((point) => alarmState(below, [point]))).toEqual(["alarm", "ok"]);
  });
});
