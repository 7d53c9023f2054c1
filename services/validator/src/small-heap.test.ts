import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { expect, test } from "vitest";

const module = join(import.meta.dirname, "small-heap.ts");
const program = `
  import { getHeapStatistics, getHeapSpaceStatistics } from "node:v8";
  const { keepHeapSmall } = await import(${JSON.stringify(module)});
  keepHeapSmall();
  let kept = [];
  for (let round = 0; round < 300; round++) kept = [kept.slice(-20_000), Array.from({ length: 20_000 }, () => ({}))].flat();
  const young = getHeapSpaceStatistics().find((space) => space.space_name === "new_space");
  console.log(JSON.stringify({ pid: process.pid, young: young.space_size, arguments: process.argv.slice(1) }));`;

async function run(options: readonly string[]) {
  const child = spawn(
    process.execPath,
    [...options, "--input-type=module", "--eval", program, "one", "two words"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  return { pid: child.pid, told: JSON.parse(await text(child.stdout)) as Record<string, unknown> };
}

const MIB = 1024 ** 2;

test("young objects get little room, and process and arguments stay what they were", async () => {
  const { pid, told } = await run([]);
  expect(told).toMatchObject({ pid, arguments: ["one", "two words"] });
  expect(told["young"]).toBeLessThanOrEqual(24 * MIB);
});

test("what somebody has chosen is left as it is", async () => {
  const { told } = await run(["--max-semi-space-size=16"]);
  expect(told["young"]).toBeGreaterThan(24 * MIB);
});
