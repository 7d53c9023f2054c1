import { expect, test } from "vitest";

import { until } from "../../test/until.ts";
import type { CompiledRuleSet } from "../rules/evaluation.ts";
import type { RuleLoader } from "./loader.ts";
import type { RuleSnapshot } from "./snapshot.ts";
import { createRuleWatcher } from "./watcher.ts";

const LONG = 600_000;

/** A database that says what the test has it say. */
class Source implements RuleLoader {
  newest = 1;
  isAway = false;
  asked = 0;
  readonly loads: number[] = [];
  /** While set, loads wait for it. */
  gate: Promise<void> | undefined;

  async stamp() {
    this.asked++;
    if (this.isAway) throw new Error("the store is away");
    return { stamp: this.newest, token: "same" };
  }

  async load(): Promise<RuleSnapshot> {
    const stamp = this.newest;
    this.loads.push(stamp);
    await this.gate;
    return {
      stamp: { stamp, token: "same" },
      live: { version: stamp } as CompiledRuleSet,
      shadows: [],
      lists: new Map(),
      snoozes: new Map(),
      unrunnable: [],
    };
  }
}

const log = { info: () => {}, warn: () => {} };
const watch = (source: Source, poll = LONG) => createRuleWatcher({ loader: source, poll, log });

test("a burst of announcements is at most two loads: the one under way, and one after it", async () => {
  const source = new Source();
  const watcher = watch(source);
  await watcher.start();
  const { promise, resolve } = Promise.withResolvers<void>();
  source.gate = promise;
  source.newest = 2;
  watcher.poke(2);
  await until(() => source.loads.length === 2, 5000);
  for (let stamp = 3; stamp <= 50; stamp++) {
    source.newest = stamp;
    watcher.poke(stamp);
  }
  expect(watcher.current?.live.version, "what is there stays until the next is ready").toBe(1);
  resolve();
  await until(() => watcher.current?.live.version === 50, 5000);
  expect(source.loads).toEqual([1, 2, 50]);
  await watcher.stop();
});

test("its own announcement, come back, asks nothing", async () => {
  const source = new Source();
  const watcher = watch(source);
  await watcher.start();
  const { asked } = source;
  watcher.poke(1);
  watcher.poke(2);
  await until(() => source.asked === asked + 1, 5000);
  expect(source.loads).toEqual([1]);
  await watcher.stop();
});

test("begins without the store, tries again soon, and keeps what it has when the store goes away", async () => {
  const source = new Source();
  source.isAway = true;
  const watcher = watch(source);
  await watcher.start();
  expect([watcher.current, watcher.status.problem]).toEqual([undefined, "the store is away"]);
  source.isAway = false;
  await until(() => watcher.current !== undefined, 5000);
  expect(watcher.status).toMatchObject({ version: 1, stamp: 1, problem: undefined });

  source.isAway = true;
  watcher.poke();
  await until(() => watcher.status.problem !== undefined, 5000);
  expect(watcher.current?.live.version).toBe(1);
  source.isAway = false;
  watcher.poke();
  await until(() => watcher.status.problem === undefined, 5000);
  expect(watcher.status.failures).toBeGreaterThanOrEqual(2);
  await watcher.stop();
});

test("what nobody announces is found by polling", async () => {
  const source = new Source();
  const swapped: number[] = [];
  const watcher = watch(source, 50);
  watcher.onSwap(({ live }) => swapped.push(live.version));
  await watcher.start();
  source.newest = 2;
  await until(() => watcher.current?.live.version === 2, 5000);
  expect(swapped).toEqual([1, 2]);
  await watcher.stop();
});
