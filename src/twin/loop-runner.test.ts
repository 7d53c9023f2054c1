import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ControlLoop } from "#control/controller.ts";
import { LoopRunner } from "./loop-runner.ts";

interface State {
  readonly seen: readonly string[];
  readonly wake: number | null;
}
type Event =
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "wake"; readonly in: number };

/** Remembers what it was told, and asks for what it was told to be done. */
const loop: ControlLoop<State, Event, string> = {
  step: ({ seen, wake }, event, now) => {
    switch (event.kind) {
      case "tick":
        return { state: { seen: [...seen, "tick"], wake: null }, actions: [] };
      case "note":
        return { state: { seen: [...seen, event.text], wake }, actions: [event.text] };
      case "wake":
        return { state: { seen, wake: now + event.in }, actions: [] };
    }
  },
  nextWake: ({ wake }) => wake,
};
const note = (text: string): Event => ({ kind: "note", text });
const start = (perform: (action: string) => void = () => {}) =>
  new LoopRunner(loop, { seen: [], wake: null }, perform);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("lets events that an action feeds wait until the step is over", () => {
  const order: string[] = [];
  const runner: LoopRunner<State, Event, string> = start((action) => {
    order.push(`begin ${action}`);
    if (action === "one") runner.feed(note("two"));
    order.push(`end ${action}`);
  });
  runner.feed(note("one"));
  expect(order).toEqual(["begin one", "end one", "begin two", "end two"]);
  expect(runner.state.seen).toEqual(["one", "two"]);
});

it("ticks when the time that the loop asked for has come, once", () => {
  const runner = start();
  runner.feed({ kind: "wake", in: 100 });
  vi.advanceTimersByTime(99);
  expect(runner.state.seen).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(runner.state.seen).toEqual(["tick"]);
});

it("asks anew for the time after every event", () => {
  const runner = start();
  runner.feed({ kind: "wake", in: 100 });
  runner.feed({ kind: "wake", in: 500 });
  vi.advanceTimersByTime(400);
  expect(runner.state.seen).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(runner.state.seen).toEqual(["tick"]);
});

it("waits longer than a timer can", () => {
  const runner = start();
  const [month, day] = [2_592_000_000, 86_400_000];
  runner.feed({ kind: "wake", in: month });
  vi.advanceTimersByTime(day);
  expect(runner.state.wake).not.toBeNull();
  expect(runner.state.seen).toEqual([]);
});

it("counts nothing once it has ended", () => {
  const runner = start();
  runner.feed({ kind: "wake", in: 100 });
  runner.end();
  runner.feed(note("late"));
  vi.advanceTimersByTime(1_000);
  expect(runner.state.seen).toEqual([]);
});

it("goes on after an action that throws", () => {
  const runner = start((action) => {
    if (action === "bad") throw new Error("a bug");
  });
  expect(() => runner.feed(note("bad"))).toThrow("a bug");
  runner.feed(note("good"));
  expect(runner.state.seen).toEqual(["bad", "good"]);
});
