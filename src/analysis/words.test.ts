import { expect, it } from "vitest";
import { capital, count, gbps, gib, grouped, list, time } from "./words.ts";

it.each([
  [500, "500 ms"],
  [95_000, "95 s"],
  [120_000, "120 s"],
  [300_000, "5 min"],
  [350_000, "350 s"],
  [21_600_000, "6 h"],
  [30 * 86_400_000, "30 d"],
  [Number.POSITIVE_INFINITY, "for ever"],
])("time(%d) is %s", (ms, text) => {
  expect(time(ms)).toBe(text);
});

it.each([
  [0, "0"],
  [999, "999"],
  [1500, "1,500"],
  [12_582_880, "12,582,880"],
  [1234.567, "1,234.57"],
])("grouped(%d) is %s", (number, text) => {
  expect(grouped(number)).toBe(text);
});

it("says how many, and which", () => {
  expect(count(1, "replica")).toBe("1 replica");
  expect(count(2000, "replica")).toBe("2,000 replicas");
  expect(list([])).toBe("nothing");
  expect(list(["a"])).toBe("a");
  expect(list(["a", "b", "c"])).toBe("a, b and c");
  expect(capital("api")).toBe("Api");
  expect(gbps(32_000_000)).toBe("0.26 Gbps");
  expect(gib(2 ** 29)).toBe("0.5 GiB");
});
