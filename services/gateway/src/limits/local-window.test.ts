import fc from "fast-check";
import { expect, test } from "vitest";

import { LocalWindow } from "./local-window.ts";

test("in no window are more admitted than the limit, and none is refused that there is room for", () => {
  const span = 100;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(60), { maxLength: 300 }), (limit, pauses) => {
      let now = 0;
      const window = new LocalWindow({ limit, span }, () => now);
      const admitted: number[] = [];
      for (const pause of pauses) {
        now += pause;
        const inWindow = admitted.filter((at) => at > now - span).length;
        const { isAdmitted, count, freeIn } = window.admit("a");
        expect(isAdmitted).toBe(inWindow < limit);
        if (isAdmitted) admitted.push(now);
        const counted = admitted.filter((at) => at > now - span);
        expect(count).toBe(counted.length);
        expect(freeIn).toBe((counted[0] as number) + span - now);
      }
    }),
  );
});

test("callers have windows of their own", () => {
  const window = new LocalWindow({ limit: 1, span: 1000 }, () => 0);
  expect(
    [window.admit("a"), window.admit("b"), window.admit("a")].map(({ isAdmitted }) => isAdmitted),
  ).toEqual([true, true, false]);
});
