import { expect, it } from "vitest";
import { oneAtATime } from "./one-at-a-time.ts";

it("begins a run when the one before is over, also when that has failed", async () => {
  const said: string[] = [];
  let number = 0;
  const run = oneAtATime(async () => {
    const own = ++number;
    said.push(`begins ${own}`);
    await Promise.resolve();
    said.push(`ends ${own}`);
    if (own === 1) throw new Error("the first one");
  });
  const outcomes = await Promise.allSettled([run(), run(), run()]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(said).toEqual(["begins 1", "ends 1", "begins 2", "ends 2", "begins 3", "ends 3"]);
});
