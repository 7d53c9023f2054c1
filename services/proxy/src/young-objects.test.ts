import { expect, test } from "vitest";

import { PassedBytes } from "./young-objects.ts";

const MIB = 1024 ** 2;

/** Bytes of buffers that gather at most while a gigabyte passes, each of them in use for a moment. */
function most(onChunk: (bytes: number) => void): number {
  let found = 0;
  const before = process.memoryUsage().arrayBuffers;
  for (let index = 0; index < 16_384; index++) {
    onChunk(Buffer.allocUnsafeSlow(64 * 1024).length);
    if (index % 16 === 0) found = Math.max(found, process.memoryUsage().arrayBuffers - before);
  }
  return found;
}

test("what has passed of a long stream does not gather", () => {
  const passed = new PassedBytes();
  expect(most((bytes) => passed.add(bytes))).toBeLessThan(10 * MIB);
});

test("without, V8 lets more gather than a small pod has", () => {
  expect(most(() => {})).toBeGreaterThan(20 * MIB);
});
