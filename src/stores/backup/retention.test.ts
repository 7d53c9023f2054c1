import fc from "fast-check";
import { expect, it } from "vitest";
import { expired } from "./retention.ts";

const NOW = 1_000_000;
const backups = fc
  .uniqueArray(fc.integer({ min: 0, max: NOW }), { maxLength: 30 })
  .map((times) => times.map((finishedAt) => ({ id: `at ${finishedAt}`, finishedAt })));
const retention = fc.integer({ min: 0, max: NOW });

/** From which backup a moment is restored: the newest that was finished by then. */
function baseFor(all: readonly { finishedAt: number }[], moment: number): number {
  return Math.max(-1, ...all.map(({ finishedAt }) => finishedAt).filter((at) => at <= moment));
}

it("keeps every moment of the window restorable, from the same backup as before", () => {
  fc.assert(
    fc.property(backups, retention, fc.nat(NOW), (all, kept, age) => {
      const gone = new Set(expired(all, NOW, kept));
      const left = all.filter((backup) => !gone.has(backup));
      const moment = NOW - Math.min(age, kept);
      expect(baseFor(left, moment)).toBe(baseFor(all, moment));
    }),
  );
});

it("leaves at most one backup that is older than the window, and nothing to remove a second time", () => {
  fc.assert(
    fc.property(backups, retention, (all, kept) => {
      const gone = new Set(expired(all, NOW, kept));
      const left = all.filter((backup) => !gone.has(backup));
      expect(left.filter(({ finishedAt }) => finishedAt < NOW - kept).length).toBeLessThanOrEqual(1);
      expect(expired(left, NOW, kept)).toEqual([]);
      expect(left.length > 0).toBe(all.length > 0);
    }),
  );
});
