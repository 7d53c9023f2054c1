import { expect, test } from "vitest";
import { Kernel } from "./kernel.ts";

test("the clock jumps to each event, and then to the end", () => {
  const kernel = new Kernel();
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(`${name} at ${kernel.now}`);
  kernel.after(30, note("late"));
  kernel.at(10, note("first"));
  kernel.at(10, note("second"));
  kernel.at(10, () => kernel.at(5, note("overdue")));
  kernel.run(20);
  expect(seen).toEqual(["first at 10", "second at 10", "overdue at 10"]);
  expect(kernel.now).toBe(20);
  kernel.run(100);
  expect(seen.at(-1)).toBe("late at 30");
  expect(kernel.events).toBe(5);
});

test("an event can end the run, and the next run goes on from there", () => {
  const kernel = new Kernel();
  const beats: number[] = [];
  kernel.every(10, () => {
    beats.push(kernel.now);
    if (kernel.now === 30) kernel.stop();
  });
  kernel.run(1000);
  expect(kernel.now).toBe(30);
  kernel.run(50);
  expect(beats).toEqual([10, 20, 30, 40, 50]);
});

test("who watches sees every event, after it", () => {
  const kernel = new Kernel();
  const seen: number[] = [];
  for (const time of [3, 1, 2]) kernel.at(time, () => {});
  kernel.run(Infinity, () => seen.push(kernel.now));
  expect(seen).toEqual([1, 2, 3]);
});
