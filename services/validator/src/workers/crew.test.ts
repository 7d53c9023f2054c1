import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type Crew, type CrewEvent, type CrewSettings, startCrew, stepCrew } from "./crew.ts";
import { shareOf, workerEnvironment } from "./shares.ts";

const settings: CrewSettings = {
  workers: 2,
  silenceMs: 30_000,
  startMs: 60_000,
  backoffMs: 500,
  longestBackoffMs: 4000,
  provenMs: 10_000,
};

type Script = readonly (readonly [number, CrewEvent["kind"], number?])[];

function play(script: Script, changes: Partial<CrewSettings> = {}) {
  let { crew, actions: first } = startCrew({ ...settings, ...changes }, 0);
  const actions = first.map((action) => `0 ${action.kind} ${"number" in action ? action.number : ""}`);
  for (const [now, kind, number = 0] of script) {
    const step = stepCrew(crew, { kind, number } as CrewEvent, now);
    crew = step.crew;
    for (const action of step.actions)
      actions.push(`${now} ${action.kind} ${"number" in action ? action.number : action.well}`);
  }
  return { crew, actions: actions.slice(first.length) };
}

const up: Script = [
  [100, "listening", 1],
  [120, "listening", 2],
];

describe("a crew of workers", () => {
  test("replaces at once one that had proved itself, and waits longer each time for one that has not", () => {
    const { actions } = play([
      ...up,
      [12_000, "heard", 2],
      [12_000, "ended", 1],
      [12_100, "ended", 1],
      [12_599, "tick"],
      [12_600, "tick"],
      [12_700, "ended", 1],
      [13_700, "tick"],
    ]);
    expect(actions).toEqual(["12000 fork 1", "12600 fork 1", "13700 fork 1"]);
  });

  test("ends by force who is silent, and starts another one when that has ended", () => {
    const { actions } = play([
      ...up,
      [10_000, "heard", 2],
      [20_000, "heard", 2],
      [29_000, "heard", 2],
      [30_099, "tick"],
      [30_100, "tick"],
      [30_200, "ended", 1],
    ]);
    expect(actions).toEqual(["30100 kill 1", "30200 fork 1"]);
  });

  test("says nothing about others for the time in which it was itself stopped", () => {
    expect(play([...up, [100_000, "tick"], [110_000, "tick"], [129_000, "tick"]]).actions).toEqual([]);
  });

  test("is over at once where nobody has ever come up, and goes on where somebody has", () => {
    expect(play([[500, "ended", 2]]).actions).toEqual(["500 over false"]);
    expect(
      play([
        [400, "listening", 1],
        [500, "ended", 2],
      ]).actions,
    ).toEqual(["500 fork 2"]);
  });

  test("stops those that run, starts none, and is over when all have ended", () => {
    const { actions } = play([
      ...up,
      [200, "ended", 1],
      [201, "ended", 1],
      [300, "stop"],
      [310, "stop"],
      [900, "tick"],
      [950, "ended", 2],
    ]);
    expect(actions).toEqual(["200 fork 1", "300 terminate 2", "950 over true"]);
  });

  test("has never two processes with one number, and ends whenever it is told to", () => {
    const kinds = fc.constantFrom<CrewEvent["kind"]>("tick", "listening", "heard", "ended");
    const event = fc.tuple(fc.integer({ min: 0, max: 40_000 }), kinds, fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const start = startCrew({ ...settings, workers: 3 }, 0);
        let crew: Crew = start.crew;
        const running = new Set([1, 2, 3]);
        let [now, over] = [0, false];
        const feed = (next: CrewEvent) => {
          const step = stepCrew(crew, next, now);
          crew = step.crew;
          for (const action of step.actions) {
            if (action.kind === "over") over = true;
            if (action.kind !== "fork") continue;
            expect(running.has(action.number)).toBe(false);
            running.add(action.number);
          }
        };
        feed({ kind: "listening", number: 1 });
        for (const [later, kind, number] of events) {
          now += later;
          // Only what runs can be heard of.
          if (kind !== "tick" && !running.has(number)) continue;
          if (kind === "ended") running.delete(number);
          feed({ kind, number } as CrewEvent);
        }
        feed({ kind: "stop" });
        for (const number of running) feed({ kind: "ended", number });
        expect(over).toBe(true);
      }),
    );
  });
});

test("connections are shared out whole, with one for each worker at least", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 64 }), (total, workers) => {
      const shares = Array.from({ length: workers }, (_, index) => shareOf(total, index + 1, workers));
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(Math.max(total, workers));
    }),
  );
});

test("what runs in the background runs in the first worker", () => {
  const totals = {
    writerConnections: 4,
    readerConnections: 4,
    lookupConnections: 2,
    administrationConnections: 3,
  };
  expect(workerEnvironment(1, 4, totals)).toEqual({
    WRITER_CONNECTIONS: "1",
    READER_CONNECTIONS: "1",
    LOOKUP_CONNECTIONS: "1",
    ADMINISTRATION_CONNECTIONS: "2",
  });
  expect(workerEnvironment(2, 4, totals, "api-1")).toMatchObject({
    BACKTEST_CPU_PERCENT: "0",
    UPLOAD_CPU_PERCENT: "0",
    REPLICA: "api-1-2",
  });
});
