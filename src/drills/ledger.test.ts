import fc from "fast-check";
import { expect, it } from "vitest";
import { compareLedger } from "./ledger.ts";
import type { Sample } from "./samples.ts";

const sample = (sequence: number, error: string | null = null): Sample => ({
  sequence,
  sentAt: sequence * 10,
  endedAt: sequence * 10 + 5,
  error,
});

it("every write is either there or not, and acknowledged or not", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 50 }), (writes) => {
      const samples = writes.map(([isAcknowledged], index) =>
        sample(index, isAcknowledged ? null : "timeout"),
      );
      const stored = new Set(writes.flatMap(([, isThere], index) => (isThere ? [index] : [])));
      const { acknowledged, lost, unacknowledged } = compareLedger(samples, stored, 1000);
      expect(acknowledged - lost + unacknowledged).toBe(stored.size);
      expect(lost).toBe(writes.filter(([isAcknowledged, isThere]) => isAcknowledged && !isThere).length);
    }),
  );
});

it("of a restored store what is missing is the end, and its age is the loss", () => {
  const samples = Array.from({ length: 100 }, (_, index) => sample(index));
  const restored = new Set(samples.slice(0, 80).map(({ sequence }) => sequence));
  expect(compareLedger(samples, restored, 1000)).toMatchObject({ lost: 20, lossMs: 195, gaps: 0 });
  restored.delete(40);
  expect(compareLedger(samples, restored, 1000)).toMatchObject({ lost: 21, lossMs: 595, gaps: 1 });
});

it("what was written after the fault is no successor of what was lost in it", () => {
  const samples = Array.from({ length: 100 }, (_, index) => sample(index));
  const restored = new Set([...samples.slice(0, 40), ...samples.slice(60)].map(({ sequence }) => sequence));
  expect(compareLedger(samples, restored, 595)).toMatchObject({ lost: 20, lossMs: 190, gaps: 0 });
});

it("nothing lost is no loss", () => {
  expect(compareLedger([sample(1), sample(2, "timeout")], new Set([1, 2]), 1000)).toMatchObject({
    lost: 0,
    unacknowledged: 1,
    lossMs: 0,
    gaps: 0,
  });
});
