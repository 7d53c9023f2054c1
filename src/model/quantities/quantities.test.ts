import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains, formatCidr, overlaps, parseCidr } from "./cidr.ts";
import { parseCpu } from "./cpu.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { parseFlow, parseRate } from "./rate.ts";
import { formatSize, parseSize } from "./size.ts";

describe("quantities", () => {
  it.each([
    [parseDuration, "200ms", 200],
    [parseDuration, "1.5h", 5_400_000],
    [parseDuration, "7d", 604_800_000],
    [parseSize, "512MiB", 2 ** 29],
    [parseSize, "20 GB", 20e9],
    [parseCpu, "0.5 vCPU", 0.5],
    [parseCpu, "250m", 0.25],
    [parseRate, "50000/s", 50_000],
    [parseFlow, "1Gbps", 125_000_000],
    [parseFlow, "100MB/s", 100e6],
  ])("%o reads %s", (parse, text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  it("reads 10,000 a minute as a rate a second", () => {
    expect(parseRate("10000/min")).toBeCloseTo(166.667, 3);
  });

  it.each([
    "",
    "30",
    "s",
    "-1s",
    "+1s",
    "1e3s",
    "30 sec",
    "30  s",
    " 30s",
    "1,5h",
    "0x10s",
    "Infinityd",
    "NaNs",
    "07s",
    "1.s",
    "1constructor",
  ])("refuses %j everywhere", (text) => {
    for (const parse of [parseDuration, parseSize, parseCpu, parseRate, parseFlow])
      expect(parse(text)).toBeNull();
  });

  it("reads back every duration and size that it writes", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });

  it("never throws, and never reads a number that is not finite", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of [parseDuration, parseSize, parseCpu, parseRate, parseFlow]) {
          const value = parse(text);
          expect(value === null || Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });
});

describe("networks", () => {
  const network = fc
    .record({ address: fc.nat({ max: 2 ** 32 - 1 }), prefix: fc.integer({ min: 0, max: 32 }) })
    .map(({ address, prefix }) => ({ base: address - (address % 2 ** (32 - prefix)), prefix }));

  it("reads back every network that it writes", () => {
    fc.assert(
      fc.property(network, (one) => {
        expect(parseCidr(formatCidr(one))).toEqual(one);
      }),
    );
  });

  it("overlaps exactly where one contains the other: prefixes nest", () => {
    fc.assert(
      fc.property(network, network, (one, other) => {
        expect(overlaps(one, other)).toBe(contains(one, other) || contains(other, one));
      }),
    );
  });

  it.each(["10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "256.0.0.0/8", "10.0.0/16", "10.0.0.0/16 ", "::/0"])(
    "refuses %j",
    (text) => {
      expect(parseCidr(text)).toBeNull();
    },
  );
});
