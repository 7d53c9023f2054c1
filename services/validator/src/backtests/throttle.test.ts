import { expect, test } from "vitest";

import { createThrottle } from "./throttle.ts";

/** Uses the processor, and returns how long for. */
function work(milliseconds: number): number {
  const before = process.threadCpuUsage();
  for (;;) {
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= milliseconds * 1000) return (user + system) / 1000;
  }
}

test("a thread rests until it has used its share, and not where it has waited already", async () => {
  const { signal } = new AbortController();
  const throttle = createThrottle(0.2, signal);
  await throttle.rest();
  const began = performance.now();
  const busy = work(40);
  await throttle.rest();
  // A timer may fire a millisecond early.
  expect(performance.now() - began).toBeGreaterThanOrEqual(busy / 0.2 - 5);
});

test("a rest ends when the claim is lost", async () => {
  const controller = new AbortController();
  const throttle = createThrottle(0.000_1, controller.signal);
  work(20);
  const resting = throttle.rest();
  controller.abort();
  await expect(resting).rejects.toThrow("aborted");
});
