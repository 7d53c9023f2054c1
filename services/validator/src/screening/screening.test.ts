import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { NameIndex } from "./name-index.ts";
import { nameKey, Screener } from "./screener.ts";
import { editDistance } from "./similarity.ts";

const NAMES = [
  { entry: "36", name: "AEROCARIBBEAN AIRLINES" },
  { entry: "36", name: "AERO-CARIBBEAN" },
  { entry: "306", name: "BANCO NACIONAL DE CUBA" },
  { entry: "2674", name: "ABBAS, Abu" },
  { entry: "6365", name: "BIN LADIN, Usama bin Muhammad bin Awad" },
  { entry: "6366", name: "AL QA'IDA" },
  { entry: "7001", name: "EL-SAYED, Muhammad" },
  { entry: "7002", name: "WEBER HANDELS GMBH" },
  ...Array.from({ length: 300 }, (_, index) => ({
    entry: String(9000 + index),
    name: `${["IVANOV", "PETROV", "SIDOROV"][index % 3]}, ${["Ivan", "Pyotr", "Sergei", "Oleg"][index % 4]} ${index}`,
  })),
];
const screener = await Screener.build(NAMES, []);
const best = (name: string) => {
  const [match] = screener.screen(name, 0);
  return match ? [match.entry, match.score] : undefined;
};

describe("screening", () => {
  it("finds every name as it is listed", () => {
    for (const { entry, name } of NAMES)
      expect(screener.screen(name, 0)).toContainEqual({ entry, name, score: 100 });
  });

  it.each([
    ["Abu Abbas", "2674", 100],
    ["ABU  ABBAS!", "2674", 100],
    ["Mr. Abu Abbás", "2674", 100],
    ["al-Qaida", "6366", 100],
    ["alqaida", "6366", 100],
    ["Aero Caribbean Airlines", "36", 85],
    ["AEROCARIBBEANAIRLINES", "36", 100],
    ["Banko Nacional de Cuba", "306", 90],
    ["Usama bin Ladin", "6365", 80],
    ["Mohamed El Sayed", "7001", 85],
    ["Muhamad Elsayed", "7001", 85],
    ["Weber Handels", "7002", 90],
    ["Weber Handels AG", "7002", 90],
  ])("finds %s", (name, entry, least) => {
    const [found, score] = best(name) ?? [];
    expect([name, found]).toEqual([name, entry]);
    expect(score).toBeGreaterThanOrEqual(least as number);
  });

  it.each(["Erika Mustermann", "Deutsche Bank AG", "GmbH", "", "!!!", "中文名字", "x".repeat(140), "Cuba"])(
    "finds nothing like %s",
    (name) => {
      expect(screener.screen(name, 0)).toEqual([]);
    },
  );

  it("does not mind the order of words, nor case", () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.infiniteStream(fc.nat()), ({ name }, numbers) => {
        const words = name
          .split(/[ ,]+/)
          .map((word) => [word, numbers.next().value ?? 0] as const)
          .toSorted((a, b) => a[1] - b[1]);
        const shuffled = words.map(([word]) => word.toLowerCase()).join(" ");
        expect(nameKey(shuffled)).toBe(nameKey(name));
        // Particles join what follows them, so that a shuffled `bin` may stand before another word.
        expect(screener.screen(shuffled, 0)[0]?.score).toBe(100);
      }),
    );
  });

  it("gives scores from 75 to 100, best first, an entry once", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 60 }), fc.constantFrom(...NAMES.map(({ name }) => name.slice(1)))),
        (name) => {
          const matches = screener.screen(name, 0);
          const scores = matches.map(({ score }) => score);
          expect(scores).toEqual(scores.toSorted((a, b) => b - a));
          for (const score of scores)
            expect(score >= 75 && score <= 100 && Number.isInteger(score)).toBe(true);
          expect(new Set(matches.map(({ entry }) => entry)).size).toBe(matches.length);
        },
      ),
    );
  });

  it("leaves out what was cleared, for that name and as long as it is cleared", () => {
    const cleared = screener.with([{ name: nameKey("Abu Abbas"), entry: "2674", until: 1000 }]);
    expect(cleared.screen("ABBAS, Abu", 999)).toEqual([]);
    expect(cleared.screen("ABBAS, Abu", 1000)).toHaveLength(1);
    expect(cleared.screen("Abu Abbass", 999)).toHaveLength(1);
  });

  it("gives others their turn while it is built", async () => {
    let turns = 0;
    await NameIndex.build(NAMES, async () => turns++);
    expect(turns).toBe(Math.floor(NAMES.length / 100));
  });
});

it("counts edits as optimal string alignment does", () => {
  expect(editDistance("mohammed", "mohamed")).toBe(1);
  expect(editDistance("abbas", "abbsa")).toBe(1);
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
      const distance = editDistance(one, other);
      expect(distance).toBe(editDistance(other, one));
      expect(distance === 0).toBe(one === other);
      expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(one.length - other.length));
    }),
  );
});
