import fc from "fast-check";
import { expect, it } from "vitest";
import { before, from, gapAfter, isArchived, positionOf } from "./segments.ts";

const SEGMENT_BYTES = 4 * 2 ** 20;

function nameOf(timeline: number, position: number): string {
  const parts = 2 ** 32 / SEGMENT_BYTES;
  return [timeline, Math.floor(position / parts), position % parts]
    .map((value) => value.toString(16).toUpperCase().padStart(8, "0"))
    .join("");
}

it("knows what a server archives", () => {
  expect(
    [
      "000000010000000000000001",
      "000000010000000000000001.partial",
      "000000010000000000000001.00000028.backup",
      "00000002.history",
      ".000000010000000000000001.4711",
      "000000010000000000000001.zst",
    ].map(isArchived),
  ).toEqual([true, true, true, true, false, false]);
});

it("finds every gap, on whatever timelines the segments are", () => {
  fc.assert(
    fc.property(
      fc.nat(5_000),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 20 }),
      fc.nat(),
      (start, timelines, choice) => {
        const all = timelines.map((timeline, index) => nameOf(timeline, start + index));
        const first = nameOf(1, start);
        expect(gapAfter(all, first, SEGMENT_BYTES)).toBeNull();
        const missing = 1 + (choice % (all.length - 2));
        const torn = all.toSpliced(missing, 1);
        expect(gapAfter(torn, first, SEGMENT_BYTES)).toBe(start + missing - 1);
      },
    ),
  );
});

it("parts the log at the segment where a restore begins, and keeps histories", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(5_000), { minLength: 1 }), fc.nat(5_000), (positions, at) => {
      const names = [
        ...positions.map((position) => nameOf(1 + (position % 3), position)),
        "00000002.history",
      ];
      const first = nameOf(1, at);
      const [gone, kept] = [before(names, first), from(names, first)];
      expect([...gone, ...kept].toSorted()).toEqual(names.toSorted());
      expect(gone.every((name) => positionOf(name, SEGMENT_BYTES) < at)).toBe(true);
    }),
  );
});
