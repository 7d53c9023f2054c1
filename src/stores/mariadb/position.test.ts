import fc from "fast-check";
import { expect, it } from "vitest";
import { errant, formatGtids, parseGtids, reaches, stateOfCopy } from "./position.ts";

const gtid = fc.record({
  domain: fc.nat({ max: 3 }),
  server: fc.nat({ max: 4 }),
  sequence: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});
const gtids = fc.array(gtid, { maxLength: 6 });

it("reads what it writes", () => {
  fc.assert(
    fc.property(gtids, (list) => {
      expect(parseGtids(formatGtids(list))).toEqual(list);
    }),
  );
  expect(parseGtids("")).toEqual([]);
});

it("finds what an old primary wrote and nobody received", () => {
  expect(errant("0-1-105", "0-1-103,0-2-110")).toEqual(["0-1-105"]);
  expect(errant("0-1-103,0-2-104", "0-1-103,0-2-110")).toEqual([]);
  // The new primary has reached the same number in its own name: that is another transaction.
  expect(errant("0-1-103", "0-2-103")).toEqual(["0-1-103"]);
  expect(errant("", "0-2-103")).toEqual([]);
});

it("has nothing errant in a log that is a part of the other", () => {
  fc.assert(
    fc.property(gtids, fc.bigInt({ min: 0n, max: 1000n }), (list, more) => {
      const ahead = list.map((each) => ({ ...each, sequence: each.sequence + more }));
      expect(errant(formatGtids(list), formatGtids(ahead))).toEqual([]);
    }),
  );
});

it("compares positions by domain, whoever wrote last", () => {
  expect(reaches("0-2-110", "0-1-105")).toBe(true);
  expect(reaches("0-2-104", "0-1-105")).toBe(false);
  expect(reaches("0-2-110", "0-1-105,1-1-1")).toBe(false);
  expect(reaches("", "")).toBe(true);
});

it("lets the log of a copy go on from the copy's moment", () => {
  expect(stateOfCopy("0-1-103,0-2-110", "0-2-115")).toBe("0-1-103,0-2-115");
  expect(stateOfCopy("0-2-110,0-1-118", "0-1-120")).toBe("0-2-110,0-1-120");
  expect(stateOfCopy("", "")).toBe("");
});
